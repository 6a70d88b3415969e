//! The viewer and the feed, served to this machine only.

use std::io::{self, Write};
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::thread::{self, JoinHandle};

use tiny_http::{Header, Method, Request, Response, Server};

use super::assets::asset;
use super::feed::Feed;
use crate::VizError;

/// Default port of the page.
const PORT: u16 = 9090;

/// Path of the growing recording.
const RECORDING: &str = "/run.rrd";

/// Content security policy that restricts the page to this server: rerun's page requests fonts from
/// the network, and its viewer would send usage data.
const POLICY: &str = "default-src 'none'; \
    script-src 'self' 'unsafe-inline' 'wasm-unsafe-eval'; style-src 'self' 'unsafe-inline'; \
    img-src 'self' data: blob:; connect-src 'self'; frame-ancestors 'none'";

/// A page with rerun's viewer and the run in it, for browsers on this machine. It is served until
/// it is dropped.
#[derive(Debug)]
pub struct Page {
    address: SocketAddr,
    feed: Feed,
    server: Served,
    thread: Option<JoinHandle<()>>,
}

#[derive(Clone)]
struct Served(Arc<Server>);

impl std::fmt::Debug for Served {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "Served({:?})", self.0.server_addr())
    }
}

impl Page {
    /// Serves an empty page on port 9090 or, if that is taken, on any free port.
    ///
    /// # Errors
    /// If no port is free.
    pub fn start_serving() -> Result<Self, VizError> {
        let at = |port: u16| Server::http((Ipv4Addr::LOCALHOST, port));
        let server = at(PORT).or_else(|_| at(0)).map_err(VizError::Page)?;
        let address = server
            .server_addr()
            .to_ip()
            .ok_or_else(|| VizError::Page(Box::from("the system gives no address to listen at")))?;
        let server = Served(Arc::new(server));
        let feed = Feed::default();
        let thread = {
            let (server, feed) = (server.clone(), feed.clone());
            thread::spawn(move || serve(&server.0, address, &feed))
        };
        Ok(Self {
            address,
            feed,
            server,
            thread: Some(thread),
        })
    }

    /// Returns the URL to open in a browser.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    pub(crate) fn feed(&self) -> Feed {
        self.feed.clone()
    }
}

impl Drop for Page {
    fn drop(&mut self) {
        self.server.0.unblock();
        if let Some(thread) = self.thread.take() {
            // The thread has no result.
            let _ = thread.join();
        }
    }
}

/// Answers requests until it is unblocked.
fn serve(server: &Server, address: SocketAddr, feed: &Feed) {
    while let Ok(request) = server.recv() {
        // A browser that disconnects during the answer is no error.
        let _ = answer(request, address, feed);
    }
}

fn answer(request: Request, address: SocketAddr, feed: &Feed) -> io::Result<()> {
    if !is_for_us(&request, address) || request.method() != &Method::Get {
        return request.respond(Response::empty(403));
    }
    let url = request.url().to_owned();
    let (path, query) = url.split_once('?').unwrap_or((&url, ""));
    if path == "/" && query.is_empty() {
        let viewer = format!("/?url=http://{address}{RECORDING}&persist=0&hide_welcome_screen");
        return request.respond(Response::empty(302).with_header(header("Location", &viewer)));
    }
    if path == RECORDING {
        let feed = feed.clone();
        thread::spawn(move || stream(request, &feed));
        return Ok(());
    }
    let Some(asset) = asset(path).map_err(io::Error::other)? else {
        return request.respond(Response::empty(404));
    };
    let response = Response::from_data(asset.content)
        .with_chunked_threshold(usize::MAX)
        .with_header(header("Content-Type", asset.kind))
        .with_header(header("Content-Security-Policy", POLICY))
        .with_header(header("Cache-Control", "no-cache"));
    request.respond(response)
}

/// Rejects requests with a foreign host name: a page from elsewhere may resolve its own name to
/// this address to read the recording.
fn is_for_us(request: &Request, address: SocketAddr) -> bool {
    let hosts = request.headers().iter().filter(|it| it.field.equiv("Host"));
    let names = [address.to_string(), format!("localhost:{}", address.port())];
    let mut hosts = hosts.map(|it| it.value.as_str().to_owned());
    hosts.next().is_some_and(|host| names.contains(&host))
}

