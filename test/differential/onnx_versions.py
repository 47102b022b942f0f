"""One case per ONNX operator and version: how a node looks in an opset, and what it then gives.

An entry of CASES takes the opset and gives a Node. The expected outputs are those of the operator's newest form, by the
reference evaluator of the ONNX package, unless the entry gives them itself because a version means something else.
"""
import dataclasses

import numpy as np
import onnx
from onnx import helper, numpy_helper, reference

NEWEST = 28


class Fixed(np.ndarray):
    """An input that is a constant of the model."""


def fixed(*values, dtype=np.int64):
    return np.array(values, dtype).view(Fixed)


def scalar(value, dtype=np.int64):
    return np.array(value, dtype).view(Fixed)


@dataclasses.dataclass
class Node:
    inputs: list
    attributes: dict = dataclasses.field(default_factory=dict)
    outputs: int = 1
    expected: list = None


def node(*inputs, outputs=1, expected=None, **attributes):
    return Node(list(inputs), attributes, outputs, expected)


GENERATOR = np.random.default_rng(3)
X = GENERATOR.uniform(0.1, 0.9, (2, 3, 4, 5)).astype(np.float32)
SIGNED = (X - 0.5) * 4
CHANNELS = np.array([0.5, 1.5, -2], np.float32)
INTEGERS = GENERATOR.integers(1, 9, (2, 3, 4, 5)).astype(np.int32)
BOOLS = SIGNED > 0
ROWS = SIGNED[0, 0]
GRID = GENERATOR.uniform(-1.6, 1.6, (2, 3, 2, 2)).astype(np.float32)


def broadcast(a, b, newest_b, **attributes):
    """Up to opset 6 the second operand's axis is named."""
    return lambda v: node(a, b, broadcast=1, axis=1, **attributes) if v < 7 else node(a, newest_b, **attributes)


def reduction(since, **attributes):
    """The axes are an input since some opset."""
    return lambda v: node(X, axes=[1, 3], **attributes) if v < since else node(X, fixed(1, 3), **attributes)


def axes(x, since, *values):
    return lambda v: node(x, axes=list(values)) if v < since else node(x, fixed(*values))


def flattened(x, function):
    """Before opset 13 rows are all that follows the axis."""
    def form(v):
        if v >= 13:
            return node(x, axis=1)
        return node(x, axis=1, expected=[function(x.reshape(len(x), -1)).reshape(x.shape)])
    return form


def softmax(rows):
    e = np.exp(rows - rows.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)


def batch_normalization(v):
    scale, bias, mean, variance = CHANNELS, CHANNELS + 1, CHANNELS * 2, np.abs(CHANNELS)
    if v < 7:
        return node(X, scale, bias, mean, variance, is_test=1, **({"consumed_inputs": [0, 0, 0, 1, 1]} if v < 6 else {}))
    return node(X, scale, bias, mean, variance)


def normalised(x, dims):
    return (x - x.mean(dims, keepdims=True)) / np.sqrt(x.var(dims, keepdims=True) + np.float32(1e-5))


def training(v):
    """Means and variances of the batch, per channel."""
    scale, bias, mean, variance = CHANNELS, CHANNELS + 1, CHANNELS * 2, np.abs(CHANNELS)
    column = lambda a: a.reshape(3, 1, 1)
    y = normalised(X, (0, 2, 3)) * column(scale) + column(bias)
    batch = [X.mean((0, 2, 3)), X.var((0, 2, 3))]
    running = [mean * np.float32(0.9) + batch[0] * np.float32(0.1), variance * np.float32(0.9) + batch[1] * np.float32(0.1)]
    if v >= 14:
        return node(X, scale, bias, mean, variance, outputs=3, training_mode=1, expected=[y, *running])
    return node(X, scale, bias, mean, variance, outputs=5, expected=[y, *running, *batch],
                **({"consumed_inputs": [0, 0, 0, 1, 1]} if v < 6 else {}))


