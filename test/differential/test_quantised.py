"""Quantised models against ONNX Runtime, whose products between dequantisation and quantisation are of floats.

Ours are of integers, so a quantised number may fall to the other side of a tie: one unit, in few elements.
"""
import json

import numpy as np
import onnx
import onnxruntime
import pytest
from models import compiled, numerics
from onnx import TensorProto, helper, numpy_helper

N = helper.make_node
OFF_BY_ONE = 0.004  # of the elements, at most
UNSIGNED, SIGNED = np.uint8, np.int8
TYPES = {UNSIGNED: TensorProto.UINT8, SIGNED: TensorProto.INT8}


class Net:
    """An ONNX graph under construction; tensors are names."""

    def __init__(self, opset=13, seed=1):
        self.opset, self.random = opset, np.random.default_rng(seed)
        self.nodes, self.constants, self.inputs, self.outputs = [], [], {}, []

    def input(self, shape, dtype=np.float32, named=None, scale=1.0):
        name = f"x{len(self.inputs)}"
        value = self.random.standard_normal(shape) * scale if dtype == np.float32 else self.random.integers(*self.limits(dtype), shape, endpoint=True)
        self.inputs[name] = (value.astype(dtype), named or list(shape))
        return name

    @staticmethod
    def limits(dtype):
        return np.iinfo(dtype).min, np.iinfo(dtype).max

    def constant(self, value, dtype=None):
        name = f"c{len(self.constants)}"
        self.constants.append(numpy_helper.from_array(np.array(value, dtype), name))
        return name

    def op(self, kind, *operands, outputs=1, **attributes):
        names = [f"{kind}{len(self.nodes)}_{i}" for i in range(outputs)]
        self.nodes.append(N(kind, list(operands), names, **attributes))
        return names[0] if outputs == 1 else names

    def dequantised(self, x, scale, zero, dtype, **attributes):
        scale, zero = self.constant(scale, np.float32), self.constant(zero, dtype)
        return self.op("DequantizeLinear", x, scale, zero, **attributes)

    def quantised(self, x, scale=0.05, zero=0, dtype=UNSIGNED):
        return self.op("QuantizeLinear", x, self.constant(scale, np.float32), self.constant(zero, dtype))

    def both(self, x, scale=0.05, zero=0, dtype=UNSIGNED):
        """Quantised and taken back."""
        return self.dequantised(self.quantised(x, scale, zero, dtype), scale, zero, dtype)

    def weights(self, shape, dtype=SIGNED, axis=None, zero=0):
        """Quantised weights as floats: with one scale, or one for each index of an axis."""
        values = self.random.integers(*self.limits(dtype), shape, endpoint=True).astype(dtype)
        if axis is None:
            return self.dequantised(self.constant(values), 0.01, zero, dtype)
        scales = self.random.uniform(0.002, 0.02, shape[axis]).astype(np.float32)
        return self.dequantised(self.constant(values), scales, np.full(shape[axis], zero), dtype, axis=axis)

    def output(self, name):
        self.outputs.append(name)

    def model(self):
        element = helper.np_dtype_to_tensor_dtype
        inputs = [helper.make_tensor_value_info(name, element(value.dtype), shape) for name, (value, shape) in self.inputs.items()]
        graph = helper.make_graph(self.nodes, "quantised", inputs, [onnx.ValueInfoProto(name=o) for o in self.outputs], self.constants)
        return onnx.shape_inference.infer_shapes(helper.make_model(graph, opset_imports=[helper.make_opsetid("", self.opset)], ir_version=10))


def expected(net, model):
    options = onnxruntime.SessionOptions()
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    session = onnxruntime.InferenceSession(model.SerializeToString(), options, providers=["CPUExecutionProvider"])
    return session.run(net.outputs, {name: value for name, (value, _) in net.inputs.items()})


def compared(net, folder, *options):
    """(engine and output, ours, ONNX Runtime's) of each output on each engine."""
    model = net.model()
    onnx.save(model, folder / "model.onnx")
    built = compiled.tool("compile", folder / "model.onnx", "-o", folder / "model.wasm", *options)
    assert built.returncode == 0, built.stderr
    np.savez(folder / "in.npz", **{name: value for name, (value, _) in net.inputs.items()})
    wanted = expected(net, model)
    for engine in compiled.ENGINES:
        ran = compiled.tool("run", folder / "model.wasm", f"--engine={engine}", "--inputs", folder / "in.npz", "--outputs", folder / "out.npz")
        assert ran.returncode == 0, ran.stderr
        with np.load(folder / "out.npz") as out:
            yield from ((f"{engine}: {name}", out[name], want) for name, want in zip(net.outputs, wanted))


