"""Elementwise, reductions, products, normalisation, movement, places."""
import math
import statistics

import numpy as np
from differential.mindir import K, N, TYPE_IDS
from differential.mindir_operators.formulas import correlate, elu, erf, floats, pool, rms, sigmoid, softplus

F32, I64 = TYPE_IDS["float32"], TYPE_IDS["int64"]


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
    for order in (1.0, 2.0):
        norms = (np.abs(table) ** order).sum(-1, keepdims=True) ** (1 / order)
        most = float(np.float32(np.median(norms)))
        scaled = table * np.where(norms > most, most / (norms + 1e-7), 1)
        yield N("Embedding", chosen, table, None, most, order, False), scaled[chosen].astype(np.float32)
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