def per_activation(v):
    """Without `spatial` each position of an input has its own parameters."""
    if v >= 9:
        return None
    mean, variance = X[0] * 2, X[1]
    y = (X - mean) / np.sqrt(variance + np.float32(1e-5)) * X[1] + X[0]
    return node(X, X[1], X[0], mean, variance, spatial=0, expected=[y], **({"is_test": 1} if v < 7 else {}),
                **({"consumed_inputs": [0, 0, 0, 1, 1]} if v < 6 else {}))


def group_normalization(v):
    x = SIGNED.reshape(2, 4, 15)
    count = 2 if v < 21 else 4  # parameters per group, then per channel
    scale, bias = np.arange(1, count + 1, dtype=np.float32), np.linspace(-1, 1, count, dtype=np.float32)
    column = lambda a: np.repeat(a, 4 // count).reshape(4, 1)
    y = normalised(x.reshape(2, 2, 30), 2).reshape(x.shape) * column(scale) + column(bias)
    return node(x, scale, bias, num_groups=2, expected=[y])


def cast(v):
    return node(SIGNED * 3, to="INT32" if v < 6 else onnx.TensorProto.INT32)


def top_k(v):
    return node(X, k=2, axis=3, outputs=2) if v < 10 else node(X, fixed(2), axis=3, outputs=2)


def split(v):
    if v < 13:
        return node(X, axis=3, split=[2, 3], outputs=2)
    return node(X, fixed(2, 3), axis=3, outputs=2)


def pad(v):
    pads = [0, 1, 0, 2, 0, 0, 1, 1]
    if v >= 11:
        return node(X, fixed(*pads), scalar(0.5, np.float32))
    return node(X, value=0.5, **{"paddings" if v < 2 else "pads": pads})


def slices(v):
    if v < 10:
        return node(X, axes=[1, 3], starts=[1, -3], ends=[3, 9])
    return node(X, fixed(1, -3), fixed(3, 9), fixed(1, 3))


def dropout(v):
    return node(X, is_test=1, expected=[X]) if v < 7 else node(X, expected=[X])


def upsample(v):
    expected = [X.repeat(2, axis=2).repeat(3, axis=3)]
    if v < 7:
        return node(X, height_scale=2.0, width_scale=3.0, mode="nearest", expected=expected)
    if v < 9:
        return node(X, scales=[1.0, 1.0, 2.0, 3.0], expected=expected)
    return node(X, fixed(1, 1, 2, 3, dtype=np.float32), expected=expected)


def resize(v):
    scales = fixed(1, 1, 2, 3, dtype=np.float32)
    expected = [X.repeat(2, axis=2).repeat(3, axis=3)]
    if v == 10:
        return node(X, scales, mode="nearest", expected=expected)
    return node(X, fixed(dtype=np.float32), scales, coordinate_transformation_mode="asymmetric", nearest_mode="floor",
                expected=expected)


def clip(v):
    if v < 11:
        return node(SIGNED, min=-0.5, max=0.75)
    return node(SIGNED, scalar(-0.5, np.float32), scalar(0.75, np.float32))


def tile(v):
    if v < 6:
        return node(ROWS, fixed(3), fixed(1), expected=[np.tile(ROWS, (1, 3))])
    return node(ROWS, fixed(1, 3))


def prelu(v):
    return node(SIGNED, CHANNELS) if v < 7 else node(SIGNED, CHANNELS.reshape(3, 1, 1))


def gemm(v):
    return node(ROWS, ROWS.T, ROWS[:, :4], alpha=0.5, beta=2.0, **({"broadcast": 1} if v < 7 else {}))


def recurrent(gates):
    x, hidden = X[0, :, :2, :], 3
    weights = GENERATOR.standard_normal((1, gates * hidden, 5)).astype(np.float32)
    states = GENERATOR.standard_normal((1, gates * hidden, hidden)).astype(np.float32)
    return lambda v: node(x, weights, states, hidden_size=hidden, outputs=2)


def layer_normalization(v):
    return node(X, X[0, 0, 0], X[1, 0, 0])


def quantized(v):
    return node(SIGNED * 20, np.array(0.5, np.float32), np.array(128, np.uint8))


def dequantized(v):
    return node(INTEGERS.astype(np.uint8), np.array(0.5, np.float32), np.array(3, np.uint8))


def thresholded_relu(v):
    return node(SIGNED, alpha=0.3, expected=[np.where(SIGNED > np.float32(0.3), SIGNED, 0)])


def window(**attributes):
    return lambda v: node(SIGNED, kernel_shape=[2, 3], strides=[1, 2], **attributes)


def convolution(transposed):
    weights = GENERATOR.standard_normal((3, 2, 2, 3) if transposed else (2, 3, 2, 3)).astype(np.float32)
    return lambda v: node(SIGNED, weights, np.array([0.5, -1], np.float32), strides=[1, 2], pads=[1, 0, 0, 1])


def scatter(kind):
    indices = np.array([[0, 2, 1]], np.int64)
    updates = np.array([[7, 8, 9]], np.float32)
    return lambda v: node(ROWS, indices, updates, axis=0) if kind != "ND" else node(ROWS, indices.T, np.stack([ROWS[0]] * 3) + 1)


def constant(v):
    return node(value=numpy_helper.from_array(ROWS))


def affine_grid(align):
    theta = GENERATOR.standard_normal((2, 2, 3)).astype(np.float32)
    return lambda v: node(theta, fixed(2, 1, 3, 4), align_corners=align)


def unary(x):
    return lambda v: node(x)


# A list gives several cases for one operator.
CASES = {
    **dict.fromkeys(("Abs Ceil Elu Erf Exp Floor HardSigmoid HardSwish Identity LeakyRelu Neg Relu Round Selu Sigmoid Sign "
                     "Sin Sinh Softplus Softsign Tan Tanh Celu Gelu Shrink IsNaN IsInf Cos Cosh Atan Asinh Mish Swish "
                     "Shape Size Transpose GlobalAveragePool GlobalMaxPool").split(), unary(SIGNED)),
    **dict.fromkeys("Acos Asin Atanh Log Reciprocal Sqrt".split(), unary(X)),
    "Acosh": unary(X + 1),
    "Not": unary(BOOLS), "BitwiseNot": unary(INTEGERS),
    **dict.fromkeys("Add Sub Mul Div Pow".split(), broadcast(X, CHANNELS, CHANNELS.reshape(3, 1, 1))),
    **dict.fromkeys("And Or Xor".split(), broadcast(BOOLS, CHANNELS > 0, (CHANNELS > 0).reshape(3, 1, 1))),
    **dict.fromkeys("Greater Less".split(), broadcast(SIGNED, CHANNELS, CHANNELS.reshape(3, 1, 1))),
    "Equal": broadcast(INTEGERS, np.array([1, 3, 5], np.int32), np.array([1, 3, 5], np.int32).reshape(3, 1, 1)),
    **dict.fromkeys("GreaterOrEqual LessOrEqual".split(), lambda v: node(SIGNED, X)),
    **dict.fromkeys("BitwiseAnd BitwiseOr BitwiseXor".split(), lambda v: node(INTEGERS, INTEGERS[::-1].copy())),
    "BitShift": lambda v: node(INTEGERS.astype(np.uint32), (INTEGERS % 3).astype(np.uint32), direction="LEFT"),
    "Mod": lambda v: node(INTEGERS - 5, INTEGERS[::-1].copy()),
    **dict.fromkeys("Max Min Mean Sum".split(), lambda v: node(SIGNED, X, SIGNED[::-1].copy())),
    **dict.fromkeys("ReduceL1 ReduceL2 ReduceLogSum ReduceLogSumExp ReduceMax ReduceMean ReduceMin ReduceProd "
                    "ReduceSumSquare".split(), reduction(18, keepdims=0)),
    "ReduceSum": reduction(13, keepdims=1),
    **dict.fromkeys("ArgMax ArgMin".split(), lambda v: node(SIGNED, axis=2, keepdims=0)),
    "AffineGrid": [affine_grid(0), affine_grid(1)],
    "AveragePool": window(),
    "BatchNormalization": [batch_normalization, training, per_activation],
    "Cast": cast,
    "CastLike": lambda v: node(SIGNED, INTEGERS),
    "CenterCropPad": lambda v: node(X, fixed(2, 7), axes=[2, 3]),
    "Clip": clip,
    "Compress": lambda v: node(X, np.array([1, 0, 1], bool).view(Fixed), axis=1),
    "Concat": lambda v: node(X, SIGNED, axis=2),
    "Constant": constant,
    "ConstantOfShape": lambda v: node(fixed(2, 3), value=helper.make_tensor("v", onnx.TensorProto.FLOAT, [1], [2.5])),
    "Conv": convolution(False),
    "ConvTranspose": convolution(True),
    "CumSum": lambda v: node(X, scalar(2)),
    "DepthToSpace": lambda v: node(X.reshape(2, 12, 1, 5), blocksize=2),
    "DequantizeLinear": dequantized,
    "Dropout": dropout,
    "DynamicQuantizeLinear": lambda v: node(SIGNED, outputs=3),
    "Einsum": lambda v: node(ROWS, ROWS, equation="ij,kj->ik"),
    "Expand": lambda v: node(CHANNELS.reshape(3, 1), fixed(2, 3, 4)),
    "EyeLike": lambda v: node(ROWS, k=1),
    "Flatten": lambda v: node(X, axis=2),
    "GRU": recurrent(3), "LSTM": recurrent(4), "RNN": recurrent(1),
    "Gather": lambda v: node(X, np.array([2, 0], np.int64), axis=1),
    "GatherElements": lambda v: node(ROWS, np.array([[1, 0, 2, 1, 0]], np.int64), axis=0),
    "GatherND": lambda v: node(X, np.array([[0, 2], [1, 1]], np.int64)),
    "Gemm": gemm,
    "GlobalLpPool": lambda v: node(X, p=2.0 if v < 2 else 2, expected=[np.sqrt((X * X).sum((2, 3), keepdims=True))]),
    "GroupNormalization": group_normalization,
    "Hardmax": flattened(SIGNED, lambda rows: (np.arange(rows.shape[1]) == rows.argmax(1)[:, None]).astype(np.float32)),
    "InstanceNormalization": lambda v: node(X, CHANNELS, CHANNELS + 1),
    "LRN": lambda v: node(X, size=3),
    "LayerNormalization": layer_normalization,
    "LogSoftmax": flattened(SIGNED, lambda rows: np.log(softmax(rows))),
    "LpNormalization": lambda v: node(X, axis=1, p=2),
    "LpPool": lambda v: node(X, kernel_shape=[2, 3], p=2.0 if v < 2 else 2),
    "MatMul": lambda v: node(X, X.transpose(0, 1, 3, 2).copy()),
    "MaxPool": window(),
    "MeanVarianceNormalization": lambda v: node(X, expected=[(X - X.mean((0, 2, 3), keepdims=True)) / X.std((0, 2, 3), keepdims=True)]),
    "NonZero": lambda v: node(BOOLS.view(Fixed)),
    "OneHot": lambda v: node(INTEGERS[0, 0], fixed(9), np.array([0, 1], np.float32), axis=1,
                             expected=[(INTEGERS[0, 0][:, None] == np.arange(9)[:, None]).astype(np.float32)]),
    "PRelu": prelu,
    "Pad": pad,
    "QuantizeLinear": quantized,
    "Range": lambda v: node(*(scalar(n) for n in (1, 9, 2))),
    "Reshape": lambda v: node(X, shape=[2, -1, 5]) if v < 5 else node(X, fixed(2, -1, 5)),
    "Resize": resize,
    "ReverseSequence": lambda v: node(X, np.array([2, 1], np.int64), time_axis=1, batch_axis=0),
    "Scatter": lambda v: node(ROWS, np.array([[0, 2, 1]], np.int64), np.array([[7, 8, 9]], np.float32),
                              expected=[np.concatenate([[[7, *ROWS[0, 1:]]], [[ROWS[1, 0], ROWS[1, 1], 9, *ROWS[1, 3:]]],
                                                        [[ROWS[2, 0], 8, *ROWS[2, 2:]]], ROWS[3:]]).astype(np.float32)]),
    "ScatterElements": scatter("Elements"), "ScatterND": scatter("ND"),
    "Slice": slices,
    "Softmax": flattened(SIGNED, softmax),
    "SpaceToDepth": lambda v: node(X[:, :, :, :4].copy(), blocksize=2),
    "Split": split,
    "Squeeze": axes(X[:, :1, :, :1].copy(), 13, 1, 3),
    "ThresholdedRelu": thresholded_relu,
    "Tile": tile,
    "TopK": top_k,
    "Trilu": lambda v: node(ROWS),
    "Unsqueeze": axes(ROWS, 13, 0, 3),
    "Upsample": upsample,
    "Where": lambda v: node(BOOLS, X, SIGNED),
    "GridSample": [lambda v, m=mode, p=padding: node(X, GRID, padding_mode=p, mode=m if v >= 20 else "bi" * (m != "nearest") + m)
                   for mode in ("linear", "nearest", "cubic") for padding in ("zeros", "border", "reflection") if (mode, padding) != ("cubic", "border")],
}
# Operators whose versions differ in element types alone, or that are tried by tests of their own.
ELSEWHERE = {"RandomNormal", "RandomNormalLike", "RandomUniform", "RandomUniformLike", "Bernoulli", "Multinomial",  # test_random.py
             "If", "Loop", "Scan", "NonMaxSuppression", "Unique", "RoiAlign", "QLinearMatMul", "RMSNormalization", "CumProd",
             "MatMulInteger", "ConvInteger", "QLinearConv", "DFT", "DeformConv", "Det", "MaxUnpool",  # test_onnx_attributes.py
             "Optional", "OptionalGetElement", "OptionalHasElement", "SplitToSequence"}  # test_onnx_sequences.py


def since(operator):
    """The versions of an operator of ai.onnx."""
    return sorted(s.since_version for s in onnx.defs.get_all_schemas_with_history() if s.name == operator and s.domain == "")


def forms(operator, opset):
    """The cases of an operator in an opset; none where it does not exist yet."""
    if opset < since(operator)[0]:
        return []
    entry = CASES[operator]
    return [form for form in (make(opset) for make in (entry if isinstance(entry, list) else [entry])) if form is not None]


def one(operator, form, opset, prefix=""):
    """The parts of a graph of one node: nodes, inputs, constants, outputs, values of the inputs."""
    names = [f"{prefix}x{i}" for i in range(len(form.inputs))]
    outputs = [f"{prefix}y{i}" for i in range(form.outputs)]
    made = helper.make_node(operator, names, outputs, name=f"{prefix}{operator}", **form.attributes)
    constants = [numpy_helper.from_array(np.asarray(a), n) for n, a in zip(names, form.inputs) if isinstance(a, Fixed)]
    values = {n: np.asarray(a) for n, a in zip(names, form.inputs) if not isinstance(a, Fixed)}
    inputs = [helper.make_tensor_value_info(n, helper.np_dtype_to_tensor_dtype(a.dtype), a.shape) for n, a in values.items()]
    return [made], inputs, constants, [helper.make_empty_tensor_value_info(n) for n in outputs], values


def model(parts, opset):
    nodes, inputs, constants, outputs, _ = parts
    graph = helper.make_graph(nodes, "versions", inputs, outputs, constants)
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", opset)], ir_version=10)


def expected(operator, index, opset):
    """What case `index` of an operator gives in an opset."""
    form = forms(operator, opset)[index]
    if form.expected is not None:
        return form.expected
    newest = forms(operator, NEWEST)[index]
    parts = one(operator, newest, NEWEST)
    return reference.ReferenceEvaluator(model(parts, NEWEST)).run(None, parts[4])
