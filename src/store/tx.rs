//! What SQL code sees of the store: an open transaction and its rows.

use rusqlite::types::FromSql;
use rusqlite::{Connection, OptionalExtension, ToSql};

use super::StoreError;

/// An open transaction. Statements are prepared once for each connection.
pub struct Tx<'c> {
    connection: &'c Connection,
}

/// One row of a result; columns count from 0.
pub struct Row<'r>(&'r rusqlite::Row<'r>);

impl Row<'_> {
    /// The value of a column.
    pub fn get<T: FromSql>(&self, column: usize) -> Result<T, StoreError> {
        self.0.get(column).map_err(StoreError::from)
    }

    /// The JSON that a column holds as text.
    pub fn json(&self, column: usize) -> Result<serde_json::Value, StoreError> {
        let text: String = self.get(column)?;
        serde_json::from_str(&text)
            .map_err(|error| StoreError::Other(format!("a stored JSON text is damaged: {error}")))
    }
}

impl<'c> Tx<'c> {
    pub(super) fn new(connection: &'c Connection) -> Tx<'c> {
        Tx { connection }
    }

    /// Runs a statement and tells how many rows it changed.
    pub fn execute(&self, sql: &str, params: &[&dyn ToSql]) -> Result<usize, StoreError> {
        Ok(self.connection.prepare_cached(sql)?.execute(params)?)
    }

    /// The first row, which must be there.
    pub fn one<T>(
        &self,
        sql: &str,
        params: &[&dyn ToSql],
        map: impl FnOnce(&Row) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        self.optional(sql, params, map)?
            .ok_or_else(|| StoreError::Other("a row that must be there is missing".into()))
    }

    /// The first row, if there is one.
    pub fn optional<T>(
        &self,
        sql: &str,
        params: &[&dyn ToSql],
        map: impl FnOnce(&Row) -> Result<T, StoreError>,
    ) -> Result<Option<T>, StoreError> {
        let mut statement = self.connection.prepare_cached(sql)?;
        let mapped = statement
            .query_row(params, |row| Ok(map(&Row(row))))
            .optional()?;
        mapped.transpose()
    }

    /// All rows.
    pub fn many<T>(
        &self,
        sql: &str,
        params: &[&dyn ToSql],
        mut map: impl FnMut(&Row) -> Result<T, StoreError>,
    ) -> Result<Vec<T>, StoreError> {
        let mut statement = self.connection.prepare_cached(sql)?;
        let mut rows = statement.query(params)?;
        let mut all = Vec::new();
        while let Some(row) = rows.next()? {
            all.push(map(&Row(row))?);
        }
        Ok(all)
    }
}
