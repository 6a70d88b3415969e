"""Has enact work in somebody else's simulator as if that were hardware. See README.md."""

import argparse
import json
import multiprocessing
import os
import signal
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

os.environ.setdefault("MUJOCO_GL", "osmesa")

import files  # noqa: E402
import hardware  # noqa: E402
import verdicts  # noqa: E402
import viewer  # noqa: E402
from pace import Pace  # noqa: E402
from worlds import TASKS  # noqa: E402

ROOT = Path(__file__).resolve().parents[2]
STATE = 200  # numbers of the largest model's state
PATIENCE = 600  # s for one instruction
AFTERWARDS = 1.0  # s until everything lies still


def arguments():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("program", help="the enact program")
    parser.add_argument("--task", choices=[*TASKS, "all"], default="bowl", help="default: %(default)s")
    parser.add_argument("--episodes", type=int, default=1)
    parser.add_argument("--seed", type=int, default=0, help="of the first episode; the next has the next")
    parser.add_argument("--perception", choices=["model", "truth"], default="model")
    parser.add_argument("--camera", choices=["overhead", "side", "front"], default="overhead")
    parser.add_argument("--camera-file", type=Path, help="what measure.py measured, in place of MuJoCo's own numbers")
    parser.add_argument("--say", help="the instruction, in place of the task's own; {0}, {1} are the things")
    parser.add_argument("--model", default=str(ROOT / "models" / "tabletop"))
    parser.add_argument("--dressing", nargs=2, metavar=("LIGHT", "TABLE"), help="for bowl and box; else drawn by the seed")
    parser.add_argument("--limp", action="store_true", help="the motors are off at the start")
    parser.add_argument("--pace", type=float, default=1.0, help="seconds of enact and the world in a second (1)")
    parser.add_argument("--fps", type=int, default=10, help="of the stream at most (10)")
    parser.add_argument("--record-fps", type=int, default=0)
    parser.add_argument("--max-age", type=float, default=2.0, help="of a picture, seconds: rendering takes its time")
    parser.add_argument("--out", type=Path, default=Path("elsewhere-runs"))
    parser.add_argument("--serve", action="store_true", help="serve one episode and wait for Enter instead of running enact")
    parser.add_argument("rest", nargs="*", help="after --: options for `enact run`")
    return parser.parse_args()


class Stage:
    """The processes of a task: the world with its bus, and its cameras."""

    def __init__(self, options, task):
        context = multiprocessing.get_context("spawn")
        self.options, self.task = options, task
        self.state = context.Array("d", STATE)
        self.pace = Pace.of(options.pace)
        self.world, ours = context.Pipe()
        self.eyes, eyes = context.Pipe()
        self.processes = [
            context.Process(target=hardware.run, args=(ours, self.state, task, options.limp, self.pace), daemon=True),
            context.Process(target=viewer.run, args=(eyes, self.state, options.fps, False), daemon=True),
        ]
        for process in self.processes:
            process.start()
        self.url = f"http://127.0.0.1:{self.eyes.recv()}"

    def set_up(self, seed, folder):
        options = self.options
        self.world.send((seed, folder, options.dressing, options.camera))
        instruction, things, view, calibration = self.world.recv()
        self.eyes.send((folder, things, view))
        self.eyes.recv()
        launch = files.write(folder, view, calibration, self.url, options)
        said = options.say.format(*(thing.label for thing in things)) if options.say else instruction
        return said, launch

    def judge(self):
        self.world.send("judge")
        return self.world.recv()

    def picture(self, path):
        with urllib.request.urlopen(f"{self.url}/overhead.jpg", timeout=90) as answer:
            path.write_bytes(answer.read())

    def close(self):
        for pipe, process in zip([self.world, self.eyes], self.processes, strict=True):
            pipe.send(None)
            process.join(5)
            process.kill()


def episode(stage, options, seed):
    folder = (options.out / f"{stage.task}-{seed}").resolve()
    folder.mkdir(parents=True, exist_ok=True)
    instruction, launch = stage.set_up(seed, folder)
    stage.picture(folder / "before.jpg")
    before = stage.judge()
    if options.serve:
        print(f"{instruction}\nenact run … --launch {launch}   (truth: --perceive {stage.url}/v1)\nEnter ends it", flush=True)
        input()
        return None
    command = [str(Path(options.program).resolve()), "run", instruction, "--launch", str(launch), "--json"]
    command += ["--event-log", str(folder / "events.jsonl"), "--record", str(folder / "run.mcap")]
    if options.perception == "truth":
        command += ["--perceive", f"{stage.url}/v1"]
    begun = time.monotonic()
    try:
        told = subprocess.run(
            command + options.rest, cwd=folder, capture_output=True, text=True, timeout=PATIENCE / options.pace,
            env=stage.pace.environment(options.out),
        )  # fmt: skip
        status, out, err = told.returncode, told.stdout, told.stderr
    except subprocess.TimeoutExpired as late:
        status, out, err = -1, "", f"{late}\n{late.stderr or ''}"
    took = (time.monotonic() - begun) * options.pace
    (folder / "enact.txt").write_text(f"{' '.join(command)}\n{out}\n{err}")
    time.sleep(AFTERWARDS / options.pace)
    judged = stage.judge()
    try:
        said = json.loads(out.strip().splitlines()[-1])
    except (ValueError, IndexError):
        said = None
    log = verdicts.events(folder / "events.jsonl")
    # The package's episodes end with their first success.
    success = judged["success"] or (stage.task in ("touch", "lift") and judged["first_success_s"] is not None)
    result = {
        "task": stage.task, "seed": seed, "instruction": instruction, "success": success, "status": status,
        "said": said, "seconds": round(took, 1), "judged": judged, "start_touched": before["pressed_n"] > 0,
        "seen": verdicts.seen(log, before["things"]), "first_look": [entry["name"] for entry in verdicts.first_look(log)],
        "last_error": err.strip().splitlines()[-1:] if status not in (0, 1) else [],
    }  # fmt: skip
    result["cause"] = verdicts.cause(result)
    if not success:
        stage.picture(folder / "after.jpg")
    (folder / "result.json").write_text(json.dumps(result, indent=1))
    (folder / "world.mjb").unlink()
    return result


def main():
    # The processes of a stage end with this one, however it ends.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    options = arguments()
    episodes = []
    for task in TASKS if options.task == "all" else [options.task]:
        stage = Stage(options, task)
        for seed in range(options.seed, options.seed + options.episodes):
            result = episode(stage, options, seed)
            if result is None:
                break
            episodes.append(result)
            verdict = "yes" if result["success"] else "NO "
            ending = (result["said"] or {}).get("ending", "error")
            words = f"{result['cause']} {' '.join(result['last_error'] or (result['said'] or {}).get('said', []))}"
            print(f"{verdict} {task}-{seed}: “{result['instruction']}” {ending}, {result['seconds']} s. {words}", flush=True)
        stage.close()
    if episodes:
        print(verdicts.table(episodes))
    return 0 if all(episode["success"] for episode in episodes) else 1


if __name__ == "__main__":
    sys.exit(main())
