//! Reports while long work goes on.

use std::sync::mpsc::{RecvTimeoutError, channel};
use std::time::Duration;

/// Does the work, and calls `report` on another thread each time that `every` has passed meanwhile.
pub fn reporting<T>(every: Duration, report: impl Fn() + Send, work: impl FnOnce() -> T) -> T {
    let (finished, is_finished) = channel::<()>();
    std::thread::scope(|scope| {
        scope.spawn(move || {
            while is_finished.recv_timeout(every) == Err(RecvTimeoutError::Timeout) {
                report();
            }
        });
        let done = work();
        drop(finished);
        done
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_work_is_reported_again_and_again() {
        let (told, is_told) = channel();
        let report = move || {
            let _ = told.send(());
        };
        reporting(Duration::from_millis(1), report, || {
            for _ in 0..3 {
                is_told.recv().unwrap();
            }
        });
    }
}
