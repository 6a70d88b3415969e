"""What the recipe rests on. Run with `python -m unittest`."""

import json
import random
import tempfile
import unittest
from pathlib import Path

import numpy as np
import torch

from tabletop import chat, tokenizer
from tabletop.data import IGNORED, Frames, finished, pad_texts, write_list
from tabletop.evaluate import match, object_at, on_another, parse_list
from tabletop.language import LanguageConfig
from tabletop.losses import Numbers
from tabletop.model import ModelConfig, VisionLanguageModel, generate, picture_mask
from tabletop.optimize import learning_rate, orthogonal
from tabletop.sensor import photographed
from tabletop.targets import CELLS, NOTHING, Labels, PictureTargets, SeenObject
from tabletop.train import stretched
from tabletop.vision import VisionConfig

CUBE = SeenObject("red cube", (500, 100), (22.4, 112.0), 10.0)
BOWL = SeenObject("blue bowl", (500, 700), (156.8, 112.0), 30.0)
PUT = (
    '{"steps":[{"skill":"pick","object":"red cube"},'
    '{"skill":"place","object":"red cube","relation":"in","target":"blue bowl"},{"skill":"done"}]}'
)


def small_tokenizer():
    return tokenizer.build([f"seen: red cube 1,2; blue bowl 3,4\ntask: put it in {PUT}"] * 20)


def small_model(vocabulary: int) -> VisionLanguageModel:
    torch.manual_seed(0)
    language = LanguageConfig(vocabulary, hidden=32, layers=2, heads=2, key_value_heads=1, head=16)
    return VisionLanguageModel(ModelConfig(language, VisionConfig(hidden=16, layers=1, mlp=32)))


class TokenizerTest(unittest.TestCase):
    def setUp(self):
        self.tokenizer = small_tokenizer()

    def test_what_is_given_is_one_token(self):
        tokenizer.check(self.tokenizer)

    def test_an_object_of_a_list_takes_seven_tokens(self):
        one, two = (write_list([CUBE, BOWL][:count]) for count in (1, 2))
        longer = len(chat.answer(self.tokenizer, two)) - len(chat.answer(self.tokenizer, one))
        self.assertEqual(longer, 7)

    def test_any_text_survives(self):
        for text in [
            PUT,
            'naïve 1000 10000 -0.25 {}[]"\\ \n\n\t 你好',
            "seen: nothing\ntask: stop",
        ]:
            ids = self.tokenizer.encode(text, add_special_tokens=False).ids
            self.assertEqual(self.tokenizer.decode(ids, skip_special_tokens=False), text)


class DataTest(unittest.TestCase):
    def test_a_mirrored_list_is_in_reading_order_again(self):
        mirrored = [seen.mirrored(224) for seen in (CUBE, BOWL)]
        points = [entry["point"] for entry in json.loads(write_list(mirrored))]
        self.assertEqual(points, [[500, 300], [500, 900]])
        self.assertEqual(mirrored[0].mirrored(224).point, CUBE.point)
        self.assertAlmostEqual(mirrored[0].mirrored(224).pixel[0], CUBE.pixel[0])

    def test_a_moved_object_has_its_point_where_its_pixel_is(self):
        moved = CUBE.moved(8, -8, 224)
        self.assertEqual(moved.pixel, (CUBE.pixel[0] + 8, CUBE.pixel[1] - 8))
        self.assertEqual(moved.point, (464, 136))

    def test_targets_are_where_the_object_is(self):
        labels = Labels.found_in([[CUBE, BOWL]])
        targets = PictureTargets.of([[CUBE]], labels, 224, 16)
        occupied = (targets.cell_class[0, :, 0] != NOTHING).nonzero().flatten().tolist()
        self.assertEqual(occupied, [4 * CELLS + 0])
        self.assertEqual(tuple(targets.cell_class[0, occupied[0]]), labels.numbers("red cube"))
        torch.testing.assert_close(targets.cell_point[0, occupied[0]], torch.tensor([500.0, 100.0]))
        self.assertTrue((targets.patch_class[0, :, 0] != NOTHING).any())

    def test_only_answers_are_learned(self):
        batch = pad_texts([([5, 6], [7, 8])], 6)
        self.assertEqual(batch.ids[0].tolist(), [5, 6, 7, 8, 0, 0])
        expected = [IGNORED, 7, 8, IGNORED, IGNORED, IGNORED]
        self.assertEqual(batch.following[0].tolist(), expected)


def write_frames(folder: Path, count: int, look: str) -> None:
    folder.mkdir(parents=True)
    seen = {"label": CUBE.label, "point": CUBE.point, "pixel": CUBE.pixel, "radius": CUBE.radius}
    line = json.dumps({"objects": [seen], "target": write_list([CUBE])})
    (folder / "frames.jsonl").write_text((line + "\n") * count)
    (folder / "frames.rgb").write_bytes(bytes([128]) * (count * 336 * 336 * 3))
    (folder / "frames.ids").write_bytes(bytes(count * 336 * 336))
    size = {"width": 336, "height": 336, "camera": [336, 336]}
    described = {"frames": count, **size, "look": look}
    (folder / "dataset.json").write_text(json.dumps(described))


