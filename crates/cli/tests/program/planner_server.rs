//! A server whose model answers words with words.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::mpsc::{Receiver, channel};
use std::thread;

use serde_json::{Value, json};

/// Returns the address of a server that answers what it is asked like this, and what it was asked;
/// `None` keeps whoever asks waiting for ever.
pub fn serve(
    answer: impl Fn(&str) -> Option<String> + Send + Sync + Clone + 'static,
) -> (String, Receiver<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let place = listener.local_addr().unwrap();
    let (sender, asked) = channel();
    thread::spawn(move || {
        for stream in listener.incoming() {
            let (answer, sender) = (answer.clone(), sender.clone());
            thread::spawn(move || {
                let stream = stream.unwrap();
                let words = words(&read(&stream));
                let _ = sender.send(words.clone());
                match answer(&words) {
                    Some(text) => write(stream, &text),
                    None => loop {
                        thread::park();
                    },
                }
            });
        }
    });
    (format!("{place}#m"), asked)
}

fn words(request: &Value) -> String {
    let content = &request["messages"][0]["content"];
    if let Some(text) = content.as_str() {
        return text.to_owned();
    }
    let parts = content.as_array().cloned().unwrap_or_default();
    let texts = parts.iter().filter_map(|part| part["text"].as_str());
    texts.collect()
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
