#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every command on its way to success: statuses, --json lines, files."""
import contextlib
import csv
import json
import math
import os
import pty
import re
import signal
import sqlite3
import struct
import subprocess
import time

import cli


def write_safetensors(path, shapes):
    """Tensors of nothing but 0."""
    header, at = {}, 0
    for name, shape in shapes.items():
        header[name] = {"dtype": "F32", "shape": shape, "data_offsets": [at, at + 4 * math.prod(shape)]}
        at += 4 * math.prod(shape)
    text = json.dumps(header).encode()
    with open(path, "wb") as file:
        file.write(struct.pack("<Q", len(text)) + text + bytes(at))


def forget(path):
    """Takes away what a safetensors file says of itself, and its card, as of a file from elsewhere."""
    with open(path, "rb") as file:
        length, = struct.unpack("<Q", file.read(8))
        header, values = json.loads(file.read(length)), file.read()
    header.pop("__metadata__")
    text = json.dumps(header).encode()
    with open(path, "wb") as file:
        file.write(struct.pack("<Q", len(text)) + text + values)
    os.remove(path.replace(".safetensors", ".json"))


def read_tensor(path, name):
    """The values of a safetensors file's tensor, all dimensions in one, and its shape."""
    with open(path, "rb") as file:
        length, = struct.unpack("<Q", file.read(8))
        entry = json.loads(file.read(length))[name]
        file.seek(8 + length + entry["data_offsets"][0])
        count = math.prod(entry["shape"])
        return struct.unpack("<%df" % count, file.read(4 * count)), entry["shape"]


