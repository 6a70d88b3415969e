//! Addresses and keys as people give them.

use enact_model::{RequestOptions, ServerModel, ServerOptions, open};
use enact_plan::{Perceiver, Planner, PlannerError};
use serde_json::{Value, json};

use crate::mock::{
    LIST, Mock, PLAN, Request, Response, content, error, frame, json, never, options, serve,
    situation, text, with,
};

fn list(ids: &[&str]) -> Response {
    let data: Vec<Value> = ids
        .iter()
        .map(|id| json!({"id": id, "object": "model"}))
        .collect();
    json(200, &json!({"object": "list", "data": data}))
}

/// A server under `/v1` alone.
fn usual(request: &Request, ids: &[&str]) -> Response {
    match request.path.as_str() {
        "/v1/models" => list(ids),
        "/v1/chat/completions" => content(LIST),
        _ => json(404, &json!({"detail": "Not Found"})),
    }
}

fn load(source: &str, options: RequestOptions) -> Result<ServerModel, String> {
    ServerModel::connect(source, options, &never()).map_err(|error| {
        assert!(matches!(error, PlannerError::Load { .. }), "{error}");
        let error = error.to_string();
        assert!(!error.contains('\n'), "{error}");
        error
    })
}

#[test]
fn an_address_may_lack_scheme_and_path() {
    let mock = serve(|request, _| usual(request, &["vlm"]));
    let place = mock.address.trim_start_matches("http://").to_owned();
    let host = place.trim_end_matches("/v1").to_owned();
    let port = host.rsplit(':').next().unwrap();
    for source in [
        place.clone(),
        host.clone(),
        format!("http://{host}"),
        format!("http://{host}/"),
        format!("HTTP://{place}"),
        format!("http://{place}/chat/completions"),
        format!("localhost:{port}/v1"),
        format!("{host}#vlm"),
        format!(" {place}/ "),
    ] {
        let mut model = open(&source, RequestOptions::default(), &never()).unwrap();
        assert!(model.perceive(&frame()).is_ok(), "{source}");
        assert_eq!(model.name(), source);
    }
}

#[test]
fn a_server_at_the_top_is_found() {
    let mock = serve(|request, _| match request.path.as_str() {
        "/models" => list(&["vlm"]),
        "/chat/completions" => content(LIST),
        _ => json(404, &json!({"detail": "Not Found"})),
    });
    let host = mock.address.trim_end_matches("/v1");
    let mut model = load(host, RequestOptions::default()).unwrap();
    assert!(model.perceive(&frame()).is_ok());
}

#[test]
fn the_model_that_is_asked_is_one_that_chats() {
    let asked = |ids: &'static [&str]| {
        let mock = serve(move |request, _| usual(request, ids));
        let (options, told) = options();
        let model = load(&mock.address, options);
        model.map(|mut model| {
            model.perceive(&frame()).unwrap();
            let asked = mock.asked();
            let told = told.lock().unwrap().join("; ");
            (asked[1].body["model"].as_str().unwrap().to_owned(), told)
        })
    };
    let (model, told) = asked(&["text-embedding-nomic-embed-text-v1.5", "qwen2.5-vl-7b"]).unwrap();
    assert_eq!((model.as_str(), told.as_str()), ("qwen2.5-vl-7b", ""));
    let (model, told) = asked(&["a", "b"]).unwrap();
    assert!(
        model == "a" && told.contains("one of 2") && told.contains("#MODEL"),
        "{told}"
    );
    let error = asked(&["nomic-embed-text"]).unwrap_err();
    assert!(error.contains("`nomic-embed-text`"), "{error}");
    assert!(asked(&[]).unwrap_err().contains("no model"));
}

#[test]
fn what_is_wrong_with_an_address_is_one_sentence() {
    type Serve = fn(&Request) -> Response;
    let cases: [(Serve, &str); 6] = [
        (|_| json(404, &json!({"detail": "Not Found"})), "#MODEL"),
        (
            |_| text(200, "<html><title>Open WebUI</title></html>"),
            "does the address end in /v1?",
        ),
        (|_| error(401, "Invalid API key"), "--key-env"),
        (
            |_| with(308, "location: https://host/v1/models", &Value::Null),
            "`https://host/v1/models`",
        ),
        (|_| Response::Nonsense, "no web server"),
        (|_| text(200, "{\"data\": null}"), "cannot be read"),
    ];
    for (respond, words) in cases {
        let mock = serve(move |request, _| respond(request));
        let (options, _) = options();
        let Err(error) = load(&mock.address, options) else {
            panic!("{words}: it was opened");
        };
        assert!(error.contains(words), "{error}");
    }
    let gone = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let place = gone.local_addr().unwrap().to_string();
    drop(gone);
    let Err(error) = load(&place, RequestOptions::default()) else {
        panic!("nobody was opened");
    };
    assert!(error.contains("is the server running"), "{error}");
    for source in [
        "ftp://host/v1",
        "http://",
        "http://me:sk-1234567@host/v1",
        "https://h/v1?api_key=sk-1234567",
    ] {
        let Err(error) = load(source, RequestOptions::default()) else {
            panic!("{source} was opened");
        };
        assert!(!error.contains("1234567"), "{error}");
    }
}

#[test]
fn a_server_that_loads_its_model_is_waited_for() {
    let mock = serve(|request, number| match number {
        0..=2 => error(503, "Loading model"),
        _ => usual(request, &["vlm"]),
    });
    let (options, told) = options();
    assert!(load(&mock.address, options).is_ok());
    assert_eq!(told.lock().unwrap().len(), 3);
}

/// A variable that cargo sets for tests, in place of a key.
const VARIABLE: &str = "CARGO_PKG_NAME";

fn with_key(mock: &Mock) -> Result<ServerModel, String> {
    let options = RequestOptions {
        server: ServerOptions {
            key_env: Some(VARIABLE.to_owned()),
            ..options().0.server
        },
        ..RequestOptions::default()
    };
    load(&mock.address, options)
}

#[test]
fn the_key_is_in_the_variable_that_is_named_and_is_never_repeated() {
    let key = std::env::var(VARIABLE).unwrap();
    let bearer = format!("authorization: bearer {key}");
    let mock = serve(move |request, _| {
        if request.head.contains(&bearer) {
            usual(request, &["vlm"])
        } else {
            error(401, "Invalid API key")
        }
    });
    let mut model = with_key(&mock).unwrap();
    assert!(model.perceive(&frame()).is_ok());

    let known = key.clone();
    let mock = serve(move |_, _| error(401, &format!("Incorrect API key provided: {known}.")));
    let Err(refused) = with_key(&mock) else {
        panic!("it was opened");
    };
    assert!(
        refused.contains("Incorrect API key provided: [key]"),
        "{refused}"
    );
    assert!(
        refused.contains(VARIABLE) && !refused.contains(&key),
        "{refused}"
    );

    let missing = RequestOptions {
        server: ServerOptions {
            key_env: Some("ENACT_NO_SUCH_KEY".to_owned()),
            ..ServerOptions::default()
        },
        ..RequestOptions::default()
    };
    let Err(unset) = load(&mock.address, missing) else {
        panic!("it was opened without a key");
    };
    assert!(unset.contains("`ENACT_NO_SUCH_KEY` is not set"), "{unset}");
}

#[test]
fn a_plan_from_an_address_without_scheme() {
    let mock = serve(|_, _| content(PLAN));
    let place = mock.address.trim_start_matches("http://");
    let (options, _) = options();
    let mut model = load(&format!("{place}#m"), options).unwrap();
    assert!(model.plan(&frame(), &situation()).unwrap().parsed.is_ok());
}
