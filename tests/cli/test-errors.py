#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is wrong is said: the thing, the value, what is allowed or comes next, and the status."""
import os
import re
import resource
import shutil
import signal
import sqlite3
import subprocess

import cli


class Errors(cli.Case):
    def test_usage(self):
        self.assertIn("--help", self.wrong(2))
        self.assertIn("evaluate", self.wrong(2, "evalute"))
        self.assertIn("--nothing", self.wrong(2, "runs", "--nothing"))
        self.assertIn("--nothing", self.wrong(2, "runs", "--nothing", "--json"))
        self.assertIn("recipe", self.wrong(2, "run"))
        for words in (["resume"], ["resume", "one"], ["delete", "0"], ["runs", "-3"],
                      ["export", "1"], ["predict", "1"], ["bench", "nosuchnet"],
                      ["evaluate"], ["evaluate", "--run", "1", "--weights", "file:x"],
                      ["bench", "--kind", "other"], ["datasets", "a", "b"]):
            self.wrong(2, *words)

    def test_recipe(self):
        message = self.wrong(2, "run", self.recipe(train__epochz=4), "--json")
        self.assertIn("epochz", message)
        self.assertIn("epochs", message)
        message = self.wrong(2, "check", self.recipe(train__epochs=-4, train__batch_size=0))
        self.assertIn("train.epochs", message)
        self.assertIn("train.batch_size", message)
        self.assertIn("-4", message)
        self.assertIn("nowhere.json", self.wrong(2, "run", self.path("nowhere.json")))
        with open(self.path("cut.json"), "w", encoding="utf-8") as file:
            file.write('{ "retort": 1, "meth')
        self.assertIn("cut.json", self.wrong(2, "run", self.path("cut.json")))
        self.assertFalse(os.path.exists(self.home), "a wrong recipe leaves no trace")

    def test_settings(self):
        recipe = self.recipe()
        self.assertIn("KEY=VALUE", self.wrong(2, "run", recipe, "--set", "epochs"))
        self.assertIn("train.epochz", self.wrong(2, "run", recipe, "--set", "train.epochz=2"))
        self.assertIn("many", self.wrong(2, "run", recipe, "--set", "train.epochs=many"))
        self.wrong(2, "run", recipe, "--threads", 1000)
        self.wrong(2, "run", recipe, "--seeds", 0)
        for minutes in (0, -1, "nan"):
            self.assertIn("above 0", self.wrong(2, "run", recipe, "--minutes", minutes))
        self.assertIn("baseline", self.wrong(2, "run", recipe, "--baseline"))

    def test_data(self):
        for spec in ("folder:" + self.path("none"), "cifar:" + self.path("none"),
                     "idx:" + self.path("none"), "builtin:glyphs/digit", "nothing:x", "plain"):
            message = self.wrong(2, "run", self.recipe(task__dataset=spec), "--json")
            self.assertIn(spec.split(":")[-1], message)
            self.wrong(2, "datasets", spec)
        self.assertEqual(self.done("runs", "--json").lines, [], "nothing began, nothing is kept")
        os.mkdir(self.path("empty"))
        self.assertIn("empty", self.wrong(2, "datasets", "folder:" + self.path("empty")))

    def test_no_run(self):
        for words in (["resume", 7], ["runs", 7], ["delete", 7, "--yes"],
                      ["export", 7, self.path("x.csv")], ["evaluate", "--run", 7],
                      ["predict", 7, "x.png"], ["backbones", "run:7"]):
            self.assertIn("no run 7", self.wrong(2, *words, "--json"))

    def test_finished(self):
        self.done("run", self.recipe(), "--set", "train.epochs=1")
        self.assertIn("is finished", self.wrong(2, "resume", 1))
        for name in ("a.onnx", "folder/", "a.csv", "a.png", "a.json"):
            self.assertIn(self.path("none") + ": there is no such folder; make it",
                          self.wrong(2, "export", 1, self.path("none/" + name)))
        self.assertEqual(self.wrong(1, "export", 1, "/proc/a.safetensors").count("not be written"), 1)
        self.assertIn(".safetensors", self.wrong(2, "export", 1, self.path("a.doc")))
        self.assertIn(self.path("none") + ": there is no such folder; make it",
                      self.wrong(2, "datasets", "builtin:glyphs/digits", "--sheet", self.path("none/sheet.png")))
        self.assertIn("none.png", self.wrong(2, "predict", 1, self.path("none.png")))
        self.assertIn("run:1@9", self.wrong(2, "backbones", "run:1@9"))

    def test_weights(self):
        self.done("run", self.recipe(), "--set", "train.epochs=1")
        self.done("export", 1, self.path("mlp.safetensors"))
        os.remove(self.path("mlp.json"))
        message = self.wrong(2, "evaluate", "--network", "resnet20", "--weights",
                             "file:" + self.path("mlp.safetensors"), "--dataset",
                             "builtin:glyphs/digits")
        self.assertIn("mlp.safetensors", message)
        self.assertIn("conv1.weight", message)
        with open(self.path("foreign.safetensors"), "wb") as file:
            file.write(b"GIF89a and so on, which no network ever was")
        self.assertIn("foreign.safetensors",
                      self.wrong(2, "evaluate", "--network", "resnet20", "--weights",
                                 "file:" + self.path("foreign.safetensors"), "--dataset",
                                 "builtin:glyphs/digits"))

    def test_newer_database(self):
        self.done("runs")
        with sqlite3.connect(os.path.join(self.home, "retort.db")) as database:
            database.execute("PRAGMA user_version = 77")
        message = self.wrong(2, "runs", "--json")
        self.assertIn("retort.db", message)
        self.assertRegex(message, r"format 77;.* up to \d+")

    def test_damaged_database(self):
        os.mkdir(self.home)
        with open(os.path.join(self.home, "retort.db"), "w", encoding="utf-8") as file:
            file.write("no database at all, but long enough to be taken for one " * 40)
        self.assertIn("move it away", self.wrong(2, "run", self.recipe()))

    def test_home_is_a_file(self):
        with open(self.home, "w", encoding="utf-8") as file:
            file.write("x")
        for words in (["runs"], ["predict", 1, "x.png"], ["backbones", "run:1"], ["export", 1, "x.csv"],
                      ["evaluate", "--run", 1], ["check", self.recipe(method="fine-tune", backbone__weights="run:1")]):
            self.assertIn("RETORT_HOME", self.wrong(2, *words))

    def test_read_only_run(self):
        """As a user who may not write there: said before any work, and the run stays as it was."""
        recipe = self.recipe(train__epochs=200, task__samples_per_class=100)
        with subprocess.Popen([cli.PROGRAM, "run", recipe], stdout=subprocess.PIPE, text=True,
                              stderr=subprocess.DEVNULL, env=self.environment()) as program:
            for line in program.stdout:
                if line.startswith("epoch"):
                    break
            program.send_signal(signal.SIGINT)
            program.communicate(timeout=100)
            self.assertEqual(program.returncode, 130)
        folder = os.path.join(self.home, "runs", "1")
        copy = shutil.copy(cli.PROGRAM, self.path("retort-cli"))
        nobody = {"user": 65534, "group": 65534, "extra_groups": []} if os.getuid() == 0 else {}
        if nobody:
            os.chmod(self.folder, 0o755)
            for place, _, names in os.walk(self.home):
                for name in [place, *(os.path.join(place, name) for name in names)]:
                    os.chown(name, 65534, 65534)
        os.chmod(folder, 0o555)
        done = subprocess.run([copy, "resume", "1"], capture_output=True, text=True, cwd="/",
                              env=self.environment(), check=False, timeout=100, **nobody)
        os.chmod(folder, 0o755)
        self.assertEqual(done.returncode, 2, done.stderr)
        self.assertIn(folder, done.stderr)
        self.assertIn("write permission", done.stderr)
        self.assertEqual(self.done("runs", 1, "--json").events("result")[0]["state"], "interrupted")

    def test_full_disk(self):
        """A limit on the size of files stands for a full disk: the run fails in words, and can be taken up."""
        recipe = self.recipe(backbone__hidden=[400], train__epochs=3)
        self.done("runs")

        def limit():
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
            resource.setrlimit(resource.RLIMIT_FSIZE, (500_000, 500_000))

        done = subprocess.run([cli.PROGRAM, "run", recipe], capture_output=True, text=True,
                              env=self.environment(), preexec_fn=limit, check=False, timeout=100)
        self.assertEqual(done.returncode, 1, done.stderr)
        self.assertRegex(done.stderr, r"retort-cli: .*runs/1/.*space")
        shown, = self.done("runs", 1, "--json").events("result")
        self.assertIn(shown["state"], ("failed", "interrupted"))
        self.assertEqual(len(self.done("resume", 1, "--json").events("epoch")), 3)

    def test_output_full(self):
        with open("/dev/full", "w", encoding="utf-8") as full:
            done = subprocess.run([cli.PROGRAM, "datasets"], stdout=full, stderr=subprocess.PIPE,
                                  env=self.environment(), text=True, check=False)
        self.assertEqual(done.returncode, 1)
        self.assertTrue(re.search("could not be written", done.stderr))


if __name__ == "__main__":
    cli.main()
