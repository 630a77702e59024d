//! How requests to the API were answered, by the hour, over the last day. In memory: it begins anew with the process.

use std::collections::VecDeque;

use serde::Serialize;

use crate::clock::Millis;
use crate::sync::Mutex;

/// An hour in milliseconds.
const HOUR: Millis = 3_600_000;

/// Hours that are kept, the present one included.
const HOURS: usize = 24;

/// The answers of one hour, by what became of the request.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Hour {
    /// When it began.
    pub at: Millis,
    /// Done.
    pub succeeded: u64,
    /// No good credential, not allowed, or too often: 401, 403, 429.
    pub refused: u64,
    /// Asked for what is not possible: any other 4xx, and 501.
    pub mistaken: u64,
    /// Any other 5xx: the server's own fault.
    pub failed: u64,
}

/// The hours, oldest first; one without a request has no place here.
#[derive(Default)]
pub struct Traffic(Mutex<VecDeque<Hour>>);

impl Traffic {
    /// Counts an answer.
    pub fn count(&self, status: u16, now: Millis) {
        let mut hours = self.0.lock();
        let at = now - now.rem_euclid(HOUR);
        // A clock that was set back goes on in the hour that was there.
        if hours.back().is_none_or(|last| last.at < at) {
            hours.push_back(Hour {
                at,
                ..Hour::default()
            });
        }
        while hours.len() > HOURS {
            hours.pop_front();
        }
        let Some(hour) = hours.back_mut() else { return };
        let outcome = match status {
            401 | 403 | 429 => &mut hour.refused,
            501 | 400..500 => &mut hour.mistaken,
            500.. => &mut hour.failed,
            _ => &mut hour.succeeded,
        };
        *outcome += 1;
    }

    /// Forgets every answer.
    pub fn clear(&self) {
        self.0.lock().clear();
    }

    /// The last 24 hours, oldest first, also those without a request.
    pub fn last_day(&self, now: Millis) -> Vec<Hour> {
        let hours = self.0.lock();
        let present = now - now.rem_euclid(HOUR);
        (0..HOURS as Millis)
            .rev()
            .map(|ago| present - ago * HOUR)
            .map(|at| {
                let known = hours.iter().find(|hour| hour.at == at).copied();
                known.unwrap_or(Hour {
                    at,
                    ..Hour::default()
                })
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_are_counted_by_hour_and_outcome() {
        let traffic = Traffic::default();
        for status in [101, 200, 304, 401, 403, 429, 400, 404, 501, 500, 503] {
            traffic.count(status, 30 * HOUR + 5);
        }
        traffic.count(200, 31 * HOUR);
        let day = traffic.last_day(31 * HOUR + 1);
        assert_eq!((day.len(), day[0].at), (24, 8 * HOUR));
        let counts = |hour: &Hour| (hour.succeeded, hour.refused, hour.mistaken, hour.failed);
        assert_eq!(counts(&day[22]), (3, 3, 3, 2));
        assert_eq!(counts(&day[23]), (1, 0, 0, 0));
        assert_eq!(counts(&day[21]), (0, 0, 0, 0));
    }

    #[test]
    fn what_is_older_than_a_day_is_forgotten() {
        let traffic = Traffic::default();
        for hour in 0..100 {
            traffic.count(200, hour * HOUR);
        }
        assert_eq!(traffic.0.lock().len(), HOURS);
        let sum = |now| {
            traffic
                .last_day(now)
                .iter()
                .map(|hour| hour.succeeded)
                .sum()
        };
        let (present, later): (u64, u64) = (sum(99 * HOUR), sum(109 * HOUR));
        assert_eq!((present, later), (24, 14));
    }

    #[test]
    fn a_clock_set_back_loses_nothing() {
        let traffic = Traffic::default();
        traffic.count(200, 10 * HOUR);
        traffic.count(200, 2 * HOUR);
        assert_eq!(traffic.last_day(10 * HOUR)[23].succeeded, 2);
    }
}
