#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Proves that each check accepts a good tree and finds the fault planted in it, by the rule that looks for it."""
import json
import os
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
TOOLS = os.path.join(HERE, "..", "tools")
C = "/* SPDX-License-Identifier: GPL-3.0-or-later */\n"
PY = "#!/usr/bin/env python3\n# SPDX-License-Identifier: GPL-3.0-or-later\n"
SH = "#!/bin/sh\n# SPDX-License-Identifier: GPL-3.0-or-later\n"

DESKTOP = ("[Desktop Entry]\nType=Application\nName=Retort\nExec=retort\nIcon=org.retort.Retort\n"
           "Categories=GTK;Education;\n")
METAINFO = """<?xml version="1.0" encoding="UTF-8"?>
<component type="desktop-application">
  <id>org.retort.Retort</id>
  <metadata_license>CC0-1.0</metadata_license>
  <project_license>GPL-3.0-or-later</project_license>
  <name>Retort</name>
  <summary>A workbench</summary>
  <description><p>A workbench for networks, to be looked at by a test.</p></description>
  <launchable type="desktop-id">org.retort.Retort.desktop</launchable>
</component>
"""
SCHEMA = """<?xml version="1.0" encoding="UTF-8"?>
<schemalist>
  <schema id="org.retort.Retort" path="/org/retort/Retort/">
    <key name="smooth" type="b"><default>true</default></key>
  </schema>
</schemalist>
"""
CATALOGUE = """{ "retort_catalogue": 1, "entries": [ {
  "name": "net", "kind": "weights", "title": "A net", "opens": "file:net-ab12cd34.pth", "licence": "MIT",
  "publisher": "A test", "trained_on": "nothing", "origin": "made up by a test",
  "files": [ { "address": "https://example.org/net-ab12cd34.pth", "name": "net-ab12cd34.pth", "bytes": 7,
               "sha256": "ab12cd34" } ] } ] }
"""
SVG = '<svg xmlns="http://www.w3.org/2000/svg"/>\n'

# A small tree that all checks accept.
GOOD = {
    "dev": SH + "echo hello\n",
    "src/base/README.md": "# base\n",
    "src/base/rt-thing.h": C + "#pragma once\n#include <glib.h>\nint rt_thing_get (void);\n",
    "src/base/rt-thing.c": C + '#include "config.h"\n\n#include "rt-thing.h"\n\n'
                               "int\nrt_thing_get (void)\n{\n  return 1;\n}\n",
    "src/kernels/README.md": "# kernels\n",
    "src/kernels/rt-gemm.c": C + '#include "rt-thing.h"\n#include <cblas.h>\n',
    "src/kernels/ref/rt-gemm-ref.h": C,
    "src/data/README.md": "# data\n",
    "src/data/formats/rt-png.c": C + "#include <png.h>\n",
    "src/nn/README.md": "# nn\n",
    "src/nn/rt-net.h": C + '#include "rt-thing.h"\n',
    "src/windows/README.md": "# windows\n",
    "src/windows/retort-window.c": C + '#include "rt-net.h"\n#include <adwaita.h>\n\n'
                                       'const char *a = _("Train");\n',
    "ui/window.ui": '<?xml version="1.0" encoding="UTF-8"?>\n<interface><object class="GtkLabel">\n'
                    '<property name="label" translatable="yes">Task</property></object></interface>\n',
    "po/POTFILES": "data/org.retort.Retort.desktop.in\ndata/org.retort.Retort.metainfo.xml.in\n"
                   "src/windows/retort-window.c\nui/window.ui\n",
    "po/LINGUAS": "# none\n",
    "data/catalogue.json": CATALOGUE,
    "data/org.retort.Retort.desktop.in": DESKTOP,
    "data/org.retort.Retort.metainfo.xml.in": METAINFO,
    "data/org.retort.Retort.gschema.xml": SCHEMA,
    "data/icons/org.retort.Retort.svg": SVG,
    "data/icons/org.retort.Retort-symbolic.svg": SVG,
    "data/recipe.schema.json": "{}\n",
    "tests/tool.py": PY + "print(1)\n",
    "tests/base/test-thing.c": C + '#include "rt-thing.h"\n',
}

LONG = "int\nrt_long (void)\n{\n" + "  rt_thing_get ();\n" * 81 + "}\n"

