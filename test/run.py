#!/usr/bin/env python3
"""Runs every test of the tree, suite after suite, and prints their sum as the last line.

    build/venv/bin/python test/run.py [SUITE...]      SUITE: a name of --list, for instance style, ctest, node, test/fuzz
    build/venv/bin/python test/run.py --list

Suites are found, not listed: the tests registered with CMake (one per GoogleTest executable or lit folder), each folder
that holds test_*.py, each folder that holds *.test.mjs or *.test.ts. Exit code 0: nothing failed and something passed.
"""
import argparse
import dataclasses
import os
import pathlib
import re
import shutil
import subprocess
import sys
import time
import xml.etree.ElementTree as ElementTree

ROOT = pathlib.Path(__file__).resolve().parent.parent
BUILD = ROOT / "build"
RESULTS = BUILD / "test-results"
# Style first: it takes seconds and names mistakes that need no build. What runs long comes last.
ORDER = ["test/style", "ctest", "node", "test/fuzz", "test/conformance", "test/differential"]


@dataclasses.dataclass
class Count:
    """Test cases by outcome, and one line for each that failed or did not run."""

    passed: int = 0
    failed: int = 0
    skipped: int = 0
    failures: list = dataclasses.field(default_factory=list)
    skips: list = dataclasses.field(default_factory=list)

    def add(self, other):
        self.passed += other.passed
        self.failed += other.failed
        self.skipped += other.skipped
        self.failures += other.failures
        self.skips += other.skips

    def fail(self, text):
        self.failed += 1
        self.failures.append(text)

    def __str__(self):
        return f"{self.passed} passed, {self.failed} failed" + (f", {self.skipped} skipped" if self.skipped else "")


def environment():
    """What every suite sees: the venv's tools first, then the pinned Node, one thread per numeric library."""
    node = next(iter(sorted(ROOT.glob("node_modules/node-linux-*/bin"))), None)
    path = [str(BUILD / "venv/bin"), *([str(node)] if node else []), os.environ["PATH"]]
    return {**os.environ, "PATH": os.pathsep.join(path), "WASMIND_SOURCE": str(ROOT), "WASMIND_BUILD": str(BUILD),
            "OMP_NUM_THREADS": "1", "PYTHONDONTWRITEBYTECODE": "1"}


def junit(file, suite):
    """Counts of a JUnit report as pytest and Node write it."""
    count = Count()
    for case in ElementTree.parse(file).getroot().iter("testcase"):
        name = f"{case.get('classname', '')}::{case.get('name', '')}"
        bad = next((case.find(kind) for kind in ("failure", "error") if case.find(kind) is not None), None)
        skip = case.find("skipped")
        if bad is not None:
            count.fail(f"{suite}: {name}: {(bad.get('message') or '').splitlines()[0] if bad.get('message') else bad.tag}")
        elif skip is not None:
            count.skipped += 1
            count.skips.append(f"{suite}: {name}: {skip.get('message') or 'no reason given'}")
        else:
            count.passed += 1
    return count


def run(command, suite, seconds):
    """Runs one suite's command with its output shown; returns its exit code, or None when it ran out of time."""
    sys.stdout.flush()
    process = subprocess.Popen(command, cwd=ROOT, env=environment(), stdin=subprocess.DEVNULL)
    try:
        return process.wait(timeout=seconds)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
        print(f"{suite}: stopped after {seconds} s")
        return None


def run_pytest(suite):
    report = RESULTS / (suite.replace("/", "-") + ".xml")
    code = run([sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--color=no", "--durations=5",
                "--durations-min=5", f"--junit-xml={report}", suite], suite, 2400)
    count = junit(report, suite) if report.exists() else Count()
    # 5: nothing was collected, 1: some test failed; both show in the report.
    if code not in (0, 1, 5) or (code == 1 and not count.failed) or not report.exists():
        count.fail(f"{suite}: pytest ended with {code}")
    return count


def run_node(folders):
    report = RESULTS / "node.xml"
    files = [str(f) for folder in folders for f in sorted((ROOT / folder).glob("*.test.*"))]
    node = shutil.which("node", path=environment()["PATH"])
    code = run([node, "--test", "--test-reporter=dot", "--test-reporter-destination=stdout", "--test-reporter=junit",
                f"--test-reporter-destination={report}", *files], "node", 1200)
    count = junit(report, "node") if report.exists() else Count()
    if code and not count.failed:
        count.fail(f"node: ended with {code}")
    return count


