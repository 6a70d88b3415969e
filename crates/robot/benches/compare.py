#!/usr/bin/env python3
"""Our inverse kinematics beside Pinocchio's damped least squares and the crate `k`, on the same poses.

    python3 crates/robot/benches/compare.py [COUNT [FOLDER]]

It installs `pin` from PyPI into a virtual environment and builds `k` from crates.io, in FOLDER if one
is given, which is kept for the next time, else in a temporary folder that is removed in the end. `k`
stays out of the workspace, since it brings another nalgebra. Every solver starts from home, has the
same limits and the same tolerances (1e-4 m, 1e-3 rad), and may restart from 20 further postures.
"""

import contextlib
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import textwrap

ROOT = pathlib.Path(__file__).resolve().parents[3]
ARMS = {"so101": "gripper_frame_link", "panda": "hand_tcp", "ur5e": "tool0"}
RESTARTS = 20

PINOCCHIO = """
import json, sys, time
import numpy as np, pinocchio as pin

urdf, tool, lines, arm, restarts = sys.argv[1], sys.argv[2], sys.argv[3], int(sys.argv[4]), int(sys.argv[5])
full = pin.buildModelFromUrdf(urdf)
joints = [json.loads(line)["joints"] for line in open(lines)]
home = pin.neutral(full)
locked = list(range(1 + arm, full.njoints))
model = pin.buildReducedModel(full, locked, home)
data, frame = model.createData(), model.getFrameId(tool)
low, high = model.lowerPositionLimit, model.upperPositionLimit
start = np.clip(np.array(json.loads(sys.argv[6])), low, high)
random = np.random.default_rng(4)

def solve(goal):
    for attempt in range(restarts + 1):
        q = start.copy() if attempt == 0 else random.uniform(low, high)
        for _ in range(200):
            pin.forwardKinematics(model, data, q)
            pin.updateFramePlacement(model, data, frame)
            error = pin.log(data.oMf[frame].actInv(goal)).vector
            reached = data.oMf[frame]
            if np.linalg.norm(reached.translation - goal.translation) <= 1e-4 and np.linalg.norm(pin.log3(reached.rotation.T @ goal.rotation)) <= 1e-3:
                return q
            jacobian = pin.computeFrameJacobian(model, data, q, frame, pin.LOCAL)
            jacobian = pin.Jlog6(goal.actInv(reached)) @ jacobian
            step = jacobian.T @ np.linalg.solve(jacobian @ jacobian.T + 1e-6 * np.eye(6), error)
            q = np.clip(pin.integrate(model, q, 0.5 * step), low, high)
    return None

times, solved = [], 0
for q in joints:
    pin.framesForwardKinematics(model, data, np.array(q))
    goal = data.oMf[frame].copy()
    begin = time.perf_counter()
    answer = solve(goal)
    times.append((time.perf_counter() - begin) * 1e6)
    solved += answer is not None
print(f"{100 * solved / len(joints):.2f} % of {len(joints)} poses, {np.median(times):.1f} µs median")
"""

