#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""make-photos.py FOLDER: a folder of small photographs in two classes, with one that is there twice and one that is none, and
FOLDER.json, a recipe that learns it."""
import json
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), os.pardir, "data"))
import make_pictures as pictures  # noqa: E402

SHADES = {"dark": 40, "light": 200}


def put(path, data):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "wb") as file:
        file.write(data)


def draw(shade, number):
    return pictures.encode_png(48, 32, 2, 8, False, lambda x, y: [shade + (x * 31 + y * 17 + number * 7) % 41 - 20] * 3)


def main():
    folder = os.path.abspath(sys.argv[1])
    for name, shade in SHADES.items():
        for number in range(12):
            put(os.path.join(folder, name, f"{number}.png"), draw(shade, number))
    put(os.path.join(folder, "light", "again.png"), draw(SHADES["dark"], 3))
    put(os.path.join(folder, "dark", "broken.png"), b"no picture")
    recipe = {"retort": 1, "name": "Photographs", "method": "scratch",
              "task": {"dataset": "folder:" + folder, "validation": 0.3},
              "backbone": {"network": "mlp", "hidden": [16], "weights": "random"},
              "train": {"epochs": 2, "batch_size": 8}}
    with open(folder + ".json", "w", encoding="utf-8") as file:
        json.dump(recipe, file)


main()
