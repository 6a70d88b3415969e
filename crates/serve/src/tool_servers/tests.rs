//! Servers that behave, and servers that do not: shell scripts that speak the protocol.
#![cfg(unix)]

use std::time::Instant;

use serde_json::json;

use super::*;

/// Answers greetings and lists, and does on a call what the variable `DOES` says.
const SCRIPT: &str = r#"
reply() { printf '{"jsonrpc":"2.0","id":%s,"result":%s}\n' "$id" "$1"; }
tell() { printf '{"jsonrpc":"2.0","method":"%s"}\n' "$1"; }
says() { reply '{"content":[{"type":"text","text":"'"$1"'"}]}'; }
while read -r line; do
  id=${line#*\"id\":}
  id=${id%%[,\}]*}
  case $line in
    *'"method":"initialize"'*)
      reply '{"protocolVersion":"2025-06-18","capabilities":{"tools":{}},"serverInfo":{"name":"shop","version":"1"}}' ;;
    *'"method":"tools/list"'*) reply '{"tools":['"$TOOLS"']}' ;;
    *'"method":"tools/call"'*) eval "$DOES" ;;
  esac
done
"#;
/// Everything that is waited for comes within seconds on a calm machine.
const TEST_TIMEOUT: Duration = Duration::from_secs(60);
/// The only tool, unless a test says otherwise.
const FIND: &str = r#"{"name":"find","description":"Finds.","inputSchema":{"properties":{"what":{"type":"string"}}}}"#;
const SECRET: &str = "secret-of-the-shop";
/// A variable that Cargo sets for this program alone.
const OURS: &str = "CARGO_MANIFEST_DIR";

fn server(words: &[&str], env: &[(&str, &str)], allow: &[&str]) -> ToolServer {
    let pairs = env.iter();
    ToolServer {
        name: "shop".to_owned(),
        place: ServerPlace::Command {
            words: words.iter().map(|it| (*it).to_owned()).collect(),
            env: pairs
                .map(|(a, b)| ((*a).to_owned(), (*b).to_owned()))
                .collect(),
        },
        key: Some(ServerKey {
            variable: "SHOP_KEY".to_owned(),
            value: SECRET.to_owned(),
        }),
        allow: allow.iter().map(|it| (*it).to_owned()).collect(),
        time_limit: TEST_TIMEOUT,
    }
}

fn connect(server: ToolServer) -> ToolServers {
    ToolServers::connect(vec![server], &StopSwitch::new()).unwrap()
}

/// A server with the tool `find`, which does this.
fn shop(does: &str) -> ToolServer {
    let env = [("TOOLS", FIND), ("DOES", does)];
    server(&["sh", "-c", SCRIPT], &env, &["find"])
}

fn find(servers: &mut ToolServers) -> Result<String, String> {
    let arguments = json!({"what": "a cube"});
    let found = servers.call("shop.find", arguments.as_object().unwrap());
    found.map_err(|reason| reason.to_string())
}

fn names(offered: &OfferedTools) -> Vec<&str> {
    offered.tools.iter().map(|it| it.name.as_str()).collect()
}

#[test]
fn only_what_a_person_named_is_offered_and_nothing_that_changes_things() {
    let tools = [
        FIND,
        r#"{"name":"list","inputSchema":{},"annotations":{"readOnlyHint":true,"destructiveHint":true}}"#,
        r#"{"name":"buy","inputSchema":{},"annotations":{"readOnlyHint":false}}"#,
        r#"{"name":"burn","inputSchema":{},"annotations":{"destructiveHint":true}}"#,
        r#"{"name":"deep","inputSchema":{"required":["it"],"properties":{"it":{"type":"object"}}}}"#,
        r#"{"name":"unnamed","inputSchema":{}}"#,
    ];
    let tools = tools.join(",");
    let env = [("TOOLS", tools.as_str()), ("DOES", "says here")];
    let allow = ["find", "list", "buy", "burn", "deep", "fly"];
    let mut servers = connect(server(&["sh", "-c", SCRIPT], &env, &allow));
    let offered = servers.offered();
    assert_eq!(names(&offered), ["shop.find", "shop.list"]);
    let parts = [
        "the tool `shop.buy` is not offered: it says of itself that it changes something",
        "the tool `shop.burn` is not offered: it says of itself",
        "the tool `shop.deep` is not offered: it wants `it`",
        "the tool `shop.fly` is not offered: the server has no such tool",
    ];
    assert_eq!(offered.news.len(), parts.len(), "{:?}", offered.news);
    for (news, part) in offered.news.iter().zip(parts) {
        assert!(news.starts_with(part), "{part}: {news}");
    }
    assert!(servers.offered().news.is_empty(), "it is told once");
    for tool in ["shop.buy", "shop.unnamed", "shop", "find", "other.find"] {
        let refused = servers.call(tool, &Map::new()).unwrap_err();
        assert_eq!(refused.text(), "there is no such tool", "{tool}");
    }
}

