//! Who asks, and headers of every answer.

use std::net::{IpAddr, Ipv4Addr};
use std::time::Instant;

use axum::extract::{Request, State};
use axum::http::{Extensions, HeaderMap, HeaderName, HeaderValue, Method, header};
use axum::middleware::Next;
use axum::response::Response;

use super::{ApiState, mcp};
use crate::connection_limits::Visitor;
use crate::problem::{Problem, ProblemKind};

/// Name of the cookie that holds the token.
pub(super) const COOKIE: &str = "enact_token";
/// What whoever has no token can do about it.
const NO_TOKEN: &str = "send Authorization: Bearer TOKEN, or open the link that the server printed";

/// Returns the headers of every answer, unless it has its own. Nothing is loaded from elsewhere, shown
/// in a frame or told to another server.
fn headers() -> [(HeaderName, &'static str); 7] {
    [
        (
            header::CONTENT_SECURITY_POLICY,
            "default-src 'self'; object-src 'none'; base-uri 'none'; form-action 'none'; \
             frame-ancestors 'none'",
        ),
        (header::CACHE_CONTROL, "no-store"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "no-referrer"),
        (header::X_FRAME_OPTIONS, "DENY"),
        (
            HeaderName::from_static("cross-origin-resource-policy"),
            "same-origin",
        ),
        (
            HeaderName::from_static("cross-origin-opener-policy"),
            "same-origin",
        ),
    ]
}

/// Adds the headers of every answer.
pub(super) async fn add_headers(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let answered = response.headers_mut();
    for (name, value) in headers() {
        answered
            .entry(name)
            .or_insert(HeaderValue::from_static(value));
    }
    response
}

/// Lets requests through that are meant for this server.
pub(super) async fn check_host(
    State(server): State<ApiState>,
    request: Request,
    next: Next,
) -> Result<Response, Problem> {
    server.hosts.check_headers(request.headers())?;
    Ok(next.run(request).await)
}

/// Lets requests for pages through, from an address that does not ask too often.
pub(super) async fn rate_limit_pages(
    State(server): State<ApiState>,
    request: Request,
    next: Next,
) -> Result<Response, Problem> {
    let from = peer(request.extensions());
    if cookie(request.headers()).is_some_and(|token| server.tokens.find_client(token).is_some()) {
        mark_visitor_authenticated(request.extensions());
    }
    if !server.pages.try_acquire(from, Instant::now()) {
        let detail = "too many pages are asked for from this address; wait";
        return Err(Problem::new(ProblemKind::TooManyRequests, detail));
    }
    Ok(next.run(request).await)
}

/// Returns where a request comes from.
pub(super) fn peer(extensions: &Extensions) -> IpAddr {
    let visitor = extensions.get::<Visitor>();
    visitor.map_or(Ipv4Addr::UNSPECIFIED.into(), Visitor::rate_limit_address)
}

/// Notes that whoever sent a request has a valid token.
pub(super) fn mark_visitor_authenticated(extensions: &Extensions) {
    if let Some(visitor) = extensions.get::<Visitor>() {
        visitor.mark_authenticated();
    }
}

/// Lets clients through that have a token and do not ask too often, and notes that they were heard
/// of.
pub(super) async fn authenticate_client(
    State(server): State<ApiState>,
    mut request: Request,
    next: Next,
) -> Result<Response, Problem> {
    let token = match bearer(request.headers()) {
        Some(token) => Some(token),
        None => {
            let token = cookie(request.headers());
            // Pages of other servers can make a browser send the cookie, but not this header.
            let is_reading = [Method::GET, Method::HEAD].contains(request.method());
            let is_marked = request.headers().get("x-enact").is_some_and(|it| it == "1");
            if token.is_some() && !is_reading && !is_marked {
                let detail = "with the cookie, whatever is not a GET needs the header X-Enact: 1";
                return Err(Problem::new(ProblemKind::Header, detail));
            }
            token
        }
    };
    let path = request.uri().path();
    // No limit is in the way of a stop, of which a message must be read first.
    let is_stop = path.ends_with("/stop") && request.method() == Method::POST;
    let is_message = path == mcp::PATH;
    let from = (!is_stop).then(|| peer(request.extensions()));
    let client = server.recognize(token, from, NO_TOKEN)?;
    mark_visitor_authenticated(request.extensions());
    if !is_stop && !is_message {
        server.limit_requests(&client)?;
    }
    // A stop waits for no lock, a stream says nothing of who reads it, and tools note who calls.
    let is_quiet = ["/stop", "/events", "/camera/stream.mjpg", mcp::PATH]
        .iter()
        .any(|end| path.ends_with(end));
    if !is_quiet {
        let heard = client.clone();
        server
            .change(move |session| {
                session.renew_lease(&heard);
                Ok(())
            })
            .await?;
    }
    request.extensions_mut().insert(client);
    Ok(next.run(request).await)
}

/// Returns the token in the header for tokens.
fn bearer(headers: &HeaderMap) -> Option<&str> {
    let value = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, token) = value.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

/// Returns the token in the cookie.
fn cookie(headers: &HeaderMap) -> Option<&str> {
    let lines = headers.get_all(header::COOKIE).iter();
    let cookies = lines.filter_map(|line| line.to_str().ok());
    cookies
        .flat_map(|line| line.split(';'))
        .filter_map(|cookie| cookie.trim().split_once('='))
        .find_map(|(name, value)| (name == COOKIE).then_some(value))
}

/// Answers a path that there is not.
pub(super) async fn nothing_there() -> Problem {
    Problem::new(
        ProblemKind::NotFound,
        "there is no such path; /openapi.json lists those that there are",
    )
}

/// Answers a method that a path does not have.
pub(super) async fn wrong_method() -> Problem {
    Problem::new(
        ProblemKind::Method,
        "the path has other methods; /openapi.json lists them",
    )
}
