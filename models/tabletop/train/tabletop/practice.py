"""Plans that worked in physics, as a data set to learn from: rejection sampling.

    enact eval models/tabletop/train/practice.toml --seed 3 --temperature 0.7 --out ONE
    enact eval models/tabletop/train/practice.toml --seed 3 --temperature 0.7 --out TWO
    python -m tabletop.practice --tried ONE TWO --out PRACTICED

Of the episodes that `enact eval --out` kept, those that reached their goal are taken, and of
them the answers whose every step worked. What every try solved teaches little and is kept but
now and then, lest it be forgotten; an answer that is common is kept a few times only.
"""

import argparse
import json
from collections import Counter
from pathlib import Path

from .vision import VisionConfig

MOST_OF_ONE = 3
"""How often the same answer to the same task is kept."""
SOLVED_KEPT = 4
"""Of as many episodes that every try solved, one is kept."""


def worked(folders: list[Path]) -> list[dict]:
    """The answers worth learning, as lines of `plans.jsonl`. All folders hold tries of the same
    episodes."""
    tries = [record for folder in folders for record in _records(folder)]
    hard = {record["episode"] for record in tries if not record["success"]}
    plans = []
    seen: Counter = Counter()
    for record in tries:
        teaches = record["episode"] in hard or record["episode"] % SOLVED_KEPT == 0
        if not (record["success"] and teaches):
            continue
        for asked in record["asked"]:
            key = record["task"], asked["prompt"], asked["completion"]
            if not asked["worked"] or seen[key] == MOST_OF_ONE:
                continue
            seen[key] += 1
            plan = {key: asked[key] for key in ("prompt", "completion")}
            plans.append(plan | {"kind": record["task"]})
    return plans


def _records(folder: Path) -> list[dict]:
    with open(folder / "episodes.jsonl", encoding="utf-8") as lines:
        return [json.loads(line) for line in lines if line.strip()]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tried", type=Path, required=True, nargs="+", help="kept by enact eval")
    parser.add_argument("--out", type=Path, required=True, help="folder to write")
    arguments = parser.parse_args()
    plans = worked(arguments.tried)
    arguments.out.mkdir(parents=True, exist_ok=True)
    with open(arguments.out / "plans.jsonl", "w", encoding="utf-8") as lines:
        lines.writelines(json.dumps(plan, ensure_ascii=False) + "\n" for plan in plans)
    size = VisionConfig().image
    summary = {"frames": 0, "width": size, "height": size, "plans": len(plans)}
    (arguments.out / "dataset.json").write_text(json.dumps(summary) + "\n", encoding="utf-8")
    (arguments.out / "frames.jsonl").write_text("", encoding="utf-8")
    (arguments.out / "frames.rgb").write_bytes(b"")
    print(f"{len(plans)} answers: {dict(Counter(plan['kind'] for plan in plans))}")


if __name__ == "__main__":
    main()