K_MAIN = r"""
use k::prelude::*;
use std::time::Instant;

fn main() {
    let words: Vec<String> = std::env::args().collect();
    let (urdf, tool, lines) = (&words[1], &words[2], &words[3]);
    let arm: usize = words[4].parse().unwrap();
    let restarts: usize = words[5].parse().unwrap();
    let home: Vec<f64> = serde_json::from_str(&words[6]).unwrap();
    let robot = k::Chain::<f64>::from_urdf_file(urdf).unwrap();
    let node = robot.find_link(tool).unwrap();
    let chain = k::SerialChain::from_end(node);
    assert_eq!(chain.dof(), arm);
    let solver = k::JacobianIkSolver::new(1e-4, 1e-3, 0.5, 200);
    let constraints = k::Constraints::default();
    let limits: Vec<(f64, f64)> = chain.iter_joints().map(|joint| {
        let range = joint.limits.unwrap();
        (range.min, range.max)
    }).collect();
    let (mut times, mut solved, mut state) = (Vec::new(), 0, 1u64);
    let text = std::fs::read_to_string(lines).unwrap();
    for line in text.lines() {
        let pose: serde_json::Value = serde_json::from_str(line).unwrap();
        let joints: Vec<f64> = serde_json::from_value(pose["joints"].clone()).unwrap();
        chain.set_joint_positions_clamped(&joints);
        let goal = chain.end_transform();
        let begin = Instant::now();
        let mut found = false;
        for attempt in 0..=restarts {
            let start: Vec<f64> = limits.iter().zip(&home).map(|((low, high), home)| {
                state = state.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
                let share = (state >> 11) as f64 / (1u64 << 53) as f64;
                if attempt == 0 { home.clamp(*low, *high) } else { low + share * (high - low) }
            }).collect();
            chain.set_joint_positions_clamped(&start);
            if solver.solve_with_constraints(&chain, &goal, &constraints).is_ok() {
                let inside = chain.joint_positions().iter().zip(&limits).all(|(at, (low, high))| low <= at && at <= high);
                let reached = chain.end_transform();
                let near = (reached.translation.vector - goal.translation.vector).norm() <= 1e-4
                    && reached.rotation.angle_to(&goal.rotation) <= 1e-3;
                if inside && near {
                    found = true;
                    break;
                }
            }
        }
        times.push(begin.elapsed().as_secs_f64() * 1e6);
        solved += usize::from(found);
    }
    times.sort_by(f64::total_cmp);
    println!("{:.2} % of {} poses, {:.1} µs median", 100.0 * solved as f64 / times.len() as f64, times.len(), times[times.len() / 2]);
}
"""

K_TOML = """
[package]
name = "with-k"
version = "0.0.0"
edition = "2021"
[workspace]
[dependencies]
k = "0.32"
serde_json = "1"
"""


def run(*command, **options):
    return subprocess.run(command, check=True, text=True, **options)


def prepare(folder):
    """Pinocchio and `k` in `folder`: the commands that run them."""
    python, with_k = folder / "venv/bin/python", folder / "target/release/with-k"
    if not python.exists():
        run(sys.executable, "-m", "venv", folder / "venv")
    run(python, "-m", "pip", "install", "-q", "pin")
    script = folder / "damped_least_squares.py"
    script.write_text(textwrap.dedent(PINOCCHIO))
    (folder / "src").mkdir(exist_ok=True)
    for file, text in [("src/main.rs", K_MAIN), ("Cargo.toml", K_TOML)]:
        if not (folder / file).exists() or (folder / file).read_text() != text:
            (folder / file).write_text(text)
    run("cargo", "build", "-q", "--release", "--manifest-path", folder / "Cargo.toml", "--target-dir", folder / "target")
    return {"pinocchio": [python, script], "k": [with_k]}


def measured(line):
    """Share of poses solved in percent and median time in microseconds, from a printed line."""
    return [float(re.search(pattern, line).group(1)) for pattern in (r"([\d.]+) %", r"([\d.]+) µs median")]


def compare(count, folder):
    others = prepare(folder)
    bench = ["cargo", "bench", "-q", "--profile", "dev", "-p", "enact-robot", "--bench", "inverse", "--", count, str(folder)]
    ours = run(*bench, cwd=ROOT, stdout=subprocess.PIPE).stdout.splitlines()
    for (name, tool), line in zip(ARMS.items(), ours):
        print(f"enact, {line}", flush=True)
        right, micros = measured(line)
        home = (folder / f"{name}.home.json").read_text()
        arguments = [ROOT / "robots" / name / "robot.urdf", tool, folder / f"{name}.jsonl", str(len(json.loads(home))), str(RESTARTS), home]
        for label, command in others.items():
            done = run(*command, *arguments, stdout=subprocess.PIPE, env={**os.environ, "OMP_NUM_THREADS": "1"})
            their_right, their_micros = measured(done.stdout)
            ratio = f"enact is {their_micros / micros:.1f} times as fast, {right - their_right:+.2f} percentage points right"
            print(f"{label}, {name}: {done.stdout.strip()}; {ratio}", flush=True)


def main():
    count = sys.argv[1] if len(sys.argv) > 1 else "10000"
    kept = pathlib.Path(sys.argv[2]).resolve() if len(sys.argv) > 2 else None
    with contextlib.nullcontext(kept) if kept else tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        folder.mkdir(parents=True, exist_ok=True)
        compare(count, folder)


if __name__ == "__main__":
    main()
