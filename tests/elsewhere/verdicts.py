"""What became of an episode, and why not."""

import json
from collections import Counter

import numpy as np

ASTRAY = 0.015  # m between where a thing is and where it is seen, beyond which it is seen wrong


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
    """What was perceived first: name and place of each thing."""
    look = next((event for event in log if "objects" in event), {"objects": []})
    return [(entry["name"], np.array(entry["position"])) for entry in look["objects"]]


def seen(log, places):
    """Where the first look put each thing, in millimeters from where it was; None if it has no such name."""
    found = first_look(log)
    errors = {}
    for label, place in places.items():
        of_name = [at for name, at in found if name == label]
        errors[label] = round(1000 * min(float(np.linalg.norm(at[:2] - place[:2])) for at in of_name), 1) if of_name else None
    return errors


def cause(episode):
    """Why an episode did not succeed, in a word or two; `-` if it did."""
    if episode["success"]:
        return "-"
    said, status = episode.get("said") or {}, episode["status"]
    if episode["start_touched"]:
        return "the arm touches something at the start"
    if status not in (0, 1):
        return "error"
    errors = episode["seen_mm"].values()
    if any(error is None for error in errors):
        return "seen wrong: missing or misnamed"
    if any(error > 1000 * ASTRAY for error in errors):
        return "seen wrong: place"
    if said.get("ending") in ("answered", "said", "asked") and not said.get("steps"):
        return "out of reach" if "reach" in json.dumps(said) else "asked or said, nothing done"
    if said.get("refusals"):
        return "refused"
    steps = said.get("steps") or []
    failed = [step for step in steps if step["verdict"] == "no"]
    if failed:
        return f"failed: {failed[-1]['skill']}"
    if said.get("success"):
        return "thinks it is done"
    return "other"


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
