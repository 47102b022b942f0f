"""MindSpore's primitives in terms of the library's operators: one row per primitive.

The formula of a row gets `op` and then the primitive's inputs in MindSpore's order: arrays, numbers, tuples of integers or
None. op("Add", a, b) calls an operator of the library, op.dtype is the type of the first result, op.fit(x) gives an array or
number that type. It returns an array, or a tuple of arrays where the primitive has several results.

MindSpore hands no attributes to a plug-in; those of a primitive that has some (Conv2D) are fetched by kernels.cc.
"""
import math

import numpy as np

from .composing import Primitive, integers, pair, reduce
from .extended import EXTENDED


def same(name, recipe="t"):
    """A primitive that is one operator, with tensors for inputs."""
    return Primitive(name, [name], lambda op, *tensors: op(name, *tensors), recipe=recipe)


def arithmetic(name):
    """Two tensors, of which MindSpore leaves one to be converted where their types differ (and integers to be divided)."""
    return Primitive(name, [name], lambda op, a, b: op(name, op.fit(a), op.fit(b)), recipe="t t")


def comparison(name):
    """Two tensors, compared in the type that MindSpore promotes theirs to: a float wins over integers, then the wider."""
    def formula(op, a, b):
        if a.dtype != b.dtype:
            floats = [x.dtype for x in (a, b) if x.dtype.kind == "f"]
            dtype = floats[0] if len(floats) == 1 else np.promote_types(a.dtype, b.dtype)
            a, b = a.astype(dtype), b.astype(dtype)
        return op(name, a, b)

    return Primitive(name, [name], formula, recipe="t t")


def scaled(op, x, alpha):
    return x if alpha == 1 else op("Mul", x, op.fit(alpha))


def gelu(op, x, approximate):
    """approximate: 0 = none, 1 = tanh, which is x sigmoid(2 u) with u = sqrt(2 / pi) (x + 0.044715 x^3)."""
    if not approximate:
        return op("GeLU", x)
    slope = 2 * math.sqrt(2 / math.pi)
    inner = op("Add", op("Mul", op("Square", x), op.fit(0.044715 * slope)), op.fit(slope))
    return op("Mul", x, op("Sigmoid", op("Mul", x, inner)))


def flipped(x, flag):
    return np.swapaxes(x, -1, -2) if flag else x


def matmul(op, a, b):
    """The operator has one type of integers and a wide result; of the others products are summed, which is the same and slower."""
    if a.dtype.kind == "f" or b.dtype != a.dtype:
        return op("MatMul", a, b)
    if a.ndim == 1 or b.ndim == 1:
        return op("ReduceSum", op("Mul", a, b if b.ndim == 1 else np.swapaxes(b, -1, -2)), integers(-1), keepdims=False)
    return op("ReduceSum", op("Mul", a[..., None, :], np.swapaxes(b, -1, -2)[..., None, :, :]), integers(-1), keepdims=False)


def dense(op, x, weight, bias):
    """weight: [n, k], or [k] for one result."""
    if x.dtype.kind != "f":
        out = matmul(op, x, weight.T)
        return out if bias is None else op("Add", out, bias)
    if weight.ndim == 2:
        return op("Dense", x, weight, np.zeros(len(weight), x.dtype) if bias is None else bias)
    out = op("MatMul", x, weight)
    return out if bias is None else op("Add", out, bias)


def bias_add(op, x, bias, data_format):
    """data_format: 1 = channels last, else they are axis 1."""
    last = data_format == 1 or x.ndim <= 2
    return op("Add", x, bias if last else bias.reshape(-1, *[1] * (x.ndim - 2)))


