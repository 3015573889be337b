#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Bad input through the command line: each is named, with what to do about it, by exit status 2 (1 where work under way failed), and
nothing is lost. The broken files are those of tests/data, made anew here.

RETORT_MESSAGES=FILE writes all that is said into FILE, to be read by a person.
"""
import base64
import gzip
import json
import os
import random
import re
import resource
import shutil
import sqlite3
import struct
import subprocess
import sys
import tempfile
import zlib

import cli

sys.path.insert(0, cli.DATA_TESTS)
import make_pictures as pictures  # noqa: E402

def have_root_mounts():
    """Whether a mount can be made in a namespace of its own, which ends with its program."""
    if os.geteuid() != 0 or shutil.which("unshare") is None:
        return False
    return subprocess.run(["unshare", "-m", "sh", "-c", "mount -t tmpfs -o size=64k none /mnt"], capture_output=True,
                          check=False).returncode == 0


class Case(cli.Case):
    def setUp(self):
        super().setUp()
        os.environ["XDG_CACHE_HOME"] = self.path("cache")

    def cli(self, *arguments, **options):
        result = super().cli(*arguments, **options)
        self.assertNotRegex(result.err + result.out, cli.CRASH)
        self.assertGreaterEqual(result.status, 0, f"{arguments}: ended by a signal")
        if os.environ.get("RETORT_MESSAGES") and result.err:
            with open(os.environ["RETORT_MESSAGES"], "a", encoding="utf-8") as file:
                words = [word if "/" not in str(word) else "…/" + os.path.basename(str(word)) for word in map(str, arguments)][:9]
                file.write(f"$ {' '.join(words)}  -> {result.status}\n{result.err.replace(self.folder, '…')}")
        return result

    def refused(self, thing, *arguments, status=2):
        """It must name @thing and say a step, on standard error and as one JSON line."""
        message = self.wrong(status, *arguments, "--json")
        self.assertIn(thing, message)
        self.assertRegex(message.replace(self.folder, ""), cli.STEP)
        return message

    def put(self, name, data):
        path = self.path(name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "wb") as file:
            file.write(data)
        return path

    def picture(self, name, bright=100, side=12):
        noise = random.Random(name)
        return self.put(name, pictures.encode_png(side, side, 2, 8, False,
                                                  lambda x, y: [bright + noise.randrange(50) for _ in range(3)]))

    def folder_of(self, name, **counts):
        for kind, n in counts.items():
            os.makedirs(self.path(f"{name}/{kind}"), exist_ok=True)
            for i in range(n):
                self.picture(f"{name}/{kind}/{i:02}.png", 200 if kind == "a" else 20)
        return "folder:" + self.path(name)

    def small(self, name="recipe.json", **changes):
        return self.recipe(name, **{"train__epochs": 1, "task__augment": None, **changes})

    def of_folder(self, spec, **changes):
        return self.small("folder.json", task__dataset=spec, task__samples_per_class=None, task__validation=0.2, **changes)


class Files(Case):
    """Truncated and foreign files of every format."""

    def good_pictures(self):
        grey, webp = base64.b64decode(pictures.GREY_JPEG), base64.b64decode(pictures.LOSSY_WEBP)
        bmp = b"BM" + struct.pack("<IIIIiiHHIIIIII", 54 + 48, 0, 54, 40, 4, 4, 1, 24, 0, 48, 0, 0, 0, 0) + bytes(range(48))
        entries = [(256, 3, 1, 4), (257, 3, 1, 4), (258, 3, 1, 8), (259, 3, 1, 1), (262, 3, 1, 1), (273, 4, 1, 134),
                   (277, 3, 1, 1), (278, 3, 1, 4), (279, 4, 1, 16)]
        tiff = b"II*\0\x08\0\0\0" + struct.pack("<H", len(entries))
        tiff += b"".join(struct.pack("<HHII", *entry) for entry in entries) + bytes(4)
        tiff += bytes(134 - len(tiff)) + bytes(range(0, 160, 10))
        gif = pictures.encode_gif(6, 4, ((255, 0, 0), (0, 255, 0), (0, 0, 255), (9, 9, 9)), [(x + y) % 4 for y in range(4) for x in range(6)])
        png = pictures.encode_png(7, 5, 2, 8, False, lambda x, y: [x * 30, y * 40, 99])
        return {"png": png, "jpg": grey, "gif": gif, "bmp": bmp, "tiff": tiff, "webp": webp}

    def test_pictures(self):
        """predict looks at each, whatever the ones before it were."""
        self.done("run", self.small())
        paths = []
        for ending, data in self.good_pictures().items():
            paths += [self.put(f"cut/{ending}-{n}.{ending}", data[:n]) for n in (1, 4, len(data) // 3, len(data) * 2 // 3)]
        foreign = [self.put("foreign/" + name, data) for name, data in
                   (("pdf.png", b"%PDF-1.7\n" + bytes(200)), ("zip.jpg", b"PK\3\4" + bytes(200)), ("text.bmp", b"BMW is a car\n" * 9),
                    ("elf.tiff", b"\x7fELF" + bytes(300)), ("riff.webp", b"RIFF\x24\0\0\0WAVEfmt " + bytes(60)),
                    ("heic.gif", b"\0\0\0\x18ftypheic" + bytes(80)))]
        os.mkdir(self.path("folder.png"))
        paths += foreign + [self.path("folder.png"), self.path("none.png")]
        result = self.cli("predict", 1, *paths, "--json")
        self.assertEqual(result.status, 2)
        said = {error["message"].split(": ", 1)[0]: error["message"] for error in result.events("error")}
        self.assertEqual(sorted(said), sorted(paths), "each is named, none is read")
        for message in said.values():
            self.assertRegex(message.replace(self.folder, ""), cli.STEP)

    def test_good_pictures(self):
        """The pictures that were cut are good before."""
        self.done("run", self.small())
        paths = [self.put("good/x." + ending, data) for ending, data in self.good_pictures().items()]
        result = self.cli("predict", 1, *paths, "--json")
        read = {os.path.basename(line["image"]) for line in result.events("result")}
        self.assertLessEqual({"x.png", "x.jpg", "x.gif", "x.bmp", "x.tiff"}, read, result.err)
        if "x.webp" not in read:
            self.assertRegex(result.err, r"x\.webp: .*no loader.*install it")

    def test_folder_of_broken(self):
        """Broken pictures beside good ones are named and left out; alone they are no dataset."""
        spec = self.folder_of("mixed", a=8, b=8)
        names = []
        for path in cli.list_broken("png") + cli.list_broken("picture"):
            if "edge-" not in path:
                names.append(os.path.basename(path))
                shutil.copy(path, self.path("mixed/a"))
        shown, = self.done("datasets", spec, "--json").events("result")
        result = self.done("run", self.of_folder(spec), "--json")
        told = result.err + "\n".join(shown["problems"])
        self.assertEqual([name for name in names if f"a/{name}: " not in told], [], "each is named")
        self.assertNotRegex(told, r"[ab]/0\d\.png", "and no good one")
        self.assertEqual(len(result.events("result")), 1)
        self.assertGreaterEqual(len(names), 40)
        self.assertGreater(len(shown["problems"]), 25)
        checked = self.done("check", self.of_folder(spec), "--json")
        self.assertRegex(checked.err, r"(?s)a/\S+\.png: .*and \d+ more")
        for name in ("text.png", "empty.png", "no-end.png"):
            self.put("only/a/" + name, open(f"{cli.get_broken()}/png/{name}", "rb").read())
        self.refused("only", "datasets", "folder:" + self.path("only"))

    def test_datasets(self):
        """Foreign files; and what "datasets" refuses (test-malformed.py) is refused in a recipe too."""
        png = self.picture("foreign.png")
        for spec in ("idx:" + png, "cifar:" + png, "csv:" + png, "cifar:" + self.folder, "csv:" + self.folder, "folder:" + png):
            self.refused(os.path.basename(spec), "datasets", spec)
        for kind in ("cifar", "csv"):
            for path in cli.list_broken(kind)[::6]:
                recipe = self.small(task__dataset=f"{kind}:{path}")
                self.refused(os.path.basename(path), "run", recipe)
                self.refused(os.path.basename(path), "check", recipe)

    def test_idx_in_pieces(self):
        """A set that is good as a whole, cut at every few bytes."""
        images = bytes([0, 0, 8, 3]) + struct.pack(">III", 4, 3, 2) + bytes(range(24))
        labels = bytes([0, 0, 8, 1]) + struct.pack(">I", 4) + b"\0\1\0\1"
        self.put("set-labels-idx1-ubyte", labels)
        self.put("set-images-idx3-ubyte", images)
        self.done("datasets", "idx:" + self.path("set"))
        for n in range(0, len(images), 5):
            self.put("set-images-idx3-ubyte", images[:n])
            self.refused("set-images", "datasets", "idx:" + self.path("set"))
        os.remove(self.path("set-images-idx3-ubyte"))
        packed = gzip.compress(images)
        for n in range(0, len(packed), 9):
            self.put("set-images-idx3-ubyte.gz", packed[:n])
            self.refused("set-images", "datasets", "idx:" + self.path("set"))

    def judge(self, path):
        return ["evaluate", "--network", "lenet5", "--weights", "file:" + path, "--dataset", "builtin:glyphs/digits", "--limit", 4]

    def test_weights(self):
        """Malformed files (test-malformed.py has them all) by the other commands that open weights."""
        files = [path for kind in ("safetensors", "torch", "onnx") for path in cli.list_broken(kind)[::40]]
        files += [self.picture("picture.safetensors"), self.put("empty.pth", b"")]
        for path in files:
            message = self.refused(os.path.basename(path), *self.judge(path))
            self.assertNotIn("do not fit", message, f"{path} was read")
        recipe = self.small(backbone={"network": "lenet5", "weights": "file:" + files[0]}, method="fine-tune")
        self.refused(os.path.basename(files[0]), "run", recipe)

    def test_weights_in_pieces(self):
        self.done("run", self.small(backbone={"network": "lenet5", "weights": "random"}))
        self.done("export", 1, self.path("good.safetensors"))
        self.done(*self.judge(self.path("good.safetensors")))
        with open(self.path("good.safetensors"), "rb") as file:
            good = file.read()
        for n in (0, 1, 7, 8, 9, 100, len(good) // 2, len(good) - 1):
            path = self.put("cut.safetensors", good[:n])
            shutil.copy(self.path("good.json"), self.path("cut.json"))
            self.refused("cut.safetensors", *self.judge(path))

    def test_pickle_names_function(self):
        """Refused by name, and not called."""
        witness = self.path("called")
        evil = b"\x80\x02cos\nsystem\n(X" + struct.pack("<I", len(f"touch {witness}")) + f"touch {witness}".encode() + b"tR."
        self.assertIn("os.system", self.refused("evil.pth", *self.judge(self.put("evil.pth", evil))))
        for name in ("os-system.pth", "os-system.th"):
            self.assertRegex(self.refused(name, *self.judge(f"{cli.get_broken()}/torch/{name}")), "names the function os.system: refused")
        self.assertFalse(os.path.exists(witness))

    def test_weights_do_not_fit(self):
        """Which tensors, and which shapes."""
        self.done("run", self.small(backbone={"network": "mlp", "hidden": [24], "weights": "random"}))
        self.done("export", 1, self.path("mlp.safetensors"))
        os.remove(self.path("mlp.json"))
        message = self.refused("mlp.safetensors", *self.judge(self.path("mlp.safetensors")))
        self.assertRegex(message, r"(?s)do not fit lenet5.*missing: conv1\.weight.*of another shape: fc1\.weight is 24x784, not 120x400")
        self.done("run", self.small(backbone={"network": "lenet5", "weights": "random"}))
        self.done("export", 2, self.path("lenet5.safetensors"))
        os.remove(self.path("lenet5.json"))
        with open(self.path("lenet5.safetensors"), "rb") as file:
            n, = struct.unpack("<Q", file.read(8))
            header, values = json.loads(file.read(n)), file.read()
        name, entry = next((k, v) for k, v in header.items() if len(v.get("shape", ())) == 4)
        entry["shape"] = [entry["shape"][1], entry["shape"][0], *entry["shape"][2:]]
        text = json.dumps(header).encode()
        path = self.put("turned.safetensors", struct.pack("<Q", len(text)) + text + values)
        message = self.refused("turned.safetensors", *self.judge(path))
        self.assertRegex(message, rf"{re.escape(name)} is \(?[\dx, ×]+\)?, not \(?[\dx, ×]+\)?")


class Folders(Case):
    def test_empty(self):
        os.makedirs(self.path("nothing"))
        os.makedirs(self.path("hollow/a"))
        os.makedirs(self.path("hollow/b"))
        for name in ("nothing", "hollow", "none"):
            spec = "folder:" + self.path(name)
            self.refused(name, "datasets", spec)
            self.refused(name, "run", self.of_folder(spec))
            self.refused(name, "check", self.of_folder(spec))
        self.assertEqual(self.done("runs", "--json").lines, [], "what could not begin leaves no run")

    def test_one_class(self):
        message = self.refused("folder:", "run", self.of_folder(self.folder_of("one", b=6)))
        self.assertRegex(message, r'one class only, "b"; at least two')

    def test_class_of_one_image(self):
        message = self.refused('class "a"', "run", self.of_folder(self.folder_of("single", a=1, b=6)))
        self.assertRegex(message, "single sample.*add samples to it or remove the class")

    def spoil(self, name, how):
        path = self.path(name)
        with open(path, "rb") as file:
            data = bytearray(file.read())
        if how == "cut":
            data = data[:60]
        elif how == "middle":
            at = data.index(b"IDAT") + 10
            data[at] ^= 255
            data[at + 1] ^= 255
        else:
            data = b"a text, by mistake"
        self.put(name, data)

    def test_three_unreadable(self):
        """It trains on the 97 and says which 3: cut off, foreign, and damaged where only decoding shows it."""
        spec = self.folder_of("hundred", a=50, b=50)
        spoilt = {"a/07.png": "cut", "a/31.png": "foreign", "b/20.png": "middle"}
        for name, how in spoilt.items():
            self.spoil("hundred/" + name, how)
        result = self.done("run", self.of_folder(spec), "--json")
        start, = result.events("start")
        # Two show it in their headers; the third is met, and left out, when it is decoded.
        self.assertEqual(start["train_samples"] + start["validation_samples"], 98)
        self.assertEqual(len(result.events("result")), 1)
        for name in spoilt:
            self.assertIn(name + ": ", result.err)
        self.assertEqual(len(re.findall(r"[ab]/\d\d\.png", result.err)), 3, "and no other")
        plain = self.done("run", self.of_folder(spec))
        again = self.done("run", self.of_folder(spec), "--threads", 2, "--json")
        for name in spoilt:
            self.assertIn(name + ": ", plain.out)
        self.assertEqual([{**e, "run": 0, "seconds": 0} for e in result.events("epoch")],
                         [{**e, "run": 0, "seconds": 0} for e in again.events("epoch")])

    def test_unreadable_in_test_part(self):
        for part in ("train", "val", "test"):
            self.folder_of("parts/" + part, a=6, b=6)
        self.spoil("parts/test/a/03.png", "middle")
        self.spoil("parts/val/b/02.png", "middle")
        result = self.done("run", self.of_folder("folder:" + self.path("parts")), "--json")
        self.assertIn("test/a/03.png: ", result.err)
        self.assertIn("val/b/02.png: ", result.err)
        self.assertIsNotNone(result.events("result")[0]["test_accuracy"])
        judged = self.done("evaluate", "--run", 1, "--json")
        self.assertIn("test/a/03.png: ", judged.err)

    def test_duplicates(self):
        """The same file in two classes, and in two parts: both are named, and check notes it."""
        spec = self.folder_of("twice/train", a=6, b=6)
        self.folder_of("twice/test", a=3, b=3)
        spec = "folder:" + self.path("twice")
        for to in ("train/b/copy.png", "test/a/copy.png"):
            shutil.copy(self.path("twice/train/a/02.png"), self.path("twice/" + to))
        result, = self.done("datasets", spec, "--duplicates", "--json").events("result")
        pairs = [(pair["first"], pair["second"]) for pair in result["duplicates"]]
        self.assertTrue(any("copy.png" in second or "copy.png" in first for first, second in pairs), pairs)
        self.assertIn("again", self.done("datasets", spec, "--duplicates").out)
        self.assertRegex(self.done("check", self.of_folder(spec)).err, "in two parts or two classes")

    def test_duplicates_of_no_part(self):
        """Without parts a copy within a class is named too: it may be drawn into two."""
        self.folder_of("plain", a=6, b=6)
        spec = "folder:" + self.path("plain")
        told = "nothing is there twice, byte for byte; a picture that was saved anew is not recognised"
        self.assertIn(told, self.done("datasets", spec, "--duplicates").out)
        shutil.copy(self.path("plain/a/02.png"), self.path("plain/a/copy.png"))
        result, = self.done("datasets", spec, "--duplicates", "--json").events("result")
        self.assertEqual(len(result["duplicates"]), 1)

    def test_class_all_unreadable(self):
        spec = self.folder_of("spoilt", a=4, b=6)
        for i in range(4):
            self.spoil(f"spoilt/a/{i:02}.png", "middle")
        self.refused('class "a"', "run", self.of_folder(spec))

    def test_sizes(self):
        """One pixel, and a hundred million: both are opened, in little memory."""
        spec = self.folder_of("sizes", a=4, b=4)
        self.picture("sizes/a/one.png", side=1)
        header = struct.pack(">IIBBBBB", 10000, 10000, 8, 2, 0, 0, 0)
        packer, rows = zlib.compressobj(1), b"\0" + bytes(range(250)) * 120
        data = b"".join([*(packer.compress(rows) for _ in range(10000)), packer.flush()])
        self.put("sizes/b/large.png", b"\x89PNG\r\n\x1a\n" + pictures.chunk(b"IHDR", header) + pictures.chunk(b"IDAT", data)
                 + pictures.chunk(b"IEND", b""))
        done = self.done("run", self.of_folder(spec), "--json")
        self.assertEqual(done.err, "")
        start, = done.events("start")
        self.assertEqual(start["train_samples"] + start["validation_samples"], 10)
        self.done("predict", 1, self.path("sizes/a/one.png"))
        process = subprocess.Popen([cli.PROGRAM, "predict", "1", self.path("sizes/b/large.png")], env=self.environment(),
                                   stdout=subprocess.PIPE)
        with process.stdout as out:
            self.assertIn(b"large.png:", out.read())
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        self.assertEqual(process.returncode, 0)
        print(f"# 10,000 x 10,000: {usage.ru_maxrss / 1024:.0f} MB at most", flush=True)
        if "SANITIZED" not in os.environ:
            self.assertLess(usage.ru_maxrss, 100 * 1024, "its pixels alone are 300 MB")


class Recipes(Case):
    def test_every_problem(self):
        recipe = self.recipe(train__epochz=4, train__batch_size=0, train__learning_rate="fast", task__validation=-1,
                             optimizer="adam", backbone__network="resnet21", method="magic", task__samples_per_class=2.5)
        for command in ("run", "check"):
            message = self.refused("recipe.json", command, recipe)
            for key in ("train.epochz", "train.batch_size", "train.learning_rate", "task.validation", "optimizer", "backbone.network",
                        "method", "task.samples_per_class"):
                self.assertRegex(message, rf"(?m)\b{re.escape(key)}\b")
            for value in ("resnet21", "magic", "fast", "2.5", "-1"):
                self.assertIn(value, message)
        self.assertFalse(os.path.exists(self.home))

    def test_foreign(self):
        for name, data in (("empty.json", b""), ("cut.json", b'{"retort": 1, "na'), ("list.json", b"[1, 2]"), ("nul.json", b"\0" * 40),
                           ("picture.json", pictures.encode_png(3, 3, 0, 8, False, lambda x, y: [0])),
                           ("newer.json", b'{"retort": 99}'), ("deep.json", b"[" * 100000)):
            self.refused(name, "run", self.put(name, data))
        self.refused(self.folder, "run", self.folder)
        self.refused("none.json", "check", self.path("none.json"))


class Disks(Case):
    """Full disks, read-only ones, databases that are not ours."""

    def mounted(self, script, size="1m"):
        """Runs @script with the home on a small disk of its own."""
        if not have_root_mounts():
            self.skipTest("small disks are made by root only; test_full_disk of test-errors.py stands for them")
        os.makedirs(self.path("disk"), exist_ok=True)
        self.home = self.path("disk/home")
        lines = [f"mount -t tmpfs -o size={size} none '{self.path('disk')}'", *script]
        done = subprocess.run(["unshare", "-m", "sh", "-c", "\n".join(lines)], env=dict(self.environment(), R=cli.PROGRAM,
                              DISK=self.path("disk")), cwd=self.folder, capture_output=True, text=True, check=False, timeout=200)
        self.assertNotRegex(done.stdout + done.stderr, cli.CRASH)
        if os.environ.get("RETORT_MESSAGES"):
            with open(os.environ["RETORT_MESSAGES"], "a", encoding="utf-8") as file:
                file.write(f"$ (a disk of {size})\n{done.stderr.replace(self.folder, '…')}")
        status, part, parts = [], [], []
        for line in done.stdout.splitlines():
            if line.startswith("status "):
                status.append(int(line.split()[1]))
                parts.append([json.loads(text) for text in part])
                part = []
            else:
                part.append(line)
        return status, parts, done.stderr

    def error(self, events):
        error, = [line for line in events if line["event"] == "error"]
        self.assertRegex(error["message"].replace(self.folder, ""), cli.STEP)
        return error["message"]

    def test_full_disk(self):
        """It fails in words in the middle of a run; with space again it is taken up to the same figures."""
        recipe = self.small(backbone__hidden=[500], train__epochs=3)
        whole = self.done("run", recipe, "--json").events("epoch")
        status, parts, err = self.mounted([
            f"$R run '{recipe}' --json; echo status $?",
            "$R runs --json; echo status $?",
            "mount -o remount,size=20m $DISK",
            "$R resume 1 --json; echo status $?",
            "$R runs 1 --json; echo status $?"], size="2m")
        self.assertEqual(status, [1, 0, 0, 0], err)
        self.assertRegex(self.error(parts[0]), r"runs/1/.*free some space.*take up run 1; nothing before that is lost")
        self.assertEqual(parts[1][0]["state"], "failed")
        strip = [{**line, "seconds": 0, "run": 0} for line in parts[2] if line["event"] == "epoch"]
        self.assertEqual(strip[-2:], [{**line, "seconds": 0, "run": 0} for line in whole[-2:]])
        shown, = [line for line in parts[3] if line["event"] == "result"]
        self.assertEqual(shown["state"], "finished")

    def test_full_from_the_start(self):
        recipe = self.small()
        status, parts, err = self.mounted([
            f"$R run '{recipe}' >first 2>&1 || cat first; dd if=/dev/zero of=$DISK/fill bs=4k 2>/dev/null",
            f"$R run '{recipe}' --json; echo status $?",
            "rm $DISK/fill",
            f"$R run '{recipe}' --json; echo status $?",
            "$R runs --json; echo status $?"])
        self.assertEqual((status[0] in (1, 2), status[1:]), (True, [0, 0]), err)
        self.assertIn("free some space", self.error(parts[0]))
        self.assertEqual([run["state"] for run in parts[2]], ["finished", "finished"], "nothing is lost, nothing left over")

    def test_full_before_the_first(self):
        recipe = self.small()
        status, parts, err = self.mounted([
            "dd if=/dev/zero of=$DISK/fill bs=4k 2>/dev/null",
            f"$R run '{recipe}' --json; echo status $?",
            "rm $DISK/fill",
            f"$R run '{recipe}' --json; echo status $?"])
        self.assertIn(status[0], (1, 2))
        self.assertEqual(status[1], 0, err)
        self.assertRegex(self.error(parts[0]), "retort.db: .*free some space")

    def test_limited_files(self):
        """A limit on the size of files, as a shell sets it, ends no program."""
        recipe = self.small(backbone__hidden=[400], train__epochs=2)
        self.done("runs")
        limit = {"preexec_fn": lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (500_000, 500_000))}
        self.assertRegex(self.wrong(1, "run", recipe, "--json", **limit), r"runs/1/.*free some space.*take up run 1")
        self.assertEqual(len(self.done("resume", 1, "--json").events("epoch")), 2)
        self.refused("is finished", "resume", 1)

    def test_full_cache(self):
        """What frozen blocks give, where it is large, goes into the cache folder: no room there is said at once."""
        changes = {"task__dataset": self.folder_of("many", a=50, b=50), "task__validation": 2}
        source = self.small("source.json", backbone={"network": "resnet8", "weights": "random"}, **changes, task__samples_per_class=1)
        recipe = self.small(method="fine-tune", task__samples_per_class=48, task__augment="light", **changes,
                            backbone={"network": "resnet8", "weights": "run:1", "frozen": ["stem"], "input_size": 256})
        status, parts, err = self.mounted([
            f"$R run '{source}' >&2; export XDG_CACHE_HOME=$DISK/cache",
            f"$R run '{recipe}' --json; echo status $?",
            "$R runs --json; echo status $?",
            f"$R run '{recipe}' --json --set task.samples_per_class=1; echo status $?"], size="4m")
        self.assertEqual(status, [1, 0, 0], err)
        self.assertRegex(self.error(parts[0]), r"disk/cache: no room for .* GB .*No space left.*fewer samples.*free space there")
        self.assertEqual([run["state"] for run in parts[1]], ["finished"], "what could not begin leaves no run")

    def test_read_only(self):
        recipe = self.small()
        status, parts, err = self.mounted([
            f"$R run '{recipe}' >/dev/null; mount -o remount,ro $DISK",
            f"$R run '{recipe}' --json; echo status $?",
            "$R runs --json; echo status $?",
            "$R delete 1 --yes --json; echo status $?",
            "mount -o remount,rw $DISK",
            "$R runs --json; echo status $?"])
        self.assertEqual(status[3], 0, err)
        for k in range(3):
            self.assertIn(status[k], (1, 2))
            self.assertRegex(self.error(parts[k]), r"retort\.db.*give write permission.*RETORT_HOME")
        self.assertEqual(parts[3][0]["state"], "finished", "nothing is lost")

    def test_read_only_run(self):
        """The folder of one run alone may not be written: it cannot be taken up, until it may."""
        recipe = self.small(train__epochs=10000, backbone__hidden=[100])
        status, parts, err = self.mounted([
            "after_an_epoch() { rm -f $DISK/lines; \"$@\" --json > $DISK/lines &",
            "until grep -qs '\"event\":\"epoch\"' $DISK/lines; do sleep 0.05; done; kill -INT $!; wait $!; }",
            f"after_an_epoch $R run '{recipe}' 2>/dev/null",
            "mount --bind $RETORT_HOME/runs/1 $RETORT_HOME/runs/1; mount -o remount,bind,ro $RETORT_HOME/runs/1",
            "$R resume 1 --json; echo status $?",
            "$R delete 1 --yes --json; echo status $?",
            "umount $RETORT_HOME/runs/1",
            "$R runs --json; echo status $?",
            "after_an_epoch $R resume 1; n=$?; cat $DISK/lines; echo status $n"], size="20m")
        self.assertEqual([status[0] in (1, 2), status[1] in (1, 2)], [True, True], err)
        self.assertIn("runs/1", self.error(parts[0]))
        self.assertIn("runs/1", self.error(parts[1]))
        self.assertEqual(len(parts[2]), 1, "a run that could not be deleted is still listed")
        self.assertEqual(parts[2][0]["state"], "interrupted")
        self.assertEqual(status[2:], [0, 130], err)
        self.assertTrue([line for line in parts[3] if line["event"] == "start" and line["epochs_done"] > 0])

    def test_newer_database(self):
        self.done("run", self.small())
        database = os.path.join(self.home, "retort.db")
        with sqlite3.connect(database) as connection:
            version, = connection.execute("PRAGMA user_version").fetchone()
            connection.execute("PRAGMA user_version = 77")
        for words in (["run", self.small()], ["runs"], ["resume", 1], ["delete", 1, "--yes"], ["export", 1, self.path("x.csv")],
                      ["predict", 1, "x.png"], ["evaluate", "--run", 1]):
            self.assertRegex(self.refused("retort.db", *words), r"newer version.*format 77.*use the newer version")
        with sqlite3.connect(database) as connection:
            self.assertEqual(connection.execute("PRAGMA user_version").fetchone(), (77,), "it is not touched")
            connection.execute(f"PRAGMA user_version = {version}")
        self.assertEqual(len(self.done("runs", "--json").lines), 1)

    def test_damaged_database(self):
        self.done("run", self.small())
        database = os.path.join(self.home, "retort.db")
        with open(database, "rb") as file:
            good = file.read()
        for name, data in (("text", b"no database, but long enough to be one " * 40), ("zero", bytes(4096)),
                           ("cut", good[:len(good) // 2]), ("header", b"SQLite format 3\0" + b"\xff" * 4000),
                           ("pages", good[:100] + b"\xaa" * (len(good) - 100))):
            self.put("home/retort.db", data)
            for words in (["run", self.small()], ["runs"], ["resume", 1]):
                result = self.cli(*words, "--json")
                self.assertIn(result.status, (1, 2), f"{name}: {words}: {result.out}{result.err}")
                self.assertRegex(result.err, r"retort\.db: .*move it away", name)
            self.assertTrue(os.path.exists(os.path.join(self.home, "runs/1/best.safetensors")))
            with open(database, "rb") as file:
                self.assertEqual(file.read(), data, "it is not touched")
        self.put("home/retort.db", good)
        self.assertEqual(len(self.done("runs", "--json").lines), 1)

    def test_damaged_run(self):
        """Files of a run that are gone or cut."""
        self.done("run", self.small())
        folder = os.path.join(self.home, "runs/1")
        best = os.path.join(folder, "best.safetensors")
        with open(best, "rb") as file:
            good = file.read()
        self.put("home/runs/1/best.safetensors", good[:len(good) // 2])
        self.refused("best.safetensors", "evaluate", "--run", 1)
        self.refused("best.safetensors", "predict", 1, self.picture("x.png"))
        for name in ("best.json", "best.safetensors", "recipe.json"):
            os.remove(os.path.join(folder, name))
            self.refused("run", "evaluate", "--run", 1)
        shutil.rmtree(folder)
        self.refused("run", "predict", 1, self.picture("x.png"))
        self.assertEqual(len(self.done("runs", "--json").lines), 1)


if __name__ == "__main__":
    cli.main()
