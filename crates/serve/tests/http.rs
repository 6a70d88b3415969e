//! The API over HTTP, and what is tried against it.

use std::io::Write;
use std::thread;

use enact_runtime::TaskEnd;
use enact_testkit::http_client::read_answer;
use serde_json::{Value, json};

mod mock;

use mock::reported;
use mock::server::{ADMIN, ASK, DRIVE, OTHER, Running, WATCH};

#[test]
fn nobody_comes_in_without_a_token() {
    let running = Running::new();
    for client in [running.stranger(), running.client("wrong")] {
        for path in [
            "/v1/status",
            "/v1/events",
            "/v1/camera/frame.jpg",
            "/v1/nothing",
        ] {
            let answer = client.get(path);
            assert_eq!(answer.status, 401, "{path}");
            assert_eq!(answer.problem_type(), "no-token");
            assert!(answer.head.contains("application/problem+json"));
        }
        assert_eq!(client.post("/v1/stop", &Value::Null).status, 401);
    }
    assert!(!running.mock.stop.is_pressed());
    // In the address it is worth nothing but on the page that takes it away.
    let path = format!("/v1/status?token={WATCH}");
    assert_eq!(running.stranger().get(&path).status, 401);
}

#[test]
fn each_role_does_what_it_may() {
    let running = Running::new();
    let watch = running.client(WATCH);
    assert_eq!(watch.get("/v1/status").json()["you"]["role"], "watch");
    let task = json!({"instruction": "pick it"});
    for (path, body) in [
        ("/v1/tasks", task.clone()),
        ("/v1/plans", task.clone()),
        ("/v1/driver", Value::Null),
        ("/v1/home", Value::Null),
        ("/v1/clear", Value::Null),
        ("/v1/jog", json!({"joint": "pan", "by": 0.1})),
        ("/v1/skills", json!({"skill": "home"})),
        ("/v1/runs/one.mcap/replay", Value::Null),
        ("/v1/config/check", json!({"kind": "scene", "text": ""})),
    ] {
        let answer = watch.post(path, &body);
        assert_eq!(
            (answer.status, answer.problem_type().as_str()),
            (403, "role"),
            "{path}"
        );
    }
    assert_eq!(running.client(ASK).post("/v1/tasks", &task).status, 202);
    let drive = running.client(DRIVE);
    let answer = drive.post("/v1/home", &Value::Null);
    assert_eq!(answer.problem_type(), "not-driver");
    assert_eq!(
        drive.post("/v1/runs/one.mcap/replay", &Value::Null).status,
        403
    );
    let admin = running.client(ADMIN);
    let replayed = admin.post("/v1/runs/one.mcap/replay", &Value::Null);
    assert_eq!(replayed.json()["motions"], 3);
    let checked = admin.post("/v1/config/check", &json!({"kind": "scene", "text": ""}));
    assert_eq!(checked.json()["ok"], false);
    // Whoever watches may stop.
    assert_eq!(watch.post("/v1/stop", &Value::Null).status, 200);
    assert!(running.mock.stop.is_pressed());
}

#[test]
fn pages_of_other_servers_are_refused() {
    let running = Running::new();
    let (client, stranger) = (running.client(WATCH), running.stranger());
    for host in ["Host: evil.example", "Host: evil.example:8420", "Host: a b"] {
        for path in ["/v1/status", "/", "/openapi.json"] {
            let answer = client.send("GET", path, &[host], b"");
            assert!([400, 403].contains(&answer.status), "{host}: {answer:?}");
        }
    }
    let cookie = format!("Cookie: a=b; enact_token={WATCH}");
    let cookie = cookie.as_str();
    let origin = "Origin: http://evil.example";
    let own = format!("Origin: http://{}", running.address);
    for headers in [
        &[cookie, origin][..],
        &[cookie, origin, "X-Enact: 1"][..],
        &[cookie, "Origin: null", "X-Enact: 1"][..],
    ] {
        let answer = stranger.send("POST", "/v1/stop", headers, b"");
        assert_eq!(
            (answer.status, answer.problem_type().as_str()),
            (403, "origin")
        );
    }
    let answer = stranger.send("POST", "/v1/stop", &[cookie], b"");
    assert_eq!(
        (answer.status, answer.problem_type().as_str()),
        (403, "header")
    );
    assert!(!running.mock.stop.is_pressed());
    let headers = [cookie, own.as_str(), "X-Enact: 1"];
    assert_eq!(stranger.send("POST", "/v1/stop", &headers, b"").status, 200);
    assert!(running.mock.stop.is_pressed());
    assert_eq!(
        stranger.send("GET", "/v1/status", &[cookie], b"").status,
        200
    );
}

