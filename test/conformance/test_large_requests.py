"""Small files that ask for much: each is compiled or refused in little time and memory, and a refusal names what asks."""
import os
import resource
import subprocess

import numpy as np
import pytest
from models import compiled
from onnx import TensorProto, helper, numpy_helper

N = helper.make_node
SECONDS, BYTES = 40, 1 << 30  # seconds of a slow machine; what has no bound takes minutes
F, I64, BOOL = TensorProto.FLOAT, TensorProto.INT64, TensorProto.BOOL


def value(name, shape=None, kind=F):
    return helper.make_tensor_value_info(name, kind, shape)


def weight(name, values, dtype=np.int64):
    return numpy_helper.from_array(np.array(values, dtype), name)


def model(nodes, weights=(), x=(1,), functions=(), opset=17):
    graph = helper.make_graph(nodes, "g", [value("x", list(x))], [value("y")], list(weights))
    domains = [helper.make_opsetid("", opset)] + ([helper.make_opsetid("f", 1)] if functions else [])
    return helper.make_model(graph, opset_imports=domains, functions=list(functions), ir_version=10).SerializeToString()


def filled(kind, weights, summed, **attributes):
    """Something large made of constants, added to the input as it is or as its sum."""
    nodes = [N(kind, [w.name for w in weights], ["big"], **attributes), N("Cast", ["big"], ["float"], to=F)]
    if summed:
        nodes.append(N("ReduceSum", ["float"], ["sum"], keepdims=0))
    return model([*nodes, N("Add", ["x", "sum" if summed else "float"], ["y"])], weights)


