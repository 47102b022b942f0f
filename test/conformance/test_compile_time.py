"""Compiling takes about as long as a model is long, also where all of it could be one kernel."""
import os
from types import SimpleNamespace

import numpy as np
import onnx
import pytest
import wasmind
from models import compiled, numerics
from onnx import TensorProto, helper

RNG = np.random.default_rng(0)


def value(name, shape):
    return helper.make_tensor_value_info(name, TensorProto.FLOAT, shape)


def chain(count, step, shape=(16,), more=()):
    """x -> step(0) -> step(1) ... -> y; `step` gives a node's operator, operands after the first and attributes."""
    nodes = []
    for i in range(count):
        kind, others, attributes = step(i)
        nodes.append(helper.make_node(kind, ["x" if i == 0 else f"v{i}", *others], ["y" if i == count - 1 else f"v{i + 1}"], **attributes))
    return SimpleNamespace(nodes=nodes, inputs=[value("x", shape), *more], outputs=[value("y", shape)], constants=[])


def sines(count):
    return chain(count, lambda i: ("Sin", [], {}))


def sums(count):
    return chain(count, lambda i: ("Add", ["c"], {}), more=[value("c", (16,))])


def different_sums(count):
    """Kernels of which no two are equal."""
    model = chain(count, lambda i: ("Add", [f"c{i}"], {}))
    model.constants = [onnx.numpy_helper.from_array(np.float32(i % 7 + i / count), f"c{i}") for i in range(count)]
    return model


def differences(count):
    """Every tensor has two readers."""
    return chain(count, lambda i: ("Sub", ["c" if i == 0 else "x" if i == 1 else f"v{i - 1}"], {}), more=[value("c", (16,))])


def wide_concat(count):
    return SimpleNamespace(nodes=[helper.make_node("Concat", [f"x{i}" for i in range(count)], ["y"], axis=0)], constants=[],
                           inputs=[value(f"x{i}", [2]) for i in range(count)], outputs=[value("y", [2 * count])])


def wide_sum(count):
    model = chain(count, lambda i: ("Add", [f"x{i}"], {}), more=[value(f"x{i}", (16,)) for i in range(count)])
    return model


def named_extents(count):
    return SimpleNamespace(nodes=[helper.make_node("Relu", [f"x{i}"], [f"y{i}"]) for i in range(count)], constants=[],
                           inputs=[value(f"x{i}", [f"d{i}"]) for i in range(count)], outputs=[value(f"y{i}", [f"d{i}"]) for i in range(count)])


def named_concats(count):
    inputs = [value(f"{side}{i}", [f"{side}{i}", 4]) for i in range(count) for side in "ab"]
    return SimpleNamespace(nodes=[helper.make_node("Concat", [f"a{i}", f"b{i}"], [f"y{i}"], axis=0) for i in range(count)], constants=[],
                           inputs=inputs, outputs=[value(f"y{i}", [None, 4]) for i in range(count)])


def softmaxes(count):
    return chain(count, lambda i: ("Softmax", [], {}), (4, 16))


def folded_products(count):
    """Products of constants, which cost the compiler more than the run."""
    model = chain(count, lambda i: ("MatMul", ["w"], {}), (512, 512))
    model.nodes[0].input[0] = "w"
    model.nodes.append(helper.make_node("MatMul", ["x", "y"], ["z"]))
    model.outputs = [value("z", (512, 512))]
    model.constants = [onnx.numpy_helper.from_array(RNG.standard_normal((512, 512)).astype(np.float32), "w")]
    return model


def counted(count):
    """Extents that the run computes."""
    return SimpleNamespace(nodes=[helper.make_node("NonZero", [f"x{i}"], [f"y{i}"]) for i in range(count)], constants=[],
                           inputs=[value(f"x{i}", [8]) for i in range(count)],
                           outputs=[helper.make_tensor_value_info(f"y{i}", TensorProto.INT64, [1, None]) for i in range(count)])


