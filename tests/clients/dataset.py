"""Exported data sets in LeRobot's own programs.

    python3.12 -m venv /tmp/lerobot
    /tmp/lerobot/bin/pip install "lerobot[dataset,training,feetech,diffusion]==0.6.1" lerobot-doctor==0.2.0
    /tmp/lerobot/bin/pip install typer
    /tmp/lerobot/bin/pip install --no-deps lerobot-lint==0.1.1
    python3.12 -m venv /tmp/lerobot044
    /tmp/lerobot044/bin/pip install "lerobot==0.4.4"
    /tmp/lerobot/bin/python tests/clients/dataset.py target/debug/enact --old /tmp/lerobot044/bin/python

Makes runs in the simulator and on emulated servos, exports them, and prints a line per check; ends
with 1 if one failed. `--only NAME` makes one check, `--work DIR` keeps what was made. Needs ffmpeg.
"""

import argparse
import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

PLAN = {
    "steps": [
        {"skill": "pick", "object": "red cube"},
        {"skill": "place", "object": "red cube", "relation": "in", "target": "blue bowl"},
        {"skill": "done"},
    ]
}
TASK = "put the red cube in the blue bowl"
HOME = Path(__file__).resolve().parents[2]
MOTORS = ["shoulder_pan", "shoulder_lift", "elbow_flex", "wrist_flex", "wrist_roll", "gripper"]


class Bench:
    """Runs, and data sets of them, in a folder."""

    def __init__(self, enact, work):
        self.enact, self.work = str(Path(enact).resolve()), work
        self.environment = {
            **os.environ,
            "ENACT_HOME": str(HOME),
            "HF_HUB_OFFLINE": "1",
            "HF_LEROBOT_HOME": str(work / "lerobot"),
            "TOKENIZERS_PARALLELISM": "false",
        }
        (work / "plan.json").write_text(json.dumps(PLAN))

    def call(self, *command, expect=0):
        command = [str(part) for part in command]
        done = subprocess.run(command, cwd=self.work, env=self.environment, capture_output=True, text=True)
        if expect is not None and done.returncode != expect:
            raise AssertionError(f"{' '.join(command)} ended with {done.returncode}:\n{(done.stdout + done.stderr)[-3000:]}")
        return done.stdout + done.stderr

    def run(self, name, *more):
        path = self.work / f"{name}.mcap"
        if not path.exists():
            self.call(self.enact, "run", TASK, "--plan", "plan.json", "--perception", "ground-truth", "--record", path, *more)
        return path

    def runs(self):
        return [self.run(f"sim{seed}", "--seed", seed) for seed in (1, 2, 3)]

    def export(self, name, recordings, *more):
        folder = self.work / name
        if not folder.exists():
            self.call(self.enact, "export", *recordings, "--lerobot", folder, *more)
        return folder

    def set(self):
        return self.export("set", self.runs())

    @contextlib.contextmanager
    def bus(self, name, seed=1):
        """An emulated arm; its port, and the folder of its calibration, `arm.json`."""
        folder = self.work / name
        folder.mkdir(exist_ok=True)
        calibration, pictures = folder / "arm.json", folder / "pictures"
        calibration.unlink(missing_ok=True)
        link = folder / "port"
        arguments = ["--calibration", calibration, "--link", link, "--pictures", pictures, "--seed", seed]
        process = subprocess.Popen(
            [self.enact, "bus", "emulate", *map(str, arguments)],
            env=self.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=open(folder / "log", "w"),
        )
        try:
            for _ in range(200):
                if link.exists() and calibration.exists():
                    break
                time.sleep(0.1)
            else:
                raise AssertionError((folder / "log").read_text())
            time.sleep(0.5)
            yield link, folder
        finally:
            process.send_signal(signal.SIGINT)
            process.wait(20)


def follower(link, folder, limp_after=False):
    from lerobot.robots.so_follower import SO101Follower, SO101FollowerConfig

    config = SO101FollowerConfig(
        port=str(link), id="arm", calibration_dir=folder, disable_torque_on_disconnect=limp_after
    )
    return SO101Follower(config)


