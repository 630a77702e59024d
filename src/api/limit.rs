//! How often: the rate limit on requests, and a memory of what was noted lately. Both are bounded.

use std::collections::HashMap;

use crate::clock::Millis;
use crate::config::{self, Config};
use crate::http::Response;
use crate::sync::Mutex;

/// What a failed login and an unknown credential cost, in requests: guessing is dearer than working.
pub const DEAR: i64 = 10;

/// Requests by address and account, each as the moment at which its burst is paid off (GCRA).
#[derive(Default)]
pub struct RateLimit {
    paid_off: Mutex<HashMap<String, Millis>>,
}

/// How often something may be done by one.
#[derive(Clone, Copy, Debug)]
pub struct Rate {
    /// Times at once.
    pub burst: i64,
    /// Times a second in the long run.
    pub per_second: i64,
    /// Keys that are remembered.
    pub keys: usize,
}

impl Rate {
    /// Returns the rate of requests that the settings say.
    pub fn of_requests(config: &Config) -> Rate {
        Rate {
            burst: config.int(&config::RATE_LIMIT_MAX_BURST),
            per_second: config.int(&config::RATE_LIMIT_PER_SEC),
            keys: config.size(&config::RATE_LIMIT_MEMORY),
        }
    }
}

/// Returns the answer to one request too many. Mattermost: not JSON.
pub fn too_many() -> Response {
    Response::new(429, "text/plain; charset=utf-8", "limit exceeded\n")
}

/// What a client may still do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Allowance {
    /// Requests at once.
    pub limit: i64,
    /// Requests that are left of them.
    pub remaining: i64,
    /// Seconds until all are there again.
    pub reset: i64,
    /// Seconds until there is one; 0: now.
    pub retry_after: i64,
}

impl RateLimit {
    /// Forgets everybody.
    pub fn clear(&self) {
        self.paid_off.lock().clear();
    }

    /// Counts `cost` requests of the key, and tells what is left. A key that has none left is not charged.
    pub fn charge(&self, rate: Rate, key: &str, cost: i64, now: Millis) -> Allowance {
        let limit = rate.burst;
        // Thousandths of a millisecond, so that a thousand requests a second can be told apart.
        let each = 1_000_000 / rate.per_second.max(1);
        let now = now * 1000;
        let mut paid_off = self.paid_off.lock();
        let before = paid_off.get(key).copied().unwrap_or(0).max(now);
        let after = before + each * cost;
        let burst = each * limit;
        let seconds = |micros: i64| (micros + 999_999) / 1_000_000;
        let refused = before + each > now + burst;
        if !refused {
            make_room(&mut paid_off, rate.keys, now);
            paid_off.insert(key.to_owned(), after);
        }
        let owed = if refused { before } else { after } - now;
        Allowance {
            limit,
            remaining: ((burst - owed) / each).max(0),
            reset: seconds(owed),
            retry_after: if refused {
                seconds(owed + each - burst).max(1)
            } else {
                0
            },
        }
    }
}

/// Forgets the keys that owe nothing any more, and when that is not enough, the half that owes least: a bound must hold, and
/// a crowd of new keys must not pay off an old debt.
fn make_room(paid_off: &mut HashMap<String, Millis>, most: usize, now: Millis) {
    if paid_off.len() < most {
        return;
    }
    paid_off.retain(|_, at| *at > now);
    if paid_off.len() >= most {
        let mut debts: Vec<Millis> = paid_off.values().copied().collect();
        let middle = debts.len() / 2;
        let (_, median, _) = debts.select_nth_unstable(middle);
        let median = *median;
        paid_off.retain(|_, at| *at > median);
    }
}

/// Lets something be noted once in a while for each key.
pub struct Seldom {
    gap: Millis,
    noted: Mutex<HashMap<String, Millis>>,
}

/// Keys that are remembered.
const KEYS: usize = 4096;

impl Seldom {
    /// Once in `gap` for each key.
    pub fn new(gap: Millis) -> Seldom {
        Seldom {
            gap,
            noted: Mutex::default(),
        }
    }

    /// Forgets what was noted.
    pub fn clear(&self) {
        self.noted.lock().clear();
    }

    /// Whether it is time to note it again; then it counts as noted.
    pub fn is_due(&self, key: &str, now: Millis) -> bool {
        let mut noted = self.noted.lock();
        if noted.get(key).is_some_and(|at| now - at < self.gap) {
            return false;
        }
        make_room(&mut noted, KEYS, now - self.gap);
        noted.insert(key.to_owned(), now);
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_burst_is_paid_off_in_time() {
        let (limit, rate) = (RateLimit::default(), Rate::of_requests(&Config::defaults()));
        let charge = |now| limit.charge(rate, "a", 1, now);
        for left in (0..100).rev() {
            assert_eq!(
                (charge(0).remaining, charge_of(&limit, rate, "b")),
                (left, 99)
            );
        }
        assert_eq!(
            charge(0),
            Allowance {
                limit: 100,
                remaining: 0,
                reset: 10,
                retry_after: 1
            }
        );
        assert_eq!(charge(100).retry_after, 0);
        assert_eq!(charge(100).retry_after, 1);
        assert_eq!(charge(20_000).remaining, 99);
    }

    fn charge_of(limit: &RateLimit, rate: Rate, key: &str) -> i64 {
        limit.charge(rate, key, 0, 0).remaining - 1
    }

    #[test]
    fn dear_requests_use_it_up_sooner() {
        let (limit, rate) = (RateLimit::default(), Rate::of_requests(&Config::defaults()));
        assert_eq!(limit.charge(rate, "a", DEAR, 0).remaining, 90);
    }

    #[test]
    fn memory_is_bounded() {
        let (limit, rate) = (RateLimit::default(), Rate::of_requests(&Config::defaults()));
        for number in 0..30_000 {
            limit.charge(rate, &number.to_string(), 1, 0);
        }
        assert!(limit.paid_off.lock().len() <= 10_000);
    }

    #[test]
    fn crowd_of_new_keys_does_not_pay_off_an_old_debt() {
        let (limit, rate) = (RateLimit::default(), Rate::of_requests(&Config::defaults()));
        for _ in 0..100 {
            limit.charge(rate, "indebted", 1, 0);
        }
        for number in 0..30_000 {
            limit.charge(rate, &number.to_string(), 1, 0);
        }
        assert_eq!(limit.charge(rate, "indebted", 1, 0).retry_after, 1);
    }

    #[test]
    fn something_is_noted_once_in_a_while() {
        let seldom = Seldom::new(60);
        let due: Vec<bool> = [0, 59, 60, 61].map(|now| seldom.is_due("a", now)).to_vec();
        assert_eq!(due, [true, false, true, false]);
        assert!(seldom.is_due("b", 61));
    }
}
