"""What a camera does to a picture, drawn anew for each use: white balance, exposure, saturation,
clipped highlights, haze, vignette, low resolution, blur, sharpening, noise, compression."""

import io
import math
import random

import numpy as np
from PIL import Image, ImageFilter

LUMINANCE = np.array([0.299, 0.587, 0.114], np.float32)


def photographed(picture: np.ndarray, choose: random.Random) -> np.ndarray:
    """The 8-bit picture as some camera might have taken it."""
    light = picture.astype(np.float32) / 255
    for change in (_balance, _expose, _saturate, _blow_out, _haze, _vignette):
        light = change(light, choose)
    light = _resample(light, choose)
    light = _add_noise(light, choose)
    return _compress(_to_bytes(light), choose)


def _maybe(choose: random.Random, probability: float) -> bool:
    return choose.random() < probability


def _to_bytes(light: np.ndarray) -> np.ndarray:
    return (light.clip(0, 1) * 255 + 0.5).astype(np.uint8)


def _gray(light: np.ndarray) -> np.ndarray:
    return (light @ LUMINANCE)[..., None]


def _balance(light: np.ndarray, choose: random.Random) -> np.ndarray:
    """Gains of the channels, and how they mix."""
    if _maybe(choose, 0.5):
        warmth, tint = choose.gauss(0, 0.09), choose.gauss(0, 0.05)
        light = light * np.exp(np.array([warmth, tint, -warmth], np.float32))
    if _maybe(choose, 0.3):
        mix = np.eye(3) + np.array([[choose.gauss(0, 0.06) for _ in range(3)] for _ in range(3)])
        light = light @ (mix / mix.sum(0, keepdims=True)).astype(np.float32)
    return light.clip(0, 1.5)


def _expose(light: np.ndarray, choose: random.Random) -> np.ndarray:
    """Gamma, gain and contrast."""
    if _maybe(choose, 0.6):
        light = light ** math.exp(choose.uniform(-0.4, 0.4))
    if _maybe(choose, 0.5):
        light = light * math.exp(choose.uniform(math.log(0.5), math.log(2)))
    if _maybe(choose, 0.4):
        middle = choose.uniform(0.3, 0.7)
        light = middle + (light - middle) * choose.uniform(0.6, 1.5)
    return light.clip(0, 1.5)


def _saturate(light: np.ndarray, choose: random.Random) -> np.ndarray:
    if not _maybe(choose, 0.5):
        return light
    gray = _gray(light)
    return gray + (light - gray) * choose.uniform(0.4, 1.7)


def _blow_out(light: np.ndarray, choose: random.Random) -> np.ndarray:
    """What is bright loses its color: yellow becomes white."""
    if not _maybe(choose, 0.2):
        return light
    start = choose.uniform(0.45, 0.85)
    share = ((_gray(light) - start) / (1 - start)).clip(0, 1) * choose.uniform(0.3, 1)
    return light + (1 - light) * share


def _haze(light: np.ndarray, choose: random.Random) -> np.ndarray:
    if not _maybe(choose, 0.12):
        return light
    share, level = choose.uniform(0.05, 0.35), choose.uniform(0.4, 1)
    return light * (1 - share) + share * level


def _vignette(light: np.ndarray, choose: random.Random) -> np.ndarray:
    if not _maybe(choose, 0.25):
        return light
    height, width, _ = light.shape
    down, right = np.linspace(-1, 1, height)[:, None], np.linspace(-1, 1, width)[None]
    fall = choose.uniform(0.1, 0.5) * (down**2 + right**2) / 2
    return light * (1 - fall[..., None]).astype(np.float32)


def _resample(light: np.ndarray, choose: random.Random) -> np.ndarray:
    """Fewer pixels, a lens out of focus, motion, and sharpening afterwards."""
    image = Image.fromarray(_to_bytes(light))
    size = image.size
    if _maybe(choose, 0.3):
        times = choose.uniform(0.4, 0.9)
        small = tuple(round(side * times) for side in size)
        image = image.resize(small, Image.Resampling.BILINEAR)
        image = image.resize(size, Image.Resampling.BILINEAR)
    if _maybe(choose, 0.3):
        image = image.filter(ImageFilter.GaussianBlur(choose.uniform(0.3, 1.6)))
    if _maybe(choose, 0.3):
        percent = choose.randint(40, 200)
        image = image.filter(ImageFilter.UnsharpMask(choose.uniform(0.6, 2.5), percent, 2))
    light = np.asarray(image, np.float32) / 255
    if _maybe(choose, 0.08):
        right, down = choose.uniform(-4, 4), choose.uniform(-4, 4)
        steps = [(round(right * t), round(down * t)) for t in np.linspace(-0.5, 0.5, 5)]
        light = sum(np.roll(light, step, (1, 0)) for step in steps) / len(steps)
    return light


def _add_noise(light: np.ndarray, choose: random.Random) -> np.ndarray:
    """Noise that grows with darkness, of brightness and, more coarsely, of color."""
    if not _maybe(choose, 0.5):
        return light
    generator = np.random.default_rng(choose.getrandbits(64))
    strength = choose.uniform(0, 0.05) * (1.2 - _gray(light).clip(0, 1))
    light = light + strength * generator.standard_normal(light.shape, np.float32)
    if _maybe(choose, 0.5):
        height, width, _ = light.shape
        coarse = generator.standard_normal((height // 4 + 1, width // 4 + 1, 3), np.float32)
        fine = coarse.repeat(4, 0).repeat(4, 1)[:height, :width]
        light = light + strength * 0.6 * (fine - _gray(fine))
    return light


def _compress(picture: np.ndarray, choose: random.Random) -> np.ndarray:
    if not _maybe(choose, 0.5):
        return picture
    file = io.BytesIO()
    Image.fromarray(picture).save(file, "JPEG", quality=choose.randint(15, 90))
    return np.asarray(Image.open(file))
