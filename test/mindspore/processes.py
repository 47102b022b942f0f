"""Processes that run a script in the real MindSpore, with and without wasm."""
import concurrent.futures
import json
import os
import pathlib
import subprocess

import numpy as np
from models import numerics

HERE = pathlib.Path(__file__).resolve().parent
BUILD = pathlib.Path(os.environ.get("WASMIND_BUILD", HERE.parents[1] / "build"))
MODES = ["pynative", "graph"]


def run(python, *arguments, folder, seconds=400, attempts=1, **variables):
    """Output of a process that can import wasmind; fails with what it wrote. What a signal ends is started again, in all so many times."""
    settings = {**os.environ, "PYTHONPATH": str(BUILD / "python"), "PATH": f"{BUILD / 'bin'}{os.pathsep}{os.environ['PATH']}",
                "GLOG_v": "4", **variables}
    for _ in range(attempts):
        done = subprocess.run([python, *arguments], cwd=folder, env=settings, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=seconds)
        if done.returncode >= 0:
            break
    assert done.returncode == 0, f"{arguments[:2]}: exit code {done.returncode}\n{done.stdout[-2000:]}{done.stderr[-4000:]}"
    return done.stdout


def texts(python, source, folder, **variables):
    """Runs Python lines in which `say(call)` notes the error a call raises, or its value; returns the notes."""
    frame = ("import json\nnotes = []\ndef say(call):\n    try:\n        notes.append(str(call()))\n"
             "    except Exception as error:\n        notes.append(f'{type(error).__name__}: {error}')\n")
    # A file, not -c: MindSpore compiles graphs from the source.
    (folder / "lines.py").write_text(frame + source + "\nprint(json.dumps(notes))\n")
    output = run(python, "lines.py", folder=folder, **variables)
    return json.loads(output.splitlines()[-1])


def both(python, folder, script, primitives, arguments, **options):
    """Runs a script, with options of `run`, without and with wasm, side by side; arguments(out): what it gets to write to files named so. Returns what the two printed."""
    with concurrent.futures.ThreadPoolExecutor() as pool:
        plain = pool.submit(run, python, script, *arguments("plain"), folder=folder, **options)
        wasm = pool.submit(run, python, HERE / "with_wasm.py", primitives if isinstance(primitives, str) else ",".join(primitives), "report.json", script,
                           *arguments("wasm"), folder=folder, **options)
        return plain.result(), wasm.result()


def reports(folder):
    """Calls on wasm, and those that went back to MindSpore's kernels."""
    said = json.loads((folder / "report.json").read_text())
    return said["report"], said["returned"]


class Run:
    """A script with and without wasm, in one mode."""

    def __init__(self, mindspore, folder, script, mode, primitives):
        both(mindspore, folder, HERE / script, primitives, lambda out: [mode, f"{out}.npz"])
        self.plain, self.wasm = np.load(folder / "plain.npz"), np.load(folder / "wasm.npz")
        self.report, self.returned = reports(folder)


def difference(one, other):
    """None, or what differs."""
    if one.dtype != other.dtype or one.shape != other.shape:
        return f"{one.dtype.name}{list(one.shape)} and {other.dtype.name}{list(other.shape)}"
    if numerics.is_near(one, other):
        return None
    return f"{one.ravel()[:8]} and {other.ravel()[:8]}"
