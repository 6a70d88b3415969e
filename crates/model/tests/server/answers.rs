//! Answers as servers and models wrap them, and thoughts beside them.

use enact_model::RequestOptions;
use enact_plan::{Convention, Perceiver, Planner, Pointing, Step};
use serde_json::{Value, json};

use crate::mock::{
    LIST, PLAN, Response, THOUGHT, completion, connect, content, frame, json, message, options,
    serve, situation, text, with,
};

fn point() -> Vec<Step> {
    vec![Step::point_step("red cube"), Step::done_step()]
}

/// The plan that is read of a message, and what was thought.
fn planned(said: Value) -> (Vec<Step>, String) {
    let shown = said.to_string();
    let mock = serve(move |_, _| message(said.clone(), "stop"));
    let (options, _) = options();
    let answer = connect(&mock, options)
        .plan(&frame(), &situation())
        .unwrap();
    let plan = answer
        .parsed
        .unwrap_or_else(|rejection| panic!("{shown}: {rejection}"));
    // What is kept is read again when the run is played back.
    assert_eq!(enact_plan::Plan::parse(&answer.completion).unwrap(), plan);
    (plan.steps, answer.thinking)
}

#[test]
fn the_answer_is_found_wherever_it_stands() {
    let part = |text: &str| json!({"type": "text", "text": text});
    let call = |arguments: Value| json!({"content": null, "tool_calls": [{"type": "function", "function": {"name": "answer", "arguments": arguments}}]});
    let text = |text: String| json!({"content": text});
    let (first, second) = PLAN.split_at(20);
    for said in [
        text(PLAN.to_owned()),
        text(format!("```json\n{PLAN}\n```")),
        text(format!("```\n{PLAN}")),
        text(format!(
            "Sure! [Here] it is:\n\n```json\n{PLAN}\n```\nAnything {{else}}?"
        )),
        text(format!("{PLAN}<|im_end|>")),
        text(format!("\u{feff}  {PLAN}\n\n")),
        text(PLAN.replace("}]}", "},]}")),
        text(PLAN.replace('"', "'")),
        text(format!(
            "<tool_call>\n{{\"name\": \"answer\", \"arguments\": {PLAN}}}\n</tool_call>"
        )),
        text(format!("[{PLAN}]")),
        json!({"content": [part(PLAN)]}),
        json!({"content": [part(first), part(second)]}),
        json!({"content": serde_json::from_str::<Value>(PLAN).unwrap()}),
        call(json!(PLAN)),
        call(serde_json::from_str(PLAN).unwrap()),
        json!({"content": PLAN, "tool_calls": [], "refusal": null, "reasoning": null}),
    ] {
        let (steps, thinking) = planned(said);
        assert_eq!((steps, thinking.as_str()), (point(), ""));
    }
}

#[test]
fn thoughts_are_kept_and_never_carried_out() {
    for said in [
        json!({"content": format!("<think>\n{THOUGHT}\n</think>\n\n{PLAN}")}),
        json!({"content": format!("I could say {THOUGHT}.\n</think>\n{PLAN}")}),
        json!({"content": format!("<think>{THOUGHT}</think>```json\n{PLAN}\n```")}),
        json!({"content": format!("[THINK]{THOUGHT}[/THINK]{PLAN}")}),
        json!({"content": format!("<|channel|>analysis<|message|>{THOUGHT}<|end|><|start|>assistant<|channel|>final<|message|>{PLAN}")}),
        json!({"content": PLAN, "reasoning_content": THOUGHT}),
        json!({"content": PLAN, "reasoning": format!("Maybe {THOUGHT}")}),
        json!({"content": PLAN, "reasoning_details": [{"type": "reasoning.text", "text": THOUGHT}]}),
        json!({"content": [
            {"type": "thinking", "thinking": [{"type": "text", "text": THOUGHT}]},
            {"type": "text", "text": PLAN},
        ]}),
        json!({
            "content": format!("<think>{THOUGHT}</think>"),
            "tool_calls": [{"function": {"arguments": PLAN}}],
        }),
    ] {
        let shown = said.to_string();
        let (steps, thinking) = planned(said);
        assert_eq!(steps, point(), "{shown}");
        assert!(thinking.contains(THOUGHT), "{shown}: {thinking}");
    }
}