def fills(extents):
    a, b = extents
    one = weight("c", [[1.5, 2.5]], np.float32)
    return {
        "Expand": ([weight("c", [[1.5]], np.float32), weight("n", [a, b])], {}),
        "Tile": ([one, weight("n", [a, b])], {}),
        "ConstantOfShape": ([weight("n", [a, b])], {}),
        "Range": ([weight("c", 0), weight("n", a * b), weight("d", 1)], {}),
        "Resize": ([one, weight("r", [], np.float32), weight("s", [], np.float32), weight("n", [a, b])], {"mode": "linear"}),
        "OneHot": ([weight("c", list(range(1000))), weight("n", a * b // 1000), weight("v", [0, 1], np.float32)], {}),
        "Pad": ([weight("c", [1.5, 2], np.float32), weight("n", [0, min(a * b, 2**31)])], {}),
        "HannWindow": ([weight("n", a * b)], {}),
    }


def function(name, nodes):
    return helper.make_function("f", name, ["a"], ["b"], nodes, [helper.make_opsetid("", 17), helper.make_opsetid("f", 1)])


def nested(depth, width, leaf):
    """f(depth) calls f(depth - 1) `width` times, and so on down to the leaf."""
    functions = [function("f0", leaf)]
    for level in range(1, depth):
        names = ["a", *(f"v{i}" for i in range(width - 1)), "b"]
        functions.append(function(f"f{level}", [N(f"f{level - 1}", [i], [o], domain="f") for i, o in zip(names, names[1:])]))
    return model([N(f"f{depth - 1}", ["x"], ["y"], domain="f")], functions=functions)


def loop(trips, scans):
    results = [value("d", [], BOOL), value("b", [1]), *([value("e", [1])] if scans else [])]
    nodes = [N("Add", ["a", "x"], ["b"]), N("Identity", ["c"], ["d"]), *([N("Identity", ["a"], ["e"])] if scans else [])]
    body = helper.make_graph(nodes, "body", [value("i", [], I64), value("c", [], BOOL), value("a", [1])], results)
    return model([N("Loop", ["m" if trips else "", "", "x"], ["z", "y"] if scans else ["y"], body=body)], [weight("m", trips)] if trips else [])


def folds(count):
    """As many sums of a few megabytes of constants."""
    nodes = [n for i in range(count) for n in (N("Add", ["c", f"k{i}"], [f"t{i}"]), N("ReduceSum", [f"t{i}"], [f"s{i}"], keepdims=0))]
    return model([*nodes, N("Sum", ["x", *(f"s{i}" for i in range(count))], ["y"])],
                 [weight("c", np.arange(1 << 20) * 0.5, np.float32), *(weight(f"k{i}", i + 0.5, np.float32) for i in range(count))])


def products(count):
    nodes = [N("MatMul", [f"t{i - 1}" if i else "c", "c"], [f"t{i}"]) for i in range(count)]
    return model([*nodes, N("ReduceSum", [f"t{count - 1}"], ["s"], keepdims=0), N("Add", ["x", "s"], ["y"])],
                 [weight("c", np.random.default_rng(1).random((1000, 1000)) / 500, np.float32)])


def doubled(count, kind):
    names = ["x", *(f"t{i}" for i in range(count))]
    nodes = [N("Concat", [a, a], [b], axis=0) if kind == "Concat" else N("Tile", [a, "r"], [b]) for a, b in zip(names, names[1:])]
    return model([*nodes, N("ReduceSum", [names[-1]], ["y"], keepdims=0)], [weight("r", [3])])


def far():
    """An offset of more than 2^28 elements."""
    graph = helper.make_graph([N("Slice", ["x", "b", "e"], ["y"])], "g", [value("x", [(1 << 28) + (1 << 20)], TensorProto.INT8)], [value("y", None, TensorProto.INT8)],
                              [weight("b", [(1 << 28) + 5]), weight("e", [(1 << 28) + 500])])
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=10).SerializeToString()


def sparse(count):
    tensor = lambda name: helper.make_sparse_tensor(weight(name, [1.0], np.float32), weight(f"{name}i", [5]), [1 << 26])
    graph = helper.make_graph([N("ReduceSum", ["s0"], ["s"], keepdims=0), *(N("Add", [f"y{i}" if i else "x", f"s{i}"], [f"y{i + 1}"]) for i in range(count))],
                              "g", [value("x", [1])], [value(f"y{count}")], sparse_initializer=[tensor(f"s{i}") for i in range(count)])
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=10).SerializeToString()


BIG = weight("", np.arange(1 << 20), np.float32)
TYPED = helper.make_tensor("", F, [1 << 16], np.arange(1 << 16, dtype=np.float32))
# What is to be said of each; nothing: it may compile.
CASES = {
    **{f"{kind} of {a} x {b}{', summed' if summed else ''}": (lambda kind=kind, w=w, at=at, summed=summed: filled(kind, w, summed, **at), ["big"] if a > 1 << 18 and not summed else [])
       for a, b in ((1 << 20, 1 << 19), (1 << 15, 1 << 13)) for kind, (w, at) in fills((a, b)).items() for summed in (False, True)},
    "loop of 2^62 turns": (lambda: loop(1 << 62, False), ["Loop", "never ends", str(1 << 62)]),
    "loop of 2^62 turns, stacking": (lambda: loop(1 << 62, True), ["Loop", "never ends"]),
    "loop without end": (lambda: loop(0, False), ["Loop", "never ends", "nothing says"]),
    "functions that double": (lambda: nested(40, 2, [N("Relu", ["a"], ["b"])]), ["more than 2 million nodes"]),
    "texts in functions": (lambda: nested(9, 10, [N("Constant", [], ["k"], value_string="s" * 1000), N("Relu", ["a"], ["b"])]), ["more than 2 million nodes"]),
    "a large constant in a function": (lambda: nested(3, 16, [N("Constant", [], ["k"], value=BIG), N("Add", ["a", "k"], ["s"]), N("ReduceMax", ["s"], ["b"])]), []),
    "a typed constant in a function": (lambda: nested(3, 60, [N("Constant", [], ["k"], value=TYPED), N("ReduceMax", ["k"], ["s"]), N("Add", ["a", "s"], ["b"])]), []),
    "functions a hundred deep": (lambda: nested(100, 1, [N("Relu", ["a"], ["b"])]), ["more than 64 deep"]),
    "a function of itself": (lambda: model([N("f0", ["x"], ["y"], domain="f")], functions=[function("f0", [N("f0", ["a"], ["b"], domain="f")])]), ["f.f0", "calls itself"]),
    "functions of one another": (lambda: model([N("f0", ["x"], ["y"], domain="f")], functions=[function("f0", [N("f1", ["a"], ["b"], domain="f")]),
                                                                                                 function("f1", [N("f0", ["a"], ["b"], domain="f")])]),
                                 ["calls itself"]),
    "three hundred sums of constants": (lambda: folds(300), []),
    "thirty products of constants": (lambda: products(30), []),
    "doubled forty times": (lambda: doubled(40, "Concat"), ["4 GiB"]),
    "tripled forty times": (lambda: doubled(40, "Tile"), ["more than 2^40"]),
    "a shape of 3000 extents": (lambda: model([N("Reshape", ["x", "s"], ["y"])], [weight("s", [1] * 3000)]), ["3000"]),
    "3000 axes": (lambda: model([N("Unsqueeze", ["x", "s"], ["y"])], [weight("s", range(3000))]), ["rank 3001"]),
    "a shape of 2^31 extents": (lambda: model([N("ConstantOfShape", ["n"], ["s"], value=weight("", [1])), N("ConstantOfShape", ["s"], ["y"])], [weight("n", [2**31 - 1])]), ["2147483647"]),
    "a slice that begins far inside": (lambda: far(), []),
    "sparse tensors": (lambda: sparse(20), ["sparse", "512 MiB"]),
}


def limited():
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_DATA, (3 * BYTES, 3 * BYTES))


