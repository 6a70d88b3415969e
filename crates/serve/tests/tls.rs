//! The server over TLS, with a certificate that is made for the test.

use std::fs;
use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::os::unix::fs::PermissionsExt;
use std::sync::Arc;

use enact_serve::Tls;
use enact_testkit::http_client::TEST_TIMEOUT;
use rcgen::{CertifiedKey, generate_simple_self_signed};
use rustls::crypto::aws_lc_rs;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned};

mod mock;

use mock::server::{Running, WATCH};

/// A server with a certificate, and a client that trusts it.
struct Secure {
    running: Running,
    certificate: CertificateDer<'static>,
}

impl Secure {
    fn new() -> Self {
        let names = vec!["localhost".to_owned()];
        let CertifiedKey { cert, signing_key } = generate_simple_self_signed(names).unwrap();
        let folder = tempfile::tempdir().unwrap();
        let (certificate, key) = (
            folder.path().join("cert.pem"),
            folder.path().join("key.pem"),
        );
        fs::write(&certificate, cert.pem()).unwrap();
        fs::write(&key, signing_key.serialize_pem()).unwrap();
        fs::set_permissions(&key, fs::Permissions::from_mode(0o600)).unwrap();
        Self {
            running: Running::with_tls(Tls::load(&certificate, &key).unwrap()),
            certificate: cert.der().clone(),
        }
    }

    fn client(
        &self,
        roots: RootCertStore,
        protocols: &[&str],
    ) -> StreamOwned<ClientConnection, TcpStream> {
        let provider = Arc::new(aws_lc_rs::default_provider());
        let config = ClientConfig::builder_with_provider(provider);
        let config = config.with_safe_default_protocol_versions().unwrap();
        let mut config = config.with_root_certificates(roots).with_no_client_auth();
        let protocols = protocols.iter().map(|name| name.as_bytes().to_vec());
        config.alpn_protocols = protocols.collect();
        let name = ServerName::try_from("localhost").unwrap();
        let connection = ClientConnection::new(Arc::new(config), name).unwrap();
        StreamOwned::new(connection, connect(self.running.address))
    }

    fn trusting(&self) -> RootCertStore {
        let mut roots = RootCertStore::empty();
        roots.add(self.certificate.clone()).unwrap();
        roots
    }

    fn request(&self, line: &str, headers: &str) -> String {
        let host = format!("localhost:{}", self.running.address.port());
        format!("{line} HTTP/1.1\r\nHost: {host}\r\n{headers}Connection: close\r\n\r\n")
    }
}

fn connect(address: SocketAddr) -> TcpStream {
    let stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(TEST_TIMEOUT)).unwrap();
    stream
}

/// Reads to the end. Whether the server says that it closes does not matter to answers with a length.
fn rest(stream: &mut impl Read) -> String {
    let mut bytes = Vec::new();
    match stream.read_to_end(&mut bytes) {
        Err(error) if error.kind() != io::ErrorKind::UnexpectedEof => panic!("{error}"),
        _ => String::from_utf8(bytes).unwrap(),
    }
}

#[test]
fn requests_are_answered_whatever_protocol_a_browser_would_like() {
    let secure = Secure::new();
    for protocols in [&["h2", "http/1.1"][..], &["http/1.1"][..], &[][..]] {
        let mut stream = secure.client(secure.trusting(), protocols);
        let token = format!("Authorization: Bearer {WATCH}\r\n");
        let request = secure.request("GET /v1/status", &token);
        stream.write_all(request.as_bytes()).unwrap();
        let answer = rest(&mut stream);
        assert!(answer.starts_with("HTTP/1.1 200 "), "{answer}");
        assert!(answer.contains(r#""role":"watch""#), "{answer}");
        assert_ne!(stream.conn.alpn_protocol(), Some(&b"h2"[..]));
    }
}

#[test]
fn the_cookie_is_for_tls_only() {
    let secure = Secure::new();
    let mut stream = secure.client(secure.trusting(), &[]);
    let request = secure.request(&format!("GET /?token={WATCH}"), "");
    stream.write_all(request.as_bytes()).unwrap();
    let answer = rest(&mut stream).to_lowercase();
    assert!(
        answer.contains("httponly; samesite=strict; secure\r\n"),
        "{answer}"
    );
}

#[test]
fn pages_of_the_server_itself_may_ask_and_no_others() {
    let secure = Secure::new();
    let own = format!(
        "Origin: https://localhost:{}\r\n",
        secure.running.address.port()
    );
    for (origin, status) in [
        (own.as_str(), 200),
        ("Origin: https://evil.example\r\n", 403),
    ] {
        let mut stream = secure.client(secure.trusting(), &[]);
        let headers = format!("{origin}Authorization: Bearer {WATCH}\r\n");
        stream
            .write_all(secure.request("GET /v1/status", &headers).as_bytes())
            .unwrap();
        let answer = rest(&mut stream);
        assert!(
            answer.starts_with(&format!("HTTP/1.1 {status} ")),
            "{answer}"
        );
    }
}

#[test]
fn a_client_that_does_not_know_the_certificate_sends_nothing() {
    let (secure, other) = (Secure::new(), Secure::new());
    let mut stream = secure.client(other.trusting(), &[]);
    let sent = stream.write_all(b"GET / HTTP/1.1\r\n\r\n");
    assert!(sent.is_err());
}

#[test]
fn without_tls_nothing_is_answered_and_nobody_is_kept_waiting() {
    let secure = Secure::new();
    // One that says nothing at all, and one that does not know of TLS.
    let mut silent = connect(secure.running.address);
    let mut plain = connect(secure.running.address);
    let request = secure.request(
        "GET /v1/status",
        &format!("Authorization: Bearer {WATCH}\r\n"),
    );
    plain.write_all(request.as_bytes()).unwrap();
    let mut answer = Vec::new();
    let _ = plain.read_to_end(&mut answer);
    assert!(
        !answer.windows(5).any(|part| part == b"HTTP/"),
        "{answer:?}"
    );
    let mut stream = secure.client(secure.trusting(), &[]);
    stream
        .write_all(secure.request("GET /", "").as_bytes())
        .unwrap();
    assert!(rest(&mut stream).starts_with("HTTP/1.1 200 "));
    // Closed after a while.
    let closed = silent.read(&mut [0; 1]);
    assert!(matches!(closed, Ok(0) | Err(_)), "{closed:?}");
    assert!(!closed.is_err_and(|error| error.kind() == io::ErrorKind::WouldBlock));
}
