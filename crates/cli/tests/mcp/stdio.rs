//! On standard input and output.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::process::Stdio;
use std::thread;
use std::time::Instant;

use rmcp::ClientLifecycleMode;
use rmcp::model::{GetPromptRequestParams, ProtocolVersion, ReadResourceRequestParams};
use serde_json::{Value, json};
use tokio::time::sleep;

use crate::client::{Client, POLL_PERIOD, TEST_TIMEOUT, command, folder, in_bowl, outcome};
use crate::program::{PUT_CUBE_INSTRUCTION, read_shipped_file, write};

#[tokio::test(flavor = "multi_thread")]
async fn everything_is_listed_and_says_what_moves() {
    let folder = folder();
    let client = Client::start(folder.path(), None, &[]).await;
    let tools = client.running.list_all_tools().await.unwrap();
    // Whether it only reads, whether it changes the table, whether twice is as good as once.
    let hints: BTreeMap<String, [Option<bool>; 3]> = tools
        .iter()
        .map(|tool| {
            let told = tool.annotations.clone().unwrap();
            let hints = [
                told.read_only_hint,
                told.destructive_hint,
                told.idempotent_hint,
            ];
            assert_eq!(told.open_world_hint, Some(false), "{}", tool.name);
            (tool.name.to_string(), hints)
        })
        .collect();
    let reads = [Some(true), None, None];
    let changes = [Some(false), Some(true), Some(false)];
    let moves = [Some(false), Some(false), Some(true)];
    let expected = [
        ("see", reads),
        ("plan", reads),
        ("runs", reads),
        ("replay_in_simulation", reads),
        ("run_task", changes),
        ("pick", changes),
        ("place", changes),
        ("push", changes),
        ("rotate", changes),
        ("point", moves),
        ("home", moves),
        ("stop", moves),
        ("clear", moves),
        ("resume", [Some(false), Some(true), Some(true)]),
    ];
    let expected = expected.map(|(name, hints)| (name.to_owned(), hints));
    assert_eq!(hints, BTreeMap::from(expected));
    let place = tools.iter().find(|tool| tool.name == "place").unwrap();
    let relations = &place.schema_as_json_value()["properties"]["relation"]["enum"];
    assert!(relations.as_array().unwrap().contains(&json!("left of")));

    let resources = client.running.list_all_resources().await.unwrap();
    for address in [
        "enact://camera/frame.jpg",
        "enact://robot",
        "enact://scene",
        "enact://status",
    ] {
        assert!(resources.iter().any(|it| it.uri == address), "{address}");
        let read = ReadResourceRequestParams::new(address);
        let read = client.running.read_resource(read).await.unwrap();
        let contents = serde_json::to_value(&read.contents[0]).unwrap();
        if address.ends_with(".jpg") {
            // The first bytes of a JPEG file.
            assert!(contents["blob"].as_str().unwrap().starts_with("/9j/"));
        } else {
            let text = contents["text"].as_str().unwrap();
            assert!(serde_json::from_str::<Value>(text).unwrap().is_object());
        }
    }
    for wrong in ["enact://nothing", "enact://runs/../secret.mcap"] {
        let read = ReadResourceRequestParams::new(wrong);
        assert!(client.running.read_resource(read).await.is_err(), "{wrong}");
    }

    let prompts = client.running.list_all_prompts().await.unwrap();
    assert!(prompts.iter().any(|prompt| prompt.name == "tidy"));
    let mut put = GetPromptRequestParams::new("put");
    put.arguments = json!({"object": "red cube", "place": "in the blue bowl"})
        .as_object()
        .cloned();
    let filled = client.running.get_prompt(put).await.unwrap();
    let text = serde_json::to_string(&filled.messages).unwrap();
    assert!(text.contains("Put the red cube in the blue bowl"), "{text}");
    client.leave().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cube_is_put_in_the_bowl_step_by_step() {
    let folder = folder();
    let mut client = Client::start(folder.path(), None, &[]).await;
    assert_ne!(client.cube_rests().await, in_bowl());
    let picked = client.done("pick", json!({"object": "red cube"})).await;
    assert_eq!(picked["reached"], true, "{picked}");
    assert_eq!(picked["steps"][0]["verdict"], "yes", "{picked}");
    client.told("pick red cube: done").await;
    let place = json!({"object": "red cube", "relation": "in", "target": "blue bowl"});
    client.done("place", place).await;
    client.done("home", json!({})).await;
    assert_eq!(client.cube_rests().await, in_bowl());
    // The picture comes with it.
    let seen = client.call("see", json!({"look": false})).await;
    let picture = seen.content[1].as_image().unwrap();
    assert_eq!(picture.mime_type, "image/jpeg");
    client.leave().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plan_is_carried_out_once_a_person_said_yes_to_it() {
    let lifecycles = [
        ClientLifecycleMode::Initialize,
        ClientLifecycleMode::Discover {
            preferred_versions: vec![ProtocolVersion::V_2026_07_28],
        },
    ];
    for lifecycle in lifecycles {
        let folder = folder();
        let mut client = Client::start_by(lifecycle, folder.path(), Some(true), &[]).await;
        let planned = client
            .done("plan", json!({"instruction": PUT_CUBE_INSTRUCTION}))
            .await;
        assert_eq!(planned["steps"][0]["verdict"], "feasible", "{planned}");
        assert!(client.asked().is_empty(), "a plan alone needs no yes");
        let done = client
            .done("run_task", json!({"instruction": PUT_CUBE_INSTRUCTION}))
            .await;
        assert_eq!(done["ending"], "done", "{done}");
        assert_eq!(done["reached"], true, "physics has it in the bowl");
        let asked = client.asked();
        assert_eq!(asked.len(), 1, "{asked:?}");
        for part in [
            PUT_CUBE_INSTRUCTION,
            "1. pick red cube\n",
            "2. place red cube in blue bowl",
        ] {
            assert!(asked[0].contains(part), "{asked:?}");
        }
        client.told("place red cube in blue bowl: done").await;
        assert_eq!(client.cube_rests().await, in_bowl());
        client.leave().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_persons_yes_nothing_moves() {
    let folder = folder();
    let client = Client::start(folder.path(), Some(false), &[]).await;
    let why = client
        .refused("run_task", json!({"instruction": PUT_CUBE_INSTRUCTION}))
        .await;
    assert!(why.contains("said no"), "{why}");
    assert_eq!(client.asked().len(), 1);
    assert_ne!(client.cube_rests().await, in_bowl());
    client.leave().await;

    let client = Client::start(folder.path(), None, &[]).await;
    let why = client
        .refused("run_task", json!({"instruction": PUT_CUBE_INSTRUCTION}))
        .await;
    assert!(why.contains("cannot ask a person"), "{why}");
    assert!(why.contains("--yes"), "{why}");
    assert_ne!(client.cube_rests().await, in_bowl());
    client.leave().await;

    let client = Client::start(folder.path(), None, &["--yes"]).await;
    let done = client
        .done("run_task", json!({"instruction": PUT_CUBE_INSTRUCTION}))
        .await;
    assert_eq!(done["reached"], true, "{done}");
    client.leave().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_beyond_a_limit_is_refused_with_the_reason() {
    let folder = folder();
    let client = Client::start(folder.path(), Some(true), &[]).await;
    for (tool, arguments, part) in [
        (
            "rotate",
            json!({"object": "red cube", "degrees": 400}),
            "-360 to 360",
        ),
        (
            "pick",
            json!({"object": "green elephant"}),
            "green elephant",
        ),
        (
            "push",
            json!({"object": "red cube", "direction": "up"}),
            "`left`",
        ),
        ("pick", json!({"object": "red cube", "speed": 9}), "speed"),
        ("run_task", json!({"instruction": "…"}), "no words"),
        ("runs", json!({"name": "../secret.mcap"}), "no such run"),
    ] {
        let why = client.refused(tool, arguments).await;
        assert!(why.contains(part), "{tool}: {why}");
    }
    assert!(client.asked().is_empty());
    client.leave().await;

    // A cube that lies beyond the arm's reach.
    let text = read_shipped_file("scenes/tabletop.toml");
    let far = text.replacen("color = \"red\"", "color = \"red\"\nat = [-0.12, 0.26]", 1);
    assert_ne!(far, text);
    let scene = write(folder.path(), "far.toml", &far);
    let client = Client::start(folder.path(), None, &["--scene", &scene]).await;
    let why = client.refused("pick", json!({"object": "red cube"})).await;
    assert!(why.contains("out of reach"), "{why}");
    client.leave().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn cancelling_a_call_stops_the_arm_until_a_person_lets_it_move() {
    let folder = folder();
    let mut client = Client::start(folder.path(), Some(true), &["--realtime"]).await;
    let picking = client.begin("pick", json!({"object": "red cube"})).await;
    client.told("pick red cube").await;
    picking.cancel(Some("enough".to_owned())).await.unwrap();
    client.reaches_state("stopped").await;
    let why = client.refused("home", json!({})).await;
    assert!(why.contains("`clear`"), "{why}");
    // The arm comes to its end before it may move again.
    let begun = Instant::now();
    while client.call("clear", json!({})).await.is_error == Some(true) {
        assert!(begun.elapsed() < TEST_TIMEOUT);
        sleep(POLL_PERIOD).await;
    }
    let asked = client.asked();
    assert!(asked[0].contains("May it move again?"), "{asked:?}");
    client.reaches_state("idle").await;
    client.done("home", json!({})).await;
    client.leave().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn stop_waits_for_nothing() {
    let folder = folder();
    let mut client = Client::start(folder.path(), None, &["--realtime"]).await;
    let picking = client.begin("pick", json!({"object": "red cube"})).await;
    client.told("pick red cube").await;
    let stopped = client.done("stop", json!({})).await;
    assert_eq!(stopped["stopped"], true);
    let picked = outcome(picking).await;
    assert_eq!(picked["isError"], true, "{picked}");
    let why = picked["content"][0]["text"].as_str().unwrap();
    assert!(why.contains("was stopped"), "{picked}");
    // Nobody can be asked.
    let why = client.refused("clear", json!({})).await;
    assert!(why.contains("a person's yes"), "{why}");
    assert_eq!(client.state().await, "stopped");
    client.leave().await;
}

#[test]
fn standard_output_carries_the_protocol_alone_and_its_end_ends_the_program() {
    let folder = folder();
    let mut child = command(folder.path(), &["--yes", "--realtime"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut input = child.stdin.take().unwrap();
    let mut output = BufReader::new(child.stdout.take().unwrap());
    let mut talk = child.stderr.take().unwrap();
    let said = thread::spawn(move || {
        let mut said = String::new();
        talk.read_to_string(&mut said).unwrap();
        said
    });
    let mut send = |message: Value| writeln!(input, "{message}").unwrap();
    let client = json!({"name": "test", "version": "1"});
    let params = json!({"protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": client});
    send(json!({"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": params}));
    send(json!({"jsonrpc": "2.0", "method": "notifications/initialized"}));
    let params = json!({
        "name": "run_task", "arguments": {"instruction": PUT_CUBE_INSTRUCTION}, "_meta": {"progressToken": "t"},
    });
    send(json!({"jsonrpc": "2.0", "id": 2, "method": "tools/call", "params": params}));
    let mut lines = Vec::new();
    let mut read = |until: &dyn Fn(&Value) -> bool| loop {
        let mut line = String::new();
        if output.read_line(&mut line).unwrap() == 0 {
            return false;
        }
        let message: Value = serde_json::from_str(&line).unwrap_or_else(|_| panic!("`{line}`"));
        assert_eq!(message["jsonrpc"], "2.0", "{line}");
        lines.push(line);
        if until(&message) {
            return true;
        }
    };
    assert!(read(&|message| message["id"] == 1));
    assert!(read(
        &|message| message["params"]["message"] == "pick red cube"
    ));
    // The client leaves in mid-motion: the arm brakes, the program ends.
    drop(input);
    assert!(!read(&|_| false));
    let status = child.wait().unwrap();
    let said = said.join().unwrap();
    assert!(status.success(), "{status}: {said}");
    assert!(!said.contains("panicked"), "{said}");
}
