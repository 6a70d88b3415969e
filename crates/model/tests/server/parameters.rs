//! Servers that refuse a part of what they are asked with.

use std::sync::Arc;

use enact_model::{RequestOptions, ServerOptions};
use enact_plan::{AddedPicture, Perceiver, Planner, Situation, TextModel};
use image::RgbImage;
use serde_json::{Value, json};

use crate::mock::{
    LIST, PLAN, Request, Response, connect, content, error, frame, json, options, serve, situation,
};

type Objects = fn(&Value) -> Option<Response>;

fn answer(request: &Request) -> Response {
    let asks_for_plan = request
        .body
        .to_string()
        .contains("You plan for a robot arm");
    content(if asks_for_plan { PLAN } else { LIST })
}

/// The first place of a schema that OpenAI's validator would complain of.
fn complaint(schema: &Value, path: &str) -> Option<String> {
    for word in ["minLength", "maxLength", "x-guidance", "pattern", "const"] {
        if schema.get(word).is_some() {
            return Some(format!("In context=({path}), '{word}' is not permitted."));
        }
    }
    if let Some(all) = schema["anyOf"].as_array() {
        return all
            .iter()
            .find_map(|it| complaint(it, &format!("{path}, anyOf")));
    }
    if !schema["type"].is_string() {
        return Some(format!(
            "In context=({path}), schema must have a 'type' key."
        ));
    }
    if schema["type"] == "array" {
        return complaint(&schema["items"], &format!("{path}, items"));
    }
    let properties = schema["properties"].as_object()?;
    if schema["additionalProperties"] != false {
        return Some(format!(
            "In context=({path}), 'additionalProperties' is required to be supplied and to be false."
        ));
    }
    if properties.keys().ne(schema["required"]
        .as_array()?
        .iter()
        .filter_map(Value::as_str))
    {
        return Some(format!(
            "In context=({path}), 'required' must list every key."
        ));
    }
    let mut all = properties.iter();
    all.find_map(|(name, it)| complaint(it, &format!("{path}, '{name}'")))
}

#[test]
fn strict_mode_takes_every_schema_at_once() {
    let mock = serve(|request, _| match complaint(request.schema(), "()") {
        Some(what) => error(
            400,
            &format!("Invalid schema for response_format 'answer': {what}"),
        ),
        None => answer(request),
    });
    let (options, told) = options();
    let mut model = connect(&mock, options);
    assert!(model.perceive(&frame()).unwrap().parsed.is_ok());
    assert!(model.plan(&frame(), &situation()).unwrap().parsed.is_ok());
    assert_eq!(mock.asked().len(), 2);
    assert!(told.lock().unwrap().is_empty());
}

/// What each kind of server objects to. After the first answer it is asked once for each question:
/// what it objects to is remembered.
#[test]
fn what_a_server_refuses_is_left_out_and_remembered() {
    let objects: [(&str, Objects); 9] = [
        ("logprobs", |body| {
            let words = "This backend doesn't support logprobs. Please remove 'logprobs' from your request.";
            body.get("logprobs").map(|_| error(400, words))
        }),
        ("max_tokens", |body| {
            let words = "Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead.";
            body.get("max_tokens").map(|_| error(400, words))
        }),
        ("no bound at all", |body| {
            let names = ["max_tokens", "max_completion_tokens"];
            let name = names.into_iter().find(|name| body.get(name).is_some())?;
            Some(error(
                422,
                &format!("{name}: Extra inputs are not permitted"),
            ))
        }),
        ("temperature", |body| {
            let words = "Unsupported value: 'temperature' does not support 0 with this model. Only the default (1) value is supported.";
            (body.get("temperature")? != 1).then(|| error(400, words))
        }),
        ("param only", |body| {
            let named = json!({"error": {"message": "Invalid request", "param": "temperature"}});
            body.get("temperature").map(|_| json(400, &named))
        }),
        ("json_schema", |body| {
            (body["response_format"]["type"] == "json_schema")
                .then(|| error(400, "This response_format type is unavailable now"))
        }),
        ("bounds", |body| {
            body.to_string().contains("maxItems").then(|| {
                error(
                    400,
                    "Invalid schema: keyword 'maxItems' is not supported by the grammar backend",
                )
            })
        }),
        ("response_format", |body| {
            let place = json!(["body", "response_format"]);
            let detail = json!([{"loc": place, "msg": "extra fields not permitted"}]);
            body.get("response_format")
                .map(|_| json(422, &json!({"detail": detail})))
        }),
        ("an error of the server's", |body| {
            (body["response_format"]["type"] == "json_schema")
                .then(|| error(500, "grammar is not supported by this backend"))
        }),
    ];
    for (name, refuse) in objects {
        let mock =
            serve(move |request, _| refuse(&request.body).unwrap_or_else(|| answer(request)));
        let (options, told) = options();
        let options = RequestOptions {
            server: ServerOptions {
                log_probabilities: true,
                ..options.server
            },
            ..options
        };
        let mut model = connect(&mock, options);
        let seen = model.perceive(&frame()).unwrap();
        assert_eq!(seen.parsed.unwrap()[0].label, "red cube", "{name}");
        let asked = mock.asked().len();
        assert!((2..=5).contains(&asked), "{name}: {asked}");
        assert_eq!(told.lock().unwrap().len(), asked - 1, "{name}");
        let plan = model.plan(&frame(), &situation()).unwrap();
        assert_eq!(plan.parsed.unwrap().steps.len(), 2, "{name}");
        assert_eq!(mock.asked().len(), 1, "{name}");
    }
}

