"""Measures networks in MindSpore and on wasm, what a call costs by each route, and what fusion gains.

    python -m wasmind.mindspore.bench                            all of it, for the networks that come with the package
    python -m wasmind.mindspore.bench lenet5 --parts=networks    one of these
    python -m wasmind.mindspore.bench my_net.py --routes=avx2,compiled
                                                                 your own: the file has network(), which gives a Cell, and inputs(random),
                                                                 which gives its arguments; random is a numpy generator

Run it with the Python that has mindspore 2.10; `wasmind bench mindspore` looks for that one. Routes run in processes of their own and take turns,
round by round; a time is that of the fastest call. Exit code 1: something was refused, and the page says why; 2: wrong usage; 3: a route computes
something else than MindSpore does; 4: something is not installed.
"""
import argparse
import contextlib
import datetime
import importlib.metadata
import importlib.util
import json
import os
import pathlib
import platform
import re
import shutil
import subprocess
import sys
import tempfile

import numpy as np

from ..plugin import VERSION
from . import report as pages
from .processes import Ended, Process
from .routes import KERNELS, PARTS, ROUTES, networks

REFUSED, USAGE, DIFFERS, MISSING = 1, 2, 3, 4
# Largest difference over the largest value, at least; halves differ by more.
TOLERANCE, ULPS = 1e-3, 16


class Missing(Exception):
    """Something is not installed. The text says what, and how to get it."""


def check_packages(routes):
    try:
        version = importlib.metadata.version("mindspore")
    except importlib.metadata.PackageNotFoundError:
        raise Missing(f"{sys.executable} has no package mindspore: run its `-m pip install mindspore=={VERSION}0`, or use the Python that has it") from None
    if not version.startswith(VERSION):
        raise Missing(f"{sys.executable} has mindspore {version}, and only {VERSION}x is known: install mindspore=={VERSION}0")
    if set(routes) - {"installed", "avx2"} and not importlib.util.find_spec("wasmind_compiler"):
        raise Missing(f"{sys.executable} has no package wasmind-compiler, which all routes to wasm need: install wasmind[compiler], or measure "
                      "--routes=installed,avx2")
    return version


def processor():
    with contextlib.suppress(OSError):
        if found := re.search(r"^model name\s*:\s*(.+)$", pathlib.Path("/proc/cpuinfo").read_text(), re.MULTILINE):
            return found[1]
    return platform.machine()


def difference(results, expected):
    """The largest difference over the largest value, relative to what is allowed; infinite where shapes differ."""
    if [each.shape for each in results] != [each.shape for each in expected]:
        return float("inf")
    gaps = [0.0]
    for one, other in zip(results, expected):
        allowed = max(TOLERANCE, ULPS * float(np.finfo(other.dtype).eps)) if other.dtype.kind == "f" else TOLERANCE
        one, other = np.float64(one), np.float64(other)
        if not (np.isnan(one) == np.isnan(other)).all():
            return float("inf")
        gap = np.abs(np.nan_to_num(one) - np.nan_to_num(other)).max(initial=0)
        gaps.append(gap / max(np.abs(np.nan_to_num(other)).max(initial=0), 1e-30) / allowed if gap else 0.0)
    return float(max(gaps))


