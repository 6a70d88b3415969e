"""Cut, paste and learn (Dwibedi et al. 2017): things that were rendered on one table stand on
another one, or on what a photograph shows; and what nobody lists lies among them."""

import math
import random
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

from .targets import SeenObject
from .view import Framing, View, any_framing, placed, reframed

WIDTHS = 0.022, 0.26
"""Of what is pasted, as shares of the picture's."""
LARGEST_GROWTH = 1.5
"""Nothing is enlarged further: it would be blurred."""
LEAST_CUT = 120
"""Pixels of a thing that is worth cutting out."""
TRIES = 6
"""Places that are tried for a thing."""
MOST_COVERED = 0.4
"""Share of a thing that another may cover."""
KEPT_FREE = 3
"""Pixels around the point of a thing that nothing covers."""
PHOTOGRAPHIC = 0.22
"""Share of pictures in which things stand on a photograph instead."""
REFRAMED = 0.75
"""Share of the others that are seen through another frame."""
SKIN = (224, 172, 140), (198, 134, 98), (141, 85, 50), (90, 56, 37)


@dataclass(frozen=True)
class CutOut:
    """A thing without its surroundings."""

    picture: np.ndarray
    mask: np.ndarray
    """Where it is."""
    seen: SeenObject
    point: tuple[float, float]
    """Column and row of its point within, pixels."""


def cut_out(view: View, number: int, edge: int = 2) -> CutOut | None:
    """The object of that number, from 1; none if the picture cuts it off or it is tiny."""
    mask = view.shown == number
    rows, columns = mask.any(1).nonzero()[0], mask.any(0).nonzero()[0]
    if not len(rows):
        return None
    (top, bottom), (left, right) = (rows[0], rows[-1] + 1), (columns[0], columns[-1] + 1)
    height, width = mask.shape
    is_cut = min(top, left) < edge or bottom > height - edge or right > width - edge
    if is_cut or mask.sum() < LEAST_CUT:
        return None
    seen = view.objects[number - 1]
    area = np.s_[top - edge : bottom + edge, left - edge : right + edge]
    point = seen.pixel[0] - left + edge, seen.pixel[1] - top + edge
    return CutOut(view.picture[area], mask[area], seen, point)


def resized(thing: CutOut, choose: random.Random, width: int) -> CutOut:
    """The thing at another size, slightly stretched, perhaps mirrored, in somewhat other light."""
    low, high = (math.log(share * width) for share in WIDTHS)
    wanted = math.exp(choose.uniform(low, high))
    if thing.seen.label.endswith(("bowl", "tray")):
        wanted = max(wanted * 1.5, 12)
    rows, columns = thing.mask.shape
    growth = min(wanted / columns, LARGEST_GROWTH)
    stretch = math.exp(choose.gauss(0, 0.08))
    size = max(5, round(columns * growth * stretch)), max(5, round(rows * growth / stretch))
    picture = Image.fromarray(thing.picture).resize(size, Image.Resampling.BILINEAR)
    mask = Image.fromarray(thing.mask.astype(np.uint8) * 255)
    mask = mask.resize(size, Image.Resampling.BILINEAR)
    picture, mask = np.asarray(picture), np.asarray(mask) > 127
    point = thing.point[0] * size[0] / columns, thing.point[1] * size[1] / rows
    if choose.random() < 0.5:
        picture, mask = picture[:, ::-1], mask[:, ::-1]
        point = size[0] - point[0], point[1]
    return CutOut(relit(picture, choose), mask, thing.seen, point)


def relit(picture: np.ndarray, choose: random.Random) -> np.ndarray:
    """Somewhat brighter or darker, paler or stronger, and of a hue that has the same name."""
    hsv = np.asarray(Image.fromarray(np.ascontiguousarray(picture)).convert("HSV"), np.float32)
    hue = (hsv[..., 0] + choose.uniform(-3, 3)) % 256
    saturation = hsv[..., 1] * choose.uniform(0.75, 1.15)
    value = 255 * (hsv[..., 2] / 255) ** math.exp(choose.uniform(-0.3, 0.3))
    changed = np.stack([hue, saturation.clip(0, 255), value.clip(0, 255)], -1).astype(np.uint8)
    return np.asarray(Image.fromarray(changed, "HSV").convert("RGB"))


def pasted(view: View, thing: CutOut, choose: random.Random) -> View:
    """The view with the thing somewhere in it, where it hides no other; as it was without room."""
    width = view.picture.shape[1]
    rows, columns = thing.mask.shape
    if rows + 4 > width or columns + 4 > width:
        return view
    for _ in range(TRIES):
        top, left = choose.randint(2, width - rows - 2), choose.randint(2, width - columns - 2)
        mask = np.zeros(view.shown.shape, bool)
        mask[top : top + rows, left : left + columns] = thing.mask
        if hides_nothing(view, mask):
            break
    else:
        return view
    area = np.zeros_like(view.picture)
    area[top : top + rows, left : left + columns] = thing.picture
    picture = laid_over(shaded(view.picture, mask, choose), area, mask, choose)
    shown = np.where(mask, np.uint8(len(view.objects) + 1), view.shown)
    radius = (mask.sum() / math.pi) ** 0.5
    place = left + thing.point[0], top + thing.point[1]
    return View(picture, shown, [*view.objects, placed(thing.seen, place, radius, width)])


