"""f16 and bf16 are rounded where the graph says, once and correctly, whatever is fused (docs/decisions/0014).

Casts and arithmetic are compared with exact rounding (halves.py), bit by bit; operators of several steps by the same operator in
float32 on the same numbers, rounded, and by ONNX Runtime.
"""
import json

import ml_dtypes
import numpy as np
import onnx
import onnxruntime
import pytest
from differential import halves
from models import compiled, numerics
from onnx import TensorProto, helper

TYPES = {
    "f64": (np.float64, TensorProto.DOUBLE), "f32": (np.float32, TensorProto.FLOAT), "f16": (np.float16, TensorProto.FLOAT16),
    "bf16": (ml_dtypes.bfloat16, TensorProto.BFLOAT16), "i64": (np.int64, TensorProto.INT64), "i32": (np.int32, TensorProto.INT32),
    "i16": (np.int16, TensorProto.INT16), "i8": (np.int8, TensorProto.INT8), "u8": (np.uint8, TensorProto.UINT8),
    "bool": (np.bool_, TensorProto.BOOL),
}
TYPES = {name: (np.dtype(dtype), code) for name, (dtype, code) in TYPES.items()}
CODES = {dtype: code for dtype, code in TYPES.values()}


def model(nodes, inputs, outputs, constants=None, opset=20):
    """`inputs`: arrays by name; `outputs`: dtypes by name."""
    def tensor(name, array):
        return helper.make_tensor(name, CODES[array.dtype], array.shape, array.tobytes(), raw=True)

    graph = helper.make_graph(nodes, "case", [helper.make_tensor_value_info(k, CODES[v.dtype], v.shape) for k, v in inputs.items()],
                              [helper.make_tensor_value_info(k, CODES[np.dtype(v)], None) for k, v in outputs.items()],
                              [tensor(k, v) for k, v in (constants or {}).items()])
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", opset)], ir_version=10)


def run(folder, proto, inputs, engine):
    """The outputs of a model by name."""
    dtypes = {o.name: next(d for d, code in CODES.items() if code == o.type.tensor_type.elem_type) for o in proto.graph.output}
    onnx.save(proto, folder / "m.onnx")
    if not (folder / "m.wasm").exists():
        result = compiled.tool("compile", folder / "m.onnx", "-o", folder / "m.wasm")
        assert result.returncode == 0, result.stderr
    np.savez(folder / "in.npz", **inputs)
    result = compiled.tool("run", folder / "m.wasm", f"--engine={engine}", "--inputs", folder / "in.npz", "--outputs", folder / "out.npz")
    assert result.returncode == 0, result.stderr
    arrays = {key.removeprefix("out:"): value for key, value in np.load(folder / "out.npz").items()}
    return {key: value.view(dtypes[key]) if value.dtype.kind == "V" else value for key, value in arrays.items()}


def on_engines(tmp_path, proto, inputs):
    """The outputs on one engine after the other; the module is compiled once."""
    for engine in compiled.ENGINES:
        yield engine, run(tmp_path, proto, inputs, engine)


def samples(dtype):
    """All numbers of small types; of others those around and halfway between halves, and corners."""
    if dtype in halves.HALVES:
        return halves.every(dtype)
    if np.dtype(dtype) == np.bool_:
        return np.array([False, True, True] * 8)
    if dtype.itemsize <= 2:
        return np.arange(np.iinfo(dtype).min, np.iinfo(dtype).max + 1).astype(dtype)
    if dtype.kind == "f":
        values = [[0.0, np.inf, np.nan, 1e30, 3.4e38, 2.0**31, 2.0**63, 127.5, 255.9, 65519.99, 65520.0, 1e-40, 2.0**-134]]
        if dtype.itemsize == 8:
            values.append([1e300, 1e-300, 2.0**-134 + 2.0**-180, 1 + 2.0**-11 + 2.0**-40, 1 + 2.0**-8 + 2.0**-40])
        for half in halves.HALVES:
            here = np.arange(0, 0x7F80 if half == halves.BF16 else 0x7C00, 61, dtype=np.uint16)
            low, high = (bits.view(half).astype(dtype) for bits in (here, here + np.uint16(1)))
            with np.errstate(invalid="ignore"):
                middle = low + (high - low) / dtype.type(2)
            values += [low, middle, np.nextafter(middle, dtype.type(0)), np.nextafter(middle, dtype.type(np.inf))]
        values = np.concatenate([np.asarray(v, dtype) for v in values])
        return np.concatenate([values, -values])
    tops = [eighths << power >> 3 for power in range(8 * dtype.itemsize - 1) for eighths in (8, 9, 11, 15)]
    values = {sign * (top + (1 << part) + offset) for top in tops for part in range(0, top.bit_length(), 3)
              for offset in (-1, 0, 1) for sign in (-1, 1)}
    limits = np.iinfo(dtype)
    return np.array(sorted(v for v in values | {limits.min, limits.max} if limits.min <= v <= limits.max), dtype)


