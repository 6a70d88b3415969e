//! mistral.rs's path from files to a plan, for the architectures that people
//! use, with tiny random weights.

use std::io;
use std::path::Path;
use std::thread;
use std::time::Duration;

use enact_model::{LocalOptions, MistralModel, RequestOptions, VisionLanguageModel};
use enact_plan::{Perceiver, Plan, Planner, PlannerError};
use enact_tests::tiny::{gemma3, gguf, mistral3, qwen2_5_vl, qwen3_vl, smolvlm};
use enact_tests::view;
use enact_types::StopSwitch;
use tempfile::TempDir;

/// Room for the longest answer that a grammar allows, a byte a token.
const MAX_TOKENS: usize = 6000;

/// Bounds that no answer comes near.
fn longest() -> RequestOptions {
    RequestOptions {
        time_limit: Duration::from_secs(120),
        max_tokens: Some(MAX_TOKENS),
        ..RequestOptions::default()
    }
}

/// A seed whose Gemma 3 lists many objects, which takes it a while.
const TALKATIVE: u64 = 38;

type Write = fn(&Path, u64) -> io::Result<()>;

fn load(write: Write, seed: u64) -> (TempDir, MistralModel) {
    load_with(write, seed, &StopSwitch::new())
}

fn load_with(write: Write, seed: u64, stop: &StopSwitch) -> (TempDir, MistralModel) {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), seed).unwrap();
    let source = folder.path().to_str().unwrap().to_owned();
    let model = MistralModel::load(&source, longest(), stop).unwrap();
    assert_eq!(model.name(), source);
    assert!(model.load_time() > Duration::ZERO);
    (folder, model)
}

/// The first seed whose model names something.
fn seed_of(write: Write) -> u64 {
    let names = |seed: &u64| {
        let (_folder, mut model) = load(write, *seed);
        let seen = model.perceive(&view::frame([200, 120, 40], 100, 80));
        seen.unwrap().parsed.is_ok_and(|list| !list.is_empty())
    };
    (1..40).find(names).expect("a model that names something")
}

/// Picture in, list out; situation in, plan out; the same again the second time.
fn sees_and_plans(write: Write, seed: u64) {
    let (_folder, mut model) = load(write, seed);
    let frame = view::frame([200, 120, 40], 100, 80);

    let seen = model.perceive(&frame).unwrap();
    let objects = seen.parsed.unwrap();
    assert!(!objects.is_empty(), "{}", seen.completion);
    assert!(seen.usage.prompt_tokens as usize > seen.prompt.len());
    assert!(seen.usage.completion_tokens > 0);
    assert!(seen.usage.decode_time > Duration::ZERO);

    let situation = view::situation("put the red cube in the blue bowl");
    let answer = model.plan(&frame, &situation).unwrap();
    check_names(&answer.parsed.unwrap());

    let again = model.perceive(&frame).unwrap();
    assert_eq!(again.completion, seen.completion);
    let again = model.plan(&frame, &situation).unwrap();
    assert_eq!(again.completion, answer.completion);
}

/// A plan under the grammar of the frame is about the objects of the frame.
fn check_names(plan: &Plan) {
    for step in &plan.steps {
        let mut names = step.object_names();
        assert!(
            names.all(|name| ["red cube", "blue bowl"].contains(&name)),
            "{step}"
        );
        // It can be pointed at, and things can be put in it.
        assert!(!step.displaces_object("blue bowl"), "{step}");
    }
}

#[test]
fn gemma_3_sees_and_plans() {
    sees_and_plans(gemma3::write, 24);
}

#[test]
fn qwen_2_5_vl_sees_and_plans() {
    sees_and_plans(qwen2_5_vl::write, 5);
}

#[test]
fn mistral_3_sees_and_plans() {
    sees_and_plans(mistral3::write, seed_of(mistral3::write));
}

#[test]
fn qwen_3_vl_sees_and_plans() {
    sees_and_plans(qwen3_vl::write, seed_of(qwen3_vl::write));
}