# (check, what is wrong, the rule's words, the file, its new text or None to take it away, what the report must name)
FAULTS = [
    ("layers", "an upward include", "what stands below", "src/base/rt-thing.c",
     C + '#include "rt-net.h"\n', "src/base/rt-thing.c:2"),
    ("layers", "a sideways include", "what stands below", "src/data/rt-data.c",
     C + '#include "rt-net.h"\n', "src/data/rt-data.c:2"),
    ("layers", "an unknown header", "what stands below", "src/base/rt-thing.c",
     C + '#include "nothing.h"\n', "nothing.h"),
    ("layers", "an include by way of ..", "bare name", "src/nn/rt-net.h",
     C + '#include "../base/rt-thing.h"\n', "src/nn/rt-net.h:2"),
    ("layers", "the same in a test", "bare name", "tests/base/test-thing.c",
     C + '#include "../../src/base/rt-thing.h"\n', "tests/base/test-thing.c:2"),
    ("layers", "an include by folder", "bare name", "src/nn/rt-net.h",
     C + '#include "base/rt-thing.h"\n', "src/nn/rt-net.h:2"),
    ("layers", "two headers of one name", "unique", "src/nn/rt-thing.h", C, "src/nn/rt-thing.h"),
    ("layers", "a folder without a row", "row", "src/extra/rt-extra.c", C, "src/extra"),
    ("layers", "a twin in the program", "plain twins", "src/kernels/rt-conv.c",
     C + '#include "rt-gemm-ref.h"\n', "src/kernels/rt-conv.c:2"),
    ("layers", "BLAS in another file", "openblas", "src/kernels/rt-conv.c", C + "#include <cblas.h>\n", "rt-conv.c:2"),
    ("layers", "libpng in another file", "libpng", "src/data/formats/rt-x.c", C + "#include <png.h>\n", "rt-x.c:2"),
    ("layers", "zlib in another folder", "zlib", "src/nn/rt-x.c", C + "#include <zlib.h>\n", "rt-x.c:2"),
    ("layers", "SQLite in another folder", "sqlite3", "src/nn/rt-x.c", C + "#include <sqlite3.h>\n", "rt-x.c:2"),
    ("layers", "JSON in another folder", "json-glib", "src/nn/rt-x.c", C + "#include <json-glib/json-glib.h>\n", "x.c:2"),
    ("layers", "pictures in another folder", "gdk-pixbuf", "src/nn/rt-x.c",
     C + "#include <gdk-pixbuf/gdk-pixbuf.h>\n", "rt-x.c:2"),
    ("layers", "drawing in another folder", "cairo", "src/nn/rt-x.c", C + "#include <cairo.h>\n", "rt-x.c:2"),
    ("layers", "text in another folder", "pango", "src/data/rt-x.c", C + "#include <pango/pangocairo.h>\n", "rt-x.c:2"),
    ("layers", "gio in base", "gio", "src/base/rt-x.c", C + "#include <gio/gio.h>\n", "rt-x.c:2"),
    ("layers", "objects in base", "gobject", "src/base/rt-x.c", C + "#include <glib-object.h>\n", "rt-x.c:2"),
    ("layers", "GTK in the engine", "gtk", "src/nn/rt-x.c", C + "#include <gtk/gtk.h>\n", "rt-x.c:2"),
    ("layers", "libadwaita in widgets", "libadwaita", "src/widgets/x.c", C + "#include <adwaita.h>\n", "x.c:2"),

    ("style", "a long file", "files have at most", "src/nn/rt-x.c", C + "int a;\n" * 800, "801 lines"),
    ("style", "a long function", "functions have", "src/nn/rt-x.c", C + LONG, "81 lines"),
    ("style", "a long template", "templates have", "ui/window.ui", "<a>\n" * 301, "301 lines"),
    ("style", "a long line", "columns", "src/nn/rt-net.h", C + "/* " + "x" * 95 + " */\n", "101 columns"),
    ("style", "a folder without README", "README", "src/base/README.md", None, "src/base"),
    ("style", "a long README", "README", "src/base/README.md", "line\n" * 21, "21 lines"),
    ("style", "no licence in C", "licence", "src/nn/rt-net.h", "#pragma once\n", "rt-net.h:1"),
    ("style", "no licence in a script", "licence", "tests/tool.py", "print(1)\n", "tool.py:1"),
    ("style", "a tab", "tabs", "src/nn/rt-net.h", C + "int\ta;\n", "rt-net.h:2"),
    ("style", "space at the end", "spaces at the end", "src/nn/rt-net.h", C + "int a; \n", "rt-net.h:2"),
    ("style", "no line end", "one line end", "src/nn/rt-net.h", C + "int a;", "rt-net.h"),
    ("style", "something left to do", "left to do", "src/nn/rt-net.h", C + "/* TO" "DO: later */\n", "rt-net.h:2"),
    ("style", "a path of one machine", "one machine", "src/nn/rt-net.h", C + '#define A "/ho' 'me/me"\n', "rt-net.h:2"),
    ("style", "a GLib name for a C type", "plain C types", "src/nn/rt-net.h", C + "gint a;\n", "rt-net.h:2"),
    ("style", "memory in a kernel", "pure", "src/kernels/rt-gemm.c", C + "void *a = g_malloc (1);\n", "rt-gemm.c:2"),
    ("style", "an error in a kernel", "pure", "src/kernels/rt-gemm.c", C + "void a (GError **e);\n", "rt-gemm.c:2"),
    ("style", "printing in the engine", "prints or exits", "src/nn/rt-x.c", C + 'void a (void) { printf ("a"); }\n', "rt-x.c:2"),
    ("style", "exit in the engine", "prints or exits", "src/nn/rt-x.c", C + "void a (void) { exit (1); }\n", "rt-x.c:2"),
    ("style", "a skip without a reason", "without a reason", "tests/base/test-thing.c",
     C + "void a (void) { g_test_skip (NULL); }\n", "test-thing.c:2"),

    ("po", "C not listed", "POTFILES", "src/windows/retort-page.c", C + 'const char *a = _("Stop");\n', "retort-page.c"),
    ("po", "a template not listed", "POTFILES", "ui/page.ui", '<a translatable="yes">b</a>\n', "ui/page.ui"),
    ("po", "a list with what is not there", "POTFILES", "ui/window.ui", None, "ui/window.ui"),
    ("po", "a list with what has no texts", "POTFILES", "ui/window.ui", "<interface/>\n", "ui/window.ui"),
    ("po", "a list out of order", "POTFILES", "po/POTFILES",
     "\n".join(reversed(GOOD["po/POTFILES"].split())) + "\n", "alphabetical"),
    ("po", "a language without catalogue", "LINGUAS", "po/LINGUAS", "de\n", "de"),
    ("po", "a catalogue without language", "LINGUAS", "po/de.po", 'msgid ""\nmsgstr ""\n', "de"),
    ("po", "a broken catalogue", "catalogues", "po/de.po",
     'msgid ""\nmsgstr "Content-Type: text/plain; charset=UTF-8\\n"\n\n#, c-format\nmsgid "%d a"\nmsgstr "%s b"\n', "de.po"),

    ("data", "a callback that no template names", "connected", "src/windows/retort-window.c",
     C + "  gtk_widget_class_bind_template_callback (widget_class, train_cb);\n", "train_cb"),
    ("data", "a wrong desktop file", "desktop file", "data/org.retort.Retort.desktop.in", "[Desktop Entry]\n", ".desktop.in"),
    ("data", "a wrong metainfo", "metainfo", "data/org.retort.Retort.metainfo.xml.in",
     METAINFO.replace("<summary>A workbench</summary>", ""), "metainfo.xml.in"),
    ("data", "a wrong settings schema", "settings schema", "data/org.retort.Retort.gschema.xml",
     SCHEMA.replace(">true<", ">7.5x<"), "data"),
    ("data", "an icon away", "icons", "data/icons/org.retort.Retort.svg", None, "org.retort.Retort.svg"),
    ("data", "broken XML", "XML", "ui/window.ui", "<interface>\n", "ui/window.ui"),
    ("data", "broken JSON", "JSON", "data/recipe.schema.json", "{,}\n", "recipe.schema.json"),
    ("data", "a file without a sum", "catalogue", "data/catalogue.json",
     CATALOGUE.replace('"sha256": "ab12cd34"', '"sha256": ""'), "no sum"),
    ("data", "a sum that the name denies", "catalogue", "data/catalogue.json",
     CATALOGUE.replace('"sha256": "ab', '"sha256": "bb'), "the sum in its name"),
    ("data", "a broken script", "can be read", "dev", SH + "if then\n", "dev"),
    ("data", "a careless script", "careful", "dev", SH + 'cd "$1"\nrm -rf $1/*\n', "dev"),
    ("data", "broken Python", "Python", "tests/tool.py", PY + "print(\n", "tool.py"),
]

