//! A certificate authority made for one test, and the certificates that a client must accept or refuse.
//!
//! Names: 127.0.0.1 and localhost.

use std::sync::Arc;

use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair, KeyUsagePurpose, date_time_ymd};
#[cfg(feature = "aws-lc")]
use rustls::crypto::aws_lc_rs as provider;
#[cfg(not(feature = "aws-lc"))]
use rustls::crypto::ring as provider;
use rustls::{
    ServerConfig,
    crypto::CryptoProvider,
    pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer},
};

/// Which certificate the server shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Certificate {
    Valid,
    Expired,
    /// For `other.example` only.
    WrongHost,
    /// Signed by its own key, not by the authority.
    SelfSigned,
}

/// The server's side of TLS.
#[derive(Clone, Debug)]
pub struct Tls {
    pub config: Arc<ServerConfig>,
    /// The authority's certificate, for `AWS_CA_BUNDLE`.
    pub authority: String,
}

impl Tls {
    pub fn new(certificate: Certificate) -> Self {
        let authority_key = KeyPair::generate().expect("a key");
        let mut authority = CertificateParams::new(Vec::new()).expect("no names");
        authority.distinguished_name.push(rcgen::DnType::CommonName, "secenv test authority");
        authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        authority.key_usages = vec![KeyUsagePurpose::KeyCertSign];
        let authority_pem = authority.self_signed(&authority_key).expect("a certificate").pem();

        let names: &[&str] = match certificate {
            Certificate::WrongHost => &["other.example"],
            _ => &["localhost", "127.0.0.1"],
        };
        let names: Vec<String> = names.iter().map(|&name| name.to_owned()).collect();
        let mut server = CertificateParams::new(names).expect("good names");
        server.distinguished_name.push(rcgen::DnType::CommonName, "secenv test server");
        if certificate == Certificate::Expired {
            server.not_before = date_time_ymd(2020, 1, 1);
            server.not_after = date_time_ymd(2021, 1, 1);
        }
        let key = KeyPair::generate().expect("a key");
        let signed = match certificate {
            Certificate::SelfSigned => server.self_signed(&key),
            _ => server.signed_by(&key, &Issuer::new(authority, authority_key)),
        };
        let chain = vec![signed.expect("a certificate").der().clone()];
        let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der()));
        let config = ServerConfig::builder_with_provider(crypto())
            .with_safe_default_protocol_versions()
            .expect("the provider has them")
            .with_no_client_auth()
            .with_single_cert(chain, key)
            .expect("the key fits the certificate");
        Self { config: Arc::new(config), authority: authority_pem }
    }
}

/// The provider that the package is built with.
pub fn crypto() -> Arc<CryptoProvider> {
    Arc::new(provider::default_provider())
}