def along(op, operator, x, axes):
    """A row operator over one axis or several."""
    axes = axes if isinstance(axes, tuple) else (axes,)
    if len(axes) == 1 or x.ndim == 0:
        return op(operator, x, axis=axes[0]) if x.ndim else op(operator, x[None], axis=0).reshape(())
    last = tuple(range(-len(axes), 0))
    moved = np.moveaxis(x, axes, last)
    rows = moved.reshape(*moved.shape[:-len(axes)], math.prod(moved.shape[-len(axes):]))
    return np.moveaxis(op(operator, rows, axis=-1).reshape(moved.shape), last, axes)


def log_softmax_ext(op, x, axis, dtype):
    """axis None: 0 for ranks 0, 1 and 3, else 1. dtype is that of the result."""
    if axis is None:
        axis = 0 if x.ndim in (0, 1, 3) else 1
    return along(op, "LogSoftmax", op.fit(x), axis)


def layer_norm_ext(op, x, shape, weight, bias, epsilon):
    """(normalised, mean, 1 / standard deviation)"""
    shape = shape if isinstance(shape, tuple) else (shape,)
    n = math.prod(shape)
    rows = x.reshape(math.prod(x.shape[:x.ndim - len(shape)]), n)
    weight = np.ones(n, x.dtype) if weight is None else weight.reshape(n)
    bias = np.zeros(n, x.dtype) if bias is None else bias.reshape(n)
    out = op("LayerNorm", rows, weight, bias, axis=-1, epsilon=epsilon)
    return out.reshape(x.shape), *statistics(op, x, tuple(range(-len(shape), 0)), epsilon)