/// Sends the recording as it grows, to its end.
fn stream(request: Request, feed: &Feed) -> io::Result<()> {
    let mut writer = request.into_writer();
    writer.write_all(
        b"HTTP/1.1 200 OK\r\nContent-Type: application/octet-stream\r\n\
          Cache-Control: no-store\r\nTransfer-Encoding: chunked\r\n\r\n",
    )?;
    let mut sent = 0;
    while let Some(more) = feed.wait_for_bytes_after(sent) {
        write!(writer, "{:x}\r\n", more.len())?;
        writer.write_all(&more)?;
        writer.write_all(b"\r\n")?;
        writer.flush()?;
        sent += more.len();
    }
    writer.write_all(b"0\r\n\r\n")?;
    writer.flush()
}

fn header(field: &str, value: &str) -> Header {
    Header::from_bytes(field, value).expect("our own headers are ASCII")
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Read;
    use std::net::TcpStream;

    /// Returns the status line with headers, and the body.
    fn get(page: &Page, path: &str, host: &str) -> (String, Vec<u8>) {
        let mut connection = TcpStream::connect(page.address).unwrap();
        let request = format!("GET {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n");
        connection.write_all(request.as_bytes()).unwrap();
        let mut answer = Vec::new();
        connection.read_to_end(&mut answer).unwrap();
        let end = answer.windows(4).position(|it| it == b"\r\n\r\n").unwrap();
        let body = answer.split_off(end + 4);
        (String::from_utf8(answer).unwrap(), body)
    }

    #[test]
    fn the_page_is_on_this_machine_and_talks_to_nothing_else() {
        let page = Page::start_serving().unwrap();
        assert!(page.address.ip().is_loopback());
        let host = page.address.to_string();
        let (head, _) = get(&page, "/", &host);
        assert!(head.starts_with("HTTP/1.1 302"), "{head}");
        assert!(
            head.contains(&format!("url=http://{host}/run.rrd")),
            "{head}"
        );
        for path in ["/", "/re_viewer.js", "/re_viewer_bg.wasm"] {
            let asset = asset(path).unwrap().unwrap();
            let (head, body) = get(&page, &format!("{path}?x=1"), &host);
            assert!(head.starts_with("HTTP/1.1 200"), "{path}: {head}");
            assert!(head.contains(asset.kind), "{path}: {head}");
            assert!(head.contains("connect-src 'self';"), "{path}: {head}");
            assert_eq!(body, asset.content, "{path}");
        }
        assert!(get(&page, "/sw.js", &host).0.starts_with("HTTP/1.1 404"));
    }

    #[test]
    fn nobody_reads_it_under_another_name() {
        let page = Page::start_serving().unwrap();
        let (head, body) = get(&page, "/run.rrd", "example.com");
        assert!(head.starts_with("HTTP/1.1 403"), "{head}");
        assert!(body.is_empty());
    }

    #[test]
    fn a_recording_arrives_while_it_grows() {
        let page = Page::start_serving().unwrap();
        let mut feed = page.feed();
        feed.write_all(b"first").unwrap();
        let mut connection = TcpStream::connect(page.address).unwrap();
        let request = format!(
            "GET /run.rrd HTTP/1.1\r\nHost: localhost:{}\r\n\r\n",
            page.address.port()
        );
        connection.write_all(request.as_bytes()).unwrap();
        let mut until = |end: &str| {
            let mut text = Vec::new();
            while !text.ends_with(end.as_bytes()) {
                let mut byte = [0];
                connection.read_exact(&mut byte).unwrap();
                text.push(byte[0]);
            }
            String::from_utf8(text).unwrap()
        };
        assert!(until("first\r\n").ends_with("\r\n\r\n5\r\nfirst\r\n"));
        feed.write_all(b", second").unwrap();
        feed.mark_complete();
        assert_eq!(until("0\r\n\r\n"), "8\r\n, second\r\n0\r\n\r\n");
    }
}
