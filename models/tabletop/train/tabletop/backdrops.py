"""Photographs and photographic textures, as one array, for `paste`.

    python -m tabletop.backdrops --out DATA/backdrops.npy FOLDER ARCHIVE.zip ...

All that PIL can read counts, but for small pictures, maps of normals and pictures with holes."""

import argparse
import io
import random
import zipfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from PIL import Image

SIDE = 420
"""Pixels along a side of what is kept."""
SMALLEST = 240
"""Pixels along the shorter side of what is taken."""
PICTURES = (".jpg", ".jpeg", ".png", ".webp", ".tga")
ARCHIVES = (".zip", ".pk3", ".jar")
MAPS = ("_nm.", "_gm.", "_sm.", "_rm.", "_norm.", "_bump.", "_glow.", "_gloss.", "_local.")
FLATTEST = 6.0
"""Least standard deviation of a channel: less is a plain color, which the renderer has too."""


def pictures(source: Path) -> Iterator[Image.Image]:
    """Every picture of a folder or an archive that can be read."""
    if source.is_dir():
        for path in sorted(source.rglob("*")):
            if path.suffix.lower() in PICTURES and not path.is_symlink():
                yield from _read(path.name, path.read_bytes())
            elif path.suffix.lower() in ARCHIVES:
                yield from pictures(path)
        return
    with zipfile.ZipFile(source) as archive:
        for name in sorted(archive.namelist()):
            if name.lower().endswith(PICTURES):
                yield from _read(name, archive.read(name))


def _read(name: str, content: bytes) -> Iterator[Image.Image]:
    if any(each in name.lower() for each in MAPS):
        return
    try:
        picture = Image.open(io.BytesIO(content))
        if min(picture.size) < SMALLEST:
            return
        if "A" in picture.mode and picture.getchannel("A").getextrema()[0] < 255:
            return
        yield picture.convert("RGB")
    except (OSError, ValueError):
        return


def crops(picture: Image.Image, choose: random.Random) -> Iterator[np.ndarray]:
    """Square parts, more of a large picture."""
    short = min(picture.size)
    for _ in range(min(6, max(1, short // 500))):
        side = short if short < 2 * SIDE else choose.randint(SIDE, short)
        left, top = (choose.randint(0, length - side) for length in picture.size)
        part = picture.resize((SIDE, SIDE), box=(left, top, left + side, top + side))
        part = np.asarray(part)
        if part.std((0, 1)).max() > FLATTEST:
            yield part


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("sources", type=Path, nargs="+", help="folders and archives")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--most", type=int, default=1500, help="so many, chosen at random")
    arguments = parser.parse_args()
    choose = random.Random(0)
    kept = []
    for source in arguments.sources:
        for picture in pictures(source):
            kept += crops(picture, choose)
    kept = choose.sample(kept, min(arguments.most, len(kept)))
    np.save(arguments.out, np.stack(kept))
    print(f"{len(kept)} backdrops")


if __name__ == "__main__":
    main()