def load(folder):
    """Every sample of a data set, by whatever LeRobot this Python has."""
    import lerobot
    from lerobot.datasets.lerobot_dataset import LeRobotDataset

    info = json.loads((Path(folder) / "meta/info.json").read_text())
    dataset = LeRobotDataset("enact/set", root=folder)
    assert len(dataset) == info["total_frames"], len(dataset)
    for index in range(0, len(dataset), 7):
        sample = dataset[index]
        for name, feature in info["features"].items():
            shape = tuple(sample[name].shape)
            wanted = tuple(feature["shape"])
            if len(wanted) == 3:
                wanted = (wanted[2], *wanted[:2])
            assert shape == wanted or (shape, wanted) == ((), (1,)), (name, shape, wanted)
    step = dataset[1]["timestamp"] - dataset[0]["timestamp"]
    assert abs(float(step) - 1 / info["fps"]) < 1e-4
    return f"LeRobot {lerobot.__version__}: {len(dataset)} samples of {info['total_episodes']} episodes"


def loads(bench, arguments):
    from lerobot.datasets.lerobot_dataset import LeRobotDataset

    said = [load(bench.set())]
    said.append(load(bench.export("images", bench.runs()[:1], "--images", "--fps", "10")))
    depth = bench.export("depth", bench.runs()[:1], "--depth", "--fps", "10")
    load(depth)
    sample = LeRobotDataset("enact/depth", root=depth)[0]["observation.images.front_depth"]
    assert 100 < float(sample.median()) < 2000, sample.median()
    load(bench.export("depth_images", bench.runs()[:1], "--depth", "--images", "--fps", "10"))
    said.append(f"depth {float(sample.median()):.0f} mm at the median")
    return "; ".join(said)


def loads_in_the_old(bench, arguments):
    if not arguments.old:
        return "skipped: --old PYTHON with LeRobot 0.4.4 is not given"
    folders = [bench.set(), bench.export("images", bench.runs()[:1], "--images", "--fps", "10")]
    said = [bench.call(arguments.old, __file__, "--load", folder).strip().splitlines()[-1] for folder in folders]
    return "; ".join(said)


def units(bench, arguments):
    """The numbers of a run on emulated servos are those that LeRobot reads from these servos."""
    import numpy
    import pandas

    run = bench.run("emulated", "--launch", "so101-emulated", "--seed", "1")
    folder = bench.export("emulated", [run])
    rows = pandas.concat(pandas.read_parquet(path) for path in sorted((folder / "data").rglob("*.parquet")))
    states = numpy.stack(rows["observation.state"])
    with bench.bus("units") as (link, place):
        robot = follower(link, place)
        robot.connect(calibrate=False)
        assert robot.is_calibrated
        at_home = robot.get_observation()
        robot.disconnect()
    first = numpy.array([at_home[f"{motor}.pos"] for motor in MOTORS])
    off = numpy.abs(states[0] - first)
    assert (off < 1.0).all(), (states[0], first)
    steps = (states[:, 0] * 4095 / 360) % 1
    fractions = numpy.minimum(steps, 1 - steps)
    middle = numpy.abs(fractions - 0.5)
    assert numpy.minimum(fractions, middle).max() < 0.01, "positions of servos are whole steps"
    return f"begins within {off.max():.2f} of what LeRobot reads at home; all positions are whole steps"


