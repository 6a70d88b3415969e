//! The address of a server.

use std::net::{IpAddr, Ipv6Addr};
use std::path::Path;

use enact_types::Reason;
use reqwest::Url;

/// Parts of the names of parameters that hold a secret.
const SECRET: [&str; 6] = ["key", "token", "secret", "password", "sig", "auth"];

/// Paths of the protocol that people copy along with an address.
const ROUTES: [&str; 4] = ["/chat/completions", "/completions", "/responses", "/models"];

/// The address to which the protocol's paths are appended, and the model that is meant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Endpoint {
    base: Url,
    /// The model after `#`, where one is named.
    pub model: Option<String>,
    /// True if `/v1` was added because the address names no path.
    pub is_completed: bool,
}

impl Endpoint {
    /// Reads `http://host:port/v1#model`. Without a scheme it is `http` for this computer, its
    /// network and wherever a port is named, else `https`; without a path it is `/v1`.
    ///
    /// # Errors
    /// Says what is wrong with the address, without the secrets in it.
    pub(crate) fn parse(source: &str) -> Result<Self, Reason> {
        let (address, model) = source.trim().split_once('#').unwrap_or((source.trim(), ""));
        let url = if address.contains("://") {
            Url::parse(address)
        } else {
            Url::parse(&format!("{}://{address}", scheme_of(address)))
        };
        let mut base = url.map_err(|error| {
            Reason::from_text_and_source(format!("it is not an address: {error}"), error)
        })?;
        if base.host_str().is_some_and(|host| host.contains(',')) {
            return Err(
                "commas stand between the addresses of servers: write each in full, as in \
                 http://a:8000,http://b:8000"
                    .into(),
            );
        }
        if !matches!(base.scheme(), "http" | "https") {
            let scheme = base.scheme();
            return Err(
                format!("servers of models are asked by http or https, not by `{scheme}`").into(),
            );
        }
        if holds_secret(&base) {
            return Err(
                "the address holds a secret, which would be kept with every run; put the key into a \
                 variable and name that with --key-env"
                    .into(),
            );
        }
        let mut path = base.path().trim_end_matches('/');
        for route in ROUTES {
            path = path.strip_suffix(route).unwrap_or(path);
        }
        let path = path.trim_end_matches('/').to_owned();
        let is_completed = path.is_empty();
        base.set_path(if is_completed { "/v1" } else { &path });
        Ok(Self {
            base,
            model: Some(model.trim().to_owned()).filter(|model| !model.is_empty()),
            is_completed,
        })
    }

    /// Returns the endpoint without the `/v1` that was added.
    pub(crate) fn as_given(&self) -> Self {
        let mut given = self.clone();
        given.base.set_path("/");
        given
    }

    /// Returns the address of its list of models.
    pub(crate) fn models(&self) -> Url {
        self.route("models")
    }

    /// Returns the address for chat requests.
    pub(crate) fn chat(&self) -> Url {
        self.route("chat/completions")
    }

    fn route(&self, route: &str) -> Url {
        let mut url = self.base.clone();
        let path = format!("{}/{route}", url.path().trim_end_matches('/'));
        url.set_path(&path);
        url
    }

    /// Returns the address itself.
    pub(crate) fn base(&self) -> &Url {
        &self.base
    }

    /// Returns whether it is this computer.
    pub(crate) fn is_loopback(&self) -> bool {
        self.base.host_str().is_some_and(is_loopback)
    }
}

/// Returns whether an address holds a secret, which would be kept with every run: a password, or a
/// parameter that is called like one.
pub fn address_holds_secret(address: &str) -> bool {
    Url::parse(address).is_ok_and(|url| holds_secret(&url))
}

fn holds_secret(url: &Url) -> bool {
    let is_secret = |name: &str| SECRET.iter().any(|word| name.contains(word));
    url.password().is_some()
        || !url.username().is_empty()
        || url
            .query_pairs()
            .any(|(name, _)| is_secret(&name.to_lowercase()))
}

fn is_loopback(host: &str) -> bool {
    let host = host.trim_start_matches('[').trim_end_matches(']');
    let ip: Option<IpAddr> = host.parse().ok();
    host == "localhost" || host.ends_with(".localhost") || ip.is_some_and(|ip| ip.is_loopback())
}

/// Returns host and port, without path.
fn authority(address: &str) -> &str {
    address.split(['/', '#', '?']).next().unwrap_or_default()
}

fn split_port(authority: &str) -> (&str, Option<&str>) {
    match authority.rsplit_once(':') {
        Some((host, port)) if !host.is_empty() && !host.ends_with(':') => (host, Some(port)),
        _ => (authority, None),
    }
}

fn scheme_of(address: &str) -> &'static str {
    let (host, port) = split_port(authority(address));
    let is_public_name = host.contains('.') && host.parse::<IpAddr>().is_err();
    if port.is_none() && is_public_name && !host.ends_with(".local") {
        "https"
    } else {
        "http"
    }
}

/// Returns an address without query, user and password, which may hold secrets.
pub(crate) fn without_secrets(source: &str) -> &str {
    let address = source.split('?').next().unwrap_or_default();
    address.rsplit('@').next().unwrap_or(address).trim()
}

/// Returns the addresses of several servers, which commas separate.
pub(crate) fn addresses(text: &str) -> Option<Vec<&str>> {
    let all: Vec<&str> = text.split(',').map(str::trim).collect();
    (all.len() > 1 && all.iter().all(|it| is_address(it))).then_some(all)
}