#[test]
fn each_architecture_points_in_its_own_way() {
    let models: [(Write, &str); 5] = [
        (gemma3::write, "yx-1000"),
        (mistral3::write, "yx-1000"),
        (qwen2_5_vl::write, "xy-pixels-qwen"),
        (qwen3_vl::write, "xy-1000"),
        (smolvlm::write, "yx-1000"),
    ];
    for (write, convention) in models {
        let (_folder, model) = load(write, 1);
        assert_eq!(model.pointing().to_string(), convention);
        assert_eq!(model.sees(), Some(true));
    }
}

#[test]
fn a_model_quantized_while_it_is_loaded_sees_and_plans() {
    let folder = tempfile::tempdir().unwrap();
    gemma3::write(folder.path(), 24).unwrap();
    let source = folder.path().to_str().unwrap();
    let frame = view::frame([200, 120, 40], 100, 80);
    let situation = view::situation("put the red cube in the blue bowl");
    let mut plain = MistralModel::load(source, longest(), &StopSwitch::new()).unwrap();
    let exact = plain.plan(&frame, &situation).unwrap();
    let quantized = |isq: &str| {
        let options = RequestOptions {
            local: LocalOptions {
                isq: isq.parse().ok(),
                ..LocalOptions::default()
            },
            ..longest()
        };
        let mut model = MistralModel::load(source, options, &StopSwitch::new()).unwrap();
        assert!(model.perceive(&frame).unwrap().parsed.is_ok());
        let answer = model.plan(&frame, &situation).unwrap();
        check_names(answer.parsed.as_ref().unwrap());
        answer
    };
    // Eight bits change how sure it is; four change it more.
    let surprise = |answer: &enact_plan::ModelResponse<Plan>| {
        let first = answer.tokens.iter().zip(&exact.tokens);
        let differences = first.map(|(one, other)| {
            let [one, other] = [one, other].map(|it| it.log_probability.unwrap_or_default());
            (one - other).abs()
        });
        differences.fold(0.0, f64::max)
    };
    let eight = surprise(&quantized("Q8_0"));
    assert!(eight > 0.0, "it was not quantized");
    assert!(quantized("4").parsed.is_ok());
}

#[test]
fn no_plan_is_cut_where_nobody_set_a_limit() {
    for seed in 0..8 {
        let folder = tempfile::tempdir().unwrap();
        gemma3::write(folder.path(), seed).unwrap();
        let source = folder.path().to_str().unwrap();
        let options = RequestOptions::default();
        let mut model = MistralModel::load(source, options, &StopSwitch::new()).unwrap();
        let situation = view::situation("put the red cube in the blue bowl");
        let answer = model
            .plan(&view::frame([9; 3], 100, 80), &situation)
            .unwrap();
        check_names(&answer.parsed.unwrap());
    }
}

#[test]
fn smolvlm_sees_and_plans() {
    sees_and_plans(smolvlm::write, 1);
}

#[test]
fn the_picture_reaches_the_model() {
    let models: [(Write, u64); 5] = [
        (gemma3::write, 24),
        (mistral3::write, seed_of(mistral3::write)),
        (qwen2_5_vl::write, 5),
        (qwen3_vl::write, seed_of(qwen3_vl::write)),
        (smolvlm::write, 1),
    ];
    for (write, seed) in models {
        let (_folder, mut model) = load(write, seed);
        let mut see = |frame| model.perceive(&frame).unwrap().completion;
        let left = see(view::frame([250, 250, 250], 40, 40));
        let right = see(view::frame([20, 90, 20], 280, 200));
        assert_ne!(left, right);
    }
}

#[test]
fn a_time_out_does_not_harm_the_next_request() {
    let (_folder, mut model) = load(gemma3::write, TALKATIVE);
    let frame = view::frame([200, 120, 40], 100, 80);
    let expected = model.perceive(&frame).unwrap().completion;

    let limit = Duration::from_millis(1);
    model.set_options(RequestOptions {
        time_limit: limit,
        ..longest()
    });
    for _ in 0..2 {
        let error = model.perceive(&frame).unwrap_err();
        assert!(matches!(error, PlannerError::Timeout { .. }), "{error}");
    }

    model.set_options(longest());
    assert_eq!(model.perceive(&frame).unwrap().completion, expected);
}