def compile_limited(path, *options):
    """(exit code, stderr) of a compile that keeps to the limits."""
    process = subprocess.Popen([compiled.TOOL, "compile", path, "-o", path.with_suffix(".wasm"), *options], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, preexec_fn=limited)
    text = process.stderr.read().decode()
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    assert process.returncode in (0, 1), f"ended with {process.returncode} after {used.ru_utime:.1f} s: {text[-500:]}"
    assert used.ru_maxrss << 10 < BYTES, f"took {used.ru_maxrss >> 10} MiB: {text[-500:]}"
    return process.returncode, text.strip()


@pytest.mark.parametrize("name", CASES)
def test_small_files_take_little(name, tmp_path):
    make, culprits = CASES[name]
    (tmp_path / "large.onnx").write_bytes(make())
    code, text = compile_limited(tmp_path / "large.onnx")
    if code or culprits:
        assert code == 1 and len(text.splitlines()) == 1, text
        assert all(culprit in text for culprit in ["large.onnx", *culprits]), text


HEAD = '<ir_version: 8, opset_import: ["" : 17]> g '
TEXTS = {
    "sequences": HEAD + "(" + "seq(" * 60_000 + "float[2]" + ")" * 60_000 + " x) => (float[2] y) { y = Relu(x) }",
    "sequences that do not end": HEAD + "(" + "seq(" * 60_000,
    "optionals of sequences": HEAD + "(" + "optional(seq(" * 30_000 + "float[2]" + "))" * 30_000 + " x) => (float[2] y) { y = Relu(x) }",
    "attributes": HEAD + "(float[2] x) => (float[2] y) { y = " + "A <x = " * 60_000 + "}",
    "graphs": HEAD + "(float[2] x) => (float[2] y) " + "{ y = If <then_branch = g () => (float[2] y) " * 30_000 + "{ y = Relu(x) }" + "> (x) }" * 30_000,
    "behind a comment": HEAD + '# "\n(' + "seq(" * 60_000,
    "behind a text": HEAD + '(float[2] x) => (float[2] y) { y = Relu <a = "\\\\"> (x) }' + "seq(" * 60_000,
}


@pytest.mark.parametrize("name", TEXTS)
def test_deep_text_is_refused_by_the_reader(name, tmp_path):
    (tmp_path / "deep.onnxtxt").write_text(TEXTS[name])
    code, text = compile_limited(tmp_path / "deep.onnxtxt")
    assert code == 1 and "deep.onnxtxt: not ONNX text: brackets are nested more than 256 deep" in text, text[-500:]


def test_brackets_in_texts_and_comments_are_no_brackets(tmp_path):
    many = "(<[{" * 1000
    (tmp_path / "flat.onnxtxt").write_text(f'<ir_version: 8, opset_import: ["" : 17], producer_name: "{many}\\"{many}"> # {many}\n g (float[2] x) => (float[2] y) {{ y = Relu(x) }}')
    assert compile_limited(tmp_path / "flat.onnxtxt") == (0, "")