def group_norm(op, x, groups, weight, bias, epsilon):
    """(normalised, mean, 1 / standard deviation), the latter of [N, groups]."""
    mean, scale = statistics(op, x.reshape(len(x), groups, math.prod(x.shape[1:]) // groups), 2, epsilon)
    return op("GroupNorm", x, weight, bias, num_groups=groups, epsilon=epsilon), mean[..., 0], scale[..., 0]


def statistics(op, x, axes, epsilon):
    """Mean and 1 / sqrt(variance + epsilon); the axes keep an extent of 1."""
    mean = reduce(op, "ReduceMean", x, axes, True)
    variance = reduce(op, "ReduceMean", op("Square", op("Sub", x, mean)), axes, True)
    return mean, op("Rsqrt", op("Add", variance, op.fit(epsilon)))


def reduction(name):
    return Primitive(name, [name], lambda op, x, axes, keepdims: reduce(op, name, x, axes, keepdims), recipe="t a keepdims")


def reduction_ext(name, operator):
    """dtype is that of the result."""
    return Primitive(name, [operator], lambda op, x, axes, keepdims, dtype: reduce(op, operator, op.fit(x), axes, keepdims),
                     recipe="t a keepdims -")


def mean_ext(op, x, axes, keepdims, dtype):
    """dtype is that of the result; means of integers lose their fraction."""
    if op.dtype.kind in "iu":
        return op.fit(reduce(op, "ReduceMean", x.astype(np.float64), axes, keepdims))
    return reduce(op, "ReduceMean", op.fit(x), axes, keepdims)


def logical_not(op, x):
    return op("LogicalNot", x) if x.dtype == np.bool_ else op("Equal", x, x.dtype.type(0))


def reduce_sum(op, x, axes, keepdims, skip):
    """skip: without axes nothing is summed."""
    return x if skip and axes == () else reduce(op, "ReduceSum", x, axes, keepdims)


def of_batch(function):
    """Images may come without a batch."""
    def call(op, x, *inputs):
        return function(op, x, *inputs) if x.ndim != 3 else function(op, x[None], *inputs)[0]

    return call


def with_bias(op, x, bias):
    return x if bias is None else op("BiasAdd", x, bias, axis=1)


@of_batch
def conv2d(op, x, weight, bias, stride, padding, dilation, groups):
    lists = integers(*pair(stride)), integers(*pair(padding) * 2), integers(*pair(dilation))
    return with_bias(op, op("Conv2D", x, weight, *lists, groups=groups), bias)


@of_batch
def conv2d_padding(op, x, weight, bias, stride, padding, dilation, groups):
    """padding: 1 = same, 2 = valid; of an odd number of rows or columns there is one more behind."""
    reach = [d * (k - 1) if padding == 1 else 0 for d, k in zip(pair(dilation), weight.shape[2:])]
    pads = integers(*[r // 2 for r in reach], *[r - r // 2 for r in reach])
    return with_bias(op, op("Conv2D", x, weight, integers(*pair(stride)), pads, integers(*pair(dilation)), groups=groups), bias)


@of_batch
def conv_transpose2d(op, x, weight, bias, stride, padding, output_padding, groups, dilation):
    lists = integers(*pair(stride)), integers(*pair(padding) * 2), integers(*pair(dilation)), integers(*pair(output_padding))
    return with_bias(op, op("Conv2DTranspose", x, weight, *lists, groups=groups), bias)


def convolution(op, x, weight, bias, stride, padding, dilation, transposed, output_padding, groups):
    if weight.ndim != 4:
        raise ValueError(f"{weight.ndim - 2} spatial dimensions have no operator")
    if transposed:
        return conv_transpose2d(op, x, weight, bias, stride, padding, output_padding, groups, dilation)
    return conv2d(op, x, weight, bias, stride, padding, dilation, groups)


def told(attributes):
    """Those of a primitive that works on images with the channels behind the batch."""
    if attributes is None:
        raise ValueError("MindSpore does not tell its attributes here")
    if attributes["format"] != "NCHW":
        raise ValueError(f"the layout {attributes['format']} has no operator")
    return attributes


def edges(attributes):
    """Padding as the library has it: of the first rows and columns, then of the last."""
    top, bottom, left, right = attributes["pad_list"]
    return integers(top, left, bottom, right)


def conv2d_of_attributes(op, x, weight, attributes):
    attributes = told(attributes)
    lists = integers(*attributes["stride"][2:]), edges(attributes), integers(*attributes["dilation"][-2:])
    return op("Conv2D", x, weight, *lists, groups=attributes["group"])


def windows(x, size, strides, pad_mode, last=False):
    """Padding of a pooling: 1 or SAME, so that a window begins at every stride-th element, else none."""
    pads = [0] * 4
    for i in range(2 if pad_mode in (1, "SAME") else 0):
        extent = x.shape[i + (1 if last else 2)]
        missing = max((-(-extent // strides[i]) - 1) * strides[i] + size[i] - extent, 0)
        pads[i], pads[2 + i] = missing // 2, missing - missing // 2
    return integers(*pads)


def max_pool_of_attributes(op, x, attributes):
    attributes = told(attributes)
    size, strides = attributes["kernel_size"][2:], attributes["strides"][2:]
    return op("MaxPool", x, integers(*size), integers(*strides), windows(x, size, strides, attributes["pad_mode"]), integers(1, 1))


def batch_norm(op, x, scale, bias, mean, variance, is_training, epsilon, momentum, data_format):
    """(normalised, and four statistics that only training reads); data_format: 1 = channels last."""
    if is_training:
        raise ValueError("training has no operator")
    out = op("BatchNorm", x, scale, bias, mean, variance, axis=-1 if data_format == 1 and x.ndim > 2 else 1, epsilon=epsilon)
    return out, *[np.zeros_like(mean)] * 4


def avg_pool(op, x, size, strides, pad_mode, data_format):
    """pad_mode: 1 = same, so that a window begins at every stride-th element, 2 = valid; data_format: 1 = channels last."""
    return op("AvgPool", x, integers(*size), integers(*strides), windows(x, size, strides, pad_mode, data_format == 1),
              channels_last=data_format == 1)


@of_batch
def avg_pool2d(op, x, size, stride, padding, ceil_mode, count_include_pad, divisor):
    if divisor is not None:
        raise ValueError("divisor_override has no operator")
    lists = integers(*pair(size)), integers(*pair(stride or size)), integers(*pair(padding) * 2)
    return op("AvgPool", x, *lists, ceil_mode=ceil_mode, count_include_pad=count_include_pad)


@of_batch
def adaptive_avg_pool2d(op, x, size):
    return op("AdaptiveAvgPool2D", x, integers(*pair(size)))


def resize(op, operator, x, size, align_corners, half_pixel_centers):
    return op(operator, x, integers(*size), align_corners=align_corners, half_pixel_centers=half_pixel_centers)


def upsample(op, operator, x, size, scales, align_corners, half_pixel_centers):
    if size is None or scales is not None:
        raise ValueError("scales instead of a size have no operator")
    return resize(op, operator, x, size, align_corners, half_pixel_centers)


PRIMITIVES = [
    *[same(name) for name in ("Abs", "Neg", "Exp", "Log", "Sqrt", "Rsqrt", "Square", "Reciprocal", "Floor", "Ceil", "Sin", "Cos",
                              "Tanh", "Sigmoid", "Erf", "ReLU", "ReLU6", "HSwish", "HSigmoid")],
    # Of complex numbers x / (1 + e^-x).
    Primitive("SiLU", ["SiLU", "Add", "Cos", "Div", "Exp", "Mul", "Neg", "Sin", "Sub"], lambda op, x: op("SiLU", x), recipe="t"),
    Primitive("LogicalNot", ["LogicalNot", "Equal"], logical_not, recipe="t"),
    *[same(name, "t t") for name in ("LogicalAnd", "LogicalOr")],
    *[comparison(name) for name in ("Equal", "NotEqual", "Less", "LessEqual", "Greater", "GreaterEqual")],
    *[arithmetic(name) for name in ("Add", "Sub", "Mul", "Div", "Maximum", "Minimum")],
    # The second tensor, or a number, times alpha.
    Primitive("AddExt", ["Add", "Mul"], lambda op, a, b, alpha: op("Add", op.fit(a), scaled(op, op.fit(b), alpha)), recipe="t t 1"),
    Primitive("SubExt", ["Sub", "Mul"], lambda op, a, b, alpha: op("Sub", op.fit(a), scaled(op, op.fit(b), alpha)), recipe="t t 1"),
    Primitive("AddScalar", ["Add"], lambda op, a, b, alpha: op("Add", op.fit(a), op.fit(b * alpha)), recipe="t t 1"),
    Primitive("SubScalar", ["Sub"], lambda op, a, b, alpha: op("Sub", op.fit(a), op.fit(b * alpha)), recipe="t t 1"),
    Primitive("Muls", ["Mul"], lambda op, a, b: op("Mul", op.fit(a), op.fit(b)), recipe="t t"),
    Primitive("Divs", ["Div"], lambda op, a, b: op("Div", op.fit(a), op.fit(b)), recipe="t t"),
    Primitive("GeLU", ["Square", "Mul", "Add", "Sigmoid"], lambda op, x: gelu(op, x, 1)),
    Primitive("GeluExt", ["GeLU", "Square", "Mul", "Add", "Sigmoid"], gelu, builtin=False, recipe="t 0"),
    Primitive("Elu", ["ELU"], lambda op, x, alpha: op("ELU", x, alpha=alpha), recipe="t alpha"),
    Primitive("EluExt", ["ELU"], lambda op, x, alpha: op("ELU", x, alpha=alpha), builtin=False, recipe="t alpha"),
    Primitive("LeakyReLUExt", ["LeakyReLU"], lambda op, x, slope: op("LeakyReLU", x, alpha=slope), builtin=False, recipe="t alpha"),
    *[Primitive(name, ["MatMul", "Mul", "ReduceSum"], lambda op, a, b, ta, tb: matmul(op, flipped(a, ta), flipped(b, tb)), recipe="t t / /")
      for name in ("MatMul", "BatchMatMul")],
    *[Primitive(name, ["MatMul", "Mul", "ReduceSum"], matmul, recipe="t t") for name in ("MatMulExt", "BatchMatMulExt")],
    *[Primitive(name, ["MatMul", "Mul", "ReduceSum"], matmul, builtin=False, recipe="t t") for name in ("Mm", "Dot")],
    Primitive("BiasAdd", ["Add"], bias_add),
    Primitive("Dense", ["Dense", "MatMul", "Add", "Mul", "ReduceSum"], dense, recipe="t t t"),
    Primitive("Softmax", ["Softmax"], lambda op, x, axes: along(op, "Softmax", x, axes), recipe="t axis"),
    Primitive("LogSoftmax", ["LogSoftmax"], lambda op, x, axis: along(op, "LogSoftmax", x, axis), recipe="t axis"),
    Primitive("LogSoftmaxExt", ["LogSoftmax"], log_softmax_ext, builtin=False),
    Primitive("LayerNormExt", ["LayerNorm", "ReduceMean", "Sub", "Square", "Add", "Rsqrt"], layer_norm_ext, builtin=False),
    Primitive("GroupNorm", ["GroupNorm", "ReduceMean", "Sub", "Square", "Add", "Rsqrt"], group_norm),
    Primitive("ReduceSum", ["ReduceSum"], reduce_sum, recipe="t a keepdims 0"),
    *[reduction(name) for name in ("ReduceMean", "ReduceMax", "ReduceMin", "ReduceProd", "ReduceAll", "ReduceAny")],
    reduction_ext("SumExt", "ReduceSum"),
    Primitive("MeanExt", ["ReduceMean"], mean_ext, recipe="t a keepdims -"),
    reduction_ext("ProdExt", "ReduceProd"),
    Primitive("CumSum", ["CumSum"], lambda op, x, axis, exclusive, reverse: op("CumSum", x, axis=axis, exclusive=exclusive, reverse=reverse),
              recipe="t axis exclusive reverse"),
    Primitive("Conv2D", ["Conv2D"], conv2d_of_attributes, attributes=True),
    Primitive("MaxPool", ["MaxPool"], max_pool_of_attributes, attributes=True),
    Primitive("BatchNorm", ["BatchNorm"], batch_norm),
    Primitive("Conv2DExt", ["Conv2D", "BiasAdd"], conv2d, builtin=False),
    Primitive("Conv2DPadding", ["Conv2D", "BiasAdd"], conv2d_padding, builtin=False),
    Primitive("ConvTranspose2D", ["Conv2DTranspose", "BiasAdd"], conv_transpose2d, builtin=False),
    Primitive("Convolution", ["Conv2D", "Conv2DTranspose", "BiasAdd"], convolution, builtin=False),
    Primitive("AvgPool", ["AvgPool"], avg_pool),
    Primitive("AvgPool2D", ["AvgPool"], avg_pool2d, builtin=False),
    Primitive("AdaptiveAvgPool2DExt", ["AdaptiveAvgPool2D"], adaptive_avg_pool2d, builtin=False),
    Primitive("ResizeBilinearV2", ["ResizeBilinear"], lambda op, x, *inputs: resize(op, "ResizeBilinear", x, *inputs)),
    Primitive("ResizeNearestNeighborV2", ["ResizeNearest"], lambda op, x, *inputs: resize(op, "ResizeNearest", x, *inputs)),
    Primitive("UpsampleNearest2D", ["ResizeNearest"], lambda op, x, size, scales: upsample(op, "ResizeNearest", x, size, scales, False, False)),
    Primitive("UpsampleBilinear2D", ["ResizeBilinear"],
              lambda op, x, size, scales, corners: upsample(op, "ResizeBilinear", x, size, scales, corners, not corners), builtin=False),
    Primitive("CumsumExt", ["CumSum"], lambda op, x, axis, dtype: op("CumSum", op.fit(x), axis=axis), builtin=False, recipe="t axis -"),
]
PRIMITIVES = {each.name: each for each in PRIMITIVES + EXTENDED}
