"""A picture with what it shows, and how it looks through another frame: nearer or turned.

A pixel's place is that of its upper left corner: the middle of the first is at 0.5."""

import math
import random
from dataclasses import dataclass, replace

import numpy as np
from PIL import Image, ImageFilter

from .targets import SeenObject

LEAST_PIXELS = 30
"""Smallest number of visible pixels of a listed object, as in the renderer of wild tables."""
LEAST_VISIBLE = 0.3
"""Smallest share of an object that is still listed."""


@dataclass(frozen=True)
class View:
    """A square picture with its objects."""

    picture: np.ndarray
    """8-bit, (height, width, 3)."""
    shown: np.ndarray
    """At each pixel the number, from 1, of the object there; 0 for anything else."""
    objects: list[SeenObject]


@dataclass(frozen=True)
class Framing:
    """Where each place of a new picture is in the old one: a plane seen from elsewhere."""

    old_from_new: np.ndarray

    @classmethod
    def of_corners(cls, corners: np.ndarray, width: int) -> "Framing":
        """The corners of a new picture, clockwise from the upper left, in the old one."""
        square = np.array([(0, 0), (width, 0), (width, width), (0, width)], float)
        rows, values = [], []
        for (x, y), (u, v) in zip(square, corners, strict=True):
            rows += [(x, y, 1, 0, 0, 0, -u * x, -u * y), (0, 0, 0, x, y, 1, -v * x, -v * y)]
            values += [u, v]
        return cls(np.append(np.linalg.solve(rows, values), 1).reshape(3, 3))

    def new_from_old(self, place: tuple[float, float]) -> tuple[float, float]:
        """Where a place of the old picture is in the new one."""
        x, y, w = np.linalg.solve(self.old_from_new, [*place, 1.0])
        return x / w, y / w

    def growth(self, place: tuple[float, float]) -> float:
        """How many times as large an area at a place of the old picture is in the new one."""
        right, down = (place[0] + 1, place[1]), (place[0], place[1] + 1)
        at, right, down = (np.array(self.new_from_old(p)) for p in (place, right, down))
        (a, b), (c, d) = right - at, down - at
        return abs(a * d - b * c)

    def apply(self, image: Image.Image, filtered: Image.Resampling) -> Image.Image:
        """The new picture; black where there was none."""
        coefficients = self.old_from_new.flatten()[:8]
        return image.transform(image.size, Image.Transform.PERSPECTIVE, coefficients, filtered)


def any_framing(choose: random.Random, width: int, around: tuple[float, float]) -> Framing:
    """Up to nearly twice as near, or half as near, about a place; often stretched or skewed."""
    zoom = math.exp(choose.uniform(math.log(0.5), math.log(1.9)))
    stretch = math.exp(choose.gauss(0, 0.12))
    half = np.array([width / 2 / zoom * stretch, width / 2 / zoom / stretch])
    turn = choose.gauss(0, 0.3 if choose.random() < 0.15 else 0.06)
    skew = 0.1 if choose.random() < 0.5 else 0.0
    middle = []
    for place, reach in zip(around, half, strict=True):
        # Nearer, the frame stays within the picture; farther, the picture stays within the frame.
        low, high = sorted((reach, width - reach))
        wanted = place + choose.uniform(-0.8, 0.8) * reach
        middle.append(min(max(wanted, low), high))
    cos, sin = math.cos(turn), math.sin(turn)
    turned = np.array([(cos, -sin), (sin, cos)])
    corners = []
    for side in ((-1, -1), (1, -1), (1, 1), (-1, 1)):
        moved = np.array([s * (1 + choose.uniform(-skew, skew)) for s in side])
        corners.append(np.array(middle) + turned @ (moved * half))
    return Framing.of_corners(np.array(corners), width)


def reframed(view: View, framing: Framing, behind: np.ndarray) -> View:
    """The view through another frame, with the picture `behind` where it shows nothing."""
    width = view.picture.shape[1]
    picture = Image.fromarray(view.picture)
    shrinks = framing.growth((width / 2, width / 2)) ** 0.5
    if shrinks < 0.85:
        picture = picture.filter(ImageFilter.GaussianBlur(float(0.45 / shrinks)))
    picture = np.asarray(framing.apply(picture, Image.Resampling.BILINEAR))
    whole = Image.fromarray(np.full(view.shown.shape, 255, np.uint8))
    is_there = np.asarray(framing.apply(whole, Image.Resampling.NEAREST)) > 0
    shown = Image.fromarray(view.shown)
    shown = np.asarray(framing.apply(shown, Image.Resampling.NEAREST))
    before = np.bincount(view.shown.ravel(), minlength=256)
    now = np.bincount(shown.ravel(), minlength=256)
    kept, numbers = [], np.zeros(256, np.uint8)
    for number, seen in enumerate(view.objects, 1):
        expected = before[number] * framing.growth(seen.pixel)
        if now[number] >= LEAST_PIXELS and now[number] >= LEAST_VISIBLE * expected:
            place = within(framing.new_from_old(seen.pixel), shown == number)
            radius = (now[number] / math.pi) ** 0.5
            kept.append(placed(seen, place, radius, width))
            numbers[number] = len(kept)
    picture = np.where(is_there[..., None], picture, behind)
    return View(picture, numbers[shown], kept)


def within(place: tuple[float, float], mask: np.ndarray) -> tuple[float, float]:
    """The place if the mask covers it, otherwise the covered pixel closest to the mask's middle."""
    column, row = (math.floor(each) for each in place)
    height, width = mask.shape
    if 0 <= row < height and 0 <= column < width and mask[row, column]:
        return place
    rows, columns = np.nonzero(mask)
    closest = np.argmin(np.hypot(rows - rows.mean(), columns - columns.mean()))
    return float(columns[closest]) + 0.5, float(rows[closest]) + 0.5


def placed(seen: SeenObject, place: tuple[float, float], radius: float, width: int) -> SeenObject:
    """An object at another place of a picture, that large."""
    point = round(place[1] / width * 1000), round(place[0] / width * 1000)
    return replace(seen, point=point, pixel=place, radius=radius)
