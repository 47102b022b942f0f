"""Processes with MindSpore that take turns: a request is a line of JSON, and so is its answer."""
import json
import os
import pathlib
import signal
import subprocess
import sys

PACKAGES = pathlib.Path(__file__).resolve().parents[3]


class Ended(Exception):
    """The process ended in place of an answer. The text says how."""


class Process:
    """python -m wasmind.mindspore.bench.serve NAME, with the package that this process has."""

    def __init__(self, name, variables, folder):
        path = [str(PACKAGES), *filter(None, [os.environ.get("PYTHONPATH")])]
        settings = {"GLOG_v": "4", **os.environ, "PYTHONPATH": os.pathsep.join(path), **variables}
        # MindSpore writes files where it runs.
        self._process = subprocess.Popen([sys.executable, "-P", "-m", "wasmind.mindspore.bench.serve", name], env=settings, cwd=folder,
                                         stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def ask(self, request):
        """The answer. Raises Ended."""
        try:
            self._process.stdin.write(json.dumps(request) + "\n")
            self._process.stdin.flush()
            answer = self._process.stdout.readline()
        except BrokenPipeError:
            answer = ""
        if not answer:
            code = self._process.wait()
            said = f"exit code {code}" if code >= 0 else f"signal {-code} ({signal.strsignal(-code)})"
            raise Ended(f"the process with MindSpore ended with {said}")
        return json.loads(answer)

    def end(self):
        try:
            self._process.stdin.close()
        except BrokenPipeError:
            pass
        self._process.stdout.close()
        self._process.wait()
