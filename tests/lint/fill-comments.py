#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""fill-comments.py FILE...: fills anew the comments of C files that have lines of more than 100 columns.

Only paragraphs with such a line are touched, and no tables (three spaces in a line); a comment behind code goes on a line of its own before it. Code is never
changed: a file whose code would be is left as it was, and lines of code that are too long are named.
"""
import re
import sys
import textwrap

COLUMNS = 100


def strip_code(text):
    """The code alone, for comparison."""
    return re.sub(r"/\*.*?\*/", " ", text, flags=re.DOTALL).split()


def begins_paragraph(body):
    return not body.strip() or re.match(r"\s*(@\w+:|[-*] |\d+\. |\w+:$)", body)


def indent_of(body):
    return len(body) - len(body.lstrip())


def fill_bodies(bodies, room, closing):
    """@bodies: a comment's lines without its marks. The last line leaves @closing columns free."""
    filled, start = [], 0
    while start < len(bodies):
        spare = closing if start == len(bodies) - 1 else 0
        is_table = re.search(r"\S {3,}\S", bodies[start])
        if is_table or len(bodies[start].rstrip()) + spare <= room:
            filled.append(bodies[start].rstrip())
            start += 1
            continue
        end = start + 1
        while (end < len(bodies) and not begins_paragraph(bodies[end])
               and indent_of(bodies[end]) == indent_of(bodies[start + 1])):
            end += 1
        first = " " * max(1, indent_of(bodies[start]))
        hangs = re.match(r"\s*(@\w+:|[-*] )", bodies[start])
        rest = " " * indent_of(bodies[start + 1]) if end > start + 1 else first + ("  " if hangs else "")
        filled += textwrap.wrap(" ".join(body.strip() for body in bodies[start:end]), room - closing,
                                initial_indent=first, subsequent_indent=rest,
                                break_long_words=False, break_on_hyphens=False)
        start = end
    return filled


def fill_comment(lines, indent):
    """@lines: one whole comment that begins its line."""
    opener = "/**" if lines[0].lstrip().startswith("/**") else "/*"
    bodies = [lines[0].lstrip()[len(opener):]] + [re.sub(r"^\s*\*(?!/)", "", line) for line in lines[1:]]
    bodies[-1] = bodies[-1][:bodies[-1].rindex("*/")]
    opens_alone = len(lines) > 1 and not bodies[0].strip()
    closes_alone = len(lines) > 1 and not bodies[-1].strip()
    bodies = bodies[1 if opens_alone else 0:len(bodies) - 1 if closes_alone else None]
    filled = fill_bodies(bodies, COLUMNS - len(indent) - 2, 0 if closes_alone else 3)
    out = [indent + opener] if opens_alone else []
    for number, body in enumerate(filled):
        out.append(indent + (opener if number == 0 and not opens_alone else " *") + body)
    if closes_alone:
        out.append(indent + " */")
    else:
        out[-1] += " */"
    return out


def fill(lines):
    out, at = [], 0
    while at < len(lines):
        line = lines[at]
        begins = re.match(r"^(\s*)/\*", line)
        if begins and line.rstrip().endswith("*/") or begins and "*/" not in line:
            end = at
            while "*/" not in lines[end]:
                end += 1
            comment = lines[at:end + 1]
            whole = lines[end].rstrip().endswith("*/")
            too_long = whole and any(len(item) > COLUMNS for item in comment)
            out += fill_comment(comment, begins.group(1)) if too_long else comment
            at = end + 1
            continue
        behind = re.match(r"^(\s*)(\S.*?)\s+(/\*.*\*/)\s*$", line)
        if len(line) > COLUMNS and behind and '"' not in line and not line.rstrip().endswith("\\"):
            comment = [behind.group(1) + behind.group(3)]
            out += fill_comment(comment, behind.group(1)) if len(comment[0]) > COLUMNS else comment
            line = behind.group(1) + behind.group(2)
        out.append(line)
        at += 1
    return out


def main(paths):
    for path in paths:
        with open(path, encoding="utf-8") as file:
            text = file.read()
        filled = "\n".join(fill(text.split("\n")))
        if strip_code(filled) != strip_code(text):
            print(f"{path}: left as it was, its code would change")
            continue
        if filled != text:
            with open(path, "w", encoding="utf-8") as file:
                file.write(filled)
        for number, line in enumerate(filled.split("\n"), 1):
            if len(line) > COLUMNS:
                print(f"{path}:{number}: {len(line)} columns")


if __name__ == "__main__":
    main(sys.argv[1:])
