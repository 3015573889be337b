#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""A run that was stopped keeps its best weights: they reach what the best epoch reached."""
from runs import evaluate, read_epochs, read_run

run, epochs = read_run(2), read_epochs(2)
best = max(epoch["validation_accuracy"] for epoch in epochs)
assert run["state"] == "stopped" and run["method"] == "distil", run
assert 1 <= len(epochs) < 400, len(epochs)
assert run["validation_accuracy"] == best, (run, best)
assert abs(evaluate(2)["accuracy"] - best) < 1e-9, (evaluate(2), best)
