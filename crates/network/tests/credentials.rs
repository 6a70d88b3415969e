//! Whoever has no certificate is not let in, and whoever may only look cannot drive.

mod common;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use common::{NAME, address, driver, driver_setup, free_tcp, node, so101};
use enact_arm::{IdealArm, StopSwitch};
use enact_network::{Link, NetworkConfig, NetworkError, RemoteArm, presence};
use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair};

/// A certificate authority with a folder.
struct Authority {
    folder: tempfile::TempDir,
    issuer: Issuer<'static, KeyPair>,
}

impl Authority {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let key = KeyPair::generate().unwrap();
        let root = params.self_signed(&key).unwrap();
        std::fs::write(folder.path().join("ca.pem"), root.pem()).unwrap();
        Self {
            folder,
            issuer: Issuer::new(params, key),
        }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Issues a certificate and returns its path and that of its key.
    fn issue(&self, name: &str) -> (PathBuf, PathBuf) {
        let mut params =
            CertificateParams::new(vec!["localhost".to_owned(), "127.0.0.1".to_owned()]).unwrap();
        params.distinguished_name.push(DnType::CommonName, name);
        let key = KeyPair::generate().unwrap();
        let certificate = params.signed_by(&key, &self.issuer).unwrap();
        let paths = (
            self.path(&format!("{name}.pem")),
            self.path(&format!("{name}.key")),
        );
        std::fs::write(&paths.0, certificate.pem()).unwrap();
        std::fs::write(&paths.1, key.serialize_pem()).unwrap();
        paths
    }

    /// Writes settings with these certificates, and what else is to be said.
    fn settings(&self, name: &str, own: Option<&(PathBuf, PathBuf)>, more: &str) -> PathBuf {
        let quoted = |path: &Path| format!("{:?}", path.display().to_string());
        let own = own.map_or_else(String::new, |(certificate, key)| {
            let (certificate, key) = (quoted(certificate), quoted(key));
            format!(
                "listen_certificate: {certificate}, listen_private_key: {key},
                 connect_certificate: {certificate}, connect_private_key: {key},"
            )
        });
        let root = quoted(&self.path("ca.pem"));
        let text = format!(
            "{{ transport: {{ link: {{ tls: {{ root_ca_certificate: {root}, {own}
             enable_mtls: true, verify_name_on_connect: true }} }} }}, {more} }}"
        );
        let path = self.path(&format!("{name}.json5"));
        std::fs::write(&path, text).unwrap();
        path
    }
}

fn open(listen: Option<&str>, connect: Option<&str>, file: PathBuf) -> Arc<Link> {
    let config = NetworkConfig {
        listen: listen.map(str::to_owned).into_iter().collect(),
        connect: connect.map(str::to_owned).into_iter().collect(),
        file: Some(file),
        ..NetworkConfig::default()
    };
    Link::open(&config).unwrap()
}

#[test]
fn without_a_certificate_there_is_no_connection() {
    let robot = so101();
    let authority = Authority::new();
    let server = authority.issue("arm");
    let client = authority.issue("runtime");
    let stranger = Authority::new();
    let strange = stranger.issue("runtime");
    let endpoint = format!("tls/{}", address(&free_tcp()));
    let there = open(
        Some(&endpoint),
        None,
        authority.settings("arm", Some(&server), ""),
    );
    let _node = node(&there, IdealArm::new(&robot), &robot);
    let near = open(
        None,
        Some(&endpoint),
        authority.settings("runtime", Some(&client), ""),
    );
    let arm = driver(&near, &robot);
    drop(arm);
    let files = [
        authority.settings("none", None, ""),
        // From another authority, though it trusts ours.
        authority.settings("strange", Some(&strange), ""),
    ];
    for file in files {
        let outside = open(None, Some(&endpoint), file);
        let mut setup = driver_setup(&robot);
        setup.patience = Duration::from_secs(3);
        let error = RemoteArm::connect(&outside, &setup, StopSwitch::new())
            .err()
            .unwrap();
        assert!(matches!(error, NetworkError::Silent { .. }), "{error}");
        assert!(presence::nodes(&outside, Duration::from_secs(1)).is_empty());
        assert!(presence::stop_arms(&outside, NAME, "nobody", Duration::from_secs(1)).is_err());
    }
    let plain = format!("tcp/{}", address(&endpoint));
    let outside = Link::open(&NetworkConfig::connecting_to([plain.as_str()])).unwrap();
    assert!(presence::nodes(&outside, Duration::from_secs(2)).is_empty());
}

#[test]
fn access_control_lets_some_only_look() {
    let robot = so101();
    let authority = Authority::new();
    let server = authority.issue("arm");
    let endpoint = format!("tls/{}", address(&free_tcp()));
    let rules = r#"access_control: {
        enabled: true, default_permission: "deny",
        rules: [
            { id: "drive", permission: "allow", flows: ["ingress", "egress"], key_exprs: ["enact/v1/**"],
              messages: ["put", "delete", "declare_subscriber", "query", "reply", "declare_queryable",
                         "liveliness_token", "liveliness_query", "declare_liveliness_subscriber"] },
            { id: "look", permission: "allow", flows: ["ingress", "egress"],
              key_exprs: ["enact/v1/*/*/status", "enact/v1/*/*/clock", "enact/v1/*/*/state", "enact/v1/*/*/alive"],
              messages: ["put", "declare_subscriber", "query", "reply", "declare_queryable",
                         "liveliness_token", "liveliness_query", "declare_liveliness_subscriber"] },
        ],
        subjects: [
            { id: "runtimes", cert_common_names: ["runtime"] },
            { id: "everybody", cert_common_names: ["watcher"] },
        ],
        policies: [
            { rules: ["drive"], subjects: ["runtimes"] },
            { rules: ["look"], subjects: ["everybody"] },
        ],
    }"#;
    let there = open(
        Some(&endpoint),
        None,
        authority.settings("arm", Some(&server), rules),
    );
    let node = node(&there, IdealArm::new(&robot), &robot);
    let (runtime, watcher) = (authority.issue("runtime"), authority.issue("watcher"));
    let near = open(
        None,
        Some(&endpoint),
        authority.settings("runtime", Some(&runtime), ""),
    );
    drop(driver(&near, &robot));
    let watching = open(
        None,
        Some(&endpoint),
        authority.settings("watcher", Some(&watcher), ""),
    );
    common::eventually("it may look", || {
        let there = presence::nodes(&watching, Duration::from_secs(2));
        there.iter().any(|node| node.arm.is_some())
    });
    let mut setup = driver_setup(&robot);
    setup.patience = Duration::from_secs(3);
    let error = RemoteArm::connect(&watching, &setup, StopSwitch::new())
        .err()
        .unwrap();
    assert!(matches!(error, NetworkError::Silent { .. }), "{error}");
    assert!(presence::stop_arms(&watching, NAME, "the watcher", Duration::from_secs(1)).is_err());
    assert_eq!(node.status().stop, None);
}
