"""Graphs and shapes that tools write and that the specification allows, or nearly: numbers as ONNX Runtime has them, on each engine."""
import itertools

import numpy as np
import onnx
import onnxruntime
import pytest
from models import compiled, numerics
from onnx import TensorProto, helper, numpy_helper

GENERATOR = np.random.default_rng(11)


def floats(*shape):
    return GENERATOR.standard_normal(shape).astype(np.float32)


def graph(nodes, inputs, outputs, constants=None, opset=17):
    """A model; `inputs` {name: shape of floats or (dtype, shape)}, `outputs` names."""
    def value(name, kind):
        dtype, shape = kind if isinstance(kind, tuple) else (np.float32, kind)
        return helper.make_tensor_value_info(name, helper.np_dtype_to_tensor_dtype(np.dtype(dtype)), shape)
    made = helper.make_graph(nodes, "graphs", [value(*entry) for entry in inputs.items()],
                             [helper.make_empty_tensor_value_info(name) for name in outputs],
                             [numpy_helper.from_array(np.asarray(a), n) for n, a in (constants or {}).items()])
    return helper.make_model(made, opset_imports=[helper.make_opsetid("", opset)], ir_version=10)


def compile_model(model, folder, *options):
    onnx.save(model, folder / "m.onnx")
    return compiled.tool("compile", folder / "m.onnx", "-o", folder / "m.wasm", *options)


def run(folder, inputs):
    """{engine: {output: array}} of the module in the folder."""
    np.savez(folder / "in.npz", **inputs)
    results = {}
    for engine in compiled.ENGINES:
        done = compiled.tool("run", folder / "m.wasm", f"--engine={engine}", "--inputs", folder / "in.npz", "--outputs", folder / "out.npz")
        assert done.returncode == 0, done.stderr
        results[engine] = {name.removeprefix("out:"): value for name, value in np.load(folder / "out.npz").items()}
    return results


def oracle(model, inputs):
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3
    session = onnxruntime.InferenceSession(model.SerializeToString(), options, providers=["CPUExecutionProvider"])
    names = [output.name for output in session.get_outputs()]
    return dict(zip(names, session.run(names, inputs)))


def agree(model, folder, cases, *options, expected=None):
    """Compiles once and compares each case, given as {input: array}."""
    result = compile_model(model, folder, *options)
    assert result.returncode == 0, result.stderr
    for inputs in cases:
        wanted = expected or oracle(model, inputs)
        for engine, actual in run(folder, inputs).items():
            assert set(actual) == set(wanted)
            for name, value in wanted.items():
                numerics.check(actual[name], value, f"{engine}: {name} of {[a.shape for a in inputs.values()]}")


# --- windows over extents that are known at run time

WINDOWS = [(kernel, stride) for kernel in ((3, 3), (1, 2), (2, 5)) for stride in ((2, 2), (3, 1), (4, 3))]


@pytest.mark.parametrize("mode", ["SAME_UPPER", "SAME_LOWER"])
@pytest.mark.parametrize("operator", ["Conv", "ConvTranspose", "MaxPool", "AveragePool", "LpPool"])
def test_same_pads_of_run_time_extents(operator, mode, tmp_path):
    for number, (kernel, stride) in enumerate(WINDOWS):
        if "Pool" in operator and any(k < s for k, s in zip(kernel, stride)):
            continue  # ONNX Runtime's pools refuse them
        folder = tmp_path / str(number)
        folder.mkdir()
        attributes = {"auto_pad": mode, "strides": stride, "kernel_shape": kernel}
        weights = {}
        if operator.startswith("Conv"):
            if operator == "ConvTranspose" and any(k < s for k, s in zip(kernel, stride)):
                attributes["output_padding"] = [max(s - k, 0) for k, s in zip(kernel, stride)]
            weights = {"w": floats(2, 2, *kernel)}
        model = graph([helper.make_node(operator, ["x", *weights], ["y"], **attributes)], {"x": [1, 2, "h", "w"]}, ["y"], weights)
        cases = [{"x": floats(1, 2, h, w)} for h, w in ((1, 1), (2, 7), (5, 4), (9, 12))]
        agree(model, folder, cases, "--dim", "h=1..9", "--dim", "w=1..12")


