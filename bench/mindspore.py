#!/usr/bin/env python3
"""Measures the networks of examples/mindspore in MindSpore and on wasm and writes docs/generated/mindspore-benchmark.md.

    build/venv/bin/python bench/mindspore.py [NAME...] [--rounds 5] [--output FILE.md]

Two processes with MindSpore, one as installed and one with ONEDNN_MAX_CPU_ISA=AVX2, and the modules on wasmtime and Node take turns,
round by round; a time is that of the fastest call. Installs MindSpore once.
"""
import argparse
import datetime
import json
import os
import pathlib
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
sys.path.append(str(ROOT / "bench"))  # behind the others: this file is called like the package
import worker  # noqa: E402

OUT = ROOT / "build/bench/mindspore"
# Larger ones of the zoo's kinds: how they are made, and the shape of their argument.
LARGE = {"mobilenet_v2, 224x224": ("mobilenet_v2", lambda module: module.MobileNetV2(), (1, 3, 224, 224))}

HEAD = """# MindSpore benchmark

Written by `build/venv/bin/python bench/mindspore.py` on {day}: {processor}, {cores} cores. Milliseconds per call with MindSpore's
tensors, the fastest call of {rounds} rounds in which the sides take turns; ratios are against MindSpore limited to AVX2
(`ONEDNN_MAX_CPU_ISA=AVX2`), where its convolutions are several times faster than as installed on machines with AVX-512. MindSpore runs the faster
of PyNative and `@jit`. wasm runs on one thread, MindSpore on all. The machine's load was {load:.1f}; over the number
of its cores, single rows vary severalfold.

| network | MindSpore as installed | with AVX2 | compiled, wasmtime | times AVX2's speed | `@jit(backend="wasm")` | compiled, Node |
|---|---|---|---|---|---|---|
"""
CALLS = """
## What a call costs

Microseconds of `x + 1` for 2 x 3 numbers, in the same run.

| route | microseconds |
|---|---|
"""


# --- in a process with MindSpore: one JSON line per request, {"name": ...} -> {"route": milliseconds}

def network(name):
    import numpy as np
    import zoo
    from mindspore import Tensor

    if name not in LARGE:
        return zoo.make(name)
    kind, make, shape = LARGE[name]
    net = zoo.trained(make(__import__(kind))).set_train(False)
    return net, [Tensor(np.random.default_rng(2).normal(0, 1, shape).astype(np.float32))], net


def fastest(call):
    """Of several calls, in milliseconds: others at work on the machine make times longer only."""
    return min(worker.milliseconds(call))


def routes(name, has_wasm):
    """Route -> a call of it that waits for the result."""
    import mindspore as ms
    import numpy as np
    import wasmind.mindspore
    import zoo

    net, inputs, reference = network(name)
    graph = ms.jit(network(name)[2])  # changes the Cell it is given: each route has its own
    sides = {"pynative": lambda: zoo.leaves(reference(*inputs)), "jit": lambda: zoo.leaves(graph(*inputs))}
    if has_wasm:
        compiled = wasmind.mindspore.compile(net, *inputs, output=OUT / f"{name}.wasm", features=["relaxed-simd"])
        np.savez(OUT / f"{name}.npz", **{spec.name: each for spec, each in zip(compiled.model.signature.functions[0].inputs, zoo.leaves(inputs))})
        backend = ms.jit(network(name)[0], backend="wasm")
        sides |= {"wasm": lambda: zoo.leaves(compiled(*inputs)), "backend": lambda: zoo.leaves(backend(*inputs))}
    for side in sides.values():
        side()
    return sides