# (what is meant, lines of a test log, last line that is expected)
COUNTS = [
    ("results of TAP, each", [{"result": "OK", "stdout": "1..2\nok 1 /a\nok 2 /b\n"}], "2 passed, 0 failed"),
    ("a program without TAP once", [{"result": "OK", "stdout": "hello\n"}], "1 passed, 0 failed"),
    ("a failed result", [{"result": "FAIL", "stdout": "1..2\nok 1 /a\nnot ok 2 /b\n"}], "1 passed, 1 failed"),
    ("a crash after good results", [{"result": "ERROR", "stdout": "1..3\nok 1 /a\n"}], "1 passed, 1 failed"),
    ("a time-out", [{"result": "TIMEOUT", "stdout": ""}], "0 passed, 1 failed"),
    ("a skip with its reason", [{"result": "OK", "stdout": "1..2\nok 1 /a\nok 2 /b # SKIP no data\n"}],
     "1 passed, 0 failed, 1 skipped"),
    ("a program skipped whole", [{"result": "SKIP", "stdout": "1..0 # SKIP no data\n"}, {"result": "OK", "stdout": ""}],
     "1 passed, 0 failed, 1 skipped"),
    ("indented results, not their sum", [{"result": "OK", "stdout":
                                          "TAP version 14\n    ok 1 /a/b\n    ok 2 /a/c\nok 1 a\n1..1\n"}],
     "2 passed, 0 failed"),
    ("nothing at all", [], "0 passed, 1 failed"),
]