@pytest.mark.parametrize("operator", ["MaxPool", "AveragePool"])
def test_rounding_up_run_time_extents(operator, tmp_path):
    """ceil_mode where the last window may begin in the padding, which then does not exist."""
    for counts in ((0, 1) if operator == "AveragePool" else (None,)):
        folder = tmp_path / str(counts)
        folder.mkdir()
        attributes = {} if counts is None else {"count_include_pad": counts}
        node = helper.make_node(operator, ["x"], ["y"], kernel_shape=[2, 3], strides=[2, 3], pads=[1, 1, 1, 2], ceil_mode=1, **attributes)
        model = graph([node], {"x": [1, 2, "h", "w"]}, ["y"], opset=22)
        agree(model, folder, [{"x": floats(1, 2, h, w)} for h, w in itertools.product((2, 3, 4, 7), (3, 4, 5, 8))], "--dim", "h=2..7", "--dim", "w=3..8")


@pytest.mark.parametrize("mode", ["SAME_UPPER", "NOTSET"])
def test_transposed_convolution_cut_to_a_shape(mode, tmp_path):
    node = helper.make_node("ConvTranspose", ["x", "w"], ["y"], strides=[2, 2], output_shape=[5, 7], auto_pad=mode)
    model = graph([node], {"x": [1, 2, "h", "w"]}, ["y"], {"w": floats(2, 3, 3, 2)}, opset=11)
    agree(model, tmp_path, [{"x": floats(1, 2, h, w)} for h, w in ((2, 4), (3, 5), (4, 6))], "--dim", "h=2..6", "--dim", "w=4..8")


def test_quantised_convolution_pads_with_its_zero_point(tmp_path):
    node = helper.make_node("ConvInteger", ["x", "w", "z"], ["y"], auto_pad="SAME_UPPER", strides=[2, 2])
    model = graph([node], {"x": (np.uint8, [1, 2, "h", "w"])}, ["y"],
                  {"w": GENERATOR.integers(0, 255, (2, 2, 3, 3)).astype(np.uint8), "z": np.uint8(7)}, opset=10)
    cases = [{"x": GENERATOR.integers(0, 255, (1, 2, h, w)).astype(np.uint8)} for h, w in ((1, 2), (4, 5), (6, 6))]
    agree(model, tmp_path, cases, "--dim", "h=1..6", "--dim", "w=1..6")


# --- sampling

@pytest.mark.parametrize("padding", ["zeros", "border", "reflection"])
@pytest.mark.parametrize("mode", ["linear", "nearest", "cubic"])
@pytest.mark.parametrize("align", [0, 1])
def test_grid_sample(mode, padding, align, tmp_path):
    node = helper.make_node("GridSample", ["x", "g"], ["y"], mode=mode, padding_mode=padding, align_corners=align)
    model = graph([node], {"x": [2, 3, "h", 5], "g": [2, 4, 3, 2]}, ["y"], opset=20)
    cases = [{"x": floats(2, 3, h, 5), "g": GENERATOR.uniform(-2.5, 2.5, (2, 4, 3, 2)).astype(np.float32)} for h in (2, 4)]
    agree(model, tmp_path, cases, "--dim", "h=1..4")


@pytest.mark.parametrize("mode", ["linear", "nearest"])
def test_grid_sample_of_volumes(mode, tmp_path):
    node = helper.make_node("GridSample", ["x", "g"], ["y"], mode=mode)
    model = graph([node], {"x": [1, 2, 3, 4, 5], "g": [1, 2, 3, 2, 3]}, ["y"], opset=20)
    agree(model, tmp_path, [{"x": floats(1, 2, 3, 4, 5), "g": GENERATOR.uniform(-1.3, 1.3, (1, 2, 3, 2, 3)).astype(np.float32)}])


@pytest.mark.parametrize("batch", [1, 3])
@pytest.mark.parametrize("align,size", [(0, (4, 5)), (0, (1, 3)), (0, (2, 3, 4)), (1, (4, 5)), (1, (2, 3, 4))])
def test_affine_grid(align, size, batch, tmp_path):
    theta = floats(batch, len(size), len(size) + 1)
    node = helper.make_node("AffineGrid", ["t", "s"], ["y"], align_corners=align)
    model = graph([node], {"t": list(theta.shape)}, ["y"], {"s": np.array([batch, 2, *size], np.int64)}, opset=20)
    agree(model, tmp_path, [{"t": theta}])


