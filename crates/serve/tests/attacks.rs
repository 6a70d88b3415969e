//! What is tried against the server: it is refused, nothing moves, and nothing leaks.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::thread;
use std::time::{Duration, Instant};

use enact_testkit::http_client::{Answer, TEST_TIMEOUT, read_answer};
use serde_json::{Value, json};

mod mock;

use mock::server::{ADMIN, ASK, DRIVE, Running, WATCH};

const SCRIPT: &str = "<script>alert(1)</script><img src=x onerror=alert(2)>";

/// Reads until the server closes the connection; true if it does so in time.
fn is_closed(stream: &mut TcpStream) -> bool {
    let mut rest = Vec::new();
    match stream.read_to_end(&mut rest) {
        Ok(_) => true,
        Err(error) => error.kind() != std::io::ErrorKind::WouldBlock,
    }
}

#[test]
fn no_answer_can_be_framed_sniffed_or_read_elsewhere_or_tells_where_it_was_asked_from() {
    let running = Running::new();
    let (watch, stranger) = (running.client(WATCH), running.stranger());
    let json = ["Content-Type: application/json"];
    let huge = vec![b' '; 70_000];
    let answers = [
        (200, watch.get("/v1/status")),
        (200, stranger.get("/")),
        (200, stranger.get("/assets/app.js")),
        (200, stranger.get("/openapi.json")),
        (200, watch.get("/v1/runs/one.mcap/download")),
        (303, stranger.get(&format!("/?token={WATCH}"))),
        (401, stranger.get("/?token=wrong")),
        (401, stranger.get("/v1/events")),
        (403, watch.post("/v1/home", &Value::Null)),
        (403, stranger.send("GET", "/", &["Host: evil.example"], b"")),
        (404, watch.get("/v1/runs/none.mcap")),
        (404, stranger.get("/nothing")),
        (405, watch.delete("/v1/status")),
        (405, stranger.post("/", &Value::Null)),
        (
            413,
            running.client(ASK).send("POST", "/v1/tasks", &json, &huge),
        ),
        (
            415,
            running.client(ASK).send("POST", "/v1/tasks", &[], b"x"),
        ),
        (422, running.client(ASK).post("/v1/tasks", &json!({}))),
        (503, watch.get("/v1/camera/frame.jpg")),
    ];
    for (status, answer) in answers {
        let head = &answer.head;
        assert_eq!(answer.status, status, "{head}");
        for header in [
            "referrer-policy: no-referrer\r\n",
            "x-content-type-options: nosniff\r\n",
            "x-frame-options: deny\r\n",
            "content-security-policy: default-src 'self'; object-src 'none';",
            "cross-origin-resource-policy: same-origin\r\n",
            "cache-control: no-",
        ] {
            assert!(head.contains(header), "{header} is missing from {head}");
        }
        assert!(!head.contains("access-control-"), "{head}");
    }
    let ask = [
        "Origin: http://evil.example",
        "Access-Control-Request-Method: POST",
    ];
    let asked = watch.send("OPTIONS", "/v1/stop", &ask, b"");
    assert_eq!(
        (asked.status, asked.problem_type().as_str()),
        (403, "origin")
    );
    assert!(!asked.head.contains("access-control-"), "{}", asked.head);
}

/// Checks that a text is in an answer as data, for no browser to run.
fn is_data(answer: &Answer, text: &str) {
    let body = String::from_utf8_lossy(&answer.body);
    assert!(body.contains(text), "{body}");
    let kinds = ["application/json", "application/problem+json"];
    let is_json = |kind: &&str| answer.head.contains(&format!("content-type: {kind}\r\n"));
    assert!(kinds.iter().any(is_json), "{}", answer.head);
}

#[test]
fn html_in_instructions_and_names_stays_data() {
    let running = Running::new();
    let client = running.client(ASK);
    let mut events = client.open_event_stream(&[]);
    let instruction = format!("pick {SCRIPT}");
    let taken = client.post("/v1/tasks", &json!({"instruction": instruction}));
    let id = taken.json()["id"].clone();
    let told = events.wait_for_event("task", |task| task["id"] == id);
    assert_eq!(told.data["instruction"], instruction);
    for path in ["/v1/status", "/v1/tasks", &format!("/v1/tasks/{id}")] {
        is_data(&client.get(path), SCRIPT);
    }
    // What a problem repeats of a request is data, too.
    let joint = json!({"joint": SCRIPT, "by": 0.1});
    let drive = running.client(DRIVE);
    drive.post("/v1/driver", &Value::Null);
    for answer in [
        drive.post("/v1/jog", &joint),
        drive.post("/v1/driver/handover", &json!({"to": SCRIPT})),
        client.get("/v1/tasks/%3Cscript%3E"),
        client.post("/v1/tasks", &json!({"<script>": 1})),
    ] {
        assert!([404, 409, 422].contains(&answer.status), "{answer:?}");
        is_data(&answer, "");
    }
    let name = client.get("/v1/runs/%3Cscript%3E.mcap");
    assert!(!String::from_utf8_lossy(&name.body).contains("<script>"));
}