class Bench:
    """Processes with MindSpore by name, in a folder that is theirs."""

    def __init__(self, folder, options):
        self._folder, self._options, self._processes = folder, options, {}
        self._module, self._inputs = folder / "module.wasm", folder / "inputs.npz"  # of the route node

    def _ask(self, route, request):
        name, variables, _ = ROUTES[route]
        if name not in self._processes:
            self._processes[name] = Process(name, variables, self._folder)
        try:
            return self._processes[name].ask(request)
        except Ended as reason:
            self._processes.pop(name).end()
            return {"refused": str(reason)}

    def end(self):
        for process in self._processes.values():
            process.end()

    def _on_node(self, outputs):
        command = [self._options.tool, "run", self._module, "--engine=node", "--inputs", self._inputs, "--repeat=20", "--json",
                   "--outputs", outputs]
        done = subprocess.run(command, capture_output=True, text=True)
        if done.returncode:
            return {"refused": " ".join(done.stderr.split()).removeprefix("wasmind: error: ") or f"{self._options.tool} ended with exit code {done.returncode}"}
        return {"run": json.loads(done.stdout)["minMs"]}

    def measure(self, kind, name, routes):
        """{"name", "milliseconds": {route: {way: ms}}, "refused": {route: why}, "differs": [route, ...]}"""
        row = {"name": name, "milliseconds": {}, "refused": {}, "differs": []}
        results = {route: self._folder / f"{route}.npz" for route in routes}
        for number in range(self._options.rounds):
            for route in routes:
                if route in row["refused"]:
                    continue
                answer = {}
                if route != "node" or not number:
                    answer = self._ask(route, {"task": [kind, name], "route": route, "elements": self._options.elements, "seconds": self._options.seconds,
                                               "results": str(results[route]), "inputs": str(self._inputs),
                                               "module": str(self._module) if route == "node" else None})
                if route == "node" and "refused" not in answer:
                    answer = self._on_node(results[route])
                if "refused" in answer:
                    row["refused"][route] = answer["refused"]
                    row["milliseconds"].pop(route, None)
                else:
                    best = row["milliseconds"].get(route, {})
                    row["milliseconds"][route] = {way: min(value, best.get(way, value)) for way, value in answer.items()}
        own = next((route for route in ("avx2", "installed") if route in row["milliseconds"]), None)
        for route in row["milliseconds"]:
            if own and route != own and difference(arrays(results[route]), arrays(results[own])) > 1:
                row["differs"].append(route)
        return row


def arrays(file):
    """In the order of their numbers: arr_0, ... of the processes, out0, ... of modules."""
    with np.load(file) as found:
        return [found[name] for name in sorted(found.files, key=lambda name: int(re.search(r"\d+$", name)[0]))]


def listed(known, what):
    def parse(text):
        names = text.split(",")
        if wrong := [name for name in names if name not in known]:
            raise argparse.ArgumentTypeError(f"'{wrong[0]}' is no {what}; there are {', '.join(known)}")
        return names

    return parse


def positive(kind):
    def parse(text):
        value = kind(text)
        if value <= 0:
            raise argparse.ArgumentTypeError(f"{text} is not above 0")
        return value

    parse.__name__ = kind.__name__  # in argparse's error for what is no number
    return parse


class Parser(argparse.ArgumentParser):
    def error(self, message):
        print(f"wasmind: error: {message}; see --help", file=sys.stderr)
        sys.exit(USAGE)


def parse(arguments):
    known = networks()
    parser = Parser(prog="python -m wasmind.mindspore.bench", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"networks: FILE.py, or of {', '.join(known)} (all of these)")
    parser.add_argument("--parts", type=listed(PARTS, "part"), default=list(PARTS), help=f"of {','.join(PARTS)} (all)")
    parser.add_argument("--routes", type=listed(ROUTES, "route"), help="of " + "; ".join(f"{name}: {what}" for name, (_, _, what) in ROUTES.items()) + " (all)")
    parser.add_argument("--rounds", type=positive(int), default=5, help="in which the routes take turns (5)")
    parser.add_argument("--seconds", type=positive(float), default=0.5, help="of calls of a route in a round, three calls at least (0.5)")
    parser.add_argument("--elements", type=positive(int), default=1_000_000, help="of the tensors of the kernels of the part fusion (1000000)")
    parser.add_argument("--json", action="store_true", help="prints JSON")
    parser.add_argument("--markdown", type=pathlib.Path, metavar="FILE.md", help="writes the page as well")
    parser.add_argument("--tool", help="the program wasmind, which runs modules on Node (the one in PATH)")
    options = parser.parse_args(arguments)
    for i, name in enumerate(options.names):
        if name.endswith(".py"):
            if not pathlib.Path(name).is_file():
                parser.error(f"no file {name}")
            options.names[i] = str(pathlib.Path(name).resolve())
        elif name not in known:
            parser.error(f"no network is called '{name}'; there are {', '.join(known)}, and FILE.py for one of your own")
    if options.routes and not any(set(options.routes) & set(PARTS[part]) for part in options.parts):
        parser.error(f"--routes={','.join(options.routes)}: none of them is compared in --parts={','.join(options.parts)}")
    options.names = list(dict.fromkeys(options.names)) or known
    return options


