//! Which names the server answers to, and which pages may ask.
//!
//! A page of another server can make a browser send requests here, under a name of its own that it
//! lets resolve to this machine (DNS rebinding). The browser then names that host, or that page.

use std::net::{IpAddr, SocketAddr};

use axum::http::uri::{Authority, Uri};
use axum::http::{HeaderMap, header};

use crate::problem::{Problem, ProblemKind};

/// The names under which the server is called.
#[derive(Clone, Debug)]
pub struct AllowedHosts(Vec<String>);

impl AllowedHosts {
    /// Returns the names of a server that listens on `address`: that address, `localhost` if it is
    /// a loopback address, and `further` ones.
    pub fn new(address: SocketAddr, further: &[String]) -> Self {
        let mut names: Vec<String> = further.iter().map(|name| name.to_lowercase()).collect();
        let ip = address.ip();
        if ip.is_loopback() {
            names.extend(["localhost", "127.0.0.1", "[::1]"].map(str::to_owned));
        }
        names.push(match ip {
            IpAddr::V4(ip) => ip.to_string(),
            IpAddr::V6(ip) => format!("[{ip}]"),
        });
        Self(names)
    }

    /// Checks that a request is meant for this server, and that no other server's page made it.
    ///
    /// # Errors
    /// [`ProblemKind::Host`] or [`ProblemKind::Origin`].
    pub fn check_headers(&self, headers: &HeaderMap) -> Result<(), Problem> {
        let host = single(headers, header::HOST)
            .and_then(|host| host.parse::<Authority>().ok())
            .filter(|host| self.0.contains(&host.host().to_lowercase()));
        let Some(host) = host else {
            return Err(Problem::new(
                ProblemKind::Host,
                "the Host header names another server than this one; --host NAME adds a name",
            ));
        };
        if !headers.contains_key(header::ORIGIN) {
            return Ok(());
        }
        let origin = single(headers, header::ORIGIN).and_then(|origin| origin.parse::<Uri>().ok());
        let is_own = origin.is_some_and(|origin| {
            let is_web = matches!(origin.scheme_str(), Some("http" | "https"));
            let authority = origin.authority();
            is_web && authority.is_some_and(|it| is_same(it, &host))
        });
        if is_own {
            return Ok(());
        }
        Err(Problem::new(
            ProblemKind::Origin,
            "only the server's own pages may ask; there is no CORS",
        ))
    }
}

/// Reads a name under which browsers may call a server.
///
/// # Errors
/// If it is nothing that a browser would send as the name of a host; in words.
pub fn parse_allowed_host(text: &str) -> Result<String, String> {
    let bare = text.strip_prefix('[').and_then(|it| it.strip_suffix(']'));
    if let Ok(IpAddr::V6(ip)) = bare.unwrap_or(text).parse() {
        return Ok(format!("[{ip}]"));
    }
    let is_letter = |letter: char| letter.is_ascii_alphanumeric() || "-_".contains(letter);
    let is_label = |label: &str| !label.is_empty() && label.chars().all(is_letter);
    if text.split('.').all(is_label) {
        return Ok(text.to_lowercase());
    }
    Err(format!(
        "`{text}` is no name of a host; give it as browsers send it, without a scheme, a port or a \
         path, as in arm.lab"
    ))
}

/// Returns the only value of a header.
fn single(headers: &HeaderMap, name: header::HeaderName) -> Option<&str> {
    let mut values = headers.get_all(name).iter();
    let value = values.next()?.to_str().ok()?;
    values.next().is_none().then_some(value)
}

fn is_same(one: &Authority, other: &Authority) -> bool {
    one.as_str().eq_ignore_ascii_case(other.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(host: &[&str], origin: Option<&str>) -> Result<(), ProblemKind> {
        let further = ["Arm.Lab".to_owned()];
        let hosts = AllowedHosts::new("127.0.0.1:8420".parse().unwrap(), &further);
        let mut headers = HeaderMap::new();
        for host in host {
            headers.append(header::HOST, host.parse().unwrap());
        }
        if let Some(origin) = origin {
            headers.insert(header::ORIGIN, origin.parse().unwrap());
        }
        hosts
            .check_headers(&headers)
            .map_err(|problem| problem.kind)
    }

    #[test]
    fn only_names_of_this_server_are_answered_to() {
        for host in [
            "127.0.0.1:8420",
            "localhost:8420",
            "LOCALHOST",
            "[::1]:8420",
            "arm.lab:8420",
            // As through a tunnel.
            "localhost:9000",
        ] {
            assert_eq!(check(&[host], None), Ok(()), "{host}");
        }
        for host in [
            "evil.example:8420",
            "127.0.0.1.evil.example",
            "user@evil.example",
            "localhost.",
            "0.0.0.0:8420",
            "",
        ] {
            assert_eq!(check(&[host], None), Err(ProblemKind::Host), "{host}");
        }
        assert_eq!(check(&[], None), Err(ProblemKind::Host));
        let two = ["localhost", "localhost"];
        assert_eq!(check(&two, None), Err(ProblemKind::Host));
    }

    #[test]
    fn what_is_no_name_of_a_host_is_refused() {
        for (text, name) in [
            ("Arm.Lab", "arm.lab"),
            ("robot-1", "robot-1"),
            ("192.0.2.7", "192.0.2.7"),
            ("::1", "[::1]"),
            ("[2001:DB8::1]", "[2001:db8::1]"),
        ] {
            assert_eq!(parse_allowed_host(text).as_deref(), Ok(name));
        }
        for text in [
            "",
            "a b",
            "arm.lab:8420",
            "http://arm.lab",
            "arm.lab/",
            "arm..lab",
            "*",
            "Größe",
            "[arm]",
        ] {
            let why = parse_allowed_host(text).unwrap_err();
            assert!(why.contains(&format!("`{text}`")), "{why}");
        }
    }

    #[test]
    fn only_pages_of_this_server_may_ask() {
        let host = ["localhost:8420"];
        assert_eq!(check(&host, Some("http://localhost:8420")), Ok(()));
        for origin in [
            "http://evil.example",
            "http://localhost:9999",
            "http://localhost",
            "http://127.0.0.1:8420",
            "null",
            "file://localhost:8420",
        ] {
            let checked = check(&host, Some(origin));
            assert_eq!(checked, Err(ProblemKind::Origin), "{origin}");
        }
    }
}
