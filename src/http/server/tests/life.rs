//! Connections and servers end when they should: deadlines, the bound, the stop.

use super::*;

#[test]
fn a_trickled_head_a_slow_body_and_an_idle_connection_end() {
    let long = Duration::from_secs(3600);
    let head = server(|limits| {
        (limits.head_deadline, limits.idle_deadline) = (Duration::from_millis(100), long);
    });
    let mut client = head.connect();
    client.send("GET / HTTP/1.1\r\nHost: h\r\nX: ");
    // A byte now and then, until there is an answer: a deadline that each byte renewed would end in 431.
    client
        .0
        .set_read_timeout(Some(Duration::from_millis(1)))
        .unwrap();
    while client.0.peek(&mut [0]).is_err() {
        client.send("a");
    }
    client.0.set_read_timeout(None).unwrap();
    assert_eq!(status(&client.rest()), 408);
    head.stop();

    let body = server(|limits| {
        (limits.body_deadline, limits.head_deadline) = (Duration::from_millis(50), long);
    });
    assert_eq!(status(&body.send(post("Content-Length: 5\r\n", "ab"))), 408);
    assert_eq!(body.calls(), Vec::<String>::new());
    body.stop();

    let idle = server(|limits| limits.idle_deadline = Duration::from_millis(50));
    assert_eq!(idle.send(""), "");
    assert!(idle.send(get("/once")).ends_with("/once|"));
    idle.stop();
}

#[test]
fn stop_finishes_what_is_complete_and_closes_the_rest() {
    for path in ["/wait", "/slow/wait"] {
        let test = server(|limits| limits.workers = 1);
        let (mut flying, mut idle, mut half) = (test.connect(), test.connect(), test.connect());
        assert_eq!(idle.get("/once"), "/once|");
        half.send("GET /half HTTP/1.1\r\n");
        flying.send(get(path));
        assert_eq!(test.entered.recv().unwrap(), path);
        let Test {
            server,
            go_on,
            echo,
            ..
        } = test;
        // With the one worker busy it is only in the system's queue.
        let mut late = Client(TcpStream::connect(server.local_addr()).unwrap());
        late.send(last("/late"));
        let (shared, address) = (Arc::clone(&server.shared), server.local_addr());
        let stopping = std::thread::spawn(move || server.stop(Duration::from_secs(20)));
        while !shared.is_stopping() || !shared.listeners.lock().is_empty() {
            std::thread::yield_now();
        }
        assert!(TcpStream::connect(address).is_err());
        go_on.send(()).unwrap();
        let answer = flying.rest();
        assert!(
            answer.contains("Connection: close") && answer.ends_with("waited"),
            "{answer}"
        );
        assert_eq!((idle.rest(), half.rest()), (String::new(), String::new()));
        assert!(late.rest().ends_with("/late|"));
        assert!(stopping.join().unwrap());
        assert_eq!(*echo.calls.lock(), ["/once", path, "/late"]);
    }
}

#[test]
fn stop_does_not_wait_for_ever() {
    let test = server(|_| {});
    let mut stuck = test.connect();
    stuck.send(get("/wait"));
    test.entered.recv().unwrap();
    assert!(!test.server.stop(Duration::from_millis(50)));
    drop(test.go_on);
}

#[test]
fn at_the_bound_unfinished_requests_give_way_before_idle_connections() {
    let test = server(|limits| (limits.connections, limits.workers) = (Some(4), 1));
    let mut idle = test.connect();
    idle.get("/first");
    let mut unfinished: Vec<_> = [get("/x"), post("Content-Length: 9\r\n", "b\r\n")]
        .iter()
        .map(|request| {
            let mut client = test.connect();
            client.send(&request[..request.len() - 2]);
            // The one worker has read what came before.
            idle.get("/then");
            client
        })
        .collect();
    let mut handled = test.connect();
    handled.send(get("/slow/wait"));
    test.entered.recv().unwrap();
    let mut later: Vec<Client> = Vec::new();
    for client in &mut unfinished {
        later.push(test.connect());
        assert_eq!(status(&client.rest()), 503);
    }
    // Now it is the turn of those that are idle, and not of the one that is handled.
    assert_eq!(test.connect().get("/more"), "/more|");
    assert_eq!(idle.rest(), "");
    test.go_on.send(()).unwrap();
    assert_eq!(handled.answer().1, "waited");
    test.stop();
}

#[test]
fn whoever_holds_most_gives_way_and_a_proxy_s_clients_count_for_themselves() {
    let test = server(|limits| (limits.connections, limits.workers) = (Some(6), 1));
    let mut control = test.connect();
    let mut unfinished = |client: &str| {
        let mut connection = test.connect();
        let client = format!("X-Client: {client}\r\nContent-Length: 9\r\n");
        connection.send(post(&client, "body"));
        control.get("/then");
        connection
    };
    let mut kept: Vec<Client> = ["192.0.2.1", "192.0.2.2"].map(&mut unfinished).into();
    let crowd = ["2001:db8::1", "2001:db8::2", "2001:db8::3"].map(&mut unfinished);
    let late: Vec<Client> = crowd
        .into_iter()
        .take(2)
        .map(|mut client| {
            let late = test.connect();
            assert_eq!(status(&client.rest()), 503);
            late
        })
        .collect();
    for client in &mut kept {
        client.send("-rest");
        assert_eq!(client.answer().1, "/post|body-rest");
    }
    drop(late);
    test.stop();
}

