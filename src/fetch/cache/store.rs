//! Folder and key together: sealed entries by what they are about. Edge.
//!
//! A file's name is one under the key that says nothing; its time of modification is the end of its use. There is one key
//! for a folder, which ends by itself with the use of what was sealed with it.

use std::time::{Duration, SystemTime};

use zeroize::Zeroizing;

use super::{
    age::Lifetimes,
    contents::{Contents, Held},
    entry::Entry,
    folder::{Folder, Found},
    identity::Identity,
    keyring::{self, Kept},
    place::Place,
    refusal::Refusal,
    seal::{KEY, Key},
};

/// The cache of this user, open for entries of certain lifetimes.
pub(super) struct Store {
    folder: Folder,
    kept: Kept,
    now: Duration,
    /// How long what is written now will be of use.
    whole: Duration,
    writing: Writing,
}

/// Whether entries are written.
enum Writing {
    /// None was yet.
    NotYet,
    Begun,
    /// No more, and why, if that is worth saying.
    Stopped(Option<String>),
}

impl Store {
    /// Opens it, with a new key if there is none, at a time on the clock of [`super::standing`].
    pub(super) fn open(lifetimes: Lifetimes, now: Duration) -> Result<Self, Refusal> {
        let folder = Place::find()?.make()?;
        let description = description(&folder);
        let whole = lifetimes.whole();
        let kept = match keyring::find(&description)? {
            Some(kept) => kept,
            // Of two starts at once the second one takes the first one's.
            None => folder.alone(|| {
                if let Some(kept) = keyring::find(&description)? {
                    return Ok(kept);
                }
                let key = Key::random().ok_or_else(|| Refusal::Keyring("no random bytes".to_owned()))?;
                let kept = Kept { key, end: now + whole };
                keyring::put(&description, &kept, now).map(|()| kept)
            })?,
        };
        Ok(Self { folder, kept, now, whole, writing: Writing::NotYet })
    }

    /// What stands for an identity in what entries are about.
    pub(super) fn digest(&self, identity: &Identity) -> Zeroizing<[u8; KEY]> {
        self.kept.key.digest(identity.expose())
    }

    /// What is there about this; none for anything that was not sealed so.
    pub(super) fn read(&self, about: &[u8]) -> Option<Entry> {
        let sealed = self.folder.read(&self.kept.key.name(about))?;
        Entry::decode(&self.kept.key.open(&sealed, about)?)
    }

    /// Puts an entry in the place of another one about the same.
    pub(super) fn write(&mut self, about: &[u8], entry: &Entry) {
        if let Writing::NotYet = self.writing {
            self.writing = self.begin();
        }
        if let Writing::Begun = self.writing {
            let end = SystemTime::now() + self.whole;
            let sealed = self.kept.key.seal(entry.encode(), about);
            let written = sealed.map(|sealed| self.folder.write(&self.kept.key.name(about), &sealed, end));
            if let Some(Err(error)) = written {
                let path = self.folder.path.display();
                self.writing = Writing::Stopped(Some(format!("{path} cannot be written: {error}")));
            }
        }
    }

    /// Makes the key outlive what will be sealed with it now, and room for that.
    fn begin(&mut self) -> Writing {
        for found in self.folder.files().iter().filter(|found| is_over(found)) {
            self.folder.remove(&found.name);
        }
        self.kept.end = self.kept.end.max(self.now + self.whole);
        match keyring::put(&description(&self.folder), &self.kept, self.now) {
            Ok(()) => Writing::Begun,
            Err(refusal) => Writing::Stopped(Some(refusal.to_string())),
        }
    }

    /// Takes away what is there about this.
    pub(super) fn remove(&self, about: &[u8]) {
        self.folder.remove(&self.kept.key.name(about));
    }

    /// Writes no more.
    pub(super) fn stop(&mut self) {
        self.writing = Writing::Stopped(None);
    }

    /// Why not everything was written, if that is worth saying.
    pub(super) fn trouble(&self) -> Option<&str> {
        match &self.writing {
            Writing::Stopped(why) => why.as_deref(),
            Writing::NotYet | Writing::Begun => None,
        }
    }
}

/// Whether nobody uses it any more. One that is being written has been for a minute then.
fn is_over(found: &Found) -> bool {
    let spare = if found.is_entry() { Duration::ZERO } else { Duration::from_mins(1) };
    found.end.checked_add(spare).is_some_and(|end| end < SystemTime::now())
}

/// Looks at the cache, and makes nothing.
///
/// # Errors
/// There can be none here.
pub fn contents() -> Result<Contents, Refusal> {
    let place = Place::find()?;
    let folder = place.open()?;
    // Whether keys may be used at all.
    keyring::find(&folder.as_ref().map_or_else(|| "secenv:cache".to_owned(), description))?;
    let now = SystemTime::now();
    let held = |found: Found| {
        let age = now.duration_since(found.written).unwrap_or_default();
        found.is_entry().then_some(Held { age, left: found.end.duration_since(now).ok()? })
    };
    let files = folder.map(|folder| folder.files()).unwrap_or_default();
    let mut entries: Vec<Held> = files.into_iter().filter_map(held).collect();
    entries.sort_unstable_by(|one, other| other.cmp(one));
    Ok(Contents { folder: place.path().to_owned(), entries })
}

/// Removes all entries, and the key that they were sealed with; how many entries there were.
///
/// # Errors
/// There can be no cache here. What could be removed is removed all the same.
pub fn clear() -> Result<usize, Refusal> {
    let Some(folder) = Place::find()?.open()? else { return Ok(0) };
    let gone = folder.files().into_iter().filter(|found| folder.remove(&found.name) && found.is_entry()).count();
    keyring::remove(&description(&folder)).map(|()| gone)
}

/// How the key of a folder is called in the keyring.
fn description(folder: &Folder) -> String {
    format!("secenv:cache:{}", folder.identity())
}
