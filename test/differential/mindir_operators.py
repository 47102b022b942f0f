"""What MindSpore's primitives compute, as formulas: the primitives that no recorded model of test/data/mindir calls.

Rows are (node, expected), where expected is an array, or {index: array} of a tuple. The formulas follow MindSpore's and
(for mint, the primitives that end with Ext) PyTorch's documentation.
"""
import colorsys
import math
import statistics

import numpy as np
from differential.mindir import K, N, TYPE_IDS

F32, I64 = TYPE_IDS["float32"], TYPE_IDS["int64"]


def bicubic_weights(old, new, align_corners, half_pixel_centers):
    """Result x element: Keys' kernel at steps of 1/1024, as MindSpore 2.10 and TensorFlow 1 have it."""
    def kernel(t):
        return (a + 2) * t ** 3 - (a + 3) * t ** 2 + 1 if t <= 1 else a * t ** 3 - 5 * a * t ** 2 + 8 * a * t - 4 * a

    a = -0.5 if half_pixel_centers else -0.75
    scale = np.float32((old - 1) / (new - 1) if align_corners and new > 1 else old / new)
    weights = np.zeros((new, old))
    for i in range(new):
        place = np.float32(i + 0.5) * scale - np.float32(0.5) if half_pixel_centers else np.float32(i) * scale
        whole = int(np.floor(place))
        part = round(float(place - whole) * 1024) / 1024
        for element in range(whole - 1, whole + 3):
            if 0 <= element < old or not half_pixel_centers:
                weights[i, min(max(element, 0), old - 1)] += kernel(abs(element - whole - part))
        if half_pixel_centers:
            weights[i] /= weights[i].sum()
    return weights


def floats(random, *shape, low=-2.0, high=2.0):
    return random.uniform(low, high, shape).astype(np.float32)


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def softplus(x):
    return np.log1p(np.exp(x))


def elu(x, alpha=1.0):
    return np.where(x > 0, x, alpha * np.expm1(np.minimum(x, 0)))


def erf(x):
    return np.vectorize(math.erf)(x)


def rms(x, axes, epsilon):
    return 1 / np.sqrt((x * x).mean(axes, keepdims=True) + epsilon)


def correlate(x, w, strides, padding, dilation, groups):
    """A convolution of any rank, x [N, C, ...], w [O, C / groups, ...]; padding: one number per dimension, both sides."""
    spatial = x.ndim - 2
    x = np.pad(x.astype(np.float64), [(0, 0), (0, 0)] + [(p, p) for p in padding])
    reach = [d * (k - 1) + 1 for d, k in zip(dilation, w.shape[2:])]
    windows = np.lib.stride_tricks.sliding_window_view(x, reach, tuple(range(2, x.ndim)))
    windows = windows[(slice(None), slice(None)) + tuple(slice(None, None, s) for s in strides) + tuple(slice(None, None, d) for d in dilation)]
    outputs = []
    for group in range(groups):
        o, c = w.shape[0] // groups, w.shape[1]
        part = windows[:, group * c : (group + 1) * c]
        kernel_axes = tuple(range(2 + spatial, 2 + 2 * spatial))
        outputs.append(np.tensordot(part, w[group * o : (group + 1) * o].astype(np.float64), ((1,) + kernel_axes, (1,) + tuple(range(2, 2 + spatial)))))
    return np.moveaxis(np.concatenate(outputs, -1), -1, 1).astype(np.float32)


def pool(x, size, stride, reduce):
    windows = np.lib.stride_tricks.sliding_window_view(x, (size, size), (2, 3))[:, :, ::stride, ::stride]
    return reduce(windows, (-2, -1))