#[test]
fn a_model_that_only_thinks_is_asked_not_to_and_then_named() {
    let thoughts: [fn() -> Response; 6] = [
        || {
            message(
                json!({"content": null, "reasoning_content": format!("Maybe {THOUGHT}?")}),
                "stop",
            )
        },
        || {
            message(
                json!({"content": "", "reasoning": format!("{THOUGHT} or so")}),
                "stop",
            )
        },
        || message(json!({"content": format!("<think>{THOUGHT}")}), "length"),
        || {
            message(
                json!({"content": null, "reasoning_content": THOUGHT}),
                "length",
            )
        },
        || message(json!({"content": format!("{THOUGHT} hm</think>")}), "stop"),
        || {
            message(
                json!({"content": [{"type": "thinking", "thinking": THOUGHT}]}),
                "stop",
            )
        },
    ];
    for think in thoughts {
        // It does not know how not to think.
        let mock = serve(move |_, _| think());
        let (options, _) = options();
        let error = connect(&mock, options)
            .plan(&frame(), &situation())
            .unwrap_err();
        let error = error.to_string();
        assert!(error.contains("switch its thinking off"), "{error}");
        assert!(
            error.contains("12 tokens") && !error.contains("pick"),
            "{error}"
        );
        assert_eq!(mock.asked().len(), 2);

        // It knows.
        let mock = serve(move |request, _| {
            let thinks = &request.body["chat_template_kwargs"]["enable_thinking"];
            if *thinks == false {
                content(PLAN)
            } else {
                think()
            }
        });
        let (options, told) = crate::mock::options();
        let mut model = connect(&mock, options);
        for _ in 0..2 {
            let plan = model.plan(&frame(), &situation()).unwrap().parsed.unwrap();
            assert_eq!(plan.steps, point());
        }
        assert_eq!(mock.asked().len(), 3, "it is remembered");
        assert_eq!(told.lock().unwrap().len(), 1);
    }
}

#[test]
fn what_a_grammar_made_is_the_answer_though_it_is_filed_as_a_thought() {
    // With a grammar, nothing but the answer can be said; some servers file it wrongly.
    for name in ["reasoning_content", "reasoning"] {
        for content in [Value::Null, json!("")] {
            let (steps, thinking) = planned(json!({"content": content, name: PLAN}));
            assert_eq!((steps, thinking.as_str()), (point(), ""));
        }
    }
    // Without a grammar it may be a thought.
    let mock = serve(|_, _| message(json!({"content": null, "reasoning": PLAN}), "stop"));
    let (mut options, _) = options();
    options.free_text = true;
    assert!(
        connect(&mock, options)
            .plan(&frame(), &situation())
            .is_err()
    );
}

