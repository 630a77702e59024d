//! What a running server counts, and how it is written for Prometheus (text format 0.0.4). Counting costs an atomic
//! addition or two; everything else is done when somebody asks. No label is chosen by a client, and none is secret.

use std::fmt::{Display, Write};
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::Duration;

use crate::http::routes::{ROUTES, Route};

/// Upper ends of the classes of a [`Histogram`], in microseconds.
const BOUNDS: [u64; 14] = [
    100, 250, 500, 1000, 2500, 5000, 10_000, 25_000, 50_000, 100_000, 250_000, 500_000, 1_000_000,
    5_000_000,
];

/// How long something took, in classes.
#[derive(Default)]
pub struct Histogram {
    classes: [AtomicU64; BOUNDS.len() + 1],
    micros: AtomicU64,
}

impl Histogram {
    /// One more.
    pub fn note(&self, took: Duration) {
        let micros = u64::try_from(took.as_micros()).unwrap_or(u64::MAX);
        let class = BOUNDS.partition_point(|bound| *bound < micros);
        self.classes[class].fetch_add(1, Relaxed);
        self.micros.fetch_add(micros, Relaxed);
    }
}

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
}

/// The page that is read.
#[derive(Default)]
pub struct Page(String);

impl Page {
    /// The text.
    pub fn into_text(self) -> String {
        self.0
    }

    fn head(&mut self, name: &str, kind: &str, help: &str) {
        self.line(format_args!("# HELP patmost_{name} {help}"));
        self.line(format_args!("# TYPE patmost_{name} {kind}"));
    }

    fn line(&mut self, line: impl Display) {
        // Into memory, where it always fits.
        let _ = writeln!(self.0, "{line}");
    }

    /// A number that only grows.
    pub fn counter(&mut self, name: &str, help: &str, value: u64) {
        self.head(name, "counter", help);
        self.line(format_args!("patmost_{name} {value}"));
    }

    /// A number that comes and goes.
    pub fn gauge(&mut self, name: &str, help: &str, value: usize) {
        self.head(name, "gauge", help);
        self.line(format_args!("patmost_{name} {value}"));
    }

    /// Numbers that come and go, told apart by a label.
    pub fn gauges(&mut self, name: &str, help: &str, label: &str, values: &[(&str, i64)]) {
        self.head(name, "gauge", help);
        for (of, value) in values {
            self.line(format_args!("patmost_{name}{{{label}=\"{of}\"}} {value}"));
        }
    }

    /// How long something took.
    pub fn histogram(&mut self, name: &str, help: &str, histogram: &Histogram) {
        self.head(name, "histogram", help);
        let mut count = 0;
        for (number, class) in histogram.classes.iter().enumerate() {
            count += class.load(Relaxed);
            match BOUNDS.get(number) {
                Some(bound) => self.line(format_args!(
                    "patmost_{name}_bucket{{le=\"{}\"}} {count}",
                    seconds(*bound)
                )),
                None => self.line(format_args!("patmost_{name}_bucket{{le=\"+Inf\"}} {count}")),
            }
        }
        let sum = seconds(histogram.micros.load(Relaxed));
        self.line(format_args!("patmost_{name}_sum {sum}"));
        self.line(format_args!("patmost_{name}_count {count}"));
    }

    /// Requests by route and status, those that there were.
    pub fn requests(&mut self, requests: &Requests) {
        let name = "requests_total";
        self.head(
            name,
            "counter",
            "Requests answered, by route and status; route -: none.",
        );
        for (number, row) in requests.counts.iter().enumerate() {
            let (method, path) = ROUTES
                .get(number)
                .map_or(("-", "-"), |route| (route.method, route.path));
            for (status, count) in STATUSES.iter().zip(row) {
                let count = count.load(Relaxed);
                if count > 0 {
                    self.line(format_args!(
                        "patmost_{name}{{method=\"{method}\",route=\"{path}\",status=\"{status}\"}} {count}"
                    ));
                }
            }
        }
        self.histogram(
            "request_seconds",
            "Time from a complete request to its answer.",
            &requests.took,
        );
    }
}

fn seconds(micros: u64) -> f64 {
    micros as f64 / 1_000_000.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_in_the_classes_that_hold_it() {
        let histogram = Histogram::default();
        for micros in [100, 101, 7_000_000] {
            histogram.note(Duration::from_micros(micros));
        }
        let mut page = Page::default();
        page.histogram("x", "X.", &histogram);
        let text = page.into_text();
        for line in [
            "# TYPE patmost_x histogram",
            "patmost_x_bucket{le=\"0.0001\"} 1",
            "patmost_x_bucket{le=\"0.00025\"} 2",
            "patmost_x_bucket{le=\"5\"} 2",
            "patmost_x_bucket{le=\"+Inf\"} 3",
            "patmost_x_sum 7.000201",
            "patmost_x_count 3",
        ] {
            assert!(text.lines().any(|one| one == line), "{line}\n{text}");
        }
    }

    #[test]
    fn each_route_has_its_row_and_what_has_none_shares_one() {
        let requests = Requests::default();
        requests.count(Some(&ROUTES[1]), 200);
        requests.count(ROUTES.last(), 999);
        requests.count(None, 404);
        let mut page = Page::default();
        page.requests(&requests);
        let text = page.into_text();
        let last = ROUTES.last().unwrap();
        for line in [
            format!(
                "{{method=\"GET\",route=\"{}\",status=\"200\"}} 1",
                ROUTES[1].path
            ),
            format!(
                "{{method=\"{}\",route=\"{}\",status=\"0\"}} 1",
                last.method, last.path
            ),
            "{method=\"-\",route=\"-\",status=\"404\"} 1".into(),
        ] {
            assert!(text.contains(&line), "{line}\n{text}");
        }
        assert_eq!(text.matches("requests_total{").count(), 3);
    }
}
