//! A server of a few lines that answers as it is told.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, channel};
use std::sync::{Arc, Mutex};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use enact_model::{NoticeListener, RequestOptions, ServerModel, ServerOptions};
use enact_plan::{ObjectView, Relation, Situation, Skill};
use enact_types::{Frame, Intrinsics, NormalizedPoint, Point3, Pose, Stamp, StopSwitch};
use image::RgbImage;
use serde_json::{Value, json};

/// A plan that fits the situation of these tests.
pub const PLAN: &str = r#"{"steps":[{"skill":"point","object":"red cube"},{"skill":"done"}]}"#;
/// What a careless reader would take for the plan.
pub const THOUGHT: &str = r#"{"steps":[{"skill":"pick","object":"red cube"},{"skill":"done"}]}"#;
/// What is seen.
pub const LIST: &str = r#"{"answer":[{"point":[250,500],"label":"red cube"}]}"#;

/// What was asked.
#[derive(Clone, Debug)]
pub struct Request {
    pub method: String,
    pub path: String,
    /// In lower case.
    pub head: String,
    pub body: Value,
}

impl Request {
    pub fn schema(&self) -> &Value {
        &self.body["response_format"]["json_schema"]["schema"]
    }
}

/// How it is answered.
pub enum Response {
    /// Status, further lines of the head, body.
    Whole(u16, String, Vec<u8>),
    /// Lines of the head and the beginning of a body that does not end.
    Open(String, Vec<u8>),
    /// The connection is closed without a word.
    Closed,
    /// It is closed in the middle of the answer.
    Cut,
    /// So many bytes are announced, and none sent.
    Announced(u64),
    /// Zeros for ever, in chunks.
    Endless,
    /// A byte now and then, for ever.
    Dripping,
    /// What is sent is no HTTP.
    Nonsense,
}

pub fn json(status: u16, body: &Value) -> Response {
    text(status, &body.to_string())
}

pub fn text(status: u16, body: &str) -> Response {
    Response::Whole(status, String::new(), body.as_bytes().to_vec())
}

pub fn with(status: u16, head: &str, body: &Value) -> Response {
    Response::Whole(status, format!("{head}\r\n"), body.to_string().into_bytes())
}

pub fn error(status: u16, message: &str) -> Response {
    let error = json!({"message": message, "type": "invalid_request_error"});
    json(status, &json!({"error": error}))
}

/// A completion with this message.
pub fn message(message: Value, finish: &str) -> Response {
    json(200, &completion(message, finish))
}

pub fn completion(message: Value, finish: &str) -> Value {
    json!({
        "choices": [{"message": message, "finish_reason": finish}],
        "usage": {"prompt_tokens": 300, "completion_tokens": 12},
    })
}

/// A completion with this content.
pub fn content(content: &str) -> Response {
    message(json!({"role": "assistant", "content": content}), "stop")
}

/// A server on this computer.
pub struct Mock {
    pub address: String,
    requests: Receiver<Request>,
    is_leaving: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Mock {
    /// The requests so far.
    pub fn asked(&self) -> Vec<Request> {
        self.requests.try_iter().collect()
    }

    /// Closes the port.
    pub fn leave(&mut self) {
        self.is_leaving.store(true, Ordering::SeqCst);
        let place = self
            .address
            .trim_start_matches("http://")
            .trim_end_matches("/v1");
        // It looks whether to leave when somebody comes.
        drop(TcpStream::connect(place));
        self.thread.take().unwrap().join().unwrap();
    }
}

/// Answers each request as `respond` says; the number counts requests from 0.
pub fn serve(mut respond: impl FnMut(&Request, usize) -> Response + Send + 'static) -> Mock {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}/v1", listener.local_addr().unwrap());
    let (sender, requests) = channel();
    let is_leaving = Arc::new(AtomicBool::new(false));
    let leaving = is_leaving.clone();
    let thread = thread::spawn(move || {
        let mut number = 0;
        while let Ok((stream, _)) = listener.accept() {
            if leaving.load(Ordering::SeqCst) {
                return;
            }
            let Some(request) = read(&stream) else {
                continue;
            };
            let response = respond(&request, number);
            number += 1;
            // The test may be over.
            let _ = sender.send(request);
            send(stream, response);
        }
    });
    Mock {
        address,
        requests,
        is_leaving,
        thread: Some(thread),
    }
}

/// Answers requests as they come, several at once.
pub fn serve_at_once(respond: impl Fn(&Request) -> Response + Clone + Send + 'static) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}/v1", listener.local_addr().unwrap());
    thread::spawn(move || {
        while let Ok((stream, _)) = listener.accept() {
            let respond = respond.clone();
            thread::spawn(move || {
                if let Some(request) = read(&stream) {
                    send(stream, respond(&request));
                }
            });
        }
    });
    address
}

/// Answers chats with one response after another, the last one for good.
pub fn serve_in_turn(responses: Vec<fn() -> Response>) -> Mock {
    serve(move |_, number| responses[number.min(responses.len() - 1)]())
}

fn read(stream: &TcpStream) -> Option<Request> {
    let mut reader = BufReader::new(stream);
    let mut first = String::new();
    reader.read_line(&mut first).ok()?;
    let mut head = String::new();
    let mut length = 0;
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).ok()?;
        if line.trim().is_empty() {
            break;
        }
        let line = line.to_lowercase();
        if let Some(value) = line.strip_prefix("content-length:") {
            length = value.trim().parse().ok()?;
        }
        head += &line;
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    let mut words = first.split_whitespace();
    Some(Request {
        method: words.next()?.to_owned(),
        path: words.next()?.to_owned(),
        head,
        body: serde_json::from_slice(&body).unwrap_or(Value::Null),
    })
}

