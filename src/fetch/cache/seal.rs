//! What the key of the cache is for: names that say nothing, and entries that nobody reads or moves without it.
//! Pure but for the random nonces and keys, which come from getrandom(2).
//! Separate so that all cryptography is on one page.

use chacha20poly1305::{AeadInOut, KeyInit, XChaCha20Poly1305, XNonce, aead::Generate};
use data_encoding::HEXLOWER;
use hmac::{Hmac, Mac};
use sha2::Sha256;
use zeroize::Zeroizing;

/// Bytes of a key.
pub(super) const KEY: usize = 32;
/// Bytes of a block of SHA-256.
const BLOCK: usize = 64;
/// Bytes before the sealed ones.
const NONCE: usize = 24;
/// Bytes of a name: chance meetings of two are out of reach, and one would only be a miss.
const NAME: usize = 16;

/// The key as it lies in the keyring. It is never used itself: each use has a key made from it.
pub(super) struct Key {
    bytes: Zeroizing<[u8; KEY]>,
    mac: Hmac<Sha256>,
    cipher: XChaCha20Poly1305,
}

impl Key {
    pub(super) fn new(bytes: Zeroizing<[u8; KEY]>) -> Self {
        // A key shorter than a block counts as one filled up with zeros (RFC 2104).
        let mut block = Zeroizing::new([0; BLOCK]);
        block[..KEY].copy_from_slice(&*bytes);
        let mac = <Hmac<Sha256> as KeyInit>::new((&*block).into());
        let cipher = XChaCha20Poly1305::new((&*tag(&mac, *b"seal", b"")).into());
        Self { bytes, mac, cipher }
    }

    /// A new one, if the system gives random bytes.
    pub(super) fn random() -> Option<Self> {
        let bytes: [u8; KEY] = Generate::try_generate().ok()?;
        Some(Self::new(Zeroizing::new(bytes)))
    }

    pub(super) fn expose(&self) -> &[u8] {
        self.bytes.as_slice()
    }

    /// A short stand-in for a long text, which only this key makes of it.
    pub(super) fn digest(&self, text: &[u8]) -> Zeroizing<[u8; KEY]> {
        tag(&self.mac, *b"text", text)
    }

    /// The name under which what `about` describes is kept: the same for the same text under the same key.
    pub(super) fn name(&self, about: &[u8]) -> String {
        HEXLOWER.encode(&tag(&self.mac, *b"name", about)[..NAME])
    }

    /// Seals `plain`, which is overwritten, so that it opens only with the same `about`.
    pub(super) fn seal(&self, mut plain: Zeroizing<Vec<u8>>, about: &[u8]) -> Option<Vec<u8>> {
        let nonce = XNonce::try_generate().ok()?;
        let tag = self.cipher.encrypt_inout_detached(&nonce, about, plain.as_mut_slice().into()).ok()?;
        Some([nonce.as_slice(), &plain, tag.as_slice()].concat())
    }

    /// What was sealed; none for anything else: another key, another `about`, a byte changed or missing.
    pub(super) fn open(&self, sealed: &[u8], about: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
        let (nonce, rest) = sealed.split_at_checked(NONCE)?;
        // A copy that is wiped: what was sealed becomes plain in place.
        let mut plain = Zeroizing::new(rest.to_vec());
        let nonce = XNonce::try_from(nonce).ok()?;
        self.cipher.decrypt_in_place(&nonce, about, &mut *plain).ok()?;
        Some(plain)
    }
}

/// The first word tells the uses apart.
fn tag(mac: &Hmac<Sha256>, word: [u8; 4], text: &[u8]) -> Zeroizing<[u8; KEY]> {
    let mac = mac.clone().chain_update(word).chain_update(text);
    Zeroizing::new(mac.finalize().into_bytes().into())
}