def hides_nothing(view: View, mask: np.ndarray) -> bool:
    """Whether what lies under the mask leaves enough of every object, its point above all."""
    covered = np.bincount(view.shown[mask], minlength=256)
    for number, seen in enumerate(view.objects, 1):
        column, row = (int(each) for each in seen.pixel)
        near = np.s_[
            max(0, row - KEPT_FREE) : row + KEPT_FREE + 1,
            max(0, column - KEPT_FREE) : column + KEPT_FREE + 1,
        ]
        if mask[near].any():
            return False
        if covered[number] and covered[number] > MOST_COVERED * (view.shown == number).sum():
            return False
    return True


def shaded(picture: np.ndarray, mask: np.ndarray, choose: random.Random) -> np.ndarray:
    """The picture with the shadow of what will be at the mask."""
    if choose.random() < 0.25 or not mask.any():
        return picture
    size = float(mask.sum()) ** 0.5
    right, down = (round(choose.uniform(low, 0.3) * size) for low in (-0.3, 0.0))
    blur = max(0.8, choose.uniform(0.03, 0.2) * size)
    window = around(mask, round(0.3 * size + 2 * blur) + 1)
    shadow = np.roll(mask[window], (down, right), (0, 1)).astype(np.uint8) * 255
    shadow = Image.fromarray(shadow).filter(ImageFilter.GaussianBlur(blur))
    light = 1 - choose.uniform(0.1, 0.6) / 255 * np.asarray(shadow, np.float32)[..., None]
    shaded = picture.copy()
    shaded[window] = picture[window] * light
    return shaded


def laid_over(
    picture: np.ndarray, above: np.ndarray, mask: np.ndarray, choose: random.Random
) -> np.ndarray:
    """One picture over another where the mask is, with an edge that is hard or soft."""
    if not mask.any():
        return picture
    window = around(mask, 3)
    soft = Image.fromarray(mask[window].astype(np.uint8) * 255)
    soft = soft.filter(ImageFilter.GaussianBlur(choose.uniform(0.3, 0.9)))
    under, over = picture[window].astype(np.float32), above[window].astype(np.float32)
    # Beyond its edge there is nothing of the thing to be mixed in.
    share = np.asarray(soft, np.float32)[..., None] / 255 * over.any(-1, keepdims=True)
    laid = picture.copy()
    laid[window] = under + share * (over - under) + 0.5
    return laid


def around(mask: np.ndarray, margin: int) -> tuple[slice, slice]:
    """The smallest part of a picture that holds the mask, and some pixels about it."""
    spans = (mask.any(axis).nonzero()[0] for axis in (1, 0))
    return tuple(slice(max(0, span[0] - margin), span[-1] + margin + 1) for span in spans)


def cluttered(view: View, choose: random.Random, backdrops: np.ndarray) -> View:
    """The view with an arm or hand that reaches in, a cable, or a scrap of something printed, where
    it hides nothing that is listed."""
    width = view.picture.shape[1]
    for _ in range(TRIES):
        stencil = Image.new("L", (width, width))
        draw = ImageDraw.Draw(stencil)
        kind = choose.random()
        if kind < 0.45:
            thickness = choose.uniform(0.04, 0.22) * width
            _reach(draw, choose, width, thickness)
            fill = _skin(choose, width) if choose.random() < 0.5 else _plain(choose, width)
        elif kind < 0.7:
            _reach(draw, choose, width, choose.uniform(0.006, 0.02) * width)
            fill = _plain(choose, width)
        else:
            _scrap(draw, choose, width)
            fill = any_backdrop(choose, backdrops, width)
        mask = np.asarray(stencil) > 127
        if hides_nothing(view, mask):
            picture = laid_over(shaded(view.picture, mask, choose), fill, mask, choose)
            shown = np.where(mask, np.uint8(0), view.shown)
            return View(picture, shown, view.objects)
    return view


def _reach(draw: ImageDraw.ImageDraw, choose: random.Random, width: int, thickness: float) -> None:
    """A bent strip from an edge towards the middle, round at its joints."""
    at = choose.choice([(choose.random(), -0.05), (choose.random(), 1.05), (-0.05, choose.random()),
                        (1.05, choose.random())])
    at = np.array(at) * width
    towards = np.array([choose.uniform(0.2, 0.8), choose.uniform(0.2, 0.8)]) * width - at
    angle = math.atan2(towards[1], towards[0])
    for _ in range(choose.randint(1, 4)):
        step = choose.uniform(0.1, 0.35) * width
        after = at + step * np.array([math.cos(angle), math.sin(angle)])
        draw.line([*at, *after], fill=255, width=max(2, round(thickness)))
        for x, y in (at, after):
            half = thickness / 2
            draw.ellipse((x - half, y - half, x + half, y + half), fill=255)
        at, angle = after, angle + choose.gauss(0, 0.6)
        thickness *= choose.uniform(0.7, 1.1)