#[test]
fn at_the_bound_the_longest_idle_gives_way() {
    let test = server(|limits| (limits.connections, limits.workers) = (Some(3), 1));
    let mut clients: Vec<_> = (0..3).map(|_| test.connect()).collect();
    clients
        .iter_mut()
        .for_each(|client| drop(client.get("/first")));
    // The first one is used again, so the second is idle for the longest time.
    clients[0].get("/again");
    let mut fourth = test.connect();
    assert_eq!(fourth.get("/fourth"), "/fourth|");
    assert_eq!(clients[1].rest(), "");
    assert_eq!(clients[0].get("/here"), "/here|");
    assert_eq!(clients[2].get("/here"), "/here|");
    test.stop();
}

#[test]
fn a_full_server_says_so() {
    let test = server(|limits| limits.connections = Some(1));
    let mut only = test.connect();
    only.send(get("/slow/wait"));
    test.entered.recv().unwrap();
    let answer = test.connect().rest();
    assert!(
        answer.starts_with("HTTP/1.1 503 ") && answer.contains("Connection: close"),
        "{answer}"
    );
    test.go_on.send(()).unwrap();
    assert_eq!(only.answer().1, "waited");
    test.stop();
}

#[test]
fn connections_that_end_leave_nothing_behind() {
    let test = server(|_| {});
    for _ in 0..100 {
        test.send(last("/x"));
        test.send("GET / HTTP/2.0\r\n\r\n");
        drop(test.connect());
    }
    assert!(test.server.shared.open.wait_for(0, Duration::from_secs(20)));
    test.stop();
}

/// Says nothing, and goes on as long as the client.
pub(super) struct Quiet {
    pub(super) serves: Option<i64>,
}

impl Protocol for Quiet {
    fn turn(&mut self, input: &mut Vec<u8>, _output: &mut Vec<u8>) -> After {
        input.clear();
        After::Stay {
            until: Instant::now() + Duration::from_secs(3600),
        }
    }

    fn serves(&self) -> Option<i64> {
        self.serves
    }

    fn give_way(&mut self, output: &mut Vec<u8>) {
        output.extend(b"Farewell.");
    }
}

#[test]
fn what_another_protocol_does_not_need_gives_way() {
    for gives_way in [true, false] {
        let test = server(|limits| (limits.connections, limits.workers) = (Some(2), 1));
        let upgrade = if gives_way { "/stranger" } else { "/listener" };
        let mut first = test.connect();
        assert_eq!(first.get(upgrade), "");
        let mut idle = test.connect();
        assert_eq!(idle.get("/idle"), "/idle|");
        assert_eq!(test.connect().get("/late"), "/late|");
        let gone = if gives_way { &mut first } else { &mut idle };
        let last = if gives_way { "Farewell." } else { "" };
        assert_eq!(gone.rest(), last);
        test.stop();
    }
}

#[test]
fn an_account_that_another_protocol_serves_twice_gives_way_before_a_single_idle_connection() {
    let test = server(|limits| (limits.connections, limits.workers) = (Some(3), 1));
    let mut idle = test.connect();
    idle.get("/idle");
    let mut listening: Vec<Client> = (0..2).map(|_| test.connect()).collect();
    for client in &mut listening {
        client.get("/listener");
        idle.get("/then");
    }
    assert_eq!(test.connect().get("/late"), "/late|");
    assert_eq!(listening[0].rest(), "Farewell.");
    assert_eq!(idle.get("/idle"), "/idle|");
    test.stop();
}

#[test]
fn large_bodies_have_a_bound_on_their_memory_and_whoever_holds_most_gives_way() {
    let test = server(|limits| {
        (limits.workers, limits.unasked_bytes, limits.buffer_memory) = (1, 100, 2000);
    });
    let mut control = test.connect();
    let body = "b".repeat(600);
    let mut begin = |client: &str| {
        let mut connection = test.connect();
        let lines = format!("X-Client: {client}\r\nContent-Length: 601\r\n");
        connection.send(guarded(&lines, &body));
        control.get("/then");
        connection
    };
    let mut single = begin("192.0.2.2");
    let mut crowd: Vec<Client> = ["2001:db8::1", "2001:db8::2"].map(&mut begin).into();
    crowd.push(begin("2001:db8::3"));
    assert_eq!(status(&crowd.remove(0).rest()), 503);
    for client in crowd.iter_mut().chain([&mut single]) {
        client.send("c");
        assert_eq!(client.answer().1, format!("/guarded|{body}c"));
    }
    assert_eq!(test.server.shared.buffers.bytes(), 0);
    // One body may come, however large.
    let large = "b".repeat(5000);
    let mut only = test.connect();
    only.send(guarded("X-Client: ::1\r\nContent-Length: 5001\r\n", &large));
    control.get("/then");
    only.send("c");
    assert_eq!(only.answer().1, format!("/guarded|{large}c"));
    test.stop();
}

#[test]
fn answers_that_are_not_taken_have_a_bound_on_their_memory() {
    let test = server(|limits| {
        (limits.workers, limits.buffer_memory) = (1, 70 << 20);
        limits.write_deadline = Duration::from_secs(3600);
    });
    let mut control = test.connect();
    // Each is 32 MiB: a third is too much.
    let mut slow: Vec<Client> = (0..3).map(|_| test.connect()).collect();
    for client in &mut slow {
        client.send(get("/huge"));
        control.get("/then");
    }
    let mut part = Vec::new();
    let cut = slow[0].0.read_to_end(&mut part);
    assert!(cut.is_err() || part.len() < 32 << 20, "{}", part.len());
    for client in &mut slow[1..] {
        assert_eq!(client.answer().1.len(), 32 << 20);
    }
    test.stop();
}
