"""`enable(..., fuse=True)`: chains of operators in graphs, each as one kernel and one node. FuseChains.cpp finds them."""
import collections
import ctypes
import hashlib
import os
import pathlib
import subprocess
import sys
import tempfile

from ..error import WasmindError, one_line
from . import arguments, library, mindir, shim
from .fuse import FILE, calls, counts, hold

WORK, HEAD, LAYOUT = range(3)
# A chain begins with at most one of these.
HEADS = ["MatMul", "BatchMatMul", "MatMulExt", "BatchMatMulExt", "Mm", "Dense", "Conv2D", "Conv2DExt", "Conv2DPadding"]
# Elementwise, but for normalisations and Softmax.
ELEMENTWISE = ["Abs", "Neg", "Exp", "Log", "Sqrt", "Rsqrt", "Square", "Reciprocal", "Floor", "Ceil", "Sin", "Cos", "Tanh", "Sigmoid", "Erf", "ReLU", "ReLU6",
               "SiLU", "HSwish", "HSigmoid", "LogicalNot", "LogicalAnd", "LogicalOr", "Equal", "NotEqual", "Less", "LessEqual", "Greater", "GreaterEqual",
               "Add", "Sub", "Mul", "Div", "Maximum", "Minimum", "AddExt", "SubExt", "AddScalar", "SubScalar", "Muls", "Divs", "GeLU", "GeluExt", "Elu",
               "EluExt", "LeakyReLUExt", "BiasAdd", "Hardtanh", "MishExt", "SeLUExt", "Threshold", "AddcdivExt", "AddcmulExt", "Exp2", "Log2", "Log10", "Frac",
               "LogAddExp", "LogAddExp2", "Softmax", "LogSoftmax", "LogSoftmaxExt", "LayerNormExt", "BatchNorm", "BatchNormExt", "GroupNorm"]
# What MindSpore keeps to itself, and may stand in a chain all the same.
KEPT = {"Cast": WORK, "LayerNorm": WORK, "Reshape": LAYOUT, "ExpandDims": LAYOUT, "Squeeze": LAYOUT, "Transpose": LAYOUT, "Flatten": LAYOUT}

RECEIVER = ctypes.CFUNCTYPE(None, ctypes.c_int32, ctypes.POINTER(ctypes.c_void_p), ctypes.POINTER(ctypes.c_int64), ctypes.POINTER(ctypes.c_char_p),
                            ctypes.c_char_p, ctypes.c_void_p, ctypes.c_int64)


class Chains:
    """The pass; one per process, as MindSpore's side is. fused: {operators of a chain: {module: nodes}}. left: {primitive: {reason: nodes}}."""

    def __init__(self, mindspore):
        path = shim.build(mindspore, "FuseChains.cpp")
        self._so = ctypes.CDLL(os.fspath(path))
        self._receiver = RECEIVER(self._receive)
        self._held = {}
        self.reset()
        if not mindspore.graph.register_custom_pass("FuseChains", os.fspath(path), "cpu", mindspore.graph.CustomPassType.FULL_GRAPH):
            raise WasmindError("Unsupported", f"MindSpore does not take {path} as a pass; its log says why (GLOG_v=1)")

    def reset(self):
        self.fused = collections.defaultdict(collections.Counter)
        self.left = collections.defaultdict(collections.Counter)

    def choose(self, names):
        """Fuses chains of these primitives in graphs that are compiled from now on; of none: no more."""
        roles = {name: HEAD for name in HEADS if name in names} | {name: WORK for name in ELEMENTWISE if name in names}
        roles |= KEPT if roles else {}
        given = (ctypes.c_char_p * len(roles))(*(name.encode() for name in roles))
        self._so.wasmind_chains_choose(len(roles), given, (ctypes.c_int32 * len(roles))(*roles.values()), self._receiver, os.fsencode(FILE))

    def told(self):
        chains = {name: {"nodes": sum(modules.values()), "calls": sum(map(calls, modules))} for name, modules in self.fused.items()}
        return {"chains": chains, "left": {name: dict(reasons) for name, reasons in self.left.items()}}

    def _receive(self, count, graphs, lengths, names, left, modules, capacity):
        try:
            for line in left.decode().splitlines():
                name, reason = line.split("\t")
                self.left[name][reason] += 1
            chains = [(names[i].decode(), ctypes.string_at(graphs[i], lengths[i])) for i in range(count)]
            for i, (name, module) in enumerate(self._modules(chains)):
                if module:
                    self.fused[name][module] += 1
                    ctypes.memmove(modules + i * capacity, module.encode(), min(len(module), capacity - 1))
        # The graph runs without: what went wrong is told, not lost.
        except Exception as problem:
            self.left["all"][one_line(str(problem) or type(problem).__name__)] += 1

    def _modules(self, chains):
        """(operators, name of the module or "") of each."""
        graphs = [mindir.parse(data) for _, data in chains]
        models = [normalised(graph) for graph in graphs]
        made = build(dict.fromkeys(models))
        for (name, _), graph, model in zip(chains, graphs, models):
            key, problem = made[model]
            try:
                if problem:
                    raise WasmindError("InvalidArgument", problem)
                # As long as the process: graphs look for their nodes' modules when they please.
                self._held[key] = self._held.get(key) or hold(key, name)
                wanted = len(graph.graph.input), len(list(arguments.leaves(mindir.results(graph))))
                if (given := counts(self._held[key])) != wanted:
                    raise WasmindError("InvalidModule", f"the module has {given} inputs and outputs, and the chain {wanted}")
                yield name, key
            except WasmindError as problem:
                self.left[name][str(problem)] += 1
                yield name, ""