@pytest.mark.parametrize("opset,attributes", [
    (16, {"sampling_ratio": 2}), (16, {}), (10, {"spatial_scale": 0.5}), (16, {"mode": "max", "sampling_ratio": 3}), (16, {"mode": "max"}),
    (16, {"coordinate_transformation_mode": "output_half_pixel", "sampling_ratio": 1}),
])
def test_roi_align(opset, attributes, tmp_path):
    node = helper.make_node("RoiAlign", ["x", "r", "b"], ["y"], output_height=3, output_width=2, **attributes)
    model = graph([node], {"x": [2, 3, 7, 9], "r": ["n", 4], "b": (np.int64, ["n"])}, ["y"], opset=opset)
    corners = np.sort(GENERATOR.uniform(-1, 10, (5, 2, 2)), axis=1).reshape(5, 4).astype(np.float32)
    corners[4] = [3, 3, 3, 3]
    agree(model, tmp_path, [{"x": floats(2, 3, 7, 9), "r": corners, "b": np.array([0, 1, 1, 0, 1])}], "--dim", "n=1..6")


@pytest.mark.parametrize("attributes", [{}, {"sorted": 0}, {"axis": 0}, {"axis": 1, "sorted": 0}])
def test_unique_of_constants(attributes, tmp_path):
    names = ["y", "first", "inverse", "counts"]
    model = graph([helper.make_node("Unique", ["c"], names, **attributes), helper.make_node("Cast", ["y"], ["z"], to=TensorProto.FLOAT)],
                  {"x": [1]}, [*names, "z"], {"c": np.array([[3, 1, 3], [-2, 5, -2], [3, 1, 3]], np.int64)})
    agree(model, tmp_path, [{"x": floats(1)}])


def test_no_boxes_are_selected_by_default(tmp_path):
    model = graph([helper.make_node("NonMaxSuppression", ["b", "s"], ["y"])], {"b": [1, 4, 4], "s": [1, 1, 4]}, ["y"])
    agree(model, tmp_path, [{"b": floats(1, 4, 4), "s": floats(1, 1, 4)}])


@pytest.mark.parametrize("dtype", ["FLOAT", "FLOAT16", "BFLOAT16", "DOUBLE"])
def test_log_sum_exp_of_infinities(dtype, tmp_path):
    """Of a row of -inf it is -inf, of a row with inf it is inf."""
    nodes = [helper.make_node("Cast", ["x"], ["a"], to=getattr(TensorProto, dtype)), helper.make_node("ReduceLogSumExp", ["a"], ["b"], axes=[1], keepdims=0),
             helper.make_node("Cast", ["b"], ["y"], to=TensorProto.FLOAT)]
    inf = np.inf
    rows = np.array([[-inf, -inf, -inf], [0, inf, -inf], [inf, inf, 1], [3, -inf, -inf], [np.nan, inf, 0]], np.float32)
    agree(graph(nodes, {"x": [5, 3]}, ["y"]), tmp_path, [{"x": rows}], expected={"y": np.array([-inf, inf, inf, 3, np.nan], np.float32)})


# --- names and order

def test_nodes_out_of_order(tmp_path):
    nodes = [helper.make_node("Add", ["b", "c"], ["y"]), helper.make_node("Exp", ["a"], ["b"]),
             helper.make_node("If", ["q"], ["c"], then_branch=helper.make_graph([helper.make_node("Neg", ["b"], ["t"])], "then", [],
                              [helper.make_tensor_value_info("t", TensorProto.FLOAT, [3])]),
                              else_branch=helper.make_graph([helper.make_node("Abs", ["a"], ["e"])], "else", [],
                              [helper.make_tensor_value_info("e", TensorProto.FLOAT, [3])])),
             helper.make_node("Neg", ["x"], ["a"])]
    model = graph(nodes, {"x": [3], "q": (np.bool_, [])}, ["y"])
    x = floats(3)
    for q in (True, False):
        agree(model, tmp_path, [{"x": x, "q": np.array(q)}], expected={"y": np.exp(-x) + (-np.exp(-x) if q else np.abs(x))})


def test_outputs_that_are_one_value(tmp_path):
    """A name listed twice is one output; one value under two names, an input and a constant as outputs are themselves."""
    nodes = [helper.make_node("Neg", ["x"], ["y"]), helper.make_node("Identity", ["y"], ["z"]), helper.make_node("Identity", ["x"], ["w"])]
    model = graph(nodes, {"x": [3]}, ["y", "y", "z", "x", "w", "c", "y"], {"c": np.arange(4, dtype=np.int64)})
    x = floats(3)
    agree(model, tmp_path, [{"x": x}], expected={"y": -x, "z": -x, "x": x, "w": x, "c": np.arange(4)})
    result = compile_model(model, tmp_path)
    assert "output 'y' is listed more than once" in result.stdout + result.stderr


