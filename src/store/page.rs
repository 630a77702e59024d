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

    /// Gives one part after the other of so many rows to `read`, which returns how many rows there were; one that is not whole is
    /// the last.
    ///
    /// # Errors
    /// The first one of `read`.
    pub fn each<E>(limit: i64, mut read: impl FnMut(Page) -> Result<usize, E>) -> Result<(), E> {
        let mut page = Page::first(limit);
        while read(page)? as i64 == limit {
            page.offset += limit;
        }
        Ok(())
    }
}
