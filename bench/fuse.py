#!/usr/bin/env python3
"""Measures fused kernels of MindSpore: build/venv/bin/python bench/fuse.py [--rounds 5] [--elements 1000000] [--networks NAME...]

Three processes take turns: MindSpore's own operators, the same one by one on wasm (wasmind.mindspore.enable), and one fused kernel; of
networks, those of examples/mindspore by name: MindSpore, enable("all"), and enable("all", fuse=True). Prints a table in milliseconds per
call in graph mode, the smallest median of the rounds. MindSpore is limited to AVX2, which makes its convolutions faster. Installs MindSpore once.
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


def network(name):
    """A call of its graph that waits for the result."""
    import mindspore as ms
    import zoo

    _net, inputs, reference = zoo.make(name)
    graph = ms.jit(reference)
    return lambda: zoo.leaves(graph(*inputs))


def serve_networks(side):
    sys.path.insert(0, str(ROOT / "examples/mindspore"))
    import wasmind.mindspore

    if side != "own":
        wasmind.mindspore.enable("all", fuse=side == "fused")
    answers, calls = worker.answers(), {}
    for line in sys.stdin:
        name = json.loads(line)
        if name not in calls:
            known = sum(each["nodes"] for each in wasmind.mindspore.fused()["chains"].values())
            calls[name] = network(name)
            calls[name]()
            nodes = sum(each["nodes"] for each in wasmind.mindspore.fused()["chains"].values()) - known
            answer = {"nodes": nodes}
        else:
            answer = {"milliseconds": statistics.median(worker.milliseconds(calls[name]))}
        print(json.dumps(answer), file=answers, flush=True)


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

def measure_networks(workers, names, rounds):
    nodes = {name: {side: process.ask(name)["nodes"] for side, process in workers.items()}["fused"] for name in names}
    print("| ms per call | MindSpore | enable(\"all\") | enable(\"all\", fuse=True) | times one by one | times MindSpore | fused nodes |")
    print("|---|---|---|---|---|---|---|")
    for name in names:
        best = dict.fromkeys(SIDES, float("inf"))
        for _ in range(rounds):
            best = {side: min(best[side], process.ask(name)["milliseconds"]) for side, process in workers.items()}
        print(f"| {name} | {' | '.join(f'{each:.2f}' for each in best.values())} | {best['wasm'] / best['fused']:.2f} | {best['own'] / best['fused']:.2f} "
              f"| {nodes[name]} |", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--elements", type=int, default=1_000_000, help="of each tensor, a multiple of 1000")
    parser.add_argument("--networks", nargs="+", metavar="NAME", help="measure these instead")
    parser.add_argument("--serve", choices=SIDES, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.serve:
        return serve_networks(options.serve) if options.networks else serve(options.serve, options.elements)
    sys.path.insert(0, str(ROOT / "test"))
    from models import environment

    python = environment.interpreter("mindspore", ROOT / "test/mindspore/requirements.txt", 4000)
    path = f"{ROOT / 'build/bin'}{os.pathsep}{os.environ['PATH']}"
    out = ROOT / "build/bench/fuse"  # MindSpore writes files where it runs
    out.mkdir(parents=True, exist_ok=True)
    more = ["--networks", *options.networks] if options.networks else []
    workers = {side: worker.Worker(python, pathlib.Path(__file__).resolve(), side, "--elements", str(options.elements), *more, folder=out, PATH=path,
                                   ONEDNN_MAX_CPU_ISA="AVX2")
               for side in SIDES}
    if options.networks:
        measure_networks(workers, options.networks, options.rounds)
        for process in workers.values():
            process.end()
        return None
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
