//! Servers that are busy, broken or endless.

use std::time::{Duration, Instant};

use enact_model::ServerModel;
use enact_plan::{Perceiver, Planner, PlannerError};
use serde_json::json;

use crate::mock::{
    PLAN, Response, connect, content, error, frame, json, never, options, serve, serve_in_turn,
    situation, text, with,
};

#[test]
fn what_passes_by_itself_is_waited_for_and_told() {
    let troubles: [(fn() -> Response, &str); 9] = [
        (|| error(503, "Loading model"), "Loading model"),
        (|| error(503, "The model is overloaded."), "overloaded"),
        (|| error(429, "Rate limit reached"), "Rate limit reached"),
        (|| error(500, "CUDA out of memory"), "CUDA out of memory"),
        (
            || text(502, "<html><title>502 Bad Gateway</title></html>"),
            "502 Bad Gateway",
        ),
        (|| Response::Closed, "the connection broke"),
        (|| Response::Cut, "the connection broke"),
        (
            || {
                json(
                    200,
                    &json!({"error": {"message": "Provider returned error", "code": 429}}),
                )
            },
            "Provider returned error",
        ),
        (
            || {
                json(
                    200,
                    &json!({"choices": null, "error": {"message": "upstream timeout", "code": 504}}),
                )
            },
            "upstream timeout",
        ),
    ];
    for (trouble, words) in troubles {
        let mock = serve_in_turn(vec![trouble, trouble, || content(PLAN)]);
        let (options, told) = options();
        let plan = connect(&mock, options)
            .plan(&frame(), &situation())
            .unwrap();
        assert!(plan.parsed.is_ok(), "{words}");
        assert_eq!(mock.asked().len(), 3, "{words}");
        let told = told.lock().unwrap();
        assert_eq!(told.len(), 2, "{told:?}");
        let all =
            |sentence: &String| sentence.contains(words) && sentence.contains("asking again in");
        assert!(told.iter().all(all), "{told:?}");
    }
}

#[test]
fn what_does_not_pass_is_one_error_after_a_while() {
    let troubles: [(fn() -> Response, &str); 4] = [
        (|| error(503, "Loading model"), "Loading model"),
        (|| error(429, "Rate limit reached"), "Rate limit reached"),
        (|| Response::Closed, "the connection broke"),
        (
            || {
                json(
                    200,
                    &json!({"error": {"message": "overloaded, try again", "code": 529}}),
                )
            },
            "try again",
        ),
    ];
    for (trouble, words) in troubles {
        let mock = serve(move |_, _| trouble());
        let (options, _) = options();
        let error = connect(&mock, options)
            .plan(&frame(), &situation())
            .unwrap_err();
        let error = error.to_string();
        assert!(
            error.contains(words) && error.contains("it was asked"),
            "{error}"
        );
        let asked = mock.asked().len();
        assert!((3..=40).contains(&asked), "{words}: {asked}");
    }
}

#[test]
fn a_server_is_left_alone_for_as_long_as_it_asks() {
    let mock = serve(|_, number| match number {
        0 => with(429, "retry-after: 1", &json!({"error": "slow down"})),
        1 => with(429, "retry-after-ms: 200", &json!({"error": "slow down"})),
        _ => content(PLAN),
    });
    let (mut options, _) = options();
    options.server.retry_time = Duration::from_secs(20);
    let begun = Instant::now();
    let plan = connect(&mock, options)
        .plan(&frame(), &situation())
        .unwrap();
    assert!(plan.parsed.is_ok());
    assert!(
        begun.elapsed() >= Duration::from_millis(1200),
        "{:?}",
        begun.elapsed()
    );

    let mock = serve(|_, _| with(429, "retry-after: 3600", &json!({"error": "slow down"})));
    let (options, _) = crate::mock::options();
    let error = connect(&mock, options)
        .plan(&frame(), &situation())
        .unwrap_err();
    assert!(
        error.to_string().contains("left alone for 3600 s"),
        "{error}"
    );
    assert_eq!(mock.asked().len(), 1);
}

