#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The charts that were exported are pictures with curves in them."""
import os
import xml.etree.ElementTree as ElementTree

import gi

gi.require_version("GdkPixbuf", "2.0")
from gi.repository import GdkPixbuf

home = os.environ["RETORT_HOME"]

tree = ElementTree.parse(home + "/loss.svg")
assert tree.getroot().tag == "{http://www.w3.org/2000/svg}svg"
paths = [path.get("d", "") for path in tree.iter("{http://www.w3.org/2000/svg}path")]
assert max(path.count("L ") for path in paths) >= 20, [len(path) for path in paths]

picture = GdkPixbuf.Pixbuf.new_from_file(home + "/accuracy.png")
pixels = picture.get_pixels()
width = picture.get_n_channels()
colours = {pixels[i:i + width] for i in range(0, len(pixels) - width, width)}
assert picture.get_width() >= 400 and picture.get_height() >= 100, picture
assert len(colours) > 50, len(colours)
