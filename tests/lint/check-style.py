#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Sizes, lines, and a few habits that a machine can see."""
import re

import lint

MAX_FILE = 800
MAX_FUNCTION = 80
MAX_TEMPLATE = 300
MAX_COLUMNS = 100
MAX_README = 20

CODE = (".c", ".h")
SCRIPTS = (".py", ".sh", "dev", ".ci/run")
TEXTS = CODE + SCRIPTS + (".ui", ".css", ".xml", ".json", "meson.build", ".md")
OURS = ("src/", "tests/")
SPDX = "SPDX-License-Identifier: GPL-3.0-or-later"


def find_lines(tree, paths, pattern, message, blank=False):
    """A fault for each line that @pattern finds; @blank: not in comments and strings."""
    compiled, faults = re.compile(pattern), []
    for path in paths:
        text = tree.read(path)
        lines = (lint.blank_comments(text) if blank else text).split("\n")
        for number, line in enumerate(lines, 1):
            match = compiled.search(line)
            if match:
                faults.append(f"{path}:{number}: {message.format(match.group(0).strip())}")
    return faults


def count_lines(tree, path):
    text = tree.read(path)
    return text.count("\n") + (not text.endswith("\n") and text != "")


def check_length(tree, paths, limit):
    sizes = [(path, count_lines(tree, path)) for path in paths]
    return [f"{path}: {size} lines, at most {limit}" for path, size in sizes if size > limit]


def check_functions(tree):
    """A function is what stands between '{' and '}' in the first column, after a line that ends its parameters."""
    faults = []
    for path in tree.find(".c", ".h", under=OURS):
        start, before = None, ""
        for number, line in enumerate(lint.blank_comments(tree.read(path)).split("\n"), 1):
            if line.rstrip() == "{" and before.endswith(")"):
                start = number
            elif line.startswith("}") and start is not None:
                if number - start - 1 > MAX_FUNCTION:
                    faults.append(f"{path}:{start}: a function of {number - start - 1} lines, at most {MAX_FUNCTION}")
                start = None
            before = line.rstrip() or before
    return faults


def check_columns(tree):
    return [f"{path}:{number}: {len(line)} columns, at most {MAX_COLUMNS}"
            for path in tree.find(*CODE, under=OURS)
            for number, line in tree.lines(path) if len(line) > MAX_COLUMNS]


def check_licence(tree):
    """In C on the first line; in a script after the line that names its interpreter."""
    faults = []
    for path in tree.find(*CODE, under=OURS):
        if not tree.read(path).startswith(f"/* {SPDX} */\n"):
            faults.append(f"{path}:1: does not begin with /* {SPDX} */")
    for path in tree.find(".css", *SCRIPTS):
        if SPDX not in "\n".join(tree.read(path).split("\n")[:3]):
            faults.append(f"{path}:1: the first three lines do not say {SPDX}")
    return faults


def check_last_line(tree):
    texts = [(path, tree.read(path)) for path in tree.find(*TEXTS)]
    return [f"{path}: does not end with one line end" for path, text in texts
            if text and (not text.endswith("\n") or text.endswith("\n\n"))]


def check_readmes(tree):
    faults = []
    folders = {"/".join(p.split("/")[:2]) for p in tree.find(*CODE, under=("src/",)) if p.count("/") > 1}
    for folder in sorted(folders):
        if f"{folder}/README.md" not in tree.paths:
            faults.append(f"{folder}: has no README.md")
    return faults + check_length(tree, tree.find("/README.md", under=("src/",)), MAX_README)


def check_pure(tree):
    """Kernels get all their memory from the caller and cannot fail."""
    kernels = [p for p in tree.find(".c", under=("src/kernels/",))]
    return find_lines(tree, kernels,
                      r"\b(malloc|calloc|realloc|aligned_alloc|posix_memalign|g_(try_)?(new|malloc|realloc)\w*"
                      r"|GError|g_(message|warning|debug|print\w*))\b(?=\s*[(*])",
                      "kernels do not use {}", blank=True)


def check_silent(tree):
    # rt-keras-process.c ends the child that it forked, never the program.
    below = [p for p in tree.find(".c", ".h", under=("src/",))
             if not p.startswith(("src/cli/", "src/windows/")) and p != "src/data/formats/rt-keras-process.c"]
    return find_lines(tree, below,
                      r"\b(g_print|g_printerr|printf|puts|putchar|perror|_?exit)\s*\(|\bfprintf\s*\(\s*std(out|err)",
                      "only the command line and the windows print or end the program: {}", blank=True)


def make_rules(tree):
    code = tree.find(*CODE, under=OURS)
    texts = tree.find(*TEXTS)
    shipped = tree.find(*CODE, ".ui", ".css", ".json", ".xml", ".in", ".md", under=("src/", "ui/", "data/", "po/"))
    return [
        (f"files have at most {MAX_FILE} lines", check_length(tree, tree.find(*CODE, ".py", ".css"), MAX_FILE)),
        (f"functions have at most {MAX_FUNCTION} lines", check_functions(tree)),
        (f"templates have at most {MAX_TEMPLATE} lines", check_length(tree, tree.find(".ui"), MAX_TEMPLATE)),
        (f"lines have at most {MAX_COLUMNS} columns (fill-comments.py mends comments)", check_columns(tree)),
        (f"folders have a README of at most {MAX_README} lines", check_readmes(tree)),
        ("files name the licence", check_licence(tree)),
        ("no tabs", find_lines(tree, texts, r"\t", "a tab")),
        ("no spaces at the end of a line", find_lines(tree, texts, r"[ \t\r]+$", "space at the end")),
        ("files end with one line end", check_last_line(tree)),
        ("nothing is left to do", find_lines(tree, tree.find(*CODE, ".ui", ".css", under=("src/", "ui/", "tests/")),
                                             r"\b(TODO|FIXME|XXX)\b", "{}: an issue is the place for it")),
        ("no paths of one machine", find_lines(tree, shipped, r"(?<![\w.])/(home|work|tmp|root)/", "{} is on one machine")),
        ("plain C types", find_lines(tree, code, r"\bg(char|int|double|float)\b", "{} has a plain name in C",
                                     blank=True)),
        ("kernels are pure", check_pure(tree)),
        ("nothing below the edge prints or exits", check_silent(tree)),
        ("no test is skipped without a reason", find_lines(tree, tree.find(".c", under=("tests/",)),
                                                           r'g_test_skip\s*\(\s*(NULL|"")\s*\)', "{}: why?")),
    ]


if __name__ == "__main__":
    lint.main(make_rules)
