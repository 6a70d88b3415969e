//! A camera's web server on loopback.
#![allow(dead_code)]

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

/// A server; it ends its connections when dropped.
pub struct Server {
    pub address: String,
    over: Arc<AtomicBool>,
}

/// A connection on which a request was read.
pub struct Connection {
    pub request: String,
    pub stream: TcpStream,
    over: Arc<AtomicBool>,
}

impl Server {
    /// Answers each request by `answer`, on a thread of its own.
    pub fn start(answer: impl Fn(&mut Connection) + Send + Sync + 'static) -> Self {
        Self::at("127.0.0.1:0", answer)
    }

    /// Does so at an address.
    pub fn at(address: &str, answer: impl Fn(&mut Connection) + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind(address).unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        listener.set_nonblocking(true).unwrap();
        let over = Arc::new(AtomicBool::new(false));
        let (is_over, answer) = (Arc::clone(&over), Arc::new(answer));
        thread::spawn(move || {
            while !is_over.load(Ordering::SeqCst) {
                let Ok((stream, _)) = listener.accept() else {
                    thread::sleep(Duration::from_millis(2));
                    continue;
                };
                stream.set_nonblocking(false).unwrap();
                let (answer, over) = (Arc::clone(&answer), Arc::clone(&is_over));
                thread::spawn(move || {
                    let request = read_head(&stream);
                    let mut connection = Connection {
                        request,
                        stream,
                        over,
                    };
                    answer(&mut connection);
                });
            }
        });
        Self { address, over }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.over.store(true, Ordering::SeqCst);
    }
}

fn read_head(mut stream: &TcpStream) -> String {
    let (mut head, mut byte) = (Vec::new(), [0]);
    while !head.ends_with(b"\r\n\r\n") && stream.read(&mut byte).is_ok_and(|read| read == 1) {
        head.push(byte[0]);
    }
    String::from_utf8_lossy(&head).into_owned()
}

impl Connection {
    /// Writes bytes; `false` once the other side is gone or the server is over.
    pub fn send(&mut self, bytes: &[u8]) -> bool {
        !self.over.load(Ordering::SeqCst) && self.stream.write_all(bytes).is_ok()
    }

    /// Begins a multipart stream.
    pub fn begin(&mut self) -> bool {
        self.send(
            b"HTTP/1.0 200 OK\r\nContent-Type: multipart/x-mixed-replace; boundary=frame\r\n\r\n",
        )
    }

    /// Sends a part.
    pub fn part(&mut self, bytes: &[u8], more: &str) -> bool {
        let length = bytes.len();
        let head = format!(
            "--frame\r\nContent-Type: image/jpeg\r\nContent-Length: {length}\r\n{more}\r\n"
        );
        self.send(&[head.as_bytes(), bytes, b"\r\n"].concat())
    }

    /// Answers with one body, of which `sent` bytes are sent.
    pub fn whole(&mut self, kind: &str, bytes: &[u8], sent: usize) -> bool {
        let length = bytes.len();
        let head = format!(
            "HTTP/1.1 200 OK\r\nContent-Type: {kind}\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n"
        );
        self.send(&[head.as_bytes(), &bytes[..sent]].concat())
    }
}
