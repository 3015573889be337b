# SPDX-License-Identifier: GPL-3.0-or-later
"""What the history says of the runs that were driven, through the command line in sys.argv[1]."""
import json
import subprocess
import sys


def ask(*words):
    """The JSON objects that the command line prints."""
    done = subprocess.run([sys.argv[1], *map(str, words), "--json"], check=True, timeout=60,
                          stdout=subprocess.PIPE, encoding="utf-8")
    return [json.loads(line) for line in done.stdout.splitlines()]


def read_run(number):
    """Its state and result."""
    return next(run for run in ask("runs") if run["run"] == number)


def read_epochs(number):
    """Its metrics, an object an epoch."""
    return [event for event in ask("runs", number) if event["event"] == "epoch"]


def evaluate(number):
    """What the kept weights reach on the validation part of the run's own split."""
    return ask("evaluate", "--run", number, "--part", "validation")[-1]
