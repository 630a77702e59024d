//! Time. The only place that asks the operating system for it, so that a test can move it.

mod checked;

use std::sync::{Arc, LazyLock};
use std::time::{Duration, Instant};

pub use checked::Checked;

use crate::sync::Mutex;

/// Milliseconds since 1970, UTC.
pub type Millis = i64;

/// A day in milliseconds.
pub const DAY: Millis = 86_400_000;

/// From where [`Clock::elapsed`] of the system's clock counts.
static BEGAN: LazyLock<Instant> = LazyLock::new(Instant::now);

/// How often an adjustable clock is looked at by those who wait for it.
const LOOK: Duration = Duration::from_millis(50);

/// Where `now` comes from; clones share it.
#[derive(Clone, Debug, Default)]
pub enum Clock {
    /// The operating system's clock.
    #[default]
    System,
    /// The operating system's clock, as far as it agrees with the time that passed.
    Checked(Arc<Checked>),
    /// A clock that can be moved and stopped.
    Adjustable(Arc<Mutex<Hands>>),
}

/// Where an adjustable clock stands.
#[derive(Clone, Copy, Debug)]
pub struct Hands {
    /// How far it is ahead of the operating system's.
    ahead: Millis,
    /// When it stands still: where.
    stands_at: Option<Millis>,
    /// What [`Clock::pass`] added to the time that really passed.
    passed: Duration,
}

impl Clock {
    /// A clock that stands at the present and moves only by [`Clock::advance`].
    pub fn fixed() -> Clock {
        let clock = Clock::adjustable();
        clock.freeze(true);
        clock
    }

    /// The operating system's clock, which is not believed at once when it jumps.
    pub fn checked() -> Clock {
        Clock::Checked(Arc::default())
    }

    /// Tells a checked clock the latest time that was written down before; another takes no notice.
    pub fn not_before(&self, latest: Millis) {
        if let Clock::Checked(checked) = self {
            checked.not_before(latest);
        }
    }

    /// A clock that runs with the operating system's until it is moved or stopped.
    pub fn adjustable() -> Clock {
        Clock::Adjustable(Arc::new(Mutex::new(Hands::RIGHT)))
    }

    /// Milliseconds since 1970, UTC.
    pub fn now(&self) -> Millis {
        match self {
            Clock::System => checked::system(),
            Clock::Checked(checked) => checked.now(),
            Clock::Adjustable(hands) => hands.lock().now(),
        }
    }

    /// Time that only goes forward, whatever is done to the calendar: for measuring how long something lasts.
    pub fn elapsed(&self) -> Duration {
        match self {
            Clock::System | Clock::Checked(_) => BEGAN.elapsed(),
            Clock::Adjustable(hands) => BEGAN.elapsed() + hands.lock().passed,
        }
    }

    /// When to look whether so much of it has passed: with a clock that somebody else moves, soon.
    pub fn look_after(&self, wait: Duration) -> Instant {
        let wait = match self {
            Clock::System | Clock::Checked(_) => wait,
            Clock::Adjustable(_) => wait.min(LOOK),
        };
        Instant::now() + wait
    }

    /// Lets time pass on an adjustable clock: for the calendar, and for what waits.
    pub fn pass(&self, time: Duration) {
        self.advance(time);
        self.adjust(|hands| hands.passed += time);
    }

    /// Moves the calendar of an adjustable clock forward; the system's clock is not moved.
    pub fn advance(&self, by: Duration) {
        self.set(
            self.now()
                .saturating_add(i64::try_from(by.as_millis()).unwrap_or(0)),
        );
    }

    /// Sets an adjustable clock to a time, from which it runs on or where it stands, as it did.
    pub fn set(&self, now: Millis) {
        self.adjust(|hands| {
            hands.ahead = now - Clock::System.now();
            hands.stands_at = hands.stands_at.map(|_| now);
        });
    }

    /// Stops an adjustable clock, or lets it run on from where it stands.
    pub fn freeze(&self, freeze: bool) {
        self.adjust(|hands| {
            let now = hands.now();
            hands.ahead = now - Clock::System.now();
            hands.stands_at = freeze.then_some(now);
        });
    }

    /// Whether it stands still.
    pub fn is_frozen(&self) -> bool {
        match self {
            Clock::System | Clock::Checked(_) => false,
            Clock::Adjustable(hands) => hands.lock().stands_at.is_some(),
        }
    }

    /// Makes an adjustable clock run with the operating system's again.
    pub fn right(&self) {
        self.adjust(|hands| *hands = Hands::RIGHT);
    }

    fn adjust(&self, change: impl FnOnce(&mut Hands)) {
        if let Clock::Adjustable(hands) = self {
            change(&mut hands.lock());
        }
    }
}