def _scrap(draw: ImageDraw.ImageDraw, choose: random.Random, width: int) -> None:
    """A polygon about a place."""
    middle = np.array([choose.random(), choose.random()]) * width
    size = choose.uniform(0.08, 0.35) * width
    angles = sorted(choose.uniform(0, math.tau) for _ in range(choose.randint(4, 8)))
    reach = [size * choose.uniform(0.5, 1) for _ in angles]
    corners = [
        (middle[0] + r * math.cos(a), middle[1] + 0.7 * r * math.sin(a))
        for a, r in zip(angles, reach, strict=True)
    ]
    draw.polygon(corners, fill=255)


def _skin(choose: random.Random, width: int) -> np.ndarray:
    tone = np.array(choose.choice(SKIN)) * choose.uniform(0.8, 1.15)
    return _gradient(choose, width, tone)


def _plain(choose: random.Random, width: int) -> np.ndarray:
    """Mostly black, white or gray, as cables and robots are, and at times of any color."""
    if choose.random() < 0.55:
        tone = np.full(3, choose.choice([20, 40, 90, 150, 215, 240])) + choose.uniform(-15, 15)
    else:
        tone = np.array([choose.uniform(20, 250) for _ in range(3)])
    return _gradient(choose, width, tone)


def _gradient(choose: random.Random, width: int, tone: np.ndarray) -> np.ndarray:
    """A color in light that changes over the picture."""
    angle, strength = choose.uniform(0, math.tau), choose.uniform(0, 1.2)
    at = (np.arange(width) - width / 2) / width
    slope = math.cos(angle) * at[None] + math.sin(angle) * at[:, None]
    light = 1 + strength * slope + 0.08 * np.sin(at * choose.uniform(5, 60))[None]
    return (light[..., None] * tone).clip(1, 255).astype(np.uint8)


def any_backdrop(choose: random.Random, backdrops: np.ndarray, width: int) -> np.ndarray:
    """Part of a photograph, perhaps mirrored or turned, as bright as some table is."""
    picture = backdrops[choose.randrange(len(backdrops))]
    side = choose.randint(picture.shape[0] // 3, picture.shape[0])
    top, left = (choose.randint(0, picture.shape[0] - side) for _ in range(2))
    picture = np.rot90(picture[top : top + side, left : left + side], choose.randrange(4))
    if choose.random() < 0.5:
        picture = picture[:, ::-1]
    image = Image.fromarray(np.ascontiguousarray(picture)).resize((width, width))
    image = np.asarray(image)
    mean = min(max(float(image[::4, ::4].mean()) / 255, 0.05), 0.95)
    gamma = math.log(choose.uniform(0.2, 0.8)) / math.log(mean)
    levels = np.arange(256) / 255
    return (1 + 254 * levels ** min(max(gamma, 0.4), 2.5)).astype(np.uint8)[image]


def photographic_table(choose: random.Random, backdrops: np.ndarray, width: int) -> View:
    """An empty table top as a photograph shows it, often with an edge and a room behind."""
    picture = any_backdrop(choose, backdrops, width)
    if choose.random() < 0.6:
        # A plane that recedes: the far edge of what is seen is wider than the near one.
        wide, near = choose.uniform(0.0, 0.5), choose.uniform(0.6, 1.0)
        pad = wide * width / 2
        corners = [(0, 0), (width, 0), (width - pad, near * width), (pad, near * width)]
        framing = Framing.of_corners(np.array(corners, float), width)
        picture = np.asarray(framing.apply(Image.fromarray(picture), Image.Resampling.BILINEAR))
    if choose.random() < 0.35:
        edge = round(choose.uniform(0.05, 0.45) * width)
        room = any_backdrop(choose, backdrops, width)
        picture = np.concatenate([room[:edge], picture[edge:]])
    return View(picture, np.zeros((width, width), np.uint8), [])


def composed(
    view: View,
    choose: random.Random,
    backdrops: np.ndarray,
    any_thing: Callable[[], CutOut | None],
    most: int,
) -> View:
    """Another view made of this one: through another frame or on a photograph, with more on it, up
    to so many things."""
    width = view.picture.shape[1]
    if choose.random() < PHOTOGRAPHIC:
        view = photographic_table(choose, backdrops, width)
        more = choose.choice([0, 1, 2, 3, 4, 5])
    else:
        if choose.random() < REFRAMED:
            places = [seen.pixel for seen in view.objects]
            place = choose.choice(places) if places else (width / 2, width / 2)
            framing = any_framing(choose, width, place)
            view = reframed(view, framing, any_backdrop(choose, backdrops, width))
        more = choose.choice([0, 0, 1, 1, 2, 3])
    for _ in range(min(more, most - len(view.objects))):
        if thing := any_thing():
            view = pasted(view, resized(thing, choose, width), choose)
    for _ in range(choose.choice([0, 0, 0, 1, 1, 2])):
        view = cluttered(view, choose, backdrops)
    return view
