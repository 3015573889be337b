#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Malformed files of every format that is opened, each given to the command that opens it: exit status 2 and one message that names
the file and says a step, in little memory and time, and with no crash. The files are those of tests/data, made anew, and of libhdf5
by the build; cards and recipes are made here.

The count is in the output, beside the most memory that a command took and the longest time.
"""
import concurrent.futures
import json
import os
import re
import resource
import shutil
import subprocess
import sys
import time

import cli

sys.path.insert(0, cli.DATA_TESTS)
import make_edges as edges  # noqa: E402
import make_onnx as onnx  # noqa: E402

SANITIZED = "SANITIZED" in os.environ
SECONDS = 20 * int(os.environ.get("RETORT_TEST_SLOW", "1"))
MOST_MEMORY = 1 << 30
# A place in a text is a step, too.
PLACE = re.compile(r"line \d+, column \d+|stands twice|take it out|at least the head out|the blocks of|check the path")
# What is said of weights that were read; a malformed file must not come so far.
READ = re.compile("are of no network|do not fit|has its place")
KERAS = os.environ["RETORT_TEST_KERAS"]


def list_files(kind):
    """Those that were thought of, and of those that are cut and made lie at every structure every second; tests/data reads them all."""
    files = cli.list_broken(kind)
    return ([path for path in files if "edge-" not in path] + [path for path in files if "edge-" in path][::2])


class Malformed(cli.Case):
    count, longest = 0, 0.0

    @classmethod
    def setUpClass(cls):
        """A large allocation fails, and so does the command. The address sanitizer needs the room, and has a limit of its own."""
        cls.limits = resource.getrlimit(resource.RLIMIT_AS)
        if SANITIZED:
            os.environ["ASAN_OPTIONS"] = os.environ.get("ASAN_OPTIONS", "") + ":max_allocation_size_mb=1024:allocator_may_return_null=1"
        else:
            resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, cls.limits[1]))

    @classmethod
    def tearDownClass(cls):
        resource.setrlimit(resource.RLIMIT_AS, cls.limits)
        most = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
        print(f"# {cls.count} malformed files, each refused; at most {most:.0f} MB, {cls.longest:.1f} s", flush=True)

    def ask(self, words):
        """The command's errors as (file or None, message), or what went wrong."""
        begin = time.monotonic()
        try:
            done = subprocess.run([cli.PROGRAM, *words, "--json"], capture_output=True, text=True, env=self.environment(), errors="replace",
                                  stdin=subprocess.DEVNULL, timeout=SECONDS, check=False)
        except subprocess.TimeoutExpired:
            return [], f"took longer than {SECONDS} s"
        Malformed.longest = max(Malformed.longest, time.monotonic() - begin)
        if done.returncode != 2 or cli.CRASH.search(done.stdout + done.stderr):
            return [], f"status {done.returncode}: {done.stdout[:300]}{done.stderr[-1500:]}"
        return [line["message"] for line in map(json.loads, done.stdout.splitlines()) if line["event"] == "error"], None

    def find_fault(self, path, words, allowed=None):
        errors, fault = self.ask(words)
        if fault is None and len(errors) != 1:
            fault = f"{len(errors)} errors"
        if fault is None and os.path.basename(path) not in errors[0]:
            fault = f"is not named: {errors[0]}"
        if fault is None and not (cli.STEP.search(errors[0].replace(path, "")) or PLACE.search(errors[0])):
            fault = f"no step is said: {errors[0]}"
        if fault is None and allowed is not None and allowed.search(errors[0]):
            fault = f"was read: {errors[0]}"
        return fault and f"{' '.join(words)}: {fault}"

    def refuse_all(self, cases, at_least, allowed=None):
        """@cases: (path, words) each."""
        with concurrent.futures.ThreadPoolExecutor(2) as pool:
            faults = [fault for fault in pool.map(lambda case: self.find_fault(*case, allowed), cases) if fault]
        self.assertEqual(faults, [], f"{len(faults)} of {len(cases)}:\n" + "\n".join(faults))
        self.assertGreaterEqual(len(cases), at_least)
        Malformed.count += len(cases)
        print(f"# {len(cases)} of {self.id().split('.')[-1]}", flush=True)

    def put(self, name, data):
        path = self.path(name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "wb") as file:
            file.write(data if isinstance(data, bytes) else data.encode())
        return path

    # --- Datasets

    def test_idx(self):
        prefixes = [path.split("-images")[0] for path in list_files("idx") if "-images" in path]
        self.refuse_all([(prefix, ["datasets", "idx:" + prefix]) for prefix in prefixes], 80)

    def test_cifar(self):
        self.refuse_all([(path, ["datasets", "cifar:" + path]) for path in list_files("cifar")], 10)

    def test_csv(self):
        self.refuse_all([(path, ["datasets", "csv:" + path]) for path in list_files("csv")], 16)

    def test_gzip(self):
        self.refuse_all([(path, ["datasets", f"{kind}:{path}"]) for path in list_files("gzip") for kind in ("cifar", "csv")], 40)

    # --- Pictures

    def test_pictures(self):
        """A process for every forty: what comes later must not suffer from the ones before."""
        self.done("run", self.recipe(train__epochs=1))
        paths = cli.list_broken("png") + cli.list_broken("picture")
        for i in range(0, len(paths), 40):
            errors, fault = self.ask(["predict", "1", *paths[i:i + 40]])
            self.assertIsNone(fault)
            self.assertEqual([message.split(": ", 1)[0] for message in errors], paths[i:i + 40], "each is named, none is read")
            self.assertEqual([message for message in errors if not cli.STEP.search(message.split(": ", 1)[1])], [])
        Malformed.count += len(paths)
        print(f"# {len(paths)} of test_pictures", flush=True)
        self.assertGreaterEqual(len(paths), 100)

    # --- Weights

    def refuse_weights(self, paths, at_least):
        self.refuse_all([(path, ["backbones", "file:" + path]) for path in paths], at_least, READ)

    def test_safetensors(self):
        self.refuse_weights(list_files("safetensors"), 40)

    def test_torch(self):
        self.refuse_weights(list_files("torch"), 300)

    def test_onnx(self):
        self.refuse_weights(list_files("onnx"), 150)

    def test_keras(self):
        """Whole models and weights only, in the legacy form and Keras 3's, and archives."""
        folder = os.path.join(KERAS, "broken")
        self.refuse_weights([os.path.join(folder, name) for name in sorted(os.listdir(folder))], 145)

    def test_good(self):
        """The files that were cut, whole: they are read, and are of no network."""
        path = self.put("small.onnx", onnx.small())
        for good in (path, os.path.join(KERAS, "good", "whole.h5")):
            self.assertRegex(self.wrong(2, "backbones", "file:" + good), READ)

    # --- JSON

    # What stands where a value of another kind belongs.
    WRONG = {dict: ("7", '"word"', "[]"), list: ("7", '"word"', "{}"), str: ("7", "[]", "{}", "true"), bool: ("7", '"word"', "[]"),
             int: ('"word"', "[]", "{}", "true", "-1", "1e999", "NaN"), float: ('"word"', "[]", "{}", "true", "-1", "1e999", "NaN")}

    def list_json(self, text, spellings):
        """(name, text): @text, an object's, cut at each of its structures, with a value of another kind at each place, with keys twice
        and, where they are looked at, misspelt."""
        value = json.loads(text)
        for found in re.finditer(r"[\[\]{}:,]", text.rstrip()[:-1]):
            yield f"cut-{found.start()}", text[:found.start()]
        for path in edges.list_json(value):
            at = value
            for step in path:
                at = at[step]
            for wrong in self.WRONG.get(type(at), ()):
                if wrong == "-1" and "mean" in path:
                    continue    # which may be negative
                changed = json.dumps(edges.put_at(value, path, "WRONG")).replace('"WRONG"', wrong)
                yield f"{'.'.join(map(str, path))}-{wrong.strip(chr(34))}", changed
            if path and isinstance(path[-1], str):
                spoken = f'"{path[-1]}":'
                yield f"{'.'.join(map(str, path))}-twice", text.replace(spoken, f"{spoken} 1, {spoken}", 1)
            if path and isinstance(path[-1], str) and spellings:
                yield f"{'.'.join(map(str, path))}-misspelt", text.replace(spoken, f'"{path[-1]}x":', 1)

    def test_recipes(self):
        with open(os.path.join(os.environ["RETORT_DATADIR"], "recipes", "first-run.json"), encoding="utf-8") as file:
            texts = list(self.list_json(file.read(), True))
        paths = [self.put(f"{i}/{re.sub('[^a-z0-9.-]', '_', name)}.json", text) for i, (name, text) in enumerate(texts)]
        folder = os.path.join(cli.DATA_TESTS, os.pardir, "train", "broken")
        paths += [os.path.join(folder, name) for name in sorted(os.listdir(folder)) if name.endswith(".json")]
        self.refuse_all([(path, ["check", path]) for path in paths], 300)

    def test_cards(self):
        """A card that is meant as one and is none: it is not left out silently, for the network would get other inputs."""
        self.done("run", self.recipe(train__epochs=1))
        self.done("export", 1, self.path("good.safetensors"))
        self.done("backbones", self.path("good.safetensors"))
        with open(self.path("good.json"), encoding="utf-8") as file:
            texts = list(self.list_json(file.read(), False))
        paths = []
        for i, (name, text) in enumerate(texts):
            if "retort_backbone" in text:
                paths.append(self.put(f"{i}/good.json", text))
                os.link(self.path("good.safetensors"), self.path(f"{i}/good.safetensors"))
        self.refuse_all([(path, ["backbones", "file:" + path.replace(".json", ".safetensors")]) for path in paths], 60)
        self.put("good.json", '{"model_type": "resnet"}')
        self.assertNotIn("good.json", self.cli("backbones", self.path("good.safetensors")).err, "another program's is nothing to us")

    # --- Folders

    def test_folders(self):
        """Folders of classes in which there is nothing to be learned from."""
        paths = []

        def folder(name, **files):
            for place, make in files.items():
                for kind in ("a", "b"):
                    path = self.path(f"{name}/{kind}/{place.replace('__', '.')}")
                    os.makedirs(os.path.dirname(path), exist_ok=True)
                    make(path)
            paths.append(self.path(name))

        folder("pipes", x__png=os.mkfifo)
        folder("devices", x__png=lambda path: os.symlink("/dev/zero", path))
        folder("dangling", x__png=lambda path: os.symlink("../../../nowhere.png", path))
        folder("itself", x__png=lambda path: os.symlink(os.path.basename(path), path))
        folder("circle", deeper=lambda path: os.symlink("..", path))
        folder("folders", x__png=os.mkdir)
        folder("deep", deeper=lambda path: os.makedirs(path + "/d" * 200))
        folder("texts", x__png=lambda path: self.put(path, b"a text"), y__jpg=lambda path: self.put(path, b""))
        folder("others", x__pdf=lambda path: self.put(path, b"%PDF-1.7"), y__h5=lambda path: self.put(path, b"\x89HDF\r\n\x1a\n"))
        folder("hidden", __png=lambda path: shutil.copy(list_files("png")[0], path))
        folder("bytes", x__png=lambda path: self.put(os.path.join(os.path.dirname(path).encode(), b"\xff\xfe.png").decode(
            errors="surrogateescape"), b"none"))
        for name, target in (("link-to-itself", "link-to-itself"), ("link-to-file", "/etc/passwd"), ("link-to-device", "/dev/zero")):
            os.symlink(target, self.path(name))
            paths.append(self.path(name))
        os.mkfifo(self.path("pipe"))
        paths.append(self.path("pipe"))
        self.refuse_all([(path, ["datasets", "folder:" + path]) for path in paths], 15)

    def test_no_files(self):
        """Pipes and devices for files: nobody waits for them, and nothing is read without end. (A recipe may come through a pipe.)"""
        os.mkfifo(self.path("pipe"))
        os.symlink("/dev/zero", self.path("zeros"))
        os.symlink("loop", self.path("loop"))
        os.mkdir(self.path("folder"))
        cases = []
        for path in map(self.path, ("pipe", "zeros", "loop", "folder")):
            cases += [(path, ["datasets", "csv:" + path]), (path, ["datasets", "cifar:" + path]), (path, ["backbones", "file:" + path]),
                      (path, ["evaluate", "--network", "lenet5", "--weights", "file:" + path, "--dataset", "builtin:glyphs/digits"])]
            cases += [(path, ["check", path])] if "pipe" not in path else []
        self.refuse_all(cases, 19)


if __name__ == "__main__":
    cli.main()
