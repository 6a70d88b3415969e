//! Several servers that run one model.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use enact_model::{PooledModel, RequestOptions, Sampling, ServerPool};
use enact_plan::{Planner, PlannerError};
use enact_types::StopSwitch;
use serde_json::json;

use crate::mock::{
    Mock, PLAN, Response, content, error, frame, json, never, options, serve, serve_at_once,
    situation,
};

/// Opens the model `m` on these servers.
fn open(addresses: &[&str], options: RequestOptions) -> PooledModel {
    let named: Vec<String> = addresses.iter().map(|it| format!("{it}#m")).collect();
    opened(&named, options).unwrap()
}

fn opened(addresses: &[String], options: RequestOptions) -> Result<PooledModel, PlannerError> {
    let addresses: Vec<&str> = addresses.iter().map(String::as_str).collect();
    PooledModel::open(&addresses.join(","), &addresses, options, &never())
}

fn plan(model: &mut PooledModel) -> Result<(), PlannerError> {
    let plan = model.plan(&frame(), &situation())?;
    assert!(plan.parsed.is_ok());
    Ok(())
}

/// A server that answers nobody any more.
fn gone() -> String {
    let mut mock = serve(|_, _| content(PLAN));
    mock.leave();
    mock.address.clone()
}

fn paths(mock: &Mock) -> Vec<String> {
    let asked = mock.asked();
    asked.iter().map(|it| it.path.clone()).collect()
}