def check(net, folder, *options):
    for what, got, want in compared(net, folder, *options):
        if want.dtype not in (np.uint8, np.int8):
            numerics.check(got, want, what)
            continue
        assert got.shape == want.shape and got.dtype == want.dtype
        apart = np.abs(got.astype(int) - want)
        assert apart.max(initial=0) <= 1, (what, apart.max())
        assert (apart > 0).sum() <= max(1, OFF_BY_ONE * want.size), (what, (apart > 0).sum(), want.size)
    return folder / "model.wasm"


def kernels(module):
    return [(k["kind"], k["name"]) for k in json.loads(compiled.tool("inspect", module, "--json").stdout)["kernels"]]


CONVOLUTIONS = {  # image, weights, attributes
    "pointwise": ((1, 16, 9, 7), (24, 16, 1, 1), {}),
    "pointwise, stride 2": ((2, 16, 9, 7), (24, 16, 1, 1), {"strides": [2, 2]}),
    "3x3": ((1, 16, 10, 11), (16, 16, 3, 3), {"pads": [1, 1, 1, 1]}),
    "3x3, large": ((1, 32, 30, 27), (32, 32, 3, 3), {"pads": [1, 1, 1, 1]}),
    "3x3, no pads, large": ((2, 24, 26, 26), (40, 24, 3, 3), {}),
    "odd channels": ((1, 7, 9, 9), (5, 7, 3, 3), {"pads": [0, 1, 2, 1]}),
    "first layer": ((1, 3, 23, 21), (32, 3, 7, 7), {"strides": [2, 2], "pads": [3, 3, 3, 3]}),
    "dilated": ((1, 16, 14, 14), (16, 16, 3, 3), {"dilations": [2, 2], "pads": [2, 2, 2, 2]}),
    "depthwise": ((1, 24, 12, 9), (24, 1, 3, 3), {"group": 24, "pads": [1, 1, 1, 1]}),
    "depthwise, stride 2": ((1, 32, 13, 12), (32, 1, 5, 5), {"group": 32, "strides": [2, 2], "pads": [2, 2, 2, 2]}),
    "depthwise, dilated": ((2, 20, 13, 11), (20, 1, 3, 3), {"group": 20, "dilations": [2, 2], "pads": [2, 2, 2, 2]}),
    "odd channels, each alone": ((1, 7, 12, 9), (7, 1, 3, 3), {"group": 7, "pads": [1, 1, 1, 1]}),
    "groups": ((1, 32, 9, 9), (48, 8, 3, 3), {"group": 4, "pads": [1, 1, 1, 1]}),
    "groups of few": ((1, 12, 9, 9), (8, 3, 3, 3), {"group": 4, "pads": [1, 1, 1, 1]}),
    "one dimension": ((2, 16, 40), (24, 16, 5), {"strides": [2], "pads": [2, 2]}),
    "three dimensions": ((1, 4, 5, 6, 7), (6, 4, 3, 3, 3), {"pads": [1] * 6}),
}
ZEROS = {"u8": (UNSIGNED, 0, SIGNED, 0), "u8, zero point": (UNSIGNED, 117, SIGNED, 0), "i8": (SIGNED, -13, SIGNED, 0),
         "u8 weights": (UNSIGNED, 9, UNSIGNED, 131), "u8 weights, far": (UNSIGNED, 128, UNSIGNED, 90), "i8 weights, zero point": (SIGNED, 4, SIGNED, -7)}


@pytest.mark.parametrize("zeros", ZEROS)
@pytest.mark.parametrize("name", CONVOLUTIONS)
def test_convolution(tmp_path, name, zeros):
    shape, kernel, attributes = CONVOLUTIONS[name]
    dtype, zero, weight, weight_zero = ZEROS[zeros]
    net = Net(seed=len(name))
    x = net.both(net.input(shape), 0.02, zero, dtype)
    bias = net.dequantised(net.constant(net.random.integers(-2000, 2000, kernel[0]), np.int32), 0.0002, 0, np.int32)
    y = net.op("Conv", x, net.weights(kernel, weight, axis=0, zero=weight_zero), bias, **attributes)
    net.output(net.quantised(net.op("Relu", y), 0.04, zero, dtype))
    net.output(y)
    module = check(net, tmp_path)
    if name == "3x3, large":
        assert any(kind == "winograd" for kind, _ in kernels(module))