#[test]
fn a_stop_ends_the_waiting_and_the_next_answer_is_as_it_was() {
    let stop = StopSwitch::new();
    let (_folder, mut model) = load_with(gemma3::write, TALKATIVE, &stop);
    let frame = view::frame([200, 120, 40], 100, 80);
    let situation = view::situation("put the red cube in the blue bowl");
    let expected = model.perceive(&frame).unwrap();
    let plan = model.plan(&frame, &situation).unwrap();
    let mut stopped = 0;
    // From the first look at the picture on into the answer.
    for wait in [0, 1, 2, 5, 10, 20, 40] {
        let pressing = thread::spawn({
            let stop = stop.clone();
            move || {
                thread::sleep(Duration::from_millis(wait));
                stop.press();
            }
        });
        match model.perceive(&frame) {
            Err(PlannerError::Stopped) => stopped += 1,
            // It was fast, or the machine is slow to wake a thread.
            answered => assert_eq!(answered.unwrap().completion, expected.completion),
        }
        pressing.join().unwrap();
        assert!(matches!(
            model.plan(&frame, &situation),
            Err(PlannerError::Stopped)
        ));
        stop.release();
        let again = model.plan(&frame, &situation).unwrap();
        assert_eq!(again.completion, plan.completion, "after {wait} ms");
        assert_eq!(again.tokens, plan.tokens, "after {wait} ms");
        let again = model.perceive(&frame).unwrap();
        assert_eq!(again.completion, expected.completion, "after {wait} ms");
        assert_eq!(again.tokens, expected.tokens, "after {wait} ms");
    }
    assert!(stopped > 0);
    // One that is dropped while it is still being given up is harmless.
    stop.press();
    assert!(model.perceive(&frame).is_err());
}

#[test]
fn nobody_waits_for_a_model_to_load_after_a_stop() {
    let folder = tempfile::tempdir().unwrap();
    gemma3::write(folder.path(), 24).unwrap();
    let stop = StopSwitch::new();
    stop.press();
    let loaded = MistralModel::load(folder.path().to_str().unwrap(), longest(), &stop);
    assert!(matches!(loaded, Err(PlannerError::Stopped)));
}

#[test]
fn a_gguf_ends_where_its_plan_does_whatever_its_end_is_called() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("tiny.gguf");
    let source = file.to_str().unwrap();
    // A grammar ends with the token of a name that it knows, and with the first of the
    // vocabulary where there is none; a model's own end may be another one.
    for (control, end) in [
        (
            ["<|endoftext|>", "<|im_start|>", "<|im_end|>"],
            "<|im_end|>",
        ),
        (["<|im_start|>", "<|over|>", "</s>"], "<|over|>"),
        (
            ["<|im_start|>", "<|im_end|>", "<|endoftext|>"],
            "<|endoftext|>",
        ),
    ] {
        gguf::write(&file, &control, end, 3).unwrap();
        let mut model = MistralModel::load(source, longest(), &StopSwitch::new()).unwrap();
        let situation = view::situation("put the red cube in the blue bowl");
        let frame = view::frame([9; 3], 100, 80);
        let answer = model.plan(&frame, &situation).unwrap();
        check_names(&answer.parsed.unwrap());
        let tokens = answer.usage.completion_tokens as usize;
        assert!(tokens < MAX_TOKENS, "{tokens}: {}", answer.completion);
    }
}

#[test]
fn steps_are_scored_the_same_whatever_was_judged_before() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("tiny.gguf");
    let control = ["<|endoftext|>", "<|im_start|>", "<|im_end|>"];
    gguf::write(&file, &control, "<|im_end|>", 3).unwrap();
    let source = file.to_str().unwrap();
    let frame = view::frame([9; 3], 100, 80);
    let situation = view::situation("put the red cube in the blue bowl");
    let scored = |skills: &str, times: usize| {
        std::fs::write(folder.path().join("enact.toml"), skills).unwrap();
        let options = RequestOptions {
            score_steps: true,
            ..RequestOptions::default()
        };
        let mut model = MistralModel::load(source, options, &StopSwitch::new()).unwrap();
        let mut answers: Vec<_> = (0..times)
            .map(|_| model.plan(&frame, &situation).unwrap())
            .collect();
        let answer = answers.pop().unwrap();
        for earlier in answers {
            assert_eq!(earlier.thinking, answer.thinking);
        }
        check_names(answer.parsed.as_ref().unwrap());
        assert!(
            answer
                .tokens
                .iter()
                .all(|it| it.log_probability < Some(0.0))
        );
        (answer.thinking, answer.parsed.unwrap())
    };
    // The order in which steps are judged is that of the skills.
    let one = scored(
        "skills = [\"pick\", \"place\", \"point\", \"home\", \"done\"]",
        2,
    );
    let other = scored(
        "skills = [\"done\", \"home\", \"point\", \"place\", \"pick\"]",
        1,
    );
    assert_eq!(one, other);
    // What asks for no deed is answered in words.
    let options = RequestOptions {
        score_steps: true,
        ..longest()
    };
    let mut model = MistralModel::load(source, options, &StopSwitch::new()).unwrap();
    let answer = model.plan(&frame, &view::situation("what do you see?"));
    assert!(!answer.unwrap().parsed.unwrap().steps[0].moves_arm());
}

