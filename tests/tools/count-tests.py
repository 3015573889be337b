#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""count-tests.py testlog.json...: tests and their subtests, counted; says which failed, and why some were skipped.

Reads what `meson test` leaves in meson-logs/testlog.json. A program that speaks TAP counts once for
each of its results, any other program once. A program that failed without a failed result (it crashed, timed
out, or ended before its plan) counts as one failure more. Nothing counted is a failure too.

The last line is "N passed, N failed", with ", N skipped" where there are any. Exit status 1 on failure.
"""
import json
import re
import sys

RESULT = re.compile(r"^( *)(not )?ok\b[ \d]*(?:- )?(.*?)(?:\s+# *(SKIP|TODO)\b *(.*))?$", re.IGNORECASE)
NO_PLAN = re.compile(r"^1\.\.0\s*# *SKIP\b *(.*)$", re.IGNORECASE)
TAP = re.compile(r"^(1\.\.\d+|TAP version \d+)", re.MULTILINE)
GOOD = {"OK", "EXPECTEDFAIL"}


def read_tap(text):
    """Yields (name, "ok" | "failed" | "skipped", reason). A result that closes a list of indented ones is not counted."""
    inner = 0
    for line in text.splitlines():
        match = RESULT.match(line)
        if not match:
            empty = NO_PLAN.match(line)
            if empty:
                yield "", "skipped", empty.group(1)
            continue
        indent, bad, name, directive, reason = match.groups()
        closes = not indent and inner
        inner = inner + 1 if indent else 0
        if closes:
            continue
        state = "skipped" if directive else "failed" if bad else "ok"
        yield name, state, reason or ""


def read_test(entry):
    """The results of one program, as read_tap() gives them."""
    text = entry.get("stdout") or ""
    result = entry["result"]
    found = list(read_tap(text)) if TAP.search(text) else []
    if result in GOOD:
        return found or [("", "ok", "")]
    if result == "SKIP":
        return found or [("", "skipped", text.strip().splitlines()[-1] if text.strip() else "")]
    if not any(state == "failed" for _, state, _ in found):
        found.append(("", "failed", f"{result.lower()}, exit status {entry.get('returncode')}"))
    return found


def main(paths):
    counts = {"ok": 0, "failed": 0, "skipped": 0}
    for path in paths:
        try:
            with open(path, encoding="utf-8") as file:
                entries = [json.loads(line) for line in file if line.strip()]
        except FileNotFoundError:
            entries = []
        for entry in entries:
            for name, state, reason in read_test(entry):
                counts[state] += 1
                if state != "ok":
                    title = f"{entry['name']}: {name}" if name else entry["name"]
                    print(f"{state}: {title}" + (f" ({reason})" if reason else ""))
    if counts["ok"] + counts["failed"] == 0:
        print("failed: no test was run")
        counts["failed"] = 1
    skipped = f", {counts['skipped']} skipped" if counts["skipped"] else ""
    print(f"{counts['ok']} passed, {counts['failed']} failed{skipped}")
    return 1 if counts["failed"] else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
