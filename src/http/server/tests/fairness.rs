//! Nobody holds up the others: busy connections, slow readers, the slow lane.

use super::*;

#[test]
fn busy_connections_do_not_starve_later_ones() {
    let test = server(|limits| limits.workers = 2);
    let end = Arc::new(AtomicBool::new(false));
    let busy: Vec<_> = (0..2)
        .map(|_| {
            let (mut client, end) = (test.connect(), Arc::clone(&end));
            client.get("/first");
            std::thread::spawn(move || {
                let many = get("/busy").repeat(100);
                while !end.load(Ordering::SeqCst) {
                    client.send(&many);
                    (0..100).for_each(|_| drop(client.answer()));
                }
            })
        })
        .collect();
    let mut later: Vec<_> = (0..20).map(|_| test.connect()).collect();
    for client in &mut later {
        assert_eq!(client.get("/later"), "/later|");
    }
    end.store(true, Ordering::SeqCst);
    busy.into_iter().for_each(|thread| thread.join().unwrap());
    test.stop();
}

#[test]
fn a_slow_reader_of_a_huge_answer_holds_no_worker() {
    let test = server(|limits| (limits.workers, limits.buffer_memory) = (1, usize::MAX));
    let mut slow: Vec<_> = (0..3).map(|_| test.connect()).collect();
    slow.iter_mut()
        .for_each(|client| client.send(get("/huge") + &get("/after")));
    assert_eq!(test.connect().get("/quick"), "/quick|");
    for client in &mut slow {
        assert_eq!(client.answer().1.len(), 32 << 20);
        assert_eq!(client.answer().1, "/after|");
    }
    test.stop();
}

#[test]
fn who_does_not_read_his_answer_is_let_go() {
    let test = server(|limits| limits.write_deadline = Duration::from_millis(50));
    let mut client = test.connect();
    client.get("/first");
    client.send(get("/huge"));
    assert!(
        test.server.shared.open.wait_for(0, Duration::from_secs(20)),
        "the connection is still there"
    );
    test.stop();
}

#[test]
fn the_slow_lane_does_not_hold_up_the_fast_one_and_is_bounded() {
    let test =
        server(|limits| (limits.workers, limits.slow_workers, limits.slow_queue) = (1, 1, 1));
    let (mut handled, mut queued, mut refused) = (test.connect(), test.connect(), test.connect());
    handled.send(get("/slow/wait"));
    assert_eq!(test.entered.recv().unwrap(), "/slow/wait");
    queued.send(get("/slow/queued"));
    let mut fast = test.connect();
    // The one worker takes one thing after the other, so the queue is full once this is answered.
    assert_eq!(fast.get("/fast"), "/fast|");
    refused.send(get("/slow/refused") + &get("/still-here"));
    assert_eq!(refused.answer().0, "HTTP/1.1 503 Service Unavailable");
    assert_eq!(refused.answer().1, "/still-here|");
    test.go_on.send(()).unwrap();
    assert_eq!(handled.answer().1, "waited");
    assert_eq!(queued.answer().1, "/slow/queued|");
    test.stop();
}

#[test]
fn the_slow_lane_serves_networks_in_turn_and_none_has_more_than_a_quarter_of_it() {
    let test =
        server(|limits| (limits.workers, limits.slow_workers, limits.slow_queue) = (1, 1, 8));
    let mut handled = test.connect();
    handled.send(get("/slow/wait"));
    assert_eq!(test.entered.recv().unwrap(), "/slow/wait");
    // The one worker takes them in this order, and has taken each before the next: a fast answer says so.
    let mut clients: Vec<Client> = [
        ("/slow/first", "2001:db8::1"),
        ("/slow/second", "2001:db8::2"),
        ("/slow/refused", "2001:db8::3"),
        ("/slow/other", "192.0.2.7"),
    ]
    .map(|(path, client)| {
        let mut connection = test.connect();
        connection.send(format!(
            "GET {path} HTTP/1.1\r\nHost: h\r\nX-Client: {client}\r\n\r\n"
        ));
        test.connect().get("/fast");
        connection
    })
    .into();
    assert!(clients[2].answer().0.starts_with("HTTP/1.1 503 "));
    test.go_on.send(()).unwrap();
    for client in [0, 3, 1] {
        assert!(clients[client].answer().0.starts_with("HTTP/1.1 200 "));
    }
    let slow: Vec<String> = test.calls();
    let slow = slow.iter().filter(|path| path.starts_with("/slow"));
    assert!(slow.eq(["/slow/wait", "/slow/first", "/slow/other", "/slow/second"]));
    test.stop();
}

#[test]
fn many_requests_at_once_let_another_connection_in_between() {
    let test = server(|limits| (limits.workers, limits.in_a_row) = (1, 2));
    let (mut many, mut other) = (test.connect(), test.connect());
    other.get("/first");
    many.send(get("/wait") + &get("/one-of-many").repeat(50));
    test.entered.recv().unwrap();
    other.send(get("/other"));
    test.go_on.send(()).unwrap();
    assert_eq!(other.answer().1, "/other|");
    (0..51).for_each(|_| drop(many.answer()));
    assert_ne!(test.calls().last().unwrap(), "/other");
    test.stop();
}
