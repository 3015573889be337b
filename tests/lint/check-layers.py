#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who may include whom: the folders of src stand on each other in one direction only.

A folder may use the folders of its row and everything those use. Headers are included by bare name. An outside
library is named in a few places, so that it can be replaced there.
"""
import re

import lint

FOLDERS = {
    "base": [],
    "kernels": ["base"],
    "chart": ["base"],
    "nn": ["kernels"],
    "json": ["base"],
    "catalogue": ["json"],
    "data": ["catalogue"],
    "train": ["nn", "data"],
    "store": ["train"],
    "fetch": ["catalogue"],
    "session": ["store", "chart", "fetch"],
    "widgets": ["session"],
    "windows": ["widgets"],
    "cli": ["store", "chart", "fetch"],
}

# Where the headers of a library may be included: folders (with '/'), or one file.
LIBRARIES = [
    ("openblas", r"cblas(_\w+)?\.h|openblas\w*\.h|f77blas\.h", ["kernels/rt-gemm.c"]),
    ("libpng", r"png\w*\.h", ["data/formats/rt-png.c"]),
    ("hdf5", r"hdf5\w*\.h|H5\w*\.h", ["data/formats/rt-keras-hdf5.h"]),
    ("zlib", r"zlib\.h", ["data/formats/"]),
    ("sqlite3", r"sqlite3\w*\.h", ["store/"]),
    ("protobuf-c", r"protobuf-c/.*", ["data/formats/"]),
    ("the schema of ONNX", r"onnx\.pb-c\.h", ["data/formats/rt-onnx-proto.c"]),
    ("gdk-pixbuf", r"gdk-pixbuf/.*", ["data/formats/"]),
    ("json-glib", r"json-glib/.*", ["json/", "catalogue/", "train/", "data/formats/", "cli/"]),
    ("libarchive", r"archive(_entry)?\.h", ["catalogue/rt-archive.c"]),
    ("libsoup", r"libsoup/.*", ["fetch/"]),
    ("cairo", r"(cairo/)?cairo(-\w+)?\.h", ["data/", "chart/", "widgets/", "windows/"]),
    ("pango", r"pango/.*", ["chart/", "widgets/", "windows/"]),
    ("gio", r"gio/.*", ["catalogue/", "fetch/", "data/", "train/", "store/", "cli/", "session/", "widgets/", "windows/"]),
    ("gobject", r"glib-object\.h|gobject/.*", ["session/", "widgets/", "windows/"]),
    ("gtk", r"(gtk|gdk|gsk|graphene)(/.*|\w*\.h)", ["widgets/", "windows/"]),
    ("libadwaita", r"adwaita\.h|adw\w*\.h", ["windows/"]),
]

INCLUDE = re.compile(r'^\s*#\s*include\s*(["<])([^">]+)[">]')
GENERATED = re.compile(r"^(config\.h|[\w-]+-resources\.h)$")


def get_allowed(folder):
    """@folder and all below it."""
    allowed, waiting = set(), [folder]
    while waiting:
        name = waiting.pop()
        if name not in allowed:
            allowed.add(name)
            waiting += FOLDERS.get(name, [])
    return allowed


def list_includes(tree):
    """(path, number, '"' or '<', what) of every include in src, tests and fuzz targets."""
    for path in tree.find(".c", ".h", under=("src/", "tests/")):
        for number, line in tree.lines(path):
            match = INCLUDE.match(line)
            if match:
                yield path, number, match.group(1), match.group(2)


def check_bare_names(tree):
    return [f"{path}:{number}: \"{what}\" is not a bare name"
            for path, number, mark, what in list_includes(tree)
            if ".." in what.split("/") or (mark == '"' and "/" in what)]


def map_headers(tree):
    headers = {}
    for path in tree.find(".h", under=("src/",)):
        headers.setdefault(path.split("/")[-1], []).append(path)
    return headers


def check_unique(tree):
    return [f"{' and '.join(paths)} have the same name"
            for paths in map_headers(tree).values() if len(paths) > 1]


def check_direction(tree):
    headers, faults = map_headers(tree), []
    for path, number, mark, what in list_includes(tree):
        if not path.startswith("src/") or mark == "<" or GENERATED.match(what):
            continue
        folder = path.split("/")[1]
        if what not in headers:
            faults.append(f"{path}:{number}: \"{what}\" is no header of src (a library's is in <>)")
            continue
        target = headers[what][0].split("/")[1]
        if target not in get_allowed(folder):
            faults.append(f"{path}:{number}: {folder} may not use {target} (\"{what}\")")
    return faults


def check_known_folders(tree):
    names = {p.split("/")[1] for p in tree.find(".c", ".h", under=("src/",)) if p.count("/") > 1}
    return [f"src/{name} is not in the table of folders" for name in sorted(names - set(FOLDERS))]


def check_twins(tree):
    """The plain twins are for tests: the program does not run them."""
    twins = {p.split("/")[-1] for p in tree.find(".h", under=("src/kernels/ref/",))}
    return [f"{path}:{number}: {what} is a plain twin, for tests"
            for path, number, _, what in list_includes(tree)
            if what in twins and path.startswith("src/") and not path.startswith("src/kernels/ref/")]


def check_library(tree, pattern, places):
    faults = []
    for path, number, _, what in list_includes(tree):
        if not path.startswith("src/") or not re.fullmatch(pattern, what):
            continue
        place = path[len("src/"):]
        if not any(place.startswith(p) if p.endswith("/") else place == p for p in places):
            faults.append(f"{path}:{number}: <{what}> belongs in {', '.join('src/' + p for p in places)} only")
    return faults


def make_rules(tree):
    rules = [
        ("headers are included by bare name", check_bare_names(tree)),
        ("header names are unique", check_unique(tree)),
        ("every folder of src has its row", check_known_folders(tree)),
        ("folders use only what stands below them", check_direction(tree)),
        ("plain twins stay in tests", check_twins(tree)),
    ]
    for name, pattern, places in LIBRARIES:
        rules.append((f"{name} is included where it belongs", check_library(tree, pattern, places)))
    return rules


if __name__ == "__main__":
    lint.main(make_rules)
