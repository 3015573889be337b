# SPDX-License-Identifier: GPL-3.0-or-later
"""What the tests of the command line share: the program, a home of its own for each test, recipes."""
import atexit
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

PROGRAM = os.environ["RETORT_CLI"]
SHARED = os.environ.get("RETORT_TEST_DATA", "")
DATA_TESTS = os.path.join(os.path.dirname(os.path.abspath(__file__)), os.pardir, "data")

# What the messages of bad files tell one to do, or what they say is allowed.
STEP = re.compile(r"copy|download|save |saved|look at|opened|make |make_|move |use |add |remove|set |free |give |need|must|allowed|"
                  r"correct|refused|name (the|another)|there (are|is)|choose|needed|lists|write |writes|did you mean|leave out|wait|at most|put |begins|\?", re.I)
CRASH = re.compile(r"Traceback|Sanitizer|runtime error|\*\*|assert|CRITICAL|WARNING|Segmentation|core dumped|\(nil\)|\(null\)")

RECIPE = {
    "retort": 1, "name": "Small", "method": "scratch", "seed": 5, "threads": 1,
    "task": {"dataset": "builtin:glyphs/digits", "samples_per_class": 12, "validation": 4,
             "augment": "light"},
    "backbone": {"network": "mlp", "hidden": [24], "weights": "random"},
    "train": {"epochs": 3, "batch_size": 16, "optimizer": "adamw", "learning_rate": 0.003},
}


_made = []


def get_broken():
    """The folder of malformed files of every format, made once."""
    if not _made:
        _made.append(tempfile.mkdtemp(prefix="retort-broken-"))
        atexit.register(shutil.rmtree, _made[0], True)
        subprocess.run([sys.executable, "-B", os.path.join(DATA_TESTS, "make_broken.py"), _made[0]], check=True)
    return _made[0]


def list_broken(kind):
    folder = os.path.join(get_broken(), kind)
    return [os.path.join(folder, name) for name in sorted(os.listdir(folder))]


class Result:
    """How a command ended. @lines: its standard output as objects, where it was --json."""

    def __init__(self, done, arguments):
        self.status, self.out, self.err = done.returncode, done.stdout, done.stderr
        self.lines = []
        if "--json" in arguments:
            self.lines = [json.loads(line) for line in self.out.splitlines()]

    def events(self, kind):
        return [line for line in self.lines if line["event"] == kind]


class Case(unittest.TestCase):
    """A test with a folder and a home of its own."""

    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix="retort-cli-")
        self.addCleanup(shutil.rmtree, self.folder, True)
        self.home = os.path.join(self.folder, "home")

    def path(self, name):
        return os.path.join(self.folder, name)

    def environment(self):
        return dict(os.environ, RETORT_HOME=self.home)

    def cli(self, *arguments, **options):
        done = subprocess.run([PROGRAM, *map(str, arguments)], capture_output=True, text=True,
                              env=self.environment(), stdin=subprocess.DEVNULL, timeout=300,
                              check=False, **options)
        self.assertNotIn(done.returncode, (-6, -11), done.stderr)
        return Result(done, arguments)

    def done(self, *arguments, **options):
        """A command that must succeed."""
        result = self.cli(*arguments, **options)
        self.assertEqual(result.status, 0, result.err)
        return result

    def wrong(self, status, *arguments, **options):
        """A command that must fail with @status; its message, which --json must give too."""
        result = self.cli(*arguments, **options)
        self.assertEqual(result.status, status, f"{arguments}: {result.out}{result.err}")
        self.assertRegex(result.err, r"(?m)^retort-cli: ")
        if "--json" in arguments:
            error = result.events("error")
            self.assertEqual(len(error), 1)
            self.assertEqual(error[0]["status"], status)
            self.assertIn(error[0]["message"], result.err)
        return result.err

    def recipe(self, name="recipe.json", **changes):
        """Writes a recipe; changes as train__epochs=5. None takes the key away."""
        recipe = json.loads(json.dumps(RECIPE))
        for key, value in changes.items():
            *path, last = key.split("__")
            at = recipe
            for part in path:
                at = at.setdefault(part, {})
            if value is None:
                del at[last]
            else:
                at[last] = value
        with open(self.path(name), "w", encoding="utf-8") as file:
            json.dump(recipe, file)
        return self.path(name)


def need_shared(*names):
    """The paths of files that are not part of the project; skips the test where they are not there."""
    paths = [os.path.join(SHARED, name) for name in names]
    for path in paths:
        if not SHARED or not os.path.exists(path):
            raise unittest.SkipTest(f"the test data {path or '(RETORT_TEST_DATA)'} are not there")
    return paths


class _Tap(unittest.TestResult):
    """Prints what meson counts: a line for each test, with the reason where one is skipped."""

    def __init__(self):
        super().__init__()
        self.n = 0

    def _say(self, test, outcome, after="", detail=""):
        self.n += 1
        print(f"{outcome} {self.n} {test.id().split('.', 1)[-1]}{after}", flush=True)
        for line in detail.splitlines():
            print(f"# {line}", flush=True)

    def addSuccess(self, test):
        super().addSuccess(test)
        self._say(test, "ok")

    def addFailure(self, test, err):
        super().addFailure(test, err)
        self._say(test, "not ok", detail=self.failures[-1][1])

    def addError(self, test, err):
        super().addError(test, err)
        self._say(test, "not ok", detail=self.errors[-1][1])

    def addSkip(self, test, reason):
        super().addSkip(test, reason)
        self._say(test, "ok", f" # SKIP {reason}")


def main():
    suite = unittest.defaultTestLoader.loadTestsFromModule(sys.modules["__main__"])
    print(f"1..{suite.countTestCases()}", flush=True)
    result = _Tap()
    suite.run(result)
    sys.exit(not result.wasSuccessful())
