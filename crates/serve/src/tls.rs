//! Certificate and key for TLS, from files.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use axum_server::tls_rustls::RustlsConfig;
use rustls::ServerConfig;
use rustls::crypto::aws_lc_rs;
use rustls::pki_types::pem::{self, PemObject};
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use thiserror::Error;

use crate::access::secret_file::{SecretFileError, read_secret};

/// A certificate with its key, as a server uses them.
#[derive(Clone, Debug)]
pub struct Tls(RustlsConfig);

/// Why a certificate or a key cannot be used.
#[derive(Debug, Error)]
pub enum TlsError {
    /// The certificate cannot be read.
    #[error("cannot read the certificate {path}: {source}")]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// Why not.
        source: io::Error,
    },
    /// The key cannot be read, or others can read it, too.
    #[error("the key of the certificate: {0}")]
    Key(#[from] SecretFileError),
    /// A file does not hold what it should.
    #[error("{path} is no PEM file of {expected}: {source}")]
    Content {
        /// The file.
        path: PathBuf,
        /// What it should hold.
        expected: &'static str,
        /// What is wrong with it.
        source: pem::Error,
    },
    /// They are not a pair.
    #[error("the key {key} is not that of the certificate {certificate}")]
    Mismatch {
        /// File of the certificate.
        certificate: PathBuf,
        /// File of the key.
        key: PathBuf,
    },
    /// They are of a kind that is not known, or damaged.
    #[error("cannot use the certificate {certificate} with the key {key}: {source}")]
    Unusable {
        /// File of the certificate.
        certificate: PathBuf,
        /// File of the key.
        key: PathBuf,
        /// Why not.
        source: rustls::Error,
    },
}

impl Tls {
    /// Reads a chain of certificates, the server's own first, and its key, from PEM files.
    ///
    /// # Errors
    /// [`TlsError`].
    pub fn load(certificate: &Path, key: &Path) -> Result<Self, TlsError> {
        let bytes = fs::read(certificate).map_err(|source| TlsError::Unreadable {
            path: certificate.to_owned(),
            source,
        })?;
        let chain: Result<Vec<_>, pem::Error> = CertificateDer::pem_slice_iter(&bytes).collect();
        let chain = match chain {
            Ok(chain) if chain.is_empty() => Err(pem::Error::NoItemsFound),
            chain => chain,
        };
        let chain = chain.map_err(|source| TlsError::Content {
            path: certificate.to_owned(),
            expected: "certificates",
            source,
        })?;
        let secret = PrivateKeyDer::from_pem_slice(&read_secret(key)?);
        let secret = secret.map_err(|source| TlsError::Content {
            path: key.to_owned(),
            expected: "a private key without a password",
            source,
        })?;
        let config = config(chain, secret).map_err(|error| {
            let (certificate, key) = (certificate.to_owned(), key.to_owned());
            match error {
                rustls::Error::InconsistentKeys(_) => TlsError::Mismatch { certificate, key },
                source => TlsError::Unusable {
                    certificate,
                    key,
                    source,
                },
            }
        })?;
        Ok(Self(RustlsConfig::from_config(Arc::new(config))))
    }

    /// Returns it in the form of the server's library.
    pub(crate) fn config(&self) -> RustlsConfig {
        self.0.clone()
    }
}

fn config(
    chain: Vec<CertificateDer<'static>>,
    key: PrivateKeyDer<'static>,
) -> Result<ServerConfig, rustls::Error> {
    // Named, because other parts of the program bring another one along.
    let provider = Arc::new(aws_lc_rs::default_provider());
    let mut config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .with_no_client_auth()
        .with_single_cert(chain, key)?;
    // A browser that is offered HTTP/2 speaks it, and the server does not.
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(config)
}

#[cfg(test)]
pub(crate) mod tests {
    use std::os::unix::fs::PermissionsExt;

    use rcgen::{CertifiedKey, generate_simple_self_signed};