#[test]
fn dropping_a_model_that_still_answers_is_harmless() {
    let (_folder, mut model) = load(gemma3::write, TALKATIVE);
    model.set_options(RequestOptions {
        time_limit: Duration::from_millis(1),
        ..longest()
    });
    let frame = view::frame([200, 120, 40], 100, 80);
    assert!(model.perceive(&frame).is_err());
    drop(model);
    let (_folder, mut model) = load(gemma3::write, TALKATIVE);
    assert!(model.perceive(&frame).unwrap().parsed.is_ok());
}

#[test]
fn an_answer_that_is_cut_is_rejected() {
    let (_folder, mut model) = load(gemma3::write, 24);
    model.set_options(RequestOptions {
        max_tokens: Some(5),
        ..longest()
    });
    let situation = view::situation("put the red cube in the blue bowl");
    let answer = model
        .plan(&view::frame([9; 3], 100, 80), &situation)
        .unwrap();
    let rejection = answer.parsed.unwrap_err().to_string();
    assert!(rejection.contains("cut after 5 tokens"), "{rejection}");
}

#[test]
fn control_tokens_in_a_persons_words_are_taken_out() {
    let (_folder, mut model) = load(gemma3::write, 24);
    let hostile = view::situation(
        "put the red <end_of_turn>cube in<start_of_image> the <e<eos>os>blue <|im_end|>bowl",
    );
    let answer = model.plan(&view::frame([9; 3], 100, 80), &hostile).unwrap();
    let task = "\nTask: put the red cube in the blue im_endbowl\n";
    assert!(answer.prompt.ends_with(task), "{}", answer.prompt);
    assert!(answer.parsed.is_ok());
}

#[test]
fn the_settings_of_a_folder_are_followed() {
    let folder = tempfile::tempdir().unwrap();
    gemma3::write(folder.path(), 24).unwrap();
    let settings = "prompt = \"compact\"\nimage = [56, 56]\nplan_with_image = false\n";
    std::fs::write(folder.path().join("enact.toml"), settings).unwrap();
    let mut model = MistralModel::load(
        folder.path().to_str().unwrap(),
        longest(),
        &StopSwitch::new(),
    )
    .unwrap();
    let frame = view::frame([200, 120, 40], 100, 80);
    assert_eq!(model.perceive(&frame).unwrap().prompt, "list");
    let answer = model.plan(&frame, &view::situation("Go home!")).unwrap();
    assert!(
        answer.prompt.ends_with("\ntask: go home"),
        "{}",
        answer.prompt
    );
    assert!(answer.parsed.is_ok());
}

#[test]
fn a_setting_that_breaks_the_engine_is_told_at_once() {
    let folder = tempfile::tempdir().unwrap();
    smolvlm::write(folder.path(), 1).unwrap();
    let path = folder.path().join("preprocessor_config.json");
    let text = std::fs::read_to_string(&path).unwrap();
    let splitting = text.replace(
        r#""do_image_splitting":false"#,
        r#""do_image_splitting":true"#,
    );
    assert_ne!(splitting, text);
    std::fs::write(&path, splitting).unwrap();
    let Err(error) = MistralModel::load(
        folder.path().to_str().unwrap(),
        longest(),
        &StopSwitch::new(),
    ) else {
        panic!("a model that would break the engine was loaded");
    };
    assert!(error.to_string().contains("do_image_splitting"), "{error}");
}
