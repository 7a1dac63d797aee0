//! The TLS configuration: compiled-in roots, `AWS_CA_BUNDLE` instead of them, `SSL_CERT_FILE` on top of them.
//! Edge: it reads the bundle files, once, when the first https connection needs them.
//! Separate so that plain http, as with a local endpoint, never pays for it.

use std::{
    fmt::Display,
    io::ErrorKind,
    path::{Path, PathBuf},
    sync::{Arc, OnceLock},
    time::Instant,
};

use rustls::{
    ClientConfig, RootCertStore,
    crypto::CryptoProvider,
    pki_types::{CertificateDer, pem::PemObject},
};

use crate::input;

/// Why there is no configuration; the text names the variable and its file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Unusable {
    /// The file cannot be used.
    Odd(String),
    /// It did not end before the deadline.
    Late(String),
}

/// The roots to trust, and the configuration once it was needed.
pub(super) struct Tls {
    instead: Option<PathBuf>,
    besides: Option<PathBuf>,
    deadline: Instant,
    config: OnceLock<Result<Arc<ClientConfig>, Unusable>>,
}

impl Tls {
    /// `instead` is `AWS_CA_BUNDLE`, `besides` is `SSL_CERT_FILE`: paths of PEM files.
    pub(super) fn new(instead: Option<PathBuf>, besides: Option<PathBuf>, deadline: Instant) -> Self {
        Self { instead, besides, deadline, config: OnceLock::new() }
    }

    /// The configuration, made at the first call.
    ///
    /// # Errors
    /// Names the variable and the file that cannot be read or holds no certificate.
    pub(super) fn config(&self) -> Result<Arc<ClientConfig>, Unusable> {
        self.config.get_or_init(|| self.build()).clone()
    }

    fn build(&self) -> Result<Arc<ClientConfig>, Unusable> {
        let mut roots = RootCertStore::empty();
        match &self.instead {
            Some(bundle) => add(&mut roots, "AWS_CA_BUNDLE", bundle, self.deadline)?,
            None => roots.extend(webpki_roots::TLS_SERVER_ROOTS.iter().cloned()),
        }
        if let Some(bundle) = &self.besides {
            add(&mut roots, "SSL_CERT_FILE", bundle, self.deadline)?;
        }
        let mut config = ClientConfig::builder_with_provider(Arc::new(provider()))
            .with_safe_default_protocol_versions()
            .map_err(|_| Unusable::Odd("the crypto provider has no usable TLS version".to_owned()))?
            .with_root_certificates(roots)
            .with_no_client_auth();
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        Ok(Arc::new(config))
    }
}

/// Adds a bundle's certificates. Single ones that rustls cannot use as a root are passed over, as in every system store.
fn add(roots: &mut RootCertStore, variable: &str, bundle: &Path, deadline: Instant) -> Result<(), Unusable> {
    let shown = bundle.display();
    let odd =
        |error: &dyn Display| Unusable::Odd(format!("{variable}={shown} cannot be read as PEM certificates: {error}"));
    let text = input::read(bundle, deadline).map_err(|error| match error.kind() {
        ErrorKind::TimedOut => Unusable::Late(format!("{variable}={shown}")),
        _ => odd(&error),
    })?;
    let certificates: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(&text).collect();
    let (added, _) = roots.add_parsable_certificates(certificates.map_err(|error| odd(&error))?);
    if added == 0 { Err(Unusable::Odd(format!("{variable}={shown} holds no usable certificate"))) } else { Ok(()) }
}

/// The provider of the cargo feature, given explicitly: a process-wide default would be another crate's business too.
fn provider() -> CryptoProvider {
    #[cfg(feature = "aws-lc")]
    return rustls::crypto::aws_lc_rs::default_provider();
    #[cfg(all(feature = "ring", not(feature = "aws-lc")))]
    return rustls::crypto::ring::default_provider();
}

#[cfg(not(any(feature = "aws-lc", feature = "ring")))]
compile_error!("TLS needs one of the cargo features `aws-lc` (default) and `ring`");

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn bundles() {
        let config = |instead: Option<&PathBuf>, besides: Option<&PathBuf>| {
            let soon = Instant::now() + Duration::from_secs(10);
            Tls::new(instead.cloned(), besides.cloned(), soon).config().map(drop)
        };
        assert_eq!(config(None, None), Ok(()));

        let folder = tempfile::tempdir().unwrap();
        let bundle = folder.path().join("ca.pem");
        let ca = rcgen::generate_simple_self_signed(["ca.example".to_owned()]).unwrap();
        std::fs::write(&bundle, ca.cert.pem()).unwrap();
        assert_eq!(config(Some(&bundle), Some(&bundle)), Ok(()));

        let said = |instead, besides| match config(instead, besides) {
            Err(Unusable::Odd(text)) => text,
            other => panic!("{other:?}"),
        };
        let absent = folder.path().join("absent.pem");
        let missing = said(Some(&absent), None);
        assert!(missing.starts_with("AWS_CA_BUNDLE=") && missing.contains("absent.pem"), "{missing}");
        std::fs::write(&bundle, "no PEM in here").unwrap();
        let empty = said(None, Some(&bundle));
        assert!(empty.starts_with("SSL_CERT_FILE=") && empty.ends_with("holds no usable certificate"), "{empty}");
    }
}
