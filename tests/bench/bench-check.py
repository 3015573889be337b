#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Compares the seconds that `check` predicts for an epoch with those that a run then takes.

  bench-check.py RETORT-CLI [--turns N] RECIPE [SETTING...]

SETTING is what `run --set` takes. Both are asked in turns, so that a machine that is busy for a while is so
for both; printed is each turn and the median of the ratios. The first epoch warms up and is not counted.
Not a test: it fails only when it cannot run.
"""
import argparse
import json
import os
import statistics
import subprocess
import tempfile


def read_lines(options, verb, home):
    settings = [word for setting in options.setting for word in ("--set", setting)]
    output = subprocess.run([options.program, verb, options.recipe, "--json", *settings], check=True,
                            env={**os.environ, "RETORT_HOME": home}, stdout=subprocess.PIPE).stdout
    return [json.loads(line) for line in output.splitlines()]


def compare(options, home):
    predicted = read_lines(options, "check", home)[-1]["seconds_per_epoch"]
    epochs = [line["seconds"] for line in read_lines(options, "run", home) if line.get("event") == "epoch"]
    measured = statistics.median(epochs[1:] or epochs)
    print(f"predicted {1e3 * predicted:9.2f} ms  measured {1e3 * measured:9.2f} ms "
          f"({1e3 * min(epochs):.2f} to {1e3 * max(epochs):.2f})  ratio {predicted / measured:.2f}", flush=True)
    return predicted / measured


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("program")
    parser.add_argument("--turns", type=int, default=5)
    parser.add_argument("recipe")
    parser.add_argument("setting", nargs="*")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="retort-bench-") as home:
        ratios = [compare(options, home) for _ in range(options.turns)]
    print(f"median ratio {statistics.median(ratios):.2f}  {os.path.basename(options.recipe)} {' '.join(options.setting)}")


if __name__ == "__main__":
    main()
