"""What is cut out, pasted and reframed still is where its description says."""

import random
import tempfile
import unittest
import zipfile
from pathlib import Path

import numpy as np
from PIL import Image

from tabletop.backdrops import SIDE, crops, pictures
from tabletop.paste import (
    KEPT_FREE,
    LEAST_CUT,
    cluttered,
    composed,
    cut_out,
    hides_nothing,
    pasted,
    photographic_table,
    resized,
)
from tabletop.targets import SeenObject
from tabletop.view import Framing, View, any_framing, reframed

WIDTH = 336
RED, BLUE = (220, 20, 20), (20, 20, 220)


def table(*places: tuple[str, int, int, int]) -> View:
    """A gray table with squares: label, left, top, side."""
    picture = np.full((WIDTH, WIDTH, 3), 120, np.uint8)
    shown = np.zeros((WIDTH, WIDTH), np.uint8)
    objects = []
    for number, (label, left, top, side) in enumerate(places, 1):
        area = np.s_[top : top + side, left : left + side]
        picture[area] = RED if label.startswith("red") else BLUE
        shown[area] = number
        x, y = left + side / 2, top + side / 2
        point = round(y / WIDTH * 1000), round(x / WIDTH * 1000)
        objects.append(SeenObject(label, point, (x, y), side / np.pi**0.5))
    return View(picture, shown, objects)


def backdrops() -> np.ndarray:
    """Two gray photographs, so that color belongs to objects alone."""
    gray = np.random.default_rng(0).integers(40, 200, (2, SIDE, SIDE, 1), np.uint8)
    return np.broadcast_to(gray, (2, SIDE, SIDE, 3))


