"""Processes with MindSpore that take turns: a request is a line of JSON, and so is its answer."""
import json
import os
import pathlib
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
# Time of a call in one round, and the least and most calls.
SECONDS, LEAST, MOST = 0.5, 3, 200


def milliseconds(call):
    """Of several calls, one after the other."""
    times, end = [], time.perf_counter() + SECONDS
    while len(times) < LEAST or (time.perf_counter() < end and len(times) < MOST):
        start = time.perf_counter()
        call()
        times.append(1e3 * (time.perf_counter() - start))
    return times


def answers():
    """Where a worker writes; what libraries print goes to standard error."""
    stream = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    return stream


class Worker:
    """python SCRIPT --serve ARGUMENTS..., with the package of this tree."""

    def __init__(self, python, script, *arguments, folder=None, **variables):
        settings = {**os.environ, "PYTHONPATH": str(ROOT / "build/python"), "GLOG_v": "4", **variables}
        self._process = subprocess.Popen([python, "-P", script, "--serve", *arguments], env=settings, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                         cwd=folder, text=True)

    def ask(self, name):
        self._process.stdin.write(json.dumps(name) + "\n")
        self._process.stdin.flush()
        answer = self._process.stdout.readline()
        if not answer:
            sys.exit(f"{name}: the process with MindSpore ended with exit code {self._process.wait()}")
        return json.loads(answer)

    def end(self):
        self._process.stdin.close()
        self._process.wait()