@pytest.mark.parametrize("source", TYPES)
def test_casts_round_once(source, tmp_path):
    """From one type to every other, and through each half to f32 and i32 with the half in registers only."""
    dtype = TYPES[source][0]
    x = samples(dtype)
    nodes, expected = [], {}
    for name, (target, code) in TYPES.items():
        if name != source:
            nodes.append(helper.make_node("Cast", ["x"], [name], to=code))
            expected[name] = halves.cast(x, target)
    for name in ("f16", "bf16"):
        if name == source:
            continue
        nodes.append(helper.make_node("Cast", ["x"], [f"{name}_inside"], to=TYPES[name][1]))
        for back in ("f32", "i32"):
            nodes.append(helper.make_node("Cast", [f"{name}_inside"], [f"{name}_{back}"], to=TYPES[back][1]))
            expected[f"{name}_{back}"] = halves.cast(expected[name], TYPES[back][0])
    proto = model(nodes, {"x": x}, {key: value.dtype for key, value in expected.items()})
    for engine, outputs in on_engines(tmp_path, proto, {"x": x}):
        for key, value in expected.items():
            assert halves.same(outputs[key], value), f"{engine}: {source} to {key}: {first_difference(x, outputs[key], value)}"


def first_difference(x, actual, expected):
    a, b = actual.astype(np.float64), expected.astype(np.float64)
    at = np.flatnonzero(~((a == b) & (np.signbit(a) == np.signbit(b)) | np.isnan(a) & np.isnan(b)))[0]
    return f"{x.ravel()[at] if x.size == a.size else ''} gives {actual.ravel()[at]}, not {expected.ravel()[at]}"


# A chain whose every step rounds: name, operator, operands. `c` is a constant that no half divides without rest.
CHAIN = [("a", "Mul", "x", "y"), ("b", "Add", "a", "c"), ("d", "Div", "b", "y"), ("e", "Sub", "d", "x"), ("f", "Abs", "e"),
         ("g", "Sqrt", "f"), ("h", "Max", "g", "c"), ("i", "Mul", "h", "h"), ("j", "Add", "i", "a")]
STEPS = {"Mul": np.multiply, "Add": np.add, "Div": np.divide, "Sub": np.subtract, "Abs": np.abs, "Sqrt": np.sqrt, "Max": np.maximum}


@pytest.mark.parametrize("name", ["f16", "bf16"])
@pytest.mark.parametrize("kept", ["last", "all"])
def test_a_chain_rounds_at_each_step(name, kept, tmp_path):
    """The same bits whether intermediate results are outputs, too, or live in registers only."""
    dtype = TYPES[name][0]
    generator = np.random.default_rng(3)
    x, y = (halves.rounded(generator.standard_normal((7, 133)), dtype) for _ in range(2))
    values = {"x": x, "y": y, "c": halves.rounded(np.array([1.0 / 3]), dtype)}
    for result, operator, *operands in CHAIN:
        wide = STEPS[operator](*[values[o].astype(np.float32) for o in operands])
        values[result] = halves.rounded(wide, dtype)
    nodes = [helper.make_node(operator, operands, [result]) for result, operator, *operands in CHAIN]
    outputs = {result: dtype for result, *_ in CHAIN} if kept == "all" else {"j": dtype}
    proto = model(nodes, {"x": x, "y": y}, outputs, {"c": values["c"]})
    for engine, actual in on_engines(tmp_path, proto, {"x": x, "y": y}):
        for key in outputs:
            assert halves.same(actual[key], values[key]), f"{engine}: {key}: {first_difference(x, actual[key], values[key])}"


@pytest.mark.parametrize("name", ["f16", "bf16"])
def test_rows_round_at_each_step(name, tmp_path):
    """Reductions and what is fused with them: the last result alone, and with all others as outputs."""
    dtype = TYPES[name][0]
    x = halves.rounded(np.random.default_rng(4).standard_normal((9, 100)) * 9, dtype)
    nodes = [helper.make_node("Mul", ["x", "c"], ["scaled"]), helper.make_node("ReduceMax", ["scaled", "axes"], ["most"]),
             helper.make_node("Sub", ["scaled", "most"], ["shifted"]), helper.make_node("Exp", ["shifted"], ["grown"]),
             helper.make_node("ReduceSum", ["grown", "axes"], ["sum"]), helper.make_node("Div", ["grown", "sum"], ["share"]),
             helper.make_node("MatMul", ["share", "w"], ["product"]), helper.make_node("Add", ["product", "c"], ["out"])]
    constants = {"c": halves.rounded(np.array([0.7]), dtype), "axes": np.array([1]),
                 "w": halves.rounded(np.random.default_rng(5).standard_normal((100, 12)), dtype)}
    results = {}
    for kept in (["out"], [node.output[0] for node in nodes]):
        folder = tmp_path / kept[0]
        folder.mkdir()
        proto = model(nodes, {"x": x}, dict.fromkeys(kept, dtype), constants)
        for engine, actual in on_engines(folder, proto, {"x": x}):
            results[engine, len(kept)] = actual["out"]
    first, *others = results.values()
    for other in others:
        assert halves.same(first, other), first_difference(first, other, first)


