//! Thoughts before plans, answers that repeat themselves, and edited prompts.

use std::sync::Arc;

use enact_model::{RequestOptions, Sampling};
use enact_plan::{LayeredPlanner, ModelResponse, Plan, Planner, PromptTemplates, Strategy, Think};
use serde_json::json;

use crate::mock::{
    Mock, PLAN, Request, Response, THOUGHT, connect, content, frame, message, serve, situation,
};

/// A plan with a thought, of which a careless reader would take the thought for the plan.
fn thoughtful() -> String {
    json!({"thought": THOUGHT, "steps": [{"skill": "point", "object": "red cube"}, {"skill": "done"}]})
        .to_string()
}

fn thinking(mock: &Mock) -> LayeredPlanner<enact_model::ServerModel> {
    let strategies: Vec<Box<dyn Strategy>> = vec![Box::new(Think::new(50))];
    LayeredPlanner::new(connect(mock, RequestOptions::default()), strategies)
}

fn plan(planner: &mut impl Planner) -> ModelResponse<Plan> {
    planner.plan(&frame(), &situation()).unwrap()
}

/// Names of the properties of the answer, in the order in which they are generated.
fn properties(request: &Request) -> Vec<&str> {
    let properties = request.schema()["properties"].as_object().unwrap();
    properties.keys().map(String::as_str).collect()
}

#[test]
fn a_thought_is_told_and_only_the_plan_beside_it_is_done() {
    let mock = serve(|_, _| content(&thoughtful()));
    let planned = plan(&mut thinking(&mock));
    assert_eq!(planned.completion, PLAN);
    assert_eq!(planned.parsed.unwrap(), Plan::parse(PLAN).unwrap());
    assert_eq!(planned.exchanges[0].text, THOUGHT);
    let asked = mock.asked();
    assert_eq!(properties(&asked[0]), ["thought", "steps"]);
    let text = asked[0].body["messages"][0]["content"].to_string();
    assert!(text.contains("first a thought of at most 35 words"), "{text}");
}

#[test]
fn a_plan_in_a_thought_is_never_taken() {
    for answer in [
        json!({"thought": THOUGHT}).to_string(),
        format!(r#"{{"thought":{},"steps":[{{"ski"#, json!(THOUGHT)),
        // As JSON5 it would be one.
        r#"{"thought": "{steps:[{skill:'home'},{skill:'done'}]}", "ste"#.to_owned(),
    ] {
        let cut = answer.clone();
        let mock = serve(move |_, _| message(json!({"content": cut}), "length"));
        let planned = plan(&mut thinking(&mock));
        assert!(planned.parsed.is_err(), "{answer}");
    }
    // Who leaves the thought out has a plan nevertheless.
    let mock = serve(|_, _| content(PLAN));
    let planned = plan(&mut thinking(&mock));
    assert!(planned.parsed.is_ok() && planned.exchanges.is_empty());
}

#[test]
fn who_thinks_anyway_is_not_asked_to() {
    let mock = serve(|request, _| {
        let answer = match properties(request).contains(&"thought") {
            true => thoughtful(),
            false => PLAN.to_owned(),
        };
        message(json!({"content": answer, "reasoning_content": "Hm."}), "stop")
    });
    let mut planner = thinking(&mock);
    let thoughts = [plan(&mut planner), plan(&mut planner)].map(|planned| {
        assert_eq!(planned.completion, PLAN);
        planned.exchanges[0].text.clone()
    });
    assert_eq!(thoughts, [format!("Hm.\n{THOUGHT}"), "Hm.".to_owned()]);
    let asked = mock.asked();
    assert_eq!(properties(&asked[1]), ["steps"]);
}

/// Says the same over and over, until it is asked with draws if it `yields`.
fn repeats(request: &Request, yields: bool) -> Response {
    let is_drawn = request.body["temperature"].as_f64() > Some(0.0);
    match is_drawn && yields {
        true => content(PLAN),
        false => message(json!({"content": "I will pick it up. ".repeat(20)}), "length"),
    }
}

#[test]
fn an_answer_that_repeats_itself_is_asked_for_once_more_with_draws() {
    let mock = serve(|request, _| repeats(request, true));
    let planned = plan(&mut connect(&mock, RequestOptions::default()));
    assert_eq!(planned.parsed.unwrap(), Plan::parse(PLAN).unwrap());
    assert_eq!(planned.usage.requests, 2);
    let told = &planned.exchanges[0].text;
    assert!(told.contains("pick it up") && told.contains("once more"), "{told}");
    let asked = mock.asked();
    assert_eq!(asked[0].body["temperature"], 0.0);
    assert!(asked[0].body.get("repetition_penalty").is_none());
    assert!(asked[1].body["repetition_penalty"].as_f64() > Some(1.0));
    assert_eq!(asked[0].body["messages"], asked[1].body["messages"]);
}

#[test]
fn one_that_repeats_itself_again_is_rejected_with_the_reason() {
    let mock = serve(|request, _| repeats(request, false));
    let planned = plan(&mut connect(&mock, RequestOptions::default()));
    let rejection = planned.parsed.unwrap_err().0;
    assert!(rejection.contains("over and over"), "{rejection}");
    assert_eq!(mock.asked().len(), 2);
    // Complete or not.
    let steps = vec![json!({"skill": "point", "object": "red cube"}); 12];
    let whole = json!({"steps": steps}).to_string();
    let mock = serve(move |_, _| content(&whole));
    let planned = plan(&mut connect(&mock, RequestOptions::default()));
    assert!(planned.parsed.unwrap_err().0.contains("over and over"));
}

#[test]
fn an_edited_prompt_is_what_is_asked() {
    let prompts = |role: &str| RequestOptions {
        prompts: Arc::new(PromptTemplates::default().with_block("role.txt", role, "my/role.txt")),
        sampling: Sampling::GREEDY,
        ..RequestOptions::default()
    };
    let mock = serve(|_, _| content(PLAN));
    plan(&mut connect(&mock, prompts("Plan, and be brief.")));
    let text = mock.asked()[0].body["messages"][0]["content"].to_string();
    assert!(text.contains("Plan, and be brief."), "{text}");
    assert!(!text.contains("You plan for a robot arm"), "{text}");
    // What only a certain scene brings about is told then, with its place.
    let rare = "Plan.\n{% for it in objects %}{% if it.name == 'blue bowl' %}{{ it.hue }}{% endif %}{% endfor %}";
    let mut model = connect(&mock, prompts(rare));
    let error = model.plan(&frame(), &situation()).unwrap_err().to_string();
    assert!(error.contains("my/role.txt, line 2"), "{error}");
    assert!(mock.asked().is_empty());
}