def rows():
    random = np.random.default_rng(3)
    x, y = floats(random, 2, 3), floats(random, 2, 3)
    yield N("TupleGetItem", N("MakeTuple", x, y), 1), y
    # What orders side effects passes values on.
    state = N("UpdateState", None, x)
    yield N("Neg", N("Depend", N("Load", x, state), state)), -x
    x, y = floats(random, 3, 4), floats(random, 3, 4)
    unit, positive = floats(random, 3, 4, low=-0.9, high=0.9), floats(random, 3, 4, low=0.1, high=3)
    i, j = random.integers(-50, 50, (3, 4), np.int32), random.integers(1, 9, (3, 4)).astype(np.int32)
    bools = random.random((3, 4)) < 0.5
    image = floats(random, 2, 4, 6, 6)

    # Elementwise, one operand.
    for primitive, argument, result in [
        ("AcosExt", unit, np.arccos(unit)), ("AcoshExt", positive + 1, np.arccosh(positive + 1)), ("AsinExt", unit, np.arcsin(unit)),
        ("AsinhExt", x, np.arcsinh(x)), ("AtanExt", x, np.arctan(x)), ("BitwiseNot", i, ~i), ("Exp2", x, np.exp2(x)),
        ("Frac", x, x - np.trunc(x)), ("Inv", positive, 1 / positive), ("Log10", positive, np.log10(positive)),
        ("Log2", positive, np.log2(positive)), ("LogSigmoid", x, np.log(sigmoid(x))), ("MishExt", x, x * np.tanh(softplus(x))),
        ("Rint", np.float32([-2.5, -0.5, 0.5, 1.5, 2.4]), np.float32([-2, -0.0, 0, 2, 2])),
        ("IsInf", np.float32([1, np.inf, -np.inf, np.nan]), np.array([False, True, True, False])),
        ("SeLUExt", x, 1.05070098 * elu(x, 1.67326324)), ("TExt", x, x.T),
        *[(same, x, x) for same in ("Clone", "Contiguous", "Copy", "Identity", "StopGradient", "TensorMove")],
        ("ZerosLike", x, 0 * x), ("OnesLike", i, 0 * i + 1), ("ZerosLikeExt", i, 0 * i), ("OnesLikeExt", x, 0 * x + 1),
        ("All", bools, bools.all()), ("Any", bools, bools.any()), ("Min", x, x.min()),
    ]:
        yield N(primitive, argument), result

    # Elementwise, one operand and parameters.
    yield N("CeLU", x, 1.5), elu(x / 1.5) * 1.5
    yield N("EluExt", x, 0.5), elu(x, 0.5)
    yield N("GeluExt", x, 0), x * 0.5 * (1 + erf(x / math.sqrt(2)))
    yield N("GeluExt", x, 1), x * 0.5 * (1 + np.tanh(math.sqrt(2 / math.pi) * (x + 0.044715 * x**3)))
    yield N("Hardtanh", x, -0.5, 1.25), np.clip(x, -0.5, 1.25)
    for leaky in ("LeakyReLU", "LeakyReLUExt"):
        yield N(leaky, x, 0.25), np.where(x > 0, x, 0.25 * x)
    yield N("SoftplusExt", x, 2.0, 20.0), softplus(2 * x) / 2
    yield N("Threshold", x, 0.5, -3.0), np.where(x > 0.5, x, np.float32(-3))
    yield N("LogSoftmaxExt", x, 0, None), x - np.log(np.exp(x).sum(0))
    yield N("GLU", x, axis=1), x[:, :2] * sigmoid(x[:, 2:])
    yield N("Swiglu", x, 1), x[:, :2] * sigmoid(x[:, :2]) * x[:, 2:]
    yield N("ClampTensor", x, K(np.float32(-1)), K(np.float32(0.5))), np.clip(x, -1, 0.5)
    yield N("PowTensorScalar", positive, 2.5), positive**2.5
    yield N("PowScalarTensor", 2.5, x), 2.5**x
    yield N("EqScalar", i, int(i[0, 0])), i == i[0, 0]
    yield N("GreaterEqualScalar", x, 0.25), x >= 0.25
    yield N("FloorDivScalar", i, 7), i // 7
    yield N("FmodScalar", i, 7), np.fmod(i, 7)
    yield N("RemainderTensorScalar", i, 7), i % 7
    yield N("RemainderScalarTensor", 23, j), 23 % j
    yield N("BitwiseAndScalar", i, 12), i & 12
    yield N("BitwiseOrScalar", i, 12), i | 12
    yield N("BitwiseXorScalar", i, 12), i ^ 12
    yield N("DivMods", x, 0.7, "floor"), np.floor(x / np.float32(0.7))
    yield N("LerpScalar", x, y, 0.25), x + np.float32(0.25) * (y - x)
    yield N("MaskedFillScalar", x, bools, 7.0), np.where(bools, np.float32(7), x)
    yield N("FullLike", x, 2.5, None), np.full_like(x, 2.5)

    # Elementwise, two and three operands.
    for primitive, a, b, result in [
        ("Atan2Ext", x, y, np.arctan2(x, y)), ("BitwiseAndTensor", i, j, i & j), ("BitwiseOrTensor", i, j, i | j),
        ("BitwiseXorTensor", i, j, i ^ j), ("FmodTensor", i, j, np.fmod(i, j)), ("Mod", i, j, np.fmod(i, j)), ("RealDiv", x, y, x / y),
        ("LeftShift", i, j, i << j), ("RightShift", i, j, i >> j), ("SquaredDifference", x, y[:1], (x - y[:1]) ** 2),
        ("DivNoNan", x, np.where(bools, y, 0).astype(np.float32), np.divide(x, y, where=bools, out=np.zeros_like(x))),
        ("BatchMatMulExt", x, y.T.copy(), x @ y.T), ("Mm", x, y.T.copy(), x @ y.T), ("Mv", x, y[0].copy(), x @ y[0]),
        ("Dot", x[0].copy(), y[0].copy(), x[0] @ y[0]), ("Outer", x[0].copy(), y[:, 0].copy(), np.outer(x[0], y[:, 0])),
        ("ExpandAs", x[:1].copy(), y, np.broadcast_to(x[:1], y.shape)), ("ViewAs", x, floats(random, 2, 6), x.reshape(2, 6)),
    ]:
        yield N(primitive, a, b), result
    yield N("AddExt", x, y, 2), x + 2 * y
    yield N("SubExt", x, y, 2), x - 2 * y
    for mode, rounded in [(None, lambda q: q), (1, np.trunc), (2, np.floor)]:
        yield N("DivMod", x, y, mode), rounded(x / y)
    yield N("SelectV2", bools, x, y), np.where(bools, x, y)

    # Products.
    a, b = floats(random, 3, 5), floats(random, 5, 4)
    yield N("Addmm", x, a, b, 0.5, 2.0), 0.5 * x + 2 * (a @ b)
    stack, left, right = floats(random, 2, 3, 4), floats(random, 2, 3, 5), floats(random, 2, 5, 4)
    yield N("Baddbmm", stack, left, right, 0.5, 2.0), 0.5 * stack + 2 * (left @ right)

    # Reductions.
    yield N("AllExt", bools, (1,), False), bools.all(1)
    yield N("AnyExt", bools, (0,), True), bools.any(0, keepdims=True)
    yield N("ArgMaxExt", x, 1, False), x.argmax(1)
    yield N("ArgMinExt", x, None, False), np.int64(x.argmin())
    yield N("MinDim", x, 1, False), {0: x.min(1), 1: x.argmin(1)}
    yield N("LogSumExp", x, (1,), True), np.log(np.exp(x).sum(1, keepdims=True))
    infinite = np.float32([[np.inf, 1, 2], [-np.inf, 1, 2], [-np.inf] * 3, [np.inf, -np.inf, 0], [np.inf] * 3])
    with np.errstate(divide="ignore"):
        yield N("LogSumExp", infinite, (1,), False), np.log(np.exp(infinite).sum(1))
    yield N("ReduceProd", x, (0,), False), x.prod(0)
    yield N("Std", x, (1,), 1, False), x.std(1, ddof=1)
    yield N("Var", x, (0,), 0, True), x.var(0, keepdims=True)
    yield N("CumsumExt", x, 1, None), x.cumsum(1)
    yield N("ArgSort", x, 1, False, True), x.argsort(1, kind="stable")
    order = (-x).argsort(1, kind="stable")
    yield N("SortExt", x, 1, True, True), {0: np.take_along_axis(x, order, 1), 1: order}
    yield N("TopkExt", x, 2, 1, True, True), {0: np.take_along_axis(x, order, 1)[:, :2], 1: order[:, :2]}

    # Normalisation.
    gamma, beta = floats(random, 4), floats(random, 4)
    scale = rms(x, 1, 1e-5)
    yield N("RmsNorm", x, gamma, 1e-5), {0: x * scale * gamma, 1: scale}
    both = x + y
    yield N("AddRmsNorm", x, y, gamma, 1e-5), {0: both * rms(both, 1, 1e-5) * gamma, 1: rms(both, 1, 1e-5), 2: both}
    centred = (x - x.mean(1, keepdims=True)) / np.sqrt(x.var(1, keepdims=True) + 1e-5)
    yield N("LayerNormV3", x, gamma, beta, -1, -1, 1e-5), {0: centred * gamma + beta}
    mean, variance = floats(random, 4), floats(random, 4, low=0.5, high=2)
    column = lambda v: v[:, None, None]
    normalised = (image - column(mean)) / np.sqrt(column(variance) + 1e-5) * column(gamma) + column(beta)
    yield N("BatchNormExt", image, gamma, beta, mean, variance, False, 0.1, 1e-5), {0: normalised}

    # Images.
    w1, w2, w3 = floats(random, 6, 2, 3), floats(random, 6, 2, 3, 3), floats(random, 5, 2, 2, 2, 2)
    line, solid = floats(random, 2, 4, 9), floats(random, 1, 2, 4, 5, 4)
    yield N("Conv1DExt", line, w1, None, (2,), (1,), (1,), 2), correlate(line, w1, [2], [1], [1], 2)
    yield N("Conv2DPadding", image, w2, None, (1, 1), "valid", (2, 2), 2), correlate(image, w2, [1, 1], [0, 0], [2, 2], 2)
    yield N("Conv2DPadding", image, w2, None, (1, 1), "same", (1, 1), 2), correlate(image, w2, [1, 1], [1, 1], [1, 1], 2)
    bias = floats(random, 5)
    yield N("Conv3DExt", solid, w3, bias, (1, 2, 1), (1, 0, 1), (1, 1, 1), 1), correlate(solid, w3, [1, 2, 1], [1, 0, 1], [1, 1, 1], 1) + bias[:, None, None, None]
    yield N("Convolution", image, w2, None, (2, 1), (1, 0), (1, 1), False, (0, 0), 2), correlate(image, w2, [2, 1], [1, 0], [1, 1], 2)
    yield N("AvgPool2D", image, (2, 2), (2, 2), (0, 0), False, True, None), pool(image, 2, 2, np.mean)
    yield N("AdaptiveAvgPool2DExt", image, (3, 2)), image.reshape(2, 4, 3, 2, 2, 3).mean((3, 5))
    yield N("MaxPoolWithIndices", image, (3, 3), (1, 1), (0, 0), (1, 1), False, I64), {0: pool(image, 3, 1, np.max)}
    yield N("PixelShuffle", image, 2), image.reshape(2, 1, 2, 2, 6, 6).transpose(0, 1, 4, 2, 5, 3).reshape(2, 1, 12, 12)
    yield N("UpsampleNearest2D", image, (12, 18), None), image.repeat(2, 2).repeat(3, 3)
    yield N("ResizeNearestNeighbor", image, size=(12, 18), align_corners=False, half_pixel_centers=False), image.repeat(2, 2).repeat(3, 3)

    def linear(extent, size):
        """The matrix of a linear resize with aligned corners."""
        at = np.linspace(0, extent - 1, size)
        return np.maximum(0, 1 - np.abs(at[:, None] - np.arange(extent)))

    grown = np.einsum("ih,nchw,jw->ncij", linear(6, 11), image, linear(6, 4))
    yield N("UpsampleBilinear2D", image, (11, 4), None, True), grown
    yield N("ResizeBilinear", image, size=(11, 4), align_corners=True, half_pixel_centers=False), grown

    # Padding.
    yield N("ConstantPadND", x, (1, 2, 0, 3), 1.5), np.pad(x, ((0, 3), (1, 2)), constant_values=1.5)
    yield N("MirrorPad", x, K(np.int64([[1, 2], [0, 3]])), mode="REFLECT"), np.pad(x, ((1, 2), (0, 3)), mode="reflect")
    yield N("MirrorPad", x, K(np.int64([[1, 2], [0, 3]])), mode="SYMMETRIC"), np.pad(x, ((1, 2), (0, 3)), mode="symmetric")
    volume = floats(random, 2, 3, 4, 5)
    for name, mode in [("Reflection", "reflect"), ("Replication", "edge")]:
        for dims in (1, 2, 3):
            pads = ((0, 0),) * (4 - dims) + ((1, 2),) * dims
            yield N(f"{name}Pad{dims}D", volume, (1, 2) * dims), np.pad(volume, pads, mode=mode)

    # Parts and indices.
    yield N("Chunk", x, 3, 1), {0: x[:, :2], 1: x[:, 2:]}
    yield N("SplitTensor", x, 3, 1), {0: x[:, :3], 1: x[:, 3:]}
    yield N("SplitWithSize", x, (1, 3), 1), {0: x[:, :1], 1: x[:, 1:]}
    yield N("UnstackExt", x, 0), {k: x[k] for k in range(3)}
    yield N("StackExt", N("MakeTuple", x, y), 1), np.stack([x, y], 1)
    yield N("SequenceConcat", N("MakeList", x, y), axis=1), np.concatenate([x, y], 1)
    yield N("Narrow", x, 1, 1, 2), x[:, 1:3]
    yield N("SelectExtView", x, 1, -1), x[:, -1]
    yield N("Slice", x, (1, 0), (2, -1)), x[1:3]
    yield N("SliceExt", x, 1, 0, 4, 2), x[:, ::2]
    yield N("FlattenExt", image, 1, 2), image.reshape(2, 24, 6)
    yield N("View", x, (2, 6)), x.reshape(2, 6)
    yield N("Roll", x, (1, -1), (0, 1)), np.roll(x, (1, -1), (0, 1))
    yield N("RepeatInterleaveInt", x, 3, 1, None), x.repeat(3, 1)
    yield N("RepeatInterleaveInt", x, 2, None, None), x.repeat(2)
    yield N("TrilExt", x, 1), np.tril(x, 1)
    table, chosen = floats(random, 7, 3), np.int64([[0, 6], [3, 3]])
    yield N("Embedding", chosen, table, None, None, 2.0, False), table[chosen]
    yield N("IndexSelect", x, 1, np.int64([3, 0])), x[:, [3, 0]]
    hot = np.int64([2, 0, 1])
    yield N("OneHotExt", hot, 4, K(np.float32(5)), K(np.float32(-1)), -1), np.where(np.arange(4) == hot[:, None], np.float32(5), np.float32(-1))

    # Pads of -1 follow from the sizes.
    small, kernel = floats(random, 1, 1, 3, 4), floats(random, 1, 1, 3, 3)
    spread = np.zeros((1, 1, 7, 9), np.float32)
    for i, j in np.ndindex(3, 4):
        spread[0, 0, 2 * i : 2 * i + 3, 2 * j : 2 * j + 3] += small[0, 0, i, j] * kernel[0, 0]
    yield N("Conv2DTranspose", small, K(kernel), (1, 1, 6, 8), stride=(2, 2), pad_list=(-1, -1, -1, -1), pad_mode="same"), spread[:, :, :6, :8]

    # Amounts that are data.
    one, two, vector = np.array(1), np.array(2), lambda *values: np.int64(values)
    yield N("SliceExt", x, 1, one, np.array(-1), 1), x[:, 1:-1]
    yield N("StridedSlice", x, vector(1, -1), vector(9, -9), (1, -2), 0, 0, 0, 0, 0), x[1:, ::-2]
    yield N("StridedSlice", x, N("MakeTuple", two, 0), (9, 9), (1, 1), 0, 0, 0, 0, 1), x[2]
    yield N("Slice", x, vector(1, 0), vector(2, -1)), x[1:3]
    yield N("Narrow", x, 1, np.array(-3), two), x[:, 1:3]
    yield N("SelectExtView", x, 1, np.array(-2)), x[:, -2]
    yield N("SplitWithSize", x, vector(1, 3), 1), {0: x[:, :1], 1: x[:, 1:]}
    yield N("PadV3", x, vector(1, -2, 0, 3), mode="constant"), np.pad(x[:, :2], ((0, 3), (1, 0)))
    yield N("PadV3", x, vector(1, 2, 0, 2), mode="reflect"), np.pad(x, ((0, 2), (1, 2)), mode="reflect")
    yield N("MirrorPad", x, np.int64([[1, 2], [0, 3]]), mode="SYMMETRIC"), np.pad(x, ((1, 2), (0, 3)), mode="symmetric")
    yield N("Reshape", x, vector(2, 6)), x.reshape(2, 6)
    yield N("Reshape", x, vector(-1, 2)), x.reshape(-1, 2)
    yield N("Reshape", x, N("MakeTuple", 2, two, -1)), x.reshape(2, 2, 3)
    yield N("BroadcastTo", x[:1].copy(), vector(2, 3, -1)), np.broadcast_to(x[:1], (2, 3, 4))
    yield N("Tile", x, vector(2, 1, 3)), np.tile(x, (2, 1, 3))
    yield N("FillV2", vector(2, 3), K(np.float32(1.5))), np.full((2, 3), 1.5, np.float32)
    yield N("Zeros", vector(2, 0), F32), np.zeros((2, 0), np.float32)
    yield N("Range", two, np.array(-9), np.array(-3)), np.arange(2, -9, -3)
    yield N("Arange", 1, np.array(6), 2, I64), np.arange(1, 6, 2)
    yield N("Arange", 3, one, 2, I64), np.arange(3, 1, 2)
    yield N("OneHot", np.int64([2, 0, 1]), np.array(4), K(np.float32(5)), K(np.float32(-1)), 0), np.where(np.arange(4)[:, None] == [2, 0, 1], np.float32(5), np.float32(-1))
    order = np.argsort(-x, 1)[:, :2]
    yield N("TopkExt", x, two, 1, True, True), {0: np.take_along_axis(x, order, 1), 1: order}
    yield N("TopK", x, np.int32(two).reshape(1)), {0: np.take_along_axis(x, order, 1), 1: order.astype(np.int32)}
    sparse = np.where(x > 0, x, 0)
    yield N("NonZero", sparse), np.argwhere(sparse)
    yield N("NonZero", np.zeros((2, 3), np.int32)), np.zeros((0, 2), np.int64)
    yield N("MaskedSelect", x, x > 0), x[x > 0]
    yield N("MaskedSelect", x, np.array([True, False, True, False])), x[:, ::2].reshape(-1)

    # Scattering.
    places, updates = np.int64([[0, 1], [2, 3], [0, 1]]), np.float32([1.5, -2, 4])
    for primitive, ufunc in [("TensorScatterAdd", np.add), ("TensorScatterMax", np.maximum), ("TensorScatterMin", np.minimum),
                             ("TensorScatterMul", np.multiply)]:
        result = x.copy()
        ufunc.at(result, tuple(places.T), updates)
        yield N(primitive, x, places, updates), result
    result = x.copy()
    result[tuple(places[1:].T)] = updates[1:]
    yield N("TensorScatterUpdate", x, places[1:].copy(), updates[1:].copy()), result
    result = np.zeros((3, 4), np.float32)
    np.add.at(result, tuple(places.T), updates)
    yield N("ScatterNd", places, updates, (3, 4)), result
    index, source = np.int64([[0, 3, 0], [2, 1, 2]]), floats(random, 2, 3)
    result = x.copy()
    np.add.at(result, (np.arange(2)[:, None], index), source)
    yield N("ScatterAddExt", x, 1, index, source), result
    index = np.int64([[0, 3, 1], [2, 1, 0]])
    result = x.copy()
    np.put_along_axis(result[:2], index, source, 1)
    yield N("TensorScatterElements", x, index, source, 1, "none"), result

    # Tensors from nothing, numbers and sequences.
    yield N("Zeros", (2, 3), F32), np.zeros((2, 3), np.float32)
    yield N("Ones", (2, 3), I64), np.ones((2, 3), np.int64)
    yield N("NewZeros", x, (2, 3), I64), np.zeros((2, 3), np.int64)
    yield N("NewOnes", x, (2, 3), None), np.ones((2, 3), np.float32)
    yield N("FillV2", (2, 3), K(np.float32(1.5))), np.full((2, 3), 1.5, np.float32)
    yield N("FillScalar", (2, 3), 1.5, F32), np.full((2, 3), 1.5, np.float32)
    yield N("Arange", 1, 10, 3, I64), np.arange(1, 10, 3)
    yield N("Range", K(np.int64(1)), K(np.int64(10)), K(np.int64(3))), np.arange(1, 10, 3)
    yield N("TensorShape", image), np.int64(image.shape)
    yield N("ScalarToTensor", N("Rank", image), I64), np.int64(4)
    for primitive, result in [("ScalarAdd", 9), ("ScalarSub", 5), ("ScalarMul", 14), ("ScalarFloorDiv", 3)]:
        yield N("ScalarToTensor", N(primitive, 7, 2), I64), np.int64(result)
    yield N("ScalarToTensor", N("ScalarCast", 7, F32), F32), np.float32(7)
    yield N("TupleToTensor", (1, 2, 3), F32), np.float32([1, 2, 3])
    for primitive in ("ListGetItem", "RealTupleGetItem", "tuple_getitem", "list_getitem"):
        for make in ("MakeList", "make_list", "make_tuple"):
            yield N(primitive, N(make, x, y), 1), y
    yield N("Add", N("TensorToScalar", K(np.int64([3]))), np.int64([1, 2])), np.int64([4, 5])
    # Nothing is printed; what is ordered behind it is passed on.
    yield N("Neg", N("Depend", x, N("UpdateState", None, N("Print", x, None)))), -x
    yield N("LinSpace", K(np.float32(1)), K(np.float32(3)), 5), np.linspace(1, 3, 5, dtype=np.float32)
    yield N("LinSpace", K(np.float32(1)), K(np.float32(3)), 1), np.float32([1])

    # Special values.
    odd = np.float32([0, -0.0, 1, -2, np.inf, -np.inf, np.nan, 3])
    with np.errstate(all="ignore"):
        yield N("Heaviside", odd[:6].copy(), np.float32([5, 6, 7, 7, 7, 7])), np.heaviside(odd[:6], np.float32([5, 6, 7, 7, 7, 7]))
        largest = np.finfo(np.float32).max
        yield N("NanToNum", odd, 0.5, 4.0, None), np.nan_to_num(odd, nan=0.5, posinf=4, neginf=-largest)
        yield N("NanToNum", odd, None, None, None), np.nan_to_num(odd)
        yield N("NanToNum", i, None, None, None), i
    yield N("Xlogy", np.float32([0, 0, 2, 0]), np.float32([0, 3, 3, np.nan])), np.float32([0, 0, 2 * np.log(3), np.nan])
    unit = np.float32([-1, -0.999, -0.3, 0, 1e-6, 0.5, 0.9999, 1])
    inverse = np.array([statistics.NormalDist().inv_cdf((float(v) + 1) / 2) / math.sqrt(2) if abs(v) < 1 else v * np.inf for v in unit])
    yield N("Erfinv", unit), inverse

    # Matrices and places.
    square, vectors = floats(random, 3, 3), floats(random, 2, 3)
    yield N("Cross", vectors, vectors[::-1].copy(), -65530), np.cross(vectors, vectors[::-1])
    yield N("Cross", x[:3].copy(), y[:3].copy(), 0), np.cross(x[:3], y[:3], axis=0)
    yield N("Diag", x[0].copy()), np.diag(x[0])
    yield N("Diag", vectors), np.diag(vectors.ravel()).reshape(2, 3, 2, 3)
    for offset, one, two in [(0, 0, 1), (1, 1, 3), (-2, 2, 3), (3, 3, 0)]:
        yield N("Diagonal", image, offset, one, two) if (one, two) != (0, 1) else N("Diagonal", image), np.diagonal(image, offset, one, two)
    yield N("Diagonal", image, 9, 2, 3), np.zeros((2, 4, 0), np.float32)
    yield N("Trace", square), np.trace(square)
    filled = x.copy()
    filled[:, [0, -1]] = 7
    yield N("IndexFill", x, 1, np.int32([0, -1]), K(np.float32(7))), filled
    divided = x.copy()
    np.divide.at(divided, tuple(places.T), updates)
    yield N("TensorScatterDiv", x, places, updates), divided
    for p, size in [(2.0, lambda d: np.sqrt((d * d).sum(-1))), (1.0, lambda d: np.abs(d).sum(-1)), (math.inf, lambda d: np.abs(d).max(-1)),
                    (0.0, lambda d: (d != 0).sum(-1).astype(np.float32)), (3.0, lambda d: (np.abs(d) ** 3).sum(-1) ** (1 / 3))]:
        a, b = floats(random, 2, 4, 3), floats(random, 2, 5, 3)
        yield N("Cdist", a, b, p), size(a[:, :, None] - b[:, None])
    sequences, lengths = floats(random, 4, 3, 2), np.int64([0, 3, 4])
    reversed_ = sequences.copy()
    for column, length in enumerate(lengths):
        reversed_[:length, column] = sequences[:length, column][::-1]
    yield N("ReverseSequence", sequences, lengths, seq_dim=0, batch_dim=1), reversed_
    ids = np.int32([[2, 0, -1], [2, 1, 9]])
    elements = floats(random, 2, 3, 4)
    for primitive, ufunc, start in [("Sum", np.add, 0), ("Max", np.maximum, -largest), ("Min", np.minimum, largest), ("Prod", np.multiply, 1)]:
        result = np.full((4, 4), start, np.float32)
        for place in np.ndindex(2, 3):
            if 0 <= ids[place] < 4:
                result[ids[place]] = ufunc(result[ids[place]], elements[place])
        yield N(f"UnsortedSegment{primitive}", elements, ids, 4), result
    blocked = np.pad(image, [(0, 0), (0, 0), (1, 1), (0, 3)]).reshape(2, 4, 4, 2, 3, 3).transpose(3, 5, 0, 1, 2, 4).reshape(12, 4, 4, 3)
    yield N("SpaceToBatchND", image, block_shape=(2, 3), paddings=((1, 1), (0, 3))), blocked
    yield N("BatchToSpaceND", blocked, block_shape=(2, 3), crops=((1, 1), (0, 3))), image

    # Losses.
    logits, labels, class_weights = floats(random, 4, 5), np.int32([0, 4, 2, 1]), np.float32([1, 2, 0.5, 3, 1])
    taken = labels != 2
    losses, factors = -logits[np.arange(4), labels] * class_weights[labels] * taken, class_weights[labels] * taken
    for reduction, result in [(0, losses.sum()), (1, losses.sum() / factors.sum()), (2, losses)]:
        yield N("NLLLoss", logits, labels, class_weights, reduction, 2), {0: result, 1: factors.sum()}
    targets, weight, positive = random.random((4, 5)).astype(np.float32), floats(random, 4, 5), np.float32([1, 2, 0.5, 3, 1])
    entropy = -(positive * targets * np.log(sigmoid(logits)) + (1 - targets) * np.log(sigmoid(-logits))) * weight
    for reduction, result in [(0, entropy.sum()), (1, entropy.mean()), (2, entropy)]:
        yield N("BCEWithLogitsLoss", logits, targets, weight, positive, reduction), result

    # Volumes and lines.
    volume = floats(random, 2, 3, 4, 6, 5)
    kernel = floats(random, 4, 3, 2, 3, 2)
    yield N("Conv3D", volume, kernel, pad_mode="valid", strides=(1, 1, 1, 2, 1)), correlate(volume, kernel, (1, 2, 1), (0, 0, 0), (1, 1, 1), 1)
    yield N("AvgPool3D", volume, kernel_size=(1, 1, 2, 3, 1), strides=(1, 1, 2, 3, 1), pad_mode="valid"), volume.reshape(2, 3, 2, 2, 2, 3, 5).mean((3, 5))
    yield N("AdaptiveAvgPool3D", volume, output_size=(2, 3, None)), volume.reshape(2, 3, 2, 2, 3, 2, 5).mean((3, 5))
    yield N("MaxPoolWithArgmaxV2", image, kernel_size=(2, 3), strides=(2, 3), pads=(0, 0), dilation=(1, 1)), {0: image.reshape(2, 4, 3, 2, 2, 3).max((3, 5))}
    line = floats(random, 2, 3, 5)
    at = np.linspace(0, 4, 9)
    resampled = np.stack([[np.interp(at, np.arange(5), row) for row in rows_] for rows_ in line])
    yield N("ResizeLinear1D", line, (9,), 0), resampled.astype(np.float32)
    x, y, z = (floats(random, 3, 4) for _ in range(3))
    steps = np.round(2 * x)  # some are equal
    for name, ufunc in (("Cummax", np.maximum), ("Cummin", np.minimum), ("CumminExt", np.minimum)):
        running = ufunc.accumulate(steps, axis=1)
        last = np.maximum.accumulate(np.where(steps == running, np.arange(4), 0), axis=1)
        yield N(name, steps, 1), {0: running, 1: last.astype(np.int64)}
    for suffix, value in (("", np.float32([0.5])), ("Ext", 0.5)):
        yield N("Addcmul" + suffix, x, y, z, value), x + np.float32(0.5) * y * z
        yield N("Addcdiv" + suffix, x, y, np.abs(z) + 1, value), x + np.float32(0.5) * y / (np.abs(z) + 1)
    yield N("AccumulateNV2", x, y, z), x + y + z
    yield N("ApproximateEqual", x, x + np.float32([0, 1e-6, 1e-3, 1])), np.array([[True, True, False, False]] * 3)
    for name in ("Conj", "Real"):
        yield N(name, x), x
    holes = np.where(x > 0.5, np.float32(np.nan), x)
    yield N("Fmax", holes, y), np.fmax(holes, y)
    yield N("Fmin", y, holes), np.fmin(y, holes)
    far = np.float32([3e38, -3e38, 0, np.inf])
    yield N("Hypot", x, y), np.hypot(x, y)
    yield N("Hypot", far, np.float32([3e37, 0, 0, -1])), np.hypot(far.astype(np.float64), [3e37, 0, 0, -1]).astype(np.float32)
    yield N("Invert", np.int32([0, 5, -7])), np.int32([-1, -6, 6])
    special = np.float32([1, 1, np.inf, np.nan, 0])
    others = np.float32([1.000001, 1.1, np.inf, np.nan, 1e-9])
    for equal_nan in (False, True):
        yield N("IsClose", special, others, 1e-5, 1e-8, equal_nan), np.isclose(special, others, 1e-5, 1e-8, equal_nan)
    odds = np.float32([0.1, 0.5, 0.9, 1.2])
    yield N("Logit", odds[:3], -1.0), np.log(odds[:3] / (1 - odds[:3]))
    yield N("Logit", odds, 0.25), np.log(odds.clip(0.25, 0.75) / (1 - odds.clip(0.25, 0.75)))
    yield N("Sinc", np.float32([0, 0.5, -1.25, 3])), np.sinc(np.float32([0, 0.5, -1.25, 3]))
    yield N("Ger", x[0], y[1]), np.outer(x[0], y[1])
    yield N("InTopK", np.float32([[1, 3, 2], [5, 5, 4], [1, 2, 3]]), np.int32([2, 2, 1]), k=2), np.array([True, False, True])
    for p in (0.0, 1.0, 2.0, 3.0):
        powers = (steps != 0).sum(1) if p == 0 else (np.abs(steps) ** p).sum(1) ** (1 / p)
        yield N("LpNorm", steps, axis=(1,), p=int(p), keep_dims=False, epsilon=1e-12), np.maximum(powers, 1e-12).astype(np.float32)
        apart = steps[[0, 0, 1]] - steps[[1, 2, 2]]
        yield N("Pdist", steps, p=p), ((apart != 0).sum(1) if p == 0 else (np.abs(apart) ** p).sum(1) ** (1 / p)).astype(np.float32)
    rising = np.sort(steps, axis=1)
    for right in (False, True):
        wanted = [np.searchsorted(row, values_, "right" if right else "left") for row, values_ in zip(rising, np.round(2 * y))]
        yield N("SearchSorted", rising, np.round(2 * y), None, I64, right), np.stack(wanted).astype(np.int64)
    yield N("SearchSorted", rising[0], y, None, TYPE_IDS["int32"], False), np.searchsorted(rising[0], y).astype(np.int32)
    yield N("Eps", x), np.full_like(x, np.finfo(np.float32).eps)
    left, right = floats(random, 2, 3, 4), floats(random, 2, 4, 3)
    yield N("Addbmm", floats(random, 3, 3) * 0 + 1, left, right, 0.5, 2.0), (0.5 + 2 * np.matmul(left, right).sum(0)).astype(np.float32)
    yield N("Addmv", x[:, 0], y, z[1], 0.5, 2.0), (0.5 * x[:, 0] + 2 * y @ z[1]).astype(np.float32)
    for name in ("Norm", "LinalgVectorNorm"):
        for order in (2.0, 1.0, 3.0, np.inf):
            yield N(name, x, order, (1,), True, None), np.linalg.norm(x, order, axis=1, keepdims=True).astype(np.float32)
        yield N(name, x, 2.0, None, False, None), np.float32(np.linalg.norm(x))
    infinite = np.float32([np.inf, -np.inf, np.inf, 1, 88])
    beside = np.float32([1, -np.inf, np.inf, -np.inf, 89])
    for name, ufunc in (("LogAddExp", np.logaddexp), ("LogAddExp2", np.logaddexp2)):
        yield N(name, x, y), ufunc(x, y)
        yield N(name, infinite, beside), ufunc(infinite, beside)
    yield N("IsNegInf", infinite), np.isneginf(infinite)
    yield N("Kthvalue", x, 2, 1, False), {0: np.sort(x, 1)[:, 1], 1: np.argsort(x, 1)[:, 1]}
    yield N("MedianDim", x, 1, True), {0: np.sort(x, 1)[:, 1:2], 1: np.argsort(x, 1)[:, 1:2]}
    yield N("MedianExt", x), np.sort(x, None)[5]
    yield N("Nansum", holes, (0,), False, None), np.nansum(holes, 0)
    for name, spread in (("VarMean", np.var), ("StdMean", np.std)):
        yield N(name, x, (1,), 1, True), {0: spread(x, 1, ddof=1, keepdims=True), 1: x.mean(1, keepdims=True)}
    yield N("TraceExt", x[:, :3]), x[:, :3].trace()
    yield N("XLogYScalarOther", x, 3.0), x * np.log(np.float32(3))
    yield N("XLogYScalarSelf", 2.0, np.abs(x) + 1), 2 * np.log(np.abs(x) + 1)
    yield N("EqualExt", x, x + 0), np.bool_(True)
    yield N("EqualExt", x, y), np.bool_(False)
    yield N("CountNonZero", steps, (1,)), np.count_nonzero(steps, 1)
    for size, corners, centred in [((9, 11), True, False), ((9, 11), False, True), ((3, 2), False, True), ((3, 8), False, False), ((4, 6), False, True)]:
        rows_, columns = (bicubic_weights(old, new, corners, centred) for old, new in zip(image.shape[2:], size))
        yield N("ResizeBicubic", image, size, corners, centred), np.einsum("oh,nchw,pw->ncop", rows_, image, columns).astype(np.float32)
    gradient, kernel = floats(random, 1, 2, 3, 3), floats(random, 2, 3, 2, 2)
    spread = np.zeros((1, 3, 6, 6), np.float32)
    for row, column in np.ndindex(3, 3):
        spread[:, :, 2 * row:2 * row + 2, 2 * column:2 * column + 2] += np.einsum("no,ochw->nchw", gradient[:, :, row, column], kernel)
    yield N("Conv2DBackpropInput", gradient, kernel, (1, 3, 6, 6), stride=(2, 2), pad_mode="valid", pad=(0, 0, 0, 0)), spread
    # Boxes of one place and their halves: of each place the best one is kept.
    boxes = np.float32([[0, 0, 4, 4, 0.3], [10, 10, 14, 14, 0.9], [0, 0, 4, 3, 0.8], [10, 10, 14, 13, 0.2], [20, 0, 24, 4, 0.1]])
    order = np.int32([1, 2, 0, 3, 4])
    yield N("NMSWithMask", boxes, iou_threshold=0.5), {0: boxes[order], 1: order, 2: np.array([True, True, False, False, True])}
    corners = np.stack(np.meshgrid(*[np.linspace(-1, 1, n) for n in volume.shape[2:]], indexing="ij")[::-1], -1)
    yield N("GridSampler3D", volume, np.stack([corners, corners[::-1]]).astype(np.float32), 0, 0, True), np.stack([volume[0], volume[1][:, ::-1]])
    yield from pools_and_images()
    yield from losses_and_scatters()


