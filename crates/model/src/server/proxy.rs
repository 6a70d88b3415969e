//! Finds the proxy in use, for messages.

use reqwest::Url;

/// Returns the proxy for a URL with the variable that names it: `http_proxy=http://proxy:3128`.
pub(crate) fn proxy_from_environment(
    url: &Url,
    variable: impl Fn(&str) -> Option<String>,
) -> Option<String> {
    let set = |name: &str| {
        [name.to_lowercase(), name.to_uppercase()]
            .into_iter()
            .find_map(|name| Some((variable(&name).filter(|value| !value.is_empty())?, name)))
    };
    let host = url.host_str().unwrap_or_default();
    if set("no_proxy").is_some_and(|(hosts, _)| is_exempt(host, &hosts)) {
        return None;
    }
    let (value, name) = set(&format!("{}_proxy", url.scheme())).or_else(|| set("all_proxy"))?;
    // What comes before an @ is somebody's password.
    let (scheme, rest) = value.split_once("://").unwrap_or(("http", &value));
    let place = rest.rsplit('@').next().unwrap_or(rest);
    Some(format!("{name}={scheme}://{place}"))
}

fn is_exempt(host: &str, hosts: &str) -> bool {
    hosts.split(',').map(str::trim).any(|exempt| {
        let name = exempt.trim_start_matches('.');
        exempt == "*" || (!name.is_empty() && (host == name || host.ends_with(&format!(".{name}"))))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(address: &str, variables: &[(&str, &str)]) -> Option<String> {
        let url = Url::parse(address).unwrap();
        proxy_from_environment(&url, |name| {
            let found = variables.iter().find(|(other, _)| *other == name);
            found.map(|(_, value)| (*value).to_owned())
        })
    }

    #[test]
    fn the_proxy_of_the_address_is_named_without_its_password() {
        let address = "http://gpu-box:8000/v1";
        assert_eq!(of(address, &[]), None);
        assert_eq!(
            of(address, &[("http_proxy", "http://me:secret@proxy:3128")]).as_deref(),
            Some("http_proxy=http://proxy:3128")
        );
        assert_eq!(of(address, &[("https_proxy", "http://proxy")]), None);
        assert_eq!(
            of(address, &[("ALL_PROXY", "socks5h://proxy:1080")]).as_deref(),
            Some("ALL_PROXY=socks5h://proxy:1080")
        );
        let exempt = |hosts| of(address, &[("http_proxy", "proxy"), ("NO_PROXY", hosts)]);
        assert_eq!(exempt("localhost, gpu-box"), None);
        assert_eq!(exempt("*"), None);
        assert_eq!(exempt("box").as_deref(), Some("http_proxy=http://proxy"));
    }
}