def test_dimensions_named_like_expressions(tmp_path):
    """An input whose extent is named 'n + 1' has one more than n."""
    nodes = [helper.make_node("Concat", ["x", "one"], ["y"], axis=0), helper.make_node("Neg", ["m"], ["z"])]
    model = graph(nodes, {"x": ["n"], "m": ["n + 1"]}, ["y", "z"], {"one": np.ones(1, np.float32)})
    agree(model, tmp_path, [{"x": floats(2), "m": floats(3)}, {"x": floats(4), "m": floats(5)}])
    with pytest.raises(AssertionError, match="axis 0 of input 'm' must be n \\+ 1 = 3, not 5"):
        agree(model, tmp_path, [{"x": floats(2), "m": floats(5)}])


# --- loops

def loop(body, inputs, outputs, condition="co"):
    carried, rows = outputs
    return helper.make_graph(body, "body",
                             [helper.make_tensor_value_info("i", TensorProto.INT64, []), helper.make_tensor_value_info("ci", TensorProto.BOOL, []),
                              *[helper.make_tensor_value_info(name, TensorProto.FLOAT, shape) for name, shape in inputs.items()]],
                             [helper.make_tensor_value_info(condition, TensorProto.BOOL, []),
                              *[helper.make_tensor_value_info(name, TensorProto.FLOAT, None) for name in (*carried, *rows)]])


@pytest.mark.parametrize("trips", [0, 1, 2, 16, 17])
def test_loops_that_end_by_their_data(trips, tmp_path):
    body = loop([helper.make_node("Add", ["v", "one"], ["v2"]), helper.make_node("ReduceSum", ["v2"], ["s"], keepdims=0),
                 helper.make_node("Less", ["s", "ten"], ["co"])], {"v": [3]}, (["v2"], []))
    model = graph([helper.make_node("Loop", ["m", "c", "x"], ["y"], body=body)], {"x": [3]}, ["y"],
                  {"m": np.int64(trips), "c": np.array(True), "one": np.float32(1), "ten": np.float32(10)}, opset=13)
    agree(model, tmp_path, [{"x": np.array([a, 0, 1], np.float32)} for a in (-20, 0, 9)])


@pytest.mark.parametrize("trips,ends", [(1, "data"), (0, "never"), (3, "never"), (20, "never"), (20, "count"), (16, "count"), (None, "count")])
def test_rows_of_loops(trips, ends, tmp_path):
    """Scan outputs, also without a number of iterations at all."""
    nodes = {"data": [helper.make_node("ReduceSum", ["v2"], ["s"], keepdims=0), helper.make_node("Less", ["s", "ten"], ["co"])],
             "never": [helper.make_node("Identity", ["ci"], ["co"])], "count": [helper.make_node("Less", ["i", "two"], ["co"])]}[ends]
    body = loop([helper.make_node("Add", ["v", "one"], ["v2"]), *nodes, helper.make_node("Identity", ["v2"], ["r"])], {"v": [3]}, (["v2"], ["r"]))
    constants = {"m": np.int64(trips or 0), "c": np.array(True), "one": np.float32(1), "ten": np.float32(10), "two": np.int64(2)}
    model = graph([helper.make_node("Loop", ["" if trips is None else "m", "c", "x"], ["y", "rows"], body=body)], {"x": [3]}, ["y", "rows"], constants, opset=13)
    agree(model, tmp_path, [{"x": floats(3)}])


@pytest.mark.parametrize("trips", [5, 20, None])
def test_rows_of_a_number_of_iterations_that_depends_on_data(trips, tmp_path):
    body = loop([helper.make_node("Add", ["v", "one"], ["v2"]), helper.make_node("ReduceSum", ["v2"], ["s"], keepdims=0),
                 helper.make_node("Less", ["s", "ten"], ["co"]), helper.make_node("Identity", ["v2"], ["r"])], {"v": [3]}, (["v2"], ["r"]))
    constants = {"m": np.int64(trips or 0), "c": np.array(True), "one": np.float32(1), "ten": np.float32(10)}
    model = graph([helper.make_node("Loop", ["" if trips is None else "m", "c", "x"], ["y", "rows"], body=body)], {"x": [3]}, ["y", "rows"], constants, opset=13)
    agree(model, tmp_path, [{"x": np.full(3, value, np.float32)} for value in (-3.5, 0, 2, 9)])