#[test]
fn the_link_becomes_a_cookie_and_the_token_stays_in_no_address() {
    let running = Running::new();
    let stranger = running.stranger();
    let answer = stranger.get(&format!("/?token={WATCH}"));
    assert_eq!(answer.status, 303);
    assert!(answer.head.contains("location: /\r\n"), "{}", answer.head);
    let cookie = format!("set-cookie: enact_token={WATCH}; path=/; httponly; samesite=strict");
    assert!(answer.head.contains(&cookie), "{}", answer.head);
    assert!(answer.head.contains("referrer-policy: no-referrer"));
    assert_eq!(stranger.get("/?token=wrong").status, 401);
    let page = stranger.get("/");
    assert_eq!(page.status, 200);
    assert!(
        page.head
            .contains("content-security-policy: default-src 'self';")
    );
    assert!(page.head.contains("x-frame-options: deny"));
    assert_eq!(stranger.get("/assets/../Cargo.toml").status, 404);
    assert_eq!(stranger.get("/assets/%2e%2e/Cargo.toml").status, 404);
}

#[test]
fn the_viewer_is_shown_in_the_console_alone_and_talks_to_nothing_else() {
    let running = Running::new();
    let stranger = running.stranger();
    let page = stranger.get("/viewer");
    assert_eq!(page.status, 200);
    for policy in [
        "x-frame-options: sameorigin",
        "frame-ancestors 'self'",
        "connect-src 'self'",
        "script-src 'self' 'wasm-unsafe-eval';",
    ] {
        assert!(page.head.contains(policy), "{policy}: {}", page.head);
    }
    let script = stranger.get("/viewer/re_viewer.js");
    assert!(script.head.contains("content-type: text/javascript"));
    assert_eq!(script.body, b"let wasm_bindgen;");
    assert_eq!(stranger.get("/viewer/other.js").status, 404);
    // What it shows is for those with a token.
    assert_eq!(stranger.get("/v1/runs/one.mcap/view.rrd").status, 401);
}

#[test]
fn what_the_arm_does_now_comes_piece_by_piece() {
    let running = Running::new();
    assert_eq!(running.stranger().get("/v1/view.rrd").status, 401);
    let client = running.client(WATCH);
    for (path, status, body, next) in [
        ("/v1/view.rrd", 200, &b"everything"[..], "enact-next: 1"),
        ("/v1/view.rrd?after=1", 200, b"new", "enact-next: 2"),
        ("/v1/view.rrd?after=2", 204, b"", "enact-next: 2"),
    ] {
        let piece = client.get(path);
        assert_eq!((piece.status, &*piece.body), (status, body), "{path}");
        assert!(piece.head.contains(next), "{path}: {}", piece.head);
    }
    for wrong in ["?after=", "?after=-1", "?after=one", "?before=1"] {
        let refused = client.get(&format!("/v1/view.rrd{wrong}"));
        assert_eq!(refused.status, 400, "{wrong}");
    }
}

#[test]
fn no_path_leads_out_of_the_folder_of_runs() {
    let running = Running::new();
    let client = running.client(WATCH);
    for name in [
        "../secret.mcap",
        "..%2fsecret.mcap",
        "%2e%2e%2fsecret.mcap",
        "..%5csecret.mcap",
        "%2fetc%2fpasswd",
        "one.mcap%00",
        "two.mcap",
        "%ff.mcap",
    ] {
        for end in ["", "/story", "/download", "/view.rrd"] {
            let answer = client.get(&format!("/v1/runs/{name}{end}"));
            assert!(
                [400, 404].contains(&answer.status),
                "{name}{end}: {answer:?}"
            );
            assert!(!answer.body.windows(6).any(|part| part == b"secret"));
        }
    }
    let whole = client.get("/v1/runs/one.mcap/download");
    assert_eq!((whole.status, whole.body.len()), (200, 100_000));
    assert!(whole.head.contains("filename=\"one.mcap\""));
    let shown = client.get("/v1/runs/one.mcap/view.rrd");
    assert_eq!((shown.status, shown.body.len()), (200, 100_000));
    assert_eq!(client.get("/v1/runs").json()["runs"][0]["name"], "one.mcap");
}