impl Hands {
    const RIGHT: Hands = Hands {
        ahead: 0,
        stands_at: None,
        passed: Duration::ZERO,
    };

    fn now(&self) -> Millis {
        self.stands_at
            .unwrap_or_else(|| Clock::System.now().saturating_add(self.ahead))
    }
}

/// `2026-01-31T09:05:07.042Z` (RFC 3339), for logs and the command line.
pub fn rfc3339(at: Millis) -> String {
    let (days, rest) = (at.div_euclid(DAY), at.rem_euclid(DAY));
    // Days to a date of the proleptic Gregorian calendar, counted in eras of 400 years that begin on 1 March.
    let shifted = days + 719_468;
    let (era, of_era) = (shifted.div_euclid(146_097), shifted.rem_euclid(146_097));
    let year_of_era = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * of_year + 2) / 153;
    let day = of_year - (153 * month_from_march + 2) / 5 + 1;
    let month = if month_from_march < 10 {
        month_from_march + 3
    } else {
        month_from_march - 9
    };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    let (hour, minute, second, milli) = (
        rest / 3_600_000,
        rest / 60_000 % 60,
        rest / 1000 % 60,
        rest % 1000,
    );
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{milli:03}Z")
}

/// Returns the time that a text names (RFC 3339), to the millisecond. `None` when it is none.
pub fn parse_rfc3339(text: &str) -> Option<Millis> {
    let (day, rest) = text.split_at_checked(10)?;
    let rest = rest.strip_prefix(['T', 't'])?;
    let (time, zone) = rest.split_at(rest.find(['Z', 'z', '+', '-'])?);
    let two = |text: &str, most: i64| {
        let number = text.parse::<i64>().ok()?;
        let fits = text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_digit());
        (fits && number <= most).then_some(number)
    };
    let mut parts = time.split(':');
    let (hours, minutes) = (two(parts.next()?, 23)?, two(parts.next()?, 59)?);
    let (whole, fraction) = parts
        .next()
        .map(|rest| rest.split_once('.').unwrap_or((rest, "0")))?;
    if parts.next().is_some()
        || fraction.is_empty()
        || !fraction.bytes().all(|byte| byte.is_ascii_digit())
    {
        return None;
    }
    let millis: i64 = format!("{fraction:0<3}")[..3].parse().ok()?;
    let ahead = match zone {
        "Z" | "z" => 0,
        _ => {
            let (hours, minutes) = zone[1..].split_once(':')?;
            let minutes = two(hours, 23)? * 60 + two(minutes, 59)?;
            if zone.starts_with('-') {
                -minutes
            } else {
                minutes
            }
        }
    };
    let seconds = (hours * 60 + minutes - ahead) * 60 + two(whole, 60)?;
    Some(midnight(day)? + seconds * 1000 + millis)
}

/// Returns the time at which a day such as `2026-01-31` begins in UTC. `None` when the text is no day.
pub fn midnight(day: &str) -> Option<Millis> {
    let mut parts = day.splitn(3, '-');
    let mut number = |letters| {
        let part = parts.next()?;
        let is_plain = part.len() == letters && part.bytes().all(|byte| byte.is_ascii_digit());
        is_plain.then(|| part.parse::<i64>().ok()).flatten()
    };
    let (year, month, day_of_month) = (number(4)?, number(2)?, number(2)?);
    // Counted from March, so that the day of a leap year is the last of its year.
    let (year, month) = if month > 2 {
        (year, month - 3)
    } else {
        (year - 1, month + 9)
    };
    let of_era = year.rem_euclid(400);
    let days = year.div_euclid(400) * 146_097 + of_era * 365 + of_era / 4 - of_era / 100;
    let at = (days + (153 * month + 2) / 5 + day_of_month - 1 - 719_468) * DAY;
    // A day that the calendar has not comes out as another one.
    rfc3339(at).starts_with(day).then_some(at)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_those_of_the_calendar() {
        for (at, text) in [
            (0, "1970-01-01T00:00:00.000Z"),
            (951_782_400_000, "2000-02-29T00:00:00.000Z"),
            (1_769_850_307_042, "2026-01-31T09:05:07.042Z"),
            (4_107_542_399_999, "2100-02-28T23:59:59.999Z"),
            (4_107_542_400_000, "2100-03-01T00:00:00.000Z"),
        ] {
            assert_eq!(rfc3339(at), text);
            let begins = at.div_euclid(DAY) * DAY;
            assert_eq!(midnight(&text[..10]), Some(begins));
        }
        for text in [
            "2023-02-29",
            "2000-13-01",
            "2000-00-01",
            "2000-01-00",
            "2000-1-1",
            "",
            "x",
        ] {
            assert_eq!(midnight(text), None, "{text}");
        }
    }
}
