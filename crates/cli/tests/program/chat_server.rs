//! A server of a few lines that answers chats as a test says.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::mpsc::{Receiver, channel};
use std::thread;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

/// What a server was asked: with which key, in which words, with which pictures.
#[derive(Clone, Debug)]
pub struct Asked {
    pub key: String,
    pub words: String,
    pub pictures: Vec<Vec<u8>>,
}

/// A server whose model answers each request like this. Returns the name of the model, and what was
/// asked.
pub fn chat_server(
    mut answer: impl FnMut(&Asked) -> String + Send + 'static,
) -> (String, Receiver<Asked>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let place = listener.local_addr().unwrap();
    let (sender, asked) = channel();
    thread::spawn(move || {
        for stream in listener.incoming() {
            let stream = stream.unwrap();
            let request = read(&stream);
            let said = answer(&request);
            let _ = sender.send(request);
            write(stream, &said);
        }
    });
    (format!("{place}#m"), asked)
}

fn read(stream: &TcpStream) -> Asked {
    let mut reader = BufReader::new(stream);
    let (mut key, mut length) = (String::new(), 0);
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).unwrap();
        if line.trim().is_empty() {
            break;
        }
        let (name, value) = line.split_once(':').unwrap_or_default();
        match name.to_lowercase().as_str() {
            "content-length" => length = value.trim().parse().unwrap(),
            "authorization" => value.trim().clone_into(&mut key),
            _ => {}
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).unwrap();
    let request: Value = serde_json::from_slice(&body).unwrap();
    let content = &request["messages"][0]["content"];
    let parts = content.as_array().cloned().unwrap_or_default();
    let of = |kind: &'static str| parts.iter().filter(move |part| part["type"] == kind);
    let words = match content.as_str() {
        Some(text) => text.to_owned(),
        None => {
            let text = of("text").next().unwrap();
            text["text"].as_str().unwrap().to_owned()
        }
    };
    let picture = |part: &Value| {
        let url = part["image_url"]["url"].as_str().unwrap();
        STANDARD.decode(url.split_once(',').unwrap().1).unwrap()
    };
    Asked {
        key,
        words,
        pictures: of("image_url").map(picture).collect(),
    }
}

fn write(mut stream: TcpStream, content: &str) {
    let body = json!({
        "choices": [{"message": {"content": content}}],
        "usage": {"prompt_tokens": 100, "completion_tokens": 10},
    });
    let body = body.to_string();
    let length = body.len();
    let head = format!("HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: {length}");
    // The client may have given up.
    let _ = write!(stream, "{head}\r\n\r\n{body}");
}
