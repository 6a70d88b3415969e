//! Whoever asks for too much is refused, leaves room for others, and may always stop.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::thread;
use std::time::{Duration, Instant};

use enact_testkit::http_client::{Answer, HttpClient, TEST_TIMEOUT};
use serde_json::{Value, json};

mod mock;

use mock::server::{ASK, DRIVE, Running, WATCH};

/// Event streams that one client may have open.
const EVENT_STREAMS: usize = 128;
/// Camera streams that one client may have open.
const CAMERA_STREAMS: usize = 16;

/// Connections without a token that one address may have.
const STRANGERS: usize = 128;

/// Sends a request so often on one connection, without waiting for answers; returns their statuses.
fn pipelined(running: &Running, count: usize, request: &str, headers: &[&str]) -> Vec<u16> {
    let mut stream = running.stranger().connect();
    let mut answers = stream.try_clone().unwrap();
    let reader = thread::spawn(move || {
        let mut bytes = Vec::new();
        answers.read_to_end(&mut bytes).unwrap();
        String::from_utf8_lossy(&bytes).into_owned()
    });
    let lines = headers.iter().map(|line| format!("{line}\r\n"));
    let head = format!("{request} HTTP/1.1\r\nHost: {}\r\n", running.address);
    let head = head + &lines.collect::<String>();
    for _ in 1..count {
        write!(stream, "{head}\r\n").unwrap();
    }
    write!(stream, "{head}Connection: close\r\n\r\n").unwrap();
    let answers = reader.join().unwrap();
    let statuses = answers.split("HTTP/1.1 ").skip(1);
    statuses.map(|it| it[..3].parse().unwrap()).collect()
}

fn bearer(token: &str) -> String {
    format!("Authorization: Bearer {token}")
}

/// Checks that an answer is a refusal of too much, and says when to ask again.
fn is_limit(answer: &Answer, problem: &str) {
    assert_eq!(
        (answer.status, answer.problem_type().as_str()),
        (429, problem),
        "{answer:?}"
    );
    assert!(answer.head.contains("retry-after: "), "{}", answer.head);
    assert!(answer.head.contains("application/problem+json"));
}

#[test]
fn a_client_that_asks_too_often_leaves_room_for_others_and_may_stop() {
    let running = Running::new();
    let statuses = pipelined(&running, 2000, "GET /v1/robot", &[&bearer(WATCH)]);
    assert_eq!(statuses.len(), 2000);
    assert!(statuses[..400].iter().all(|status| *status == 200));
    assert!(statuses.iter().all(|status| [200, 429].contains(status)));
    assert!(statuses.contains(&429));
    assert_eq!(running.client(ASK).get("/v1/robot").status, 200);
    let stops = pipelined(&running, 2000, "POST /v1/stop", &[&bearer(WATCH)]);
    assert_eq!(stops, vec![200; 2000]);
    assert!(running.mock.stop.is_pressed());
}

#[test]
fn messages_to_tools_are_limited_and_the_tool_that_stops_is_not() {
    let running = Running::new();
    let statuses = pipelined(&running, 2000, "DELETE /mcp", &[&bearer(WATCH)]);
    assert!(statuses.contains(&429));
    assert!(!running.mock.stop.is_pressed());
    let stop = json!({
        "jsonrpc": "2.0", "id": 1, "method": "tools/call",
        "params": {"name": "stop", "arguments": {}},
    });
    let client = running.client(WATCH);
    for _ in 0..50 {
        // That it is of no session is told, and the arm stops all the same.
        assert_ne!(client.post("/mcp", &stop).status, 429);
    }
    assert!(running.mock.stop.is_pressed());
}

#[test]
fn whoever_has_no_token_is_refused_after_a_while_and_nobody_else_is() {
    let running = Running::new();
    let stranger = running.client("wrong-wrong-wrong-wrong-wrong");
    let answers: Vec<Answer> = (0..60).map(|_| stranger.get("/v1/status")).collect();
    assert!(answers[..30].iter().all(|answer| answer.status == 401));
    let refused = answers.iter().find(|answer| answer.status != 401);
    is_limit(refused.unwrap(), "too-many-requests");
    // Their address is that of everybody else here.
    assert_eq!(running.client(WATCH).get("/v1/status").status, 200);
    let entered = running.stranger().get(&format!("/?token={WATCH}"));
    assert_eq!(entered.status, 303);
    // The reason that a stop is refused is told, however often.
    let stops = pipelined(&running, 200, "POST /v1/stop", &[&bearer("wrong")]);
    assert_eq!(stops, vec![401; 200]);
    assert!(!running.mock.stop.is_pressed());
    assert_eq!(
        running.client(WATCH).post("/v1/stop", &Value::Null).status,
        200
    );
}

#[test]
fn links_are_not_guessed_without_end() {
    let running = Running::new();
    let tried = pipelined(&running, 100, "GET /?token=wrong", &[]);
    assert!(tried.contains(&401) && tried.contains(&429), "{tried:?}");
    assert_eq!(running.stranger().get("/").status, 200);
}

#[test]
fn pages_that_are_asked_for_too_often_are_refused() {
    let running = Running::new();
    let statuses = pipelined(&running, 1000, "GET /openapi.json", &[]);
    assert!(statuses[..200].iter().all(|status| *status == 200));
    assert!(statuses.contains(&429));
    assert_eq!(running.client(WATCH).get("/v1/status").status, 200);
}

