# SPDX-License-Identifier: GPL-3.0-or-later
"""What the checks share: the tree, its files, and a report in TAP with one result for each rule."""
import argparse
import os
import re
import sys

# Not ours, or (broken, corpus) files that tests need to be wrong.
SKIPPED_DIRS = re.compile(r"^(\.git|\.cache|build.*|__pycache__|broken|corpus)$")


class Tree:
    """A source tree. Paths are relative to its root, with '/', in a fixed order."""

    def __init__(self, root):
        self.root = os.path.abspath(root)
        self.paths = []
        for folder, dirs, names in os.walk(self.root):
            dirs[:] = sorted(d for d in dirs if not SKIPPED_DIRS.match(d))
            for name in sorted(names):
                self.paths.append(os.path.relpath(os.path.join(folder, name), self.root).replace(os.sep, "/"))

    def find(self, *endings, under=("",)):
        """Paths that end in one of @endings and begin with one of @under."""
        return [p for p in self.paths if p.endswith(endings) and p.startswith(tuple(under))]

    def full(self, path):
        return os.path.join(self.root, path)

    def read(self, path):
        with open(self.full(path), encoding="utf-8", errors="replace", newline="") as file:
            return file.read()

    def lines(self, path):
        """(number, line) without line ends, from 1."""
        return list(enumerate(self.read(path).split("\n"), 1))


def blank_comments(text):
    """C text in which comments are blanks and the contents of strings are 'x': lengths and lines stay."""
    pattern = re.compile(r"/\*.*?\*/|//[^\n]*|\"(?:\\.|[^\"\\\n])*\"|'(?:\\.|[^'\\\n])*'", re.DOTALL)

    def blank(match):
        found = match.group(0)
        if found[0] == "/":
            return re.sub(r"[^\n]", " ", found)
        return found[0] + "x" * (len(found) - 2) + found[-1]

    return pattern.sub(blank, text)


def open_tree():
    """The tree named on the command line, else the one that holds this file."""
    parser = argparse.ArgumentParser()
    parser.add_argument("root", nargs="?", default=find_root())
    return Tree(parser.parse_args().root)


def find_root():
    return os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")


def report(rules):
    """@rules: (name, faults) each, or (name, None, why it is skipped). Prints TAP; gives the exit status."""
    status = 0
    print(f"1..{len(rules)}")
    for number, rule in enumerate(rules, 1):
        name, faults = rule[0], rule[1]
        if faults is None:
            print(f"ok {number} {name} # SKIP {rule[2]}")
            continue
        for fault in faults:
            print(f"# {fault}")
        print(f"{'not ok' if faults else 'ok'} {number} {name}")
        status = status or bool(faults)
    return int(status)


def main(make_rules):
    sys.exit(report(make_rules(open_tree())))
