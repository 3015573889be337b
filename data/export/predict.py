#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Says what is in pictures, with the network in this folder: predict.py PICTURE...

Needs onnxruntime, numpy and Pillow (pip install onnxruntime numpy pillow).
"""
import pathlib
import sys

import numpy as np
import onnxruntime

import preprocessing

here = pathlib.Path(__file__).resolve().parent
labels = (here / "labels.txt").read_text(encoding="utf-8").splitlines()
session = onnxruntime.InferenceSession(str(here / "model.onnx"), providers=["CPUExecutionProvider"])

for path in sys.argv[1:]:
    logits = session.run(["logits"], {"input": preprocessing.read(path)})[0][0]
    odds = np.exp(logits - logits.max())
    odds /= odds.sum()
    best = odds.argsort()[::-1][:5]
    names = [labels[i] if i < len(labels) else f"class {i}" for i in best]
    print(f"{path}:", ", ".join(f"{name} {odds[i]:.1%}" for name, i in zip(names, best)))
