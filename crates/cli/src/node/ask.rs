//! `enact node list`, `stop` and `clear`.

use std::time::Duration;

use anyhow::Result;
use enact_network::Link;
use enact_network::clock::NOTABLE_CLOCK_DIFFERENCE_S;
use enact_network::presence::{self, Presence};
use enact_network::remote_arm::release_stop::clear_stop;
use serde_json::{Value, json};

use super::args::{NodeClearArgs, NodeListArgs, NodeStopArgs};
use super::offer::network_config;
use super::remote::describe_this_process;

/// Time to wait for answers.
const RESPONSE_TIMEOUT: Duration = Duration::from_secs(5);

/// Stops an arm, or all.
pub(super) fn stop(args: &NodeStopArgs) -> Result<bool> {
    let link = Link::open(&network_config(&args.network))?;
    let name = args.name.as_deref().unwrap_or("*");
    for (name, stop) in
        presence::stop_arms(&link, name, &describe_this_process(), RESPONSE_TIMEOUT)?
    {
        outln!("{name}: stopped (stop {})", stop.number);
    }
    Ok(true)
}

/// Lets an arm move again.
pub(super) fn clear(args: &NodeClearArgs) -> Result<bool> {
    let link = Link::open(&network_config(&args.network))?;
    let name = &args.name;
    match clear_stop(&link, name, &describe_this_process(), RESPONSE_TIMEOUT)? {
        Some(stop) => outln!("{name}: may move again; it was stopped by {}", stop.by),
        None => outln!("{name}: was not stopped"),
    }
    Ok(true)
}

/// Lists the nodes; `false` if there is none.
pub(super) fn list(args: &NodeListArgs) -> Result<bool> {
    let link = Link::open(&network_config(&args.network))?;
    let mut nodes = presence::nodes(&link, RESPONSE_TIMEOUT);
    let begun = std::time::Instant::now();
    // The connection may take a moment.
    while nodes.is_empty() && begun.elapsed() < RESPONSE_TIMEOUT {
        std::thread::sleep(Duration::from_millis(100));
        nodes = presence::nodes(&link, RESPONSE_TIMEOUT);
    }
    for node in &nodes {
        if args.json {
            outln!("{}", described(node));
        } else {
            outln!("{}", line(node));
        }
    }
    if nodes.is_empty() {
        errln!("no node is there at {}", link.describe_endpoints());
    }
    Ok(!nodes.is_empty())
}

fn line(node: &Presence) -> String {
    let mut said = vec![format!("{:<7} {}", node.kind, node.name)];
    if let Some(arm) = &node.arm {
        said.push(arm.robot.clone());
        said.push(match &arm.holder {
            Some(holder) => format!("driven by {holder}"),
            None => "free".to_owned(),
        });
        if let Some(stop) = &arm.stop {
            said.push(format!("stopped by {}", stop.by));
        }
        if arm.motion.is_some() {
            said.push("moving".to_owned());
        }
        if arm.links_lost > 0 {
            said.push(format!("{} links lost", arm.links_lost));
        }
        if arm.refused.total() > 0 {
            said.push(format!("refused: {}", arm.refused));
        }
    }
    if let Some(round_trip) = node.round_trip {
        said.push(format!("{:.1} ms there and back", 1e3 * round_trip));
    }
    if let Some(ahead) = node.wall_ahead {
        let warning = if ahead.abs() >= NOTABLE_CLOCK_DIFFERENCE_S {
            " (!)"
        } else {
            ""
        };
        said.push(format!("clock {ahead:+.3} s{warning}"));
    }
    said.join("  ")
}

fn described(node: &Presence) -> Value {
    let arm = node.arm.as_ref().map(|arm| {
        let refused: serde_json::Map<String, Value> = arm
            .refused
            .iter()
            .map(|(fault, count)| (fault.name().to_owned(), count.into()))
            .collect();
        json!({
            "robot": arm.robot,
            "holder": arm.holder,
            "stopped_by": arm.stop.as_ref().map(|stop| stop.by.clone()),
            "moving": arm.motion.is_some(),
            "links_lost": arm.links_lost,
            "refused": refused,
        })
    });
    json!({
        "kind": node.kind,
        "name": node.name,
        "arm": arm,
        "round_trip_s": node.round_trip,
        "clock_ahead_s": node.wall_ahead,
    })
}