def replays(bench, arguments):
    """`lerobot-replay` ends where the run ended."""
    import numpy
    import pandas

    said = []
    for name, recordings in (("set", None), ("emulated", ["emulated"])):
        if recordings is None:
            folder = bench.set()
        else:
            run = bench.run("emulated", "--launch", "so101-emulated", "--seed", "1")
            folder = bench.export("emulated", [run])
        rows = pandas.read_parquet(folder / "data/chunk-000/file-000.parquet")
        rows = rows[rows["episode_index"] == 0]
        end = numpy.array(rows["observation.state"].iloc[-1])
        with bench.bus(f"replay-{name}") as (link, place):
            bench.call(
                Path(sys.executable).parent / "lerobot-replay",
                "--robot.type=so101_follower",
                f"--robot.port={link}",
                "--robot.id=arm",
                f"--robot.calibration_dir={place}",
                "--robot.disable_torque_on_disconnect=false",
                "--dataset.repo_id=enact/set",
                f"--dataset.root={folder}",
                "--dataset.episode=0",
                "--play_sounds=false",
            )
            time.sleep(1.0)
            robot = follower(link, place)
            robot.connect(calibrate=False)
            reached = robot.get_observation()
            robot.disconnect()
        reached = numpy.array([reached[f"{motor}.pos"] for motor in MOTORS])
        off = numpy.abs(reached - end)
        assert (off < 1.0).all(), (name, reached, end)
        said.append(f"{name}: ends within {off[:5].max():.2f}° and {off[5]:.2f} % of the gripper")
    return "; ".join(said)


def recorded_by_lerobot(bench):
    """A data set that LeRobot makes of the emulated arm."""
    import numpy
    from lerobot.datasets.lerobot_dataset import LeRobotDataset
    from PIL import Image

    folder = bench.work / "theirs"
    shutil.rmtree(folder, ignore_errors=True)
    names = [f"{motor}.pos" for motor in MOTORS]
    vector = {"dtype": "float32", "shape": (6,), "names": names}
    picture = {"dtype": "video", "shape": (240, 320, 3), "names": ["height", "width", "channels"]}
    features = {"action": vector, "observation.state": dict(vector), "observation.images.front": picture}
    with bench.bus("record") as (link, place):
        robot = follower(link, place)
        robot.connect(calibrate=False)
        dataset = LeRobotDataset.create(
            "theirs/set", fps=30, root=folder, features=features, robot_type=robot.name, use_videos=True
        )
        for _ in range(2):
            start = robot.get_observation()
            for frame in range(30):
                begun = time.perf_counter()
                seen = robot.get_observation()
                action = {name: start[name] for name in names}
                action["shoulder_pan.pos"] += 10 * numpy.sin(frame / 30 * 2 * numpy.pi)
                robot.send_action(action)
                newest = next((place / "pictures").glob("*.png"))
                with Image.open(newest) as image:
                    front = numpy.array(image.convert("RGB").resize((320, 240)))
                dataset.add_frame(
                    {
                        "action": numpy.array([action[name] for name in names], numpy.float32),
                        "observation.state": numpy.array([seen[name] for name in names], numpy.float32),
                        "observation.images.front": front,
                        "task": "wave",
                    }
                )
                time.sleep(max(0, 1 / 30 - (time.perf_counter() - begun)))
            dataset.save_episode()
        dataset.finalize()
        robot.disconnect()
    return folder


def merges(bench, arguments):
    """With what LeRobot recorded, by LeRobot's tool, and by ours."""
    theirs = recorded_by_lerobot(bench)
    ours = bench.export("ours", bench.runs()[:2], "--without-outcome")
    merged = bench.work / "merged"
    shutil.rmtree(merged, ignore_errors=True)
    edit(
        bench,
        "--new_repo_id=enact/merged",
        f"--new_root={merged}",
        "--operation.type=merge",
        "--operation.repo_ids=['theirs/set', 'enact/set']",
        f"--operation.roots=['{theirs}', '{ours}']",
    )
    first = load(merged)
    bench.call(bench.enact, "export", bench.runs()[2], "--lerobot", theirs, "--append")
    return f"merged {first}; appended to theirs {load(theirs)}"


def edit(bench, *arguments):
    return bench.call(Path(sys.executable).parent / "lerobot-edit-dataset", *arguments)


def edits(bench, arguments):
    """LeRobot's tools that delete and split."""
    folder = bench.set()
    less, parts = bench.work / "less", bench.work / "parts"
    shutil.rmtree(less, ignore_errors=True)
    shutil.rmtree(parts, ignore_errors=True)
    common = ["--repo_id=enact/set", f"--root={folder}"]
    edit(
        bench,
        *common,
        "--new_repo_id=enact/less",
        f"--new_root={less}",
        "--operation.type=delete_episodes",
        "--operation.episode_indices=[1]",
    )
    edit(
        bench,
        *common,
        f"--new_root={parts}",
        "--operation.type=split",
        '--operation.splits={"train": [0, 1], "val": [2]}',
    )
    found = [path.parent.parent for path in sorted(parts.rglob("meta/info.json"))]
    assert len(found) == 2, found
    return "; ".join(load(place) for place in [less, *found])