#[test]
fn what_stays_is_an_error_at_once_in_the_servers_words() {
    let cases: [(fn() -> Response, &str); 8] = [
        (
            || error(400, "the request exceeds the context size"),
            "exceeds the context size",
        ),
        (|| error(401, "Invalid API key"), "OPENAI_API_KEY"),
        (|| error(403, "no access to this model"), "no access"),
        (
            || error(404, "model `m` not found"),
            "is `m` a model there?",
        ),
        (
            || error(429, "You exceeded your quota, check your plan and billing"),
            "billing",
        ),
        (|| error(413, "payload too large"), "picture_side"),
        (
            || text(200, "<!DOCTYPE html><title>Open WebUI</title>"),
            "a web page (“Open WebUI”)",
        ),
        (|| text(200, "hello"), "not JSON (“hello”)"),
    ];
    for (respond, words) in cases {
        let mock = serve(move |_, _| respond());
        let (options, told) = options();
        let error = connect(&mock, options)
            .plan(&frame(), &situation())
            .unwrap_err();
        let error = error.to_string();
        assert!(error.contains(words) && !error.contains('\n'), "{error}");
        assert_eq!(mock.asked().len(), 1, "{words}");
        assert!(told.lock().unwrap().is_empty());
    }
}

#[test]
fn answers_are_bounded_in_size_and_in_time() {
    for endless in [|| Response::Announced(1 << 30), || Response::Endless] {
        let mock = serve(move |_, _| endless());
        let (options, _) = options();
        let error = connect(&mock, options)
            .plan(&frame(), &situation())
            .unwrap_err();
        assert!(error.to_string().contains("longer than 16 MiB"), "{error}");
    }
    for endless in [
        || Response::Dripping,
        || Response::Announced(1000),
        || {
            Response::Open(
                "content-type: text/event-stream\r\n".to_owned(),
                b": wait\n\n".to_vec(),
            )
        },
    ] {
        let mock = serve(move |_, _| endless());
        let (mut options, _) = options();
        options.time_limit = Duration::from_millis(300);
        let error = connect(&mock, options)
            .plan(&frame(), &situation())
            .unwrap_err();
        assert!(matches!(error, PlannerError::Timeout { .. }), "{error}");
    }
    // Deep nesting is no reason to break down.
    let mock = serve(|_, _| text(200, &"[".repeat(5_000_000)));
    let (options, _) = crate::mock::options();
    assert!(
        connect(&mock, options)
            .plan(&frame(), &situation())
            .is_err()
    );
    let mock = serve(|_, _| content(&"{\"a\":".repeat(100_000)));
    let (options, _) = crate::mock::options();
    let plan = connect(&mock, options)
        .plan(&frame(), &situation())
        .unwrap();
    assert!(plan.parsed.is_err());
}

#[test]
fn the_time_limit_holds_for_a_question_with_all_its_requests() {
    let mock = serve(|_, _| error(503, "Loading model"));
    let (mut options, _) = options();
    options.time_limit = Duration::from_millis(400);
    options.server.retry_time = Duration::from_secs(3600);
    // Waits begin with a hundredth of that.
    let begun = Instant::now();
    let error = connect(&mock, options)
        .plan(&frame(), &situation())
        .unwrap_err();
    assert!(error.to_string().contains("Loading model"), "{error}");
    assert!(begun.elapsed() < Duration::from_secs(30));
}

#[test]
fn silence_is_a_time_out_and_nobody_there_an_error_at_once() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}/v1#m", listener.local_addr().unwrap());
    let (mut options, told) = options();
    options.time_limit = Duration::from_millis(50);
    let mut model = ServerModel::connect(&address, options.clone(), &never()).unwrap();
    let error = model.perceive(&frame()).unwrap_err();
    assert!(matches!(error, PlannerError::Timeout { .. }), "{error}");

    drop(listener);
    options.time_limit = Duration::from_secs(60);
    let mut model = ServerModel::connect(&address, options, &never()).unwrap();
    let error = model.perceive(&frame()).unwrap_err().to_string();
    assert!(error.contains("is the server running"), "{error}");
    assert!(told.lock().unwrap().is_empty());
}

#[test]
fn a_server_that_holds_the_connection_without_a_word_is_told_of() {
    let (options, told) = options();
    let heard = told.clone();
    // It answers only once that was told.
    let mock = serve(move |_, _| {
        while heard.lock().unwrap().is_empty() {
            std::thread::sleep(Duration::from_millis(20));
        }
        content(PLAN)
    });
    connect(&mock, options)
        .plan(&frame(), &situation())
        .unwrap();
    let told = told.lock().unwrap();
    assert!(told[0].starts_with("has not answered for"), "{told:?}");
    assert!(told[0].ends_with("and is waited for 60 s"), "{told:?}");
}

#[test]
fn a_server_that_goes_away_in_mid_task_is_waited_for() {
    let mut mock = serve(|_, _| content(PLAN));
    let (options, told) = options();
    let mut model = connect(&mock, options);
    model.plan(&frame(), &situation()).unwrap();
    mock.leave();
    let error = model.plan(&frame(), &situation()).unwrap_err().to_string();
    assert!(error.contains("it was asked"), "{error}");
    assert!(!told.lock().unwrap().is_empty());
}