#[test]
fn bodies_that_cannot_be_meant_are_refused() {
    let running = Running::new();
    let client = running.client(ASK);
    let json = "Content-Type: application/json";
    for (headers, body, expected) in [
        (&[json][..], "{", "malformed"),
        (&[json][..], "", "malformed"),
        (&[json][..], "[]", "invalid"),
        (&[json][..], r#"{"instruction": 7}"#, "invalid"),
        (
            &[json][..],
            r#"{"instruction": "pick", "speed": 9}"#,
            "invalid",
        ),
        (&[json][..], r#"{"instruction": " ?! "}"#, "invalid"),
        (&["Content-Type: text/plain"][..], "{}", "media-type"),
        (&[][..], r#"{"instruction": "pick"}"#, "media-type"),
        (
            &[json, "Idempotency-Key: a", "Idempotency-Key: b"][..],
            r#"{"instruction": "pick"}"#,
            "malformed",
        ),
    ] {
        let answer = client.send("POST", "/v1/tasks", headers, body.as_bytes());
        assert_eq!(answer.problem_type(), expected, "{body}");
    }
    let huge = format!(r#"{{"instruction": "{}"}}"#, "a".repeat(66_000));
    let answer = client.send("POST", "/v1/tasks", &[json], huge.as_bytes());
    assert_eq!(answer.status, 413);
    assert_eq!(client.get("/v1/nothing").problem_type(), "not-found");
    assert_eq!(client.delete("/v1/status").problem_type(), "method");
    assert_eq!(client.get("/v1/tasks/x").problem_type(), "not-found");
    assert_eq!(client.get("/v1/tasks/7").problem_type(), "not-found");
    assert_eq!(client.get("/v1/camera/frame.jpg").status, 503);
    assert_eq!(running.mock.session.tasks().len(), 0);
}

#[test]
fn a_slow_client_keeps_nobody_waiting() {
    let running = Running::new();
    let client = running.client(ASK);
    // Half a head, and half a body: each is cut off some time.
    let mut half_head = client.connect();
    half_head
        .write_all(b"POST /v1/tasks HTTP/1.1\r\nHost: ")
        .unwrap();
    let mut half_body = client.connect();
    let request = client.encode_request(
        "POST",
        "/v1/tasks",
        &["Content-Type: application/json"],
        br#"{"instruction": "pick"}"#,
    );
    half_body.write_all(&request[..request.len() - 5]).unwrap();
    assert_eq!(client.get("/v1/status").status, 200);
    let answer = read_answer(half_body);
    assert_eq!(
        (answer.status, answer.problem_type().as_str()),
        (408, "too-slow")
    );
    let mut rest = Vec::new();
    // Closed, with or without a word.
    let _ = std::io::Read::read_to_end(&mut half_head, &mut rest);
    assert!(!String::from_utf8_lossy(&rest).contains("202"));
    assert_eq!(running.mock.session.tasks().len(), 0);
}

#[test]
fn a_stop_is_answered_while_planner_and_queue_are_stuck() {
    let running = Running::new();
    let ask = running.client(ASK);
    for number in 0..=64 {
        let task = json!({"instruction": format!("task {number}")});
        assert_eq!(ask.post("/v1/tasks", &task).status, 202);
        if number == 0 {
            // From now on the loop is busy with a planner that does not answer.
            running.mock.session.next_job().unwrap();
        }
    }
    let full = ask.post("/v1/tasks", &json!({"instruction": "one more"}));
    assert_eq!(
        (full.status, full.problem_type().as_str()),
        (429, "queue-full")
    );
    running.client(DRIVE).post("/v1/driver", &Value::Null);
    let answer = running.client(WATCH).post("/v1/stop", &Value::Null);
    assert_eq!(answer.json(), json!({"stopped": true}));
    assert!(running.mock.stop.is_pressed());
}

#[test]
fn the_lease_is_not_stolen() {
    let running = Running::new();
    let (drive, other) = (running.client(DRIVE), running.client(OTHER));
    let nothing = Value::Null;
    assert_eq!(drive.post("/v1/driver", &nothing).json()["name"], "drive");
    // A client that names a kind of body and sends none means none.
    let json = ["Content-Type: application/json"];
    assert_eq!(drive.send("POST", "/v1/driver", &json, b"").status, 200);
    let other_kind = drive.send("POST", "/v1/driver", &[], b"x");
    assert_eq!(other_kind.problem_type(), "media-type");
    for (path, body, problem) in [
        ("/v1/driver", nothing.clone(), "leased"),
        ("/v1/driver", json!({"force": true}), "role"),
        ("/v1/driver/handover", json!({"to": "other"}), "not-driver"),
        ("/v1/home", nothing.clone(), "not-driver"),
        ("/v1/jog", json!({"joint": "pan", "by": 0.1}), "not-driver"),
        (
            "/v1/tasks",
            json!({"instruction": "go", "approve": false}),
            "not-driver",
        ),
        ("/v1/clear", nothing.clone(), "not-driver"),
        ("/v1/resume", nothing.clone(), "not-driver"),
    ] {
        assert_eq!(other.post(path, &body).problem_type(), problem, "{path}");
    }
    assert_eq!(other.delete("/v1/driver").problem_type(), "not-driver");
    // A list is no object, even where no field is needed.
    assert_eq!(
        drive.post("/v1/driver", &json!([])).problem_type(),
        "invalid"
    );
    let handed = drive.post("/v1/driver/handover", &json!({"to": "watch"}));
    assert_eq!(handed.problem_type(), "invalid");
    let handed = drive.post("/v1/driver/handover", &json!({"to": "other"}));
    assert_eq!(handed.json()["name"], "other");
    let forced = running
        .client(ADMIN)
        .post("/v1/driver", &json!({"force": true}));
    assert_eq!(forced.json()["name"], "admin");
    assert_eq!(running.mock.session.tasks().len(), 0);
}

#[test]
fn a_key_makes_a_request_safe_to_repeat() {
    let running = Running::new();
    let client = running.client(ASK);
    let post = |text: &str| {
        let headers = ["Idempotency-Key: 7f"];
        client.post_with_headers("/v1/tasks", &headers, &json!({"instruction": text}))
    };
    let first = post("pick it");
    assert_eq!(first.status, 202);
    assert_eq!(post("pick it").json(), first.json());
    assert_eq!(post("drop it").problem_type(), "key-reused");
    assert_eq!(running.mock.session.tasks().len(), 1);
}

#[test]
fn a_stream_that_broke_continues_where_it_was() {
    let running = Running::new();
    let client = running.client(ASK);
    let mut events = client.open_event_stream(&[]);
    let first = events.next_event();
    assert_eq!(first.kind, "status");
    assert_eq!(first.data["state"], "idle");
    assert!(first.data.get("you").is_none());
    let id = client.post("/v1/tasks", &json!({"instruction": "<b>pick</b>"}));
    let id = id.json()["id"].clone();
    let queued = events.wait_for_event("task", |task| task["id"] == id);
    assert_eq!(queued.data["instruction"], "<b>pick</b>", "as it is: data");
    drop(events);
    let job = running.mock.session.next_job().unwrap();
    running
        .mock
        .session
        .finish_task(job.id, reported(TaskEnd::Done));
    let last = format!("Last-Event-ID: {}", queued.id);
    let mut events = client.open_event_stream(&[&last]);
    let next = events.wait_for_event("task", |task| task["id"] == id);
    assert_eq!(next.data["state"], "running", "nothing is missing");
    events.wait_for_event("task", |task| task["state"] == "ended");
    for unknown in ["Last-Event-ID: other-1", "Last-Event-ID: test-99999"] {
        let mut events = client.open_event_stream(&[unknown]);
        assert_eq!(events.next_event().kind, "gap");
        assert_eq!(events.next_event().kind, "status");
    }
}

#[test]
fn where_the_joints_are_is_streamed() {
    let running = Running::new();
    running.mock.session.latest_arm_reading().store_reading(
        enact_types::Stamp::ZERO,
        &[0.5, 0.25],
        &[0.1, 0.2],
    );
    let mut events = running.client(WATCH).open_event_stream(&[]);
    let joints = events.wait_for_event("joints", |_| true);
    assert_eq!(joints.id, "");
    assert_eq!(joints.data["joints"][0]["name"], "pan");
    assert_eq!(joints.data["joints"][1]["position"], 0.25);
}

#[test]
fn a_driver_whose_stream_breaks_pauses_the_arm() {
    let running = Running::new();
    let drive = running.client(DRIVE);
    drive.post("/v1/driver", &Value::Null);
    let events = drive.open_event_stream(&[]);
    let task = json!({"instruction": "pick it", "approve": false});
    assert_eq!(drive.post("/v1/tasks", &task).status, 202);
    let job = running.mock.session.next_job().unwrap();
    drop(events);
    running
        .mock
        .wait_until(|status| status.pause_reason.is_some());
    running
        .mock
        .session
        .finish_task(job.id, reported(TaskEnd::Done));
}

#[test]
fn no_token_is_in_any_answer() {
    let running = Running::new();
    let client = running.client(ADMIN);
    client.post("/v1/driver", &Value::Null);
    client.post("/v1/tasks", &json!({"instruction": "pick it"}));
    for path in [
        "/v1/status",
        "/v1/tasks",
        "/v1/robot",
        "/openapi.json",
        "/v1/models",
    ] {
        let answer = client.get(path);
        assert_eq!(answer.status, 200, "{path}");
        let text = String::from_utf8(answer.body).unwrap() + &answer.head;
        assert!(!text.contains(ADMIN), "{path}");
    }
}

#[test]
fn many_watch_at_a_time() {
    let running = Running::new();
    let streams: Vec<_> = (0..40)
        .map(|_| running.client(WATCH).open_event_stream(&[]))
        .collect();
    let readers: Vec<_> = streams
        .into_iter()
        .map(|mut events| {
            thread::spawn(move || {
                events.wait_for_event("stop", |stop| stop["stopped"] == true);
            })
        })
        .collect();
    running.client(WATCH).post("/v1/stop", &Value::Null);
    for reader in readers {
        reader.join().unwrap();
    }
}
