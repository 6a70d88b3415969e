//! Speech of browsers over HTTP.

use std::sync::{Arc, Mutex, mpsc};
use std::thread;
use std::time::Duration;

use enact_serve::{HearError, Heard, Transcriber};
use enact_testkit::http_client::{Answer, HttpClient};
use serde_json::{Value, json};

mod mock;

use mock::TEST_TIMEOUT;
use mock::server::{ASK, DRIVE, Running, WATCH};

/// Hears the words that a file consists of.
struct Reader;

impl Transcriber for Reader {
    fn hear(&self, wav: &[u8], longest: Duration, is_whole: bool) -> Result<Heard, HearError> {
        assert_eq!(longest, Duration::from_secs(30));
        let text = str::from_utf8(wav).map_err(|error| HearError::Unreadable(error.to_string()))?;
        if text == "broken" {
            return Err(HearError::Failed("the model is broken".to_owned()));
        }
        let is_noise = text == "noise";
        Ok(Heard {
            text: if is_noise { "" } else { text }.to_owned(),
            confidence: if is_whole { 0.9 } else { 0.5 },
            language: Some("en".to_owned()),
            doubt: is_noise.then(|| "it sounds like silence".to_owned()),
            is_stop: text.contains("stop"),
        })
    }
}

fn say(client: &HttpClient, path: &str, wav: &[u8]) -> Answer {
    client.send("POST", path, &["Content-Type: audio/wav"], wav)
}

#[test]
fn speech_becomes_text_and_nothing_else() {
    let running = Running::with_speech(Arc::new(Reader));
    let ask = running.client(ASK);
    let info = ask.get("/v1/speech").json();
    assert_eq!(info, json!({"available": true, "longest_s": 30.0}));
    let heard = say(&ask, "/v1/speech", b"put the cube in the bowl").json();
    assert_eq!(heard["text"], "put the cube in the bowl");
    assert_eq!(
        (&heard["stop"], &heard["doubt"]),
        (&json!(false), &Value::Null)
    );
    let heard = say(&ask, "/v1/speech", b"noise").json();
    assert_eq!(
        (&heard["text"], &heard["doubt"]),
        (&json!(""), &json!("it sounds like silence"))
    );
    let heard = say(&ask, "/v1/speech?part=true", b"put").json();
    assert_eq!(heard["confidence"], 0.5);
    assert!(!running.mock.stop.is_pressed());
    assert_eq!(ask.get("/v1/tasks").json(), json!({"tasks": []}));
}

#[test]
fn a_stop_is_pressed_while_the_sentence_goes_on_and_says_who_said_it() {
    let running = Running::with_speech(Arc::new(Reader));
    let heard = say(
        &running.client(ASK),
        "/v1/speech?part=true",
        b"put the stop",
    )
    .json();
    assert_eq!(heard["stop"], true);
    assert!(running.mock.stop.is_pressed());
    let status = running
        .mock
        .wait_until(|status| status.stop_reason.is_some());
    assert_eq!(status.stop_reason.as_deref(), Some("ask pressed stop"));
}

#[test]
fn what_is_no_speech_is_refused() {
    let running = Running::with_speech(Arc::new(Reader));
    let ask = running.client(ASK);
    let problem = |answer: Answer| (answer.status, answer.problem_type());
    let expected = |status: u16, kind: &str| (status, kind.to_owned());
    assert_eq!(
        problem(say(&running.stranger(), "/v1/speech", b"go")),
        expected(401, "no-token")
    );
    assert_eq!(
        problem(say(&running.client(WATCH), "/v1/speech", b"go")),
        expected(403, "role")
    );
    let text = ask.post("/v1/speech", &json!({"text": "stop"}));
    assert_eq!(problem(text), expected(415, "media-type"));
    assert_eq!(
        problem(say(&ask, "/v1/speech", &[0xff])),
        expected(422, "invalid")
    );
    assert_eq!(
        problem(say(&ask, "/v1/speech", b"broken")),
        expected(500, "internal")
    );
    let odd = say(&ask, "/v1/speech?part=maybe", b"stop");
    assert_eq!(problem(odd), expected(400, "malformed"));
    let huge = say(&ask, "/v1/speech", &vec![b'a'; 4 * 1024 * 1024]);
    assert_eq!(problem(huge), expected(413, "too-large"));
    // Elsewhere a body is as small as before.
    let long = json!({"instruction": "a".repeat(70_000)});
    assert_eq!(
        problem(ask.post("/v1/tasks", &long)),
        expected(413, "too-large")
    );
    assert!(!running.mock.stop.is_pressed());
}

#[test]
fn without_a_model_it_says_so() {
    let running = Running::new();
    let drive = running.client(DRIVE);
    assert_eq!(drive.get("/v1/speech").json()["available"], false);
    let answer = say(&drive, "/v1/speech", b"go home");
    assert_eq!(
        (answer.status, answer.problem_type().as_str()),
        (404, "not-found")
    );
    let detail = answer.json()["detail"].to_string();
    assert!(detail.contains("--speech-model"), "{detail}");
}

/// Takes as long as a test wants.
struct Slow {
    entered: Mutex<mpsc::Sender<()>>,
    goes_on: Mutex<mpsc::Receiver<()>>,
}

impl Transcriber for Slow {
    fn hear(&self, wav: &[u8], longest: Duration, is_whole: bool) -> Result<Heard, HearError> {
        self.entered.lock().unwrap().send(()).unwrap();
        self.goes_on
            .lock()
            .unwrap()
            .recv_timeout(TEST_TIMEOUT)
            .unwrap();
        Reader.hear(wav, longest, is_whole)
    }
}

#[test]
fn one_client_leaves_the_model_to_others_and_a_stop_waits_for_none() {
    let (entered, enters) = mpsc::channel();
    let (go_on, goes_on) = mpsc::channel();
    let running = Running::with_speech(Arc::new(Slow {
        entered: Mutex::new(entered),
        goes_on: Mutex::new(goes_on),
    }));
    thread::scope(|scope| {
        let speak = || say(&running.client(ASK), "/v1/speech", b"go home").status;
        let clips = [scope.spawn(speak), scope.spawn(speak)];
        // Both are being listened to, or wait for the model.
        enters.recv_timeout(TEST_TIMEOUT).unwrap();
        enters.recv_timeout(TEST_TIMEOUT).unwrap();
        let third = say(&running.client(ASK), "/v1/speech", b"go home");
        assert_eq!(
            (third.status, third.problem_type().as_str()),
            (429, "too-many-streams")
        );
        assert_eq!(
            running.client(WATCH).post("/v1/stop", &Value::Null).status,
            200
        );
        assert!(running.mock.stop.is_pressed());
        go_on.send(()).unwrap();
        go_on.send(()).unwrap();
        for clip in clips {
            assert_eq!(clip.join().unwrap(), 200);
        }
    });
}