#[test]
fn requests_that_are_too_large_in_any_way_are_refused() {
    let running = Running::new();
    let client = running.client(ASK);
    // In chunks, so that nobody knows beforehand.
    let mut chunked = client.connect();
    let head = format!(
        "POST /v1/tasks HTTP/1.1\r\nHost: {}\r\nAuthorization: Bearer {ASK}\r\n\
         Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n",
        running.address
    );
    chunked.write_all(head.as_bytes()).unwrap();
    for _ in 0..5 {
        // The server may have answered, and closed, before all of it is written.
        let _ = chunked.write_all(format!("4000\r\n{}\r\n", " ".repeat(0x4000)).as_bytes());
    }
    assert_eq!(read_answer(chunked).status, 413);
    let long = format!("X-Long: {}", "a".repeat(600_000));
    let path = format!("/v1/tasks/{}", "1".repeat(100_000));
    let many: Vec<String> = (0..500).map(|number| format!("X-{number}: a")).collect();
    let many: Vec<&str> = many.iter().map(String::as_str).collect();
    for answer in [
        client.send("GET", "/v1/status", &[&long], b""),
        client.send("GET", "/v1/status", &many, b""),
        client.send("GET", &path, &[], b""),
    ] {
        assert!([404, 414, 431].contains(&answer.status), "{answer:?}");
    }
    let nested = format!(
        r#"{{"instruction": {}{}}}"#,
        "[".repeat(30_000),
        "]".repeat(30_000)
    );
    let answer = client.send(
        "POST",
        "/v1/tasks",
        &["Content-Type: application/json"],
        nested.as_bytes(),
    );
    assert!([400, 422].contains(&answer.status), "{answer:?}");
    let plan = json!({"instruction": "pick ".repeat(12_000)});
    assert_eq!(client.post("/v1/tasks", &plan).problem_type(), "invalid");
    assert_eq!(running.mock.session.tasks().len(), 0);
}

#[test]
fn many_slow_clients_keep_nobody_waiting_and_are_cut_off() {
    let running = Running::new();
    let client = running.client(WATCH);
    let begun = Instant::now();
    let mut slow: Vec<TcpStream> = (0..100)
        .map(|number| {
            let mut stream = client.connect();
            match number % 3 {
                // Nothing at all.
                0 => {}
                1 => stream.write_all(b"GET /v1/status HTTP/1.1\r\nHost: ").unwrap(),
                // A whole request, and then half of one.
                _ => {
                    let whole = format!(
                        "GET /v1/robot HTTP/1.1\r\nHost: {}\r\nAuthorization: Bearer {WATCH}\r\n\r\nGET ",
                        running.address
                    );
                    stream.write_all(whole.as_bytes()).unwrap();
                }
            }
            stream
        })
        .collect();
    assert_eq!(client.post("/v1/stop", &Value::Null).status, 200);
    assert!(running.mock.stop.is_pressed());
    // A letter now and then makes nobody wait longer for the rest.
    let mut dribbling = client.connect();
    let dribbler = thread::spawn(move || {
        for letter in b"GET / HTTP/1.1\r\nX-Slow: ".iter().chain(&[b'a'; 600]) {
            if dribbling.write_all(&[*letter]).is_err() {
                return Instant::now();
            }
            thread::sleep(Duration::from_millis(100));
        }
        panic!("it is read as long as it comes");
    });
    for stream in &mut slow {
        assert!(is_closed(stream));
    }
    assert!(dribbler.join().unwrap() < begun + TEST_TIMEOUT);
    assert_eq!(client.get("/v1/status").status, 200);
}

#[test]
fn whoever_reads_no_events_costs_nothing_and_is_told_what_is_missing() {
    let running = Running::new();
    let mut events = running.client(WATCH).open_event_stream(&[]);
    assert_eq!(events.next_event().kind, "status");
    let text = json!({"text": "x".repeat(10_000)});
    for _ in 0..10_000 {
        running.mock.session.event_log().push("thought", &text);
    }
    // Far more than there is room for on the way.
    let mut heard = 0;
    while events.next_event().kind != "gap" {
        heard += 1;
        assert!(heard < 8_000, "they are kept for one that does not read");
    }
    let stopped = running.client(ASK).post("/v1/stop", &Value::Null);
    assert_eq!(stopped.status, 200);
}

#[test]
fn what_is_said_in_two_ways_is_said_in_none() {
    let running = Running::new();
    let stranger = running.stranger();
    let watch = format!("Authorization: Bearer {WATCH}");
    let admin = format!("Cookie: enact_token={ADMIN}");
    // The header decides; a cookie that a browser sends along gives it no other role.
    let answer = stranger.send("GET", "/v1/status", &[&watch, &admin], b"");
    assert_eq!(answer.json()["you"]["name"], "watch");
    let wrong = "Authorization: Bearer wrong-wrong-wrong-wrong";
    let answer = stranger.send("GET", "/v1/status", &[wrong, &admin], b"");
    assert_eq!(answer.status, 401);
    // Neither do two lengths of a body, behind which another request could hide.
    let mut stream = stranger.connect();
    let hidden = format!(
        "POST /v1/stop HTTP/1.1\r\nHost: {}\r\n{watch}\r\n\r\n",
        running.address
    );
    let smuggled = format!(
        "POST /v1/tasks HTTP/1.1\r\nHost: {}\r\n{watch}\r\nContent-Length: 4\r\n\
         Content-Length: {}\r\n\r\n{hidden}",
        running.address,
        hidden.len()
    );
    stream.write_all(smuggled.as_bytes()).unwrap();
    let mut answers = String::new();
    let mut reader = BufReader::new(stream);
    while reader.read_line(&mut answers).is_ok_and(|read| read > 0) {}
    assert!(answers.starts_with("HTTP/1.1 400 "), "{answers}");
    assert!(!running.mock.stop.is_pressed());
}
