//! What SQL code sees of the store: an open transaction and its rows.

use rusqlite::types::FromSql;
use rusqlite::{CachedStatement, Connection, ToSql};
use serde_json::Value;
use serde_json::value::RawValue;

use super::StoreError;

/// An open transaction. Statements are prepared once for each connection; `$2` is the second of the parameters.
pub struct Tx<'c> {
    connection: &'c Connection,
}

/// One row of a result; columns count from 0.
pub struct Row<'r>(&'r rusqlite::Row<'r>);

/// Where the texts end that begin with `text`: they are those from `text` up to, but without, this one.
pub fn end_of(text: &str) -> String {
    format!("{text}\u{10ffff}")
}

impl Row<'_> {
    /// The value of a column.
    pub fn get<T: FromSql>(&self, column: usize) -> Result<T, StoreError> {
        self.0.get(column).map_err(StoreError::from)
    }

    /// The text of a column, not copied.
    pub fn text(&self, column: usize) -> Result<&str, StoreError> {
        let text = self.0.get_ref(column)?.as_str();
        text.map_err(|error| StoreError::Other(error.to_string()))
    }

    /// The JSON that a column holds as text.
    pub fn json(&self, column: usize) -> Result<Value, StoreError> {
        serde_json::from_str(self.text(column)?).map_err(damaged)
    }

    /// The same, not taken apart.
    pub fn raw_json(&self, column: usize) -> Result<Box<RawValue>, StoreError> {
        RawValue::from_string(self.get(column)?).map_err(damaged)
    }
}

fn damaged(error: serde_json::Error) -> StoreError {
    StoreError::Other(format!("a stored JSON text is damaged: {error}"))
}

impl<'c> Tx<'c> {
    pub(super) fn new(connection: &'c Connection) -> Tx<'c> {
        Tx { connection }
    }

    /// Runs a statement and tells how many rows it changed.
    pub fn execute(&self, sql: &str, params: &[&dyn ToSql]) -> Result<usize, StoreError> {
        Ok(self.bound(sql, params)?.raw_execute()?)
    }

    /// The first row, which must be there.
    pub fn one<T>(
        &self,
        sql: &str,
        params: &[&dyn ToSql],
        map: impl FnOnce(&Row) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        let missing = || StoreError::Other("a row that must be there is missing".into());
        self.optional(sql, params, map)?.ok_or_else(missing)
    }

    /// The first row, if there is one.
    pub fn optional<T>(
        &self,
        sql: &str,
        params: &[&dyn ToSql],
        map: impl FnOnce(&Row) -> Result<T, StoreError>,
    ) -> Result<Option<T>, StoreError> {
        let mut statement = self.bound(sql, params)?;
        let mut rows = statement.raw_query();
        rows.next()?.map(|row| map(&Row(row))).transpose()
    }

    /// All rows.
    pub fn many<T>(
        &self,
        sql: &str,
        params: &[&dyn ToSql],
        mut map: impl FnMut(&Row) -> Result<T, StoreError>,
    ) -> Result<Vec<T>, StoreError> {
        let mut all = Vec::new();
        self.each(sql, params, |row| {
            all.push(map(row)?);
            Ok::<(), StoreError>(())
        })?;
        Ok(all)
    }

    /// Gives the rows one after the other, and holds none.
    pub fn each<E: From<StoreError>>(
        &self,
        sql: &str,
        params: &[&dyn ToSql],
        mut give: impl FnMut(&Row) -> Result<(), E>,
    ) -> Result<(), E> {
        let mut statement = self.bound(sql, params)?;
        let mut rows = statement.raw_query();
        while let Some(row) = rows.next().map_err(StoreError::from)? {
            give(&Row(row))?;
        }
        Ok(())
    }

    /// The statement with its parameters. SQLite takes `$2` for a name and numbers names as they first appear, so each
    /// is bound by the number in it: that is what `$2` means in PostgreSQL.
    fn bound(&self, sql: &str, params: &[&dyn ToSql]) -> Result<CachedStatement<'_>, StoreError> {
        #[cfg(test)]
        RAN.with_borrow_mut(|ran| ran.push(sql.to_owned()));
        let mut statement = self.connection.prepare_cached(sql)?;
        if statement.parameter_count() != params.len() {
            return Err(StoreError::Other(
                "a statement got too few or too many parameters".into(),
            ));
        }
        for index in 1..=params.len() {
            let number = statement
                .parameter_name(index)
                .and_then(|name| name.strip_prefix('$')?.parse::<usize>().ok());
            let param = number.and_then(|number| params.get(number.checked_sub(1)?));
            let param =
                param.ok_or_else(|| StoreError::Other("a parameter has no number".into()))?;
            statement.raw_bind_parameter(index, param)?;
        }
        Ok(statement)
    }
}

#[cfg(test)]
thread_local! {
    /// The statements that ran in this thread.
    static RAN: std::cell::RefCell<Vec<String>> = const { std::cell::RefCell::new(Vec::new()) };
}

#[cfg(test)]
impl Tx<'_> {
    /// Runs `work`, and returns each statement that it ran with the steps of its plan.
    pub fn plans(&self, work: impl FnOnce(&Tx)) -> Vec<(String, Vec<String>)> {
        RAN.take();
        work(self);
        let plan = |sql: String| {
            let explained = format!("EXPLAIN QUERY PLAN {sql}");
            let mut statement = self.connection.prepare(&explained).unwrap();
            let (mut rows, mut steps) = (statement.raw_query(), Vec::new());
            while let Some(row) = rows.next().unwrap() {
                steps.push(row.get(3).unwrap());
            }
            (sql, steps)
        };
        RAN.take().into_iter().map(plan).collect()
    }
}
