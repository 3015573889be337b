#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""make-keras-goldens.py FOLDER: what two published Keras files give, by h5py and NumPy alone, in float64.

FOLDER holds vww_96.h5 and the SqueezeNet file (see README.md for what they are and for what keras.json holds). Writes
keras.json beside this script, and prints the checksums of the tensors that tests/data/test-keras.c compares with. Needs
h5py, numpy, and torch for make-goldens.py's streams.
"""
import hashlib
import importlib.util
import json
import os
import sys

import h5py
import numpy as np

HERE = os.path.dirname(os.path.abspath(__file__))
BATCH = 2
SQUEEZENET = "squeezenet_weights_tf_dim_ordering_tf_kernels_notop.h5"
ENDINGS = {"kernel": "weight", "depthwise_kernel": "weight", "bias": "bias", "gamma": "weight", "beta": "bias",
           "moving_mean": "running_mean", "moving_variance": "running_var"}


def load_streams():
    spec = importlib.util.spec_from_file_location("goldens", os.path.join(HERE, "make-goldens.py"))
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def read(path):
    """(the graph or None, {layer: [(variable, values)]}), in the file's order."""
    with h5py.File(path, "r") as file:
        root = file["model_weights"] if "model_weights" in file else file
        graph = json.loads(file.attrs["model_config"]) if "model_config" in file.attrs else None
        layers = {}
        for layer in (name.decode() for name in root.attrs["layer_names"]):
            variables = [name.decode() for name in root[layer].attrs["weight_names"]]
            layers[layer] = [(variable, root[layer][variable][()]) for variable in variables]
        return graph, layers


def checksum(layers):
    """Of names and values in the ecosystem's layouts."""
    total = hashlib.sha256()
    for layer, variables in layers.items():
        for variable, values in variables:
            name = variable.split("/")[-1].split(":")[0]
            ending = ENDINGS.get(name, "weight" if values.ndim > 1 else "bias")
            if values.ndim == 4:
                values = values.transpose((2, 3, 0, 1) if name == "depthwise_kernel" else (3, 2, 0, 1))
            elif values.ndim == 2:
                values = values.T
            total.update(f"{layer.replace('/', '.')}.{ending}".encode())
            total.update(np.ascontiguousarray(values, "<f4").tobytes())
    return total.hexdigest()


def pad_same(x, kernel, stride):
    """TensorFlow's: what is odd goes to the right and below."""
    sides = []
    for n in x.shape[1:3]:
        total = max((-(-n // stride) - 1) * stride + kernel - n, 0)
        sides.append((total // 2, total - total // 2))
    return np.pad(x, ((0, 0), *sides, (0, 0)))


def windows(x, kernel, stride):
    """The input under each place of the kernel, (N,H,W,C) each."""
    height, width = ((n - kernel) // stride + 1 for n in x.shape[1:3])
    for row in range(kernel):
        for column in range(kernel):
            yield row, column, x[:, row:row + stride * height:stride, column:column + stride * width:stride][:, :height, :width]


def convolve(x, kernel, bias, stride=1, same=True, depthwise=False):
    if same:
        x = pad_same(x, kernel.shape[0], stride)
    return bias + sum(part * kernel[row, column, :, 0] if depthwise else part @ kernel[row, column]
                      for row, column, part in windows(x, kernel.shape[0], stride))


def pool(x):
    """3x3, stride 2, of whole windows only ('valid')."""
    return np.max([part for _, _, part in windows(x, 3, 2)], axis=0)


def run_model(graph, layers, x):
    """A chain of layers, up to the sums of the last one (before its softmax)."""
    for layer in graph["config"]["layers"]:
        kind, config = layer["class_name"], layer["config"]
        values = [v.astype(np.float64) for _, v in layers.get(config["name"], [])]
        if kind in ("Conv2D", "DepthwiseConv2D"):
            assert config["activation"] == "linear"
            x = convolve(x, *values, config["strides"][0], config["padding"] == "same", kind != "Conv2D")
        elif kind == "BatchNormalization":
            gamma, beta, mean, variance = values
            x = (x - mean) / np.sqrt(variance + config["epsilon"]) * gamma + beta
        elif kind == "Activation":
            assert config["activation"] == "relu"
            x = np.maximum(x, 0)
        elif kind == "AveragePooling2D":
            assert x.shape[1:3] == tuple(config["pool_size"])
            x = x.mean((1, 2), keepdims=True)
        elif kind == "Flatten":
            x = x.reshape(len(x), -1)
        elif kind == "Dense":
            x = x @ values[0] + values[1]
        else:
            assert kind == "InputLayer", kind
    return x


def run_squeezenet(layers, x):
    """SqueezeNet 1.1 without its classifier: the mean of its features over the image."""
    def relu(name, x, **options):
        return np.maximum(convolve(x, *(v.astype(np.float64) for _, v in layers[name]), **options), 0)

    x = pool(relu("conv1", x, stride=2, same=False))
    for number in range(2, 10):
        fire = f"fire{number}/"
        x = relu(fire + "squeeze1x1", x)
        x = np.concatenate([relu(fire + "expand1x1", x), relu(fire + "expand3x3", x)], axis=3)
        if number in (3, 5):
            x = pool(x)
    return x.mean((1, 2))


def main():
    streams, folder = load_streams(), sys.argv[1]
    graph, layers = read(os.path.join(folder, "vww_96.h5"))
    print("vww_96.h5", checksum(layers))
    goldens = {}
    x = streams.draw_range("input.0", (BATCH, 96, 96, 3), 1.0).astype(np.float64)
    goldens["vww_96"] = {"input": [BATCH, 96, 96, 3], "bound": 1, "logits": run_model(graph, layers, x).tolist()}
    _, layers = read(os.path.join(folder, SQUEEZENET))
    print(SQUEEZENET, checksum(layers))
    x = streams.draw_range("input.0", (BATCH, 63, 63, 3), 128.0).astype(np.float64)
    goldens["squeezenet"] = {"input": [BATCH, 63, 63, 3], "bound": 128, "features": run_squeezenet(layers, x).tolist()}

    def shorten(value):
        return [shorten(v) for v in value] if isinstance(value, list) else float(f"{value:.9g}")

    goldens["vww_96"]["logits"] = shorten(goldens["vww_96"]["logits"])
    goldens["squeezenet"]["features"] = shorten(goldens["squeezenet"]["features"])
    with open(os.path.join(HERE, "keras.json"), "w", encoding="utf-8") as file:
        json.dump(goldens, file, separators=(",", ":"))
        file.write("\n")


if __name__ == "__main__":
    main()
