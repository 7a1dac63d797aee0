//! The key of the cache in the kernel's keyring of the user. Edge: keyctl(2).
//!
//! All logins of a user have that keyring in common, and no other user has it. A process may read its keys only if it
//! possesses them: by its session keyring, which a login links it to, or else by its own process keyring, which this file
//! links it to then, and which ends with the process, or when that becomes the command.

use std::time::Duration;

use linux_keyutils::{
    KeyError, KeyPermissionsBuilder, KeyRing,
    KeyRingIdentifier::{Process, User},
    Permission,
};
use zeroize::Zeroizing;

use super::{
    refusal::Refusal,
    seal::{KEY, Key},
};

/// A key, and when it ends, on the clock of [`super::standing`].
pub(super) struct Kept {
    pub(super) key: Key,
    pub(super) end: Duration,
}

/// Bytes of a key in the ring: itself, and the milliseconds of its end.
const SIZE: usize = KEY + 8;

/// The key of that description; none if there is none, or none any more.
pub(super) fn find(description: &str) -> Result<Option<Kept>, Refusal> {
    let user = KeyRing::from_special_id(User, false)?;
    match read(user, description) {
        Ok(key) => return Ok(key),
        Err(KeyError::PermissionDenied) => return Err(Refusal::NoKeyctl),
        // It may be there, and not be possessed.
        Err(_) => possess(user)?,
    }
    match read(user, description) {
        Ok(key) => Ok(key),
        Err(error) if is_absence(error) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

/// Puts the key there until its end, in the place of itself or of another one.
pub(super) fn put(description: &str, kept: &Kept, now: Duration) -> Result<(), Refusal> {
    let user = KeyRing::from_special_id(User, false)?;
    possess(user)?;
    let end = u64::try_from(kept.end.as_millis()).unwrap_or(u64::MAX);
    let mut bytes = Zeroizing::new([0; SIZE]);
    bytes[..KEY].copy_from_slice(kept.key.expose());
    bytes[KEY..].copy_from_slice(&end.to_le_bytes());
    let added = user.add_key(description, &*bytes)?;
    // None is for ever: the kernel would read 0 so.
    let seconds = kept.end.saturating_sub(now).as_secs() + 1;
    let limited = added.set_timeout(usize::try_from(seconds).unwrap_or(usize::MAX)).and_then(|()| {
        let own = Permission::VIEW | Permission::READ | Permission::WRITE | Permission::SEARCH | Permission::SETATTR;
        added.set_perms(KeyPermissionsBuilder::builder().posessor(own).user(Permission::VIEW).build())
    });
    limited.map_err(|error| {
        let _ = added.invalidate();
        error.into()
    })
}

/// Takes the key away; none is fine.
pub(super) fn remove(description: &str) -> Result<(), Refusal> {
    let user = KeyRing::from_special_id(User, false)?;
    possess(user)?;
    match user.search(description).and_then(|key| key.invalidate()) {
        Err(error) if !is_absence(error) => Err(error.into()),
        _ => Ok(()),
    }
}

/// None for a key that is no key of ours.
fn read(user: KeyRing, description: &str) -> Result<Option<Kept>, KeyError> {
    let mut bytes = Zeroizing::new([0; SIZE]);
    let length = user.search(description)?.read(&mut *bytes)?;
    let (Some((key, end)), SIZE) = (bytes.split_first_chunk(), length) else { return Ok(None) };
    let end = end.try_into().map_or(0, u64::from_le_bytes);
    Ok(Some(Kept { key: Key::new(Zeroizing::new(*key)), end: Duration::from_millis(end) }))
}

fn possess(user: KeyRing) -> Result<(), KeyError> {
    KeyRing::from_special_id(Process, true)?.link_keyring(user)
}

fn is_absence(error: KeyError) -> bool {
    matches!(error, KeyError::KeyDoesNotExist | KeyError::KeyExpired | KeyError::KeyRevoked)
}

impl From<KeyError> for Refusal {
    fn from(error: KeyError) -> Self {
        const ENOSYS: i32 = 38;
        match error {
            KeyError::PermissionDenied | KeyError::OperationNotSupported | KeyError::Unknown(ENOSYS) => Self::NoKeyctl,
            KeyError::AccessDenied => Self::NotPossessed,
            KeyError::QuotaExceeded => Self::Quota,
            other => Self::Keyring(other.to_string()),
        }
    }
}