def node(operator, *more, outputs=1, **attributes):
    """A node that reads x and the constants `more`."""
    return helper.make_node(operator, ["x", *more], [f"y{i}" if i else "y" for i in range(outputs)], **attributes)


# Operators of several steps, on [2, 6, 8, 8] whose sums and squares are beyond 65504.
LARGE = {
    "AveragePool": node("AveragePool", kernel_shape=[3, 3], strides=[2, 2], pads=[1, 1, 1, 1]),
    "AveragePoolOfPadding": node("AveragePool", kernel_shape=[3, 3], pads=[1, 1, 1, 1], count_include_pad=1),
    "GlobalAveragePool": node("GlobalAveragePool"),
    "LpPool": node("LpPool", kernel_shape=[2, 2], p=1),
    "ReduceMean": node("ReduceMean", "axes"),
    "ReduceL2": node("ReduceL2", "axes"),
    "ReduceLogSum": node("ReduceLogSum", "axes"),
    "ReduceLogSumExp": node("ReduceLogSumExp", "axes"),
    "Softmax": node("Softmax", axis=1),
    "LogSoftmax": node("LogSoftmax", axis=2),
    "LayerNormalization": node("LayerNormalization", "ramp8", "ramp8"),
    "InstanceNormalization": node("InstanceNormalization", "ramp6", "ramp6"),
    "MeanVarianceNormalization": node("MeanVarianceNormalization"),
    "LpNormalization": node("LpNormalization", axis=1),
    "BatchNormalization": node("BatchNormalization", "ramp6", "ramp6", "ramp6", "ramp6"),
    "Mean": node("Mean", "x", "x"),
    "HardSigmoid": node("HardSigmoid"),
    "Resize": node("Resize", "", "scales", mode="linear"),
}
# On numbers around 1.
SMALL = {
    "ReduceSumSquare": node("ReduceSumSquare", "axes"), "GlobalLpPool": node("GlobalLpPool"), "LRN": node("LRN", size=3),
    "Gelu": node("Gelu"), "GeluTanh": node("Gelu", approximate="tanh"), "HardSwish": node("HardSwish"), "Elu": node("Elu", alpha=0.3),
    "Selu": node("Selu"), "Celu": node("Celu", alpha=0.7), "Mish": node("Mish"), "Softplus": node("Softplus"),
    "Softsign": node("Softsign"), "Shrink": node("Shrink", lambd=0.3, bias=0.1), "ThresholdedRelu": node("ThresholdedRelu", alpha=0.3),
    "LeakyRelu": node("LeakyRelu", alpha=0.1), "Sum": node("Sum", "x", "x"),
}
CASES = {name: (case, 1000.0) for name, case in LARGE.items()} | {name: (case, 1.0) for name, case in SMALL.items()}


def constants_for(case, dtype):
    shared = {"axes": np.array([2, 3]), "scales": np.array([1, 1, 2, 1.5], np.float32)}
    shared |= {f"ramp{n}": (np.arange(n) / n + 0.3).astype(dtype) for n in (6, 8)}
    return {key: value for key, value in shared.items() if key in case.input}


@pytest.mark.parametrize("name", ["f16", "bf16"])
@pytest.mark.parametrize("case", CASES)
def test_operators_of_several_steps_are_float32_inside(case, name, tmp_path):
    nodes, size = CASES[case]
    dtype, opset = TYPES[name][0], 20
    x = halves.rounded(np.random.default_rng(6).standard_normal((2, 6, 8, 8)) * size + size, dtype)
    if case.startswith("ReduceLogSum") and size > 1:
        x = np.abs(x)
    constants = constants_for(nodes, dtype)
    proto = model([nodes], {"x": x}, {"y": dtype}, constants, opset)
    wide_x = x.astype(np.float32)
    wide_constants = {k: v.astype(np.float32) if v.dtype == dtype else v for k, v in constants.items()}
    wide = model([nodes], {"x": wide_x}, {"y": np.float32}, wide_constants, opset)
    (tmp_path / "wide").mkdir()
    (tmp_path / "half").mkdir()
    reference = onnxruntime.InferenceSession(wide.SerializeToString(), providers=["CPUExecutionProvider"]).run(None, {"x": wide_x})[0]
    for engine in compiled.ENGINES:
        actual = run(tmp_path / "half", proto, {"x": x}, engine)["y"]
        expected = run(tmp_path / "wide", wide, {"x": wide_x}, engine)["y"]
        assert np.isfinite(expected).all() and np.isfinite(actual.astype(np.float32)).all()
        assert halves.same(actual, halves.rounded(expected, dtype)), f"{engine}: {first_difference(x, actual, halves.rounded(expected, dtype))}"
        numerics.check(actual.astype(np.float32), reference, f"{engine}: {case}", 4e-3 if name == "f16" else 2e-2)


