//! The OpenAI protocol, against a server of a few lines.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpListener;
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::Duration;

use enact_model::{RequestOptions, ServerModel, open};
use enact_plan::{Perceiver, Planner, PlannerError, Situation, Step};
use enact_types::{Frame, Intrinsics, NormalizedPoint, Pose, Stamp, StopSwitch};
use image::RgbImage;
use serde_json::{Value, json};

/// Answers each request with the next of `answers` (a status and a body) and
/// hands on the path and body of what came.
fn serve(answers: Vec<(u16, String)>) -> (String, Receiver<(String, Value)>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}/v1", listener.local_addr().unwrap());
    let (sender, receiver) = channel();
    thread::spawn(move || {
        for (status, body) in answers {
            let (mut stream, _) = listener.accept().unwrap();
            let mut reader = BufReader::new(stream.try_clone().unwrap());
            sender.send(read_request(&mut reader)).unwrap();
            let head = format!("HTTP/1.1 {status} X\r\ncontent-length: {}", body.len());
            // The client may have given up.
            let _ = write!(stream, "{head}\r\nconnection: close\r\n\r\n{body}");
        }
    });
    (address, receiver)
}

fn read_request(reader: &mut impl BufRead) -> (String, Value) {
    let mut first = String::new();
    reader.read_line(&mut first).unwrap();
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
    let path = first.split_whitespace().nth(1).unwrap().to_owned();
    (path, serde_json::from_slice(&body).unwrap_or(Value::Null))
}

fn completion(content: &str, finish: &str) -> (u16, String) {
    let body = json!({
        "choices": [{"message": {"role": "assistant", "content": content}, "finish_reason": finish}],
        "usage": {"prompt_tokens": 300, "completion_tokens": 12},
    });
    (200, body.to_string())
}

/// A switch that nobody presses.
fn never() -> StopSwitch {
    StopSwitch::new()
}

fn frame() -> Frame {
    Frame {
        sequence: 0,
        stamp: Stamp::ZERO,
        rgb: RgbImage::new(32, 24),
        depth: None,
        intrinsics: Intrinsics::from_vertical_fov(32, 24, 0.8),
        base_from_camera: Pose::identity(),
    }
}

#[test]
fn a_picture_goes_out_and_a_list_comes_back() {
    let answer = r#"{"answer":[{"point":[250,500],"label":"red cube"}]}"#;
    let models = json!({"data": [{"id": "some-model"}]}).to_string();
    let (address, requests) = serve(vec![(200, models), completion(answer, "stop")]);
    let mut model = open(&address, RequestOptions::default(), &never()).unwrap();
    let seen = model.perceive(&frame()).unwrap();
    assert_eq!(model.name(), address);
    assert_eq!(seen.parsed.unwrap()[0].label, "red cube");
    assert_eq!(
        (seen.usage.prompt_tokens, seen.usage.completion_tokens),
        (300, 12)
    );

    assert_eq!(requests.recv().unwrap().0, "/v1/models");
    let (path, body) = requests.recv().unwrap();
    assert_eq!(path, "/v1/chat/completions");
    assert_eq!(body["model"], "some-model");
    assert_eq!(body["temperature"], 0.0);
    let content = &body["messages"][0]["content"];
    let url = content[0]["image_url"]["url"].as_str().unwrap();
    assert!(url.starts_with("data:image/png;base64,"), "{url}");
    assert_eq!(content[1]["text"], seen.prompt);
    let schema = &body["response_format"]["json_schema"]["schema"];
    assert_eq!(schema["properties"]["answer"]["type"], "array");
}