class FramesTest(unittest.TestCase):
    def test_more_frames_are_taken_up_once_they_are_complete(self):
        with tempfile.TemporaryDirectory() as root:
            root = Path(root)
            write_frames(root / "a", 2, "simulator")
            write_frames(root / "b", 3, "wild")
            (root / "c").mkdir()
            frames = Frames([root / "a"], small_tokenizer(), VisionConfig())
            length = frames.length
            for _ in range(2):
                frames.add(finished(root))
            self.assertEqual(frames.is_wild, [False] * 2 + [True] * 3)
            self.assertEqual(frames.length, length)
            batch = frames.batch([0, 4], random.Random(0))
            self.assertEqual(tuple(batch.pictures.shape), (2, 336, 336, 3))
            self.assertTrue((batch.pictures[0] == 128).all())


class SensorTest(unittest.TestCase):
    def setUp(self):
        rows = np.linspace(40, 200, 96)[:, None, None]
        self.picture = np.broadcast_to(rows, (96, 96, 3)).astype(np.uint8)

    def test_a_seed_takes_one_picture_and_another_seed_another(self):
        first, again, other = (photographed(self.picture, random.Random(s)) for s in (1, 1, 2))
        np.testing.assert_array_equal(first, again)
        self.assertTrue((first != other).any())

    def test_pictures_keep_their_size_and_mostly_what_they_show(self):
        brighter = 0
        for seed in range(60):
            taken = photographed(self.picture, random.Random(seed))
            self.assertEqual((taken.shape, taken.dtype), (self.picture.shape, np.uint8))
            brighter += taken[70:].mean() > taken[:26].mean()
        self.assertEqual(brighter, 60)


class ModelTest(unittest.TestCase):
    def test_generation_with_a_cache_equals_reading_again(self):
        words = small_tokenizer()
        model = small_model(words.get_vocab_size())
        prompt = torch.tensor([chat.picture_request(words)])
        start = prompt[0].tolist().index(words.token_to_id("<image_soft_token>"))
        picture = torch.randint(0, 256, (1, 336, 336, 3), dtype=torch.uint8)
        answer = generate(model, prompt, -1, 6, picture, start)[0]
        ids = prompt
        with torch.no_grad():
            image = model.see(picture)[1]
            for _ in range(6):
                states = model.read_with_picture(ids, image, start)
                token = model.language_model.logits(states[:, -1]).argmax(-1)
                ids = torch.cat([ids, token[:, None]], 1)
        self.assertEqual(answer, ids[0, prompt.shape[1] :].tolist())

    def test_image_tokens_see_each_other_and_text_sees_no_future(self):
        mask = picture_mask(80, 4)
        self.assertTrue(mask[4, 67])
        self.assertFalse(mask[4, 68])
        self.assertFalse(mask[70, 71])

    def test_a_near_miss_costs_less_than_a_far_one(self):
        numbers = Numbers(small_model(2000), torch.arange(1001))
        sure = torch.full((1001,), -20.0)
        sure[500] = 0.0
        near = numbers.blurred(sure.log_softmax(-1), torch.tensor(501.0))
        far = numbers.blurred(sure.log_softmax(-1), torch.tensor(520.0))
        self.assertLess(near, far)


class InitialTest(unittest.TestCase):
    def test_places_of_a_finer_grid_lie_between_those_known(self):
        rows = torch.arange(4.0).repeat_interleave(4)[:, None]
        finer = stretched(rows, 8).reshape(8, 8)
        torch.testing.assert_close(finer[:, 0], finer[:, 7])
        self.assertTrue((finer[:-1] < finer[1:]).all())
        torch.testing.assert_close(stretched(rows, 4), rows)


class OptimizerTest(unittest.TestCase):
    def test_updates_have_about_equal_singular_values(self):
        torch.manual_seed(0)
        values = torch.linalg.svdvals(orthogonal(torch.randn(2, 24, 64)))
        self.assertGreater(values.min(), 0.5)
        self.assertLess(values.max(), 1.4)

    def test_the_rate_rises_stays_and_falls(self):
        self.assertLess(learning_rate(0, 0.0), 0.05)
        self.assertEqual(learning_rate(500, 0.5), 1.0)
        self.assertAlmostEqual(learning_rate(500, 0.825), 0.5)
        self.assertAlmostEqual(learning_rate(500, 1.0), 0.02)


class ScoreTest(unittest.TestCase):
    def test_each_object_is_found_once(self):
        entry = ("red cube", 33.0, 160.0)
        pairs = match([entry, entry], [CUBE, BOWL], [None, None])
        self.assertEqual([(i, j) for i, j, _ in pairs], [(0, 0)])

    def test_a_point_means_what_it_is_on(self):
        rim = ("blue bowl", 250.0, 160.0)
        self.assertEqual(match([rim], [CUBE, BOWL], [None]), [])
        self.assertEqual([(i, j) for i, j, _ in match([rim], [CUBE, BOWL], [1])], [(0, 1)])
        shown = np.zeros((240, 320), np.uint8)
        shown[120, 250] = 2
        self.assertEqual((object_at(shown, rim), object_at(shown, ("", 0, 320))), (1, None))

    def test_the_name_of_one_thing_at_the_place_of_another_is_counted(self):
        bowl = ("blue bowl", 224.0, 160.0)
        listed = [("red cube", 224.0, 160.0), bowl, ("red ball", 32.0, 160.0)]
        under = [1, 1, 0]
        pairs = match(listed, [CUBE, BOWL], under)
        self.assertEqual(on_another(listed, [CUBE, BOWL], under, pairs), 1)

    def test_what_is_no_list_is_invalid(self):
        self.assertEqual([entry[0] for entry in parse_list(write_list([CUBE]), 224)], ["red cube"])
        for text in ["", "[", '{"steps":[]}', '[{"point":[1],"label":"x"}]', "[1]"]:
            self.assertIsNone(parse_list(text, 224), text)


if __name__ == "__main__":
    unittest.main()
