//! Over HTTP.

use std::io::{BufRead, BufReader};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};

use enact_testkit::http_client::HttpClient;
use serde_json::{Value, json};

use crate::client::{Client, folder, outcome};
use crate::program::{PUT_CUBE_INSTRUCTION, PUT_CUBE_PLAN, repository_root, write};

/// A server for clients with tokens, killed at the end of a test.
struct Serving {
    child: Child,
    address: String,
}

const WATCH: &str = "watch-watch-watch-watch-watch";
const DRIVE: &str = "drive-drive-drive-drive-drive";

impl Serving {
    fn start(folder: &Path) -> Self {
        let plan = write(folder, "plan.json", PUT_CUBE_PLAN);
        let entry = |name: &str, token: &str| {
            format!("[[token]]\nname = \"{name}\"\nrole = \"{name}\"\ntoken = \"{token}\"\n")
        };
        let tokens = write(
            folder,
            "tokens.toml",
            entry("watch", WATCH) + &entry("drive", DRIVE),
        );
        let mode = std::fs::Permissions::from_mode(0o600);
        std::fs::set_permissions(&tokens, mode).unwrap();
        let state = folder.join("queue.json");
        let mut child = Command::new(env!("CARGO_BIN_EXE_enact"))
            .args(["serve", "--listen", "127.0.0.1:0", "--no-record"])
            .args(["--perception", "ground-truth", "--plan", &plan])
            .args(["--tokens", &tokens, "--state"])
            .arg(state)
            .current_dir(folder)
            .env("ENACT_HOME", repository_root().canonicalize().unwrap())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut line = String::new();
        let told = child.stdout.take().unwrap();
        BufReader::new(told).read_line(&mut line).unwrap();
        let address = line.trim().trim_start_matches("http://");
        let address = address.trim_end_matches('/').to_owned();
        Self { child, address }
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn over_http_the_role_of_the_token_counts() {
    let folder = folder();
    let serving = Serving::start(folder.path());
    let ping = json!({"jsonrpc": "2.0", "id": 1, "method": "ping"});
    let accept = "Accept: application/json, text/event-stream";
    let post = |token: Option<&str>, headers: &[&str]| {
        let client = HttpClient::new(serving.address.parse().unwrap(), token);
        client.post_with_headers("/mcp", &[headers, &[accept]].concat(), &ping)
    };
    for (token, headers, status) in [
        (None, vec![], 401),
        (Some("a token that nobody has"), vec![], 401),
        (Some(DRIVE), vec!["Host: evil.example"], 403),
        (Some(DRIVE), vec!["Origin: http://evil.example"], 403),
        // There is no such session.
        (Some(DRIVE), vec!["Mcp-Session-Id: 1"], 404),
    ] {
        assert_eq!(post(token, &headers).status, status, "{headers:?}");
    }
    let refused = post(None, &[]);
    assert!(refused.head.contains("www-authenticate: bearer"));

    let watcher = Client::connect(&serving.address, WATCH, Some(true)).await;
    for (tool, arguments) in [
        ("pick", json!({"object": "red cube"})),
        ("home", json!({})),
        ("run_task", json!({"instruction": PUT_CUBE_INSTRUCTION})),
        ("replay_in_simulation", json!({"name": "one.mcap"})),
    ] {
        let why = watcher.refused(tool, arguments).await;
        assert!(why.contains("has the role `watch`"), "{tool}: {why}");
    }
    assert!(watcher.asked().is_empty());
    let seen = watcher.done("see", json!({"picture": false})).await;
    assert_eq!(
        (&seen["looked"], &seen["state"]),
        (&json!(false), &json!("idle"))
    );

    let driver = Client::connect(&serving.address, DRIVE, Some(true)).await;
    let done = driver
        .done("run_task", json!({"instruction": PUT_CUBE_INSTRUCTION}))
        .await;
    assert_eq!(done["reached"], true, "{done}");
    assert_eq!(driver.asked().len(), 1);
    // Whoever watches may stop; whoever drives may not clear what nobody said yes to.
    watcher.done("stop", json!({})).await;
    let why = driver.refused("home", json!({})).await;
    assert!(why.contains("`clear`"), "{why}");
    let why = watcher.refused("clear", json!({})).await;
    assert!(why.contains("has the role `watch`"), "{why}");
    driver.done("clear", json!({})).await;
    driver.done("home", json!({})).await;
    watcher.leave().await;
    driver.leave().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_that_cannot_ask_waits_for_the_console() {
    let folder = folder();
    let serving = Serving::start(folder.path());
    let mut client = Client::connect(&serving.address, DRIVE, None).await;
    let running = client
        .begin("run_task", json!({"instruction": PUT_CUBE_INSTRUCTION}))
        .await;
    let waits = "the plan waits until somebody approves it at the console";
    client.told(waits).await;
    // Whoever is at the console drives, and says yes.
    let address = serving.address.parse().unwrap();
    let approved = tokio::task::spawn_blocking(move || {
        let console = HttpClient::new(address, Some(DRIVE));
        assert_eq!(console.post("/v1/driver", &Value::Null).status, 200);
        let plan = console.get("/v1/tasks/1/plan").json();
        let decision = json!({"plan": plan["plan"], "decision": "approve"});
        console.post("/v1/tasks/1/plan", &decision).status
    });
    assert_eq!(approved.await.unwrap(), 202);
    let done = outcome(running).await;
    assert_eq!(done["structuredContent"]["reached"], true, "{done}");
    client.leave().await;
}
