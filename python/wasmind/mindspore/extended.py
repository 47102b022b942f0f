"""Primitives behind functions of `mint` for which MindSpore's CPU has no kernel, as rows like those of primitives.py.

Each is a composition of the library's operators; positions, masks and lists of extents are their parameters.
"""
import math

import numpy as np

from .composing import Primitive, integers, moments, pair, reduce, softplus


def row(name, operators, formula, recipe=None):
    return Primitive(name, operators.split(), formula, builtin=False, recipe=recipe)


def times(op, x, factor):
    return x if factor == 1 else op("Mul", x, op.fit(factor))


def filled(op, value, shape):
    return op("BroadcastTo", op.fit(value), integers(*shape))


def counting(op, start, step, count):
    """start, start + step, ..."""
    ones = filled(op, 1, (count,))
    return op("Add", op("Mul", op("CumSum", ones, axis=0, exclusive=True), op.fit(step)), op.fit(start)) if count else ones


def arange(op, start, end, step, dtype):
    return counting(op, start, step, max(math.ceil((end - start) / step), 0))


def linspace(op, start, end, steps, dtype):
    return counting(op, start, (end - start) / (steps - 1) if steps > 1 else 0, steps)


def product(op, x, a, b, beta, alpha, is_summed=False):
    """beta x + alpha a b"""
    out = op("MatMul", a, b)
    out = reduce(op, "ReduceSum", out, 0, False) if is_summed else out
    return op("Add", times(op, x, beta), times(op, out, alpha))


def extreme(op, operator, x, dim, keepdims):
    where = op(operator, x.reshape(-1), axis=0) if dim is None else op(operator, x, axis=dim)
    return op.fit(where.reshape([1] * x.ndim) if dim is None and keepdims else np.expand_dims(where, dim) if keepdims else where)


def ordered(op, x, count, dim, largest):
    """The first `count` in order and where they stood."""
    if x.ndim == 0:
        return x, np.zeros((), np.int64)
    values, places = op("TopK", x, k=count, axis=dim, largest=largest)
    return values, places.astype(np.int64)


