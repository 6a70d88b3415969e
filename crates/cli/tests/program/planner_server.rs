//! A server whose model answers words with words.

use std::net::TcpListener;
use std::sync::mpsc::{Receiver, channel};
use std::thread;

use serde_json::{Value, json};

use super::http;

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
                let words = words(&http::read(&stream).body);
                let _ = sender.send(words.clone());
                match answer(&words) {
                    Some(text) => {
                        let said = json!({"choices": [{"message": {"content": text}}]});
                        http::answer(stream, 200, &said);
                    }
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
