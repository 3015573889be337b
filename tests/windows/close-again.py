#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The run went on where it was: epochs of the first start are those, with the seconds they took."""
import json
import os

from runs import read_epochs, read_run

run, epochs = read_run(1), read_epochs(1)
assert run["state"] == "finished", run
assert [epoch["epoch"] for epoch in epochs] == list(range(1, 31))
with open(os.environ["RETORT_HOME"] + "/before.json", encoding="utf-8") as file:
    before = json.load(file)
for old, new in zip(before, epochs):
    old["best"] = new["best"]    # of all that there are
    assert old == new, (old, new)
