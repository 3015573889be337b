#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Says what is in pictures, with the network in this folder: predict.py PICTURE...

Needs onnxruntime, numpy and Pillow (pip install onnxruntime numpy pillow).
"""
import json
import pathlib
import sys

import numpy as np
import onnxruntime
from PIL import Image, ImageOps

here = pathlib.Path(__file__).resolve().parent
form = json.loads((here / "preprocessing.json").read_text())
labels = (here / "labels.txt").read_text(encoding="utf-8").splitlines()
session = onnxruntime.InferenceSession(str(here / "model.onnx"), providers=["CPUExecutionProvider"])


def weigh(old, new):
    """(new, old): how much of each old row or column is in each new one. Areas where it shrinks, else bilinear."""
    place, scale = np.arange(old), old / new
    if old > new:
        low = np.arange(new)[:, None] * scale
        return np.clip(np.minimum(low + scale, place + 1) - np.maximum(low, place), 0, 1) / scale
    centre = np.clip((np.arange(new)[:, None] + 0.5) * scale - 0.5, 0, old - 1)
    return np.clip(1 - np.abs(centre - place), 0, 1)


def prepare(path):
    """(1, channels, height, width): the whole picture at the network's size, what is transparent white, normalised."""
    picture = ImageOps.exif_transpose(Image.open(path)).convert("RGBA")
    picture = Image.alpha_composite(Image.new("RGBA", picture.size, "white"), picture)
    pixels = np.asarray(picture.convert("RGB" if form["channels"] == 3 else "L"), float)
    pixels = pixels.reshape(picture.height, picture.width, form["channels"]).transpose(2, 0, 1)
    pixels = weigh(picture.height, form["height"]) @ pixels @ weigh(picture.width, form["width"]).T
    mean, std = (np.array(form[name])[:, None, None] for name in ("mean", "std"))
    return ((pixels.round() / 255 - mean) / std).astype(np.float32)[None]


for path in sys.argv[1:]:
    logits = session.run(["logits"], {"input": prepare(path)})[0][0]
    odds = np.exp(logits - logits.max())
    odds /= odds.sum()
    best = odds.argsort()[::-1][:5]
    names = [labels[i] if i < len(labels) else f"class {i}" for i in best]
    print(f"{path}:", ", ".join(f"{name} {odds[i]:.1%}" for name, i in zip(names, best)))
