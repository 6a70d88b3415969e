"""What became of an episode, and why not."""

import json
from collections import Counter

import numpy as np

ASTRAY = 15  # mm between where a thing is and where it is seen, beyond which it is seen wrong
WRONG_SIZE = 1.8  # so many times too large or too small is seen wrong


def events(path):
    """The lines of an event log; the last may be torn."""
    found = []
    for line in path.read_text().splitlines() if path.exists() else []:
        try:
            found.append(json.loads(line))
        except ValueError:
            break
    return found


def first_look(log):
    """What was perceived first, as the log has it."""
    return next((event["objects"] for event in log if "objects" in event), [])


def seen(log, things):
    """How the first look saw each thing: how far off in millimeters, and its extents beside the true ones; None if unseen.

    The log tells the middle of a thing and its largest extent. What lies on the table is twice as high as its middle.
    """
    found = {}
    for label, thing in things.items():
        named = [entry for entry in first_look(log) if entry["name"] == label]
        found[label] = None
        if named:
            at = np.array(named[0]["position"])
            off = float(np.linalg.norm(at[:2] - thing["at"][:2]))
            high, extent = 2 * at[2], named[0]["size"]
            found[label] = {"off": off, "high": high, "extent": extent, "true_high": thing["high"], "true_wide": thing["wide"]}
            found[label] = {key: round(1000 * float(value), 1) for key, value in found[label].items()}
    return found


def seen_wrong(found):
    """What is wrong with how things were seen, if anything is."""
    if any(thing is None for thing in found.values()):
        return "seen wrong: missing or misnamed"
    if any(thing["off"] > ASTRAY for thing in found.values()):
        return "seen wrong: place"
    if any(thing["extent"] < thing["true_wide"] / WRONG_SIZE for thing in found.values()):
        return "seen wrong: too small"
    # A flat disc has no height to be wrong about.
    solid = [thing for thing in found.values() if thing["true_high"] > 5]
    if any(thing["high"] > WRONG_SIZE * thing["true_high"] for thing in solid):
        return "seen wrong: too high"
    if any(thing["high"] < thing["true_high"] / WRONG_SIZE for thing in solid):
        return "seen wrong: too low"
    return None


def cause(episode):
    """Why an episode did not succeed, in a few words; `-` if it did."""
    if episode["success"]:
        return "-"
    said = episode.get("said") or {}
    if episode["start_touched"]:
        return "the arm touches the table at the start"
    if episode["status"] not in (0, 1):
        return "error"
    if said.get("ending") == "asked":
        return "not understood"
    if wrong := seen_wrong(episode["seen"]):
        return wrong
    if said.get("refusals"):
        return "refused"
    failed = [step for step in said.get("steps") or [] if step["verdict"] == "no"]
    if failed:
        return f"failed: {failed[-1]['skill']}"
    if said.get("success"):
        return "thinks it is done"
    return "says that it cannot" if said.get("ending") == "said" else "other"


def table(episodes):
    """Successes by task, and failures by cause."""
    lines = []
    for task in dict.fromkeys(episode["task"] for episode in episodes):
        of_task = [episode for episode in episodes if episode["task"] == task]
        good = sum(episode["success"] for episode in of_task)
        lines.append(f"{task}: {good} of {len(of_task)}")
        for why, count in Counter(episode["cause"] for episode in of_task if not episode["success"]).most_common():
            lines.append(f"  {count:3}  {why}")
    pressed = max(episode["judged"]["pressed_n"] for episode in episodes)
    beyond = max(episode["judged"]["beyond_deg"] for episode in episodes)
    lost = sum(episode["judged"]["lost_s"] for episode in episodes)
    lines.append(f"arm on the table: {pressed} N at most; joints beyond their limits: {beyond}° at most")
    lines.append(f"time that the world lost to a busy machine: {lost:.1f} s")
    return "\n".join(lines)
