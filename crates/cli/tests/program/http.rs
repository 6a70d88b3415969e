//! Requests and answers of servers that tests play, one request a connection.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;

use serde_json::Value;

/// A request.
pub struct Request {
    /// Request line and headers, a line each.
    pub head: String,
    /// The body; null where it is no JSON.
    pub body: Value,
}

/// Reads a request to its end.
pub fn read(stream: &TcpStream) -> Request {
    let mut reader = BufReader::new(stream);
    let mut head = String::new();
    let mut length = 0;
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).unwrap();
        if line.trim().is_empty() {
            break;
        }
        if let Some(value) = line.to_lowercase().strip_prefix("content-length:") {
            length = value.trim().parse().unwrap();
        }
        head += &line;
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).unwrap();
    Request {
        head,
        body: serde_json::from_slice(&body).unwrap_or(Value::Null),
    }
}

/// Answers with this status and body.
pub fn answer(mut stream: TcpStream, status: u16, body: &Value) {
    let body = body.to_string();
    let length = body.len();
    let head = format!(
        "HTTP/1.1 {status} X\r\ncontent-type: application/json\r\nconnection: close\r\n\
         content-length: {length}"
    );
    // The client may have given up.
    let _ = write!(stream, "{head}\r\n\r\n{body}");
}
