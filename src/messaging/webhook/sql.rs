//! SQL of incoming webhooks.

use super::Webhook;
use crate::secret::{Secret, SecretHash};
use crate::store::Page;
use crate::store::{Row, StoreError, Tx, params};

const COLUMNS: &str = "w.id, w.create_at, w.update_at, w.user_id, w.channel_id, w.team_id, w.display_name, w.description, w.username, \
                       w.icon_url, w.channel_locked, w.secret";

fn webhook(row: &Row) -> Result<Webhook, StoreError> {
    Ok(Webhook {
        id: row.get(0)?,
        create_at: row.get(1)?,
        update_at: row.get(2)?,
        delete_at: 0,
        user_id: row.get(3)?,
        channel_id: row.get(4)?,
        team_id: row.get(5)?,
        display_name: row.get(6)?,
        description: row.get(7)?,
        username: row.get(8)?,
        icon_url: row.get(9)?,
        channel_locked: row.get(10)?,
        kept_secret: row.get(11)?,
    })
}

/// The webhook whose secret has the hash.
pub fn by_secret(tx: &Tx, secret_hash: &SecretHash) -> Result<Option<Webhook>, StoreError> {
    tx.optional(
        &format!("SELECT {COLUMNS} FROM incoming_webhooks w WHERE w.secret_hash = $1"),
        params![secret_hash.as_str()],
        webhook,
    )
}

/// The webhook with the id, or with this text as its secret.
pub fn by_id_or_secret(tx: &Tx, text: &str) -> Result<Option<Webhook>, StoreError> {
    let found = tx.optional(
        &format!("SELECT {COLUMNS} FROM incoming_webhooks w WHERE w.id = $1"),
        params![text],
        webhook,
    )?;
    match found {
        None => by_secret(tx, &SecretHash::of(text)),
        found => Ok(found),
    }
}

/// Which webhooks a list shows; an empty text is no condition.
#[derive(Clone, Copy, Debug, Default)]
pub struct Filter<'f> {
    /// Only those of this team.
    pub team_id: &'f str,
    /// Only those of this account.
    pub user_id: &'f str,
}

impl Filter<'_> {
    /// Returns the condition in which `$1` is the team and `$2` the account: one for which there is an index.
    fn condition(self) -> &'static str {
        match (self.team_id, self.user_id) {
            ("", "") => "$1 = '' AND $2 = ''",
            (_, "") => "w.team_id = $1 AND $2 = ''",
            ("", _) => "$1 = '' AND w.user_id = $2",
            (_, _) => "w.team_id = $1 AND w.user_id = $2",
        }
    }
}

/// A part of the webhooks, oldest first.
pub fn list(tx: &Tx, filter: Filter, page: Page) -> Result<Vec<Webhook>, StoreError> {
    let sql = format!(
        "SELECT {COLUMNS} FROM incoming_webhooks w WHERE {} ORDER BY w.number LIMIT $3 OFFSET $4",
        filter.condition()
    );
    let values = params![filter.team_id, filter.user_id, page.limit, page.offset];
    tx.many(&sql, values, webhook)
}

/// How many there are.
pub fn count(tx: &Tx, filter: Filter) -> Result<i64, StoreError> {
    tx.one(
        &format!(
            "SELECT count(*) FROM incoming_webhooks w WHERE {}",
            filter.condition()
        ),
        params![filter.team_id, filter.user_id],
        |row| row.get(0),
    )
}

/// Whether the account has that many, or more.
pub fn has_as_many(tx: &Tx, user_id: &str, number: i64) -> Result<bool, StoreError> {
    tx.one(
        "SELECT EXISTS (SELECT 1 FROM incoming_webhooks WHERE user_id = $1 LIMIT 1 OFFSET $2 - 1)",
        params![user_id, number],
        |row| row.get(0),
    )
}

/// Adds a webhook; its secret is kept in clear only as far as the webhook says.
pub fn insert(tx: &Tx, webhook: &Webhook, secret: &Secret) -> Result<(), StoreError> {
    tx.execute(
        "INSERT INTO incoming_webhooks (id, secret_hash, secret, create_at, update_at, user_id, channel_id, team_id, display_name,
             description, username, icon_url, channel_locked)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)",
        params![
            webhook.id,
            secret.hash().as_str(),
            webhook.kept_secret,
            webhook.create_at,
            webhook.update_at,
            webhook.user_id,
            webhook.channel_id,
            webhook.team_id,
            webhook.display_name,
            webhook.description,
            webhook.username,
            webhook.icon_url,
            webhook.channel_locked,
        ],
    )?;
    Ok(())
}

/// Writes every field that can change.
pub fn update(tx: &Tx, webhook: &Webhook) -> Result<(), StoreError> {
    tx.execute(
        "UPDATE incoming_webhooks SET update_at = $2, channel_id = $3, display_name = $4, description = $5, username = $6, icon_url = $7,
             channel_locked = $8 WHERE id = $1",
        params![
            webhook.id,
            webhook.update_at,
            webhook.channel_id,
            webhook.display_name,
            webhook.description,
            webhook.username,
            webhook.icon_url,
            webhook.channel_locked,
        ],
    )?;
    Ok(())
}

/// Deletes a webhook.
pub fn delete(tx: &Tx, id: &str) -> Result<(), StoreError> {
    tx.execute("DELETE FROM incoming_webhooks WHERE id = $1", params![id])?;
    Ok(())
}

/// Deletes the webhooks of a channel.
pub fn delete_of_channel(tx: &Tx, channel_id: &str) -> Result<(), StoreError> {
    tx.execute(
        "DELETE FROM incoming_webhooks WHERE channel_id = $1",
        params![channel_id],
    )?;
    Ok(())
}

/// Whether the secret of any webhook is kept in clear.
pub fn has_secrets(tx: &Tx) -> Result<bool, StoreError> {
    tx.one(
        "SELECT EXISTS (SELECT 1 FROM incoming_webhooks WHERE secret IS NOT NULL)",
        params![],
        |row| row.get(0),
    )
}

/// Forgets the secrets that are kept in clear.
pub fn forget_secrets(tx: &Tx) -> Result<(), StoreError> {
    tx.execute(
        "UPDATE incoming_webhooks SET secret = NULL WHERE secret IS NOT NULL",
        params![],
    )?;
    Ok(())
}