/// Returns whether a text is the address of a server: with a scheme, a port, this computer's name,
/// or a path that begins like the protocol's. An existing file is none.
pub(crate) fn is_address(text: &str) -> bool {
    let text = text.trim();
    if text.contains("://") {
        return true;
    }
    let (host, port) = split_port(authority(text));
    let is_number = |port: &str| !port.is_empty() && port.bytes().all(|byte| byte.is_ascii_digit());
    let is_name = !host.is_empty()
        && !host.starts_with(['.', '-'])
        && host
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || "-_.".contains(c));
    let ip = host.trim_start_matches('[').trim_end_matches(']');
    let is_ip = ip.parse::<IpAddr>().is_ok() && (host == ip || ip.parse::<Ipv6Addr>().is_ok());
    let path = text[authority(text).len()..].trim_start_matches('/');
    let is_v1 = path.split(['/', '#', '?']).next() == Some("v1");
    let is_address = match port {
        Some(port) => is_number(port) && (is_name || is_ip),
        None => is_ip || is_loopback(host) || (is_name && host.contains('.') && is_v1),
    };
    is_address && !Path::new(text).exists()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_completed() {
        for (source, base) in [
            ("http://localhost:8000/v1", "http://localhost:8000/v1"),
            ("http://localhost:8000/v1/", "http://localhost:8000/v1"),
            ("HTTP://LOCALHOST:8000/v1", "http://localhost:8000/v1"),
            (" localhost:8000/v1\n", "http://localhost:8000/v1"),
            ("localhost:8000", "http://localhost:8000/v1"),
            ("127.0.0.1:8000", "http://127.0.0.1:8000/v1"),
            ("[::1]:8000", "http://[::1]:8000/v1"),
            ("http://[::1]:8000", "http://[::1]:8000/v1"),
            ("jetson.local", "http://jetson.local/v1"),
            ("192.168.0.7", "http://192.168.0.7/v1"),
            ("workstation:1234/", "http://workstation:1234/v1"),
            ("api.openai.com/v1", "https://api.openai.com/v1"),
            ("https://api.openai.com", "https://api.openai.com/v1"),
            (
                "https://api.openai.com/v1/chat/completions",
                "https://api.openai.com/v1",
            ),
            (
                "http://localhost:8000/v1/models",
                "http://localhost:8000/v1",
            ),
            (
                "https://openrouter.ai/api/v1",
                "https://openrouter.ai/api/v1",
            ),
            (
                "https://generativelanguage.googleapis.com/v1beta/openai/",
                "https://generativelanguage.googleapis.com/v1beta/openai",
            ),
        ] {
            let endpoint = Endpoint::parse(source).unwrap();
            assert_eq!(endpoint.base.as_str(), base, "{source}");
            assert_eq!(endpoint.chat().as_str(), format!("{base}/chat/completions"));
        }
        let endpoint = Endpoint::parse("localhost:8000#qwen/q-vl").unwrap();
        assert_eq!(endpoint.model.as_deref(), Some("qwen/q-vl"));
        assert!(endpoint.is_completed && endpoint.is_loopback());
        let given = endpoint.as_given();
        assert_eq!(given.models().as_str(), "http://localhost:8000/models");
        let azure = "https://x.openai.azure.com/openai/deployments/d?api-version=2026-01-01";
        assert_eq!(
            Endpoint::parse(azure).unwrap().chat().as_str(),
            "https://x.openai.azure.com/openai/deployments/d/chat/completions?api-version=2026-01-01"
        );
        assert!(!Endpoint::parse("192.168.0.7").unwrap().is_loopback());
    }

    #[test]
    fn what_is_no_address_or_holds_a_secret_is_refused() {
        for (source, named) in [
            ("ftp://localhost/v1", "`ftp`"),
            ("http://", "not an address"),
            ("http://host:port/v1", "not an address"),
            ("http://a,b/v1", "write each in full"),
            ("http://me:sk-1234@host/v1", "--key-env"),
            ("http://sk-1234@host/v1", "--key-env"),
            ("https://host/v1?api_key=sk-1234", "--key-env"),
        ] {
            let reason = Endpoint::parse(source).unwrap_err().to_string();
            assert!(
                reason.contains(named) && !reason.contains("1234"),
                "{reason}"
            );
            assert_eq!(
                address_holds_secret(source),
                named == "--key-env",
                "{source}"
            );
            assert!(!without_secrets(source).contains("1234"), "{source}");
        }
    }

    #[test]
    fn several_addresses_are_several_servers() {
        let two = Some(vec!["http://a", "b:8000#m"]);
        assert_eq!(addresses("http://a, b:8000#m"), two);
        assert_eq!(addresses("a:1,b:2,c:3").unwrap().len(), 3);
        for text in ["http://a", "a,b", "http://a,", "http://a,models/b", ","] {
            assert_eq!(addresses(text), None, "{text}");
        }
    }

    #[test]
    fn addresses_are_told_from_folders_and_hub_ids() {
        for text in [
            "http://localhost/v1",
            "HTTPS://host",
            "ws://host",
            "localhost:8000",
            "localhost:8000/v1#m",
            "localhost/v1",
            "127.0.0.1",
            "[::1]:80/v1",
            "192.168.0.7:11434",
            "gpu-box:8000/v1",
            "api.openai.com/v1",
            "api.openai.com/v1#gpt-5",
        ] {
            assert!(is_address(text), "{text}");
        }
        for text in [
            "google/gemma-3-4b-it",
            "org.name/v1.5-model",
            "models/tabletop",
            "./v1",
            "../v1",
            "/models/v1",
            "C:\\models",
            "C:/models",
            "qwen2.5vl:7b",
            "model.gguf",
            "src",
            "",
        ] {
            assert!(!is_address(text), "{text}");
        }
    }
}
