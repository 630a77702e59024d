//! Long work in the background as many small changes, between which others get their turn.

use std::sync::atomic::Ordering;
use std::time::Duration;
use std::time::Instant;

use super::Store;
use crate::error::AppError;

/// Rows of a change: at first, and the fewest and the most that it may become.
const ROWS: i64 = 25;
const ROWS_FEWEST: i64 = 10;
const ROWS_MOST: i64 = 200;

/// What a change should take, its commit and the wait for others included. Whoever writes waits as long for it.
const SHORT: Duration = Duration::from_millis(5);
const LONG: Duration = Duration::from_millis(15);

/// The longest pause between two changes.
const PAUSE: Duration = Duration::from_millis(50);

impl Store {
    /// Makes one change after the other, each with a pause as long as itself behind it. `change` is given how many rows it
    /// may touch, which follows from how long the last one took, and tells whether there may be more.
    ///
    /// # Errors
    /// That of a change.
    pub fn in_batches(
        &self,
        change: impl FnMut(i64) -> Result<bool, AppError>,
    ) -> Result<(), AppError> {
        in_batches(|| true, self.and_write_back(change))
    }

    /// Makes changes as [`Store::in_batches`], for work that goes on after the next start: ends early when the server ends.
    ///
    /// # Errors
    /// That of a change.
    pub fn clean_up_in_batches(
        &self,
        change: impl FnMut(i64) -> Result<bool, AppError>,
    ) -> Result<(), AppError> {
        let go_on = || !self.is_ending.load(Ordering::SeqCst);
        in_batches(go_on, self.and_write_back(change))
    }

    fn and_write_back(
        &self,
        mut change: impl FnMut(i64) -> Result<bool, AppError>,
    ) -> impl FnMut(i64) -> Result<bool, AppError> {
        move |rows| {
            let done = change(rows);
            self.write_back();
            done
        }
    }

    /// Ends the work in the background before its next change.
    pub fn end_clean_up(&self) {
        self.is_ending.store(true, Ordering::SeqCst);
    }
}

fn in_batches(
    go_on: impl Fn() -> bool,
    mut change: impl FnMut(i64) -> Result<bool, AppError>,
) -> Result<(), AppError> {
    let mut rows = ROWS;
    while go_on() {
        let begun = Instant::now();
        if !change(rows)? {
            break;
        }
        let took = begun.elapsed();
        if took > LONG {
            rows = (rows / 2).max(ROWS_FEWEST);
        } else if took < SHORT {
            rows = (rows * 2).min(ROWS_MOST);
        }
        std::thread::sleep(took.min(PAUSE));
    }
    Ok(())
}
