#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""make-twofold.py FILE: the weights of a MobileNet v1, a quarter wide, under names that do not say of which framework it is."""
import json
import struct
import sys

WIDTHS = [16, 32, 32, 64, 64] + 6 * [128] + 2 * [256]
CLASSES = 5


def list_shapes():
    shapes, width, layer = {}, 8, 0

    def add(*ends):
        nonlocal layer
        layer += 1
        shapes.update({f"layer{layer}.{end}": shape for end, shape in ends})

    def add_convolution(*shape):
        add(("weight", shape))
        add(*((end, shape[:1]) for end in ("weight", "bias", "running_mean", "running_var")))

    add_convolution(width, 3, 3, 3)
    for wider in WIDTHS:
        add_convolution(width, 1, 3, 3)
        add_convolution(wider, width, 1, 1)
        width = wider
    add(("weight", (CLASSES, width)), ("bias", (CLASSES,)))
    return shapes


def main():
    header, at = {}, 0
    for name, shape in list_shapes().items():
        size = 4
        for side in shape:
            size *= side
        header[name] = {"dtype": "F32", "shape": shape, "data_offsets": [at, at + size]}
        at += size
    text = json.dumps(header).encode()
    with open(sys.argv[1], "wb") as file:
        file.write(struct.pack("<Q", len(text)) + text + bytes(at))


main()
