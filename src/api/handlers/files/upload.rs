//! `POST /files`: the body is stored as it comes. Mattermost: it is one file, told about in the query, or a form with several.

use std::any::Any;
use std::sync::Arc;

use serde_json::json;

use crate::api::multipart::{Multipart, Next, Part};
use crate::api::routes::{Opened, Uploading};
use crate::api::{Answer, Context, answer};
use crate::app::App;
use crate::config::{ENABLE_FILE_ATTACHMENTS, MAX_FILE_SIZE};
use crate::content::name;
use crate::error::{self, AppError};
use crate::http::Upload;
use crate::id;
use crate::messaging::file::{self, Arrived};
use crate::permission::Caller;
use crate::store::Tx;
use crate::sync::Mutex;

/// Bytes of a value in a form at most.
const VALUE: usize = 10 * 1024;

/// Files of a form at most: as many as a post has.
const FILES: usize = 10;

/// How the files of a request are stored.
pub const UPLOAD: Uploading = Uploading { open, handle };

/// The files of one request on their way. Those that it does not complete are deleted with it.
struct Files(Mutex<State>);

impl std::fmt::Debug for Files {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Files")
    }
}

struct State {
    app: Arc<App>,
    caller: Caller,
    /// Bytes of a file at most.
    most: i64,
    /// None: the body is a file.
    form: Option<Multipart>,
    channel_id: Option<String>,
    client_ids: Vec<String>,
    files: Vec<Arrived>,
    /// The name of the file that is on its way.
    file_name: String,
    /// The field of the form that is on its way and is no file.
    field: Option<(String, Vec<u8>)>,
    failure: Option<AppError>,
}

fn unreadable() -> AppError {
    AppError::new(&error::FILE_READ_REQUEST)
}

fn open(cx: &Context, tx: &Tx) -> Opened {
    if !cx.config.is_on(&ENABLE_FILE_ATTACHMENTS) {
        return Err(AppError::new(&error::FILE_DISABLED));
    }
    let content_type = cx.request.header("content-type").unwrap_or_default();
    let form = match Multipart::new(content_type) {
        Some(form) => Some(form.map_err(|()| unreadable())?),
        None => None,
    };
    let query = |name| cx.query(name);
    let mut state = State {
        app: Arc::clone(cx.app),
        caller: cx.caller()?.clone(),
        most: cx.config.int(&MAX_FILE_SIZE),
        form,
        channel_id: None,
        client_ids: Vec::new(),
        files: Vec::new(),
        file_name: String::new(),
        field: None,
        failure: None,
    };
    if state.form.is_none() || !query("channel_id").is_empty() {
        let channel_id = query("channel_id");
        if !id::is_valid(channel_id) {
            return Err(AppError::url_param("channel_id"));
        }
        state.channel_id = Some(channel_id.to_owned());
    }
    if state.form.is_none() {
        if query("filename").is_empty() {
            return Err(AppError::url_param("filename"));
        }
        file::may_upload(tx, &state.caller, query("channel_id"))?;
        state.file_name = query("filename").to_owned();
        if !query("client_id").is_empty() {
            state.client_ids.push(query("client_id").to_owned());
        }
        let announced = cx.request.header("content-length");
        state.fits(
            announced
                .and_then(|length| length.parse().ok())
                .unwrap_or(0),
        )?;
        state.begin_file()?;
    }
    Ok(Arc::new(Files(Mutex::new(state))))
}

fn handle(cx: &Context) -> Answer {
    let Some(upload) = &cx.request.upload else {
        // Mattermost: a body of no bytes is refused before its form is looked at, but not before this.
        return Err(match cx.config.is_on(&ENABLE_FILE_ATTACHMENTS) {
            true => unreadable(),
            false => AppError::new(&error::FILE_DISABLED),
        });
    };
    let upload: &dyn Any = upload.as_ref();
    let files = upload.downcast_ref::<Files>().ok_or_else(unreadable)?;
    files.0.lock().complete(cx.caller()?)
}

impl Upload for Files {
    fn take(&self, piece: &[u8]) -> bool {
        let mut state = self.0.lock();
        if state.failure.is_none() {
            state.failure = state.take(piece).err();
        }
        state.failure.is_none()
    }
}

impl Drop for State {
    fn drop(&mut self) {
        let file_ids = self.files.drain(..).map(|file| file.id).collect();
        file::abandon(&self.app, file_ids);
    }
}

