#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""po/POTFILES lists every file with a text to translate, and nothing else; translations are well formed.

With --write, po/POTFILES is written anew.
"""
import re
import shutil
import subprocess
import sys

import lint

MARKED_C = re.compile(r"(?<![\w.])(_|N_|C_|NC_|Q_|G_N_|ngettext|dngettext|g_dngettext|g_dpgettext2?|gettext)\s*\(")
MARKED_UI = re.compile(r"translatable\s*=\s*\"(yes|true|1)\"")
MARKED_DATA = re.compile(r"^(Name|Comment|Keywords|GenericName)=|<(name|summary|p|li|caption)\b", re.MULTILINE)
MARKED_SCHEMA = re.compile(r"<(summary|description)\b")


def has_texts(tree, path):
    text = tree.read(path)
    if path.endswith((".c", ".h")):
        return bool(MARKED_C.search(re.sub(r"(?m)^\s*#\s*define.*$", "", lint.blank_comments(text))))
    if path.endswith(".ui"):
        return bool(MARKED_UI.search(text))
    if path.endswith(".gschema.xml"):
        return bool(MARKED_SCHEMA.search(text))
    return bool(MARKED_DATA.search(text))


def read_list(tree, path):
    if path not in tree.paths:
        return []
    return [line.strip() for _, line in tree.lines(path) if line.strip() and not line.startswith("#")]


def find_marked(tree):
    paths = tree.find(".c", ".h", ".ui", under=("src/", "ui/"))
    paths += tree.find(".desktop.in", ".metainfo.xml.in", ".gschema.xml", under=("data/",))
    return sorted(path for path in paths if has_texts(tree, path))


def check_list(tree):
    listed, marked = read_list(tree, "po/POTFILES"), find_marked(tree)
    faults = [f"po/POTFILES: {path} has texts to translate and is not listed" for path in marked if path not in listed]
    faults += [f"po/POTFILES: {path} is listed and has no text to translate"
               for path in listed if path in tree.paths and path not in marked]
    faults += [f"po/POTFILES: {path} is listed and is not there" for path in listed if path not in tree.paths]
    if listed != sorted(set(listed)):
        faults.append("po/POTFILES: not in alphabetical order, or with a line twice")
    return [fault + " (check-po.py --write)" for fault in faults]


def write_list():
    tree = lint.Tree(lint.find_root())
    with open(tree.full("po/POTFILES"), "w", encoding="utf-8") as file:
        file.writelines(path + "\n" for path in find_marked(tree))


def check_languages(tree):
    languages = read_list(tree, "po/LINGUAS")
    files = [path[len("po/"):-len(".po")] for path in tree.find(".po", under=("po/",))]
    return ([f"po/LINGUAS: {name} is listed, po/{name}.po is not there" for name in languages if name not in files]
            + [f"po/{name}.po is not listed in po/LINGUAS" for name in files if name not in languages])


def check_catalogues(tree):
    faults = []
    for path in tree.find(".po", under=("po/",)):
        done = subprocess.run(["msgfmt", "--check", "-o", "/dev/null", tree.full(path)],
                              capture_output=True, text=True, check=False)
        if done.returncode:
            faults += [f"{path}: {line}" for line in done.stderr.strip().splitlines()]
    return faults


def make_rules(tree):
    rules = [("POTFILES lists what is translated", check_list(tree)),
             ("LINGUAS lists the languages", check_languages(tree))]
    if shutil.which("msgfmt"):
        rules.append(("catalogues are well formed", check_catalogues(tree)))
    else:
        rules.append(("catalogues are well formed", None, "msgfmt (package gettext) is not installed"))
    return rules


if __name__ == "__main__":
    if sys.argv[1:] == ["--write"]:
        write_list()
    else:
        lint.main(make_rules)