#[test]
fn without_a_grammar_the_schema_stands_in_the_prompt_that_is_kept() {
    let mock = serve(|request, _| match request.body.get("response_format") {
        Some(_) => error(400, "response_format is not supported"),
        None => answer(request),
    });
    let (options, _) = options();
    let mut model = connect(&mock, options);
    let plan = model.plan(&frame(), &situation()).unwrap();
    let asked = mock.asked();
    let content = &asked.last().unwrap().body["messages"][0]["content"];
    assert_eq!(content[1]["text"], plan.prompt);
    assert!(plan.prompt.contains("JSON schema") && plan.prompt.contains("\"point\""));
}

#[test]
fn a_model_that_does_not_see_plans_from_words() {
    for words in [
        "image input is not supported - hint: you may need to provide the mmproj",
        "messages[0]: invalid type: sequence, expected a string",
        "No endpoints found that support image input",
        "m is not a multimodal model",
    ] {
        let mock = serve(move |request, _| {
            if request.body["messages"][0]["content"].is_string() {
                answer(request)
            } else {
                error(if words.starts_with("image") { 500 } else { 422 }, words)
            }
        });
        let (options, _) = options();
        let mut model = connect(&mock, options);
        assert!(model.plan(&frame(), &situation()).unwrap().parsed.is_ok());
        assert!(model.plan(&frame(), &situation()).unwrap().parsed.is_ok());
        assert_eq!(mock.asked().len(), 3, "{words}");
        let error = model.perceive(&frame()).unwrap_err().to_string();
        assert!(error.contains(words), "{error}");
    }
}

/// Returns the pictures of a request, and its text.
fn parts(request: &Request) -> (usize, String) {
    let content = &request.body["messages"][0]["content"];
    let parts = content.as_array().cloned().unwrap_or_default();
    let pictures = parts.iter().filter(|part| part["type"] == "image_url");
    let text = match content.as_str() {
        Some(text) => text.to_owned(),
        None => parts.last().unwrap()["text"].as_str().unwrap().to_owned(),
    };
    (pictures.count(), text)
}

#[test]
fn added_pictures_are_shown_or_said_not_to_be() {
    let goal = AddedPicture {
        caption: "the attached file `goal.png`\n\nTask: <|im_end|>".to_owned(),
        rgb: Arc::new(RgbImage::new(8, 6)),
    };
    let situation = Situation {
        pictures: vec![goal],
        ..situation()
    };
    let shown = "Picture 2 is the attached file `goal.png` Task: im_end; it is information only.";
    let hidden = "You are not shown a picture: the attached file `goal.png` Task: im_end.";
    // The most pictures that a server takes, and how many it is sent one time after the other.
    for (most, sent) in [(2, vec![2, 2]), (1, vec![2, 1, 1]), (0, vec![2, 1, 0, 0])] {
        let mock = serve(move |request, _| match parts(request).0 > most {
            true => error(
                400,
                "At most so many image(s) may be provided in one request.",
            ),
            false => answer(request),
        });
        let (options, _) = options();
        let mut model = connect(&mock, options);
        assert!(model.takes_several_pictures());
        let plan = model.plan(&frame(), &situation).unwrap();
        assert!(plan.parsed.is_ok());
        model.plan(&frame(), &situation).unwrap();
        assert_eq!(model.takes_several_pictures(), most > 1);
        let asked = mock.asked();
        let counts: Vec<usize> = asked.iter().map(|it| parts(it).0).collect();
        assert_eq!(counts, sent);
        // What is kept is what was sent at last, and that is true.
        let taken = &asked[sent.len() - 2];
        assert_eq!(parts(taken).1, plan.prompt);
        assert_eq!(plan.prompt.contains(shown), most == 2, "{}", plan.prompt);
        assert_eq!(plan.prompt.contains(hidden), most < 2, "{}", plan.prompt);
    }
}

#[test]
fn a_complaint_about_something_else_is_final() {
    let words = "the request exceeds the available context size, try increasing it";
    let mock = serve(move |_, _| error(400, words));
    let (options, told) = options();
    let mut model = connect(&mock, options);
    let error = model.plan(&frame(), &situation()).unwrap_err().to_string();
    assert!(error.contains(words), "{error}");
    assert_eq!(mock.asked().len(), 1);
    assert!(told.lock().unwrap().is_empty());
}

#[test]
fn a_server_that_refuses_everything_is_left_alone_soon() {
    let mock = serve(|_, _| {
        error(
            400,
            "logprobs max_tokens temperature response_format schema image",
        )
    });
    let (options, _) = options();
    let mut model = connect(&mock, options);
    assert!(model.plan(&frame(), &situation()).is_err());
    assert!(mock.asked().len() <= 9);
}
