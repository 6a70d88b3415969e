"""Lets enact load, ask and move the arms of PyPI's example-robot-data, beside Pinocchio. See README.md."""

import json
import random
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy
import pinocchio

ROOT = Path(__file__).resolve().parents[2]
# What of the collection is an arm, or an arm on something.
ARMS = [
    "panda_description/urdf/panda.urdf",
    "so_arm_description/urdf/so100.urdf",
    "so_arm_description/urdf/so101.urdf",
    "z1_description/urdf/z1.urdf",
    "ur_description/urdf/ur3_robot.urdf",
    "ur_description/urdf/ur5_robot.urdf",
    "ur_description/urdf/ur5_gripper.urdf",
    "ur_description/urdf/ur10_robot.urdf",
    "kinova_description/robots/kinova.urdf",
    "xarm_description/urdf/xarm7.urdf",
    "talos_data/robots/talos_left_arm.urdf",
    "hextilt_description/urdf/hextilt_flying_arm_5.urdf",
    "b1_description/urdf/b1-z1.urdf",
    "anymal_b_simple_description/robots/anymal-kinova.urdf",
    "baxter_description/urdf/baxter.urdf",
]
PUT = {
    "steps": [
        {"skill": "pick", "object": "red cube"},
        {"skill": "place", "object": "red cube", "relation": "in", "target": "blue bowl"},
        {"skill": "done"},
    ]
}
POSES = 100


def collection():
    """The folder of robots, wherever pip has put it."""
    for place in map(Path, sys.path):
        found = place / "cmeel.prefix/share/example-robot-data/robots"
        if found.is_dir():
            return found
    raise SystemExit("example-robot-data is not installed")


class Arm:
    """An arm as enact and Pinocchio know it."""

    def __init__(self, program, file):
        self.program, self.file = program, str(file)
        begun = time.monotonic()
        shown = self.enact("robot", "show", self.file)
        self.seconds = time.monotonic() - begun
        if shown.returncode:
            raise RuntimeError(shown.stderr.strip())
        self.tool = re.search(r"tool frame `(.+?)`", shown.stdout)[1]
        count = int(re.search(r"(\d+) arm joints", shown.stdout)[1])
        rows = re.findall(r"^  (\S+) +(\S+) to +(\S+) (?:rad|m),", shown.stdout, re.M)[:count]
        self.joints = [(name, float(low), float(high)) for name, low, high in rows]
        self.warnings = re.findall(r"^warning: (.+)$", shown.stdout, re.M)
        self.model = pinocchio.buildModelFromUrdf(self.file)
        self.data = self.model.createData()

    def enact(self, *arguments, given=None, limit=600):
        return subprocess.run(
            [self.program, *arguments], cwd=ROOT, input=given, capture_output=True, text=True, timeout=limit
        )

    def ask(self, question, lines):
        asked = self.enact("robot", question, self.file, given="\n".join(map(json.dumps, lines)))
        if asked.returncode:
            raise RuntimeError(asked.stderr.strip())
        return [json.loads(line) for line in asked.stdout.splitlines()]

    def postures(self):
        draw = random.Random(1)
        return [[draw.uniform(low, high) for _, low, high in self.joints] for _ in range(POSES)]

    def truth(self, posture):
        """The tool's pose by Pinocchio; joints that are not the arm's stand at zero."""
        q = pinocchio.neutral(self.model)
        for (name, _, _), value in zip(self.joints, posture):
            joint = self.model.joints[self.model.getJointId(name)]
            # A joint without limits is a point of the unit circle there.
            q[joint.idx_q : joint.idx_q + joint.nq] = (
                value if joint.nq == 1 else [numpy.cos(value), numpy.sin(value)]
            )
        pinocchio.framesForwardKinematics(self.model, self.data, q)
        return self.data.oMf[self.model.getFrameId(self.tool, pinocchio.FrameType.BODY)]


def forward(arm):
    answers = arm.ask("fk", [{"joints": posture} for posture in arm.postures()])
    worst = 0.0
    for posture, answer in zip(arm.postures(), answers):
        truth = arm.truth(posture)
        place = numpy.linalg.norm(truth.translation - answer["position"])
        turn = pinocchio.Quaternion(numpy.array(answer["quaternion_xyzw"])).angularDistance(
            pinocchio.Quaternion(truth.rotation)
        )
        # An angle by its cosine is known to its square root only.
        worst = max(worst, place, turn if turn > 1e-7 else 0.0)
    return worst


def inverse(arm):
    questions = []
    for posture in arm.postures():
        truth = arm.truth(posture)
        turn = list(pinocchio.Quaternion(truth.rotation).coeffs())
        questions.append({"position": list(truth.translation), "quaternion_xyzw": turn})
    solved = 0
    for question, answer in zip(questions, arm.ask("ik", questions)):
        if "joints" in answer:
            truth = arm.truth(answer["joints"][: len(arm.joints)])
            solved += numpy.linalg.norm(truth.translation - question["position"]) < 1e-3
    return solved


def put(arm, folder):
    plan = Path(folder) / "plan.json"
    plan.write_text(json.dumps(PUT))
    ran = arm.enact(
        "run", "put the red cube in the blue bowl", "--robot", arm.file, "--perception", "ground-truth",
        "--plan", str(plan), "--no-record",
    )
    said = (ran.stdout + ran.stderr).strip().splitlines()
    return ran.returncode, said[-1] if said else ""


def main():
    program = str(Path(sys.argv[1] if len(sys.argv) > 1 else "target/debug/enact").resolve())
    chosen, robots, failed = sys.argv[2:], collection(), 0
    for name in ARMS:
        if chosen and not any(part in name for part in chosen):
            continue
        file = robots / name
        try:
            arm = Arm(program, file)
            apart, solved = forward(arm), inverse(arm)
            with tempfile.TemporaryDirectory() as folder:
                code, said = put(arm, folder)
        except (RuntimeError, subprocess.TimeoutExpired) as error:
            failed += 1
            print(f"FAIL {file.name}: {error}", flush=True)
            continue
        sound = apart < 1e-9 and solved >= 0.99 * POSES
        failed += not sound
        print(
            f"{'ok  ' if sound else 'FAIL'} {file.name}: {len(arm.joints)} joints to `{arm.tool}`, loaded in "
            f"{arm.seconds:.1f} s, fk apart {apart:.1e} m, ik {solved} of {POSES}, put: exit {code}, {said}",
            flush=True,
        )
        for warning in arm.warnings:
            print(f"       {warning}", flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