class ComposeTest(unittest.TestCase):
    def assert_true(self, view: View):
        """Every object is shown, and its point is on it and on its color."""
        numbers = set(np.unique(view.shown)) - {0}
        self.assertEqual(numbers, set(range(1, len(view.objects) + 1)))
        for number, seen in enumerate(view.objects, 1):
            column, row = (int(each) for each in seen.pixel)
            self.assertEqual(view.shown[row, column], number, seen)
            point = tuple(round(each / WIDTH * 1000) for each in seen.pixel[::-1])
            self.assertEqual(seen.point, point)
            red, _, blue = view.picture[row, column].astype(int)
            self.assertGreater((red - blue) * (1 if seen.label.startswith("red") else -1), 60)

    def test_what_is_composed_shows_what_it_lists(self):
        base = table(("red cube", 40, 60, 30), ("blue tray", 180, 150, 90))
        kinds = set()
        for seed in range(60):
            choose = random.Random(seed)
            view = composed(
                base, choose, backdrops(), lambda: cut_out(base, choose.randint(1, 2)), 8
            )
            self.assert_true(view)
            self.assertLessEqual(len(view.objects), 8)
            kinds.add(len(view.objects))
        self.assertGreater(len(kinds), 3)

    def test_the_whole_picture_is_itself(self):
        base = table(("red cube", 40, 60, 30))
        corners = np.array([(0, 0), (WIDTH, 0), (WIDTH, WIDTH), (0, WIDTH)], float)
        same = reframed(base, Framing.of_corners(corners, WIDTH), np.zeros_like(base.picture))
        np.testing.assert_array_equal(same.shown, base.shown)
        self.assertEqual(same.objects[0].point, base.objects[0].point)

    def test_the_left_half_at_twice_the_width_loses_what_is_on_the_right(self):
        base = table(("red cube", 40, 60, 30), ("blue cube", 250, 60, 30))
        half = WIDTH / 2
        corners = np.array([(0, 0), (half, 0), (half, WIDTH), (0, WIDTH)], float)
        framing = Framing.of_corners(corners, WIDTH)
        self.assertAlmostEqual(framing.growth((100, 100)), 2)
        nearer = reframed(base, framing, np.zeros_like(base.picture))
        self.assertEqual([seen.label for seen in nearer.objects], ["red cube"])
        np.testing.assert_allclose(nearer.objects[0].pixel, (110, 75))
        self.assert_true(nearer)

    def test_from_afar_the_rest_is_what_lies_behind(self):
        base = table(("red cube", 150, 150, 30))
        corners = np.array([(-168, -168), (504, -168), (504, 504), (-168, 504)], float)
        behind = np.full_like(base.picture, 9)
        farther = reframed(base, Framing.of_corners(corners, WIDTH), behind)
        self.assertTrue((farther.picture[:80] == 9).all())
        self.assertEqual(farther.picture[100, 100, 0], 120)
        self.assert_true(farther)

    def test_frames_are_not_folded(self):
        for seed in range(200):
            framing = any_framing(random.Random(seed), WIDTH, (90.0, 200.0))
            for place in ((0, 0), (WIDTH, 0), (WIDTH, WIDTH), (0, WIDTH)):
                old = framing.old_from_new @ (*place, 1.0)
                self.assertGreater(old[2], 0)
                np.testing.assert_allclose(framing.new_from_old(old[:2] / old[2]), place, atol=1e-6)

    def test_only_what_is_whole_is_cut_out(self):
        self.assertIsNone(cut_out(table(("red cube", 0, 60, 30)), 1))
        self.assertIsNone(cut_out(table(("red cube", 60, 60, int(LEAST_CUT**0.5))), 1))
        thing = cut_out(table(("red cube", 60, 70, 30)), 1)
        self.assertEqual(thing.mask.sum(), 900)
        self.assertEqual(thing.point, (17.0, 17.0))

    def test_nothing_is_pasted_over_a_point_and_nothing_where_there_is_no_room(self):
        base = table(("blue tray", 60, 60, 90))
        over = np.zeros((WIDTH, WIDTH), bool)
        over[100:110, 100:110] = True
        self.assertFalse(hides_nothing(base, over))
        beside = np.roll(over, 30 + KEPT_FREE, 1)
        self.assertTrue(hides_nothing(base, beside))
        most_of_it = (base.shown == 1) & (np.arange(WIDTH)[None] < 99)
        self.assertFalse(hides_nothing(base, most_of_it))
        at = range(6, WIDTH - 30, 42)
        crowded = table(*[("blue cube", left, top, 30) for left in at for top in at])
        thing = cut_out(table(("red cube", 60, 70, 120)), 1)
        for seed in range(5):
            self.assertIs(pasted(crowded, thing, random.Random(seed)), crowded)
            self.assertEqual(len(pasted(base, thing, random.Random(seed)).objects), 2)

    def test_things_stay_within_their_sizes_and_colors(self):
        base = table(("red cube", 60, 70, 60))
        widths = []
        for seed in range(80):
            thing = resized(cut_out(base, 1), random.Random(seed), WIDTH)
            red, green, blue = thing.picture[thing.mask].astype(int).mean(0)
            self.assertGreater(red, green + 60)
            self.assertGreater(red, blue + 60)
            widths.append(thing.mask.shape[1])
        self.assertLess(min(widths), 0.04 * WIDTH)
        self.assertGreater(max(widths), 0.2 * WIDTH)

    def test_clutter_hides_no_point_and_is_not_listed(self):
        base = table(("red cube", 150, 150, 40))
        changed = 0
        for seed in range(20):
            view = cluttered(base, random.Random(seed), backdrops())
            self.assertEqual(view.objects, base.objects)
            self.assertEqual(view.shown[170, 170], 1)
            changed += (view.picture != base.picture).any()
        self.assertGreater(changed, 15)

    def test_a_photographic_table_is_empty_and_has_no_holes(self):
        for seed in range(20):
            view = photographic_table(random.Random(seed), backdrops(), WIDTH)
            self.assertEqual(view.picture.shape, (WIDTH, WIDTH, 3))
            self.assertEqual(view.objects, [])
            self.assertGreater(view.picture.min(), 0)


class BackdropsTest(unittest.TestCase):
    def test_photographs_come_from_folders_and_archives(self):
        noise = np.random.default_rng(1).integers(0, 255, (300, 400, 3), np.uint8)
        with tempfile.TemporaryDirectory() as root:
            root = Path(root)
            Image.fromarray(noise).save(root / "wood.png")
            Image.fromarray(noise).save(root / "wood_nm.png")
            Image.fromarray(noise[:50]).save(root / "small.png")
            (root / "broken.jpg").write_bytes(b"nothing")
            with zipfile.ZipFile(root / "more.pk3", "w") as archive:
                archive.write(root / "wood.png", "textures/floor.png")
            found = list(pictures(root))
        self.assertEqual([picture.size for picture in found], [(400, 300)] * 2)
        parts = [part.shape for picture in found for part in crops(picture, random.Random(0))]
        self.assertEqual(parts, [(SIDE, SIDE, 3)] * 2)
        flat = Image.new("RGB", (400, 400), (9, 9, 9))
        self.assertEqual(list(crops(flat, random.Random(0))), [])


if __name__ == "__main__":
    unittest.main()
