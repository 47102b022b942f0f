"""In a process with MindSpore: `python -m wasmind.mindspore.bench.serve installed|avx2|enable|chains`. A request is a line of JSON,
{"task": [KIND, NAME], "route": ROUTE, "elements": N, "seconds": S, "results": FILE.npz, "module": FILE.wasm}; its answer is {WAY: milliseconds}
or {"refused": why}. Ways of a route are calls in PyNative mode and in graphs."""
import importlib
import importlib.util
import json
import os
import pathlib
import sys
import time

import numpy as np

import wasmind.mindspore

from .routes import LARGE, ZOO

# Calls of one way in one round.
LEAST, MOST = 3, 200


def fastest(call, seconds):
    """Of several calls, in milliseconds: others at work on the machine make times longer only."""
    times, end = [], time.perf_counter() + seconds
    while len(times) < LEAST or (time.perf_counter() < end and len(times) < MOST):
        start = time.perf_counter()
        call()
        times.append(1e3 * (time.perf_counter() - start))
    return min(times)


def network(name):
    """In inference mode, with its arguments, and what MindSpore runs in its place."""
    import mindspore as ms
    import zoo

    ms.set_seed(1)  # each route has the same weights
    if name in LARGE:
        module, make, shape = LARGE[name]
        net = zoo.trained(getattr(importlib.import_module(module), make)()).set_train(False)
        return net, [ms.Tensor(np.random.default_rng(2).normal(0, 1, shape).astype(np.float32))], net
    if not name.endswith(".py"):
        return zoo.make(name)
    path = pathlib.Path(name)
    sys.path.insert(0, str(path.parent))
    spec = importlib.util.spec_from_file_location(f"_benched_{path.stem}", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    for wanted in ("network", "inputs"):
        if not callable(getattr(module, wanted, None)):
            raise ValueError(f"{name} has no function {wanted}(): it needs network(), which gives a Cell, and inputs(random), which gives its "
                             "arguments, random being a numpy generator")
    net = module.network().set_train(False)
    inputs = [ms.Tensor(each) if isinstance(each, np.ndarray) else each for each in module.inputs(np.random.default_rng(2))]
    return net, inputs, getattr(module, "reference", lambda net: net)(net).set_train(False)


def ways(request):
    """Way -> a call of it that waits for its results and gives them."""
    import mindspore as ms
    import zoo

    from . import functions

    (kind, name), route = request["task"], request["route"]

    def make():
        """What wasm computes, what MindSpore does, and the arguments. A Cell for each way: jit changes the one it is given."""
        if kind == "network":
            net, inputs, reference = network(name)
            return net, reference, inputs
        fn, inputs = functions.call() if kind == "call" else functions.kernel(name, request["elements"])
        return fn, fn, inputs

    net, reference, inputs = make()
    if route in ("compiled", "node"):
        compiled = wasmind.mindspore.compile(net, *inputs, output=request.get("module"), features=["relaxed-simd"])
        if route == "node":
            np.savez(request["inputs"], **{spec.name: each for spec, each in zip(compiled.model.signature.functions[0].inputs, zoo.leaves(inputs))})
            return {}
        found = {"tensors": lambda: zoo.leaves(compiled(*inputs))}
        if kind == "call":
            arrays = [each.asnumpy() for each in inputs]
            found["arrays"] = lambda: zoo.leaves(compiled(*arrays))
        return found
    if route == "backend":
        wasmind.mindspore.register_backend()
        graph = ms.jit(net, backend="wasm")
    else:
        graph = ms.jit(wasmind.mindspore.fuse(net, *inputs, features=["relaxed-simd"]) if route == "fuse" else make()[1])
    found = {"graph": lambda: zoo.leaves(graph(*inputs))}
    if route in ("installed", "avx2") and kind != "kernel" or route == "enable" and kind == "call":
        found["PyNative"] = lambda: zoo.leaves(reference(*inputs))
    return found


def on_wasm(route):
    """Calls of operators on wasm, or nodes of graphs that are chains."""
    if route == "enable":
        return sum(sum(counts.values()) for counts in wasmind.mindspore.report().values())
    return sum(each["nodes"] for each in wasmind.mindspore.fused()["chains"].values())


def prepare(request):
    before = on_wasm(request["route"])
    made = ways(request)
    for number, call in enumerate(made.values()):
        results = call()
        if number == 0:
            np.savez(request["results"], *results)
    if request["route"] in ("enable", "chains") and on_wasm(request["route"]) == before:
        raise ValueError({"enable": "none of its operators runs on wasm", "chains": "its graph has no chain that could be fused"}[request["route"]])
    return made


def in_a_line(error):
    """What an error says before MindSpore's listings."""
    text = str(error).partition("\n\n")[0].strip() or type(error).__name__
    return " ".join(text.split())


def main(process):
    # What libraries print goes to standard error.
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    sys.path.insert(0, str(ZOO))
    if process in ("enable", "chains"):
        wasmind.mindspore.enable("all", fuse=process == "chains")
    made = {}
    for line in sys.stdin:
        request = json.loads(line)
        key = str((request["task"], request["route"]))
        try:
            if key not in made:
                made = {other: value for other, value in made.items() if other.startswith(f"({request['task']!r}")}
                made[key] = prepare(request)
            answer = {way: fastest(call, request["seconds"]) for way, call in made[key].items()}
        except Exception as error:  # of whichever kind
            answer = {"refused": in_a_line(error)}
        print(json.dumps(answer), file=answers, flush=True)


if __name__ == "__main__":
    main(sys.argv[1])