@pytest.mark.parametrize("zeros", ZEROS)
def test_contraction(tmp_path, zeros):
    dtype, zero, weight, weight_zero = ZEROS[zeros]
    net = Net()
    a = net.both(net.input((3, 5, 33)), 0.02, zero, dtype)
    product = net.op("MatMul", a, net.weights((33, 24), weight, axis=1, zero=weight_zero))
    net.output(net.quantised(net.op("Add", product, net.constant(net.random.standard_normal(24), np.float32)), 0.1, zero, dtype))
    # Both operands computed, and a product of a product.
    b = net.both(net.op("Transpose", net.op("Relu", product), perm=[0, 2, 1]), 0.05, zero, dtype)
    net.output(net.quantised(net.op("MatMul", net.both(product, 0.05, zero, dtype), b), 0.5, zero, dtype))
    row = net.both(net.input((33,)), 0.02, zero, dtype)
    net.output(net.op("MatMul", row, net.weights((33, 9), weight, zero=weight_zero)))
    for turned in ({}, {"transB": 1}, {"transA": 1, "alpha": 0.5}):
        left = net.both(net.input((33, 6) if "transA" in turned else (6, 33)), 0.02, zero, dtype)
        net.output(net.op("Gemm", left, net.weights((10, 33) if "transB" in turned else (33, 10), weight, zero=weight_zero),
                          net.constant(np.ones(10), np.float32), **turned))
    check(net, tmp_path)


def test_between_layers(tmp_path):
    """What quantised networks have between products: sums of two scales, pools, movement, joins, tensors that are read twice. Scales are
    no multiples of each other, which would put many numbers at ties."""
    net = Net()
    x = net.both(net.input((1, 16, 12, 12)), 0.02, 120)
    a = net.both(net.op("Relu", net.op("Conv", x, net.weights((16, 16, 3, 3), axis=0), pads=[1] * 4)), 0.0523)
    b = net.both(net.op("Conv", x, net.weights((16, 16, 1, 1), axis=0)), 0.0711, 128)
    total = net.both(net.op("Add", a, b), 0.1037, 60)
    net.output(net.quantised(net.op("MaxPool", total, kernel_shape=[3, 3], strides=[2, 2], pads=[1] * 4), 0.1037, 60))
    joined = net.op("Concat", total, a, axis=1)
    net.output(net.quantised(joined, 0.1037, 3))
    net.output(net.quantised(net.op("Conv", net.both(joined, 0.1037, 3), net.weights((8, 32, 3, 3), axis=0)), 0.2, 128))
    net.output(net.quantised(net.op("GlobalAveragePool", total), 0.0523, 5))
    net.output(net.quantised(net.op("AveragePool", total, kernel_shape=[2, 2]), 0.0523, 5))
    net.output(net.quantised(net.op("Mul", a, b), 0.3, 128))
    flat = net.op("Reshape", total, net.constant([1, 16, 144], np.int64))
    net.output(net.quantised(net.op("MatMul", flat, net.weights((144, 20))), 0.3, 128))
    part = net.op("Slice", total, net.constant([2, 1], np.int64), net.constant([10, 9], np.int64), net.constant([1, 2], np.int64))
    net.output(net.quantised(net.op("Conv", part, net.weights((8, 8, 3, 3), axis=0)), 0.2, 128))
    padded = net.op("Pad", total, net.constant([0, 0, 1, 2, 0, 0, 2, 1], np.int64))
    net.output(net.quantised(net.op("Conv", padded, net.weights((8, 16, 3, 3), axis=0)), 0.2, 128))
    clipped = net.op("Clip", net.op("Conv", total, net.weights((8, 16, 1, 1))), net.constant(0, np.float32), net.constant(6, np.float32))
    net.output(net.quantised(clipped, 6 / 255))
    net.output(net.quantised(net.op("Softmax", net.op("Conv", total, net.weights((8, 16, 1, 1))), axis=1), 1 / 255))
    check(net, tmp_path)


