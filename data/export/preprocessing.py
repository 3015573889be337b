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
    place, scale = np.arange(old), old / new
    if old > new:
        low = np.arange(new)[:, None] * scale
        return np.clip(np.minimum(low + scale, place + 1) - np.maximum(low, place), 0, 1) / scale
    centre = np.clip((np.arange(new)[:, None] + 0.5) * scale - 0.5, 0, old - 1)
    return np.clip(1 - np.abs(centre - place), 0, 1)


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
    return np.asarray(picture, float).reshape(picture.height, picture.width, form["channels"])


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
    pixels = weigh(old[0], new[0]) @ pixels.transpose(2, 0, 1) @ weigh(old[1], new[1]).T
    whole = np.ones((*sides, 1)) * (np.clip(form["mean"], 0, 1) * 255)
    top, left = ((a - b) // 2 for a, b in zip(sides, new))
    whole[top:top + new[0], left:left + new[1]] = pixels.transpose(1, 2, 0)
    return np.floor(whole + 0.5)


def read(path):
    """(1, channels, height, width): the picture at @path, resized and normalised."""
    image = (fit(decode(path)) / 255 - form["mean"]) / form["std"]
    return image.transpose(2, 0, 1)[None].astype(np.float32)