def equal_extents(count):
    """Named extents that must be equal, as they meet."""
    names = [f"x{i}" for i in range(count + 1)]
    nodes = [helper.make_node("Add", ["x0" if i == 0 else f"s{i}", names[i + 1]], [f"s{i + 1}"]) for i in range(count)]
    return SimpleNamespace(nodes=nodes, constants=[], inputs=[value(name, [f"d{name}", 4]) for name in names], outputs=[value(f"s{count}", [None, 4])])


def pools(count):
    return chain(count, lambda i: ("MaxPool", [], dict(kernel_shape=[3, 3], pads=[1, 1, 1, 1])), (1, 2, "h", "w"))


def write(model, path):
    for output in model.outputs:
        if model.nodes[0].op_type == "MaxPool":
            for dim in output.type.tensor_type.shape.dim[2:]:
                dim.Clear()
    graph = helper.make_graph(model.nodes, "g", model.inputs, model.outputs, model.constants)
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8), path)
    return path


def processor_time(path, output, *options):
    """User seconds of one compilation: other programs of the machine count little."""
    command = [compiled.TOOL, "compile", path, "-o", output, "-q", *options]
    process = os.posix_spawn(command[0], [str(part) for part in command], os.environ)
    _, status, usage = os.wait4(process, 0)
    assert os.waitstatus_to_exitcode(status) == 0
    return usage.ru_utime, usage.ru_maxrss / 1024


def reference_time(folder):
    """What a model of one node takes."""
    path = write(sums(1), folder / "one.onnx")
    return min(processor_time(path, folder / "one.wasm")[0] for _ in range(3))


# How many nodes take a few tenths of a second.
LENGTHS = {sines: 1500, sums: 8000, different_sums: 1000, differences: 1500, wide_concat: 1200, wide_sum: 1200, softmaxes: 400,
           folded_products: 6, named_extents: 150, named_concats: 50, equal_extents: 30, counted: 40, pools: 600}


@pytest.mark.parametrize("build", LENGTHS, ids=lambda build: build.__name__)
def test_twice_as_long_takes_about_twice_the_time(build, tmp_path):
    short, long = (write(build(LENGTHS[build] * factor), tmp_path / f"{factor}.onnx") for factor in (1, 2))
    output = tmp_path / "out.wasm"
    for _ in range(4):  # another program may have had the cache
        reference = reference_time(tmp_path)
        (first, _), (second, megabytes) = processor_time(short, output), processor_time(long, output)
        ratio = (second - reference) / max(first - reference, reference)
        if ratio < 3 and second < 80 * reference:
            break
    assert ratio < 3, f"{first:.2f} s, then {second:.2f} s"
    assert second < 80 * reference, f"{second:.2f} s, where one node takes {reference:.2f} s"
    assert megabytes < 1024


@pytest.mark.parametrize("build, expected", [
    (sines, None), (sums, lambda x: x["x"] + 700 * x["c"]), (wide_sum, lambda x: sum(x.values())),
    (wide_concat, lambda x: np.concatenate(list(x.values()))), (differences, None),
], ids=lambda value: getattr(value, "__name__", ""))
def test_what_is_cut_computes_the_same(build, expected, tmp_path):
    model = build(700)
    inputs = {i.name: RNG.integers(-4, 5, [d.dim_value for d in i.type.tensor_type.shape.dim]).astype(np.float32) for i in model.inputs}
    if expected is None:
        seen = dict(inputs)
        for node in model.nodes:
            operands = [seen[name] for name in node.input]
            seen[node.output[0]] = np.sin(operands[0]) if node.op_type == "Sin" else operands[0] - operands[1]
        result = seen["y"]
    else:
        result = expected(inputs)
    actual = wasmind.compile(write(model, tmp_path / "cut.onnx")).run(inputs)["y"]
    numerics.check(actual, result, build.__name__)
