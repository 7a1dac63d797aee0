//! The fault server over TLS: accepted with its authority, and refused for the reason that each certificate gives.

use std::{io::BufReader, net::TcpStream, sync::Arc};

use rustls::{
    CertificateError, ClientConfig, ClientConnection, Error, RootCertStore, StreamOwned,
    pki_types::{CertificateDer, ServerName, pem::PemObject},
};

use super::{Client, one};
use crate::support::fault::{Certificate, Fault, crypto};

/// A client that trusts one authority and expects 127.0.0.1.
fn client(server: &Fault, authority: &str) -> Result<Client<StreamOwned<ClientConnection, TcpStream>>, Error> {
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from_pem_slice(authority.as_bytes()).unwrap()).unwrap();
    let config = ClientConfig::builder_with_provider(crypto())
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    let name = ServerName::try_from("127.0.0.1").unwrap();
    let mut session = ClientConnection::new(Arc::new(config), name).unwrap();
    let mut stream = TcpStream::connect(server.address()).unwrap();
    while session.is_handshaking() {
        session.complete_io(&mut stream).map_err(|error| error.downcast::<Error>().unwrap())?;
    }
    Ok(Client(BufReader::new(StreamOwned::new(session, stream))))
}

fn refusal(certificate: Certificate) -> CertificateError {
    let server = Fault::tls(&one(), certificate);
    match client(&server, server.authority().unwrap()).err() {
        Some(Error::InvalidCertificate(error)) => error,
        other => panic!("{certificate:?}: {other:?}"),
    }
}

#[test]
fn its_authority_vouches_for_it() {
    let server = Fault::tls(&one(), Certificate::Valid);
    assert!(server.url().starts_with("https://127.0.0.1:"));
    let mut client = client(&server, server.authority().unwrap()).unwrap();
    assert_eq!(client.get("prod/one").0, 200);
    assert_eq!(client.get("nope").0, 400);
    let record = server.record();
    assert_eq!((record.connections, record.handshakes, record.seen.len()), (1, 1, 2));
}

#[test]
fn another_authority_does_not() {
    let (server, other) = (Fault::tls(&one(), Certificate::Valid), Fault::tls(&one(), Certificate::Valid));
    let error = client(&server, other.authority().unwrap()).err();
    assert!(matches!(error, Some(Error::InvalidCertificate(_))), "{error:?}");
    assert_eq!(server.seen().len(), 0);
}

#[test]
fn each_bad_certificate_is_bad_in_its_own_way() {
    let expired = refusal(Certificate::Expired);
    assert!(matches!(expired, CertificateError::ExpiredContext { .. }), "{expired:?}");
    let wrong_host = refusal(Certificate::WrongHost);
    assert!(matches!(wrong_host, CertificateError::NotValidForNameContext { .. }), "{wrong_host:?}");
    assert_eq!(refusal(Certificate::SelfSigned), CertificateError::UnknownIssuer);
}

#[test]
fn plain_http_on_a_tls_port_gets_no_answer() {
    let server = Fault::tls(&one(), Certificate::Valid);
    let mut client = Client::connect(&server);
    client.send(&super::request("GetSecretValue", &serde_json::json!({}))).unwrap();
    assert!(client.receive().is_err());
    assert_eq!((server.record().handshakes, server.seen().len()), (0, 0));
}
