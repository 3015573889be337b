#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Trains on a folder of photographs and times what a person waits for.

  bench-photos.py RETORT-CLI FOLDER [--network NAME] [--weights SPEC] [--side N] [--seconds S]
                  [--finish head|whole]

FOLDER is made by bench-photos. For the head alone (everything else computed once) seconds until the
first pictures are through the network, for the whole network until its steps begin; then until the program has
ended after an interrupt S seconds later; its peak memory. With --finish an epoch of what it names (head or whole,
or both if it is there twice) is trained to its end before the interrupt.
Not a test: it fails only when it cannot run.
"""
import argparse
import json
import os
import signal
import subprocess
import tempfile
import time

FIRST_WORK = {"head": b"Computing the frozen blocks once", "whole": b'"start"'}


def make_recipe(path, options, what):
    recipe = {"retort": 1, "name": "bench", "method": "fine-tune",
              "task": {"dataset": "folder:" + os.path.abspath(options.folder), "augment": "light"},
              "backbone": {"network": options.network, "weights": options.weights, "input_size": options.side},
              "train": {"epochs": 2, "head_first": 1 if what == "head" else 0}}
    with open(path, "w", encoding="utf-8") as file:
        json.dump(recipe, file)


def measure(options, what):
    with tempfile.TemporaryDirectory(prefix="retort-bench-") as home:
        recipe = os.path.join(home, "recipe.json")
        make_recipe(recipe, options, what)
        environment = {**os.environ, "RETORT_HOME": home, "XDG_DATA_HOME": home, "XDG_CACHE_HOME": home}
        arguments = [options.program, "run", recipe] + (["--json"] if what == "whole" else [])
        start = time.monotonic()
        program = subprocess.Popen(arguments, env=environment, stdout=subprocess.PIPE)
        seen = False
        for line in program.stdout:
            seen = FIRST_WORK[what] in line
            if seen or time.monotonic() - start > 600:
                break
        first = time.monotonic() - start
        answer = float("nan")
        if what not in options.finish:
            time.sleep(options.seconds)
            asked = time.monotonic()
            program.send_signal(signal.SIGINT)
        else:
            for line in program.stdout:
                if b"epoch" in line.lower():
                    break
            print(f"{what:6} an epoch after {time.monotonic() - start:.1f} s")
            asked = time.monotonic()
            program.send_signal(signal.SIGINT)
        program.stdout.read()
        _, status, usage = os.wait4(program.pid, 0)
        answer = time.monotonic() - asked
        program.returncode = os.waitstatus_to_exitcode(status)
        if not seen:
            raise SystemExit(f"bench-photos.py: {what}: ended with {program.returncode} before its first work")
        print(f"{what:6} first work {first:6.2f} s   answer to an interrupt {answer:5.2f} s   "
              f"peak {usage.ru_maxrss / 1024:6.0f} MB", flush=True)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("program")
    parser.add_argument("folder")
    parser.add_argument("--network", default="mobile")
    parser.add_argument("--weights", default="builtin:mobile-animals")
    parser.add_argument("--side", type=int, default=96)
    parser.add_argument("--seconds", type=float, default=5)
    parser.add_argument("--finish", action="append", choices=FIRST_WORK, default=[])
    options = parser.parse_args()
    print(f"{options.network} at {options.side}, {options.folder}")
    for what in FIRST_WORK:
        measure(options, what)


if __name__ == "__main__":
    main()
