#!/usr/bin/env python3
"""Measures fused kernels of MindSpore: build/venv/bin/python bench/fuse.py [--rounds 5] [--elements 1000000]

Three processes take turns: MindSpore's own operators, the same one by one on wasm (wasmind.mindspore.enable), and one fused kernel. Prints
a table in milliseconds per call in graph mode, the smallest median of the rounds. Installs MindSpore once.
"""
import argparse
import json
import os
import pathlib
import statistics
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
sys.path.append(str(ROOT / "bench"))  # behind the others: a file there is called like a package
import worker  # noqa: E402

SIDES = {"own": "MindSpore", "wasm": "one by one on wasm", "fused": "fused"}
# All that the functions below consist of.
PRIMITIVES = ["Abs", "Add", "GeLU", "Mul", "Muls", "ReduceMean", "Rsqrt", "Square", "Sub"]


# --- in a process with MindSpore: a line per request, NAME -> milliseconds

def bias_gelu(x, bias):
    return ops.gelu(x + bias, approximate="tanh")


def layer_norm(x, gamma, beta):
    mean = ops.ReduceMean(True)
    centered = x - mean(x, -1)
    return centered * ops.rsqrt(mean(ops.square(centered), -1) + 1e-5) * gamma + beta


def six(x, y):
    return (abs(x * y + x) - y) * 0.5 + x


def make(elements):
    """Name -> function and its arguments."""
    import numpy as np
    from mindspore import Tensor

    random = np.random.default_rng(1)
    columns = 1000
    x, y = (Tensor(random.normal(0, 1, (elements // columns, columns)).astype(np.float32)) for _ in range(2))
    row, other = (Tensor(random.normal(0, 1, columns).astype(np.float32)) for _ in range(2))
    return {"bias, GELU": (bias_gelu, [x, row]), "layer norm": (layer_norm, [x, row, other]), "six elementwise operators": (six, [x, y])}


def serve(side, elements):
    import wasmind.mindspore

    if side == "wasm":
        wasmind.mindspore.enable(PRIMITIVES)
    global ops  # which graphs look up in this module
    import mindspore as ms
    from mindspore import ops

    answers = worker.answers()
    calls = {}
    for name, (fn, given) in make(elements).items():
        graph = ms.jit(wasmind.mindspore.fuse(fn, *given, features=["relaxed-simd"]) if side == "fused" else fn)
        calls[name] = lambda graph=graph, given=given: graph(*given).asnumpy()
        calls[name]()
    if side == "wasm" and (idle := [name for name, counts in wasmind.mindspore.report().items() if not counts]):
        sys.exit(f"{', '.join(idle)} did not run on wasm")
    for line in sys.stdin:
        print(json.dumps(statistics.median(worker.milliseconds(calls[json.loads(line)]))), file=answers, flush=True)


# --- the driver

def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--elements", type=int, default=1_000_000, help="of each tensor, a multiple of 1000")
    parser.add_argument("--serve", choices=SIDES, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.serve:
        return serve(options.serve, options.elements)
    sys.path.insert(0, str(ROOT / "test"))
    from models import environment

    python = environment.interpreter("mindspore", ROOT / "test/mindspore/requirements.txt", 4000)
    path = f"{ROOT / 'build/bin'}{os.pathsep}{os.environ['PATH']}"
    workers = {side: worker.Worker(python, __file__, side, "--elements", str(options.elements), PATH=path) for side in SIDES}
    names = ["bias, GELU", "layer norm", "six elementwise operators"]
    best = {name: dict.fromkeys(SIDES, float("inf")) for name in names}
    for _ in range(options.rounds):
        for name in names:
            for side, process in workers.items():
                best[name][side] = min(best[name][side], process.ask(name))
    for process in workers.values():
        process.end()
    print(f"| ms per call, {options.elements} elements | {' | '.join(SIDES.values())} | times one by one | times MindSpore |")
    print("|---|---|---|---|---|---|")
    for name, times in best.items():
        print(f"| {name} | {' | '.join(f'{each:.2f}' for each in times.values())} | {times['wasm'] / times['fused']:.1f} | {times['own'] / times['fused']:.1f} |")


if __name__ == "__main__":
    main()