def normalised(model):
    """The bytes of a chain without what differs from graph to graph: names, places and times."""
    graph = model.graph
    names = {}
    used = list(dict.fromkeys(node.op_type.removeprefix("REF::") for node in graph.node))
    model.primitives.sort(key=lambda each: used.index(each.name))
    for primitive in model.primitives:
        primitive.name, primitive.instance_name = str(used.index(primitive.name)), ""
        primitive.attribute.sort(key=lambda each: each.name)
    for node in graph.node:
        for output in node.output:
            names[output] = f"n{len(names)}"
    for i, value in enumerate(graph.input):
        names[value.name] = value.name = f"x{i}"
    for node in graph.node:
        node.input[:] = [names.get(each, each) for each in node.input]
        node.output[:] = [names[each] for each in node.output]
        node.name, node.domain = node.output[0], ""
        if node.op_type.startswith("REF::"):
            node.op_type = f"REF::{used.index(node.op_type.removeprefix('REF::'))}"
    for value in graph.output:
        value.name = names.get(value.name, value.name)
    graph.name = "chain"
    del graph.attribute[:]
    return model.SerializeToString(deterministic=True)


# Without winograd: weights are inputs here, and what it computes of them is not kept.
COMPILE = """import sys
from wasmind.compiler import _translate, compile
options = {**compile.__wrapped__.__kwdefaults__, "winograd": False}
del options["time_limit"]
for path in sys.argv[1:]:
    try:
        _translate(path, path + ".wasm", **options)
    except Exception as error:
        open(path + ".error", "w", errors="replace").write(str(error))
"""


def build(models):
    """{model: (what Fused.cpp calls its module, "") or ("", why there is none)}; those that are not in the cache are compiled, side by side.

    The compiler runs in processes of its own, as MindSpore and it have different copies of the same libraries.
    """
    status, folder = library.compiler().stat(), library.cache() / "mindspore_chains"
    keys = {model: hashlib.sha256(repr([status.st_size, status.st_mtime_ns]).encode() + model).hexdigest() for model in models}
    paths = {model: folder / f"{key[:32]}.wasm" for model, key in keys.items()}
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix="chains-", dir=folder) as scratch:
            sources = {model: pathlib.Path(scratch) / f"{keys[model]}.mindir" for model, path in paths.items() if not path.exists()}
            for model, source in sources.items():
                source.write_bytes(model)
            found = [str(source) for source in sources.values()]
            environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
            count = len(os.sched_getaffinity(0))
            workers = [subprocess.Popen([sys.executable, "-c", COMPILE, *found[i::count]], env=environment, stdin=subprocess.DEVNULL,
                                        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) for i in range(min(count, len(found)))]
            codes = [worker.wait() for worker in workers]
            problems = {}
            for model, source in sources.items():
                made, error = source.with_suffix(".mindir.wasm"), source.with_suffix(".mindir.error")
                if made.exists():
                    os.replace(made, paths[model])
                else:
                    problems[model] = error.read_text() if error.exists() else f"the compiler ended with {max(codes, key=abs)}"
            return {model: ("", problems[model]) if model in problems else (f"{keys[model]}:{path}", "") for model, path in paths.items()}
    except OSError as error:
        raise WasmindError("Io", f"{folder}: {error.strerror or error}; WASMIND_CACHE names another folder") from error