#[test]
fn bodies_come_in_many_forms() {
    let whole = || completion(json!({"content": PLAN}), "stop");
    let stream = |keys: &[&str]| {
        let (first, second) = PLAN.split_at(9);
        let delta = |delta: Value| json!({"choices": [{"index": 0, "delta": delta}]});
        let mut events = String::from(": keep-alive\n\n");
        for key in keys {
            events += &format!("data: {}\n\n", delta(json!({*key: THOUGHT})));
        }
        events += &format!(
            "data: {}\n\ndata: {}\n\ndata: [DONE]\n\n",
            delta(json!({"content": first})),
            delta(json!({"content": second}))
        );
        events
    };
    let bodies = [
        format!("{}{}", "\n".repeat(40), whole()),
        format!("\u{feff}{}", whole()),
        whole().to_string().replace("12}", "12,\"cost\":NaN}"),
        stream(&[]),
        stream(&["reasoning_content"]),
        json!({"choices": [{"message": {"content": PLAN}}]}).to_string(),
        json!({"choices": [{"message": {"content": PLAN}, "finish_reason": null,
            "logprobs": {"content": [{"token": "{", "logprob": -9999.0}, {"token": "x", "logprob": null}]}}]})
        .to_string(),
        json!({"model": "m", "message": {"role": "assistant", "content": PLAN}, "done": true}).to_string(),
    ];
    for body in bodies {
        let shown = body.clone();
        let mock = serve(move |_, _| text(200, &body));
        let (options, _) = options();
        let answer = connect(&mock, options).plan(&frame(), &situation());
        let answer = answer.unwrap_or_else(|error| panic!("{shown}: {error}"));
        assert_eq!(answer.parsed.unwrap().steps, point(), "{shown}");
    }
    // A stream that is not closed after its end is not waited for.
    let events = stream(&[]);
    let mock = serve(move |_, _| {
        let head = "content-type: text/event-stream\r\ntransfer-encoding: chunked\r\n";
        let chunk = format!("{:x}\r\n{events}\r\n", events.len());
        Response::Open(head.to_owned(), chunk.into_bytes())
    });
    let (options, _) = options();
    let answer = connect(&mock, options)
        .plan(&frame(), &situation())
        .unwrap();
    assert_eq!(answer.parsed.unwrap().steps, point());
}

#[test]
fn tokens_are_those_of_the_answer() {
    let mock = serve(|_, _| {
        let tokens = ["<think>", "hm", "</think>", &LIST[..10], &LIST[10..]];
        let tokens = tokens.map(|token| json!({"token": token, "logprob": -0.5}));
        let said = tokens.iter().map(|token| token["token"].as_str().unwrap());
        let said: String = said.collect();
        let mut body = completion(json!({"content": said}), "stop");
        body["choices"][0]["logprobs"] = json!({"content": tokens});
        json(200, &body)
    });
    let (options, _) = options();
    let seen = connect(&mock, options).perceive(&frame()).unwrap();
    let text: String = seen
        .tokens
        .iter()
        .map(|token| token.text.as_str())
        .collect();
    assert!(
        text.contains(&seen.completion) && !text.contains("think"),
        "{text}"
    );
    assert!(seen.thinking.contains("hm"));
}

