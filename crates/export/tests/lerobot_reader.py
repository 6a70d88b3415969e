"""Loads an exported data set with LeRobot itself, or, without it, with pandas.

    pip install lerobot            # or: pip install pandas pyarrow pillow
    python crates/export/tests/lerobot_reader.py DIR

Exits with an error if shapes, times or counts are not what `meta/info.json` says.
"""

import io
import json
import sys
from pathlib import Path

import numpy
import pandas
from PIL import Image


def by_pandas(folder, info):
    def read(name):
        return pandas.concat(pandas.read_parquet(path) for path in sorted((folder / name).rglob("*.parquet")))

    rows = read("data")
    tasks = pandas.read_parquet(folder / "meta/tasks.parquet")
    episodes = read("meta/episodes")
    assert len(rows) == info["total_frames"] and len(tasks) == info["total_tasks"]
    assert tasks.index.name == "task" and list(tasks["task_index"]) == list(range(len(tasks)))
    kept = {name for name, feature in info["features"].items() if feature["dtype"] != "video"}
    assert kept == set(rows.columns), kept ^ set(rows.columns)
    joints = info["features"]["observation.state"]["shape"][0]
    for column in ("observation.state", "action"):
        values = numpy.stack(rows[column])
        assert values.shape == (len(rows), joints) and numpy.isfinite(values).all()
    for _, episode in episodes.iterrows():
        part = rows[rows["episode_index"] == episode["episode_index"]]
        assert len(part) == episode["length"]
        times = numpy.arange(len(part)) / info["fps"]
        assert numpy.allclose(part["timestamp"], times, atol=1e-4)
        assert (part["index"] == range(episode["dataset_from_index"], episode["dataset_to_index"])).all()
    for name, feature in info["features"].items():
        if feature["dtype"] == "image":
            pictures = [Image.open(io.BytesIO(row["bytes"])) for row in rows[name]]
            height, width, _ = feature["shape"]
            assert pictures[0].mode == ("F" if feature["shape"][2] == 1 else "RGB")
            assert all(picture.size == (width, height) for picture in pictures)
            print(f"{len(pictures)} pictures, {len(set(row['bytes'] for row in rows[name]))} of them different")
    print(f"pandas: {len(rows)} rows of {len(episodes)} episodes are well")


def by_lerobot(folder, info):
    from lerobot.datasets.lerobot_dataset import LeRobotDataset

    dataset = LeRobotDataset("enact/run", root=folder)
    assert dataset.num_frames == info["total_frames"] == len(dataset)
    assert dataset.fps == info["fps"]
    step = dataset[1]["timestamp"] - dataset[0]["timestamp"]
    assert abs(float(step) - 1 / info["fps"]) < 1e-4
    for name, feature in info["features"].items():
        shape = tuple(dataset[0][name].shape)
        wanted = tuple(feature["shape"])
        if feature["dtype"] in ("image", "video"):
            wanted = (wanted[2], *wanted[:2])
        assert shape == wanted or (shape, wanted) == ((), (1,)), (name, shape, wanted)
    print(f"LeRobot: {len(dataset)} samples, task `{dataset[0]['task']}`")


if __name__ == "__main__":
    root = Path(sys.argv[1])
    meta = json.loads((root / "meta/info.json").read_text())
    by_pandas(root, meta)
    try:
        import lerobot  # noqa: F401
    except ImportError:
        print("lerobot is not installed")
    else:
        by_lerobot(root, meta)