def test_scan_of_opset_8_has_a_batch(tmp_path):
    """Each entry of the batch is scanned by itself: running sums, forwards and backwards."""
    value = lambda name: helper.make_tensor_value_info(name, TensorProto.FLOAT, [3])
    body = helper.make_graph([helper.make_node("Add", ["s", "a"], ["t"]), helper.make_node("Sub", ["t", "b"], ["r"])], "body",
                             [value("s"), value("a"), value("b")], [value("t"), value("r")])
    model = graph([helper.make_node("Scan", ["", "s0", "x", "y"], ["last", "rows"], num_scan_inputs=2, directions=[0, 1], body=body)],
                  {"s0": ["n", 3], "x": ["n", 5, 3], "y": ["n", 5, 3]}, ["last", "rows"], opset=8)
    for n in (1, 4):
        s, x, y = floats(n, 3), floats(n, 5, 3), floats(n, 5, 3)
        sums = s[:, None] + np.cumsum(x, 1)
        agree(model, tmp_path, [{"s0": s, "x": x, "y": y}], expected={"last": sums[:, -1], "rows": sums - y[:, ::-1]})


# --- convolutions that give each channel an output of its own

@pytest.mark.parametrize("extents", [("n", 8, 13, 8), ("n", 8, "h", "w")])
@pytest.mark.parametrize("operator, kernel", [("Conv", 3), ("Conv", 5), ("ConvTranspose", 3)])
def test_pads_of_depthwise_convolutions(operator, kernel, extents, tmp_path):
    """Any pads at either end: what lies behind an image is the next one, and is not read."""
    nodes, constants = [], {"w": floats(8, 1, kernel, kernel)}
    for top, bottom, left, right in itertools.product(range(3), range(3), range(2), range(2)):
        for stride in (1, 2, 3) if (top + bottom + left + right) % 2 else (2,):
            nodes.append(helper.make_node(operator, ["x", "w"], [f"y{len(nodes)}"], group=8, pads=[top, left, bottom, right], strides=[stride] * 2))
    model = graph(nodes, {"x": list(extents)}, [node.output[0] for node in nodes], constants)
    agree(model, tmp_path, [{"x": floats(2, 8, 13, 8)}], "--dim=n=1..2", *(["--dim=h=8..16", "--dim=w=8..16"] if "h" in extents else []))


# --- rows by ones and zeros

@pytest.mark.parametrize("form", ["OneHot", "Equal"])
@pytest.mark.parametrize("dtype", [np.int64, np.int32, np.uint8, np.int8])
@pytest.mark.parametrize("odd", [0, np.inf])
def test_products_with_ones_at_indices(form, dtype, odd, tmp_path):
    """Rows that are not there are zeros, and every row counts where one is infinite."""
    rows = floats(7, 20)
    rows[3, 5] = odd or rows[3, 5]
    if form == "OneHot":
        nodes = [helper.make_node("Cast", ["i"], ["wide"], to=TensorProto.INT64), helper.make_node("OneHot", ["wide", "depth", "values"], ["hot"])]
        constants = {"depth": np.int64(7), "values": np.float32([0, 1])}
    else:
        nodes = [helper.make_node("Unsqueeze", ["i", "last"], ["column"]), helper.make_node("Cast", ["column"], ["wide"], to=TensorProto.INT64),
                 helper.make_node("Equal", ["wide", "range"], ["is"]), helper.make_node("Cast", ["is"], ["hot"], to=TensorProto.FLOAT)]
        constants = {"last": np.int64([-1]), "range": np.arange(7)}
    nodes += [helper.make_node("MatMul", ["hot", "rows"], ["product"]), helper.make_node("Add", ["product", "bias"], ["y"])]
    model = graph(nodes, {"i": (dtype, ["n", 3])}, ["y"], {**constants, "rows": rows, "bias": floats(20)})
    indices = GENERATOR.integers(0, 7, (5, 3)).astype(dtype)
    indices[0] = [0, 6, 7]
    if np.dtype(dtype).kind == "i":
        indices[1] = [-1, -7, -8]
    agree(model, tmp_path, [{"i": indices}, {"i": indices[:1]}])