@pytest.mark.parametrize("dtype", [UNSIGNED, SIGNED])
def test_integer_operators(tmp_path, dtype):
    """QLinearConv, QLinearMatMul, ConvInteger and MatMulInteger; integer results are exact. ONNX Runtime adds
    two products of u8 and i8 in 16 bits on some processors, which larger weights exceed."""
    net = Net()
    zero, weight_zero = (118, 3) if dtype == UNSIGNED else (-9, 3)
    x, a = net.input((1, 6, 9, 9), dtype), net.input((2, 7, 21), dtype)
    kernel = net.constant(net.random.integers(-64, 63, (8, 6, 3, 3)), SIGNED)
    rows = net.constant(net.random.integers(-64, 63, (21, 11)), SIGNED)
    scalar = net.constant(zero, dtype)
    net.output(net.op("ConvInteger", x, kernel, scalar, net.constant(weight_zero, SIGNED), pads=[1, 0, 1, 2]))
    net.output(net.op("MatMulInteger", a, rows, scalar, net.constant(weight_zero, SIGNED)))
    net.output(net.op("MatMulInteger", a, rows))
    scales = [net.constant(value, np.float32) for value in (0.02, 0.01, 0.7)]
    per_output = net.constant(net.random.uniform(0.002, 0.02, 8), np.float32)
    net.output(net.op("QLinearConv", x, scales[0], scalar, kernel, per_output, net.constant(np.zeros(8), SIGNED), scales[2], scalar,
                      net.constant(net.random.integers(-999, 999, 8), np.int32), pads=[1] * 4))
    net.output(net.op("QLinearMatMul", a, scales[0], scalar, rows, scales[1], net.constant(0, SIGNED), scales[2], scalar))
    check(net, tmp_path)