def count_text(output, name):
    """Test cases of one CTest entry from what it printed: GoogleTest's and lit's own closing lines."""
    count = Count()
    numbers = lambda pattern: sum(int(n) for n in re.findall(pattern, output, re.MULTILINE))
    count.passed = numbers(r"^\[  PASSED  \] (\d+) tests?\.") + numbers(r"^ *Passed *: *(\d+)") + numbers(r"^ *Expectedly Failed *: *(\d+)")
    count.skipped = numbers(r"^\[  SKIPPED \] (\d+) tests?, listed below") + numbers(r"^ *Unsupported *: *(\d+)")
    count.skips = [f"{name}: {n}" for n in re.findall(r"^\[  SKIPPED \] ([A-Za-z].*)$|^UNSUPPORTED: (.*)$", output, re.MULTILINE)]
    for case in re.findall(r"^\[  FAILED  \] (\S+)$|^\[  FAILED  \] (\S+), where|^(?:FAIL|XPASS|TIMEOUT|UNRESOLVED): (.*?)(?: \(\d+ of \d+\))?$", output, re.MULTILINE):
        text = f"{name}: {next(filter(None, case))}"
        if text not in count.failures:
            count.fail(text)
    return count


def run_ctest(_):
    """All that CMake registered, without the entry that runs the pytest folder python/test, which is a suite here."""
    report = RESULTS / "ctest.xml"
    ctest = shutil.which("ctest", path=environment()["PATH"])
    code = run([ctest, "--test-dir", str(BUILD), "--output-on-failure", "--parallel", str(os.cpu_count()), "--timeout", "900",
                "--output-junit", str(report), "--test-output-size-passed", "4000000", "--test-output-size-failed", "4000000",
                "--no-tests=ignore", "--label-exclude", "^python$"], "ctest", 2400)
    if not report.exists():
        return Count(failed=1, failures=[f"ctest: ended with {code} and no report"])
    count = Count()
    for case in ElementTree.parse(report).getroot().iter("testcase"):
        inner = count_text(case.findtext("system-out") or "", case.get("name"))
        status = case.get("status")
        if status == "disabled" or status == "notrun":
            inner.fail(f"{case.get('name')}: did not run (`ninja -C build tests` builds it)")
        elif status == "fail" and not inner.failed:
            inner.fail(f"{case.get('name')}: crashed or ran out of time")
        elif status == "run" and not inner.passed and not inner.skipped:
            inner.passed = 1
        count.add(inner)
    return count


def ignored(path):
    return any(part in ("node_modules", "third_party", ".git") or part.startswith("build") for part in path.relative_to(ROOT).parts)


def suites():
    """(name, runner, argument) of every suite of the tree, in the order in which they run."""
    python, node = set(), set()
    for folder, children, files in os.walk(ROOT):
        here = pathlib.Path(folder)
        children[:] = [c for c in children if not ignored(here / c)]
        relative = str(here.relative_to(ROOT))
        if any(f.startswith("test_") and f.endswith(".py") for f in files):
            python.add(relative)
        if any(re.search(r"\.test\.(mjs|ts)$", f) for f in files):
            node.add(relative)
    # pytest descends by itself: a folder below another suite belongs to that one.
    python = {p for p in python if not any(p.startswith(q + "/") for q in python)}
    found = [("ctest", run_ctest, None)] + [(p, run_pytest, p) for p in sorted(python)]
    if node:
        found.append(("node", run_node, sorted(node)))
    position = lambda name: (ORDER.index(name) if name in ORDER else 2.5, name)
    return sorted(found, key=lambda suite: position(suite[0]))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", metavar="SUITE")
    parser.add_argument("--list", action="store_true", help="print the suites and stop")
    options = parser.parse_args()
    chosen = suites()
    if options.list:
        print("\n".join(name for name, _, _ in chosen))
        return 0
    wanted = options.names or os.environ.get("SUITES", "").split()
    unknown = [w for w in wanted if not any(w in (name, name.split("/")[-1]) for name, _, _ in chosen)]
    if unknown:
        parser.error(f"no suite is called {', '.join(unknown)}; see --list")
    if wanted:
        chosen = [s for s in chosen if s[0] in wanted or s[0].split("/")[-1] in wanted]
    shutil.rmtree(RESULTS, ignore_errors=True)
    RESULTS.mkdir(parents=True)
    total, rows = Count(), []
    for number, (name, runner, argument) in enumerate(chosen, 1):
        print(f"\n=== suite {number} of {len(chosen)}: {name}", flush=True)
        start = time.monotonic()
        count = runner(argument if argument is not None else name)
        rows.append((name, count, time.monotonic() - start))
        total.add(count)
    print("\n=== summary")
    for line in total.skips:
        print(f"skipped  {line}")
    for line in total.failures:
        print(f"FAILED   {line}")
    width = max(len(name) for name, _, _ in rows)
    for name, count, seconds in rows:
        print(f"{name:{width}}  {seconds:7.1f} s  {count}")
    print(f"{total.passed} passed, {total.failed} failed" + (f", {total.skipped} skipped" if total.skipped else ""), flush=True)
    return 0 if total.passed and not total.failed else 1


if __name__ == "__main__":
    sys.exit(main())
