//! A part of a list.

/// A part of a list.
#[derive(Clone, Copy, Debug)]
pub struct Page {
    /// Rows at most.
    pub limit: i64,
    /// Rows before it.
    pub offset: i64,
}

impl Page {
    /// As much as a list without pages shows.
    pub fn first(limit: i64) -> Page {
        Page { limit, offset: 0 }
    }
}