fn send(mut stream: TcpStream, response: Response) {
    const HEAD: &str = "HTTP/1.1 200 OK\r\nconnection: close\r\n";
    // The client may have given up.
    let _ = match response {
        Response::Closed => Ok(()),
        Response::Nonsense => stream.write_all(b"SSH-2.0-OpenSSH_9.9\r\n"),
        Response::Cut => write!(stream, "{HEAD}content-length: 100\r\n\r\n{{\"choices\""),
        Response::Open(head, body) => {
            let sent = write!(stream, "{HEAD}{head}\r\n");
            sent.and_then(|()| stream.write_all(&body))
                .and_then(|()| wait(&mut stream))
        }
        Response::Announced(bytes) => {
            write!(stream, "{HEAD}content-length: {bytes}\r\n\r\n").and_then(|()| wait(&mut stream))
        }
        Response::Endless => {
            let chunk = vec![b' '; 1 << 16];
            let mut sent = write!(stream, "{HEAD}transfer-encoding: chunked\r\n\r\n");
            while sent.is_ok() {
                sent = write!(stream, "{:x}\r\n", chunk.len())
                    .and_then(|()| stream.write_all(&chunk))
                    .and_then(|()| stream.write_all(b"\r\n"));
            }
            sent
        }
        Response::Dripping => {
            let mut sent = write!(stream, "{HEAD}content-length: 1000000\r\n\r\n");
            while sent.is_ok() {
                thread::sleep(Duration::from_millis(5));
                sent = stream.write_all(b" ");
            }
            sent
        }
        Response::Whole(status, head, body) => {
            let length = body.len();
            let head = format!(
                "HTTP/1.1 {status} X\r\nconnection: close\r\ncontent-length: {length}\r\n{head}\r\n"
            );
            let sent = stream.write_all(head.as_bytes());
            sent.and_then(|()| stream.write_all(&body))
        }
    };
}

/// Until the other side closes.
fn wait(stream: &mut TcpStream) -> std::io::Result<()> {
    stream.read(&mut [0; 1]).map(drop)
}

/// A switch that nobody presses.
pub fn never() -> StopSwitch {
    StopSwitch::new()
}

/// What the listener of these options was told.
pub type Told = Arc<Mutex<Vec<String>>>;

/// Options that ask again for a second at most, and what is told meanwhile.
pub fn options() -> (RequestOptions, Told) {
    let told = Told::default();
    let listener = told.clone();
    let options = RequestOptions {
        time_limit: Duration::from_secs(60),
        notify: NoticeListener::new(move |sentence| {
            listener.lock().unwrap().push(sentence.to_owned())
        }),
        server: ServerOptions {
            retry_time: Duration::from_secs(1),
            ..ServerOptions::default()
        },
        ..RequestOptions::default()
    };
    (options, told)
}

/// The model `m` there.
pub fn connect(mock: &Mock, options: RequestOptions) -> ServerModel {
    ServerModel::connect(&format!("{}#m", mock.address), options, &never()).unwrap()
}

pub fn frame() -> Frame {
    picture(32, 24)
}

pub fn picture(width: u32, height: u32) -> Frame {
    Frame {
        sequence: 0,
        stamp: Stamp::ZERO,
        rgb: RgbImage::new(width, height),
        depth: None,
        intrinsics: Intrinsics::from_vertical_fov(width, height, 0.8),
        base_from_camera: Pose::identity(),
    }
}

pub fn situation() -> Situation {
    let object = |name: &str, relation| ObjectView {
        name: name.to_owned(),
        point: NormalizedPoint { y: 1, x: 2 },
        position: Point3::origin(),
        size: 0.03,
        reachable: true,
        rests: None,
        affords: vec![Skill::Pick, Skill::Push, Skill::Point],
        receives: vec![relation],
    };
    Situation {
        instruction: "point to the red cube".to_owned(),
        objects: vec![
            object("red cube", Relation::On),
            object("blue bowl", Relation::In),
        ],
        ..Situation::default()
    }
}
