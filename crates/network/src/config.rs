//! How a program is reached and whom it reaches.

use std::path::PathBuf;

use enact_types::Reason;
use zenoh::Config;

use crate::error::NetworkError;

/// Endpoints and Zenoh's own settings. Nothing is looked for by multicast, nobody is told of anybody
/// else, and nothing listens unless it is told to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NetworkConfig {
    /// Endpoints to listen on: `tcp/0.0.0.0:7447`, `tls/…`, `quic/…`, `udp/…`.
    pub listen: Vec<String>,
    /// Endpoints to connect to.
    pub connect: Vec<String>,
    /// Endpoints to connect to for heartbeats alone: one that loses a packet instead of waiting for it
    /// (`udp/…`, `quic/…?rel=0`), so that one lost packet does not hold up those after it.
    pub heartbeat: Vec<String>,
    /// A file of Zenoh's: certificates, access control.
    pub file: Option<PathBuf>,
}

impl NetworkConfig {
    /// Listens at these endpoints.
    pub fn listening_at<'a>(endpoints: impl IntoIterator<Item = &'a str>) -> Self {
        Self {
            listen: endpoints.into_iter().map(str::to_owned).collect(),
            ..Self::default()
        }
    }

    /// Connects to these endpoints.
    pub fn connecting_to<'a>(endpoints: impl IntoIterator<Item = &'a str>) -> Self {
        Self {
            connect: endpoints.into_iter().map(str::to_owned).collect(),
            ..Self::default()
        }
    }

    /// Returns Zenoh's settings for everything but heartbeats of their own.
    ///
    /// # Errors
    /// [`NetworkError::Setting`] if the file cannot be read, or an endpoint is none.
    pub fn main_zenoh_config(&self) -> Result<Config, NetworkError> {
        self.zenoh(&self.listen, &self.connect)
    }

    /// Returns Zenoh's settings for heartbeats, if they have endpoints of their own.
    ///
    /// # Errors
    /// As [`main_zenoh_config`](Self::main_zenoh_config).
    pub fn heartbeat_zenoh_config(&self) -> Result<Option<Config>, NetworkError> {
        let has_some = !self.heartbeat.is_empty();
        has_some
            .then(|| self.zenoh(&[], &self.heartbeat))
            .transpose()
    }

    /// Returns the endpoints that are connected to, for messages.
    pub fn describe_endpoints(&self) -> String {
        match (&self.connect[..], &self.listen[..]) {
            ([], []) => "no endpoint (none is given)".to_owned(),
            ([], listen) => listen.join(", "),
            (connect, _) => connect.join(", "),
        }
    }

    fn zenoh(&self, listen: &[String], connect: &[String]) -> Result<Config, NetworkError> {
        let mut config = match &self.file {
            None => Config::default(),
            Some(file) => Config::from_file(file).map_err(|error| NetworkError::Setting {
                what: format!("Zenoh's settings in {}", file.display()),
                reason: Reason::from(error.to_string()),
            })?,
        };
        let usual = Config::default();
        // What the file says stays, unless it only says what is Zenoh's own default.
        let mut unless_said = |key: &str, value: &str| {
            let (said, default) = (config.get_json(key).ok(), usual.get_json(key).ok());
            if said == default {
                set(&mut config, key, value)
            } else {
                Ok(())
            }
        };
        unless_said("scouting/multicast/enabled", "false")?;
        unless_said("scouting/gossip/enabled", "false")?;
        unless_said("open/return_conditions/connect_scouted", "false")?;
        unless_said("listen/endpoints", "[]")?;
        // A link that is cut is noticed, and made again, soon.
        unless_said("transport/link/tx/lease", "2000")?;
        unless_said(
            "connect/retry",
            r#"{ period_init_ms: 100, period_max_ms: 1000, period_increase_factor: 2 }"#,
        )?;
        unless_said("transport/link/rx/max_message_size", "33554432")?;
        if !listen.is_empty() {
            set(&mut config, "listen/endpoints", &list(listen))?;
        }
        if !connect.is_empty() {
            set(&mut config, "connect/endpoints", &list(connect))?;
        }
        Ok(config)
    }
}

fn list(endpoints: &[String]) -> String {
    let quoted: Vec<String> = endpoints.iter().map(|one| format!("{one:?}")).collect();
    format!("[{}]", quoted.join(","))
}

fn set(config: &mut Config, key: &str, value: &str) -> Result<(), NetworkError> {
    config
        .insert_json5(key, value)
        .map_err(|error| NetworkError::Setting {
            what: format!("`{value}` for {key}"),
            reason: Reason::from(error.to_string()),
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(config: &Config, key: &str) -> String {
        config.get_json(key).unwrap()
    }

    #[test]
    fn nothing_listens_or_looks_around_unless_it_is_told_to() {
        let config = NetworkConfig::default().main_zenoh_config().unwrap();
        assert_eq!(said(&config, "scouting/multicast/enabled"), "false");
        assert_eq!(said(&config, "scouting/gossip/enabled"), "false");
        assert_eq!(said(&config, "listen/endpoints"), "[]");
        let config = NetworkConfig::listening_at(["tcp/127.0.0.1:7447"]);
        let config = config.main_zenoh_config().unwrap();
        assert_eq!(
            said(&config, "listen/endpoints"),
            r#"["tcp/127.0.0.1:7447"]"#
        );
    }

    #[test]
    fn a_file_is_heeded_where_it_says_something() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("zenoh.json5");
        std::fs::write(
            &file,
            r#"{ listen: { endpoints: ["tcp/127.0.0.1:7449"] }, scouting: { multicast: { enabled: true } } }"#,
        )
        .unwrap();
        let config = NetworkConfig {
            file: Some(file.clone()),
            ..NetworkConfig::default()
        };
        let config = config.main_zenoh_config().unwrap();
        assert_eq!(said(&config, "scouting/multicast/enabled"), "true");
        assert_eq!(said(&config, "scouting/gossip/enabled"), "false");
        assert_eq!(
            said(&config, "listen/endpoints"),
            r#"["tcp/127.0.0.1:7449"]"#
        );
        std::fs::write(&file, "{ listen: ").unwrap();
        let broken = NetworkConfig {
            file: Some(file),
            ..NetworkConfig::default()
        };
        let error = broken.main_zenoh_config().unwrap_err().to_string();
        assert!(error.contains("zenoh.json5"), "{error}");
        let odd = NetworkConfig::connecting_to(["nowhere"]).main_zenoh_config();
        assert!(odd.unwrap_err().to_string().contains("nowhere"));
    }
}