#[test]
fn a_flood_of_event_streams_is_refused_and_takes_none_from_others() {
    let running = Running::new();
    let flood = running.client(WATCH);
    let mut streams: Vec<_> = (0..EVENT_STREAMS)
        .map(|_| flood.open_event_stream(&[]))
        .collect();
    is_limit(&flood.get("/v1/events"), "too-many-streams");
    // Others watch, ask and stop as before, and everybody is told.
    let driver = running.client(DRIVE);
    let mut events = driver.open_event_stream(&[]);
    assert_eq!(driver.post("/v1/driver", &Value::Null).status, 200);
    assert_eq!(driver.post("/v1/stop", &Value::Null).status, 200);
    events.wait_for_event("stop", |stop| stop["stopped"] == true);
    for stream in &mut streams {
        stream.wait_for_event("stop", |stop| stop["stopped"] == true);
    }
    // What is closed can be opened again.
    streams.pop();
    let begun = Instant::now();
    while is_refused(&flood) {
        assert!(
            begun.elapsed() < TEST_TIMEOUT,
            "a stream that is closed still counts"
        );
        thread::sleep(Duration::from_millis(50));
    }
}

/// Returns whether one more event stream is refused.
fn is_refused(client: &HttpClient) -> bool {
    let stream = client.connect();
    let request = client.encode_request("GET", "/v1/events", &[], b"");
    (&stream).write_all(&request).unwrap();
    status(&mut BufReader::new(stream)) == 429
}

/// Reads the head of an answer and returns its status.
fn status(reader: &mut BufReader<TcpStream>) -> u16 {
    let mut head = String::new();
    while !head.ends_with("\r\n\r\n") {
        assert_ne!(reader.read_line(&mut head).unwrap(), 0, "{head}");
    }
    head.split(' ').nth(1).unwrap().parse().unwrap()
}

#[test]
fn a_flood_of_camera_streams_is_refused_and_takes_none_from_others() {
    let running = Running::with_camera(vec![7; 1000]);
    let flood = running.client(WATCH);
    let open = |client: &HttpClient| {
        let stream = client.connect();
        let request = client.encode_request("GET", "/v1/camera/stream.mjpg", &[], b"");
        (&stream).write_all(&request).unwrap();
        let mut reader = BufReader::new(stream);
        (status(&mut reader), reader)
    };
    let streams: Vec<_> = (0..CAMERA_STREAMS).map(|_| open(&flood)).collect();
    assert!(streams.iter().all(|(status, _)| *status == 200));
    is_limit(&flood.get("/v1/camera/stream.mjpg"), "too-many-streams");
    is_limit(&flood.get("/v1/camera/frame.jpg"), "too-many-streams");
    assert_eq!(open(&running.client(ASK)).0, 200);
    assert_eq!(running.client(ASK).get("/v1/camera/frame.jpg").status, 200);
    assert_eq!(flood.post("/v1/stop", &Value::Null).status, 200);
}

/// Sends a request on a connection that stays open, and returns the status of the answer.
fn asked(reader: &mut BufReader<TcpStream>, running: &Running, request: &str) -> u16 {
    let head = format!("{request} HTTP/1.1\r\nHost: {}\r\n", running.address);
    let request = format!("{head}{}\r\nContent-Length: 0\r\n\r\n", bearer(WATCH));
    reader.get_ref().write_all(request.as_bytes()).unwrap();
    let (mut head, mut length) = (String::new(), 0);
    while !head.ends_with("\r\n\r\n") {
        let begin = head.len();
        assert_ne!(reader.read_line(&mut head).unwrap(), 0, "{head}");
        if let Some(value) = head[begin..].strip_prefix("content-length: ") {
            length = value.trim().parse().unwrap();
        }
    }
    reader.read_exact(&mut vec![0; length]).unwrap();
    head.split(' ').nth(1).unwrap().parse().unwrap()
}

#[test]
fn a_flood_of_connections_is_refused_and_whoever_is_in_may_stop() {
    let running = Running::new();
    let stranger = running.stranger();
    let mut known = BufReader::new(stranger.connect());
    assert_eq!(asked(&mut known, &running, "GET /v1/status"), 200);
    let mut strangers: Vec<TcpStream> = (0..STRANGERS).map(|_| stranger.connect()).collect();
    let mut one_more = stranger.connect();
    assert!(matches!(one_more.read(&mut [0]), Ok(0) | Err(_)));
    // The others wait for the rest of their time.
    let last = strangers.last_mut().unwrap();
    last.set_nonblocking(true).unwrap();
    let waits = last.read(&mut [0]).unwrap_err();
    assert_eq!(waits.kind(), std::io::ErrorKind::WouldBlock);
    assert_eq!(asked(&mut known, &running, "POST /v1/stop"), 200);
    assert!(running.mock.stop.is_pressed());
    // It ends by itself, and then others are let in again.
    let begun = Instant::now();
    let is_let_in = || {
        let mut stream = stranger.connect();
        let request = running
            .client(WATCH)
            .encode_request("GET", "/v1/status", &[], b"");
        // A connection that is refused may be closed before all of it is written.
        let _ = stream.write_all(&request);
        let mut answer = Vec::new();
        let _ = stream.read_to_end(&mut answer);
        answer.starts_with(b"HTTP/1.0 200 ") || answer.starts_with(b"HTTP/1.1 200 ")
    };
    while !is_let_in() {
        assert!(begun.elapsed() < TEST_TIMEOUT, "strangers stay");
        thread::sleep(Duration::from_millis(100));
    }
}