impl State {
    fn take(&mut self, piece: &[u8]) -> Result<(), AppError> {
        let Some(mut form) = self.form.take() else {
            return self.add(piece);
        };
        let taken = form.take(piece, unreadable, |next| match next {
            Next::Begin(part) => self.begin(part),
            Next::Data(data) => self.data(data),
            Next::End => self.end(),
        });
        self.form = Some(form);
        taken
    }

    fn begin(&mut self, part: Part) -> Result<(), AppError> {
        self.file_name = part.file_name;
        self.field = None;
        if self.file_name.is_empty() || part.name.is_empty() {
            self.file_name.clear();
            self.field = Some((part.name, Vec::new()));
            return Ok(());
        }
        if self.files.len() == FILES {
            let most = FILES.to_string();
            return Err(AppError::named(&error::FILE_TOO_MANY, &most));
        }
        self.begin_file()
    }

    fn begin_file(&mut self) -> Result<(), AppError> {
        let channel_id = self.channel_id.as_deref();
        let id = file::begin(&self.app, &self.caller, channel_id, &self.file_name)?;
        self.files.push(Arrived::nothing_of(id));
        Ok(())
    }

    fn data(&mut self, data: &[u8]) -> Result<(), AppError> {
        match &mut self.field {
            None => self.add(data),
            Some((name, value)) if value.len() + data.len() > VALUE => {
                Err(AppError::named(&error::FILE_FORM_VALUE, name))
            }
            Some((_, value)) => {
                value.extend_from_slice(data);
                Ok(())
            }
        }
    }

    /// Adds bytes to the file that is on its way.
    fn add(&mut self, data: &[u8]) -> Result<(), AppError> {
        let size = self.files.last().map_or(0, |file| file.size);
        self.fits(size.saturating_add(i64::try_from(data.len()).unwrap_or(i64::MAX)))?;
        let file = self.files.last_mut().ok_or_else(unreadable)?;
        file::add_piece(&self.app, &self.caller, file, data)
    }

    /// Whether a file may have so many bytes.
    fn fits(&self, size: i64) -> Result<(), AppError> {
        if size <= self.most {
            return Ok(());
        }
        let name = name::safe(&self.file_name);
        let means = format!("{name}. It has more than the {} bytes allowed.", self.most);
        Err(AppError::named(&error::FILE_TOO_LARGE, &means))
    }

    /// A part of the form is at its end.
    fn end(&mut self) -> Result<(), AppError> {
        let Some((name, value)) = self.field.take() else {
            return Ok(());
        };
        let value = String::from_utf8(value)
            .map_err(|_| AppError::named(&error::FILE_FORM_VALUE, &name))?;
        match name.as_str() {
            // Mattermost: a part without a name is overlooked.
            "" => {}
            "client_ids" => self.client_ids.push(value),
            "channel_id" if value.is_empty() => {}
            "channel_id"
                if self
                    .channel_id
                    .as_ref()
                    .is_some_and(|known| *known != value) =>
            {
                return Err(AppError::new(&error::FILE_CHANNELS));
            }
            "channel_id" if !id::is_valid(&value) => return Err(AppError::url_param("channel_id")),
            "channel_id" => self.channel_id = Some(value),
            _ => return Err(AppError::body_param(&name)),
        }
        if self.client_ids.len() > FILES {
            return Err(self.wrong_client_ids());
        }
        Ok(())
    }

    fn wrong_client_ids(&self) -> AppError {
        let numbers = format!("{} for {} files", self.client_ids.len(), self.files.len());
        AppError::named(&error::FILE_CLIENT_IDS, &numbers)
    }

    fn complete(&mut self, caller: &Caller) -> Answer {
        if let Some(failure) = self.failure.take() {
            return Err(failure);
        }
        if self.form.as_ref().is_some_and(|form| !form.is_complete()) {
            return Err(unreadable());
        }
        let Some(channel_id) = &self.channel_id else {
            return Err(AppError::url_param("channel_id"));
        };
        if !self.client_ids.is_empty() && self.client_ids.len() != self.files.len() {
            return Err(self.wrong_client_ids());
        }
        let infos = file::complete(&self.app, caller, channel_id, self.files.clone())?;
        // They stay.
        self.files.clear();
        let client_ids = match (&self.form, self.client_ids.as_slice()) {
            // Mattermost: of a file without a form it is null.
            (None, []) => json!(null),
            (_, client_ids) => json!(client_ids),
        };
        let uploaded = json!({"file_infos": infos, "client_ids": client_ids});
        Ok(answer::created(&uploaded))
    }
}
