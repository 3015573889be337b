#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Fetching from a server on loopback that cuts, stalls, lies and sends other bytes."""
import gzip
import hashlib
import io
import json
import os
import random
import signal
import socket
import struct
import subprocess
import sys
import tarfile
import time
import zipfile

import cli

sys.path.insert(0, os.environ["RETORT_TEST_FETCH"])
import server  # noqa: E402
sys.path.insert(0, cli.DATA_TESTS)
import make_pictures as pictures  # noqa: E402


def make_idx(n, seed):
    """@n pictures of MNIST's form, and their labels, gzipped."""
    rng = random.Random(seed)
    pictures = struct.pack(">IIII", 0x803, n, 28, 28) + rng.randbytes(28 * 28 * n)
    labels = struct.pack(">II", 0x801, n) + bytes(i % 10 for i in range(n))
    return gzip.compress(pictures, mtime=0), gzip.compress(labels, mtime=0)


def make_tar(files):
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w:gz") as archive:
        for name, content in files.items():
            info = tarfile.TarInfo(name)
            if isinstance(content, bytes):
                info.size = len(content)
                archive.addfile(info, io.BytesIO(content))
            else:
                info.type, info.linkname = content
                archive.addfile(info)
    return out.getvalue()


class Fetch(cli.Case):
    def setUp(self):
        super().setUp()
        images, labels = make_idx(100, 1)
        self.content = {"train-images-idx3-ubyte.gz": images, "train-labels-idx1-ubyte.gz": labels}
        self.big = random.Random(2).randbytes(300_000)
        self.content["big.bin"] = self.big
        self.server = server.Server(files=self.content)
        self.addCleanup(self.server.stop)
        self.entries = []

    def environment(self):
        return dict(super().environment(), RETORT_CATALOGUE=self.path("catalogue.json"), G_DEBUG="fatal-criticals")

    def file(self, name, manner="good", content=None, **changes):
        content = self.content[name] if content is None else content
        file = {"address": self.server.address(manner, name), "name": name, "bytes": len(content),
                "sha256": hashlib.sha256(content).hexdigest()}
        file.update(changes)
        return {key: value for key, value in file.items() if value is not None}

    def add(self, name, files, opens="idx:", kind="dataset"):
        self.entries.append({
            "name": name, "kind": kind, "title": f"The title of {name}", "opens": opens,
            "licence": "CC0", "publisher": "The test", "origin": "Made by the test", "files": files})
        with open(self.path("catalogue.json"), "w", encoding="utf-8") as file:
            json.dump({"retort_catalogue": 1, "entries": self.entries}, file)

    def add_big(self, manner, **changes):
        """One file, under its manner's name."""
        self.add(manner, [self.file("big.bin", manner, **changes)], "file:big.bin", "weights")

    def kept(self, *names):
        return os.path.join(self.home, "catalogue", *names)

    def read_kept(self, *names):
        with open(self.kept(*names), "rb") as file:
            return file.read()

    # What goes well

    def test_dataset(self):
        self.add("tiny", [self.file(name) for name in list(self.content)[:2]])
        message = self.wrong(2, "datasets", "catalogue:tiny", "--json")
        self.assertIn("catalogue:tiny is not fetched yet; fetch it with retort-cli fetch tiny", message)
        self.assertEqual(self.server.requests, [], "nothing is fetched unless asked")
        listed = self.done("fetch", "--json").lines
        self.assertEqual([(line["name"], line["fetched"]) for line in listed], [("tiny", False)])
        result = self.done("fetch", "tiny", "--json")
        self.assertTrue(result.events("result")[0]["fetched"])
        self.assertTrue(result.events("progress"))
        shown = self.done("datasets", "catalogue:tiny", "--json").events("result")[0]
        self.assertEqual((shown["dataset"], shown["samples"], shown["title"]),
                         ("catalogue:tiny", 100, "The title of tiny"))
        self.assertIn("catalogue:tiny", self.done("datasets").out)
        n = len(self.server.requests)
        self.assertIn("was fetched before", self.done("fetch", "tiny").out)
        self.assertEqual(len(self.server.requests), n, "what is there is not fetched again")
        self.done("run", self.recipe(task__dataset="catalogue:tiny", train__epochs=1))
        done = subprocess.run(["sha256sum", "--check", "--quiet", "SHA256SUMS"], cwd=self.kept("tiny"),
                              capture_output=True, check=False)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(sorted(os.listdir(self.kept("tiny"))),
                         ["SHA256SUMS", *sorted(list(self.content)[:2])], "no part is left")

    def test_weights(self):
        """Those that ship, as something fetched: shown, checked, trained from, evaluated, taught by."""
        with open(os.path.join(os.environ["RETORT_DATADIR"], "backbones", "resnet8-letters.safetensors"), "rb") as file:
            self.content["letters.safetensors"] = file.read()
        self.add("letters", [self.file("letters.safetensors")], "file:letters.safetensors", "weights")
        changes = {"method": "fine-tune", "backbone": {"network": "resnet8", "weights": "catalogue:letters",
                                                       "frozen": ["stem"]}}
        recipe = self.recipe(train__epochs=1, **changes)
        for words in (["check", recipe], ["run", recipe], ["backbones", "catalogue:letters"],
                      ["evaluate", "--network", "resnet8", "--weights", "catalogue:letters",
                       "--dataset", "builtin:glyphs/letters", "--limit", 20]):
            self.assertIn("retort-cli fetch letters", self.wrong(2, *words))
        self.done("fetch", "letters")
        shown = self.done("backbones", "catalogue:letters", "--json").lines[0]
        self.assertEqual((shown["backbone"], shown["network"], shown["licence"]),
                         ("catalogue:letters", "resnet8", "CC0"))
        self.assertIn("catalogue:letters", self.done("backbones").out)
        self.done("check", recipe)
        self.done("run", recipe)
        self.done("evaluate", "--network", "resnet8", "--weights", "catalogue:letters",
                  "--dataset", "builtin:glyphs/letters", "--limit", 20)

    def test_list(self):
        self.add("tiny", [self.file("big.bin")])
        self.add("guess", [self.file("big.bin", bytes=None, about_bytes=310_000)])
        out = self.done("fetch").out
        self.assertRegex(out, r"tiny +300 kB  The title of tiny\n +not fetched  CC0")
        self.assertRegex(out, r"guess +about 310 kB ")
        self.assertIn("tiny, guess", self.wrong(2, "fetch", "tinny"))

    def test_nothing_of_the_user(self):
        self.add_big("good")
        self.done("fetch", "good")
        for _, _, headers in self.server.requests:
            self.assertLessEqual(set(headers), {"Host", "Accept-Encoding", "Connection", "Range", "If-Range"})

    def test_prefix_and_md5(self):
        sha256 = hashlib.sha256(self.big).hexdigest()
        self.add_big("good", sha256=sha256[:8], bytes=None, about_bytes=295_000)
        self.done("fetch", "good")
        self.assertIn(sha256, self.read_kept("good", "SHA256SUMS").decode())
        self.add_big("norange", sha256=None, md5=hashlib.md5(self.big).hexdigest())
        self.done("fetch", "norange")
        self.add_big("redirect", sha256="00000000", bytes=None, about_bytes=295_000)
        self.assertIn("first 8 digits", self.wrong(1, "fetch", "redirect"))
        self.add_big("cut-once", sha256=None, md5="0" * 32)
        self.assertIn("MD5", self.wrong(1, "fetch", "cut-once"))

    def test_goes_on_after_cuts(self):
        for manner in ("cut", "cut-once", "redirect", "norange", "changed", "range-lies"):
            with self.subTest(manner):
                self.add_big(manner)
                self.done("fetch", manner)
                self.assertEqual(self.read_kept(manner, "big.bin"), self.big)
        ranges = [headers.get("Range") for manner, _, headers in self.server.requests if manner == "cut"]
        self.assertEqual(ranges, [None, "bytes=100001-", "bytes=200002-"])
        conditions = {headers.get("If-Range") for manner, _, headers in self.server.requests
                      if manner == "cut"}
        self.assertEqual(conditions, {None, '"v1"'})

    def test_takes_up_a_part(self):
        """What an earlier fetch has left is gone on with, where it is of the same version."""
        self.add_big("good")
        os.makedirs(self.kept("good"))
        part = self.kept("good", "big.bin.part")
        for left, version, ranges in ((self.big[:1000], '"v1"', ["bytes=1000-"]),
                                      (self.big[:1000], None, ["bytes=1000-"]),
                                      (b"x" * 1000, '"v0"', ["bytes=1000-"]),
                                      (b"x" * 1000, None, ["bytes=1000-", None]),
                                      (b"x" * 400_000, '"v1"', [None]),
                                      (self.big, '"v1"', [])):
            with self.subTest(len=len(left), version=version):
                with open(part, "wb") as file:
                    file.write(left)
                if version is not None:
                    with open(part + ".from", "w", encoding="utf-8") as file:
                        file.write(version)
                self.server.requests.clear()
                self.done("fetch", "good")
                self.assertEqual([headers.get("Range") for _, _, headers in self.server.requests], ranges)
                self.assertEqual(self.read_kept("good", "big.bin"), self.big)
                for name in os.listdir(self.kept("good")):
                    os.unlink(self.kept("good", name))

    def test_mends_what_is_damaged(self):
        self.add_big("good")
        self.done("fetch", "good")
        with open(self.kept("good", "big.bin"), "wb") as file:
            file.write(self.big[:-1])
        self.assertIn("not fetched yet", self.wrong(2, "backbones", "catalogue:good"))
        self.done("fetch", "good")
        self.assertEqual(self.read_kept("good", "big.bin"), self.big)

    # What goes wrong

    def check_wrong(self, manner, *words, left=False, **changes):
        self.add_big(manner, **changes)
        message = self.wrong(1, "fetch", manner, "--stall", 1, "--json")
        for word in words:
            self.assertIn(word, message, manner)
        self.assertFalse(os.path.exists(self.kept(manner, "big.bin")), manner)
        part = self.kept(manner, "big.bin.part")
        size = os.path.getsize(part) if os.path.exists(part) else 0
        self.assertEqual(os.path.exists(part), left, f"{manner}: {size} bytes are left")
        self.assertLessEqual(size, len(self.big))
        return message

    def test_lengths_that_lie(self):
        self.check_wrong("longer", "301000", "300000")
        self.check_wrong("shorter", "299990", "300000")
        self.check_wrong("endless", "more than the 300000")
        self.check_wrong("page", "26", "300000")
        self.check_wrong("truncated", "broke off", "are kept", left=True)

    def test_other_bytes(self):
        message = self.check_wrong("other", "SHA-256", "nothing of it was kept")
        self.assertIn(hashlib.sha256(self.big).hexdigest(), message)

    def test_stall(self):
        began = time.monotonic()
        self.check_wrong("stall", "nothing comes", "kept", left=True)
        self.assertLess(time.monotonic() - began, 60)

    def test_refusals(self):
        self.check_wrong("missing", "404", "no longer there")
        self.check_wrong("refused", "403")
        self.check_wrong("busy", "503")
        self.check_wrong("loop", "more than 5 times")
        self.check_wrong("away", "file:///etc/passwd")

    def test_offline(self):
        with socket.socket() as other:
            other.bind(("127.0.0.1", 0))
            address = f"http://127.0.0.1:{other.getsockname()[1]}/big.bin"
        self.add("gone", [self.file("big.bin", address=address)], "file:big.bin", "weights")
        self.assertIn("connected to the network", self.wrong(1, "fetch", "gone"))

    def test_disk(self):
        self.add_big("good")
        limit = self.cli("fetch", "good", preexec_fn=limit_file_size)
        self.assertEqual(limit.status, 1, limit.err)
        self.assertIn("make room", limit.err)
        self.assertFalse(os.path.exists(self.kept("good", "big.bin")))
        self.done("fetch", "good")
        space = os.statvfs(self.home)
        if space.f_bavail * space.f_frsize < 60 << 30:
            self.add("vast", [self.file("big.bin", bytes=60 << 30)])
            self.assertIn("are free", self.wrong(1, "fetch", "vast"))
        with open(self.path("plain"), "w", encoding="utf-8"):
            pass
        self.home = self.path("plain")
        self.assertIn("plain", self.wrong(1, "fetch", "good"))

    def start(self, name):
        return subprocess.Popen([cli.PROGRAM, "fetch", name], env=self.environment(), text=True,
                                stdout=subprocess.PIPE, stderr=subprocess.PIPE)

    def wait_for_part(self, name):
        for _ in range(200):
            if os.path.exists(self.kept(name, "big.bin.part")) and \
               os.path.getsize(self.kept(name, "big.bin.part")) > 0:
                return
            time.sleep(0.05)
        self.fail("nothing came")

    def test_interrupt(self):
        for manner in ("drip", "stall"):
            with self.subTest(manner):
                self.add_big(manner)
                program = self.start(manner)
                self.wait_for_part(manner)
                program.send_signal(signal.SIGINT)
                began = time.monotonic()
                _, said = program.communicate(timeout=30)
                self.assertLess(time.monotonic() - began, 5)
                self.assertEqual(program.returncode, 130, said)
                self.assertIn("goes on from there", said)
                self.assertIn("ending the fetch; what has come is kept", said)
                self.assertGreater(os.path.getsize(self.kept(manner, "big.bin.part")), 0)
        self.server.requests.clear()
        self.done("fetch", "drip")
        self.assertRegex(self.server.requests[0][2]["Range"], r"bytes=[1-9]\d*-")
        self.assertEqual(self.read_kept("drip", "big.bin"), self.big)

    def test_killed(self):
        self.add_big("drip")
        program = self.start("drip")
        self.wait_for_part("drip")
        program.kill()
        program.communicate()
        self.done("fetch", "drip")
        self.assertEqual(self.read_kept("drip", "big.bin"), self.big)

    def test_two_at_once(self):
        self.add_big("drip")
        program = self.start("drip")
        self.wait_for_part("drip")
        self.assertIn("fetched already", self.wrong(1, "fetch", "drip"))
        program.communicate(timeout=60)
        self.assertEqual(program.returncode, 0)

    # Archives

    def add_archive(self, name, content, most=100_000, files=20, opens="cifar:unpacked/batches"):
        self.content[name + ".archive"] = content
        self.add(name, [self.file(name + ".archive", unpacked_bytes=most, unpacked_files=files)], opens)

    def test_archives(self):
        records = b"".join(bytes([i % 10]) + bytes(3072) for i in range(10))
        files = {"batches/data_batch_1.bin": records, "batches/test_batch.bin": records}
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, content in files.items():
                archive.writestr(name, content)
        for name, content in (("tar", make_tar(files)), ("zip", out.getvalue())):
            with self.subTest(name):
                self.add_archive(name, content)
                self.done("fetch", name)
                shown = self.done("datasets", "catalogue:" + name, "--json").events("result")[0]
                self.assertEqual((shown["samples"], shown["parts"]["test"]), (20, 10))
                self.assertEqual(sorted(os.listdir(self.kept(name))), ["SHA256SUMS", "unpacked"])

    def test_corrections(self):
        """By the files' names in what was unpacked, wherever that lies by now."""
        self.add_archive("ants", make_tar({f"insects/{name}/{i}.png": pictures.encode_png(
            8, 8, 2, 8, False, lambda x, y, shade=shade + i: [shade] * 3)
            for name, shade in (("ants", 40), ("bees", 200)) for i in range(3)}), opens="folder:unpacked/insects")
        self.done("fetch", "ants")
        self.done("datasets", "catalogue:ants", "--mend", "ants/1.png=bees", "--set-aside", "bees/2.png")
        moved = self.path("moved")
        os.rename(self.home, moved)
        self.home = moved
        listed = self.done("datasets", "catalogue:ants", "--corrections", "--json").events("correction")
        self.assertEqual([(c["sample"], c["label"], c["applied"]) for c in listed],
                         [("ants/1.png", "bees", True), ("bees/2.png", None, True)])

    def test_archives_that_lead_out(self):
        bad = {
            "up": {"batches/a": b"a", "batches/../../../out": b"x"},
            "absolute": {"/tmp/retort-out": b"x"},
            "link": {"batches": (tarfile.SYMTYPE, "/tmp"), "batches/a": b"a"},
            "hard": {"batches/a": (tarfile.LNKTYPE, "/etc/passwd")},
            "fifo": {"batches/a": (tarfile.FIFOTYPE, "")},
            "bomb": {"batches/a": bytes(5_000_000)},
            "many": {f"batches/{i}": b"" for i in range(100)},
            "twice": {"batches/a": b"a", "batches/./a": b"b"},
        }
        for name, files in bad.items():
            with self.subTest(name):
                self.add_archive(name, make_tar(files))
                self.wrong(2 if name != "twice" else 1, "fetch", name)
                self.assertEqual(os.listdir(self.kept(name)), [name + ".archive"])
                self.assertFalse(os.path.exists("/tmp/retort-out"))
                self.assertFalse(os.path.exists(self.kept("out")))
        whole = make_tar({"batches/a": random.Random(3).randbytes(50_000)})
        self.add_archive("cut", whole[:len(whole) // 2])
        self.wrong(2, "fetch", "cut")
        self.add_archive("none", b"This is no archive at all." * 100)
        self.wrong(2, "fetch", "none")

    # The catalogue

    def test_wrong_kind(self):
        self.add_big("good")
        self.add("tiny", [self.file("big.bin")])
        self.done("fetch", "good", "tiny")
        self.assertIn("weights, not a dataset", self.wrong(2, "datasets", "catalogue:good"))
        self.assertIn("dataset, not a file of weights", self.wrong(2, "backbones", "catalogue:tiny"))
        self.assertIn("not in the catalogue", self.wrong(2, "datasets", "catalogue:none"))

    def test_own_catalogue(self):
        """The one that is shipped, without fetching anything."""
        os.environ.pop("RETORT_CATALOGUE", None)
        done = subprocess.run([cli.PROGRAM, "fetch", "--json"], env=super().environment(), text=True,
                              capture_output=True, check=True)
        names = [json.loads(line)["name"] for line in done.stdout.splitlines()]
        for name in ("mnist", "fashion-mnist", "cifar10", "hymenoptera", "resnet18", "resnet50",
                     "mobilenet-v2", "squeezenet1-1", "efficientnet-lite0"):
            self.assertIn(name, names)

    def test_shared(self):
        """The real files, served here, are those of the shipped catalogue."""
        with open(os.path.join(os.environ["RETORT_DATADIR"], "catalogue.json"), encoding="utf-8") as file:
            shipped = json.load(file)["entries"]
        for entry in shipped:
            if entry["name"] not in ("mnist", "fashion-mnist"):
                continue
            paths = cli.need_shared(*(f"{entry['name']}/{file['name']}" for file in entry["files"]))
            for path, file in zip(paths, entry["files"]):
                served = f"{entry['name']}.{file['name']}"
                with open(path, "rb") as real:
                    self.content[served] = real.read()
                file["address"] = self.server.address("good", served)
            self.entries.append(entry)
        self.add("last", [self.file("big.bin")])
        self.done("fetch", "mnist", "fashion-mnist")
        for name in ("mnist", "fashion-mnist"):
            shown = self.done("datasets", "catalogue:" + name, "--json").events("result")[0]
            self.assertEqual((shown["samples"], shown["parts"]["test"]), (70_000, 10_000))


def limit_file_size():
    import resource
    resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))


if __name__ == "__main__":
    cli.main()
