//! The protocol as its documentation has it.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use enact_model::{PictureFormat, RequestOptions, Sampling, ServerModel, ServerOptions, open};
use enact_plan::{Perceiver, Planner, PlannerError, Situation, Step};
use enact_types::{NormalizedPoint, StopSwitch};
use serde_json::{Value, json};

use crate::mock::{
    LIST, PLAN, Response, connect, content, frame, json, never, options, picture, serve, situation,
};

#[test]
fn a_picture_goes_out_and_a_list_comes_back() {
    let mock = serve(|request, _| match request.method.as_str() {
        "GET" => json(200, &json!({"data": [{"id": "some-model"}]})),
        _ => content(LIST),
    });
    let mut model = open(&mock.address, RequestOptions::default(), &never()).unwrap();
    let seen = model.perceive(&frame()).unwrap();
    assert_eq!(model.name(), mock.address);
    assert_eq!(seen.parsed.unwrap()[0].label, "red cube");
    assert_eq!(
        (seen.usage.prompt_tokens, seen.usage.completion_tokens),
        (300, 12)
    );

    let asked = mock.asked();
    assert_eq!(asked[0].path, "/v1/models");
    assert_eq!(asked[1].path, "/v1/chat/completions");
    let body = &asked[1].body;
    assert_eq!(body["model"], "some-model");
    assert_eq!(body["temperature"], 0.0);
    // Nobody reads them here.
    assert_eq!(body.get("logprobs"), None);
    let content = &body["messages"][0]["content"];
    let url = content[0]["image_url"]["url"].as_str().unwrap();
    assert!(url.starts_with("data:image/png;base64,"), "{url}");
    assert_eq!(content[1]["text"], seen.prompt);
    assert_eq!(asked[1].schema()["properties"]["answer"]["type"], "array");
}

fn url(body: &Value) -> &str {
    body["messages"][0]["content"][0]["image_url"]["url"]
        .as_str()
        .unwrap()
}

#[test]
fn pictures_go_out_at_the_size_and_in_the_format_that_are_set_and_never_larger() {
    let sizes = |server: ServerOptions| {
        let mock = serve(|_, _| content(LIST));
        let options = RequestOptions {
            server,
            ..RequestOptions::default()
        };
        let mut model = connect(&mock, options);
        model.perceive(&picture(2000, 1000)).unwrap();
        model.perceive(&picture(32, 24)).unwrap();
        let asked = mock.asked();
        [&asked[0], &asked[1]].map(|request| {
            let (kind, base64) = url(&request.body).split_once(";base64,").unwrap();
            let bytes = STANDARD.decode(base64).unwrap();
            let picture = image::load_from_memory(&bytes).unwrap();
            (kind.to_owned(), picture.width(), picture.height())
        })
    };
    let png = "data:image/png".to_owned();
    let usual = sizes(ServerOptions::default());
    assert_eq!(usual, [(png.clone(), 1280, 640), (png, 32, 24)]);
    let jpeg = "data:image/jpeg".to_owned();
    let small = sizes(ServerOptions {
        picture_format: PictureFormat::Jpeg,
        picture_side: 500,
        ..ServerOptions::default()
    });
    assert_eq!(small, [(jpeg.clone(), 500, 250), (jpeg, 32, 24)]);
}

