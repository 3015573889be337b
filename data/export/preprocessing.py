# SPDX-License-Identifier: GPL-3.0-or-later
"""How a picture becomes the network's input, as it was trained: by preprocessing.json beside this file."""
import json
import pathlib

import numpy as np
from PIL import Image, ImageOps

form = json.loads((pathlib.Path(__file__).resolve().parent / "preprocessing.json").read_text())
sides = form["height"], form["width"]


def weigh(old, new):
    """(new, old): how much of each old row or column is in each new one. Areas where it shrinks, else bilinear."""
    place, out, scale = np.arange(old), np.arange(new)[:, None], old / new
    if old > new:
        low, high = out * scale, np.minimum((out + 1) * scale, old)
        return np.float32(np.maximum(np.minimum(high, place + 1) - np.maximum(low, place), 0) / (high - low))
    centre = np.clip((out + 0.5) * scale - 0.5, 0, old - 1)
    first, part = np.int64(centre), np.float32(centre % 1)
    return np.where(place == first, 1 - part, np.where(place == first + 1, part, np.float32(0)))


def resample(pixels, new):
    """The first of the axes with @new values, each summed in training's order: else sums near a half round otherwise."""
    weights = weigh(len(pixels), new)
    first, sums = (weights > 0).argmax(1), np.zeros((new, *pixels.shape[1:]), np.float32)
    for i in range((weights > 0).sum(1).max()):
        at = np.minimum(first + i, len(pixels) - 1)
        part = np.where(at == first + i, weights[np.arange(new), at], np.float32(0))
        sums += part[:, None, None] * pixels[at]
    return sums


def narrow(picture):
    """A grey picture of 16 bits, which Pillow would clip to 8, with what is transparent in it."""
    values = np.asarray(picture, int)
    bands = (values + 128) // 257, 255 * (values != picture.info.get("transparency", -1))
    return Image.merge("LA", [Image.fromarray(band.astype(np.uint8)) for band in bands])


def decode(path):
    """The picture upright, what is transparent white; a large one reduced by a power of two, as in training."""
    picture = Image.open(path)
    step = min(picture.size) // form["min_side"] if picture.format == "PNG" else 1
    picture.draft("RGB", (form["min_side"], form["min_side"]))  # a JPEG, by its decoder
    picture = ImageOps.exif_transpose(picture)
    picture = (narrow(picture) if picture.mode.startswith("I") else picture).convert("RGBA")
    picture = Image.alpha_composite(Image.new("RGBA", picture.size, "white"), picture)
    picture = picture.convert("RGB" if form["channels"] == 3 else "L")
    picture = picture.reduce(min(64, 1 << max(step, 1).bit_length() - 1))
    return np.asarray(picture, np.float32).reshape(picture.height, picture.width, form["channels"])


def fit(pixels):
    """(height, width, channels): the middle of the picture ("crop"), all of it between bars ("pad"), or squashed."""
    old, new = pixels.shape[:2], sides
    scales = [a / b for a, b in zip(old, sides)]
    crop = float(np.float32(form["crop"]))
    if form["fit"] == "crop":
        old = [min(a, max(1, int(b * (min(scales) * crop) + 0.5))) for a, b in zip(old, sides)]
        top, left = ((a - b) // 2 for a, b in zip(pixels.shape, old))
        pixels = pixels[top:top + old[0], left:left + old[1]]
    elif form["fit"] == "pad":
        new = [min(b, max(1, int(a / max(scales) + 0.5))) for a, b in zip(old, sides)]
    pixels = resample(resample(pixels.transpose(1, 0, 2), new[1]).transpose(1, 0, 2), new[0])
    whole = np.ones((*sides, 1), np.float32) * (np.clip(np.float32(form["mean"]), 0, 1) * np.float32(255))
    top, left = ((a - b) // 2 for a, b in zip(sides, new))
    whole[top:top + new[0], left:left + new[1]] = pixels
    return np.floor(whole + np.float32(0.5))


def read(path):
    """(1, channels, height, width): the picture at @path, resized and normalised."""
    image = (fit(decode(path)) / 255 - form["mean"]) / form["std"]
    return image.transpose(2, 0, 1)[None].astype(np.float32)
