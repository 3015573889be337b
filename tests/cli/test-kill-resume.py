#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""kill -9 at ten random moments, then resume: the epochs equal those of a run left alone, to the bit.

The seed of the moments is printed; RETORT_TEST_SEED sets it.
"""
import os
import random
import signal
import subprocess
import time

import cli

N_KILLS = 10


class KillResume(cli.Case):
    def history(self, run):
        """All that was measured but time, as the text of its exact doubles."""
        self.done("export", run, self.path("epochs.csv"))
        self.done("export", run, self.path("steps.csv"), "--steps")
        tables = []
        for name in ("epochs.csv", "steps.csv"):
            with open(self.path(name), encoding="utf-8") as file:
                tables.append([line.rsplit(",", 1)[0] for line in file])
        return tables

    def start(self, *arguments):
        return subprocess.Popen([cli.PROGRAM, *map(str, arguments)], stdout=subprocess.DEVNULL,
                                stderr=subprocess.DEVNULL, env=self.environment())

    def kill_until_finished(self, recipe, run, longest, moments, kills):
        """Starts run @run and kills it until it has ended, or enough was killed; then lets it end."""
        command = ("run", recipe)
        while kills < N_KILLS:
            with self.start(*command) as program:
                try:
                    program.wait(timeout=moments.uniform(0.0, longest))
                except subprocess.TimeoutExpired:
                    program.send_signal(signal.SIGKILL)
                    program.wait()
                if program.returncode == 0:
                    return kills
                self.assertEqual(program.returncode, -signal.SIGKILL)
            kills += 1
            if os.path.isdir(os.path.join(self.home, "runs", str(run))):
                listed = self.cli("runs", run, "--json")
                if listed.status == 0:
                    self.assertIn(listed.events("result")[0]["state"], ("interrupted", "new", "finished"))
                    command = ("resume", run)
                    if listed.events("result")[0]["state"] == "finished":
                        return kills
        self.done(*command)
        return kills

    def test_kill(self):
        seed = int(os.environ.get("RETORT_TEST_SEED", random.SystemRandom().randrange(2**31)))
        print(f"# moments from seed {seed}", flush=True)
        moments = random.Random(seed)
        recipe = self.recipe(backbone__hidden=[300, 100], train__epochs=12,
                             task__samples_per_class=150, task__validation=20)
        begun = time.monotonic()
        self.done("run", recipe)
        longest = 0.5 * (time.monotonic() - begun)
        alone = self.history(1)
        self.assertEqual(len(alone[0]), 1 + 12)

        kills, run = 0, 1
        while kills < N_KILLS:
            # A program killed before it had a number leaves none; the next one takes it.
            run = max([r["run"] for r in self.done("runs", "--json").events("result")]) + 1
            kills = self.kill_until_finished(recipe, run, longest, moments, kills)
            shown = self.done("runs", run, "--json").events("result")[0]
            self.assertEqual(shown["state"], "finished")
            self.assertEqual(self.history(run), alone)
            best = []
            for number in (1, run):
                with open(os.path.join(self.home, "runs", str(number), "best.safetensors"), "rb") as file:
                    best.append(file.read())
            self.assertEqual(best[0], best[1])
        print(f"# {kills} kills, {run - 1} runs beside the one left alone", flush=True)


if __name__ == "__main__":
    cli.main()