class Commands(cli.Case):
    def test_help(self):
        out = self.done("--help").out
        for name in ("run", "resume", "runs", "delete", "check", "evaluate", "predict", "datasets",
                     "backbones", "export", "bench"):
            self.assertRegex(out, rf"(?m)^  {name}\b")
            self.assertIn("Usage:", self.done(name, "--help").out)
        self.assertFalse(os.path.exists(self.home), "help must leave no trace")

    def test_run(self):
        result = self.done("run", self.recipe(), "--json")
        start, = result.events("start")
        self.assertEqual(start["run"], 1)
        self.assertEqual(start["train_samples"], 120)
        self.assertEqual(start["validation_samples"], 40)
        epochs = result.events("epoch")
        self.assertEqual([e["epoch"] for e in epochs], [1, 2, 3])
        self.assertTrue(all(math.isfinite(e["train_loss"]) for e in epochs))
        self.assertIsNone(epochs[0]["train_soft_part"])
        final, = result.events("result")
        best = [e for e in epochs if e["best"]][-1]
        self.assertEqual(final["best_epoch"], best["epoch"])
        self.assertEqual(final["validation_accuracy"], best["validation_accuracy"])

        # What was told is what is kept.
        shown = self.done("runs", 1, "--json")
        self.assertEqual(shown.events("epoch"), epochs)
        self.assertEqual(shown.events("result")[0]["state"], "finished")
        listed, = self.done("runs", "--json").events("result")
        self.assertEqual(listed["validation_accuracy"], final["validation_accuracy"])
        # What is not kept is no zero.
        self.assertEqual(start["batch_size"], 16)
        for key in ("seconds_once", "seconds_all", "batch_size", "samples_at_once", "test_samples"):
            self.assertIsNone(listed["cost"][key], key)

    def test_plain_lines(self):
        out = self.done("run", self.recipe(), "--set", "train.epochs=2").out
        self.assertNotIn("\r", out)
        self.assertNotIn("\033", out)
        self.assertRegex(out, r"(?m)^epoch  1  loss \d")
        self.assertRegex(out, r"(?m)^epoch  2  loss \d")
        self.assertRegex(out, r"(?m)^Run 1: best epoch \d")

    def test_terminal(self):
        """On a terminal there is a bar with loss, accuracy and time left."""
        master, slave = pty.openpty()
        with subprocess.Popen([cli.PROGRAM, "run", self.recipe(train__epochs=20,
                                                                task__samples_per_class=100)],
                              stdout=slave, stderr=slave, env=self.environment()) as program:
            os.close(slave)
            out = b""
            while True:
                try:
                    data = os.read(master, 65536)
                except OSError:
                    break
                if not data:
                    break
                out += data
            self.assertEqual(program.wait(), 0)
        os.close(master)
        self.assertRegex(out.decode(), r"\r\[=*> *\] epoch \d+ of 20  loss [\d.]+  accuracy [\d.]+ %")
        self.assertIn(" left", out.decode())

    def test_settings(self):
        result = self.done("run", self.recipe(), "--set", "train.epochs=1", "--set", "seed=9",
                           "--threads", 2, "--json")
        self.assertEqual(len(result.events("epoch")), 1)
        self.assertEqual(result.events("start")[0]["seed"], 9)
        self.done("export", 1, self.path("out.json"))
        with open(self.path("out.json"), encoding="utf-8") as file:
            recipe = json.load(file)
        self.assertEqual(recipe["train"]["epochs"], 1)
        self.assertEqual(recipe["threads"], 2)

        # The recipe that was kept gives the same run again.
        again = self.done("run", self.path("out.json"), "--json")
        first, second = result.events("epoch")[0], again.events("epoch")[0]
        self.assertEqual(first | {"run": 0, "seconds": 0}, second | {"run": 0, "seconds": 0})

    def test_seeds(self):
        result = self.done("run", self.recipe(), "--seeds", 3, "--set", "train.epochs=1", "--json")
        self.assertEqual([s["seed"] for s in result.events("start")], [5, 6, 7])
        self.assertEqual(len({s["group"] for s in result.events("start")}), 1)
        summary = result.events("result")[-1]
        self.assertEqual(summary["seeds"], 3)
        self.assertAlmostEqual(summary["mean"], sum(summary["runs"]) / 3)
        self.assertLess(summary["low"], summary["mean"])

    def test_seeds_interval(self):
        """What is said of accuracies stays within them, however far apart the seeds are."""
        few = self.recipe(task__validation=2, train__epochs=30)
        summary = self.done("run", few, "--seeds", 2, "--json").events("result")[-1]
        spread = abs(summary["runs"][0] - summary["runs"][1])
        self.assertGreater(summary["mean"] + 12.7 * spread / 2, 1, "the interval goes beyond 1")
        self.assertEqual(summary["high"], 1)
        self.assertGreaterEqual(summary["low"], 0)

    def test_baseline(self):
        """A run as teacher of a smaller one; twins share their seeds; the verdict comes last."""
        self.done("run", self.recipe(), "--set", "train.epochs=4")
        recipe = self.recipe("distil.json", method="distil", backbone__hidden=[8],
                             train__epochs=2, distil={"teacher": "run:1", "temperature": 4.0,
                                                      "alpha": 0.7})
        result = self.done("run", recipe, "--baseline", "--seeds", 2, "--json")
        starts = result.events("start")
        self.assertEqual([(s["seed"], s["baseline"]) for s in starts],
                         [(5, False), (5, True), (6, False), (6, True)])
        self.assertIsNotNone(result.events("epoch")[0]["train_soft_part"])
        verdict = result.lines[-1]
        self.assertIn(verdict["verdict"], ("BEATS", "DOES NOT BEAT", "INCONCLUSIVE"))
        self.assertEqual(verdict["seeds"], 2)
        for name in ("runs", "baselines"):
            self.assertEqual(len(verdict[name]), 2)
        self.assertAlmostEqual(verdict["mean"], verdict["run_mean"] - verdict["baseline_mean"])
        one = self.done("run", recipe, "--baseline").out
        self.assertIn("INCONCLUSIVE", one)

    def test_seen(self):
        """Of a run whose samples another seed deals out anew: said before the run, of each and of all."""
        text = r"run:1 was trained on \d+ of the 12 validation samples and \d+ of the 8 test samples: .* split \(seed 5\)"
        with open(self.path("table.csv"), "w", encoding="utf-8") as file:
            for i in range(40):
                file.write(",".join([("dark", "light")[i % 2]] + [str(i % 2 * 120 + i)] * 16) + "\n")
        changes = {"train__epochs": 1, "task__dataset": "csv:table.csv", "task__samples_per_class": 0,
                   "task__validation": 0.3, "task__test": 0.2}
        self.done("run", self.recipe(**changes))
        recipe = self.recipe("tune.json", method="fine-tune", backbone__weights="run:1", **changes)
        self.assertNotIn("trained on", self.done("check", recipe).err)
        self.assertRegex(self.done("check", recipe, "--set", "seed=6").err, text)
        self.assertNotIn("was trained on", self.done("run", recipe, "--seeds", 1).out)
        said = self.done("run", recipe, "--seeds", 2).out
        self.assertEqual(len(re.findall(text, said)), 2)
        self.assertRegex(said, r"\n1 of the 2 runs began from .* One of them: " + text)
        summary = self.done("run", recipe, "--seeds", 2, "--json").lines[-1]
        self.assertRegex(summary["seen"], text)

        said = self.done("run", recipe, "--seeds", 2, "--baseline").out
        self.assertRegex(said.split("Verdict by", 1)[1], r"\n1 of the 4 runs began from .* " + text)
        verdict = self.done("run", recipe, "--baseline", "--json").lines[-1]
        self.assertIsNone(verdict["seen"])
        runs = self.done("runs", "--json").events("result")
        self.assertEqual({run["seed"] for run in runs if run["seen"]}, {6})
        self.assertRegex(self.done("runs", next(run["run"] for run in runs if run["seen"])).out, text)

    def test_interrupt(self):
        """Ctrl-C saves the state and ends with 130; what is taken up is equal to the bit."""
        recipe = self.recipe(train__epochs=40, task__samples_per_class=100)
        with subprocess.Popen([cli.PROGRAM, "run", recipe, "--json"], stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE, env=self.environment(), text=True) as program:
            for line in program.stdout:
                if json.loads(line)["event"] == "epoch":
                    break
            asked = time.monotonic()
            program.send_signal(signal.SIGINT)
            _, err = program.communicate(timeout=60)
            self.assertLess(time.monotonic() - asked, 20)
            self.assertEqual(program.returncode, 130)
        self.assertIn("retort-cli resume 1", err)
        shown, = self.done("runs", 1, "--json").events("result")
        self.assertEqual(shown["state"], "interrupted")
        rest = self.done("resume", 1, "--json")
        self.assertEqual(rest.events("start")[0]["epochs_done"] + len(rest.events("epoch")), 40)
        self.done("run", recipe)
        pair = [[e | {"run": 0, "seconds": 0} for e in
                 self.done("runs", n, "--json").events("epoch")] for n in (1, 2)]
        self.assertEqual(len(pair[0]), 40)
        self.assertEqual(pair[0], pair[1])

    def test_delete(self):
        self.done("run", self.recipe(), "--set", "train.epochs=1")
        self.assertIn("--yes", self.wrong(2, "delete", 1))
        self.assertTrue(os.path.isdir(os.path.join(self.home, "runs", "1")))
        self.done("delete", 1, "--yes")
        self.assertFalse(os.path.exists(os.path.join(self.home, "runs", "1")))
        self.assertEqual(self.done("runs", "--json").lines, [])

    def test_delete_teacher(self):
        """What depends on a run is named before it goes; what was interrupted stays so without it."""
        self.done("run", self.recipe(), "--set", "train.epochs=1")
        student = self.recipe("student.json", method="distil", distil={"teacher": "run:1@1"})
        for _ in range(2):
            self.done("run", student, "--set", "train.epochs=1")
        with contextlib.closing(sqlite3.connect(os.path.join(self.home, "retort.db"))) as base, base:
            base.execute("UPDATE runs SET state = 'interrupted' WHERE id = 2")
        self.assertNotIn("note", self.done("delete", 3, "--yes").err)
        self.done("run", student, "--set", "train.epochs=1")
        for answer in (self.wrong(2, "delete", 1), self.done("delete", 1, "--yes").err):
            self.assertIn("run 4 (finished) and run 2 (interrupted)", answer)
        message = self.wrong(2, "resume", 2)
        self.assertIn("run 2 cannot be taken up: distil.teacher: run:1@1: there is no run 1", message)
        self.assertIn(os.path.join(self.home, "runs", "2", "recipe.json"), message)
        self.assertEqual(self.done("runs", 2, "--json").events("result")[0]["state"], "interrupted")
        self.assertIn("backbone.weights: run:1: there is no run 1",
                      self.wrong(2, "run", self.recipe(method="fine-tune", backbone__weights="run:1")))
        self.assertEqual(len(self.done("runs", "--json").lines), 2, "a run that never began leaves no row")

    def test_check(self):
        result, = self.done("check", self.recipe(), "--json").events("result")
        self.assertEqual(result["trainable_parameters"], 784 * 24 + 24 + 24 * 10 + 10)
        self.assertGreater(result["seconds_per_epoch"], 0)
        self.assertGreater(result["memory_bytes"], result["disk_bytes"])
        self.assertFalse(os.path.exists(self.home), "check must leave no trace")
        self.assertIn("seconds per epoch", self.done("check", self.recipe()).out)
        self.done("run", self.recipe(), "--set", "train.epochs=1")
        self.assertEqual(result["disk_bytes"], os.path.getsize(os.path.join(self.home, "runs", "1", "best.safetensors")))

    def test_memory(self):
        """What a run takes beside the program is what was said; what it has freed goes back at once here."""
        if "SANITIZED" in os.environ:
            self.skipTest("a sanitizer keeps what is freed")
        self.done("run", self.recipe(backbone__hidden=[2000, 2000]), "--set", "train.epochs=1")
        for method, hidden in (("scratch", [2000, 2000]), ("distil", [8])):
            recipe = self.recipe(method=method, backbone__hidden=hidden,
                                 **({"distil": {"teacher": "run:1"}} if method == "distil" else {}))
            said, = self.done("check", recipe, "--json").events("result")
            with subprocess.Popen([cli.PROGRAM, "run", recipe, "--json"], stdout=subprocess.DEVNULL,
                                  env=dict(self.environment(), MALLOC_MMAP_THRESHOLD_="131072")) as program:
                _, status, used = os.wait4(program.pid, 0)
                program.returncode = status
            self.assertEqual(status, 0)
            self.assertLess(used.ru_maxrss * 1024, said["memory_bytes"] + 60e6, said)

    def test_evaluate(self):
        final, = self.done("run", self.recipe(), "--json").events("result")
        own, = self.done("evaluate", "--run", 1, "--part", "validation", "--json").lines
        self.assertEqual(own["accuracy"], final["validation_accuracy"])
        self.assertEqual(own["loss"], final["validation_loss"])
        self.assertEqual(own["samples"], 40)
        self.assertEqual(sum(c["samples"] for c in own["classes"]), 40)
        self.assertEqual(sum(map(sum, own["confusion"])), 40)
        correct = sum(own["confusion"][k][k] for k in range(10))
        self.assertAlmostEqual(correct / 40, own["accuracy"])
        few, = self.done("evaluate", "--run", 1, "--dataset", "builtin:glyphs/digits", "--part",
                         "all", "--every", 7, "--limit", 5, "--json").lines
        self.assertEqual(few["samples"], 5)
        ten = ("evaluate", "--run", 1, "--dataset", "builtin:glyphs/digits", "--part", "all", "--limit", 20, "--json")
        spread, = self.done(*ten).lines
        self.assertEqual([c["samples"] for c in spread["classes"]], [2] * 10)
        text = self.done("evaluate", "--run", 1).out
        self.assertRegex(text, r"accuracy [\d.]+ %, loss [\d.]+")

    def test_evaluate_own_split(self):
        """What a run was trained on is what it was trained on, and a shift that is given is taken."""
        self.done("run", self.recipe(), "--set", "train.epochs=1")
        distil = self.recipe(method="distil", distil__teacher="run:1", distil__leave_out=["3"],
                             task__style="hand", task__shift=0.5)
        self.done("run", distil, "--set", "train.epochs=1")
        own = ("evaluate", "--run", 2, "--json")
        train, = self.done(*own, "--part", "train").lines
        self.assertEqual(train["samples"], 9 * 12)
        figures = [self.done(*own, *shift).lines[0] for shift in ((), ("--shift", 0.5), ("--shift", 0))]
        self.assertEqual(figures[0], figures[1])
        self.assertNotEqual(figures[0]["loss"], figures[2]["loss"])
        self.assertIn("0 to 1", self.wrong(2, *own, "--shift", 2))

    def test_export(self):
        self.done("run", self.recipe(), "--json")
        told = self.done("runs", 1, "--json").events("epoch")
        for name, magic in (("a.png", b"\x89PNG"), ("a.pdf", b"%PDF"), ("a.svg", b"<?xml")):
            for curve in ("loss", "accuracy"):
                self.done("export", 1, self.path(name), "--curve", curve)
                with open(self.path(name), "rb") as file:
                    self.assertTrue(file.read(5).startswith(magic))
        self.done("export", 1, self.path("a.csv"))
        with open(self.path("a.csv"), encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file))
        self.assertEqual([float(r["validation_loss"]) for r in rows],
                         [e["validation_loss"] for e in told])
        self.done("export", 1, self.path("steps.csv"), "--steps")
        with open(self.path("steps.csv"), encoding="utf-8", newline="") as file:
            self.assertEqual(len(list(csv.DictReader(file))), told[-1]["step"])

        # The weights are a file of their own with a card, and mean the same.
        self.done("export", 1, self.path("mine.safetensors"))
        own, = self.done("evaluate", "--run", 1, "--limit", 50, "--json").lines
        file, = self.done("evaluate", "--network", "mlp", "--weights",
                          "file:" + self.path("mine.safetensors"), "--dataset",
                          "builtin:glyphs/digits", "--limit", 50, "--json").lines
        self.assertEqual(file["samples"], 50)
        self.assertTrue(os.path.exists(self.path("mine.json")))
        self.assertEqual(own["network"], file["network"])

        # So does the network, whole, alone and in a folder.
        self.done("export", 1, self.path("mine.onnx"))
        other, = self.done("evaluate", "--network", "mlp", "--weights",
                           "file:" + self.path("mine.onnx"), "--dataset",
                           "builtin:glyphs/digits", "--limit", 50, "--json").lines
        self.assertEqual((file["loss"], file["accuracy"]), (other["loss"], other["accuracy"]))
        self.done("export", 1, self.path("folder/"))
        self.assertEqual(set(os.listdir(self.path("folder"))),
                         {"model.onnx", "labels.txt", "preprocessing.json", "preprocessing.py", "predict.py"})
        with open(self.path("folder/labels.txt"), encoding="utf-8") as labels:
            self.assertEqual(labels.read().split(), list("0123456789"))
        with open(self.path("mine.onnx"), "rb") as one, \
             open(self.path("folder/model.onnx"), "rb") as two:
            self.assertEqual(one.read(), two.read())

    def test_minutes_keeps_the_input(self):
        """An input size that the recipe says is no smaller one."""
        run = self.done("run", self.recipe(backbone__input_size=20), "--minutes", 0.1)
        self.assertIn("fitted: ", run.err)
        self.assertNotIn("pictures of", run.err)
        self.assertNotIn("compared", run.err)

    def test_minutes_of_many(self):
        """The budget is said to be the first run's, which decides the epochs of the others."""
        run = self.done("run", self.recipe(), "--minutes", 0.05, "--seeds", 2, "--json")
        self.assertIn("--minutes is the first run's", run.err)
        self.assertEqual(len({len([e for e in run.events("epoch") if e["run"] == n]) for n in (1, 2)}), 1)

    def test_predict(self):
        self.done("run", self.recipe(), "--set", "train.epochs=1")
        self.done("datasets", "builtin:glyphs/digits", "--sheet", self.path("sheet.png"))
        result = self.done("predict", 1, self.path("sheet.png"), "--json").lines[0]
        self.assertEqual(len(result["classes"]), 10)
        self.assertAlmostEqual(sum(c["probability"] for c in result["classes"]), 1.0, places=5)
        probabilities = [c["probability"] for c in result["classes"]]
        self.assertEqual(probabilities, sorted(probabilities, reverse=True))
        self.assertEqual({c["name"] for c in result["classes"]}, set("0123456789"))
        # A name like an option's stands behind "--".
        os.rename(self.path("sheet.png"), self.path("-sheet.png"))
        behind = self.done("predict", 1, "--json", "--", "-sheet.png", cwd=self.folder).lines[0]
        self.assertEqual(behind["classes"], result["classes"])
        os.rename(self.path("-sheet.png"), self.path("sheet.png"))
        # The likeliest five, each with a bar as long as its share.
        lines = self.done("predict", 1, self.path("sheet.png")).out.splitlines()
        self.assertRegex(lines[0], r"sheet\.png: [\d.]+ ms$")
        self.assertEqual([line.split()[0] for line in lines[1:]], [c["name"] for c in result["classes"][:5]])
        for line, probability in zip(lines[1:], probabilities):
            self.assertAlmostEqual(line.count("=") / 24, probability, delta=0.5 / 24 + 1e-6)
            self.assertTrue(line.endswith(f"{100 * probability:5.1f} %"), line)

    def test_datasets(self):
        names = [line["dataset"] for line in self.done("datasets", "--json").lines]
        self.assertIn("builtin:glyphs/digits", names)
        for name in names:
            shown, = self.done("datasets", name, "--json").lines
            self.assertGreater(shown["samples"], 0)
            self.assertEqual(sum(c["samples"] for c in shown["classes"]), shown["samples"])
        self.assertIn("retort-cli datasets SPEC", self.done("datasets").out)

    def test_augmented_sheet(self):
        """What training would see: the same for the same seed, and without augmentation the pictures as they are."""
        def draw(*options):
            self.done("datasets", "builtin:animals", "--sheet", self.path("sheet.png"), *options)
            with open(self.path("sheet.png"), "rb") as file:
                return file.read()
        plain, light = draw(), draw("--augment", "light", "--seed", 3)
        self.assertEqual(draw("--augment", "none", "--seed", 3), plain)
        self.assertEqual(draw("--augment", "light", "--seed", 3), light)
        self.assertEqual(len({plain, light, draw("--augment", "light", "--seed", 4), draw("--augment", "strong")}), 4)
        for options, named in ((("--augment", "heavy"), "heavy"), (("--fit", "stretch"), "stretch"),
                               (("--augment", "light", "--seed", -1), "--seed")):
            self.assertIn(named, self.wrong(2, "datasets", "builtin:animals", "--sheet", self.path("x.png"), *options))
        self.assertIn("--sheet", self.wrong(2, "datasets", "builtin:animals", "--augment", "light"))

    def test_backbones(self):
        self.done("run", self.recipe(), "--set", "train.epochs=1")
        card, = self.done("backbones", "run:1", "--json").lines
        self.assertEqual(card["network"], "mlp")
        self.assertEqual(card["classes"], list("0123456789"))
        for line in self.done("backbones", "--json").lines:
            shown, = self.done("backbones", line["backbone"], "--json").lines
            self.assertEqual(shown, line)

    def test_keep(self):
        """A file of weights is asked what it is, and kept as a backbone."""
        resnet = {"backbone__network": "resnet8", "backbone__hidden": None}
        self.done("run", self.recipe(**resnet), "--set", "train.epochs=1")
        self.done("export", 1, self.path("mine.safetensors"))
        forget(self.path("mine.safetensors"))
        card, = self.done("backbones", self.path("mine.safetensors"), "--keep", "mine", "--json").lines
        self.assertEqual(card["network"], "resnet8")
        self.assertIn(card["backbone"], [line["backbone"] for line in self.done("backbones", "--json").lines])
        run = self.done("run", self.recipe(method="fine-tune", backbone__weights=card["backbone"], **resnet), "--json")
        self.assertEqual(len(run.events("result")), 1)
        self.assertIn("already", self.wrong(2, "backbones", self.path("mine.safetensors"), "--keep", "mine"))
        here, = self.done("backbones", "mine.safetensors", "--json", cwd=self.folder).lines
        self.assertEqual(here["network"], "resnet8")
        named, = self.done("backbones", "mine", "--json").lines
        self.assertEqual(named, card)

    def test_keep_own(self):
        """What the program wrote itself is kept as what it is: by its card, and without one by what the file says."""
        resnet = {"backbone__network": "resnet8", "backbone__hidden": None, "task__fit": "pad"}
        self.done("run", self.recipe(**resnet), "--set", "train.epochs=1")
        self.done("run", self.recipe(), "--set", "train.epochs=1")
        figures = ("network", "width", "height", "channels", "mean", "std", "classes", "bytes", "parameters")
        for run, name in ((1, "mine"), (2, "flat")):
            path = self.path(name + ".safetensors")
            self.done("export", run, path)
            card, = self.done("backbones", path, "--json").lines
            self.assertEqual(card["classes"], list("0123456789"))
            kept = self.done("backbones", "file:" + path, "--keep", name, "--json")
            self.assertEqual(kept.err, "")
            self.assertEqual([kept.lines[0][key] for key in figures], [card[key] for key in figures])
            self.assertEqual(kept.lines[0]["accuracy"], card["accuracy"])
            own, other = [self.done("evaluate", "--weights", spec, "--dataset", "builtin:glyphs/digits", "--limit", 50,
                                    "--json").lines[0] for spec in (f"run:{run}", kept.lines[0]["backbone"])]
            self.assertEqual((own["loss"], own["accuracy"]), (other["loss"], other["accuracy"]))

        # A recipe does not take the place of a card; where there is none, the weights say it.
        self.assertIn("mine.json is the card of", self.wrong(2, "export", 1, self.path("mine.json")))
        card, = self.done("backbones", self.path("mine.safetensors"), "--json").lines
        os.remove(self.path("mine.json"))
        self.done("export", 1, self.path("mine.json"))
        kept = self.done("backbones", self.path("mine.safetensors"), "--keep", "again", "--json")
        self.assertEqual(kept.err, "")
        self.assertEqual([kept.lines[0][key] for key in figures[:-2]], [card[key] for key in figures[:-2]])
        with open(self.path("mine.safetensors"), "rb") as file:
            length, = struct.unpack("<Q", file.read(8))
            said = json.loads(file.read(length))["__metadata__"]
        self.assertEqual((said["network"], said["fit"], said["labels"]), ("resnet8", "pad", "\n".join("0123456789")))
        self.assertEqual({type(value) for value in said.values()}, {str})

    def test_taken(self):
        """What a file without a card was taken for is said: its head, its inputs, what of it has no place."""
        shapes = {"conv1.weight": (16, 3, 3, 3), "linear.weight": (10, 64), "linear.bias": (10,)}
        for stage, width in enumerate((16, 32, 64), 1):
            for block in range(3):
                inp = width // 2 if stage > 1 and block == 0 else width
                shapes["layer%d.%d.conv1.weight" % (stage, block)] = (width, inp, 3, 3)
                shapes["layer%d.%d.conv2.weight" % (stage, block)] = (width, width, 3, 3)
        norms = [name.replace("conv", "bn")[:-len(".weight")] for name in shapes if "conv" in name]
        widths = [shapes[name][0] for name in shapes if "conv" in name]
        for norm, width in zip(norms, widths):
            shapes.update({norm + end: (width,) for end in (".weight", ".bias", ".running_mean", ".running_var")})
        extra = {"extra.%d" % i: (1,) for i in range(6)}
        cases = (({}, []), (dict(list(extra.items())[:2]), ["extra.0", "extra.1"]), (extra, sorted(extra)))
        for more, left in cases:
            path = self.path("taken.safetensors")
            write_safetensors(path, {**shapes, **more})
            card, = self.done("backbones", path, "--json").lines
            self.assertEqual((card["network"], card["head_classes"], card["folded"], card["guessed"], card["could_be"]),
                             ("resnet20", 10, False, False, None))
            self.assertEqual(card["left_over"], left)
            text = self.done("backbones", path).out
            self.assertIn("head         10 classes", text)
            self.assertIn("mean 0.485 0.456 0.406, deviation 0.229 0.224 0.225\n", text)
            self.assertEqual("left over" in text, bool(left))
            kept = self.done("backbones", path, "--keep", "taken%d" % len(left))
            self.assertEqual("left over" in kept.err, bool(left))
        grey = dict(shapes, **{"conv1.weight": (16, 1, 3, 3)})
        write_safetensors(path, {name: shape for name, shape in grey.items() if not name.startswith("linear")})
        text = self.done("backbones", path).out
        self.assertIn("; guessed: ", text)
        self.assertIn("head         none that fits", text)
        kept = self.done("backbones", path, "--keep", "grey").err
        self.assertIn("guessed", kept)
        self.assertIn("without a head", kept)

    def test_taken_cut(self):
        """A network that was cut or carried over is not its publisher's own file: its inputs are guessed."""
        path, = cli.need_shared("weights/squeezenet_v1.1_features.safetensors")
        card, = self.done("backbones", path, "--json").lines
        self.assertEqual((card["network"], card["head_classes"], card["guessed"]), ("squeezenet1_1", 0, True))
        for name in ("efficientnet-lite0-57934424.pth", "resnet20-12fca82f.th", "resnet56-4bfd9763.safetensors"):
            path, = cli.need_shared("weights/" + name)
            self.assertFalse(self.done("backbones", path, "--json").lines[0]["guessed"])

    def test_keep_as(self):
        """Where the tensors could be of two networks a person says of which, and with which inputs it was trained."""
        lite = {"backbone__network": "efficientnet_lite0", "backbone__hidden": None, "backbone__input_size": 32}
        self.done("run", self.recipe(**lite), "--set", "train.epochs=1", "--set", "task.samples_per_class=5")
        path = self.path("lite.safetensors")
        self.done("export", 1, path)
        forget(path)
        card, = self.done("backbones", path, "--json").lines
        self.assertEqual((card["network"], card["could_be"]), ("efficientnet_lite0", "efficientnet_lite0-symmetric"))
        self.assertIn("efficientnet_lite0-symmetric: the tensors are the same; it pads as PyTorch does",
                      self.done("backbones", path).out)
        kept = self.done("backbones", path, "--keep", "first", "--json")
        self.assertEqual(kept.lines[0]["network"], "efficientnet_lite0")
        self.assertIn("efficientnet_lite0-symmetric", kept.err)
        other = self.done("backbones", path, "--keep", "other", "--network", "efficientnet_lite0-symmetric", "--json")
        self.assertNotIn("could be", other.err)
        self.assertIn("which values its inputs had: guessed", other.err)
        own = self.done("backbones", path, "--keep", "own", "--network", "efficientnet_lite0", "--size", 48,
                        "--mean", "0.1,0.2,0.3", "--std", "0.5", "--json")
        # Blue first: as the network's own first convolution takes red first, that is turned for good.
        self.done("backbones", path, "--keep", "blue", "--network", "efficientnet_lite0", "--bgr")
        (red, shape), (blue, _) = (read_tensor(self.home + "/backbones/%s.safetensors" % name, "conv_stem.weight")
                                   for name in ("first", "blue"))
        self.assertEqual(shape, [32, 3, 3, 3])
        for i in range(0, len(red), 27):
            self.assertEqual(red[i:i + 9] + red[i + 9:i + 18] + red[i + 18:i + 27],
                             blue[i + 18:i + 27] + blue[i + 9:i + 18] + blue[i:i + 9])
        self.assertNotEqual(red, blue)
        # The cards say what was said, from now on.
        for made, network, size, mean, std in ((other, "efficientnet_lite0-symmetric", 224, 0.485, 0.229),
                                               (own, "efficientnet_lite0", 48, 0.1, 0.5)):
            spec = made.lines[0]["backbone"]
            card, = self.done("backbones", spec, "--json").lines
            self.assertEqual((card["network"], card["width"], card["height"]), (network, size, size))
            self.assertAlmostEqual(card["mean"][0], mean, places=6)
            self.assertAlmostEqual(card["std"][0], std, places=6)
            self.assertIn("mean %g " % mean, self.done("backbones", spec).out)
            lite["backbone__network"] = network
            tuned = self.recipe(method="fine-tune", backbone__weights=spec, **lite)
            self.assertIn(network, self.done("check", tuned).out)
            # The recipe names one of the two, and that is what the file is taken for.
            tuned = self.recipe(method="fine-tune", backbone__weights="file:" + path, **lite)
            told = self.done("check", tuned)
            self.assertIn(network, told.out)
            self.assertNotIn("could be", told.err)
        lite["backbone__network"] = "efficientnet_lite0-symmetric"
        tuned = self.recipe(method="fine-tune", backbone__weights=own.lines[0]["backbone"], **lite)
        self.assertRegex(self.done("check", tuned).err, "own.safetensors: taken for efficientnet_lite0-symmetric, "
                         "as it is named, though its card says efficientnet_lite0; name what the card says")
        distil = self.recipe(method="distil", backbone__network="resnet8", backbone__hidden=None,
                             distil__teacher="file:" + path)
        told = self.done("check", distil).err
        self.assertIn("taken for efficientnet_lite0, and could be efficientnet_lite0-symmetric", told)
        self.assertIn("--network efficientnet_lite0 --mean 0.498039216,", told)

    def test_guess_is_told(self):
        """What a recipe's file of weights leaves open is said by run and by check, with what settles it."""
        resnet = {"backbone__network": "resnet8", "backbone__hidden": None}
        self.done("run", self.recipe(**resnet), "--set", "train.epochs=1")
        path = self.path("mine.safetensors")
        self.done("export", 1, path)
        forget(path)
        guessed = r"mine.safetensors: which values its inputs had is guessed, mean 0.5,0.5,0.5 and deviation .*; " \
                  r"retort-cli (backbones '.*mine.safetensors' --keep NAME --mean 0.5,0.5,0.5 --std \S+) settles it"
        tuned = self.recipe(method="fine-tune", backbone__weights="file:" + path, train__epochs=1, **resnet)
        told = re.search(guessed, self.done("check", tuned).err)
        self.assertRegex(self.done("run", tuned).out, guessed)
        self.assertRegex(self.done("run", tuned, "--json").err, guessed)
        kept, = self.done(*told[1].replace("'", "").replace("NAME", "mine").split(), "--json").lines
        tuned = self.recipe(method="fine-tune", backbone__weights=kept["backbone"], train__epochs=1, **resnet)
        self.assertNotIn("guessed", self.done("check", tuned).err)
        self.assertNotIn("guessed", self.done("run", tuned).out)

    def test_keep_as_wrong(self):
        """A network that does not fit the file is refused with what would fit; so is what is no mean or deviation."""
        path = self.path("taken.safetensors")
        shapes = {"conv1.weight": (6, 1, 5, 5), "conv1.bias": (6,), "conv2.weight": (16, 6, 5, 5), "conv2.bias": (16,),
                  "fc1.weight": (120, 400), "fc1.bias": (120,), "fc2.weight": (84, 120), "fc2.bias": (84,),
                  "fc3.weight": (10, 84), "fc3.bias": (10,)}
        write_safetensors(path, shapes)
        keep = ("backbones", path, "--keep", "mine")
        for options, named in ((("--network", "resnet18"), ("resnet18", "fit lenet5")),
                               (("--network", "resnet19"), ("resnet19", "none of this name", "fit lenet5")),
                               (("--mean", "0.5"), ("--std",)), (("--std", "0.5"), ("--mean",)),
                               (("--mean", "0.5,0.5", "--std", "1"), ("--mean", "“0.5,0.5”")),
                               (("--mean", "0.5", "--std", "1,1,1"), ("--std", "one number")),
                               (("--mean", "nan", "--std", "1"), ("--mean",)),
                               (("--mean", "0.5", "--std", "inf"), ("--std",)),
                               (("--mean", "0.5", "--std", "0"), ("--std", "above 0")),
                               (("--mean", "0.5", "--std", "-1"), ("--std", "above 0")),
                               (("--mean", "1e9", "--std", "1"), ("--mean",)), (("--mean", "", "--std", "1"), ("--mean",)),
                               (("--bgr",), ("--bgr", "grey")), (("--size", 0), ("--size 0",)), (("--size", -3), ("--size -3",)),
                               (("--size", 4000), ("512",)), (("--size", 64), ("taken.safetensors", "fc1.weight"))):
            message = self.wrong(2, *keep, *options, "--json")
            for text in named:
                self.assertIn(text, message)
            self.assertNotIn("mine", "".join(os.listdir(self.home + "/backbones")
                                             if os.path.isdir(self.home + "/backbones") else []))
        for options in (("--network", "lenet5"), ("--mean", "0.5", "--std", "1"), ("--size", 28), ("--bgr",)):
            self.assertIn("--keep", self.wrong(2, "backbones", path, *options))
        self.done(*keep, "--network", "lenet5", "--mean", "0.5", "--std", "1", "--size", 28)

    def test_onnx(self):
        """Out as ONNX and in again: the same network, the same names, the same figures."""
        resnet = {"backbone__network": "resnet8", "backbone__hidden": None}
        self.done("run", self.recipe(**resnet), "--set", "train.epochs=1")
        self.done("export", 1, self.path("mine.onnx"))
        card, = self.done("backbones", self.path("mine.onnx"), "--json").lines
        self.assertEqual((card["network"], card["classes"]), ("resnet8", list("0123456789")))
        self.assertEqual((card["trained_on"], card["trained_by"]), ("Glyphs: digits", "Retort, run 1, epoch 1"))
        self.assertRegex(self.done("backbones", self.path("mine.onnx")).out,
                         r"(?m)^  trained on   Glyphs: digits\n  trained by   Retort, run 1, epoch 1$")
        dataset = ("--dataset", "builtin:glyphs/digits", "--limit", 100, "--json")
        own, = self.done("evaluate", "--run", 1, *dataset).lines
        file, = self.done("evaluate", "--weights", "file:" + self.path("mine.onnx"), *dataset).lines
        self.assertEqual(own["accuracy"], file["accuracy"])
        self.assertAlmostEqual(own["loss"], file["loss"], places=4)
        self.assertEqual(own["weights"], "run:1")

    def test_deployment(self):
        self.assertIn("--deployment", self.wrong(2, "runs", "--deployment"))
        self.done("run", self.recipe(), "--set", "train.epochs=1")
        self.done("run", self.recipe(method="distil", distil__teacher="run:1"), "--set", "train.epochs=1")
        student, teacher = self.done("runs", 2, "--deployment", "--json").events("deployment")
        self.assertEqual((student["what"], teacher["what"]), ("run", "teacher"))
        for card in (student, teacher):
            self.assertGreater(card["latency"], 0)
            self.assertGreater(card["multiply_adds"], 1000)
            self.assertGreater(card["bytes"], 4 * card["parameters"])
        # Chosen by the validation set, so what it is worth the test part says.
        run, = self.done("runs", 2, "--json").events("result")
        self.assertEqual(student["accuracy"], run["validation_accuracy"])
        self.assertEqual(student["test_accuracy"], run["test_accuracy"])
        self.assertIsNotNone(student["test_accuracy"])
        self.assertIsNone(teacher["test_accuracy"])
        text = self.done("runs", 2, "--deployment").out
        percent = "%.2f %%" % (100 * student["test_accuracy"])
        self.assertRegex(text, r"validation +test\n +run .* " + re.escape(percent) + r"\n +teacher .* -\n")

    def test_find_rate(self):
        rate, = self.done("check", self.recipe(), "--find-rate", "--json").events("rate")
        self.assertEqual(len(rate["rates"]), len(rate["losses"]))
        self.assertTrue(rate["rates"][0] < rate["suggestion"] < rate["rates"][-1])
        self.assertIn("suggested", self.done("check", self.recipe(), "--find-rate").out)

    def test_bench(self):
        lines = self.done("bench", "lenet5", "--batch", 16, "--threads", 1, "--seconds", 0.1,
                          "--json").lines
        self.assertEqual([line["bench"] for line in lines], ["step", "inference"])
        for line in lines:
            self.assertLessEqual(line["ms_min"], line["ms_median"])
            self.assertAlmostEqual(line["images_per_second"], 16e3 / line["ms_min"], places=3)
            self.assertGreater(line["sgemm_gflops"], 0)
            self.assertGreater(line["peak_resident_bytes"], line["planned_bytes"])
        frozen, = self.done("bench", "lenet5", "--kind", "frozen", "--threads", 1, "--json").lines
        self.assertEqual((frozen["bench"], frozen["network"]), ("frozen", "lenet5"))

    def test_cifar_weights(self):
        data, stream, safe = cli.need_shared("cifar10/cifar10_train_first4000.bin.gz",
                                             "weights/resnet20-12fca82f.th",
                                             "weights/resnet20-12fca82f.safetensors")
        results = [self.done("evaluate", "--network", "resnet20", "--weights", "file:" + weights,
                             "--dataset", "cifar:" + data, "--limit", 200, "--json").lines[0]
                   for weights in (stream, safe)]
        self.assertGreaterEqual(results[0]["accuracy"], 0.99)
        self.assertEqual(results[0]["loss"], results[1]["loss"])
        self.assertEqual(results[0]["confusion"], results[1]["confusion"])


if __name__ == "__main__":
    cli.main()
