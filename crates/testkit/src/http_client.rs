//! A client of an HTTP server under test: one request a connection, and whatever an attacker sends.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::{Duration, Instant};

use serde_json::Value;

/// Everything that is waited for comes within a second on a calm machine.
pub const TEST_TIMEOUT: Duration = Duration::from_secs(60);

/// An answer.
#[derive(Clone, Debug)]
pub struct Answer {
    /// Its status.
    pub status: u16,
    /// Its headers, a line each, in lower case.
    pub head: String,
    /// Its body.
    pub body: Vec<u8>,
}

impl Answer {
    /// Returns the body as JSON.
    ///
    /// # Panics
    /// If it is none.
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    /// Returns the end of the type of a problem.
    pub fn problem_type(&self) -> String {
        let json = self.json();
        let kind = json["type"].as_str().unwrap_or_default();
        kind.trim_start_matches("urn:enact:problem:").to_owned()
    }
}

/// A client.
#[derive(Clone, Debug)]
pub struct HttpClient {
    address: SocketAddr,
    token: Option<String>,
}

impl HttpClient {
    /// Creates a client of the server at `address` with this token, if any.
    pub fn new(address: SocketAddr, token: Option<&str>) -> Self {
        Self {
            address,
            token: token.map(str::to_owned),
        }
    }

    /// Sends a request with further headers, and reads the answer to its end.
    pub fn send(&self, method: &str, path: &str, headers: &[&str], body: &[u8]) -> Answer {
        let stream = self.connect();
        // The server may have answered, and closed, before all of it is written.
        let _ = (&stream).write_all(&self.encode_request(method, path, headers, body));
        read_answer(stream)
    }

    /// Gets what is at a path.
    pub fn get(&self, path: &str) -> Answer {
        self.send("GET", path, &[], b"")
    }

    /// Posts JSON; null is no body.
    pub fn post(&self, path: &str, body: &Value) -> Answer {
        self.post_with_headers(path, &[], body)
    }

    /// Posts JSON with further headers.
    pub fn post_with_headers(&self, path: &str, headers: &[&str], body: &Value) -> Answer {
        if body.is_null() {
            return self.send("POST", path, headers, b"");
        }
        let headers = [headers, &["Content-Type: application/json"]].concat();
        self.send("POST", path, &headers, body.to_string().as_bytes())
    }

    /// Deletes what is at a path.
    pub fn delete(&self, path: &str) -> Answer {
        self.send("DELETE", path, &[], b"")
    }

    /// Opens a stream of server-sent events.
    ///
    /// # Panics
    /// If the server does not open one.
    pub fn open_event_stream(&self, headers: &[&str]) -> EventStream {
        let stream = self.connect();
        let request = self.encode_request("GET", "/v1/events", headers, b"");
        (&stream).write_all(&request).expect("the server listens");
        let mut reader = BufReader::new(stream);
        let head = head(&mut reader);
        assert!(head.contains(" 200 "), "{head}");
        EventStream(reader)
    }

    /// Opens a connection, to be written to by hand.
    ///
    /// # Panics
    /// If the server does not accept it.
    pub fn connect(&self) -> TcpStream {
        let stream = TcpStream::connect(self.address).expect("the server listens");
        stream
            .set_read_timeout(Some(TEST_TIMEOUT))
            .expect("it has a limit");
        stream
    }

    /// Returns the bytes of a request. Its version is one that knows no chunks.
    pub fn encode_request(
        &self,
        method: &str,
        path: &str,
        headers: &[&str],
        body: &[u8],
    ) -> Vec<u8> {
        let mut head = format!("{method} {path} HTTP/1.0\r\n");
        if !headers.iter().any(|line| line.starts_with("Host:")) {
            head += &format!("Host: {}\r\n", self.address);
        }
        if let Some(token) = &self.token {
            head += &format!("Authorization: Bearer {token}\r\n");
        }
        for line in headers {
            head += &format!("{line}\r\n");
        }
        head += &format!("Content-Length: {}\r\n\r\n", body.len());
        [head.as_bytes(), body].concat()
    }
}

/// Reads an answer to its end.
///
/// # Panics
/// If it is none.
pub fn read_answer(stream: TcpStream) -> Answer {
    let mut reader = BufReader::new(stream);
    let head = head(&mut reader);
    let mut body = Vec::new();
    // A connection that is reset after an answer to half a request is at its end, too.
    let _ = reader.read_to_end(&mut body);
    let status = head.split(' ').nth(1).and_then(|word| word.parse().ok());
    Answer {
        status: status.unwrap_or_else(|| panic!("no answer: `{head}`")),
        head: head.to_lowercase(),
        body,
    }
}

fn head(reader: &mut impl BufRead) -> String {
    let mut head = String::new();
    loop {
        let mut line = String::new();
        match reader.read_line(&mut line) {
            Ok(1..) if !line.trim().is_empty() => head += &line,
            _ => return head,
        }
    }
}

/// A stream of server-sent events.
#[derive(Debug)]
pub struct EventStream(BufReader<TcpStream>);

/// An event.
#[derive(Clone, Debug, PartialEq)]
pub struct ServerEvent {
    /// Its id, empty if it has none.
    pub id: String,
    /// Its type.
    pub kind: String,
    /// Its data.
    pub data: Value,
}

impl EventStream {
    /// Returns the next event.
    ///
    /// # Panics
    /// If none comes.
    pub fn next_event(&mut self) -> ServerEvent {
        let (mut id, mut kind, mut data) = (String::new(), String::new(), String::new());
        loop {
            let mut line = String::new();
            let read = self.0.read_line(&mut line).expect("an event comes");
            assert_ne!(read, 0, "the stream is at its end");
            let line = line.trim_end_matches(['\r', '\n']);
            if line.is_empty() && !kind.is_empty() {
                let data = serde_json::from_str(&data).expect("the data is JSON");
                return ServerEvent { id, kind, data };
            }
            match line.split_once(": ") {
                Some(("id", value)) => value.clone_into(&mut id),
                Some(("event", value)) => value.clone_into(&mut kind),
                Some(("data", value)) => value.clone_into(&mut data),
                _ => {}
            }
        }
    }

    /// Returns the next event of a type for which `is_it` holds, and passes over others.
    ///
    /// # Panics
    /// If none comes.
    pub fn wait_for_event(&mut self, kind: &str, is_it: impl Fn(&Value) -> bool) -> ServerEvent {
        let begun = Instant::now();
        while begun.elapsed() < 5 * TEST_TIMEOUT {
            let event = self.next_event();
            if event.kind == kind && is_it(&event.data) {
                return event;
            }
        }
        panic!("no such event of type {kind} comes");
    }
}
