//! Requests by route and status.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::Duration;

use super::routes::{ROUTES, Route};
use crate::metrics::{Histogram, Page};

/// Statuses that are counted one by one; the last place is for all others.
const STATUSES: [u16; 23] = [
    101, 200, 201, 204, 301, 304, 400, 401, 403, 404, 405, 408, 413, 414, 417, 429, 431, 500, 501,
    503, 505, 507, 0,
];

/// Requests by route and status, and how long they took.
pub struct Requests {
    /// A row for each route, and one for what met none.
    counts: Box<[[AtomicU64; STATUSES.len()]]>,
    took: Histogram,
}

impl Default for Requests {
    fn default() -> Requests {
        Requests {
            counts: (0..=ROUTES.len()).map(|_| Default::default()).collect(),
            took: Histogram::default(),
        }
    }
}

impl Requests {
    /// A request was answered.
    pub fn note(&self, route: Option<&'static Route>, status: u16, took: Duration) {
        self.count(route, status);
        self.took.note(took);
    }

    /// A request was refused before it was one: it took no time that would mean something.
    pub fn count(&self, route: Option<&'static Route>, status: u16) {
        let row = route.and_then(|route| ROUTES.element_offset(route));
        let place = STATUSES.iter().position(|known| *known == status);
        let row = &self.counts[row.unwrap_or(ROUTES.len())];
        row[place.unwrap_or(STATUSES.len() - 1)].fetch_add(1, Relaxed);
    }

    /// Sets every count to zero.
    pub fn clear(&self) {
        for count in self.counts.iter().flatten() {
            count.store(0, Relaxed);
        }
        self.took.clear();
    }

    /// Requests by route and status, those that there were.
    pub fn write(&self, page: &mut Page) {
        let name = "requests_total";
        page.head(
            name,
            "counter",
            "Requests answered, by route and status; route -: none.",
        );
        for (number, row) in self.counts.iter().enumerate() {
            let (method, path) = ROUTES
                .get(number)
                .map_or(("-", "-"), |route| (route.method, route.path));
            for (status, count) in STATUSES.iter().zip(row) {
                let count = count.load(Relaxed);
                if count > 0 {
                    page.line(format_args!(
                        "patmost_{name}{{method=\"{method}\",route=\"{path}\",status=\"{status}\"}} {count}"
                    ));
                }
            }
        }
        page.histogram(
            "request_seconds",
            "Time from a complete request to its answer.",
            &self.took,
        );
    }
}