#[test]
fn a_process_gets_its_arguments_and_its_key_and_nothing_else_of_ours() {
    let does = r#"case $line in *'"what":"a cube"'*) says "a cube, $SHOP_KEY ${CARGO_HOME_IS-nothing}" ;; esac"#;
    let does = &does.replace("CARGO_HOME_IS", OURS);
    let mut servers = connect(shop(does));
    assert!(std::env::var_os(OURS).is_some());
    assert_eq!(find(&mut servers).unwrap(), "a cube, [key] nothing");
}

#[test]
fn an_error_is_told_and_the_server_stays() {
    for (does, told) in [
        (
            r#"printf '{"jsonrpc":"2.0","id":%s,"error":{"code":-32602,"message":"no such thing"}}\n' "$id""#,
            "it answers with an error: no such thing",
        ),
        (
            r#"reply '{"isError":true,"content":[{"type":"text","text":"sold out"}]}'"#,
            "sold out",
        ),
    ] {
        let mut servers = connect(shop(does));
        for _ in 0..2 {
            assert_eq!(find(&mut servers).unwrap_err(), told);
        }
        assert_eq!(names(&servers.offered()), ["shop.find"]);
    }
}

#[test]
fn a_server_that_dies_or_floods_is_left_out_and_told_once() {
    for (does, part) in [
        ("echo 'no more' >&2; exit 3", "it ended (“no more”)"),
        ("while :; do echo nonsense; done", "it sends more than"),
        ("while :; do printf 'endless'; done", "it sends more than"),
        (
            "while :; do tell notifications/message; done",
            "it sends more than",
        ),
    ] {
        let mut servers = connect(shop(does));
        assert_eq!(names(&servers.offered()), ["shop.find"], "{does}");
        let told = find(&mut servers).unwrap_err();
        assert!(
            told.starts_with("the tools of `shop` are left out: "),
            "{told}"
        );
        assert!(told.contains(part), "{part}: {told}");
        assert_eq!(servers.offered(), OfferedTools::default(), "{does}");
        assert_eq!(find(&mut servers).unwrap_err(), "there is no such tool");
    }
}

#[test]
fn a_server_that_hangs_is_left_out_and_a_stop_waits_for_none() {
    // Its list comes at once, and its answer never.
    let hanging = || ToolServer {
        time_limit: Duration::from_secs(3),
        ..shop("exec sleep 600")
    };
    let mut servers = connect(hanging());
    let told = find(&mut servers).unwrap_err();
    assert!(told.ends_with("it did not answer within 3 s"), "{told}");
    assert!(servers.offered().tools.is_empty());
    let stop = StopSwitch::new();
    let patient = ToolServer {
        time_limit: Duration::from_secs(3600),
        ..hanging()
    };
    let mut servers = ToolServers::connect(vec![patient.clone()], &stop).unwrap();
    stop.press();
    assert_eq!(
        find(&mut servers).unwrap_err(),
        "the arm was stopped meanwhile"
    );
    let mut stopped = ToolServers::connect(vec![patient], &stop).unwrap();
    assert!(stopped.offered().news[0].contains("not waited for"));
}

#[test]
fn what_cannot_be_started_is_left_out_and_others_are_not() {
    let words = |words: &[&str]| server(words, &[], &["find"]);
    let dying = ["sh", "-c", "read -r line; echo 'no license' >&2; exit 1"];
    let servers = vec![words(&["/nowhere/shop"]), words(&dying), shop("says here")];
    let mut servers = ToolServers::connect(servers, &StopSwitch::new()).unwrap();
    let offered = servers.offered();
    assert_eq!(names(&offered), ["shop.find"]);
    assert_eq!(offered.news.len(), 2, "{:?}", offered.news);
    assert!(offered.news[0].contains("it cannot be started: No such file"));
    assert!(
        offered.news[1].ends_with("it ended (“no license”)"),
        "{:?}",
        offered.news
    );
    assert_eq!(find(&mut servers).unwrap(), "here");
}

#[test]
fn a_list_that_changes_is_read_again() {
    let does = r#"TOOLS='{"name":"seek","inputSchema":{}}'; tell notifications/tools/list_changed; says here"#;
    let mut server = shop(does);
    server.allow.push("seek".to_owned());
    let mut servers = connect(server);
    assert_eq!(servers.offered().news.len(), 1, "there is no seek yet");
    find(&mut servers).unwrap();
    let begun = Instant::now();
    let offered = loop {
        let offered = servers.offered();
        if !offered.news.is_empty() {
            break offered;
        }
        assert!(begun.elapsed() < TEST_TIMEOUT, "the change is not noticed");
        std::thread::sleep(Duration::from_millis(10));
    };
    assert_eq!(names(&offered), ["shop.seek"]);
    assert_eq!(
        offered.news[0],
        "the server `shop` has other tools now: shop.seek"
    );
    assert_eq!(find(&mut servers).unwrap_err(), "there is no such tool");
}
