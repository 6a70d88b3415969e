//! A server whose model is a function of what it is asked.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::mpsc::{Receiver, channel};
use std::thread;

use serde_json::{Value, json};

/// Starts a server on this computer; returns how `--model` names it, and what it is asked.
pub fn serve(
    mut answer: impl FnMut(&str) -> String + Send + 'static,
) -> (String, Receiver<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let place = listener.local_addr().unwrap();
    let (sender, asked) = channel();
    thread::spawn(move || {
        for stream in listener.incoming() {
            let stream = stream.unwrap();
            let words = words(&read(&stream));
            let said = answer(&words);
            let _ = sender.send(words);
            write(stream, &said);
        }
    });
    (format!("{place}#m"), asked)
}

/// Returns the words of a request, without its picture.
fn words(request: &Value) -> String {
    let content = &request["messages"][0]["content"];
    let parts = content.as_array().cloned().unwrap_or_default();
    match content.as_str() {
        Some(text) => text.to_owned(),
        None => {
            let text = parts.iter().find(|part| part["type"] == "text");
            text.unwrap()["text"].as_str().unwrap().to_owned()
        }
    }
}

fn read(stream: &TcpStream) -> Value {
    let mut reader = BufReader::new(stream);
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
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).unwrap();
    serde_json::from_slice(&body).unwrap_or(Value::Null)
}

fn write(mut stream: TcpStream, content: &str) {
    let body = json!({"choices": [{"message": {"content": content}}]}).to_string();
    let length = body.len();
    let head = format!("HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: {length}");
    // The client may have given up.
    let _ = write!(stream, "{head}\r\n\r\n{body}");
}