@pytest.mark.parametrize("size, stride, dilation", [(3, 1, 1), (3, 2, 1), (3, 1, 2), (5, 1, 1), (5, 2, 1)])
def test_depthwise_integers(tmp_path, size, stride, dilation):
    net = Net(seed=size)
    kernel = net.constant(net.random.integers(-64, 63, (20, 1, size, size)), SIGNED)
    pads = [size // 2, 0, size // 2, 1]
    net.output(net.op("ConvInteger", net.input((2, 20, 13, 11), UNSIGNED), kernel, group=20, strides=[stride] * 2, dilations=[dilation] * 2, pads=pads))
    module = check(net, tmp_path)
    assert any("depthwise" in name for _, name in kernels(module))


@pytest.mark.parametrize("operator", ["MatMulInteger", "ConvInteger"])
def test_dynamic_quantisation(tmp_path, operator):
    net = Net()
    shape, weights = ((3, 70), (70, 24)) if operator == "MatMulInteger" else ((1, 16, 26, 26), (16, 16, 3, 3))
    x, scale, zero = net.op("DynamicQuantizeLinear", net.input(shape), outputs=3)
    integers = net.constant(net.random.integers(0, 255, weights), UNSIGNED)
    product = net.op(operator, x, integers, zero, net.constant(140, UNSIGNED), **({"pads": [1] * 4} if operator == "ConvInteger" else {}))
    net.output(product)
    net.output(net.op("Mul", net.op("Cast", product, to=TensorProto.FLOAT), net.op("Mul", scale, net.constant(0.003, np.float32))))
    check(net, tmp_path)


def test_open_extents(tmp_path):
    net = Net()
    x = net.both(net.input((2, 8, 11, 13), named=["n", 8, "h", "w"]), 0.02, 100)
    y = net.both(net.op("Conv", x, net.weights((16, 8, 3, 3), axis=0), pads=[1] * 4), 0.05, 128)
    net.output(net.quantised(net.op("MaxPool", y, kernel_shape=[2, 2], strides=[2, 2]), 0.05, 128))
    a = net.both(net.input((5, 19), named=["m", 19]), 0.02, 90)
    net.output(net.quantised(net.op("MatMul", a, net.weights((19, 10), axis=1)), 0.1, 128))
    check(net, tmp_path, "--dim=n=1..3", "--dim=h=3..16", "--dim=w=3..16", "--dim=m=1..12")


def test_sums_that_do_not_fit_stay_floats(tmp_path):
    """255 * 255 * 40,000 is more than 2^31."""
    net = Net()
    ones = net.dequantised(net.input((2, 40000), UNSIGNED), 0.01, 0, UNSIGNED)
    net.output(net.op("MatMul", ones, net.dequantised(net.constant(np.full((40000, 3), 255), UNSIGNED), 0.01, 0, UNSIGNED)))
    check(net, tmp_path)


def test_corners_of_quantisation(tmp_path):
    """Ties, numbers beyond the range, infinities; of scales that are powers of two, tiny or large."""
    values = np.concatenate([np.arange(-600, 600) / 4, [np.inf, -np.inf, 1e30, -1e30, 2**31, -0.0, 0.49999997]]).astype(np.float32)
    net = Net(opset=13)
    net.inputs["x0"] = (values, [values.size])
    for scale in (0.5, 1.0, 2.0, 1e-3, 3e4, 0.1):
        for dtype, zero in ((UNSIGNED, 0), (UNSIGNED, 128), (SIGNED, 0), (SIGNED, -128), (SIGNED, 127)):
            net.output(net.quantised("x0", scale, zero, dtype))
            net.output(net.both("x0", scale, zero, dtype))
    for what, got, want in compared(net, tmp_path):
        assert np.array_equal(got, want), what  # no products: the standard's rounding, bit by bit


def test_what_is_no_number(tmp_path):
    """NaN is quantised to an integer, and to the same one wherever it is used."""
    net = Net()
    net.inputs["x0"] = (np.array([[np.nan, 1, np.inf, -2], [0.5, np.nan, -np.inf, 3]], np.float32), [2, 4])
    for zero in (0, 100):
        net.output(net.both("x0", 0.02, zero))
        net.output(net.quantised("x0", 0.02, zero))
        net.output(net.op("MatMul", net.both("x0", 0.02, zero), net.weights((4, 3))))
    check(net, tmp_path)


@pytest.mark.parametrize("scales", [(1e18, 1e14), (1e-20, 1e-20), (1e-30, 1e25), (0.0, 1.0), (-0.5, 0.25)], ids=str)
def test_scales_of_any_size(tmp_path, scales):
    net = Net()
    left, right = (net.dequantised(net.input(shape, dtype), scale, 0, dtype)
                   for shape, dtype, scale in zip([(3, 8), (8, 4)], (UNSIGNED, SIGNED), scales))
    net.output(net.op("MatMul", left, right))
    check(net, tmp_path)


def test_one_element(tmp_path):
    net = Net()
    product = net.op("MatMul", net.both(net.input((1, 8))), net.weights((8, 1)))
    other = net.input((1, 1))
    for operator in ("Add", "Max", "Min", "Mul"):
        for operands in ((net.constant([[0.5]], np.float32), product), (product, other), (other, product)):
            net.output(net.quantised(net.op(operator, *operands), 0.1, 100))
    check(net, tmp_path)


@pytest.mark.parametrize("seed", range(12))
def test_random_network(tmp_path, seed):
    net = Net(seed=seed)
    random = net.random
    channels = int(random.choice([8, 16, 24]))
    shape = [1, channels, int(random.integers(6, 30)), int(random.integers(6, 30))]
    dtype = random.choice([UNSIGNED, SIGNED])
    low, high = Net.limits(dtype)
    both = lambda value, scale: net.both(value, scale, int(random.integers(low, high)) if random.random() < 0.6 else max(low, 0), dtype)
    x = both(net.input(shape), 0.03)
    for _ in range(int(random.integers(2, 5))):
        kind = random.choice(["conv", "depthwise", "pointwise", "pool"])
        if kind == "pool":
            x = both(net.op("MaxPool", x, kernel_shape=[3, 3], pads=[1] * 4), 0.05)
            continue
        size = 1 if kind == "pointwise" else 3
        groups = channels if kind == "depthwise" else 1
        weights = net.weights((channels, channels // groups, size, size), axis=0 if random.random() < 0.7 else None)
        y = net.op("Conv", x, weights, pads=[size // 2] * 4, group=groups)
        y = net.op("Mul", y, net.constant(0.3, np.float32)) if random.random() < 0.3 else y
        y = net.op("Relu", y) if random.random() < 0.6 else y
        y = both(y, float(random.uniform(0.05, 0.4)))
        x = both(net.op("Add", x, y), float(random.uniform(0.05, 0.4))) if random.random() < 0.5 else y
    net.output([node for node in net.nodes if node.op_type == "QuantizeLinear"][1].output[0])
    net.output(net.quantised(net.op("GlobalAveragePool", x), 0.0523, 100 if dtype == UNSIGNED else 0, dtype))
    check(net, tmp_path)
