#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""compare-onnx.py BUILD: what onnxruntime computes from our ONNX files, against what we compute.

BUILD is a build folder: its test-onnx-export writes every network with random weights (how they are made is at the head of
that test), inputs and our logits; here onnx.checker looks at each file and onnxruntime runs it. Needs numpy, onnx and
onnxruntime. Fails where a logit differs by more than LIMIT of the largest.
"""
import os
import pathlib
import subprocess
import sys
import tempfile

import numpy as np
import onnx
import onnxruntime

LIMIT = 1e-4


def write(build, folder):
    here = pathlib.Path(__file__).resolve().parents[2]
    environment = dict(os.environ, RETORT_ONNX_FOLDER=folder, RETORT_DATADIR=str(here / "data"))
    subprocess.run([str(pathlib.Path(build) / "tests/train/test-onnx-export")], env=environment, check=True,
                   stdout=subprocess.DEVNULL)


def compare(path):
    """The largest difference over the largest logit, for the whole batch and for its first sample alone."""
    model = onnx.load(path)
    onnx.checker.check_model(model, full_check=True)
    session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    channels, height, width = session.get_inputs()[0].shape[1:]
    inputs = np.fromfile(path.with_name(path.name.removesuffix(".onnx") + ".inputs"), np.float32).reshape(-1, height, width, channels)
    ours = np.fromfile(path.with_name(path.name.removesuffix(".onnx") + ".logits"), np.float32).reshape(len(inputs), -1)
    inputs = np.ascontiguousarray(inputs.transpose(0, 3, 1, 2))
    theirs = session.run(["logits"], {"input": inputs})[0]
    alone = session.run(["logits"], {"input": inputs[:1]})[0]
    assert theirs.shape == ours.shape, (theirs.shape, ours.shape)
    return max(np.abs(theirs - ours).max(), np.abs(alone - ours[:1]).max()) / np.abs(ours).max(), model


def main():
    worst = 0.0
    with tempfile.TemporaryDirectory() as folder:
        write(sys.argv[1], folder)
        paths = sorted(pathlib.Path(folder).glob("*.onnx"), key=str)
        for path in paths:
            difference, model = compare(path)
            worst = max(worst, difference)
            print(f"{path.name:34} {difference:.1e}  {len(model.graph.node)} nodes")
    print(f"{len(paths)} networks, at most {worst:.1e} of the largest logit (allowed: {LIMIT:g})")
    sys.exit(0 if paths and worst <= LIMIT else 1)


main()