#[test]
fn marks_are_drawn_asked_for_and_understood() {
    let answer = r#"{"answer":[{"mark":2,"label":"blue bowl"}]}"#;
    let (address, requests) = serve(vec![
        completion("[]", "stop"),
        completion(answer, "stop"),
        completion(r#"[{"mark":3,"label":"a"}]"#, "stop"),
    ]);
    let mut model =
        ServerModel::connect(&format!("{address}#m"), RequestOptions::default(), &never()).unwrap();
    let marks = [(200, 300), (600, 700)].map(|(y, x)| NormalizedPoint { y, x });
    model.perceive(&frame()).unwrap();
    let seen = model.perceive_marked(&frame(), &marks).unwrap();
    assert_eq!(seen.parsed.unwrap()[0].point, marks[1]);
    let (_, plain) = requests.recv().unwrap();
    let (_, body) = requests.recv().unwrap();
    let items = &body["response_format"]["json_schema"]["schema"]["properties"]["answer"]["items"];
    assert_eq!(items["properties"]["mark"]["enum"], json!([1, 2]));
    let content = &body["messages"][0]["content"];
    assert!(
        content[1]["text"]
            .as_str()
            .unwrap()
            .contains("numbers 1 to 2")
    );
    let url = |body: &Value| body["messages"][0]["content"][0]["image_url"]["url"].clone();
    assert_ne!(url(&plain), url(&body));
    assert!(
        model
            .perceive_marked(&frame(), &marks)
            .unwrap()
            .parsed
            .is_err()
    );
}

#[test]
fn plans_are_drawn_at_a_temperature_and_lists_are_not() {
    let (address, requests) = serve(vec![
        completion(r#"{"steps":[{"skill":"done"}]}"#, "stop"),
        completion("[]", "stop"),
    ]);
    let options = RequestOptions {
        temperature: 0.7,
        ..RequestOptions::default()
    };
    let mut model = ServerModel::connect(&format!("{address}#m"), options, &never()).unwrap();
    model.plan(&frame(), &Situation::default()).unwrap();
    model.perceive(&frame()).unwrap();
    let asked = [(); 2].map(|()| requests.recv().unwrap().1["temperature"].clone());
    assert_eq!(asked, [json!(0.7), json!(0.0)]);
}

#[test]
fn a_plan_is_asked_for_with_the_grammar_of_the_situation() {
    let answer = r#"{"steps":[{"skill":"home"},{"skill":"done"}]}"#;
    let (address, requests) = serve(vec![completion(answer, "stop")]);
    let source = format!("{address}#chosen");
    let mut model = ServerModel::connect(&source, RequestOptions::default(), &never()).unwrap();
    let situation = Situation {
        instruction: "go <|im_end|>home".to_owned(),
        ..Situation::default()
    };
    let plan = model.plan(&frame(), &situation).unwrap();
    assert!(
        plan.prompt.ends_with("Task: go im_endhome\n"),
        "{}",
        plan.prompt
    );
    assert_eq!(plan.parsed.unwrap().steps[0], Step::home());
    let (_, body) = requests.recv().unwrap();
    assert_eq!(body["model"], "chosen");
    let schema = body["response_format"]["json_schema"]["schema"].to_string();
    assert!(
        schema.contains("home") && !schema.contains("pick"),
        "{schema}"
    );
    assert!(!schema.contains("x-guidance"), "{schema}");
}

#[test]
fn answers_that_are_cut_or_doubtful_are_rejected() {
    let (address, _requests) = serve(vec![
        completion(r#"[{"point":[1,2],"label":"a"}"#, "length"),
        completion("I see a cube.", "stop"),
        completion(r#"[{"point":[1,2],"label":"a"}]"#, "length"),
    ]);
    let mut model =
        ServerModel::connect(&format!("{address}#m"), RequestOptions::default(), &never()).unwrap();
    let cut = model.perceive(&frame()).unwrap().parsed.unwrap_err();
    assert!(cut.to_string().contains("cut after 12 tokens"), "{cut}");
    assert!(model.perceive(&frame()).unwrap().parsed.is_err());
    let whole = model.perceive(&frame()).unwrap().parsed.unwrap();
    assert_eq!(whole[0].label, "a", "what came after it was of no use");
}

#[test]
fn failures_of_the_server_are_errors() {
    let (address, _requests) = serve(vec![
        (500, "out of memory\nat line 1".to_owned()),
        (200, "{}".to_owned()),
        (200, "<html>".to_owned()),
    ]);
    let mut model =
        ServerModel::connect(&format!("{address}#m"), RequestOptions::default(), &never()).unwrap();
    for expected in ["500", "choices[0]", "not JSON"] {
        let error = model.perceive(&frame()).unwrap_err().to_string();
        assert!(error.contains(expected) && !error.contains('\n'), "{error}");
    }
}

#[test]
fn silence_is_a_time_out_and_nobody_there_a_load_error() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}/v1", listener.local_addr().unwrap());
    let options = RequestOptions {
        time_limit: Duration::from_millis(50),
        ..RequestOptions::default()
    };
    let mut model = ServerModel::connect(&format!("{address}#m"), options, &never()).unwrap();
    let error = model.perceive(&frame()).unwrap_err();
    assert!(matches!(error, PlannerError::Timeout { .. }), "{error}");

    drop(listener);
    let Err(error) = open(&address, options, &never()) else {
        panic!("a server that is not there was opened");
    };
    assert!(matches!(error, PlannerError::Load { .. }), "{error}");
}

#[test]
fn a_stop_ends_the_waiting_closes_the_connection_and_leaves_the_next_request_alone() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}/v1#m", listener.local_addr().unwrap());
    let stop = StopSwitch::new();
    let mut model = ServerModel::connect(&address, RequestOptions::default(), &stop).unwrap();
    let pressing = stop.clone();
    let server = thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        read_request(&mut BufReader::new(stream.try_clone().unwrap()));
        pressing.press();
        // It thinks until nobody wants to know any more.
        let closed = stream.read(&mut [0; 1]);
        assert!(matches!(closed, Ok(0) | Err(_)), "{closed:?}");
        let (mut stream, _) = listener.accept().unwrap();
        read_request(&mut BufReader::new(stream.try_clone().unwrap()));
        let body = completion("[]", "stop").1;
        let head = format!("HTTP/1.1 200 X\r\ncontent-length: {}", body.len());
        write!(stream, "{head}\r\nconnection: close\r\n\r\n{body}").unwrap();
    });
    let error = model.perceive(&frame()).unwrap_err();
    assert!(matches!(error, PlannerError::Stopped), "{error}");
    // A stop stays.
    let error = model.perceive(&frame()).unwrap_err();
    assert!(matches!(error, PlannerError::Stopped), "{error}");
    stop.release();
    assert!(model.perceive(&frame()).unwrap().parsed.unwrap().is_empty());
    server.join().unwrap();
}
