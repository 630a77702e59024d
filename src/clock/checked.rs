//! A clock that is not believed at once when it jumps: a wrong date for a minute must not end sessions and tokens, nor bring
//! back those that have ended.

use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

use super::{Millis, rfc3339};
use crate::sync::Mutex;

/// The least jump that is doubted: more than any correction of a clock that is about right.
const JUMP: Millis = 3_600_000;

/// How long a clock stays where it jumped to until it is believed.
const PROBATION: Millis = 3_600_000;

/// What the operating system's clock shows, held against the time that has passed.
#[derive(Debug)]
pub struct Checked {
    /// How far the calendar is believed to be ahead of the time that passed.
    ahead: AtomicI64,
    /// Whether there is a doubt.
    is_doubted: AtomicBool,
    doubt: Mutex<Option<Doubt>>,
}

/// A clock that shows something else than what is believed.
#[derive(Clone, Copy, Debug)]
struct Doubt {
    /// How far it is ahead of the time that passed.
    ahead: Millis,
    /// The time that had passed when it came to show this.
    since: Millis,
}

impl Default for Checked {
    fn default() -> Checked {
        Checked::at(system(), passed())
    }
}

impl Checked {
    fn at(system: Millis, passed: Millis) -> Checked {
        Checked {
            ahead: AtomicI64::new(system - passed),
            is_doubted: AtomicBool::new(false),
            doubt: Mutex::new(None),
        }
    }

    /// Returns the time that is believed.
    pub fn now(&self) -> Millis {
        self.look(system(), passed())
    }

    /// Believes that it is at least so late, from what was written down before.
    pub fn not_before(&self, latest: Millis) {
        self.begin(latest, system(), passed());
    }

    fn begin(&self, latest: Millis, system: Millis, passed: Millis) {
        if system + JUMP <= latest {
            self.ahead.store(latest - passed, Ordering::Relaxed);
            self.look(system, passed);
        }
    }

    fn look(&self, system: Millis, passed: Millis) -> Millis {
        let (ahead, believed) = (system - passed, self.ahead.load(Ordering::Relaxed));
        if (ahead - believed).abs() >= JUMP {
            return self.examine(ahead, passed) + passed;
        }
        if ahead != believed {
            self.ahead.store(ahead, Ordering::Relaxed);
        }
        if self.is_doubted.load(Ordering::Relaxed) {
            self.is_doubted.store(false, Ordering::Relaxed);
            if self.doubt.lock().take().is_some() {
                log::warn!("the system's clock shows the time again that was believed meanwhile");
            }
        }
        system
    }

    /// Returns how far ahead the calendar is believed to be, when the clock shows something else.
    fn examine(&self, ahead: Millis, passed: Millis) -> Millis {
        let mut doubt = self.doubt.lock();
        let believed = self.ahead.load(Ordering::Relaxed);
        let (shown, kept) = (rfc3339(ahead + passed), rfc3339(believed + passed));
        match *doubt {
            Some(Doubt {
                ahead: before,
                since,
            }) if (ahead - before).abs() < JUMP => {
                if passed - since < PROBATION {
                    return believed;
                }
                *doubt = None;
                self.is_doubted.store(false, Ordering::Relaxed);
                self.ahead.store(ahead, Ordering::Relaxed);
                log::warn!(
                    "the system's clock has shown another time for an hour and is believed now: it is {shown}, not {kept}"
                );
                ahead
            }
            _ => {
                let since = passed;
                *doubt = Some(Doubt { ahead, since });
                self.is_doubted.store(true, Ordering::Relaxed);
                log::warn!(
                    "the system's clock shows {shown}, though by the last entry in the data and the time that passed it is {kept}; that is believed, until the clock has shown the other for an hour"
                );
                believed
            }
        }
    }
}

/// Returns what the operating system's clock shows, before 1970 as 1970.
pub fn system() -> Millis {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    i64::try_from(since.unwrap_or_default().as_millis()).unwrap_or(i64::MAX)
}

/// Returns the milliseconds that have passed since some moment, those in which the machine slept included.
fn passed() -> Millis {
    #[cfg(target_os = "linux")]
    {
        let now = rustix::time::clock_gettime(rustix::time::ClockId::Boottime);
        now.tv_sec * 1000 + now.tv_nsec / 1_000_000
    }
    #[cfg(not(target_os = "linux"))]
    {
        i64::try_from(super::BEGAN.elapsed().as_millis()).unwrap_or(i64::MAX)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DAY: Millis = 24 * JUMP;
    const NOON: Millis = 1_000 * DAY;

    #[test]
    fn corrections_are_believed_at_once() {
        let clock = Checked::at(NOON, 0);
        for (passed, system) in [(10, NOON + 10), (20, NOON + 60_000), (30, NOON - 1_000_000)] {
            assert_eq!(clock.look(system, passed), system);
        }
        assert!(clock.doubt.lock().is_none());
    }

    #[test]
    fn a_jump_is_believed_after_an_hour_and_forgotten_when_it_is_undone() {
        for jump in [200 * DAY, -200 * DAY, JUMP] {
            let clock = Checked::at(NOON, 0);
            assert_eq!(clock.look(NOON + jump, 0), NOON);
            assert_eq!(clock.look(NOON + jump + 5, 5), NOON + 5);
            // It comes back, and jumps anew: the hour begins anew.
            assert_eq!(clock.look(NOON + 10, 10), NOON + 10);
            assert_eq!(clock.look(NOON + jump + 20, 20), NOON + 20);
            let almost = 20 + PROBATION - 1;
            assert_eq!(clock.look(NOON + jump + almost, almost), NOON + almost);
            let then = 20 + PROBATION;
            assert_eq!(clock.look(NOON + jump + then, then), NOON + jump + then);
            assert_eq!(
                clock.look(NOON + jump + then + 1, then + 1),
                NOON + jump + then + 1
            );
        }
    }

    #[test]
    fn a_clock_that_jumps_on_is_not_believed() {
        let clock = Checked::at(NOON, 0);
        for hour in 1..10 {
            let passed = hour * PROBATION;
            assert_eq!(clock.look(NOON + hour * DAY, passed), NOON + passed);
        }
    }

    #[test]
    fn what_was_written_down_before_is_no_future() {
        let clock = Checked::at(0, 0);
        clock.begin(NOON, 0, 0);
        assert_eq!(clock.look(5, 5), NOON + 5);
        // Set right by the network.
        let right = NOON + DAY / 48;
        assert_eq!(clock.look(right, 7), right);
        let clock = Checked::at(NOON, 0);
        clock.begin(NOON + JUMP - 1, NOON, 0);
        assert_eq!(clock.look(NOON, 0), NOON);
    }
}
