#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The charts that were exported are pictures with curves in them."""
import os
import subprocess
import xml.etree.ElementTree as ElementTree

home = os.environ["RETORT_HOME"]

tree = ElementTree.parse(home + "/loss.svg")
assert tree.getroot().tag == "{http://www.w3.org/2000/svg}svg"
paths = [path.get("d", "") for path in tree.iter("{http://www.w3.org/2000/svg}path")]
assert max(path.count("L ") for path in paths) >= 20, [len(path) for path in paths]

asked = subprocess.run(["identify", "-format", "%m %w %h %k", home + "/accuracy.png"], check=True,
                       stdout=subprocess.PIPE, encoding="ascii")
form, *numbers = asked.stdout.split()
width, height, colours = map(int, numbers)
assert form == "PNG" and width >= 400 and height >= 100 and colours > 50, asked.stdout