@pytest.mark.parametrize("operator,gates", [("RNN", 1), ("GRU", 3), ("LSTM", 4)])
def test_recurrent_states_are_float32(operator, gates, tmp_path):
    generator = np.random.default_rng(7)
    inputs = {"x": generator.standard_normal((12, 2, 5))}
    constants = {"w": generator.standard_normal((1, gates * 4, 5)), "r": generator.standard_normal((1, gates * 4, 4))}
    inputs, constants = ({k: halves.rounded(v, halves.F16) for k, v in part.items()} for part in (inputs, constants))
    results = {}
    for dtype in (np.float16, np.float32):
        folder = tmp_path / np.dtype(dtype).name
        folder.mkdir()
        given = {k: v.astype(dtype) for k, v in inputs.items()}
        proto = model([node(operator, "w", "r", hidden_size=4)], given, {"y": dtype}, {k: v.astype(dtype) for k, v in constants.items()})
        results[dtype] = run(folder, proto, given, "wasmtime")["y"]
    expected = halves.rounded(results[np.float32], halves.F16)
    assert halves.same(results[np.float16], expected), first_difference(expected, results[np.float16], expected)


PRODUCTS = {  # operands, attributes; the second operand is constant but for "computed"
    "Conv": {"3x3": ((1, 32, 28, 28), (32, 32, 3, 3), {"pads": [1] * 4}), "pointwise": ((1, 16, 9, 9), (24, 16, 1, 1), {}),
             "depthwise": ((1, 16, 9, 9), (16, 1, 3, 3), {"group": 16}), "odd": ((2, 3, 11, 9), (5, 3, 3, 3), {"strides": [2, 2]})},
    "MatMul": {"weights": ((2, 7, 33), (33, 24), {}), "computed": ((3, 9, 16), (3, 16, 8), {}), "row": ((1, 40), (40, 16), {})},
    "Gemm": {"transposed": ((5, 40), (16, 40), {"transB": 1})},
}


def exact(operator, a, b, attributes):
    """In double precision, or ONNX Runtime's float32."""
    if operator == "Conv":
        a, b = a.astype(np.float32), b.astype(np.float32)
        proto = model([helper.make_node("Conv", ["a", "b"], ["y"], **attributes)], {"a": a, "b": b}, {"y": np.float32})
        return onnxruntime.InferenceSession(proto.SerializeToString(), providers=["CPUExecutionProvider"]).run(None, {"a": a, "b": b})[0]
    return np.matmul(a, b.T if attributes.get("transB") else b)


@pytest.mark.parametrize("dtype", halves.HALVES, ids=str)
@pytest.mark.parametrize("operator,case", [(operator, case) for operator, cases in PRODUCTS.items() for case in cases])
def test_products_are_summed_in_float32(operator, case, dtype, tmp_path):
    """Rounded once, by the kernels of f32; a module holds the weights as halves."""
    left, right, attributes = PRODUCTS[operator][case]
    random = np.random.default_rng(3)
    a, b = (random.standard_normal(shape).astype(dtype) for shape in (left, right))
    isComputed = case == "computed"
    proto = model([helper.make_node(operator, ["a", "b"], ["y"], **attributes)], {"a": a, **({"b": b} if isComputed else {})}, {"y": dtype},
                  {} if isComputed else {"b": b}, opset=22)
    wanted = exact(operator, a.astype(np.float64), b.astype(np.float64), attributes)
    unit = 2.0 ** -(10 if np.dtype(dtype) == np.float16 else 7)
    for engine, outputs in on_engines(tmp_path, proto, {"a": a, **({"b": b} if isComputed else {})}):
        error = np.abs(outputs["y"].astype(np.float64) - wanted)
        assert (error <= 0.51 * unit * 2.0 ** np.ceil(np.log2(np.abs(wanted) + 1e-9)) + 1e-4).all(), engine
    shown = json.loads(compiled.tool("inspect", tmp_path / "m.wasm", "--json").stdout)
    assert not any("naive" in kernel["name"] for kernel in shown["kernels"]), shown["kernels"]
    if not isComputed and case != "depthwise":
        assert shown["weightBytes"] <= b.nbytes + 256
