//! What a route takes and gives, and how bodies and answers look: the words in which the tables say it.

/// What a route takes and gives. The names are those of Mattermost's own description, where it has the route.
#[derive(Debug)]
pub struct Operation {
    /// The name for client generators.
    pub id: &'static str,
    /// The parameters of the query. They are optional unless `parameters.rs` says otherwise.
    pub query: &'static [&'static str],
    /// The body of the request.
    pub body: Shape,
    /// The status and the body of a success.
    pub success: (u16, Shape),
    /// The statuses of refusals, beyond those that any route may answer.
    pub refusals: &'static [u16],
}

/// What a body or an answer is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// `()`: there is none.
    Nothing,
    /// `User`: an object of that name, or a word of `schema.rs`.
    One(&'static str),
    /// `[User]`: a list of them.
    List(&'static str),
    /// `{User}`: an object that has them under names of any kind.
    Map(&'static str),
    /// A PNG, JPEG or GIF.
    Picture,
    /// A form with one.
    NewPicture,
    /// A form with one, and what the emoji is called.
    NewEmoji,
    /// Whatever is in a file.
    File,
    /// A form with files, or a file.
    Files,
    /// Text that is no JSON.
    Plain,
    /// A WebSocket.
    Upgrade,
}

/// A [`Shape`] as it is written in the tables.
macro_rules! shape {
    (()) => {
        Shape::Nothing
    };
    (Picture) => {
        Shape::Picture
    };
    (NewEmoji) => {
        Shape::NewEmoji
    };
    (NewPicture) => {
        Shape::NewPicture
    };
    (File) => {
        Shape::File
    };
    (Files) => {
        Shape::Files
    };
    (Upgrade) => {
        Shape::Upgrade
    };
    ([$of:ident]) => {
        Shape::List(stringify!($of))
    };
    ({$of:ident}) => {
        Shape::Map(stringify!($of))
    };
    ($of:ident) => {
        Shape::One(stringify!($of))
    };
}
pub(crate) use shape;
