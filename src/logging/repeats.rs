//! Limits warnings and errors that repeat. The first line of a cause is written; later ones are counted, and one line a
//! minute gives their number. A minute without any ends it. The number of causes is bounded.

use std::time::Duration;

use log::Level;

use crate::sync::Mutex;

/// How often a cause may have a line.
pub const INTERVAL: Duration = Duration::from_secs(60);

/// Causes that are remembered at most; a new one replaces the oldest.
const CAUSES: usize = 64;

/// The causes of recent warnings and errors.
pub struct Repeats(Mutex<Causes>);

struct Causes {
    causes: Vec<Cause>,
    /// Lines counted for causes that were replaced.
    forgotten: u64,
    /// When the first of them was counted.
    forgotten_since: Duration,
}

struct Cause {
    level: Level,
    text: String,
    /// When its last line was written.
    since: Duration,
    /// Lines left out since then.
    more: u64,
}

impl Repeats {
    /// Returns an empty list of causes.
    pub const fn new() -> Repeats {
        Repeats(Mutex::new(Causes {
            causes: Vec::new(),
            forgotten: 0,
            forgotten_since: Duration::ZERO,
        }))
    }

    /// Returns true if the line is the first of its cause; otherwise counts it.
    pub fn is_first(&self, level: Level, text: String, now: Duration) -> bool {
        let mut known = self.0.lock();
        let like_it = |cause: &&mut Cause| cause.level == level && cause.text == text;
        if let Some(cause) = known.causes.iter_mut().find(like_it) {
            cause.more += 1;
            return false;
        }
        if known.causes.len() == CAUSES {
            let oldest = (0..CAUSES).min_by_key(|at| known.causes[*at].since);
            let oldest = oldest.map(|at| known.causes.swap_remove(at));
            if known.forgotten == 0 {
                known.forgotten_since = now;
            }
            known.forgotten += oldest.map_or(0, |cause| cause.more);
        }
        known.causes.push(Cause {
            level,
            text,
            since: now,
            more: 0,
        });
        true
    }

    /// Returns a line for each cause whose minute is over at `now` and that left out lines.
    pub fn counts(&self, now: Duration) -> Vec<(Level, String)> {
        let is_over = |since: Duration| now.saturating_sub(since) >= INTERVAL;
        let mut known = self.0.lock();
        let mut lines = Vec::new();
        known.causes.retain_mut(|cause| {
            let is_over = is_over(cause.since);
            if is_over && cause.more > 0 {
                let text = format!("and {} more like it: {}", cause.more, cause.text);
                lines.push((cause.level, text));
                (cause.since, cause.more) = (now, 0);
                return true;
            }
            !is_over
        });
        if known.forgotten > 0 && is_over(known.forgotten_since) {
            let text = format!("and {} more of several older causes", known.forgotten);
            lines.push((Level::Warn, text));
            known.forgotten = 0;
        }
        lines
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn first(repeats: &Repeats, text: &str, seconds: u64) -> bool {
        repeats.is_first(Level::Error, text.to_owned(), Duration::from_secs(seconds))
    }

    fn counts(repeats: &Repeats, seconds: u64) -> Vec<String> {
        let lines = repeats.counts(Duration::from_secs(seconds));
        lines.into_iter().map(|(_, text)| text).collect()
    }

    #[test]
    fn one_line_a_minute_tells_how_many_more_there_were() {
        let repeats = Repeats::new();
        assert!(first(&repeats, "full", 0) && first(&repeats, "locked", 30));
        assert!((1..=5).all(|second| !first(&repeats, "full", second)));
        assert!(repeats.is_first(Level::Warn, "full".into(), Duration::from_secs(6)));
        assert_eq!(counts(&repeats, 59), [""; 0]);
        assert_eq!(counts(&repeats, 60), ["and 5 more like it: full"]);
        assert!(!first(&repeats, "full", 61));
        assert_eq!(counts(&repeats, 119), [""; 0]);
        assert_eq!(counts(&repeats, 120), ["and 1 more like it: full"]);
        // A minute without it.
        assert_eq!(counts(&repeats, 180), [""; 0]);
        assert!(first(&repeats, "full", 181));
    }

    #[test]
    fn a_crowd_of_causes_is_bounded_and_no_line_is_lost_from_the_count() {
        let repeats = Repeats::new();
        for number in 0..CAUSES as u64 * 2 {
            assert!(first(&repeats, &number.to_string(), number));
            assert!(!first(&repeats, &number.to_string(), number));
        }
        assert_eq!(repeats.0.lock().causes.len(), CAUSES);
        let at_once = counts(&repeats, CAUSES as u64 + 1);
        assert!(at_once.iter().all(|line| !line.contains("older")));
        let lines = counts(&repeats, 1000);
        assert_eq!(lines.len(), CAUSES + 1);
        let forgotten = format!("and {CAUSES} more of several older causes");
        assert_eq!(lines.last(), Some(&forgotten));
    }
}
