"""Pictures and plans as batches. The folder is written by `enact dataset`."""

import json
import math
import random
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import numpy as np
import torch
from tokenizers import Tokenizer
from torch import Tensor

from . import chat
from .paste import CutOut, composed, cut_out
from .sensor import photographed
from .targets import Labels, PictureTargets, SeenObject
from .view import View
from .vision import VisionConfig

IGNORED = -100
"""Marks a position whose next token is not learned."""
MOST_OBJECTS = 8
"""Batches have room for lists of so many objects, and so keep their shape."""
WILD = "wild"
"""The look of data sets that leave the sensor to the recipe."""
LEAST_WHOLE = 0.97
"""Visible share of a thing that can be cut out."""
TRIES = 12
"""Frames that are looked at for a thing."""
MARGIN = 4
"""Points are not moved closer than this to the edge, pixels."""


@dataclass(frozen=True)
class TextBatch:
    """Tokens, and at each position the token that should follow."""

    ids: Tensor
    following: Tensor


@dataclass(frozen=True)
class PictureBatch:
    """8-bit pictures (batch, height, width, 3), what they show, and the list to be written."""

    pictures: Tensor
    targets: PictureTargets
    text: TextBatch


class Frames:
    """Rendered pictures of one or several data sets with the objects that can be seen in them. With
    `backdrops`, see there, every wild one is composed anew each time it is used."""

    def __init__(
        self,
        folders: list[Path],
        tokenizer: Tokenizer,
        vision: VisionConfig,
        backdrops: np.ndarray | None = None,
    ):
        self.backdrops = backdrops
        self.pictures: list[np.ndarray] = []
        self.shown: list[np.ndarray] = []
        self.objects: list[list[SeenObject]] = []
        self.is_wild: list[bool] = []
        self.width, self.grid = vision.image, vision.grid
        self.folders: set[Path] = set()
        self.add(folders)
        self.labels = Labels.found_in(self.objects)
        self.tokenizer = tokenizer
        self.request = chat.picture_request(tokenizer)
        self.picture_start = self.request.index(tokenizer.token_to_id("<image_soft_token>"))
        longest = max([*self.objects, [ANY_OBJECT] * MOST_OBJECTS], key=len)
        answer = chat.answer(tokenizer, write_list(longest))
        self.length = -(-(len(self.request) + len(answer)) // 8) * 8

    def add(self, folders: list[Path]) -> None:
        """Takes up data sets that are not among the others yet."""
        for folder in folders:
            if folder in self.folders:
                continue
            pictures, shown, objects, is_wild = _read_frames(folder)
            if len(pictures) and pictures.shape[2] != self.width:
                wide = pictures.shape[2]
                raise ValueError(f"pictures are {wide} wide, the model takes {self.width}")
            if is_wild and len(pictures) and shown.shape != pictures.shape[:3]:
                raise ValueError(f"{folder}: pictures and what they show differ in size")
            self.pictures += list(pictures)
            self.shown += list(shown)
            self.objects += objects
            self.is_wild += [is_wild] * len(objects)
            self.folders.add(folder)

    def __len__(self) -> int:
        return len(self.objects)

    def batch(self, indices: list[int], choose: random.Random) -> PictureBatch:
        """The frames at `indices`, each varied by chance."""
        varied = [self._varied(index, choose) for index in indices]
        scenes = [objects for _, objects in varied]
        texts = [
            (self.request, chat.answer(self.tokenizer, write_list(objects))) for objects in scenes
        ]
        return PictureBatch(
            torch.from_numpy(np.stack([picture for picture, _ in varied])),
            PictureTargets.of(scenes, self.labels, self.width, self.grid),
            pad_texts(texts, self.length),
        )

    def as_taken(self, index: int) -> np.ndarray:
        """The frame as a camera took it: always the same one."""
        picture = self.pictures[index]
        return photographed(picture, random.Random(index)) if self.is_wild[index] else picture

    def _varied(self, index: int, choose: random.Random) -> tuple[np.ndarray, list[SeenObject]]:
        """The frame, perhaps mirrored, and moved a little; a wild one as a camera takes it."""
        if self.is_wild[index] and self.backdrops is not None:
            view = composed(
                self.view(index, mirrored=choose.random() < 0.5),
                choose,
                self.backdrops,
                lambda: self.any_thing(choose),
                MOST_OBJECTS,
            )
            return photographed(view.picture, choose), view.objects
        picture, objects = self.pictures[index], self.objects[index]
        if choose.random() < 0.5:
            picture = picture[:, ::-1]
            objects = [seen.mirrored(self.width) for seen in objects]
        right = _shift(choose, [seen.pixel[0] for seen in objects], self.width)
        down = _shift(choose, [seen.pixel[1] for seen in objects], self.width)
        at = np.arange(self.width)
        rows, columns = (np.clip(at - by, 0, self.width - 1) for by in (down, right))
        picture = picture[rows][:, columns]
        if self.is_wild[index]:
            picture = photographed(picture, choose)
        return picture, [seen.moved(right, down, self.width) for seen in objects]

    def view(self, index: int, mirrored: bool = False) -> View:
        """A wild frame with what each of its pixels shows, or its mirror image."""
        if not mirrored:
            return View(self.pictures[index], self.shown[index], self.objects[index])
        objects = [seen.mirrored(self.width) for seen in self.objects[index]]
        return View(self.pictures[index][:, ::-1], self.shown[index][:, ::-1], objects)

    def any_thing(self, choose: random.Random) -> CutOut | None:
        """Something that stands in some wild frame with nothing before it; none if luck is bad."""
        for _ in range(TRIES):
            index = choose.randrange(len(self))
            if not self.is_wild[index] or not self.objects[index]:
                continue
            number = choose.randrange(len(self.objects[index]))
            if self.objects[index][number].visible >= LEAST_WHOLE:
                if thing := cut_out(self.view(index), number + 1):
                    return thing
        return None


def _shift(choose: random.Random, positions: list[float], width: int) -> int:
    """By how many pixels all can move without any leaving the picture."""
    most = width // 28
    low = max(-most, math.ceil(MARGIN - min(positions, default=width)))
    high = min(most, math.floor(width - MARGIN - max(positions, default=0)))
    return choose.randint(low, high) if low <= high else 0


def finished(folder: Path) -> list[Path]:
    """The data sets in a folder that are complete: their description is written last."""
    return sorted(described.parent for described in folder.glob("*/dataset.json"))


def _read_frames(
    folder: Path,
) -> tuple[np.ndarray, np.ndarray, list[list[SeenObject]], bool]:
    described = json.loads((folder / "dataset.json").read_text(encoding="utf-8"))
    shape = (described["frames"], described["height"], described["width"], 3)
    is_wild = described.get("look") == WILD
    if not described["frames"]:
        return np.empty(shape, np.uint8), np.empty(shape[:3], np.uint8), [], is_wild
    pictures = np.memmap(folder / "frames.rgb", np.uint8, mode="r", shape=shape)
    with open(folder / "frames.jsonl", encoding="utf-8") as lines:
        objects = [_read_objects(json.loads(line)) for line in lines]
    if len(objects) != len(pictures):
        raise ValueError(f"{folder}: {len(objects)} descriptions of {len(pictures)} frames")
    return pictures, read_shown(folder), objects, is_wild


def read_shown(folder: Path) -> np.ndarray:
    """For each picture, the number of the object at each pixel of the camera, from 1; 0 if none."""
    described = json.loads((folder / "dataset.json").read_text(encoding="utf-8"))
    width, height = described["camera"]
    shape = (described["frames"], height, width)
    return np.memmap(folder / "frames.ids", np.uint8, mode="r", shape=shape)


def _read_objects(described: dict) -> list[SeenObject]:
    objects = [
        SeenObject(
            seen["label"],
            tuple(seen["point"]),
            tuple(seen["pixel"]),
            seen["radius"],
            seen.get("visible", 1.0),
        )
        for seen in described["objects"]
    ]
    if write_list(objects) != described["target"]:
        raise ValueError(f"the list is not in reading order: {described['target']}")
    return objects


ANY_OBJECT = SeenObject("red cube", (500, 500), (0.0, 0.0), 0.0)


def write_list(objects: list[SeenObject]) -> str:
    """The answer to a picture: compact JSON in reading order."""
    ordered = sorted(objects, key=lambda seen: seen.point)
    entries = [{"point": list(seen.point), "label": seen.label} for seen in ordered]
    return json.dumps(entries, separators=(",", ":"))


class Plans:
    """Situations in words with the plan that suits them, in groups of similar length."""

    BUCKETS = (56, 72, 96, 128, 192, 288)
    """Longest sequence of each group, tokens; anything longer is left out."""

    def __init__(self, folders: list[Path], tokenizer: Tokenizer):
        self.groups: dict[int, list[tuple[np.ndarray, np.ndarray]]] = {}
        self.too_long = 0
        for folder in folders:
            with open(folder / "plans.jsonl", encoding="utf-8") as lines:
                # Encodings are large until only their numbers are kept.
                while some := [json.loads(line) for line in islice(lines, 10_000)]:
                    self._add(some, tokenizer)

    def _add(self, plans: list[dict], tokenizer: Tokenizer) -> None:
        prompts = _encode_all(tokenizer, [f"<bos><user>{p['prompt']}<model>" for p in plans])
        answers = _encode_all(tokenizer, [f"{p['completion']}<eos>" for p in plans])
        for pair in zip(prompts, answers, strict=True):
            length = sum(map(len, pair))
            bucket = next((edge for edge in self.BUCKETS if length <= edge), None)
            if bucket is None:
                self.too_long += 1
            else:
                self.groups.setdefault(bucket, []).append(pair)

    def batch(self, choose: random.Random, tokens: int) -> TextBatch:
        """About `tokens` tokens of plans of one group; groups in proportion to their size."""
        edges = sorted(self.groups)
        weights = [len(self.groups[edge]) * edge for edge in edges]
        edge = choose.choices(edges, weights)[0]
        rows = max(1, round(tokens / edge))
        return pad_texts(choose.choices(self.groups[edge], k=rows), edge)


def _encode_all(tokenizer: Tokenizer, texts: list[str]) -> list[np.ndarray]:
    encodings = tokenizer.encode_batch(texts, add_special_tokens=False)
    return [np.array(encoding.ids, np.int16) for encoding in encodings]


def pad_texts(pairs: list[tuple], length: int) -> TextBatch:
    """Requests with their answers, filled up to `length`; only answers are learned."""
    ids = np.zeros((len(pairs), length), np.int64)
    following = np.full((len(pairs), length), IGNORED, np.int64)
    for row, (request, answer) in enumerate(pairs):
        start, stop = len(request), len(request) + len(answer)
        ids[row, :start] = request
        ids[row, start:stop] = answer
        following[row, start - 1 : stop - 1] = answer
    return TextBatch(torch.from_numpy(ids), torch.from_numpy(following))
