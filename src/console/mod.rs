//! The console: pages for a browser, embedded in the executable. They talk to the API like any other client; this file
//! owns how their files are served, and nothing of what they show.

use std::sync::LazyLock;

use sha2::{Digest, Sha256};

use crate::http::{Request, Response};

/// A file that browsers load.
pub struct File {
    /// The path it is served at.
    pub path: &'static str,
    content_type: &'static str,
    body: &'static [u8],
}

const HTML: &str = "text/html; charset=utf-8";
const CSS: &str = "text/css; charset=utf-8";
const SCRIPT: &str = "text/javascript; charset=utf-8";
const SVG: &str = "image/svg+xml";

macro_rules! files {
    ($($path:literal $file:literal $content_type:ident;)*) => {
        /// Every file there is.
        static FILES: &[File] = &[$(File { path: $path, content_type: $content_type, body: include_bytes!($file) }),*];
    };
}

files! {
    "/"                               "index.html"              HTML;
    "/console/style.css"              "style.css"               CSS;
    "/console/icon.svg"               "icon.svg"                SVG;
    "/console/main.js"                "main.js"                 SCRIPT;
    "/console/api.js"                 "api.js"                  SCRIPT;
    "/console/dom.js"                 "dom.js"                  SCRIPT;
    "/console/dialog.js"              "dialog.js"               SCRIPT;
    "/console/format.js"              "format.js"               SCRIPT;
    "/console/roles.js"               "roles.js"                SCRIPT;
    "/console/text.js"                "text.js"                 SCRIPT;
    "/console/pages/access.js"        "pages/access.js"         SCRIPT;
    "/console/pages/audits.js"        "pages/audits.js"         SCRIPT;
    "/console/pages/dashboard.js"     "pages/dashboard.js"      SCRIPT;
    "/console/pages/integrations.js"  "pages/integrations.js"   SCRIPT;
    "/console/pages/logs.js"          "pages/logs.js"           SCRIPT;
    "/console/pages/security.js"      "pages/security.js"       SCRIPT;
    "/console/pages/sign_in.js"       "pages/sign_in.js"        SCRIPT;
    "/console/pages/tokens.js"        "pages/tokens.js"         SCRIPT;
    "/console/pages/user_actions.js"  "pages/user_actions.js"   SCRIPT;
    "/console/pages/users.js"         "pages/users.js"          SCRIPT;
    "/console/pages/webhooks.js"      "pages/webhooks.js"       SCRIPT;
}

/// What the pages may do in a browser: run and show what comes from here, talk to here, and nothing else. With Trusted
/// Types a text can never become HTML.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; \
                      form-action 'none'; base-uri 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'";

/// Changes with the contents, one for each file.
static ETAGS: LazyLock<Vec<String>> = LazyLock::new(|| {
    let etag = |file: &File| format!("\"{}\"", &hex::encode(Sha256::digest(file.body))[..32]);
    FILES.iter().map(etag).collect()
});

/// The answer to a browser that asks for a file, and the path it has; none when there is no such file.
pub fn answer(request: &Request) -> Option<(&'static str, Response)> {
    if !["GET", "HEAD"].contains(&request.method.as_str()) {
        return None;
    }
    let at = FILES.iter().position(|file| file.path == request.path)?;
    let (file, etag) = (&FILES[at], &ETAGS[at]);
    let known = request.header("if-none-match").unwrap_or_default();
    let response = if known.split(',').any(|known| known.trim() == etag) {
        Response::empty(304)
    } else {
        Response::new(200, file.content_type, file.body)
    };
    // The page itself is never kept, so that nothing of it can be looked at after signing out; the rest is asked for anew.
    let cache = if file.path == "/" {
        "no-store"
    } else {
        "no-cache"
    };
    let response = response
        .with("Etag", etag)
        .with("Cache-Control", cache)
        .with("Content-Security-Policy", POLICY)
        .with("Referrer-Policy", "no-referrer")
        .with("Cross-Origin-Resource-Policy", "same-origin");
    Some((file.path, response))
}
