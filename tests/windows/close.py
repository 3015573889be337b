#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The run was saved in the middle; what there is of it is put aside for close-again.py."""
import json
import os

from runs import read_epochs, read_run

run, epochs = read_run(1), read_epochs(1)
assert run["state"] == "interrupted", run
assert 1 < len(epochs) < 200, len(epochs)
with open(os.environ["RETORT_HOME"] + "/before.json", "w", encoding="utf-8") as file:
    json.dump(epochs, file)
