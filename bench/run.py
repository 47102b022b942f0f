#!/usr/bin/env python3
"""Measures the collected models against onnxruntime-web and writes docs/generated/benchmark.md.

    build/venv/bin/python bench/run.py [MODEL...] [--runs 20] [--settle 2] [--output FILE.md] [--memory-only]

Each model is compiled once and timed by bench/compare.mjs, our module and the peer run by run in turn in one process, then
on wasmtime by `wasmind run`. bench/memory.mjs says what a page holds for it, which
does not depend on what else the machine does: --memory-only measures that alone and leaves the rest of the page as it is.
Exit code 1 when a model cannot be measured.
"""
import argparse
import datetime
import json
import os
import pathlib
import platform
import re
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "test"))
from models import compiled  # noqa: E402

NODE = next(ROOT.glob("node_modules/node-linux-*/bin/node"))
OUT = ROOT / "build/bench"

HEAD = """# Benchmark

Written by `make bench` on {day}: {processor}, {cores} cores; one thread. Times are milliseconds and belong to that machine;
ratios compare two sides that ran in turn in one process.

- *speed*: median of {peer} over median of wasmind, both on Node {node}; case 0 of each model, {runs} runs each at most.
- *start*: from the model's bytes to the first result, the peer over wasmind; the peer's own JavaScript is already loaded.
- *of the FMA limit*: operations per second over those of bare 128-bit fused multiply-adds, measured in the same run.
- *code*: bytes of WebAssembly code, beside the weights. The peer's is {peer_code:,} bytes for every model.
- *memory*: bytes of linear memory; wasmind's is fixed when the model is compiled.

| model | wasmind on V8 | peer | speed | start | of the FMA limit | wasmind on wasmtime | code | memory | peer's memory | compiled in |
|---|---|---|---|---|---|---|---|---|---|---|
"""

MEMORY_HEAD = """
## What a page holds

Megabytes that the processes of a page hold in {browser} over those of a page without a model, by `bench/memory.mjs` on
{day}: with the weights in the module, and in a file beside it (`--weights=external`). An engine keeps a module's bytes, and
with them the weights that are in it, beside linear memory; those of a file are given back once they are in linear memory.

| model | weights | linear memory | in a page, weights inside | in a page, weights beside |
|---|---|---|---|---|
"""


class Failed(Exception):
    """A model that cannot be measured, and why."""


def run_json(command):
    """The JSON that a command prints."""
    result = subprocess.run([str(part) for part in command], cwd=ROOT, capture_output=True, text=True)
    if result.returncode != 0:
        raise Failed((result.stderr.strip() or f"exit code {result.returncode}").splitlines()[0])
    return json.loads(result.stdout)


def compile_model(name, weights="inline"):
    """Compiles one model; returns the module and the seconds it took."""
    module = OUT / f"{name}.{weights}.wasm"
    start = time.perf_counter()
    result = compiled.tool("compile", compiled.source(name), "-o", module, "--features=relaxed-simd", f"--weights={weights}", *compiled.MODELS[name], timeout=1800)
    if result.returncode != 0:
        raise Failed(result.stderr.strip().splitlines()[0])
    return module, time.perf_counter() - start


def measure(name, options):
    case = compiled.case(name, 0)
    module, seconds = compile_model(name)
    report = run_json([NODE, "bench/compare.mjs", compiled.source(name), module, case, "--runs", options.runs, "--settle", options.settle, "--json"])
    report["compileSeconds"] = seconds
    report["wasmtime"] = run_json([compiled.TOOL, "run", module, "--inputs", case, "--repeat", options.runs, "--json"])
    return report


def measure_memory(name):
    """Storage of the weights: what bench/memory.mjs reports."""
    return {weights: run_json([NODE, "bench/memory.mjs", compile_model(name, weights)[0], compiled.case(name, 0), "--json"])
            for weights in ("inline", "external")}


def memory_row(name, reports):
    inline, external = reports["inline"], reports["external"]
    megabytes = [inline["weightBytes"], inline["linearMemoryBytes"], inline["addedBytes"], external["addedBytes"]]
    return f"| {name} | " + " | ".join(f"{count / 1e6:.1f}" for count in megabytes) + " |"


def row(name, report):
    ours, theirs, ratio = report["ours"], report["theirs"], report["ratio"]
    share = f"{100 * report['shareOfFma']:.0f} %" if "shareOfFma" in report else "-"
    return (f"| {name} | {ours['medianMs']:.2f} | {theirs['medianMs']:.2f} | **{ratio['median']:.2f}** | {ratio['start']:.0f} | {share} | "
            f"{report['wasmtime']['medianMs']:.2f} | {ours['codeBytes']:,} | {ours['memoryBytes']:,} | {theirs['memoryBytes']:,} | "
            f"{report['compileSeconds']:.1f} s |")


def processor():
    found = re.search(r"^model name\s*:\s*(.+)$", pathlib.Path("/proc/cpuinfo").read_text(), re.MULTILINE)
    return found[1] if found else platform.machine()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("models", nargs="*", metavar="MODEL", help=f"of {', '.join(compiled.MODELS)}")
    parser.add_argument("--runs", type=int, default=20)
    parser.add_argument("--settle", type=float, default=2)
    parser.add_argument("--memory-only", action="store_true")
    parser.add_argument("--output", type=pathlib.Path, default=ROOT / "docs/generated/benchmark.md")
    options = parser.parse_args()
    names = options.models or list(compiled.MODELS)
    for name in names:
        if name not in compiled.MODELS:
            parser.error(f"no model is called '{name}'; there are {', '.join(compiled.MODELS)}")
    OUT.mkdir(parents=True, exist_ok=True)
    reports, memory, failures = {}, {}, {}
    for number, name in enumerate(names, 1):
        print(f"[{number}/{len(names)}] {name}", flush=True)
        try:
            if not options.memory_only:
                reports[name] = measure(name, options)
                print(f"  {reports[name]['ratio']['median']:.2f} times the speed of {reports[name]['peer']}", flush=True)
            memory[name] = measure_memory(name)
            print(f"  {memory[name]['inline']['addedBytes']:,} bytes in a page, {memory[name]['external']['addedBytes']:,} with external weights", flush=True)
        except Failed as failure:
            failures[name] = str(failure)
            print(f"  {failure}", flush=True)
    if not memory:
        return 1
    if options.memory_only:
        text = options.output.read_text().split(MEMORY_HEAD.splitlines()[1])[0].rstrip() + "\n"
    else:
        first = next(iter(reports.values()))
        text = HEAD.format(day=datetime.date.today(), processor=processor(), cores=len(os.sched_getaffinity(0)), peer=first["peer"],
                           node=first["node"], runs=options.runs, peer_code=first["theirs"]["codeBytes"])
        text += "\n".join(row(name, report) for name, report in reports.items()) + "\n"
    browser = next(iter(memory.values()))["inline"]["browser"]
    text += MEMORY_HEAD.format(browser=browser, day=datetime.date.today()) + "\n".join(memory_row(*each) for each in memory.items()) + "\n"
    if failures:
        text += "\nNot measured:\n\n" + "".join(f"- {name}: {reason}\n" for name, reason in failures.items())
    options.output.parent.mkdir(parents=True, exist_ok=True)
    temporary = options.output.with_suffix(".part")
    temporary.write_text(text)
    temporary.replace(options.output)
    print(f"\n{text}")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