def parts_of(extent, count):
    """The slices that divide an extent evenly into parts."""
    return [slice(extent * i // count, -(-extent * (i + 1) // count)) for i in range(count)]


def adaptive_max(x, size):
    """Maxima of the parts of the last dimensions, and their flat places."""
    image = x.shape[x.ndim - len(size):]
    lead = x.reshape(-1, *image)
    places = np.arange(math.prod(image)).reshape(image)
    values, where = np.zeros((2, len(lead)) + size)
    for cell in np.ndindex(*size):
        part = tuple(parts_of(extent, count)[i] for extent, count, i in zip(image, size, cell))
        flat = lead[(slice(None),) + part].reshape(len(lead), -1)
        values[(slice(None),) + cell] = flat.max(1)
        where[(slice(None),) + cell] = places[part].ravel()[flat.argmax(1)]
    shape = x.shape[:x.ndim - len(size)] + size
    return values.reshape(shape).astype(x.dtype), where.reshape(shape).astype(np.int64)


def patches(x, size, strides, dilations, pads, around=0.0):
    """[N, C, taps, patches] of images."""
    x = np.pad(x, [(0, 0), (0, 0)] + [(p, p) if isinstance(p, int) else p for p in pads], constant_values=around)
    counts = [(e - d * (k - 1) - 1) // s + 1 for e, k, s, d in zip(x.shape[2:], size, strides, dilations)]
    taps = []
    for tap in np.ndindex(*size):
        taps.append(x[(slice(None), slice(None)) + tuple(slice(t * d, t * d + s * (c - 1) + 1, s) for t, d, s, c in zip(tap, dilations, strides, counts))])
    return np.stack(taps, 2).reshape(*x.shape[:2], math.prod(size), -1)


def transposed(x, w, strides, pads, added, dilations):
    """A transposed convolution, x [N, C, ...], w [C, O, ...]."""
    spatial = x.ndim - 2
    reach = [(e - 1) * s + d * (k - 1) + 1 for e, s, d, k in zip(x.shape[2:], strides, dilations, w.shape[2:])]
    full = np.zeros((x.shape[0], w.shape[1], *(r + a for r, a in zip(reach, added))))
    for tap in np.ndindex(*w.shape[2:]):
        part = tuple(slice(t * d, t * d + s * (e - 1) + 1, s) for t, d, s, e in zip(tap, dilations, strides, x.shape[2:]))
        full[(slice(None), slice(None)) + part] += np.moveaxis(np.tensordot(x, w[(slice(None), slice(None)) + tap], (1, 0)), -1, 1)
    return full[(slice(None), slice(None)) + tuple(slice(p, r + a - p) for p, r, a in zip(pads, reach, added))]


def linear_weights(old, new, step=None, aligned=False):
    """Result x element of a linear resampling between centres, or corners."""
    at = np.linspace(0, old - 1, new) if aligned else np.clip((np.arange(new) + 0.5) * (step or old / new) - 0.5, 0, old - 1)
    return np.maximum(0, 1 - np.abs(at[:, None] - np.arange(old)))


def cubic_weights(old, new, step=None, aligned=False):
    """The same of Keys' kernel with a = -0.75, where the border stands for what is outside."""
    def kernel(t):
        return 1.25 * t ** 3 - 2.25 * t ** 2 + 1 if t <= 1 else -0.75 * t ** 3 + 3.75 * t ** 2 - 6 * t + 3

    weights = np.zeros((new, old))
    for i, place in enumerate(np.linspace(0, old - 1, new) if aligned else (np.arange(new) + 0.5) * (step or old / new) - 0.5):
        for element in range(math.floor(place) - 1, math.floor(place) + 3):
            weights[i, min(max(element, 0), old - 1)] += kernel(abs(element - place))
    return weights


def diagonal_rows(x, low, high, align, padding):
    """The diagonals of [B, M, N] as rows, from the highest to the lowest."""
    lines = [np.diagonal(x, k, 1, 2) for k in range(high, low - 1, -1)]
    length = max(line.shape[1] for line in lines)
    above, below = align.split("_")
    rows_ = []
    for k, line in zip(range(high, low - 1, -1), lines):
        fill = np.full((len(x), length - line.shape[1]), padding, x.dtype)
        right = above == "RIGHT" if k > 0 else below == "RIGHT" if k < 0 else "RIGHT" in (above, below)
        rows_.append(np.concatenate([fill, line] if right else [line, fill], 1))
    return np.stack(rows_, 1)


def pools_and_images():
    random = np.random.default_rng(11)
    line, image, volume = floats(random, 2, 3, 7), floats(random, 2, 4, 6, 7), floats(random, 1, 2, 4, 6, 5)
    tied = random.integers(0, 3, (2, 4, 6, 7)).astype(np.float32)
    for primitive, x, size in [("AdaptiveMaxPool1D", line, (3,)), ("AdaptiveMaxPool2D", tied, (3, 4)), ("AdaptiveMaxPool2D", image[0].copy(), (1, 7)),
                               ("AdaptiveMaxPool3D", volume, (2, 4, 3))]:
        values, where = adaptive_max(x, size)
        yield N(primitive, x, size), {0: values, 1: where.astype(np.int32) if primitive.endswith("3D") else where}
    yield N("AdaptiveAvgPool2D", image[0].copy(), output_size=(3, 1)), image[0].reshape(4, 3, 14).mean(2)[..., None]
    whole = random.integers(-9, 9, (2, 3, 4, 6), np.int32)
    yield N("AdaptiveAvgPool2D", whole, output_size=(2, 3)), np.trunc(whole.reshape(2, 3, 2, 2, 3, 2).mean((3, 5))).astype(np.int32)
    yield N("AdaptiveAvgPool1D", line, (3,)), np.stack([line[..., part].mean(-1) for part in parts_of(7, 3)], -1)
    windows = np.lib.stride_tricks.sliding_window_view(np.pad(volume, [(0, 0), (0, 0), (1, 0), (1, 1), (1, 2)], constant_values=-9), (2, 3, 3), (2, 3, 4))
    yield N("MaxPool3D", volume, kernel_size=(1, 1, 2, 3, 3), strides=(1, 1, 2, 2, 2), pad_mode="CALCULATED", pad_list=(1, 0, 1, 1, 1, 2)), windows[:, :, ::2, ::2, ::2].max((5, 6, 7))
    for spatial in (2, 3):
        small = floats(random, 2, 3, *[2] * spatial)
        places = np.argsort(random.random((2, 3, 5 ** spatial)), -1)[..., :2 ** spatial].astype(np.int64)
        unpooled = np.zeros((2, 3, 5 ** spatial), np.float32)
        np.put_along_axis(unpooled, places, small.reshape(2, 3, -1), 2)
        one, two, none = ((1, 1) + (n,) * spatial for n in (1, 2, 0))
        yield N(f"MaxUnpool{spatial}D", small, places.reshape(small.shape), ksize=(1, 1) + (3,) * spatial, strides=two, pads=none, output_shape=(), format="NCHW" if spatial == 2 else "NCDHW"), unpooled.reshape(2, 3, *[5] * spatial)
        yield N(f"MaxUnpool{spatial}D", small, places.reshape(small.shape), ksize=two, strides=two, pads=none, output_shape=(2, 3) + (5,) * spatial), unpooled.reshape(2, 3, *[5] * spatial)

    for primitive, x, size, outputs in [("FractionalMaxPoolWithFixedKsize", image, (2, 3), (3, 4)), ("FractionalMaxPool3DWithFixedKsize", volume, (2, 2, 2), (2, 3, 1))]:
        samples = random.uniform(0.1, 0.9, (*x.shape[:2], len(size))).astype(np.float32)
        values, where = np.zeros((2, *x.shape[:2], *outputs))
        for cell in np.ndindex(*values.shape):
            own = samples[cell[:2]][::-1 if x is image else 1]
            starts = [e - k if i == o - 1 else int((i + s) * (e - k) / (o - 1)) - int(s * (e - k) / (o - 1)) for i, s, e, k, o in zip(cell[2:], own, x.shape[2:], size, outputs)]
            part = tuple(slice(start, start + k) for start, k in zip(starts, size))
            values[cell] = x[cell[:2]][part].max()
            where[cell] = np.arange(x[0, 0].size).reshape(x.shape[2:])[part].ravel()[x[cell[:2]][part].argmax()]
        yield N(primitive, x, samples, ksize=size, output_shape=outputs), {0: values.astype(np.float32), 1: where.astype(np.int64)}

    kernel = floats(random, 2, 3, 2, 3, 2)
    yield (N("Conv3DTranspose", volume, kernel, strides=(1, 1, 2, 2, 2), dilations=(1, 1, 1, 1, 1), pad_list=(1, 1, 1, 1, 1, 1), output_padding=(0, 0, 1, 1, 1), groups=1),
           transposed(volume, kernel, (2, 2, 2), (1, 1, 1), (1, 1, 1), (1, 1, 1)))
    kernel, bias = floats(random, 4, 3, 3, 3), floats(random, 3)
    yield N("ConvTranspose2D", image, kernel, bias, (2, 2), (1, 0), (1, 0), 1, (1, 2)), transposed(image, kernel, (2, 2), (1, 0), (1, 0), (1, 2)) + bias[:, None, None]
    kernel, bias = floats(random, 4, 3, 3), floats(random, 4)
    yield N("Conv1DPadding", line, kernel, bias, (1,), "same", (2,), 1), correlate(line, kernel, (1,), (2,), (2,), 1) + bias[:, None]
    kernel = floats(random, 3, 2, 3, 1, 3)
    yield N("Conv3DPadding", volume, kernel, None, (1, 1, 1), "same", (1, 1, 1), 1), correlate(volume, kernel, (1, 1, 1), (1, 0, 1), (1, 1, 1), 1)

    taken = patches(image, (2, 3), (2, 1), (1, 2), (1, 1))
    yield N("Im2Col", image, ksizes=(2, 3), strides=(2, 1), dilations=(1, 2), pads=(1, 1), padding_mode="CALCULATED"), taken
    yield N("Im2ColExt", image, (2, 3), (1, 2), (1, 1), (2, 1)), taken.reshape(2, 24, -1)
    yield N("Im2ColExt", image[0].copy(), (2, 3), (1, 2), (1, 1), (2, 1)), taken[0].reshape(24, -1)
    sums, columns = np.zeros((2, 3, 7, 5)), floats(random, 2, 12, 12)
    for row, column in np.ndindex(3, 4):  # of patches of 2 x 2, 2 and 1 apart
        sums[:, :, 2 * row:2 * row + 2, column:column + 2] += columns[:, :, 4 * row + column].reshape(2, 3, 2, 2)
    yield N("Col2ImExt", columns, (5, 5), (2, 2), (1, 1), (1, 0), (2, 1)), sums[:, :, 1:-1]
    yield N("Col2ImExt", columns[0].copy(), (5, 5), (2, 2), (1, 1), (1, 0), (2, 1)), sums[0, :, 1:-1]
    yield N("ExtractImagePatches", image, (2, 3), (2, 2), (1, 2), 2), patches(image, (2, 3), (2, 2), (1, 2), (0, 0)).swapaxes(1, 2).reshape(2, 24, 3, 2)
    yield N("ExtractImagePatches", image, (2, 3), (2, 2), (1, 2), 1), patches(image, (2, 3), (2, 2), (1, 2), (0, 2)).swapaxes(1, 2).reshape(2, 24, 3, 4)
    yield N("ExtractVolumePatches", volume, kernel_size=(1, 1, 2, 2, 2), strides=(1, 1, 1, 2, 2), padding="VALID"), patches(volume, (2, 2, 2), (1, 2, 2), (1, 1, 1), (0, 0, 0)).swapaxes(1, 2).reshape(1, 16, 3, 3, 2)
    yield N("ExtractVolumePatches", volume, kernel_size=(1, 1, 2, 2, 2), strides=(1, 1, 2, 2, 2), padding="SAME"), patches(volume, (2, 2, 2), (2, 2, 2), (1, 1, 1), (0, 0, (0, 1))).swapaxes(1, 2).reshape(1, 16, 2, 3, 3)

    def spread(x, *weights):
        for axis, weight in enumerate(weights, 2):
            x = np.moveaxis(np.tensordot(weight, x, (1, axis)), 0, axis)
        return x

    yield N("UpsampleLinear1D", line, (11,), None, False), spread(line, linear_weights(7, 11))
    yield N("UpsampleLinear1D", line, None, (1.75,), False), spread(line, linear_weights(7, 12, 1 / 1.75))
    yield N("UpsampleTrilinear3D", volume, (6, 7, 9), None, True), spread(volume, linear_weights(4, 6, aligned=True), linear_weights(6, 7, aligned=True), linear_weights(5, 9, aligned=True))
    yield N("UpsampleTrilinear3D", volume, None, (1.5, 1.75, 2.0), False), spread(volume, linear_weights(4, 6, 1 / 1.5), linear_weights(6, 10, 1 / 1.75), linear_weights(5, 10))
    yield N("UpsampleBilinear2D", image, None, (1.5, 2.25), False), spread(image, linear_weights(6, 9), linear_weights(7, 15, 1 / 2.25))
    nearest = lambda old, new, step=None: np.int64(np.minimum(np.floor(np.arange(new) * (step or old / new) + 1e-6), old - 1))
    yield N("UpsampleNearest1D", line, (11,), None), line[..., nearest(7, 11)]
    yield N("UpsampleNearest1D", line, None, (1.75,)), line[..., nearest(7, 12, 1 / 1.75)]
    yield N("UpsampleNearest2D", image, None, (1.5, 2.25)), image[:, :, nearest(6, 9)][..., nearest(7, 15, 1 / 2.25)]
    yield N("UpsampleNearest3D", volume, (6, 7, 9), None), volume[:, :, nearest(4, 6)][:, :, :, nearest(6, 7)][..., nearest(5, 9)]
    for size, scales, aligned, rows_, columns in [((9, 11), None, False, cubic_weights(6, 9), cubic_weights(7, 11)), ((3, 9), None, True, cubic_weights(6, 3, aligned=True), cubic_weights(7, 9, aligned=True)),
                                                  (None, (1.5, 2.25), False, cubic_weights(6, 9), cubic_weights(7, 15, 1 / 2.25))]:
        yield N("UpsampleBicubic2D", image, size, scales, aligned), spread(image, rows_, columns)
    photo = random.random((2, 6, 7, 3)).astype(np.float32)
    yield N("ResizeArea", photo, (3, 7), align_corners=False), photo.reshape(2, 3, 2, 7, 3).mean(2)
    area = np.maximum(0, np.minimum(np.arange(1, 6)[:, None] * 1.4, np.arange(1, 8)) - np.maximum(np.arange(5)[:, None] * 1.4, np.arange(7))) / 1.4
    yield N("ResizeArea", photo, K(np.int32([6, 5]))), np.einsum("ow,nhwc->nhoc", area, photo)

    shuffled = image.reshape(2, 2, 2, 6, 7).transpose(0, 2, 1, 3, 4).reshape(image.shape)
    yield N("ChannelShuffle", image, group=2), shuffled
    around = np.stack([(image[:, max(c - 2, 0):c + 3] ** 2).sum(1) for c in range(4)], 1)
    yield N("LRN", image, depth_radius=2, bias=1.0, alpha=0.5, beta=0.75, norm_region="ACROSS_CHANNELS"), image / (1 + 0.5 * around) ** 0.75
    gamma, beta = floats(random, 4), floats(random, 4)
    normal = (image - image.mean((2, 3), keepdims=True)) / np.sqrt(image.var((2, 3), keepdims=True) + 0.01)
    yield N("InstanceNorm", image, gamma, beta, K(beta), K(gamma), epsilon=0.01, momentum=0.1), {0: normal * gamma[:, None, None] + beta[:, None, None]}
    photo = photo.copy()
    photo[0, 0, :3] = [[0, 0, 0], [0.5, 0.5, 0.5], [0.25, 1, 1]]
    hsv = np.float32([[[colorsys.rgb_to_hsv(*map(float, pixel)) for pixel in row] for row in part] for part in photo])
    yield N("RGBToHSV", photo), hsv
    back = lambda hsv: np.float32([[[colorsys.hsv_to_rgb(*map(float, pixel)) for pixel in row] for row in part] for part in hsv])
    yield N("HSVToRGB", photo), back(photo)
    yield N("AdjustHue", photo, K(np.float32(0.3))), back((hsv + [0.3, 0, 0]) % [1, 2, 2])
    yield N("AdjustSaturation", photo, K(np.float32(1.7))), back(np.minimum(hsv * [1, 1.7, 1], 1))

    boxes, truths = np.float32([[4, 1, 9, 7], [0, 0, 5, 5], [2, 2, 3, 3], [-5, 2, 700, 8]]), np.float32([[5, 2, 10, 8], [1, 1, 6, 6]])
    overlap = np.clip(np.minimum(boxes[None, :, 2:], truths[:, None, 2:]) - np.maximum(boxes[None, :, :2], truths[:, None, :2]) + 1, 0, None).prod(-1)
    areas, own = (boxes[:, 2:] - boxes[:, :2] + 1).prod(1), (truths[:, 2:] - truths[:, :2] + 1).prod(1)[:, None]
    yield N("IOU", boxes, truths, mode="iou"), overlap / (areas + own - overlap)
    yield N("IOU", boxes, truths, mode="iof"), overlap / own
    yield N("CheckValid", boxes, np.float32([9, 10, 1])), np.array([True, True, True, False])
    encoded = N("BoundingBoxEncode", boxes, np.float32([[3, 1, 8, 8], [0, 1, 5, 6], [2, 2, 4, 4], [0, 2, 90, 8]]), means=(0.1, 0.0, 0.0, 0.2), stds=(0.5, 1.0, 1.0, 2.0))
    yield (N("BoundingBoxDecode", boxes, encoded, max_shape=(8, 80), means=(0.1, 0.0, 0.0, 0.2), stds=(0.5, 1.0, 1.0, 2.0), wh_ratio_clip=0.016),
           np.float32([[3, 1, 8, 7], [0, 1, 5, 6], [2, 2, 4, 4], [0, 2, 79, 7]]))


def losses_and_scatters():
    random = np.random.default_rng(12)
    x, y = floats(random, 3, 4), floats(random, 3, 4)
    p, q, weight = (random.uniform(0.05, 0.95, (3, 4)).astype(np.float32) for _ in range(3))
    p[0, :2], q[0, :2] = [0, 1], [0, 0]
    log = lambda values: np.log(np.maximum(values, 1e-12))
    by_reduction = lambda loss: [(0, loss.sum()), (1, loss.mean()), (2, loss)]
    entropy = -(q * log(p) + (1 - q) * log(1 - p))
    for reduction, loss in by_reduction(entropy * weight):
        yield N("BinaryCrossEntropy", p, q, weight, reduction), loss
    yield N("BinaryCrossEntropy", p, q, None, 2), entropy
    divergence = np.where(q > 0, q * (np.log(np.where(q > 0, q, 1)) - x), 0)
    for reduction, loss in [("none", divergence), ("sum", divergence.sum()), ("mean", divergence.mean()), ("batchmean", divergence.sum() / 3)]:
        yield N("KLDivLoss", x, q, reduction=reduction), loss
    yield N("KLDiv", x, y, 1, True), (np.exp(y) * (y - x)).mean()
    yield N("KLDiv", x, q, 2, False), divergence
    for reduction, loss in by_reduction(np.where(np.abs(x - y) < 0.7, (x - y) ** 2 / 1.4, np.abs(x - y) - 0.35)):
        yield N("SmoothL1Loss", x, y, 0.7, reduction), loss
    yield N("SmoothL1Loss", x, y, beta=0.7), np.where(np.abs(x - y) < 0.7, (x - y) ** 2 / 1.4, np.abs(x - y) - 0.35)
    yield N("SoftMarginLoss", x, np.sign(y), 1), np.log1p(np.exp(-np.sign(y) * x)).mean()
    yield N("MSELossExt", x, y, 1), ((x - y) ** 2).mean()
    yield N("L1LossExt", x, y, 0), np.abs(x - y).sum()
    yield N("SigmoidCrossEntropyWithLogits", x, q), -(q * np.log(sigmoid(x)) + (1 - q) * np.log(sigmoid(-x)))
    softmax = np.exp(x) / np.exp(x).sum(1, keepdims=True)
    yield N("SoftmaxCrossEntropyWithLogits", x, q), {0: -(q * np.log(softmax)).sum(1), 1: softmax - q}
    pixels, labels, class_weights = floats(random, 2, 3, 4, 5), random.integers(0, 3, (2, 4, 5)), np.float32([0.5, 2, 1])
    factors = class_weights[labels] * (labels != 1)
    own = -np.take_along_axis(pixels, labels[:, None], 1)[:, 0] * factors
    for reduction, loss in [(0, own.sum()), (1, own.sum() / factors.sum()), (2, own)]:
        yield N("NLLLoss2d", pixels, labels, class_weights, reduction, 1), {0: loss, 1: factors.sum()}
    labels, class_weights = np.int64([1, 0, 3]), np.float32([0.5, 2, 1, 3])
    for power in (1, 2):
        margins = np.maximum(0, 0.7 - x[np.arange(3), labels][:, None] + x) ** power
        margins[np.arange(3), labels] = 0
        yield N("MultiMarginLoss", x, labels, class_weights, p=power, margin=0.7, reduction="none"), margins.sum(1) * class_weights[labels] / 4
        yield N("MultiMarginLoss", x, labels, None, p=power, margin=0.7, reduction="mean"), (margins.sum(1) / 4).mean()
    labels = np.int32([[1, 0, -1, 2], [3, -1, 1, 0], [-1, 1, 1, 1]])
    own = np.array([[True, True, False, False], [False, False, False, True], [False] * 4])
    margins = [sum(max(0, 1 - row[i] + row[j]) for i in np.flatnonzero(mine) for j in np.flatnonzero(~mine)) / 4 for row, mine in zip(x, own)]
    yield N("MultilabelMarginLoss", x, labels, reduction="none"), {0: np.float32(margins), 1: own.astype(np.int32)}
    yield N("MultilabelMarginLoss", x[0].copy(), labels[0].copy(), reduction="mean"), {0: np.float32(margins[0]), 1: own[0].astype(np.int32)}
    z = floats(random, 3, 4)
    for power, swap in [(2, False), (1, True), (3, False)]:
        distance = lambda a, b: (np.abs(a - b + 1e-6) ** power).sum(1) ** (1 / power)
        far = np.minimum(distance(x, z), distance(y, z)) if swap else distance(x, z)
        yield N("TripletMarginLoss", x, y, z, K(np.float32(1)), p=power, swap=swap, eps=1e-6, reduction="none"), np.maximum(0, distance(x, y) - far + 1)

    places, updates = np.int64([[0, 1], [2, 3], [0, 1]]), np.float32([1.5, -2, 4])
    for name, ufunc in [("Add", np.add), ("Sub", np.subtract), ("Mul", np.multiply), ("Div", np.divide), ("Max", np.maximum), ("Min", np.minimum)]:
        result = x.copy()
        ufunc.at(result, tuple(places.T), updates)
        yield N(f"TensorScatter{name}", x, places, updates), result
        changed = x.copy()  # which is read once more after it has been changed
        yield N("Add", N(f"ScatterNd{name}", changed, places, updates), changed), 2 * result
    result = x.copy()
    result[tuple(places[1:].T)] = updates[1:]
    yield N("ScatterNdUpdate", x, places[1:].copy(), updates[1:].copy()), result
    source = floats(random, 3, 3)
    result = x.copy()
    np.add.at(result, (slice(None), [0, 2, 0]), 2 * source)
    yield N("IndexAddExt", x, 1, np.int64([0, 2, 0]), source, 2), result
    filled = x.copy()
    filled[:, [0, -1]] = 2.5
    yield N("IndexFillScalar", x, 1, np.int64([0, -1]), 2.5), filled
    yield N("IndexFillTensor", x, 1, np.int64([0, -1]), K(np.float32(2.5))), filled
    index, source = np.int64([[0, 3, 1], [2, 1, 0]]), floats(random, 2, 3)
    set_, added, constant = x.copy(), x.copy(), x.copy()
    np.put_along_axis(set_[:2], index, source, 1)
    np.add.at(added, (np.arange(2)[:, None], index), source)
    np.put_along_axis(constant[:2], index, np.float32(2.5), 1)
    yield N("Scatter", x, 1, index, source, 0), set_
    yield N("Scatter", x, 1, index, source, 1), added
    yield N("ScatterValue", x, 1, index, 2.5, 0), constant
    yield N("ScatterAddWithAxis", x, index, source, axis=1), added
    yield N("MaskedScatter", x[0].copy(), y > 0, z), np.where(y > 0, z.ravel()[np.maximum(np.cumsum(y > 0) - 1, 0)].reshape(3, 4), x[:1])
    for mask in (y > 0, y[0] > 0):
        result = x.copy()
        result[np.broadcast_to(mask, x.shape)] = z.ravel()[:np.broadcast_to(mask, x.shape).sum()]
        yield N("MaskedScatter", x, mask, z), result
    at = np.int64([[0], [2]]), np.int64([1, -1, 1])
    for accumulate in (0, 1):
        values, result = floats(random, 2, 3), x.copy()
        pairs = (at[0], at[1][:2]) if not accumulate else at  # of places that are there twice all values count or one
        values = values[:, :2 + accumulate].copy()
        np.add.at(result, pairs, values) if accumulate else result.__setitem__(pairs, values)
        yield N("IndexPut", x, values, N("MakeTuple", *pairs), accumulate=accumulate), result
    result = x.copy()
    result[[0, 2]] = y[0]
    yield N("IndexPut", x, y[0].copy(), N("MakeTuple", np.int64([0, 2])), accumulate=0), result
    for shape, wrap in [((7, 3), False), ((7, 3), True), ((3, 7), True), ((3, 3, 3), False)]:
        result = floats(random, *shape)
        before = result.copy()
        np.fill_diagonal(result, 7, wrap)
        yield N("FillDiagonal", before, fill_value=7.0, wrap=wrap), result

    matrices = floats(random, 2, 3, 4)
    for align in ("RIGHT_LEFT", "LEFT_RIGHT", "LEFT_LEFT", "RIGHT_RIGHT"):
        lines = diagonal_rows(matrices, -1, 2, align, 9)
        yield N("MatrixDiagPartV3", matrices, K(np.int32([-1, 2])), K(np.float32(9)), align=align), lines
        band = np.triu(np.tril(np.ones((3, 4), bool), 2), -1)
        yield N("MatrixDiagV3", lines, K(np.int32([-1, 2])), 3, 4, K(np.float32(7)), align=align), np.where(band, matrices, np.float32(7))
        other = floats(random, 2, 3, 4)
        yield N("MatrixSetDiagV3", other, lines, K(np.int32([-1, 2])), align=align), np.where(band, matrices, other)
    yield N("MatrixDiagPartV3", matrices, K(np.int32(1)), K(np.float32(9)), align="RIGHT_LEFT"), np.diagonal(matrices, 1, 1, 2)
    lines = floats(random, 2, 3)
    yield N("MatrixDiagV3", lines, K(np.int32(-1)), K(np.int32(-1)), K(np.int32(-1)), K(np.float32(0)), align="RIGHT_LEFT"), np.stack([np.diag(line, -1) for line in lines])
    for lower, upper in [(1, -1), (0, 1), (-1, 0)]:
        band = np.triu(np.tril(np.ones((3, 4)), upper if upper >= 0 else 9), -lower if lower >= 0 else -9)
        yield N("MatrixBandPart", matrices, lower, upper), np.where(band, matrices, 0)
    yield N("MatrixBandPart", matrices, np.array(1), np.array(0)), np.where(np.triu(np.tril(np.ones((3, 4))), -1), matrices, 0)
