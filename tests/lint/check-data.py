#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The files that are neither C nor Python: desktop file, metainfo, settings schema, templates, pictures, JSON, scripts."""
import json
import os
import re
import shutil
import subprocess
import tempfile
import xml.etree.ElementTree as ElementTree

import lint


def run_each(tree, paths, command):
    """A fault for each of @paths that @command, with the path put at its end, does not accept."""
    faults = []
    for path in paths:
        done = subprocess.run([*command, tree.full(path)], capture_output=True, text=True, check=False)
        if done.returncode:
            said = (done.stdout + done.stderr).strip() or f"{command[0]} ended with {done.returncode}"
            faults += [f"{path}: {line.strip()}" for line in said.splitlines() if line.strip()]
    return faults


def with_tool(name, package, tool, check):
    """A rule that is skipped, with the reason said, where its tool is not installed."""
    if shutil.which(tool):
        return (name, check())
    return (name, None, f"{tool} (package {package}) is not installed")


def run_renamed(tree, paths, command):
    """As run_each(), for templates NAME.in, whose checkers look at the end of the name."""
    faults = []
    with tempfile.TemporaryDirectory() as folder:
        for path in paths:
            copy = os.path.join(folder, os.path.basename(path)[:-len(".in")])
            shutil.copyfile(tree.full(path), copy)
            done = subprocess.run([*command, copy], capture_output=True, text=True, check=False)
            if done.returncode:
                faults += [f"{path}: {line.strip()}" for line in (done.stdout + done.stderr).splitlines() if line.strip()]
    return faults


def check_schemas(tree):
    folders = sorted({os.path.dirname(path) for path in tree.find(".gschema.xml", under=("data/",))})
    return run_each(tree, folders, ["glib-compile-schemas", "--strict", "--dry-run"])


def check_json(tree):
    faults = []
    for path in tree.find(".json", under=("data/", "tests/", "ui/")):
        try:
            json.loads(tree.read(path))
        except (ValueError, RecursionError) as error:
            faults.append(f"{path}: {error}")
    return faults


def check_catalogue(tree):
    """What the program refuses at run time, and what it cannot know: that names and sums agree, and reasons are given."""
    faults = []
    for path in tree.find("data/catalogue.json"):
        try:
            entries = json.loads(tree.read(path))["entries"]
            for entry in entries:
                faults += [f"{path}: {entry['name']}: {fault}" for fault in check_entry(entry)]
        except (ValueError, KeyError, TypeError) as error:
            faults.append(f"{path}: {type(error).__name__} {error}")
    return faults


def check_entry(entry):
    for key in ("title", "opens", "licence", "publisher", "origin"):
        if not entry[key].strip():
            yield f"{key} is empty"
    if entry["kind"] == "weights" and not entry.get("trained_on"):
        yield "trained_on is missing"
    for file in entry["files"]:
        name, sha256 = file["name"], file.get("sha256", "")
        if not re.fullmatch(r"[0-9a-f]{8,64}", sha256) and not re.fullmatch(r"[0-9a-f]{32}", file.get("md5", "")):
            yield f"{name}: there is no sum to check it by"
        if not re.fullmatch(r"https?://[^/]+/.*" + re.escape(name), file["address"]):
            yield f"{name}: the address does not end in the name"
        in_name = re.search(r"-([0-9a-f]{8})\.pth$", name)
        if in_name and not sha256.startswith(in_name.group(1)):
            yield f"{name}: the sum in its name is not that of the catalogue"
        if ("bytes" in file) == ("about_bytes" in file):
            yield f"{name}: either bytes or about_bytes"


def check_xml(tree):
    faults = []
    for path in tree.find(".ui", ".xml", ".svg", ".xml.in", under=("data/", "ui/")):
        try:
            ElementTree.parse(tree.full(path))
        except ElementTree.ParseError as error:
            faults.append(f"{path}: {error}")
    return faults


def check_icons(tree):
    return [] if not tree.find(".desktop.in", under=("data/",)) else [
        f"data/icons: {name} is not there"
        for name in ("org.retort.Retort.svg", "org.retort.Retort-symbolic.svg")
        if not tree.find(f"/{name}", under=("data/icons/",))]


def find_scripts(tree):
    """(interpreter, path) of the shell scripts: known by their first line."""
    found = []
    for path in tree.paths:
        base = path.rsplit("/", 1)[-1]
        if base.endswith(".sh") or ("." not in base and path.startswith(("dev", ".ci/", "tests/"))):
            first = tree.read(path).split("\n", 1)[0]
            if first.startswith("#!") and first.rstrip().endswith("sh"):
                found.append(("bash" if "bash" in first else "sh", path))
    return found


def check_scripts(tree):
    faults = []
    for shell, path in find_scripts(tree):
        faults += run_each(tree, [path], [shell, "-n"])
    return faults


def check_python(tree):
    faults = []
    for path in tree.find(".py", under=("tests/", "data/")):
        try:
            compile(tree.read(path), path, "exec")
        except SyntaxError as error:
            faults.append(f"{path}:{error.lineno}: {error.msg}")
    return faults


def check_modes(tree):
    """What begins with #! can be run."""
    return [f"{path}: begins with #! and is not executable"
            for path in tree.find(".py", ".sh", "dev", ".ci/run", under=("tests/", "data/", "dev", ".ci/"))
            if tree.read(path).startswith("#!") and not os.access(tree.full(path), os.X_OK)]


def check_callbacks(tree):
    """A callback that a class binds and no template names is never called: a signal was forgotten."""
    templates = "".join(tree.read(path) for path in tree.find(".ui", under=("ui/",)))
    return [f"{path}: {name} is bound, and no template in ui/ names it"
            for path in tree.find(".c", under=("src/widgets/", "src/windows/"))
            for name in re.findall(r"_bind_template_callback \(\w+, (\w+)\)", tree.read(path))
            if f'"{name}"' not in templates]


def make_rules(tree):
    data = ("data/",)
    return [
        with_tool("desktop file", "desktop-file-utils", "desktop-file-validate", lambda: run_renamed(
            tree, tree.find(".desktop.in", under=data), ["desktop-file-validate"])),
        with_tool("metainfo", "appstream", "appstreamcli", lambda: run_renamed(
            tree, tree.find(".metainfo.xml.in", under=data), ["appstreamcli", "validate", "--no-net"])),
        with_tool("settings schema", "libglib2.0-dev-bin", "glib-compile-schemas", lambda: check_schemas(tree)),
        ("icons", check_icons(tree)),
        ("XML is well formed", check_xml(tree)),
        ("callbacks of templates are connected", check_callbacks(tree)),
        ("JSON is well formed", check_json(tree)),
        ("the catalogue can be trusted", check_catalogue(tree)),
        ("shell scripts can be read", check_scripts(tree)),
        with_tool("shell scripts are careful", "shellcheck", "shellcheck", lambda: run_each(
            tree, [path for _, path in find_scripts(tree)],
            ["shellcheck", "--severity=warning"])),
        ("Python can be read", check_python(tree)),
        ("scripts can be run", check_modes(tree)),
    ]


if __name__ == "__main__":
    lint.main(make_rules)