def doctors(bench, arguments):
    """Other people's judgement of the data."""
    folder = bench.set()
    programs = Path(sys.executable).parent
    said = []
    out = bench.call(programs / "lerobot-doctor", "check", folder, "--ci", "--json")
    judged = json.loads(out[out.index("{") : out.rindex("}") + 1])
    poor = [check["name"] for check in judged["checks"] if check["severity"] != "PASS"]
    assert judged["overall_severity"] != "FAIL" and judged["summary"]["FAIL"] == 0, poor
    said.append(f"lerobot-doctor: {judged['summary']['PASS']} checks passed, {', '.join(poor) or 'none'} poor")
    report = bench.work / "lint.json"
    bench.call(programs / "lelint", "check", folder, "--units", "degrees", "--json", report, expect=None)
    findings = json.loads(report.read_text())["findings"]
    kinds = sorted({f"{found['severity']} {found['check']}" for found in findings})
    # It ends with 1 for remarks too.
    assert not any("UNITS" in kind or kind.startswith(("error", "warning")) for kind in kinds), kinds
    said.append(f"lerobot-lint: no error; {', '.join(kinds) or 'nothing'}")
    return "; ".join(said)


def trains(bench, arguments):
    """Policies begin to learn from it."""
    folder = bench.set()
    said = []
    for policy, more in (
        ("act", ["--policy.pretrained_backbone_weights=null", "--policy.dim_model=64", "--policy.dim_feedforward=128"]),
        ("diffusion", ["--policy.down_dims=[32,64]", "--policy.pretrained_backbone_weights=null"]),
    ):
        output = bench.work / f"train-{policy}"
        shutil.rmtree(output, ignore_errors=True)
        out = bench.call(
            Path(sys.executable).parent / "lerobot-train",
            f"--policy.type={policy}",
            "--policy.device=cpu",
            "--policy.push_to_hub=false",
            "--dataset.repo_id=enact/set",
            f"--dataset.root={folder}",
            f"--output_dir={output}",
            "--steps=4",
            "--batch_size=2",
            "--num_workers=0",
            "--log_freq=1",
            "--save_checkpoint=false",
            "--wandb.enable=false",
            *more,
        )
        losses = [part.split(":")[1].split()[0] for part in out.split() if part.startswith("loss:")]
        assert losses and all(float(loss) < 1e4 for loss in losses), out[-2000:]
        said.append(f"{policy}: loss {losses[0]} to {losses[-1]}")
    return "; ".join(said)


CHECKS = [loads, loads_in_the_old, units, replays, merges, edits, doctors, trains]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("enact", nargs="?")
    parser.add_argument("--old", help="a Python that has LeRobot 0.4.4")
    parser.add_argument("--only", choices=[check.__name__ for check in CHECKS])
    parser.add_argument("--work", type=Path)
    parser.add_argument("--load", type=Path, help="load this data set, and nothing else")
    arguments = parser.parse_args()
    if arguments.load:
        print(load(arguments.load))
        return 0
    if not arguments.enact:
        parser.error("say where enact is")
    failed = 0
    with tempfile.TemporaryDirectory() as temporary:
        work = (arguments.work or Path(temporary)).resolve()
        work.mkdir(parents=True, exist_ok=True)
        bench = Bench(arguments.enact, work)
        for check in CHECKS:
            if arguments.only not in (None, check.__name__):
                continue
            begun = time.time()
            try:
                said = check(bench, arguments)
                print(f"ok      {check.__name__}: {said} ({time.time() - begun:.0f} s)", flush=True)
            except Exception as error:  # noqa: BLE001
                failed += 1
                print(f"FAILED  {check.__name__}: {type(error).__name__}: {error}", flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
