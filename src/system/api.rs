//! HTTP endpoints of the server itself.

use serde_json::json;

use crate::http::{Answer, Context, answer};

/// `GET /system/ping`
pub fn ping(cx: &Context) -> Answer {
    let mut status = json!({
        "AndroidLatestVersion": "", "AndroidMinVersion": "", "DesktopLatestVersion": "", "DesktopMinVersion": "",
        "IosLatestVersion": "", "IosMinVersion": "", "status": "OK",
    });
    if cx.flag("get_server_status") {
        // The settings of this very request were read from the data file, so it answers.
        status["database_status"] = "OK".into();
        status["filestore_status"] = "OK".into();
    }
    Ok(answer::json(&status))
}
