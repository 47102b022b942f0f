#!/usr/bin/env python3
"""Measures operators on wasmtime and Node beside the copy of memory, and writes docs/generated/operator-benchmark.md.

    build/venv/bin/python bench/operators.py [--output FILE.md]

Bandwidth: bytes read and written of 16 MB arrays that lie in the library's memory, as a share of a memmove between the same
arrays in the same process. Products: floating-point operations per second, beside the scheduled and the plain kernel of the real
TVM where it can be installed. Calls: one Add of four elements.
"""
import argparse
import datetime
import json
import pathlib
import subprocess
import sys
import time

import numpy as np
import wasmind

ROOT = pathlib.Path(__file__).resolve().parent.parent
TOOL = ROOT / "build/bin/wasmind"
NODE = next(ROOT.glob("node_modules/node-linux-*/bin/node"))
OUT = ROOT / "build/bench/operators"
COUNT = 4 << 20
STREAMS = [("Add", 2), ("Sub", 2), ("Mul", 2), ("Neg", 1), ("Abs", 1), ("ReLU", 1), ("Maximum", 2), ("Div", 2), ("Exp", 1), ("Tanh", 1), ("Sigmoid", 1), ("GeLU", 1),
           ("Sqrt", 1)]
SIZE = 128


class Wasmtime:
    name = "wasmtime"

    def __init__(self, library):
        self.library = wasmind.OperatorLibrary.load(library)

    def time(self, name, dtypes, shapes, inner=1):
        """Microseconds of the fastest run."""
        tensors = [self.library.tensor(dtype, shape) for dtype, shape in zip(dtypes, shapes)]
        for tensor in tensors[:-1]:
            tensor.numpy().flat = np.arange(tensor.numpy().size) % 7
        out, inputs = tensors[-1], tensors[:-1]
        if name == "copy":
            run = lambda: np.copyto(out.numpy(), inputs[0].numpy())  # noqa: E731
        else:
            run = lambda: self.library.call(name, *inputs, out=out)  # noqa: E731
        fastest, began, runs = float("inf"), time.perf_counter(), 0
        while runs < 3 or time.perf_counter() - began < 1 / 3:
            start = time.perf_counter()
            for _ in range(inner):
                run()
            fastest, runs = min(fastest, (time.perf_counter() - start) / inner), runs + 1
        for tensor in tensors:
            tensor.free()
        return 1e6 * fastest


class Node:
    name = "Node"

    def __init__(self, library):
        self.process = subprocess.Popen([NODE, ROOT / "bench/operators.mjs", library], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def time(self, name, dtypes, shapes, inner=1):
        self.process.stdin.write(json.dumps({"name": name, "dtypes": dtypes, "shapes": shapes, "inner": inner}) + "\n")
        self.process.stdin.flush()
        return json.loads(self.process.stdout.readline())["microseconds"]


def build(name, *options):
    path = OUT / name
    subprocess.run([TOOL, "operators", "build", "-o", path, *options], check=True, stdout=subprocess.DEVNULL)
    return path


def tvm_objects():
    """TVM's matrix products, or none with the reason."""
    result = subprocess.run([sys.executable, ROOT / "test/tvm/kernels.py", OUT / "tvm"], capture_output=True, text=True)
    if result.returncode != 0:
        print(f"  without TVM: {result.stderr.strip().splitlines()[-1]}", flush=True)
        return []
    return [OUT / "tvm" / f"{name}.dso.o" for name in ("tvm_matmul_f32", "tvm_matmul_plain_f32")]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--output", type=pathlib.Path, default=ROOT / "docs/generated/operator-benchmark.md")
    options = parser.parse_args()
    OUT.mkdir(parents=True, exist_ok=True)
    links = tvm_objects()
    names = ",".join(sorted({name.lower() for name, _ in STREAMS} | {"matmul"}))
    engines = []
    for engine, hint in ((Wasmtime, "cranelift"), (Node, "v8")):
        library = build(f"{hint}.wasm", f"--ops={names}", "--dtypes=f32", f"--engine-hint={hint}", *(part for link in links for part in ("--link", link)))
        engines.append(engine(library))
    lines = ["# Benchmark of operators", "",
             f"Written by `make bench` on {datetime.date.today()}: f32, one thread; arrays of {4 * COUNT >> 20} MB in the library's memory.", "",
             "GB/s of bytes read and written, and the share of a memmove in the same process:", "",
             f"| operator | {' | '.join(engine.name for engine in engines)} |", f"|---{'|---' * len(engines)}|"]
    copies = [max(2 * 4 * COUNT / engine.time("copy", ["f32"] * 2, [[COUNT]] * 2) / 1e3 for _ in range(3)) for engine in engines]
    lines.append(f"| memmove | {' | '.join(f'{copy:.1f}' for copy in copies)} |")
    for name, inputs in STREAMS:
        cells = []
        for engine, copy in zip(engines, copies):
            speed = (inputs + 1) * 4 * COUNT / engine.time(name, ["f32"] * (inputs + 1), [[COUNT]] * (inputs + 1)) / 1e3
            cells.append(f"{speed:.1f} ({100 * speed / copy:.0f} %)")
        lines.append(f"| {name} | {' | '.join(cells)} |")
        print(f"  {name}: {', '.join(cells)}", flush=True)
    lines += ["", f"GFLOP/s of matrix products {SIZE} x {SIZE} x {SIZE}, without relaxed SIMD on both sides:", "",
              f"| kernel | {' | '.join(engine.name for engine in engines)} |", f"|---{'|---' * len(engines)}|"]
    for name in ["MatMul"] + [link.name.split(".")[0] for link in links]:
        cells = [f"{2 * SIZE**3 / engine.time(name, ['f32'] * 3, [[SIZE, SIZE]] * 3, 10) / 1e3:.1f}" for engine in engines]
        lines.append(f"| {name} | {' | '.join(cells)} |")
        print(f"  {name}: {', '.join(cells)} GFLOP/s", flush=True)
    calls = [engine.time("Add", ["f32"] * 3, [[4]] * 3, 1000) for engine in engines]
    lines += ["", f"A call of Add on four elements: {calls[0]:.2f} microseconds from Python on wasmtime, {calls[1]:.2f} from JavaScript on Node."]
    print(f"  {lines[-1]}")
    temporary = options.output.with_suffix(".part")
    temporary.write_text("\n".join(lines) + "\n")
    temporary.replace(options.output)


if __name__ == "__main__":
    main()
