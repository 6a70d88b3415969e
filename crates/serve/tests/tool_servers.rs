//! Tools of a server over HTTP: enact's own.

use std::time::Duration;

use enact_plan::strategy::tools::ForeignTools;
use enact_serve::tool_servers::{ServerKey, ServerPlace, ToolServer, ToolServers};
use enact_types::StopSwitch;
use serde_json::json;

mod mock;

use mock::server::{Running, WATCH};

fn arm(address: &str, token: &str) -> ToolServer {
    ToolServer {
        name: "arm".to_owned(),
        place: ServerPlace::Address(format!("http://{address}/mcp")),
        key: Some(ServerKey {
            variable: "ARM_TOKEN".to_owned(),
            value: token.to_owned(),
        }),
        allow: ["see", "home", "run_task", "stop"]
            .map(str::to_owned)
            .to_vec(),
        time_limit: Duration::from_secs(60),
    }
}

fn connect(server: ToolServer) -> ToolServers {
    ToolServers::connect(vec![server], &StopSwitch::new()).unwrap()
}

#[test]
fn another_arm_can_be_looked_at_and_not_moved() {
    let running = Running::new();
    let mut servers = connect(arm(&running.address.to_string(), WATCH));
    let offered = servers.offered();
    let names: Vec<&str> = offered.tools.iter().map(|it| it.name.as_str()).collect();
    assert_eq!(names, ["arm.see"], "{offered:?}");
    assert_eq!(offered.news.len(), 3, "{:?}", offered.news);
    for news in &offered.news {
        assert!(news.contains("it changes something"), "{news}");
    }
    let arguments = json!({"look": false, "picture": false});
    let seen = servers.call("arm.see", arguments.as_object().unwrap());
    assert!(seen.as_ref().unwrap().contains("idle"), "{seen:?}");
    assert!(!running.mock.stop.is_pressed());
}

#[test]
fn a_server_that_is_not_there_or_lets_nobody_in_is_left_out() {
    let running = Running::new();
    let address = running.address.to_string();
    let wrong = "wrong-wrong-wrong-wrong-wrong";
    let mut servers = connect(arm(&address, wrong));
    let news = servers.offered().news;
    assert!(
        news[0].starts_with("the tools of `arm` are left out: "),
        "{news:?}"
    );
    assert!(
        news[0].contains("without a valid key") && !news[0].contains(wrong),
        "{news:?}"
    );
    drop(running);
    let mut servers = connect(arm(&address, WATCH));
    let offered = servers.offered();
    assert!(offered.tools.is_empty());
    assert!(
        offered.news[0].to_lowercase().contains("refused"),
        "{offered:?}"
    );
}