#[test]
fn a_plan_that_is_no_plan_is_rejected_with_what_came() {
    for (said, finish, named) in [
        (
            "I see a cube.",
            "stop",
            "there is no JSON in the answer: “I see a cube.”",
        ),
        ("", "stop", "the answer is empty"),
        (
            r#"{"steps":[{"skill":"point","object":"red cube"}"#,
            "length",
            "cut after 12 tokens",
        ),
        (
            r#"{"steps":[{"skill":"point","object":"red cube"}"#,
            "stop",
            "not valid",
        ),
        (
            r#"{"steps":[{"skill":"throw","object":"red cube"}]}"#,
            "stop",
            "throw",
        ),
        (
            r#"{"steps":[{"skill":"pick","object":"a","object":"b"}]}"#,
            "stop",
            "duplicate",
        ),
        (r#"{"skill":"done"}"#, "stop", "not valid"),
    ] {
        let mock = serve(move |_, _| message(json!({"content": said}), finish));
        let (options, _) = options();
        let answer = connect(&mock, options)
            .plan(&frame(), &situation())
            .unwrap();
        let rejection = answer.parsed.unwrap_err().to_string();
        assert!(rejection.contains(named), "{said}: {rejection}");
    }
    let mock = serve(|_, _| message(json!({"content": format!("{PLAN}\n\n\n")}), "length"));
    let (options, _) = options();
    let answer = connect(&mock, options)
        .plan(&frame(), &situation())
        .unwrap();
    assert!(answer.parsed.is_ok(), "what came after it was of no use");
}

#[test]
fn a_look_that_fails_is_repeated_with_the_reason() {
    let outside = r#"{"answer":[{"point":[1101,5],"label":"red cube"}]}"#;
    let mock = serve(move |_, number| content(if number == 0 { outside } else { LIST }));
    let (options, _) = options();
    let mut model = connect(&mock, options);
    let rejection = model.perceive(&frame()).unwrap().parsed.unwrap_err();
    let seen = model.perceive_again(&frame(), &[], &rejection).unwrap();
    assert_eq!(seen.parsed.unwrap()[0].label, "red cube");
    assert!(
        seen.prompt.contains("rejected") && seen.prompt.contains("1101"),
        "{}",
        seen.prompt
    );
    let asked = mock.asked();
    assert_eq!(asked.len(), 2);
    assert_eq!(
        asked[1].body["messages"][0]["content"][1]["text"],
        seen.prompt
    );

    for said in [outside, "I see nothing.", "", "{\"answer\":", "{\"a\":1}"] {
        let mock = serve(move |_, _| content(said));
        let (options, _) = crate::mock::options();
        let seen = connect(&mock, options).perceive(&frame()).unwrap();
        assert!(seen.parsed.is_err(), "{said}");
        assert_eq!(mock.asked().len(), 1, "whoever looks asks again");
    }
    let mock = serve(|_, _| content("[]"));
    let (options, _) = crate::mock::options();
    let seen = connect(&mock, options).perceive(&frame()).unwrap();
    assert!(seen.parsed.unwrap().is_empty(), "an empty table is one");
}

#[test]
fn points_between_tags_are_read_whether_they_were_asked_for_or_not() {
    let said = r#"<point x="50.0" y="25.0" alt="red cube">red cube</point>"#;
    let convention = Pointing::from(Convention::XyPercent);
    for pointing in [None, Some(convention)] {
        let mock = serve(move |_, _| content(said));
        let (options, _) = options();
        let options = RequestOptions {
            pointing,
            ..options
        };
        let mut model = connect(&mock, options);
        let seen = model.perceive(&frame()).unwrap();
        assert_eq!(seen.completion, said);
        assert_eq!(seen.parsed.unwrap()[0].label, "red cube");
        // Tags are asked for without a form of the answer.
        let formats = mock.asked()[0].body.get("response_format").is_some();
        assert_eq!(formats, pointing.is_none());
    }
}

#[test]
fn what_a_server_says_instead_reaches_the_person() {
    let cases: [(fn() -> Response, &str); 7] = [
        (
            || {
                message(
                    json!({"content": null, "refusal": "I'm sorry, I can't assist with that."}),
                    "stop",
                )
            },
            "it refuses: “I'm sorry, I can't assist with that.”",
        ),
        (
            || {
                message(
                    json!({"content": [{"type": "refusal", "refusal": "No."}]}),
                    "stop",
                )
            },
            "it refuses: “No.”",
        ),
        (
            || message(json!({"content": null}), "content_filter"),
            "content_filter",
        ),
        (
            || {
                json(
                    200,
                    &json!({"error": {"message": "Your account is suspended", "code": 403}}),
                )
            },
            "Your account is suspended",
        ),
        (
            || json(200, &json!({"choices": [], "error": "no such model"})),
            "no such model",
        ),
        (
            || json(200, &json!({"object": "list"})),
            "choices[0].message",
        ),
        (
            || with(200, "x: y", &json!({"detail": "Not a chat model"})),
            "Not a chat model",
        ),
    ];
    for (respond, words) in cases {
        let mock = serve(move |_, _| respond());
        let (options, _) = options();
        let error = connect(&mock, options)
            .plan(&frame(), &situation())
            .unwrap_err();
        let error = error.to_string();
        assert!(error.contains(words) && !error.contains('\n'), "{error}");
    }
}