def calls():
    import mindspore as ms
    import numpy as np
    import wasmind.mindspore

    def more(x):
        return x + 1

    x = ms.Tensor(np.ones((2, 3), np.float32))
    array, graph, backend, compiled = x.asnumpy(), ms.jit(more), ms.jit(more, backend="wasm"), wasmind.mindspore.compile(more, x)
    sides = {"PyNative": lambda: more(x).asnumpy(), "`@jit`": lambda: graph(x).asnumpy(), '`@jit(backend="wasm")`': lambda: backend(x).asnumpy(),
             "compiled, tensors": lambda: compiled(x).asnumpy(), "compiled, arrays": lambda: compiled(array)}
    for side in sides.values():
        side()
    return {name: 1e3 * fastest(side) for name, side in sides.items()}


def serve(has_wasm):
    sys.path.insert(0, str(ROOT / "examples/mindspore"))
    import wasmind.mindspore

    answers = worker.answers()
    if has_wasm:
        wasmind.mindspore.register_backend()
    known = {}
    for line in sys.stdin:
        name = json.loads(line)
        if name == "calls":
            result = calls()
        else:
            known = {name: known.get(name) or routes(name, has_wasm)}
            result = {route: fastest(call) for route, call in known[name].items()}
        print(json.dumps(result), file=answers, flush=True)


# --- the driver

def on_node(name):
    command = [ROOT / "build/bin/wasmind", "run", OUT / f"{name}.wasm", "--engine=node", "--inputs", OUT / f"{name}.npz", "--repeat=20", "--json"]
    return json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)["minMs"]


def measure(name, installed, limited, rounds):
    best = {}
    for _ in range(rounds):
        sides = {f"installed {route}": value for route, value in installed.ask(name).items()} | limited.ask(name)
        sides["node"] = on_node(name)
        best = {route: min(value, best.get(route, value)) for route, value in sides.items()}
    return best


def row(name, best):
    plain, limited = min(best["installed pynative"], best["installed jit"]), min(best["pynative"], best["jit"])
    return (f"| {name} | {plain:.2f} | {limited:.2f} | {best['wasm']:.2f} | **{limited / best['wasm']:.1f}** | {best['backend']:.2f} | {best['node']:.2f} |\n")


def main():
    sys.path[:0] = [str(ROOT / "bench"), str(ROOT / "test")]
    from models import environment
    from run import processor

    names = [path.stem for path in sorted((ROOT / "examples/mindspore").glob("*.py")) if path.stem != "zoo"] + list(LARGE)
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of {'; '.join(names)}")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--output", type=pathlib.Path, default=ROOT / "docs/generated/mindspore-benchmark.md")
    options = parser.parse_args()
    unknown = set(options.names) - set(names)
    if unknown:
        parser.error(f"no network is called {', '.join(sorted(unknown))}")
    OUT.mkdir(parents=True, exist_ok=True)
    try:
        python = environment.interpreter("mindspore", ROOT / "test/mindspore/requirements.txt", 4000)
    except environment.Unavailable as reason:
        sys.exit(f"mindspore is not available: {reason}")
    installed, limited = (worker.Worker(python, __file__, str(int(has_wasm)), folder=OUT, **variables)
                          for has_wasm, variables in ((False, {}), (True, {"ONEDNN_MAX_CPU_ISA": "AVX2"})))
    text = ""
    for number, name in enumerate(options.names or names, 1):
        line = row(name, measure(name, installed, limited, options.rounds))
        print(f"[{number}/{len(options.names or names)}] {line}", end="", flush=True)
        text += line
    text = HEAD.format(day=datetime.date.today(), processor=processor(), cores=len(os.sched_getaffinity(0)), rounds=options.rounds,
                       load=os.getloadavg()[2]) + text
    text += CALLS + "".join(f"| {route} | {microseconds:.0f} |\n" for route, microseconds in limited.ask("calls").items())
    installed.end()
    limited.end()
    options.output.parent.mkdir(parents=True, exist_ok=True)
    options.output.write_text(text)
    return 0


if __name__ == "__main__":
    if sys.argv[1:2] == ["--serve"]:
        serve(sys.argv[2] == "1")
    else:
        sys.exit(main())
