//! What a source tells of a secret beside its value. Pure data; value-free.

use super::Failure;

/// What became of the question.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Particulars {
    /// Nobody was asked.
    NotAsked,
    /// The secret as the source describes it.
    Secret(Description),
    /// There is no such secret; these are names of others, as far as they may be listed.
    Others(Vec<String>),
    /// It was not told.
    Untold(Failure),
}

/// A secret without its value.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Description {
    /// Version id and staging labels of each version that has one.
    pub versions: Vec<(String, Vec<String>)>,
    /// Whether it is rotated by itself.
    pub rotation: Rotation,
    /// When it was rotated last.
    pub rotated: Option<Moment>,
    /// When the next rotation is due.
    pub next_rotation: Option<Moment>,
    /// When anything of it was changed last.
    pub changed: Option<Moment>,
    /// The date of its deletion, if it is marked for that.
    pub deleted: Option<Moment>,
}

/// Whether a secret is rotated by itself.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Rotation {
    /// It is not.
    #[default]
    Off,
    /// It is.
    On,
}

/// A point in time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Moment {
    /// Seconds since the epoch.
    pub seconds: i64,
    /// RFC 3339, in UTC.
    pub text: String,
}