def median(op, x, dim, keepdims):
    values, places = ordered(op, x, (x.shape[dim] + 1) // 2, dim, False)
    last = [np.take(each, [-1], dim) for each in (values, places)]
    return tuple(each if keepdims else each.squeeze(dim) for each in last)


def truncated(op, x):
    return op("Mul", op("Sign", x), op("Floor", op("Abs", x)))


def log_of_sum(op, x, dim, keepdims):
    peak = reduce(op, "ReduceMax", x, dim, True)
    total = reduce(op, "ReduceSum", op("Exp", op("Sub", x, peak)), dim, True)
    out = op("Add", op("Log", total), peak)
    if keepdims:
        return out
    return out.squeeze(tuple(dim) if isinstance(dim, tuple) and dim else dim if isinstance(dim, int) else None)


def log_of_two(op, a, b, base):
    """log(base^a + base^b) in that base."""
    peak, low = op("Maximum", a, b), op("Minimum", a, b)
    more = op("Exp", op("Mul", op("Sub", low, peak), op.fit(math.log(base))))
    return op("Add", peak, op("Div", op("Log", op("Add", more, op.fit(1))), op.fit(math.log(base))))


def norm(op, x, order, dim, keepdims, dtype):
    x = op("Abs", op.fit(x))
    if order == 2:
        return op("Sqrt", reduce(op, "ReduceSum", op("Square", x), dim, keepdims))
    if abs(order) == math.inf:
        return reduce(op, "ReduceMax" if order > 0 else "ReduceMin", x, dim, keepdims)
    if order == 1:
        return reduce(op, "ReduceSum", x, dim, keepdims)
    if order == 0:
        return reduce(op, "ReduceSum", op.fit(op("NotEqual", x, op.fit(0))), dim, keepdims)
    return op("Pow", reduce(op, "ReduceSum", op("Pow", x, op.fit(order)), dim, keepdims), op.fit(1 / order))


def repeated(op, x, repeats, dim, output_size):
    x, dim = (x.reshape(-1), 0) if dim is None else (x, dim % x.ndim)
    shape = list(x.shape)
    wide = op("BroadcastTo", np.expand_dims(x, dim + 1), integers(*shape[:dim + 1], repeats, *shape[dim + 1:]))
    return wide.reshape(*shape[:dim], shape[dim] * repeats, *shape[dim + 1:])


def rolled(op, x, shifts, dims):
    shape, flat = x.shape, not dims
    x = x.reshape(-1) if flat else x
    for shift, dim in zip(shifts if isinstance(shifts, tuple) else (shifts,), (0,) if flat else dims if isinstance(dims, tuple) else (dims,)):
        if x.size and shift % x.shape[dim]:
            head, tail = np.split(x, [x.shape[dim] - shift % x.shape[dim]], dim)
            x = op("Concat", tail, head, axis=dim)
    return x.reshape(shape)


def scatter_add(op, x, dim, index, source):
    places = np.indices(index.shape)
    places[dim] = index
    source = source[tuple(map(slice, index.shape))]
    added = op("ScatterNd", places.reshape(x.ndim, -1).T.astype(np.int64), source.reshape(-1), integers(*x.shape))
    return op("Add", x, added)


def stacked(op, *inputs):
    *tensors, dim = inputs
    tensors = [np.expand_dims(each, dim % (tensors[0].ndim + 1)) for each in tensors]
    out = tensors[0]
    for each in tensors[1:]:
        out = op("Concat", out, each, axis=dim % out.ndim)
    return out


def masked(op, mask, x, value=0):
    return op("Select", np.broadcast_to(mask, x.shape), x, np.broadcast_to(np.asarray(value, x.dtype), x.shape))


def diagonal(op, x, offset):
    if x.ndim == 2:
        return op("BroadcastTo", np.diagonal(x, offset), integers(len(np.diagonal(x, offset))))
    side, mask = len(x) + abs(offset), np.eye(len(x) + abs(offset), k=offset, dtype=np.bool_)
    return masked(op, mask, np.broadcast_to(np.pad(x, (max(offset, 0), max(-offset, 0))), (side, side)))


def padded(op, x, padding, value):
    """padding: before and behind the last axis, then the one before it, and so on."""
    if min(padding, default=0) < 0:
        raise ValueError("negative padding has no operator")
    pairs = [(0, 0)] * (x.ndim - len(padding) // 2) + [padding[i:i + 2] for i in range(len(padding) - 2, -1, -2)]
    return op("Pad", x, integers(*(each for both in pairs for each in both)), value=float(value))


def gathered(mode):
    """Padding with elements of the tensor itself."""
    def formula(op, x, padding):
        for i in range(len(padding) // 2):
            axis = x.ndim - 1 - i
            x = op("Gather", x, np.pad(np.arange(x.shape[axis]), padding[2 * i:2 * i + 2], mode), axis=axis)
        return x

    return formula


def patches(channels, kernel, dtype):
    """Weights with which a convolution moves the elements of its windows into channels."""
    rows, columns = kernel
    return np.tile(np.eye(rows * columns, dtype=dtype).reshape(rows * columns, 1, rows, columns), (channels, 1, 1, 1))


def unfolded(op, x, kernel, dilation, padding, stride):
    kernel, images = pair(kernel), x if x.ndim == 4 else x[None]
    channels = images.shape[1]
    out = op("Conv2D", images, patches(channels, kernel, x.dtype), integers(*pair(stride)), integers(*pair(padding) * 2), integers(*pair(dilation)), groups=channels)
    out = out.reshape(*out.shape[:2], -1)
    return out if x.ndim == 4 else out[0]


def folded(op, x, size, kernel, dilation, padding, stride):
    kernel, size, stride, padding, dilation = map(pair, (kernel, size, stride, padding, dilation))
    windows = x if x.ndim == 3 else x[None]
    counts = [(n + 2 * p - d * (k - 1) - 1) // s + 1 for n, p, d, k, s in zip(size, padding, dilation, kernel, stride)]
    more = [n - ((c - 1) * s + d * (k - 1) + 1 - 2 * p) for n, c, s, d, k, p in zip(size, counts, stride, dilation, kernel, padding)]
    channels = windows.shape[1] // math.prod(kernel)
    out = op("Conv2DTranspose", windows.reshape(*windows.shape[:2], *counts), patches(channels, kernel, x.dtype), integers(*stride),
             integers(*padding * 2), integers(*dilation), integers(*more), groups=channels)
    return out if x.ndim == 3 else out[0]


def avg_pool1d(op, x, size, stride, padding, ceil_mode, count_include_pad):
    size, stride, padding = (each[0] if isinstance(each, tuple) else each for each in (size, stride or size, padding))
    batch = x if x.ndim == 3 else x[None]
    out = op("AvgPool", batch[:, :, None], integers(1, size), integers(1, stride), integers(0, padding, 0, padding), ceil_mode=ceil_mode,
             count_include_pad=count_include_pad)[:, :, 0]
    return out if x.ndim == 3 else out[0]


def adaptive_avg_pool1d(op, x, size):
    batch = x if x.ndim == 3 else x[None]
    out = op("AdaptiveAvgPool2D", batch[:, :, None], integers(1, size[0] if isinstance(size, tuple) else size))[:, :, 0]
    return out if x.ndim == 3 else out[0]


def avg_pool3d(op, x, size, stride, padding, ceil_mode, count_include_pad, divisor):
    """Of rows and columns first, then of depth: the mean of means over windows that all have the same count."""
    size, stride, padding = ((each if len(each) == 3 else each * 3) if isinstance(each, tuple) else (each,) * 3 for each in (size, stride or size, padding))
    if ceil_mode or divisor is not None or any(padding) and not count_include_pad:
        raise ValueError("windows of different counts have no operator")
    batch = x if x.ndim == 5 else x[None]
    n, c, d, h, w = batch.shape
    flat = op("AvgPool", batch.reshape(n, c * d, h, w), integers(*size[1:]), integers(*stride[1:]), integers(*padding[1:] * 2), count_include_pad=True)
    deep = flat.reshape(n, c, d, -1)
    deep = op("AvgPool", deep, integers(size[0], 1), integers(stride[0], 1), integers(padding[0], 0, padding[0], 0), count_include_pad=True)
    out = deep.reshape(n, c, deep.shape[2], *flat.shape[2:])
    return out if x.ndim == 5 else out[0]


def batch_norm(op, x, weight, bias, mean, variance, training, momentum, epsilon):
    if training or mean is None:
        raise ValueError("training has no operator")
    weight = np.ones_like(mean) if weight is None else weight
    bias = np.zeros_like(mean) if bias is None else bias
    # The two others are statistics that only training reads.
    return op("BatchNorm", x, weight, bias, mean, variance, axis=1, epsilon=epsilon), *[np.zeros_like(mean)] * 2


def loss(op, each, reduction):
    """reduction: 0 = sum, 1 = mean, 2 = none."""
    return each if reduction == 2 else reduce(op, "ReduceMean" if reduction else "ReduceSum", each, None, False)


def kl_div(op, x, target, reduction, log_target):
    if log_target:
        each = op("Mul", op("Exp", target), op("Sub", target, x))
    else:
        zero = op.fit(0)
        sure = op("Select", op("Greater", target, zero), target, np.ones_like(target))
        each = op("Sub", op("Mul", target, op("Log", sure)), op("Mul", target, x))
    return loss(op, each, reduction)


SELU = 1.0507009873554805, 1.6732632423543772

EXTENDED = [
    row("Addmm", "MatMul Mul Add", product), row("Addmv", "MatMul Mul Add", product), row("Baddbmm", "MatMul Mul Add", product),
    row("Addbmm", "MatMul Mul Add ReduceSum", lambda op, *inputs: product(op, *inputs, is_summed=True)),
    row("AddcdivExt", "Div Mul Add", lambda op, x, a, b, value: op("Add", x, times(op, op("Div", a, b), value))),
    row("AddcmulExt", "Mul Add", lambda op, x, a, b, value: op("Add", x, times(op, op("Mul", a, b), value))),
    row("Arange", "BroadcastTo CumSum Mul Add", arange), row("LinSpaceExt", "BroadcastTo CumSum Mul Add", linspace),
    row("ArgMaxExt", "Argmax", lambda op, *inputs: extreme(op, "Argmax", *inputs)), row("ArgMinExt", "Argmin", lambda op, *inputs: extreme(op, "Argmin", *inputs)),
    row("ArgSort", "TopK", lambda op, x, dim, descending, stable: ordered(op, x, x.shape[dim] if x.ndim else 1, dim, descending)[1]),
    row("SortExt", "TopK", lambda op, x, dim, descending, stable: ordered(op, x, x.shape[dim] if x.ndim else 1, dim, descending)),
    row("TopkExt", "TopK", lambda op, x, k, dim, largest, in_order: ordered(op, x, k, dim, largest)),
    row("MedianDim", "TopK", median), row("MedianExt", "TopK", lambda op, x: median(op, x.reshape(-1), 0, False)[0]),
    row("Clone", "BroadcastTo", lambda op, x: op("BroadcastTo", x, integers(*x.shape))),
    row("CountNonZero", "NotEqual ReduceSum", lambda op, x, dim: reduce(op, "ReduceSum", op.fit(op("NotEqual", x, x.dtype.type(0))), dim, False)),
    row("EqualExt", "Equal ReduceAll", lambda op, a, b: reduce(op, "ReduceAll", op("Equal", a, b), None, False).reshape(1) if a.shape == b.shape else np.array([False])),
    row("Exp2", "Mul Exp", lambda op, x: op("Exp", op("Mul", op.fit(x), op.fit(math.log(2))))),
    row("Log2", "Mul Log", lambda op, x: op("Mul", op("Log", op.fit(x)), op.fit(1 / math.log(2)))),
    row("Log10", "Mul Log", lambda op, x: op("Mul", op("Log", op.fit(x)), op.fit(1 / math.log(10)))),
    row("Frac", "Sub Mul Sign Floor Abs", lambda op, x: op("Sub", x, truncated(op, x))),
    row("FillScalar", "BroadcastTo", lambda op, size, value, dtype: filled(op, value, size if isinstance(size, tuple) else (size,))),
    row("FullLike", "BroadcastTo", lambda op, x, value, dtype: filled(op, value, x.shape)),
    row("IndexSelect", "Gather", lambda op, x, dim, index: op("Gather", x, index, axis=dim)),
    row("Embedding", "Gather", lambda op, ids, table, *rest: op("Gather", table, ids, axis=0)),
    row("LogAddExp", "Maximum Minimum Exp Mul Sub Add Log Div", lambda op, a, b: log_of_two(op, a, b, math.e)),
    row("LogAddExp2", "Maximum Minimum Exp Mul Sub Add Log Div", lambda op, a, b: log_of_two(op, a, b, 2)),
    row("LogSumExp", "ReduceMax ReduceSum Exp Sub Add Log", log_of_sum),
    row("Mv", "MatMul", lambda op, a, b: op("MatMul", a, b), recipe="t t"),
    row("Norm", "Abs Sqrt Square ReduceSum ReduceMax ReduceMin NotEqual Pow", norm),
    row("LinalgVectorNorm", "Abs Sqrt Square ReduceSum ReduceMax ReduceMin NotEqual Pow", norm),
    row("Outer", "Mul", lambda op, a, b: op("Mul", a[:, None], b[None])),
    row("RepeatInterleaveInt", "BroadcastTo", repeated), row("Roll", "Concat", rolled), row("ScatterAddExt", "ScatterNd Add", scatter_add),
    row("StackExt", "Concat", stacked), row("DiagExt", "BroadcastTo Select", diagonal),
    row("TraceExt", "ReduceSum", lambda op, x: reduce(op, "ReduceSum", op.fit(np.ascontiguousarray(np.diagonal(x))), None, False)),
    row("TrilExt", "Select", lambda op, x, offset: masked(op, np.tri(*x.shape[-2:], offset, np.bool_), x)),
    row("Var", "ReduceMean ReduceSum Sub Square Mul", lambda op, *inputs: moments(op, *inputs)[0]),
    row("Std", "ReduceMean ReduceSum Sub Square Mul Sqrt", lambda op, *inputs: op("Sqrt", moments(op, *inputs)[0])),
    row("VarMean", "ReduceMean ReduceSum Sub Square Mul", moments),
    row("StdMean", "ReduceMean ReduceSum Sub Square Mul Sqrt", lambda op, *inputs: (op("Sqrt", moments(op, *inputs)[0]), moments(op, *inputs)[1])),
    row("AdaptiveAvgPool1D", "AdaptiveAvgPool2D", adaptive_avg_pool1d), row("AvgPool1D", "AvgPool", avg_pool1d), row("AvgPool3DExt", "AvgPool", avg_pool3d),
    row("BatchNormExt", "BatchNorm", batch_norm), row("Im2ColExt", "Conv2D", unfolded), row("Col2ImExt", "Conv2DTranspose", folded),
    row("Hardtanh", "Maximum Minimum", lambda op, x, low, high: op("Minimum", op("Maximum", x, op.fit(low)), op.fit(high))),
    row("KLDiv", "Mul Exp Sub Select Greater Log ReduceMean ReduceSum", kl_div),
    row("L1LossExt", "Abs Sub ReduceMean ReduceSum", lambda op, a, b, reduction: loss(op, op("Abs", op("Sub", a, b)), reduction)),
    row("MSELossExt", "Square Sub ReduceMean ReduceSum", lambda op, a, b, reduction: loss(op, op("Square", op("Sub", a, b)), reduction)),
    row("LogSigmoid", "Neg Softplus", lambda op, x: (op("Neg", softplus(op, op("Neg", x))), np.zeros_like(x))),
    row("MishExt", "Mul Tanh Softplus", lambda op, x: op("Mul", x, op("Tanh", softplus(op, x)))),
    row("OneHotExt", "OneHot", lambda op, x, count, on, off, axis: op("OneHot", x, on, off, depth=count, axis=axis)),
    row("ConstantPadND", "Pad", padded),
    *[row(f"ReflectionPad{n}D", "Gather", gathered("reflect")) for n in (1, 2, 3)],
    *[row(f"ReplicationPad{n}D", "Gather", gathered("edge")) for n in (1, 2, 3)],
    row("SeLUExt", "ELU Mul", lambda op, x: op("Mul", op("ELU", x, alpha=SELU[1]), op.fit(SELU[0]))),
    row("Threshold", "Greater Select", lambda op, x, least, value: op("Select", op("Greater", x, op.fit(least)), x, np.full_like(x, value))),
]
