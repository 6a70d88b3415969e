"""Blended weights lie between those before and those after."""

import tempfile
import unittest
from pathlib import Path

import torch
from safetensors.torch import save_file

from tabletop.blend import blended, weights_of


class BlendTest(unittest.TestCase):
    def test_each_weight_goes_a_share_of_the_way(self) -> None:
        before = {"a": torch.tensor([0.0, 2.0]), "b": torch.tensor([[4.0]])}
        after = {"a": torch.tensor([1.0, 0.0]), "b": torch.tensor([[8.0]])}
        found = blended(before, after, 0.75)
        torch.testing.assert_close(found["a"], torch.tensor([0.75, 0.5]))
        torch.testing.assert_close(found["b"], torch.tensor([[7.0]]))
        for share, ends in ((0.0, before), (1.0, after)):
            for name, weight in blended(before, after, share).items():
                torch.testing.assert_close(weight, ends[name])

    def test_other_models_do_not_blend(self) -> None:
        one = {"a": torch.zeros(2)}
        for other in ({"b": torch.zeros(2)}, {"a": torch.zeros(3)}, {}):
            with self.assertRaises(ValueError):
                blended(one, other, 0.5)
        with self.assertRaises(ValueError):
            blended(one, one, 1.5)

    def test_weights_come_from_all_files_of_a_folder(self) -> None:
        with tempfile.TemporaryDirectory() as place:
            folder = Path(place)
            with self.assertRaises(FileNotFoundError):
                weights_of(folder)
            save_file({"a": torch.ones(1)}, folder / "model-1.safetensors")
            save_file({"b": torch.zeros(1)}, folder / "model-2.safetensors")
            self.assertEqual(set(weights_of(folder)), {"a", "b"})


if __name__ == "__main__":
    unittest.main()
