"""What the auxiliary heads should say about a picture: which patches belong to
which object, and which image token holds an object's point."""

from dataclasses import dataclass, replace

import numpy as np
import torch
from torch import Tensor

CELLS = 8
"""Image tokens along a side."""
NOTHING = -1
"""The class of a patch or cell without an object."""


@dataclass(frozen=True)
class SeenObject:
    """An object of a picture."""

    label: str
    """Color, then shape."""
    point: tuple[int, int]
    """Row and column, each 0..1000."""
    pixel: tuple[float, float]
    """Column and row, pixels."""
    radius: float
    """Of its image, pixels."""
    visible: float = 1.0
    """Share of what the picture holds of it that nothing hides."""

    def mirrored(self, width: int) -> "SeenObject":
        """As a mirror beside it shows it."""
        (y, x), (column, row) = self.point, self.pixel
        return replace(self, point=(y, 1000 - x), pixel=(width - column, row))

    def moved(self, right: int, down: int, width: int) -> "SeenObject":
        """In a square picture that was moved by so many pixels."""
        column, row = self.pixel[0] + right, self.pixel[1] + down
        point = round(row / width * 1000), round(column / width * 1000)
        return replace(self, point=point, pixel=(column, row))


@dataclass(frozen=True)
class Labels:
    """Colors and shapes by number."""

    colors: list[str]
    shapes: list[str]

    @classmethod
    def found_in(cls, scenes: list[list[SeenObject]]) -> "Labels":
        """Every word that the labels of `scenes` use."""
        words = [seen.label.rsplit(" ", 1) for objects in scenes for seen in objects]
        return cls(sorted({word[0] for word in words}), sorted({word[-1] for word in words}))

    def numbers(self, label: str) -> tuple[int, int]:
        """Color and shape of a label."""
        color, shape = label.rsplit(" ", 1)
        return self.colors.index(color), self.shapes.index(shape)


@dataclass(frozen=True)
class PictureTargets:
    """Per patch and per cell, flattened in reading order."""

    patch_class: Tensor
    """(batch, patches, 2): color and shape, or `NOTHING`."""
    patch_offset: Tensor
    """(batch, patches, 2): down and right from the patch to its object's point, cells."""
    cell_class: Tensor
    """(batch, cells, 2): color and shape of the object whose point is here."""
    cell_point: Tensor
    """(batch, cells, 2): that point, 0..1000."""

    @classmethod
    def of(
        cls, scenes: list[list[SeenObject]], labels: Labels, width: int, grid: int
    ) -> "PictureTargets":
        """The targets of a batch of scenes in pictures of `grid` patches along a side."""
        shape = (len(scenes), grid, grid, 2)
        patch_class = np.full(shape, NOTHING)
        patch_offset = np.zeros(shape, np.float32)
        cell_class = np.full((len(scenes), CELLS, CELLS, 2), NOTHING)
        cell_point = np.zeros((len(scenes), CELLS, CELLS, 2), np.float32)
        patch, cell = width / grid, width / CELLS
        centers = (np.arange(grid) + 0.5) * patch
        for index, objects in enumerate(scenes):
            # What lies in a bowl is smaller than the bowl, and drawn over it.
            for seen in sorted(objects, key=lambda seen: -seen.radius):
                (column, row), numbers = seen.pixel, labels.numbers(seen.label)
                down, right = row - centers[:, None], column - centers[None]
                # A disc of this radius covers the center of at least one patch.
                inside = np.hypot(down, right) < max(seen.radius, 0.72 * patch)
                rows, columns = np.nonzero(inside)
                patch_class[index, rows, columns] = numbers
                patch_offset[index, rows, columns, 0] = down[rows, 0] / cell
                patch_offset[index, rows, columns, 1] = right[0, columns] / cell
                at = _cell(row, cell), _cell(column, cell)
                cell_class[index, *at] = numbers
                cell_point[index, *at] = row / width * 1000, column / width * 1000
        flat = [
            torch.from_numpy(grid.reshape(len(scenes), -1, 2))
            for grid in (patch_class, patch_offset, cell_class, cell_point)
        ]
        return cls(*flat)


def _cell(position: float, size: float) -> int:
    return min(max(int(position // size), 0), CELLS - 1)