def plant(root, files):
    for path, text in files.items():
        full = os.path.join(root, path)
        if text is None:
            os.remove(full)
            continue
        os.makedirs(os.path.dirname(full), exist_ok=True)
        with open(full, "w", encoding="utf-8") as file:
            file.write(text)
        os.chmod(full, 0o755 if text.startswith("#!") else 0o644)


def run_check(check, root):
    """(exit status, {rule: its line}, everything that was printed)"""
    done = subprocess.run([sys.executable, "-B", os.path.join(HERE, f"check-{check}.py"), root],
                          capture_output=True, text=True, check=False)
    lines = [line for line in done.stdout.splitlines() if line.startswith(("ok", "not ok"))]
    return done.returncode, lines, done.stdout + done.stderr


def test_fault(fault):
    """(passed, reason of a skip, what was printed)"""
    check, _, rule, path, text, named = fault
    with tempfile.TemporaryDirectory() as root:
        plant(root, GOOD)
        plant(root, {path: text})
        status, lines, printed = run_check(check, root)
    matching = [line for line in lines if rule in line]
    if any("# SKIP" in line for line in matching):
        return True, matching[0].split("# SKIP ")[1], printed
    found = any(line.startswith("not ok") for line in matching)
    return status == 1 and found and named in printed, None, printed


def test_good(check):
    with tempfile.TemporaryDirectory() as root:
        plant(root, GOOD)
        status, lines, printed = run_check(check, root)
    return status == 0 and len(lines) > 0, None, printed


def test_count(entries, expected):
    with tempfile.TemporaryDirectory() as folder:
        log = os.path.join(folder, "testlog.json")
        with open(log, "w", encoding="utf-8") as file:
            for entry in entries:
                file.write(json.dumps({"name": "a", "returncode": 0, **entry}) + "\n")
        done = subprocess.run([sys.executable, os.path.join(TOOLS, "count-tests.py"), log],
                              capture_output=True, text=True, check=False)
    last = done.stdout.splitlines()[-1]
    return last == expected and (done.returncode == 0) == (" 0 failed" in last), None, done.stdout + done.stderr


def test_modes():
    """A script that cannot be run: by its mode, not its text."""
    with tempfile.TemporaryDirectory() as root:
        plant(root, GOOD)
        os.chmod(os.path.join(root, "tests/tool.py"), 0o644)
        status, lines, printed = run_check("data", root)
    return status == 1 and any(l.startswith("not ok") and "can be run" in l for l in lines), None, printed


def main():
    tests = [(f"{check}: a good tree", test_good, (check,)) for check in ("layers", "style", "po", "data")]
    tests += [(f"{fault[0]}: {fault[1]}", test_fault, (fault,)) for fault in FAULTS]
    tests.append(("data: a script without its mode", test_modes, ()))
    tests += [(f"count: {name}", test_count, (entries, expected)) for name, entries, expected in COUNTS]
    failed = False
    print(f"1..{len(tests)}", flush=True)
    for number, (name, function, arguments) in enumerate(tests, 1):
        passed, skip, printed = function(*arguments)
        if not passed:
            failed = True
            for line in printed.splitlines():
                print(f"# {line}")
        print(f"{'ok' if passed else 'not ok'} {number} {name}" + (f" # SKIP {skip}" if skip else ""), flush=True)
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
