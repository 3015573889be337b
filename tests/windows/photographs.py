#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""What photographs.ui leaves: the folder as it was, and a side file with nothing in it. photographs.py CLI"""
import glob
import os

home = os.environ["RETORT_HOME"]
files = sorted(os.path.relpath(os.path.join(folder, name), home + "/photos")
               for folder, _, names in os.walk(home + "/photos") for name in names)
expected = [f"{name}/{number}.png" for name in ("dark", "light") for number in range(12)]
assert files == sorted(expected + ["dark/broken.png", "light/again.png"]), files
side, = glob.glob(home + "/corrections/*/latest.csv")
with open(side, encoding="utf-8") as text:
    assert text.read() == "retort-corrections,1\nsample,bytes,sha256,action,label\n"
