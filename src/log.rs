//! secenv's own verbosity: value-free lines on stderr at `-v` and `-vv`, and without them only what does not go as it should.
//!
//! It is a handle passed down, not a global logger: `RUST_LOG` and the like belong to the child.

/// How much is said.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// What does not go as it should.
    #[default]
    Quiet,
    /// `-v`: a line a secret, and what was decided on the way.
    Info,
    /// `-vv`: attempts, retries and times too.
    Debug,
}

/// Writes lines of at most a level to wherever `main` sends them.
#[derive(Clone, Copy, Debug)]
pub struct Log {
    level: Level,
    write: fn(&str),
    status: Option<fn(&str)>,
}

impl Log {
    /// A log that gives each line, without its line end, to `write`.
    #[must_use]
    pub fn new(level: Level, write: fn(&str)) -> Self {
        Self { level, write, status: None }
    }

    /// The same for a terminal, on which `status` shows a line that the next one replaces and an empty one takes away.
    /// With `-v` that would only be in the way.
    #[must_use]
    pub fn with_status(self, status: fn(&str)) -> Self {
        Self { status: (self.level == Level::Quiet).then_some(status), ..self }
    }

    /// Shows what is waited for, where there is a terminal to show it on.
    pub fn status(&self, line: impl FnOnce() -> String) {
        if let Some(status) = self.status {
            status(&line());
        }
    }

    /// Says a line at any verbosity: one that belongs to what is printed on stdout.
    pub fn note(&self, line: &str) {
        (self.write)(&format!("note: {line}"));
    }

    /// Says a line at any level: what goes on, and yet not as it should.
    pub fn warning(&self, line: impl FnOnce() -> String) {
        self.say(Level::Quiet, line);
    }

    /// Says a line at `-v`; the text is made only if it is wanted.
    pub fn info(&self, line: impl FnOnce() -> String) {
        self.say(Level::Info, line);
    }

    /// Says a line at `-vv`; the text is made only if it is wanted.
    pub fn debug(&self, line: impl FnOnce() -> String) {
        self.say(Level::Debug, line);
    }

    fn say(&self, level: Level, line: impl FnOnce() -> String) {
        if self.level >= level {
            (self.write)(&line());
        }
    }
}