#[test]
fn each_server_gets_one_request_at_a_time_and_all_share_the_work() {
    let (now, most) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
    let server = || {
        let (here, now, most) = (Arc::new(AtomicUsize::new(0)), now.clone(), most.clone());
        serve_at_once(move |_| {
            let alone = here.fetch_add(1, Ordering::SeqCst) == 0;
            most.fetch_max(now.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
            thread::sleep(Duration::from_millis(100));
            now.fetch_sub(1, Ordering::SeqCst);
            here.fetch_sub(1, Ordering::SeqCst);
            match alone {
                true => content(PLAN),
                false => error(400, "two requests at once"),
            }
        })
    };
    let (one, two) = (server(), server());
    let pool = ServerPool::default();
    thread::scope(|scope| {
        for _ in 0..4 {
            let (mut options, _) = options();
            options.server.pool = pool.clone();
            let mut model = open(&[&one, &two], options);
            scope.spawn(move || {
                for _ in 0..3 {
                    plan(&mut model).unwrap();
                }
            });
        }
    });
    assert_eq!(most.load(Ordering::SeqCst), 2, "both worked at once");
    let throughput = pool.server_stats();
    let answers: Vec<u64> = throughput.iter().map(|it| it.answers).collect();
    assert_eq!(answers.iter().sum::<u64>(), 12);
    assert!(answers.iter().all(|it| *it > 0), "{answers:?}");
    for server in throughput {
        assert!(server.per_minute > 0.0 && server.busy > 0.3, "{server:?}");
        assert!(server.busy <= 1.0 && server.set_aside == 0, "{server:?}");
    }
}

#[test]
fn a_broken_server_is_set_aside_and_asked_again_once_it_is_well() {
    let is_well = Arc::new(AtomicBool::new(false));
    let well = is_well.clone();
    let one = serve(
        move |request, _| match (well.load(Ordering::SeqCst), request.path.as_str()) {
            (false, _) => error(500, "CUDA out of memory"),
            (true, "/v1/models") => json(200, &json!({"data": [{"id": "m"}]})),
            (true, _) => content(PLAN),
        },
    );
    let two = serve(|_, _| content(PLAN));
    let (options, told) = options();
    let pool = options.server.pool.clone();
    let mut model = open(&[&one.address, &two.address], options);
    plan(&mut model).unwrap();
    assert_eq!(paths(&one), ["/v1/chat/completions"]);
    assert_eq!(paths(&two), ["/v1/chat/completions"]);
    {
        let told = told.lock().unwrap();
        assert_eq!(told.len(), 1, "{told:?}");
        let is_told =
            told[0].contains("is set aside for 0.1 s") && told[0].contains("CUDA out of memory");
        assert!(is_told && told[0].contains(&one.address), "{told:?}");
    }
    // It is looked at before anybody waits for its answer.
    thread::sleep(Duration::from_millis(200));
    plan(&mut model).unwrap();
    assert_eq!(paths(&one), ["/v1/models"]);
    assert_eq!(paths(&two), ["/v1/chat/completions"]);
    is_well.store(true, Ordering::SeqCst);
    thread::sleep(Duration::from_millis(400));
    plan(&mut model).unwrap();
    plan(&mut model).unwrap();
    let chat = "/v1/chat/completions";
    assert_eq!(paths(&one), ["/v1/models", chat, chat]);
    assert!(paths(&two).is_empty());
    let counts: Vec<(u64, u64)> = pool
        .server_stats()
        .iter()
        .map(|it| (it.answers, it.set_aside))
        .collect();
    assert_eq!(counts, [(2, 2), (2, 0)]);
}

#[test]
fn whoever_is_gone_silent_or_refuses_this_account_is_passed_over() {
    let silent = serve(|_, _| Response::Announced(1000));
    let locked = serve(|_, _| error(401, "Invalid API key"));
    for (address, words) in [
        (gone(), "is the server running"),
        (silent.address.clone(), "did not answer within 1 s"),
        (locked.address.clone(), "Invalid API key"),
    ] {
        let well = serve(|_, _| content(PLAN));
        let (mut options, told) = options();
        options.time_limit = Duration::from_secs(1);
        let mut model = open(&[&address, &well.address], options);
        plan(&mut model).unwrap();
        let told = told.lock().unwrap();
        assert!(told[0].contains(words), "{told:?}");
        assert_eq!(paths(&well).len(), 1, "{words}");
    }
}

#[test]
fn where_no_server_answers_that_is_one_error_after_a_while() {
    let (one, two) = (gone(), gone());
    let (options, told) = options();
    let mut model = open(&[&one, &two], options);
    let begun = Instant::now();
    let error = plan(&mut model).unwrap_err().to_string();
    assert!(
        error.contains("none of its 2 servers answers") && error.contains("is the server running"),
        "{error}"
    );
    assert!(begun.elapsed() < Duration::from_secs(30));
    let told = told.lock().unwrap();
    for address in [one, two] {
        let count = told.iter().filter(|it| it.contains(&address)).count();
        assert!((2..=20).contains(&count), "{count}: {told:?}");
    }
}

#[test]
fn what_is_wrong_with_the_question_is_told_at_once_and_sets_nobody_aside() {
    let one = serve(|_, _| error(400, "the request exceeds the context size"));
    let two = serve(|_, _| content(PLAN));
    let (options, told) = options();
    let pool = options.server.pool.clone();
    let mut model = open(&[&one.address, &two.address], options);
    for _ in 0..2 {
        let error = plan(&mut model).unwrap_err().to_string();
        assert!(error.contains("exceeds the context size"), "{error}");
    }
    assert!(two.asked().is_empty() && told.lock().unwrap().is_empty());
    assert_eq!(pool.server_stats()[0].set_aside, 0);
}

#[test]
fn the_same_question_has_the_same_draw_whichever_server_is_asked() {
    let one = serve(|_, _| error(500, "CUDA out of memory"));
    let two = serve(|_, _| content(PLAN));
    let (mut options, _) = options();
    options.sampling = Sampling {
        temperature: Some(0.7),
        seed: Some(3),
        ..Sampling::GREEDY
    };
    let mut model = open(&[&one.address, &two.address], options);
    plan(&mut model).unwrap();
    let seed = |mock: &Mock| mock.asked()[0].body["seed"].clone();
    let (first, again) = (seed(&one), seed(&two));
    assert!(first.is_number());
    assert_eq!(first, again);
    plan(&mut model).unwrap();
    assert_ne!(seed(&two), again, "the next draw is another one");
}

#[test]
fn servers_of_a_pool_are_named_once_and_run_one_model() {
    let server = |model: &'static str| {
        serve(move |request, _| match request.path.as_str() {
            "/v1/models" => json(200, &json!({"data": [{"id": model}]})),
            _ => content(PLAN),
        })
    };
    let (one, two, same) = (server("m"), server("n"), server("m"));
    let refused = |addresses: &[&Mock], options: RequestOptions| {
        let addresses: Vec<String> = addresses.iter().map(|it| it.address.clone()).collect();
        opened(&addresses, options).err().map(|it| it.to_string())
    };
    let (shared, _) = options();
    assert_eq!(refused(&[&one, &two], shared.clone()), None);
    // The second one to ask has the second server as its own.
    let told = refused(&[&one, &two], shared).unwrap();
    assert!(
        told.contains("runs `n`") && told.contains("`m`") && told.contains("#MODEL"),
        "{told}"
    );
    let (shared, _) = options();
    for _ in 0..2 {
        assert_eq!(refused(&[&one, &same], shared.clone()), None);
    }
    let told = refused(&[&one, &one], options().0).unwrap();
    assert!(told.contains("is there twice"), "{told}");
    let wrong = ["localhost:80".to_owned(), "ftp://localhost".to_owned()];
    let told = opened(&wrong, options().0).err().unwrap().to_string();
    assert!(told.contains("`ftp`"), "{told}");
    let (gone_one, gone_two) = (gone(), gone());
    let told = opened(&[gone_one.clone(), gone_two.clone()], options().0);
    let told = told.err().unwrap().to_string();
    assert!(
        told.contains(&gone_one) && told.contains(&gone_two),
        "{told}"
    );
    // One that is there is enough.
    let mut model = opened(&[gone_one, one.address.clone()], options().0).unwrap();
    plan(&mut model).unwrap();
}

#[test]
fn a_stop_ends_the_wait_for_a_server() {
    let (mut options, told) = options();
    options.server.retry_time = Duration::from_secs(3600);
    let stop = StopSwitch::new();
    let addresses = [gone() + "#m", gone() + "#m"];
    let addresses: Vec<&str> = addresses.iter().map(String::as_str).collect();
    let model = PooledModel::open(&addresses.join(","), &addresses, options, &stop);
    let mut model = model.unwrap();
    let error = thread::scope(|scope| {
        let asking = scope.spawn(|| plan(&mut model).unwrap_err());
        let begun = Instant::now();
        while told.lock().unwrap().len() < 2 {
            assert!(begun.elapsed() < Duration::from_secs(60));
            thread::sleep(Duration::from_millis(10));
        }
        stop.press();
        asking.join().unwrap()
    });
    assert!(matches!(error, PlannerError::Stopped), "{error}");
}
