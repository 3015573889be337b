#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""compare-pytorch.py BUILD: our safetensors files in the networks of torchvision, timm and networks.py.

BUILD is a build folder: its test-onnx-export writes every network with random weights (how they are made is at the head of that
test), inputs and our logits. Each file is loaded unchanged and with strict=True, so that a name that is missing, or one too many, or
a shape that differs is an error; then the logits are compared. Needs PyTorch, torchvision, timm, safetensors and numpy. Fails where a
logit differs by more than LIMIT of the largest.
"""
import os
import pathlib
import subprocess
import sys
import tempfile

import numpy as np
import torch
from safetensors.torch import load_file
from torch.nn import functional as F

import networks

LIMIT = 1e-4
CLASSES = networks.CLASSES = 7

TWINS = {
    "lenet5": networks.LeNet5,
    "resnet8": lambda: networks.ResNetCifar(1), "resnet20": lambda: networks.ResNetCifar(3),
    "resnet32": lambda: networks.ResNetCifar(5), "resnet44": lambda: networks.ResNetCifar(7),
    "resnet56": lambda: networks.ResNetCifar(9),
    "mobile": networks.Mobile,
    "resnet18": lambda: networks.make_torchvision("resnet18"), "resnet34": lambda: networks.make_torchvision("resnet34"),
    "resnet50": lambda: networks.make_torchvision("resnet50"), "resnet18-cifar": networks.make_resnet18_cifar,
    "mobilenet_v1": lambda: networks.MobileNetV1(1.0, F.relu6), "mobilenet_v1-0.5": lambda: networks.MobileNetV1(0.5, F.relu6),
    "mobilenet_v1-0.25-relu": lambda: networks.MobileNetV1(0.25, F.relu),
    "mobilenet_v2": lambda: networks.make_torchvision("mobilenet_v2"), "mobilenet_v2-cifar": networks.make_mobilenet_v2_cifar,
    "squeezenet1_1": lambda: networks.make_torchvision("squeezenet1_1"),
    "efficientnet_lite0": lambda: networks.make_efficientnet_tf(CLASSES),
    "efficientnet_lite0-symmetric": lambda: networks.make_efficientnet("efficientnet_lite0", CLASSES),
}


def write(build, folder):
    here = pathlib.Path(__file__).resolve().parents[2]
    environment = dict(os.environ, RETORT_ONNX_FOLDER=folder, RETORT_DATADIR=str(here / "data"))
    subprocess.run([str(pathlib.Path(build) / "tests/train/test-onnx-export")], env=environment, check=True,
                   stdout=subprocess.DEVNULL)


def compare(path, network):
    """The largest difference over the largest logit, and how many tensors the file has."""
    tensors = load_file(path)
    network.load_state_dict(tensors, strict=True)
    network.eval()
    first = next(value for value in tensors.values() if value.dim() == 4)
    inputs = np.fromfile(path.with_name(path.name.removesuffix(".safetensors") + ".inputs"), np.float32)
    ours = np.fromfile(path.with_name(path.name.removesuffix(".safetensors") + ".logits"), np.float32).reshape(-1, CLASSES)
    side = round((inputs.size / len(ours) / first.shape[1]) ** 0.5)
    inputs = torch.from_numpy(inputs.reshape(len(ours), side, side, first.shape[1])).permute(0, 3, 1, 2).contiguous()
    with torch.no_grad():
        theirs = network(inputs).numpy()
    return np.abs(theirs - ours).max() / np.abs(ours).max(), len(tensors)


def main():
    worst, n = 0.0, 0
    with tempfile.TemporaryDirectory() as folder:
        write(sys.argv[1], folder)
        for path in sorted(pathlib.Path(folder).glob("*.safetensors"), key=str):
            name = path.name.removesuffix(".safetensors")
            if name not in TWINS:
                print(f"{name:34} has no twin")
                continue
            difference, n_tensors = compare(path, TWINS[name]())
            worst, n = max(worst, difference), n + 1
            print(f"{name:34} {difference:.1e}  {n_tensors} tensors, strict", flush=True)
    print(f"{n} networks, at most {worst:.1e} of the largest logit (allowed: {LIMIT:g})")
    sys.exit(0 if n == len(TWINS) and worst <= LIMIT else 1)


main()
