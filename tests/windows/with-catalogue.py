#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs a command with a catalogue of its own, whose files a server on loopback has: with-catalogue.py COMMAND...

It ends as the command does, but badly where the weights, which stall the first time, were not asked for once more
from where they stopped.
"""
import gzip
import hashlib
import json
import os
import random
import struct
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "fetch"))
sys.dont_write_bytecode = True
import server as loopback

LETTERS = "resnet8-letters.safetensors"
N = 200


def make_files():
    """Noise as digits, and the network that ships."""
    noise = random.Random(1)
    images = struct.pack(">IIII", 0x803, N, 28, 28) + noise.randbytes(N * 28 * 28)
    labels = struct.pack(">II", 0x801, N) + bytes(i % 10 for i in range(N))
    with open(os.path.join(HERE, "..", "..", "data", "backbones", LETTERS), "rb") as file:
        weights = file.read()
    return {"train-images-idx3-ubyte.gz": gzip.compress(images), "train-labels-idx1-ubyte.gz": gzip.compress(labels),
            LETTERS: weights}


def make_entry(server, manner, names, **fields):
    files = [{"address": server.address(manner, name), "name": name, "bytes": len(server.files[name]),
              "sha256": hashlib.sha256(server.files[name]).hexdigest()} for name in names]
    return {"licence": "CC0", "publisher": "A test", "origin": "Made by it", "files": files, **fields}


def main():
    server = loopback.Server(files=make_files())
    *digits, weights = server.files
    entries = [
        make_entry(server, "good", digits, name="noise", kind="dataset", title="Noise: digits", opens="idx:"),
        make_entry(server, "stall-once", [weights], name="letters", kind="weights", title="Letters",
                   opens="file:" + weights, network="resnet8", trained_on="letters"),
    ]
    with tempfile.NamedTemporaryFile("w", suffix=".json", encoding="utf-8") as catalogue:
        json.dump({"retort_catalogue": 1, "entries": entries}, catalogue)
        catalogue.flush()
        status = subprocess.run(sys.argv[1:], env=dict(os.environ, RETORT_CATALOGUE=catalogue.name),
                                check=False).returncode
    ranges = [headers.get("Range") for manner, _, headers in server.requests if manner == "stall-once"]
    server.stop()
    if status == 0 and (len(ranges) != 2 or ranges[0] is not None or ranges[1] is None):
        sys.exit(f"the weights were asked for with the ranges {ranges}")
    sys.exit(status)


main()