def tasks(options):
    """Part -> [(kind, name, routes)]"""
    found = {}
    for part in options.parts:
        routes = [route for route in PARTS[part] if route in options.routes]
        if not routes:
            continue
        if part == "networks":
            found[part] = [("network", name, routes) for name in options.names]
        elif part == "calls":
            found[part] = [("call", "x + 1", routes)]
        else:
            of_networks = [route for route in routes if route != "fuse"]
            found[part] = [("kernel", name, routes) for name in KERNELS] + [("network", name, of_networks) for name in options.names if of_networks]
    return found


def without_node(options):
    """Looks for the program that runs modules on Node; returns the routes."""
    tool = shutil.which(options.tool or "wasmind")
    if not tool:
        reason = f"the route node needs the program wasmind, and there is no '{options.tool or 'wasmind'}': it is build/bin/wasmind of a built tree; give --tool=PATH"
        if options.routes or options.tool:
            raise Missing(f"{reason}, or leave node out of --routes")
        print(f"wasmind: warning: node is not measured: {reason}", file=sys.stderr)
        return [route for route in ROUTES if route != "node"]
    options.tool = os.path.abspath(tool)
    return options.routes or list(ROUTES)


def run(options):
    version = check_packages(options.routes or ROUTES)
    if not options.routes or "node" in options.routes:
        options.routes = without_node(options)
    if options.markdown and not options.markdown.absolute().parent.is_dir():
        raise OSError(f"no folder {options.markdown.absolute().parent}: make it, or give --markdown another place")
    report = {"mindspore": version, "processor": processor(), "cores": len(os.sched_getaffinity(0)), "day": str(datetime.date.today()),
              "rounds": options.rounds, "elements": options.elements}
    rows = []
    with tempfile.TemporaryDirectory(prefix="wasmind-bench-") as folder:
        bench = Bench(pathlib.Path(folder), options)
        try:
            for part, each in tasks(options).items():
                report[part] = {"routes": each[0][2], "rows": []}
                for number, (kind, name, routes) in enumerate(each, 1):
                    print(f"[{number}/{len(each)}] {part}: {name}", file=sys.stderr, flush=True)
                    row = bench.measure(kind, name, routes)
                    row["name"] = pathlib.Path(name).stem if name.endswith(".py") else name
                    report[part]["rows"].append(row)
                    rows.append(row)
        finally:
            bench.end()
    report["load"] = os.getloadavg()[2]
    text = pages.page(report)
    print(json.dumps(report) if options.json else text, end="\n" if options.json else "")
    if options.markdown:
        part = options.markdown.with_name(options.markdown.name + ".part")
        part.write_text(text)
        part.replace(options.markdown)
    for row in rows:
        for route, why in row["refused"].items():
            print(f"wasmind: error: {row['name']}, {ROUTES[route][2]}: {why}", file=sys.stderr)
        for route in row["differs"]:
            print(f"wasmind: error: {row['name']}, {ROUTES[route][2]}: its results are not those of MindSpore", file=sys.stderr)
    return DIFFERS if any(row["differs"] for row in rows) else REFUSED if any(row["refused"] for row in rows) else 0


def main(arguments=None):
    options = parse(arguments)
    try:
        return run(options)
    except Missing as reason:
        print(f"wasmind: error: {reason}", file=sys.stderr)
        return MISSING
    except OSError as reason:
        print(f"wasmind: error: {reason}", file=sys.stderr)
        return REFUSED
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(main())
