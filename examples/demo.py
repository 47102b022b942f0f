#!/usr/bin/env python3
"""Two real models from file to answer: what `make demo` shows.

1. magika, a detector of file types from the package of that name (ONNX): compiled, then asked about files of this
   repository on wasmtime (through Python) and on Node (through TypeScript).
2. ori_net, a network exported by MindSpore (MindIR): compiled, and compared with the output MindSpore recorded.
"""
import json
import os
import pathlib
import subprocess
import sys
import time

import numpy as np

ROOT = pathlib.Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "test"))
from models import collect, compiled, numerics, wasm  # noqa: E402

OUT = ROOT / "build/demo"
FILES = ["README.md", "Makefile", "LICENSE", "package.json", "install/steps.sh", "examples/demo.py", "examples/identify_files.mjs",
         "runtime/web/src/model.ts", "compiler/graph/GraphOps.cpp", "compiler/CMakeLists.txt", "test/data/mindir/ori_net.inputs.npz",
         "build/abi/vectors/add.wasm", "build/bin/wasmind"]


def say(text):
    print(text, flush=True)


def compile_model(source, out, *options):
    """Compiles and prints what came out; returns nothing: the module is in `out`."""
    start = time.perf_counter()
    subprocess.run([compiled.TOOL, "compile", source, "-o", out, "--quiet", *options], check=True)
    seconds = time.perf_counter() - start
    facts = json.loads(subprocess.run([compiled.TOOL, "inspect", out, "--json"], check=True, capture_output=True, text=True).stdout)
    say(f"  {source.name}: {source.stat().st_size:,} bytes, compiled in {seconds:.1f} s to {out.relative_to(ROOT)}: "
        f"{facts['codeBytes']:,} bytes of code, {facts['weightBytes']:,} bytes of weights")
    say(f"  memory when it runs: {facts['memoryBytes']:,} bytes, fixed; imports: {len(wasm.read(out).imports)}")


def identify_files():
    say("\nmagika: what are these files?")
    subprocess.run([sys.executable, ROOT / "test/models/collect.py", compiled.CACHE, "magika"], check=True, stdout=subprocess.DEVNULL)
    package = collect.fetch("magika", compiled.CACHE / "packages")
    config = OUT / "magika.config.json"
    config.write_bytes(collect.member(package, "magika/models/standard_v3_3/config.min.json"))
    module = OUT / "magika.wasm"
    compile_model(compiled.CACHE / "models/magika.onnx", module, "--features=relaxed-simd")
    node = next(ROOT.glob("node_modules/node-linux-*/bin/node"))
    answers = []
    for engine, command in (("wasmtime, from Python", [sys.executable, "examples/identify_files.py"]),
                            ("Node, from JavaScript", [node, "examples/identify_files.mjs"])):
        say(f"\non {engine}:")
        result = subprocess.run([*command, module, config, *FILES], cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True)
        say(result.stdout.rstrip())
        answers.append([line.split()[1] for line in result.stdout.splitlines()[: len(FILES)]])
    if answers[0] != answers[1]:
        sys.exit("the engines disagree")


def compare_with_mindspore():
    say("\nori_net: the numbers of MindSpore?")
    folder = ROOT / "test/data/mindir"
    module = OUT / "ori_net.wasm"
    compile_model(folder / "ori_net.mindir", module, "--features=relaxed-simd")
    function = wasm.read(module).signature["functions"][0]
    given, expected = np.load(folder / "ori_net.inputs.npz"), np.load(folder / "ori_net.outputs.npz")["out0"]
    np.savez(OUT / "in.npz", **{entry["name"]: given[f"in{i}"] for i, entry in enumerate(function["inputs"])})
    for engine in compiled.ENGINES:
        command = [compiled.TOOL, "run", module, f"--engine={engine}", "--inputs", OUT / "in.npz", "--outputs", OUT / "out.npz", "--json"]
        facts = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
        outputs = np.load(OUT / "out.npz")
        actual = outputs[outputs.files[0]]
        numerics.check(actual, expected, f"ori_net on {engine}")
        say(f"  {engine:9} {np.array2string(actual.ravel()[:5], precision=5)} ...: differs from MindSpore by at most "
            f"{np.abs(actual - expected).max():.1e}; load {facts['loadMs']:.1f} ms, run {facts['minMs']:.2f} ms")


def main():
    OUT.mkdir(parents=True, exist_ok=True)
    node = next(ROOT.glob("node_modules/node-linux-*/bin"))
    os.environ["PATH"] = f"{node}{os.pathsep}{os.environ['PATH']}"
    start = time.perf_counter()
    identify_files()
    compare_with_mindspore()
    say(f"\ndemo finished in {time.perf_counter() - start:.0f} s")


if __name__ == "__main__":
    main()
