//! A server of a few lines that answers chats as a test says.

use std::net::TcpListener;
use std::sync::mpsc::{Receiver, channel};
use std::thread;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use super::http::{self, Request};

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
    let (sender, requests) = channel();
    thread::spawn(move || {
        for stream in listener.incoming() {
            let stream = stream.unwrap();
            let request = asked(&http::read(&stream));
            let said = json!({
                "choices": [{"message": {"content": answer(&request)}}],
                "usage": {"prompt_tokens": 100, "completion_tokens": 10},
            });
            let _ = sender.send(request);
            http::answer(stream, 200, &said);
        }
    });
    (format!("{place}#m"), requests)
}

fn asked(request: &Request) -> Asked {
    let key = request.head.lines().find_map(|line| {
        let (name, value) = line.split_once(':')?;
        name.eq_ignore_ascii_case("authorization")
            .then(|| value.trim().to_owned())
    });
    let content = &request.body["messages"][0]["content"];
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
        key: key.unwrap_or_default(),
        words,
        pictures: of("image_url").map(picture).collect(),
    }
}
