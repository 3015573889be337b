#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""make-keras-goldens.py FOLDER: what two published Keras files and Keras's MobileNetV2 give, by h5py and NumPy alone, in float64.

FOLDER holds vww_96.h5 and the SqueezeNet file (see README.md for what they are and for what keras.json holds). Writes
keras.json beside this script, and prints the checksums of the tensors that tests/data/test-keras.c compares with. Needs
h5py, numpy, and torch for streams.py.
"""
import hashlib
import json
import os
import sys

import h5py
import numpy as np

import streams

HERE = os.path.dirname(os.path.abspath(__file__))
BATCH = 2
SQUEEZENET = "squeezenet_weights_tf_dim_ordering_tf_kernels_notop.h5"
ENDINGS = {"kernel": "weight", "depthwise_kernel": "weight", "bias": "bias", "gamma": "weight", "beta": "bias",
           "moving_mean": "running_mean", "moving_variance": "running_var"}


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


# Keras's MobileNetV2 behind its first convolution: expansion, channels, stride. What is drawn is named and laid out as in
# README.md (features.2.conv.1.0 is Keras's block_1_depthwise); the computation is that of keras.applications, its padding as well.
BLOCKS = [(1, 16, 1), (6, 24, 2), (6, 24, 1), (6, 32, 2), (6, 32, 1), (6, 32, 1), (6, 64, 2), (6, 64, 1), (6, 64, 1), (6, 64, 1),
          (6, 96, 1), (6, 96, 1), (6, 96, 1), (6, 160, 2), (6, 160, 1), (6, 160, 1), (6, 320, 1)]
CLASSES, GAIN = 10, 6


def draw_kernel(name, out, inp, side, depthwise=False):
    """In Keras's order: (H,W,I,O), or (H,W,C,1)."""
    drawn = streams.make_parameter(name + ".weight", (out, inp, side, side), GAIN).astype(np.float64)
    return drawn.transpose((2, 3, 0, 1) if depthwise else (2, 3, 1, 0))


def normalize(name, x):
    """Batch norm by its statistics, epsilon 0.001."""
    gamma, beta, mean, variance = (streams.make_parameter(f"{name}.{part}", x.shape[3:], GAIN).astype(np.float64)
                                   for part in ("weight", "bias", "running_mean", "running_var"))
    return (x - mean) / np.sqrt(variance + 1e-3) * gamma + beta


def relu6(x):
    return np.clip(x, 0, 6)


def pad_correctly(x):
    """The zeros that Keras lays around before a "valid" 3x3 of stride 2, by correct_pad: of even sides one less before."""
    sides = [(1 - (1 - n % 2), 1) for n in x.shape[1:3]]
    return np.pad(x, ((0, 0), *sides, (0, 0)))


def run_block(name, x, expand, channels, stride):
    """An inverted residual; the last convolution has no activation."""
    inp, y, part = x.shape[3], x, 0
    if expand > 1:
        y = relu6(normalize(f"{name}.0.1", convolve(y, draw_kernel(f"{name}.0.0", expand * inp, inp, 1), 0)))
        part = 1
    kernel = draw_kernel(f"{name}.{part}.0", expand * inp, 1, 3, True)
    y = convolve(pad_correctly(y), kernel, 0, 2, False, True) if stride == 2 else convolve(y, kernel, 0, depthwise=True)
    y = relu6(normalize(f"{name}.{part}.1", y))
    y = normalize(f"{name}.{part + 2}", convolve(y, draw_kernel(f"{name}.{part + 1}", channels, expand * inp, 1), 0))
    return x + y if stride == 1 and inp == channels else y


def run_mobilenet_v2(x):
    """Up to the sums of the dense layer."""
    x = relu6(normalize("features.0.1", convolve(x, draw_kernel("features.0.0", 32, 3, 3), 0, 2)))
    for number, block in enumerate(BLOCKS, 1):
        x = run_block(f"features.{number}.conv", x, *block)
    x = relu6(normalize("features.18.1", convolve(x, draw_kernel("features.18.0", 1280, 320, 1), 0)))
    kernel = streams.make_parameter("classifier.1.weight", (CLASSES, 1280), GAIN).astype(np.float64)
    return x.mean((1, 2)) @ kernel.T + streams.make_parameter("classifier.1.bias", (CLASSES,), GAIN)


def make_drawn(shape):
    x = streams.draw_range("input.0", shape, np.float32(1)).astype(np.float64)
    return {"input": list(shape), "bound": 1, "gain": GAIN, "logits": run_mobilenet_v2(x).tolist()}


def main():
    folder = sys.argv[1]
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
    for key, shape in (("mobilenet_v2-same", (4, 64, 64, 3)), ("mobilenet_v2-same, odd", (2, 75, 70, 3))):
        goldens[key] = make_drawn(shape)
        goldens[key]["logits"] = shorten(goldens[key]["logits"])
    goldens["squeezenet"]["features"] = shorten(goldens["squeezenet"]["features"])
    with open(os.path.join(HERE, "keras.json"), "w", encoding="utf-8") as file:
        json.dump(goldens, file, separators=(",", ":"))
        file.write("\n")


if __name__ == "__main__":
    main()
