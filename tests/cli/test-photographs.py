#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Folders of photographs through the command line: pictures that are not square, corrections, and the exported example."""
import importlib.util
import json
import os
import random
import re
import signal
import subprocess
import sys

import cli

DATA_TESTS = os.path.join(os.path.dirname(os.path.abspath(__file__)), os.pardir, "data")
sys.path.insert(0, DATA_TESTS)
import make_pictures as pictures  # noqa: E402

SHADES = {"dark": 40, "light": 200}


def shade(name, number):
    """Noise about a class's shade, the same each time; the outer parts of a wide picture are another class's."""
    def pixel(x, y):
        return [min(255, max(0, SHADES[name] + (x * 31 + y * 17 + number * 7) % 41 - 20))] * 3
    return pixel


class Photographs(cli.Case):
    def put(self, name, width, height, pixel):
        path = self.path(name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "wb") as file:
            file.write(pictures.encode_png(width, height, 2, 8, False, pixel))
        return path

    def photos(self):
        for name in SHADES:
            for number in range(10):
                self.put(f"photos/{name}/{number}.png", 40, 40, shade(name, number))
        return "folder:" + self.path("photos")

    def of_photos(self, **changes):
        return self.recipe(task__dataset=self.photos(), task__samples_per_class=None, task__validation=0.3,
                           task__augment="none", **changes)

    def odds(self, run, path):
        """By class."""
        line, = self.done("predict", run, path, "--json").lines
        return {c["name"]: c["probability"] for c in line["classes"]}

    def test_fit(self):
        """A wide picture is its middle, its whole between bars, or all of it squashed, as the recipe says."""
        # Small enough for a decoder to leave them whole.
        def parts(x, y):
            return shade("dark" if 14 <= x < 42 else "light", 3)(x, y)
        wide = self.put("wide.png", 56, 28, parts)
        middle = self.put("middle.png", 28, 28, lambda x, y: parts(x + 14, y))
        # The mean of an mlp's input is 0.5: bars of 128.
        padded = self.put("padded.png", 56, 56, lambda x, y: parts(x, y - 14) if 14 <= y < 42 else [128] * 3)
        seen = {}
        for run, fit in enumerate(("crop", "pad", "squash"), 1):
            self.done("run", self.of_photos(task__fit=fit))
            with open(os.path.join(self.home, "runs", str(run), "best.json"), encoding="utf-8") as card:
                self.assertEqual(json.load(card)["input"]["fit"], fit)
            seen[fit] = self.odds(run, wide)
        self.assertEqual(seen["crop"], self.odds(1, middle))
        self.assertEqual(seen["pad"], self.odds(2, padded))
        self.assertNotEqual(seen["squash"], self.odds(3, middle))
        # Square pictures train alike whatever the fit.
        runs = [self.done("runs", run, "--json").events("epoch")[-1]["train_loss"] for run in (1, 2, 3)]
        self.assertEqual(runs[0], runs[1])
        self.assertEqual(runs[0], runs[2])

    def test_fitted_sheet(self):
        """A sheet with a fit has square pictures: of a wide one the middle, bars, or all of it squashed."""
        for name in SHADES:
            self.put(f"wide/{name}/1.png", 120, 40, shade(name, 1))
        drawn = set()
        for options in ((), ("--fit", "crop"), ("--fit", "pad"), ("--fit", "squash")):
            self.done("datasets", "folder:" + self.path("wide"), "--sheet", self.path("sheet.png"), *options)
            with open(self.path("sheet.png"), "rb") as file:
                drawn.add(file.read())
        self.assertEqual(len(drawn), 4)

    def damage(self, path):
        """Behind what listing looks at."""
        with open(path, "r+b") as file:
            file.seek(-20, os.SEEK_END)
            byte = file.read(1)
            file.seek(-20, os.SEEK_END)
            file.write(bytes([byte[0] ^ 0x55]))

    def test_damaged(self):
        """A picture whose file begins well and is damaged further in is found when all are read, and named."""
        spec = self.photos()
        self.damage(self.path("photos/dark/3.png"))
        self.assertEqual(self.done("datasets", spec, "--json").lines[0]["problems"], [])
        problem, = self.done("datasets", spec, "--damaged", "--json").lines[0]["problems"]
        self.assertTrue(problem.startswith("dark/3.png: "), problem)
        self.assertIn("damaged", problem)
        self.assertIn("dark/3.png", self.done("datasets", spec, "--damaged").out)
        self.assertIn("--damaged", self.wrong(2, "datasets", "--damaged"))

    def test_wrapped(self):
        """An archive's folder is passed through, its parts are parts, and corrections are kept by the names from the outermost."""
        for part, first in (("training_set", 0), ("test_set", 6)):
            for name in SHADES:
                for number in range(first, first + 6):
                    self.put(f"unpacked/pets/{part}/{part}/{name}/{number}.png", 40, 40, shade(name, number))
        spec = "folder:" + self.path("unpacked")
        shown, = self.done("datasets", spec, "--set-aside", "pets/training_set/training_set/dark/1.png", "--json").lines
        self.assertEqual([c["name"] for c in shown["classes"]], ["dark", "light"])
        self.assertEqual((shown["parts"]["train"], shown["parts"]["test"], shown["set_aside"]), (12, 12, 1))
        self.assertRegex(shown["notes"][0], '^unpacked: read from "pets"')
        recipe = self.recipe(task__dataset=spec, task__samples_per_class=None, task__validation=0.3, task__augment="none")
        started, = self.done("run", recipe, "--json").events("start")
        self.assertEqual((started["train_samples"] + started["validation_samples"], started["test_samples"]), (11, 12))

    def test_unknown_parts(self):
        """Parts by names that nobody knows are taken for classes; every command that reads them says so."""
        for part in ("first", "second"):
            for name in SHADES:
                for number in range(4):
                    self.put(f"own/{part}/{name}/{number}.png", 40, 40, shade(name, number))
        spec = "folder:" + self.path("own")
        recipe = self.recipe(task__dataset=spec, task__samples_per_class=None, task__validation=0.3, task__augment="none")
        note = 'own: the folders "first" and "second" are taken for classes.* "dark" and "light".* call those train, val and test'
        self.assertRegex(self.done("datasets", spec).out, note)
        self.assertRegex(self.done("check", recipe).err, note)
        run = self.done("run", recipe, "--json")
        self.assertRegex(run.out + run.err, note.replace('"', r'\\?"'))
        self.assertRegex(self.done("evaluate", "--run", 1).err, note)

    def test_every_damaged(self):
        """All that was asked for is listed, not the first ten."""
        spec = self.photos()
        for number in range(10):
            self.damage(self.path(f"photos/dark/{number}.png"))
            self.damage(self.path(f"photos/light/{number}.png"))
        told = self.done("datasets", spec, "--damaged").out
        self.assertEqual(len(re.findall(r"(?m)^  skipped (dark|light)/\d.png: ", told)), 20)
        self.assertNotIn("more skipped", told)

    def test_names_of_two_lines(self):
        """A line of a table stays a line, whatever its class or its run is called."""
        for name, called in (("dark", "da\nrk"), ("light", "li\x1bght")):
            for number in range(10):
                self.put(f"odd/{called}/{number}.png", 40, 40, shade(name, number))
        spec = "folder:" + self.path("odd")
        recipe = self.recipe(task__dataset=spec, task__samples_per_class=None, task__validation=0.3, task__augment="none")
        told = [self.done(*words).out for words in (("run", recipe, "--set", "name=A\nB"), ("runs",), ("runs", 1), ("datasets", spec),
                                                    ("evaluate", "--run", 1), ("predict", 1, self.path("odd/da\nrk/1.png")))]
        for text in told[:3]:
            self.assertIn("A\\nB", text)
        for text in told[3:]:
            self.assertRegex(text, r"da\\nrk +\S")
            self.assertRegex(text, r"li\\x1bght +\S")

    def test_no_picture_file(self):
        """Of what is no file nobody is told to copy it again."""
        self.done("run", self.of_photos())
        os.mkfifo(self.path("pipe.png"))
        for path, told in ((self.path("photos"), "is a folder, not a file; choose"), (self.path("pipe.png"), "not an ordinary file; choose"),
                           ("/dev/zero", "not an ordinary file; choose")):
            error = self.wrong(2, "predict", 1, path)
            self.assertIn(told, error)
            self.assertNotIn("copy it again", error)

    def test_no_validation(self):
        """Where no picture of the validation set can be read a run fails and says so; it has no accuracy."""
        for name in SHADES:
            for number in range(4):
                self.put(f"own/train/{name}/{number}.png", 40, 40, shade(name, number))
                path = self.put(f"own/val/{name}/{number}.png", 40, 40, shade(name, number + 4))
                self.damage(path)
        recipe = self.recipe(task__dataset="folder:" + self.path("own"), task__samples_per_class=None,
                             task__augment="none")
        text = self.wrong(1, "run", recipe)
        self.assertIn("to validate on can be read", text)
        self.assertRegex(text, "val/(dark|light)/[0-3].png")

    def test_corrections(self):
        spec = self.photos()
        before = sorted(os.walk(self.path("photos")))
        self.assertEqual(self.done("datasets", spec, "--corrections", "--json").events("correction"), [])
        changed = self.done("datasets", spec, "--mend", "dark/1.png=light", "--set-aside", "light/2.png", "--json")
        self.assertEqual((changed.lines[0]["mended"], changed.lines[0]["set_aside"]), (1, 1))
        self.assertEqual({c["name"]: c["samples"] for c in changed.lines[0]["classes"]}, {"dark": 9, "light": 10})
        self.assertIn("1 label mended, 1 set aside", self.done("datasets", spec).out)
        listed = self.done("datasets", spec, "--corrections", "--json").events("correction")
        self.assertEqual([(c["sample"], c["label"], c["was"]) for c in listed],
                         [("dark/1.png", "light", "dark"), ("light/2.png", None, "light")])
        text = self.done("datasets", spec, "--corrections").out
        self.assertIn("dark/1.png: light, not dark", text)
        self.assertIn("light/2.png: set aside", text)

        # All that is asked, or nothing.
        self.assertIn("no such sample", self.wrong(2, "datasets", spec, "--revert", "all", "--set-aside", "dark/77.png"))
        self.assertIn('no class "grey"', self.wrong(2, "datasets", spec, "--mend", "dark/1.png=grey"))
        self.assertIn("SAMPLE=CLASS", self.wrong(2, "datasets", spec, "--mend", "dark/1.png"))
        self.assertIn("is not corrected", self.wrong(2, "datasets", spec, "--revert", "dark/2.png"))
        self.assertIn("drawn", self.wrong(2, "datasets", "builtin:glyphs/digits", "--set-aside", "#1"))
        self.assertIn("say of which", self.wrong(2, "datasets", "--corrections"))
        self.assertEqual(len(self.done("datasets", spec, "--corrections", "--json").events("correction")), 2)

        # Back to the label that the folder gives is no correction.
        self.done("datasets", spec, "--mend", "dark/1.png=dark", "--revert", "light/2.png")
        self.assertIn("nothing is corrected", self.done("datasets", spec, "--corrections").out)
        self.assertEqual(before, sorted(os.walk(self.path("photos"))))

    def test_run_keeps_its_corrections(self):
        """A run says what was corrected and names that version, whatever is corrected after it."""
        recipe = self.of_photos()
        spec = "folder:" + self.path("photos")
        self.done("datasets", spec, "--set-aside", "dark/1.png", "--set-aside", "dark/2.png")
        note = "0 labels mended, 2 set aside"
        self.assertIn(note, self.done("check", recipe).err)
        run = self.done("run", recipe, "--json")
        self.assertIn(note, run.err + run.out)
        self.done("export", 1, self.path("kept.json"))
        with open(self.path("kept.json"), encoding="utf-8") as file:
            kept = json.load(file)["task"]["corrections"]
        self.assertRegex(kept, "^version:[0-9a-f]{16}$")
        self.done("datasets", spec, "--revert", "all")
        again = self.done("run", self.path("kept.json"), "--json")
        self.assertEqual([e["train_loss"] for e in run.events("epoch")], [e["train_loss"] for e in again.events("epoch")])
        other = self.done("run", recipe, "--json")
        self.assertNotEqual([e["train_loss"] for e in run.events("epoch")], [e["train_loss"] for e in other.events("epoch")])
        self.done("export", 3, self.path("other.json"))
        with open(self.path("other.json"), encoding="utf-8") as file:
            self.assertEqual(json.load(file)["task"]["corrections"], "none")
        self.assertIn("not kept here", self.wrong(2, "run", recipe, "--set", "task.corrections=version:0123456789abcdef"))
        self.assertIn("task.corrections", self.wrong(2, "run", recipe, "--set", "task.corrections=some"))

    def interrupt(self, recipe):
        """Run 1, which ends after some epochs."""
        with subprocess.Popen([cli.PROGRAM, "run", recipe, "--json"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                              env=self.environment(), text=True) as program:
            for line in program.stdout:
                if json.loads(line)["event"] == "epoch":
                    break
            program.send_signal(signal.SIGINT)
            program.communicate(timeout=60)
            self.assertEqual(program.returncode, 130)

    def test_more_photographs(self):
        """A run is not taken up with samples it was trained on among those it is validated on, nor judged by them."""
        self.interrupt(self.of_photos(train__epochs=10000))
        evaluate = ("evaluate", "--run", 1, "--json")
        before = self.done(*evaluate)
        self.assertEqual((before.lines[0]["part"], before.lines[0]["samples"], before.err), ("validation", 6, ""))
        for number in range(9):
            self.put(f"photos/dark/more-{number}.png", 40, 40, shade("dark", 20 + number))

        for words in (("resume", 1), ("resume", 1, "--json")):
            error = self.wrong(2, *words)
            self.assertIn("run 1 cannot be taken up: folder:", error)
            self.assertIn("14 training, 6 validation samples then; 20, 9 now: ", error)
            self.assertRegex(error, r"[1-9]\d* in another part, 9 new\)")
            self.assertRegex(error, r"[Pp]ut the files back .* run its recipe again .* Its best epoch, \d+, is kept")
        self.assertEqual(self.done("runs", 1, "--json").events("result")[0]["state"], "interrupted")

        after = self.done(*evaluate)
        self.assertEqual(after.lines, before.lines)
        self.assertIn("has changed since run 1 was trained", after.err)
        self.assertIn("14 training, 6 validation samples then; 20, 9 now", after.err)
        self.assertEqual(self.done(*evaluate, "--part", "train").lines[0]["samples"], 14)
        whole = self.done(*evaluate, "--part", "all")
        self.assertEqual((whole.lines[0]["samples"], whole.err), (29, ""))

        # Of a run of before it was kept nobody knows the split.
        os.remove(os.path.join(self.home, "runs", "1", "split.safetensors"))
        unknown = self.done(*evaluate)
        self.assertEqual(unknown.lines[0]["samples"], 9)
        self.assertIn("does not keep its split", unknown.err)

    def test_own_dataset_named(self):
        """Of the run's own dataset, named: how many of the samples it was trained on, and how to judge others."""
        self.done("run", self.of_photos())
        spec = "folder:" + self.path("photos") + "/"
        note = r"run 1 was trained on {} of the {} samples judged.*evaluate --run 1 without --dataset judges its validation samples"
        for weights in (("--run", 1), ("--network", "mlp", "--weights", "run:1"), ("--network", "mlp", "--weights", "run:1@3")):
            named = ("evaluate", *weights, "--dataset", spec)
            self.assertRegex(self.done(*named).err, note.format(14, 20))
            self.assertRegex(self.done(*named, "--every", 2).err, note.format(r"\d", 10))
            self.assertIn("evaluate --run 1 --part validation, without --dataset", self.wrong(2, *named, "--part", "validation"))
        self.assertEqual(self.done("evaluate", "--run", 1).err, "")
        self.assertIn("run 1 kept no test samples", self.wrong(2, "evaluate", "--run", 1, "--part", "test"))
        other = self.path("other")
        os.rename(self.path("photos"), other)
        self.assertEqual(self.done("evaluate", "--run", 1, "--dataset", "folder:" + other).err, "", "of another folder nobody knows")
        os.rename(other, self.path("photos"))
        os.remove(os.path.join(self.home, "runs", "1", "split.safetensors"))
        self.assertRegex(self.done("evaluate", "--run", 1, "--dataset", spec).err, "does not keep its split: .* among those judged")

    def test_fewer_classes(self):
        """Of a set that lacks a class, what a run knows beside it is no answer; that is said, as predict could give it."""
        recipe = self.of_photos()
        for number in range(10):
            self.put(f"photos/grey/{number}.png", 40, 40, lambda x, y: [120] * 3)
        self.done("run", recipe)
        self.assertEqual(self.done("evaluate", "--run", 1).err, "")
        os.rename(self.path("photos/grey"), self.path("grey"))
        spec = "folder:" + self.path("photos")
        told = self.done("evaluate", "--run", 1, "--dataset", spec).err
        self.assertIn(f"judged among the 2 classes of {spec} only: run:1 knows 3, and predict may take a picture for any", told)

    def test_limit(self):
        """A few samples are a few of each class, as many as is its share, and of any place in it."""
        self.done("run", self.of_photos())
        for number in range(10, 30):
            self.put(f"more/light/{number}.png", 40, 40, shade("light", number))
            if number < 20:
                self.put(f"more/dark/{number}.png", 40, 40, shade("dark", number))
        judge = ("evaluate", "--run", 1, "--dataset", "folder:" + self.path("more"), "--json")
        for options, counts in (((), [10, 20]), (("--limit", 3), [1, 2]), (("--limit", 6), [2, 4]), (("--limit", 15), [5, 10]),
                                (("--limit", 100), [10, 20]), (("--every", 2), [5, 10]), (("--every", 2, "--limit", 3), [1, 2])):
            result, = self.done(*judge, *options).lines
            self.assertEqual([c["samples"] for c in result["classes"]], counts, options)
        self.assertEqual(self.done(*judge, "--limit", 7).lines, self.done(*judge, "--limit", 7).lines)

    def test_set_aside_is_not_judged(self):
        self.done("run", self.of_photos())
        spec = "folder:" + self.path("photos")
        self.done("datasets", spec, "--set-aside", "dark/1.png")
        evaluate = ("evaluate", "--network", "mlp", "--weights", "run:1", "--dataset", spec)
        judged = self.done(*evaluate, "--json")
        self.assertEqual(judged.lines[0]["samples"], 19)
        self.assertEqual(sum(k["samples"] for k in judged.lines[0]["classes"]), 19)
        self.assertIn("left out: 1 ", judged.err)
        self.assertIn(": 19 samples (all)", self.done(*evaluate).out)
        for number in range(10):
            self.done("datasets", spec, "--set-aside", f"dark/{number}.png", "--set-aside", f"light/{number}.png")
        self.assertIn("set aside", self.wrong(2, *evaluate))

    def ask_example(self, folder, paths):
        """The odds by class that the exported predict.py says of each of the pictures."""
        said = subprocess.run([sys.executable, os.path.join(folder, "predict.py"), *paths], capture_output=True, text=True,
                              check=True).stdout.splitlines()
        self.assertEqual(len(said), len(paths))
        return [{k: float(v) / 100 for k, v in re.findall(r"(\w+) ([\d.]+)%", line[len(path):])}
                for line, path in zip(said, paths)]

    def of_forms(self):
        """The same dark picture as files of every form: grey, transparent, of 16 bits, of four inks."""
        from PIL import Image  # pylint: disable=import-outside-toplevel,import-error

        def dim(x, y):
            return (x * 3 + y * 2) % 90
        grey = Image.new("L", (120, 90))
        grey.putdata([dim(x, y) for y in range(90) for x in range(120)])
        veil = Image.linear_gradient("L").resize(grey.size)
        ink = Image.merge("CMYK", (grey, veil, grey, veil))
        blocks = grey.convert("P")
        blocks.info["transparency"] = bytes(range(0, 180, 2))
        for name, picture in (("grey.png", grey), ("veiled.png", Image.merge("LA", (grey, veil))), ("blocks.png", blocks),
                              ("ink.jpg", ink), ("large-ink.jpg", ink.resize((900, 700)))):
            picture.save(self.path(name))
            yield self.path(name)
        for color, n in ((0, 1), (2, 3), (4, 2), (6, 4)):
            with open(self.path(f"deep-{color}.png"), "wb") as file:
                file.write(pictures.encode_png(120, 90, color, 16, False, lambda x, y: [dim(x + 9 * c, y) * 256 + x for c in range(n)]))
            yield self.path(f"deep-{color}.png")

    def test_example(self):
        """The exported predict.py says what `predict` says, of pictures of any size and form."""
        missing = [name for name in ("numpy", "PIL", "onnxruntime") if importlib.util.find_spec(name) is None]
        if missing:
            self.skipTest(f"this Python has no {', '.join(missing)}")
        from PIL import Image  # pylint: disable=import-outside-toplevel,import-error
        paths = list(self.of_forms())
        for number, size in enumerate([(40, 40), (120, 50), (33, 90), (700, 1000), (2001, 900)]):
            picture = Image.new("RGB", size)
            picture.putdata([tuple((x * c + y * (4 - c)) * 255 // sum(size) // 4 for c in (1, 2, 3))
                             for y in range(size[1]) for x in range(size[0])])
            for ending in ("png", "jpg"):
                paths.append(self.path(f"{number}.{ending}"))
                picture.save(paths[-1])
        for run, fit in enumerate(("crop", "pad", "squash"), 1):
            self.done("run", self.of_photos(task__fit=fit, backbone__network="resnet8", backbone__hidden=None))
            self.done("export", run, self.path(f"{fit}/"))
            for path, told in zip(paths, self.ask_example(self.path(fit), paths)):
                for k, probability in self.odds(run, path).items():
                    self.assertAlmostEqual(told[k], probability, delta=0.002, msg=f"{fit} {path}: {told}")

    def test_example_crops(self):
        """The exported predict.py cuts out what `predict` does, to the pixel: of sizes whose middle ends at half of one."""
        missing = [name for name in ("numpy", "PIL", "onnxruntime") if importlib.util.find_spec(name) is None]
        if missing:
            self.skipTest(f"this Python has no {', '.join(missing)}")
        from PIL import Image  # pylint: disable=import-outside-toplevel,import-error
        paths = []
        for side in (116, 140, 220, 244, 268, 292):
            picture = Image.new("L", (side, side + 3))
            picture.putdata([(x * x + y * y * 7) % 256 for y in range(side + 3) for x in range(side)])
            paths.append(self.path(f"{side}.png"))
            picture.save(paths[-1])
        self.done("run", self.of_photos(backbone__network="mobilenet_v2", backbone__hidden=None, backbone__input_size=48))
        self.done("export", 1, self.path("out/"))
        with open(self.path("out/preprocessing.json"), encoding="utf-8") as file:
            self.assertEqual(json.load(file)["crop"], 0.875)
        for path, told in zip(paths, self.ask_example(self.path("out"), paths)):
            for k, probability in self.odds(1, path).items():
                self.assertAlmostEqual(told[k], probability, delta=0.002, msg=f"{path}: {told}")

    def import_example(self):
        """The exported preprocessing.py of a run."""
        self.done("run", self.of_photos(backbone__network="resnet8", backbone__hidden=None))
        self.done("export", 1, self.path("out/"))
        spec = importlib.util.spec_from_file_location("preprocessing", self.path("out/preprocessing.py"))
        preprocessing = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(preprocessing)
        return preprocessing

    def test_example_rounds(self):
        """The exported preprocessing.py gives each value as the program does, where exact sums end at a half, too."""
        missing = [name for name in ("numpy", "PIL") if importlib.util.find_spec(name) is None]
        if missing:
            self.skipTest(f"this Python has no {', '.join(missing)}")
        from PIL import Image  # pylint: disable=import-outside-toplevel,import-error
        preprocessing = self.import_example()
        preprocessing.sides, preprocessing.form["fit"] = (64, 64), "squash"
        for label, (width, height) in enumerate([(384, 640), (100, 90), (896, 64)]):
            os.makedirs(self.path(f"noise/{label}"))
            picture = Image.frombytes("RGB", (width, height), random.Random(label).randbytes(width * height * 3))
            picture.save(self.path(f"noise/{label}/0.png"))
        # A cell of the sheet is 64 pixels wide, 6 from its neighbours.
        self.done("datasets", "folder:" + self.path("noise"), "--sheet", self.path("sheet.png"), "--fit", "squash")
        sheet = Image.open(self.path("sheet.png"))
        for label in range(3):
            at = 6 + 70 * label
            ours = preprocessing.np.asarray(sheet.crop((at, 6, at + 64, 70)), int)
            theirs = preprocessing.fit(preprocessing.np.asarray(Image.open(self.path(f"noise/{label}/0.png")), "f"))
            self.assertEqual(int((ours != theirs).sum()), 0, label)

    def test_example_decodes(self):
        """The exported preprocessing.py reads pictures of every form as they are read here."""
        missing = [name for name in ("numpy", "PIL") if importlib.util.find_spec(name) is None]
        if missing:
            self.skipTest(f"this Python has no {', '.join(missing)}")
        made = self.path("made")
        subprocess.run([sys.executable, "-B", os.path.join(DATA_TESTS, "make_pictures.py"), made], check=True)
        preprocessing = self.import_example()
        # Of a key among grey values of 2 or 4 bits Pillow makes something else.
        names = [name for name in sorted(os.listdir(made)) if name.endswith(".raw")
                 and not re.match(r"color0-depth[24].*-transparent", name)]
        for name in names:
            with open(os.path.join(made, name), "rb") as file:
                width, height, channels, *expected = file.read()
            if channels == 1:
                expected = [value for value in expected for _ in range(3)]
            seen = preprocessing.decode(os.path.join(made, name[:-len("raw")] + "png"))
            self.assertEqual(seen.shape, (height, width, 3), name)
            self.assertLessEqual(max(abs(a - b) for a, b in zip(seen.ravel(), expected)), 1, name)
        self.assertGreater(len(names), 40)


if __name__ == "__main__":
    cli.main()
