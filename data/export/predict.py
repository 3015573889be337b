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


def prepare(path):
    """(1, channels, height, width): the whole picture at the network's size, normalised."""
    picture = ImageOps.exif_transpose(Image.open(path)).convert("RGB" if form["channels"] == 3 else "L")
    shrinks = picture.width >= form["width"] and picture.height >= form["height"]
    method = Image.Resampling.BOX if shrinks else Image.Resampling.BILINEAR
    picture = picture.resize((form["width"], form["height"]), method)
    values = np.asarray(picture, np.float32).reshape(form["height"], form["width"], form["channels"]) / 255
    values = (values - np.float32(form["mean"])) / np.float32(form["std"])
    return values.transpose(2, 0, 1)[None]


for path in sys.argv[1:]:
    logits = session.run(["logits"], {"input": prepare(path)})[0][0]
    odds = np.exp(logits - logits.max())
    odds /= odds.sum()
    best = odds.argsort()[::-1][:5]
    names = [labels[i] if i < len(labels) else f"class {i}" for i in best]
    print(f"{path}:", ", ".join(f"{name} {odds[i]:.1%}" for name, i in zip(names, best)))
