#!/usr/bin/env python3
"""What `make demo` costs to compile where nothing is compiled yet, in processor time: `make cost`.

    python3 install/cost.py [TARGET...]      targets of Ninja; demo

Configures build-cost/ with an empty compiler cache and without the ONNX library, builds the targets, and prints the sums
and the dearest files. Exit code 1: dearer than LIMIT. Downloads are not counted; nothing of build/ is touched.
"""
import collections
import os
import pathlib
import resource
import shutil
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent
BUILD = ROOT / "build-cost"
LIMIT = 20 * 60
# Before ccache: writes a line "user system source" per compilation.
LAUNCHER = """#!/bin/bash
TIMEFORMAT="%U %S ${@: -1}"
exec 3>&2
{ time "$@" 2>&3; } 2>>"$WASMIND_COST_LOG"
"""


def measured(*command, env):
    """Runs a command, its output in build-cost/log; returns the processor seconds of all its processes."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    with open(BUILD / "log", "a") as log:
        if subprocess.run(command, cwd=ROOT, env=env, stdout=log, stderr=subprocess.STDOUT).returncode != 0:
            sys.exit(f"{' '.join(map(str, command))} failed: see {BUILD}/log")
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def without_onnx(cache, folder):
    """A folder of links to what is in the cache, except the ONNX library: its archive stays."""
    for entry in cache.iterdir():
        if not (entry.is_dir() and entry.name.startswith("onnx-")) and entry.suffix != ".lock":
            (folder / entry.name).symlink_to(entry)


def main():
    targets = sys.argv[1:] or ["demo"]
    cache = pathlib.Path(os.environ.get("WASMIND_CACHE", pathlib.Path.home() / ".cache/wasmind"))
    if not (ROOT / "build/venv").exists() or not cache.exists():
        sys.exit("run `make build` first: it downloads what is not measured here")
    shutil.rmtree(BUILD, ignore_errors=True)
    BUILD.mkdir()
    (BUILD / "launcher").write_text(LAUNCHER)
    (BUILD / "launcher").chmod(0o755)
    with tempfile.TemporaryDirectory() as empty, tempfile.TemporaryDirectory() as links:
        without_onnx(cache, pathlib.Path(links))
        env = {**os.environ, "CCACHE_DIR": empty, "WASMIND_CACHE": links, "WASMIND_COST_LOG": str(BUILD / "times")}
        configure = ["cmake", "--preset", "dev", "-B", BUILD, f"-DCMAKE_CXX_COMPILER_LAUNCHER={BUILD}/launcher;ccache"]
        library = measured(*configure, env=env)
        # Once more with the library there: what is left is the configuration itself.
        library -= measured(*configure, "--fresh", env=env)
        build = measured("ninja", "-C", BUILD, "-j", os.environ.get("JOBS", str(os.cpu_count())), *targets, env=env)
    files = {}
    for line in (BUILD / "times").read_text().splitlines():
        user, system, source = line.split(maxsplit=2)
        files[source.removeprefix(f"{ROOT}/")] = float(user) + float(system)
    folders = collections.Counter()
    for source, seconds in files.items():
        folders[os.path.dirname(source)] += seconds
    for title, counts in ((f"{len(files)} compilations, by folder", folders), ("the dearest files", collections.Counter(files))):
        print(f"{title}:")
        for name, seconds in counts.most_common(12):
            print(f"  {seconds:7.1f} s  {name}")
    print(f"all else (linking, tables, guest objects): {build - sum(files.values()):.1f} s")
    print(f"the ONNX library, once per machine: {library / 60:.1f} CPU-minutes")
    print(f"{' '.join(targets)}: {build / 60:.1f} CPU-minutes; with the library {(library + build) / 60:.1f} of at most {LIMIT // 60}")
    return int(library + build > LIMIT)


if __name__ == "__main__":
    sys.exit(main())