    use super::*;

    /// Writes a new certificate and its key into a folder; returns the files.
    pub(crate) fn pair(folder: &Path) -> (PathBuf, PathBuf) {
        let names = vec!["localhost".to_owned()];
        let CertifiedKey { cert, signing_key } = generate_simple_self_signed(names).unwrap();
        let (certificate, key) = (folder.join("cert.pem"), folder.join("key.pem"));
        fs::write(&certificate, cert.pem()).unwrap();
        write_secret(&key, &signing_key.serialize_pem());
        (certificate, key)
    }

    fn write_secret(path: &Path, text: &str) {
        fs::write(path, text).unwrap();
        fs::set_permissions(path, fs::Permissions::from_mode(0o600)).unwrap();
    }

    /// Returns why they are not loaded, without the name of their folder.
    fn error(folder: &Path, certificate: &Path, key: &Path) -> String {
        let error = Tls::load(certificate, key).unwrap_err().to_string();
        assert!(!error.contains("PRIVATE KEY"), "{error}");
        error.replace(&format!("{}/", folder.display()), "")
    }

    #[test]
    fn a_pair_is_loaded_and_the_server_speaks_what_it_offers() {
        let folder = tempfile::tempdir().unwrap();
        let (certificate, key) = pair(folder.path());
        let loaded = Tls::load(&certificate, &key).unwrap().config();
        assert_eq!(loaded.get_inner().alpn_protocols, [b"http/1.1".to_vec()]);
    }

    #[test]
    fn files_that_are_missing_or_no_secret_are_told() {
        let folder = tempfile::tempdir().unwrap();
        let folder = folder.path();
        let (certificate, key) = pair(folder);
        let missing = folder.join("missing.pem");
        let told = error(folder, &missing, &key);
        assert!(told.contains("the certificate missing.pem: "), "{told}");
        let told = error(folder, &certificate, &missing);
        assert!(told.contains("cannot read missing.pem: "), "{told}");
        let told = error(folder, folder, &key);
        assert!(told.contains("directory"), "{told}");
        for mode in [0o604, 0o640, 0o644] {
            fs::set_permissions(&key, fs::Permissions::from_mode(mode)).unwrap();
            let told = error(folder, &certificate, &key);
            assert!(told.contains("others can read key.pem"), "{told}");
            assert!(told.contains("chmod 600 key.pem"), "{told}");
        }
    }

    #[test]
    fn files_of_other_things_are_told() {
        let folder = tempfile::tempdir().unwrap();
        let folder = folder.path();
        let (certificate, key) = pair(folder);
        let told = error(folder, &key, &key);
        assert!(
            told.contains("key.pem is no PEM file of certificates"),
            "{told}"
        );
        let other = folder.join("other.pem");
        write_secret(&other, &fs::read_to_string(&certificate).unwrap());
        let told = error(folder, &certificate, &other);
        assert!(
            told.contains("other.pem is no PEM file of a private key"),
            "{told}"
        );
        let whole = fs::read_to_string(&key).unwrap();
        for text in [
            "",
            "secret",
            &whole[..whole.len() / 2],
            &whole.replace('M', "*"),
        ] {
            write_secret(&other, text);
            let told = error(folder, &certificate, &other);
            assert!(told.contains("other.pem is no PEM file"), "{told}");
        }
        let damaged = "-----BEGIN PRIVATE KEY-----\nc2VjcmV0\n-----END PRIVATE KEY-----\n";
        write_secret(&other, damaged);
        let told = error(folder, &certificate, &other);
        assert!(told.contains("cert.pem with the key other.pem"), "{told}");
    }

    #[test]
    fn a_key_of_another_certificate_is_told() {
        let (one, two) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let (certificate, _) = pair(one.path());
        let (_, key) = pair(two.path());
        let error = Tls::load(&certificate, &key).unwrap_err();
        assert!(matches!(error, TlsError::Mismatch { .. }), "{error}");
    }
}