#[test]
fn marks_are_drawn_asked_for_and_understood() {
    let mock = serve(|request, _| {
        if request.body.to_string().contains("are drawn") {
            content(r#"{"answer":[{"mark":2,"label":"blue bowl"}]}"#)
        } else {
            content("[]")
        }
    });
    let mut model = connect(&mock, RequestOptions::default());
    let marks = [(200, 300), (600, 700)].map(|(y, x)| NormalizedPoint { y, x });
    model.perceive(&frame()).unwrap();
    let seen = model.perceive_marked(&frame(), &marks).unwrap();
    assert_eq!(seen.parsed.unwrap()[0].point, marks[1]);
    let asked = mock.asked();
    let items = &asked[1].schema()["properties"]["answer"]["items"];
    assert_eq!(
        items["properties"]["mark"],
        json!({"type": "integer", "enum": [1, 2]})
    );
    assert_ne!(url(&asked[0].body), url(&asked[1].body));
    // A mark that is not there fails the look.
    let seen = model.perceive_marked(&frame(), &marks[..1]).unwrap();
    assert!(seen.parsed.unwrap_err().0.contains("no mark 2"));
}

#[test]
fn plans_are_drawn_at_a_temperature_and_lists_are_not() {
    let mock = serve(
        |request, _| match request.schema()["properties"].get("steps") {
            Some(_) => content(PLAN),
            None => content("[]"),
        },
    );
    let options = RequestOptions {
        sampling: Sampling {
            temperature: Some(0.7),
            seed: Some(3),
            ..Sampling::GREEDY
        },
        server: ServerOptions {
            log_probabilities: true,
            ..ServerOptions::default()
        },
        ..RequestOptions::default()
    };
    let mut model = connect(&mock, options);
    model.plan(&frame(), &situation()).unwrap();
    model.perceive(&frame()).unwrap();
    model.plan(&frame(), &situation()).unwrap();
    model.plan(&frame(), &situation()).unwrap();
    let asked = mock.asked();
    assert_eq!(asked[0].body["temperature"], 0.7);
    assert_eq!(asked[1].body["temperature"], 0.0);
    assert_eq!(asked[0].body["logprobs"], true);
    // A seed of its own for each draw of the same plan, and none for lists.
    let seed = |index: usize| asked[index].body.get("seed").cloned();
    assert!(seed(0).is_some() && seed(1).is_none());
    assert_ne!(seed(2), seed(3));
}

#[test]
fn a_plan_is_asked_for_with_the_grammar_of_the_situation() {
    let mock = serve(|_, _| content(r#"{"steps":[{"skill":"home"},{"skill":"done"}]}"#));
    let source = format!("{}#chosen", mock.address);
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
    assert_eq!(plan.parsed.unwrap().steps[0], Step::home_step());
    let asked = mock.asked();
    assert_eq!(asked[0].body["model"], "chosen");
    let schema = asked[0].schema().to_string();
    assert!(
        schema.contains("home") && !schema.contains("pick"),
        "{schema}"
    );
    assert!(!schema.contains("x-guidance"), "{schema}");
}

#[test]
fn free_text_is_asked_for_without_a_form_and_read_as_steps() {
    let mock = serve(|_, number| match number {
        0 => content("1. Point to the red cube.\n2. Done!"),
        1 => content("<think>pick up the red cube</think>Point to the red cube.\nDone."),
        2 => content(&format!("```json\n{PLAN}\n```")),
        _ => content(LIST),
    });
    let options = RequestOptions {
        free_text: true,
        ..RequestOptions::default()
    };
    let mut model = connect(&mock, options);
    for _ in 0..3 {
        let plan = model.plan(&frame(), &situation()).unwrap().parsed.unwrap();
        assert_eq!(plan.to_string(), "point to red cube, then done");
    }
    assert_eq!(model.perceive(&frame()).unwrap().parsed.unwrap().len(), 1);
    let asked = mock.asked();
    assert!(
        asked
            .iter()
            .all(|it| it.body.get("response_format").is_none())
    );
}

#[test]
fn a_stop_ends_the_waiting_and_leaves_the_next_request_alone() {
    let stop = StopSwitch::new();
    let pressing = stop.clone();
    let mock = serve(move |_, number| match number {
        0 => {
            pressing.press();
            // It returns when the client has closed the connection.
            Response::Announced(1000)
        }
        1 => {
            pressing.press();
            // A server that wants to be asked again: the stop comes during the wait.
            json(503, &json!({"error": {"message": "Loading model"}}))
        }
        _ => content("[]"),
    });
    let (mut options, _) = options();
    options.server.retry_time = std::time::Duration::from_secs(3600);
    let source = format!("{}#m", mock.address);
    let mut model = ServerModel::connect(&source, options, &stop).unwrap();
    for _ in 0..2 {
        let error = model.perceive(&frame()).unwrap_err();
        assert!(matches!(error, PlannerError::Stopped), "{error}");
        // A stop stays.
        let error = model.perceive(&frame()).unwrap_err();
        assert!(matches!(error, PlannerError::Stopped), "{error}");
        stop.release();
    }
    let seen = model.perceive(&frame()).unwrap().parsed.unwrap();
    assert!(seen.is_empty());
    assert_eq!(mock.asked().len(), 3);
}
