"""Special functions, functions of integers, Python's numbers, histograms, sorted sequences and changes in place."""
import math

import numpy as np
from differential.mindir import K, N, TYPE_IDS, X
from differential.mindir_operators.formulas import floats

F32, I64 = TYPE_IDS["float32"], TYPE_IDS["int64"]


def together(*rows):
    """One network of several nodes, at most 10, whose outputs come in the order of their names: rows are (node, expected)."""
    assert len(rows) <= 10
    return N("MakeTuple", *(node for node, _ in rows)), dict(enumerate(np.asarray(expected) for _, expected in rows))


def integral(f, low, high, steps=20000):
    """By the trapezoidal rule, for each x."""
    at = np.linspace(low, high, steps + 1)
    values = f(at)
    return (values[..., 1:-1].sum(-1) + (values[..., 0] + values[..., -1]) / 2) * (high - low) / steps


def bessel(x, order):
    """I, J, K, Y by their integrals."""
    x = x.astype(np.float64)[:, None]
    i = integral(lambda t: np.exp(x * np.cos(t)) * np.cos(order * t), 0, np.pi) / np.pi
    j = integral(lambda t: np.cos(order * t - x * np.sin(t)), 0, np.pi) / np.pi
    positive = np.abs(x)
    k = integral(lambda t: np.exp(-positive * np.cosh(t)) * np.cosh(order * t), 0, 10, 200000)
    y = integral(lambda t: np.sin(positive * np.sin(t) - order * t), 0, np.pi) / np.pi
    y -= integral(lambda t: (np.exp(order * t) + (-1) ** order * np.exp(-order * t)) * np.exp(-positive * np.sinh(t)), 0, 10, 200000) / np.pi
    return i, j, k, y


def zeta(s, x, terms=20000):
    """The sum of 1 / (x + k)^s, its tail as an integral."""
    x = x.astype(np.float64)
    k = np.arange(terms)
    end = x + terms
    return ((x[:, None] + k) ** -s).sum(1) + end ** (1 - s) / (s - 1) + end ** -s / 2


def digamma(x):
    x = x.astype(np.float64)
    k = np.arange(200000)
    tail = np.log1p((x - 1) / (200000.5))
    return -0.57721566490153286 + ((x[:, None] - 1) / ((k + 1) * (k + x[:, None]))).sum(1) + tail


def incomplete():
    """Igamma, Igammac and Betainc beside their integrals, whose substitutions t = x u^2 and t = sin^2 take away what is infinite at an end."""
    lgamma = np.vectorize(math.lgamma)
    a, x = np.float32([0.6, 2, 5, 40, 90, 1000, 60, 3, 1]), np.float32([0.5, 0.01, 9, 42, 60, 1010, 300, 2e-3, 30])
    wide, at = a.astype(np.float64)[:, None], x.astype(np.float64)[:, None]
    with np.errstate(all="ignore"):
        density = lambda t: np.exp(wide * np.log(t) - t - lgamma(wide)) / t
        lower = integral(lambda u: np.where(u > 0, density(np.maximum(at * u ** 4, 1e-300)) * 4 * at * u ** 3, 0), 0, 1, 200000)
        upper = integral(lambda u: np.where(u > 0, density(at + (wide + at + 40) * u / (1 - u)) * (wide + at + 40) / (1 - u) ** 2, density(at) * (wide + at + 40)), 0, 1 - 1e-9, 200000)
    tail = np.where(lower < 0.5, 1 - lower, upper)
    yield N("Igamma", a, x), lower.astype(np.float32)
    yield N("Igammac", a, x), tail.astype(np.float32)
    # Far out where one of both is small it is small, too.
    yield N("Log", N("Igammac", np.float32([3, 1]), np.float32([40, 80]))), np.float32([math.log(1 + 40 + 800) - 40, -80])
    yield N("Igamma", np.float32([[0.5], [2.5]]), np.float32([0, 1, np.inf])), np.float32([[0, math.erf(1), 1], [0, 0.15085496, 1]])
    ends = np.float32([0, -1, 1, np.inf, 2]), np.float32([1, 1, -1, 3, np.nan])
    yield together((N("Igamma", *ends), np.float32([np.nan, np.nan, np.nan, 0, np.nan])), (N("Igammac", *ends), np.float32([np.nan, np.nan, np.nan, 1, np.nan])),
                   (N("Betainc", np.float32([0, 1, 2, 2, 2]), np.float32([1, -1, 3, 3, 3]), np.float32([0.5, 0.5, 1.5, 0, 1])), np.float32([np.nan, np.nan, np.nan, 0, 1])))
    a, c, x = np.float32([0.6, 2, 5, 40, 9, 100, 1]), np.float32([0.7, 2, 0.9, 42, 60, 3, 1]), np.float32([0.5, 0.01, 0.9, 0.42, 0.3, 0.99, 0.25])
    wide, other, at = (v.astype(np.float64)[:, None] for v in (a, c, x))
    with np.errstate(all="ignore"):
        scale = lgamma(wide + other) - lgamma(wide) - lgamma(other)
        within = lambda v: np.where(v > 0, np.exp((2 * wide - 1) * np.log(np.sin(v)) + (2 * other - 1) * np.log(np.cos(v)) + scale) * 2, 0)
        yield N("Betainc", a, c, x), integral(lambda u: within(np.arcsin(np.sqrt(at)) * u ** 4) * np.arcsin(np.sqrt(at)) * 4 * u ** 3, 0, 1, 200000).astype(np.float32)


def functions():
    signed, positive = np.float32([-7.25, -1.5, 0.3, 2, 7.9, 8.1, 25]), np.float32([0.05, 0.7, 1.9, 2.1, 7.9, 8.1, 25])
    for order in (0, 1):
        i, j, *_ = bessel(signed, order)
        own = bessel(positive, order)
        yield together((N(f"BesselI{order}", signed), i.astype(np.float32)), (N(f"BesselI{order}e", signed), (i * np.exp(-np.abs(signed))).astype(np.float32)))
        yield N(f"BesselJ{order}", signed), j.astype(np.float32)
        yield together((N(f"BesselK{order}", positive), own[2].astype(np.float32)), (N(f"BesselK{order}e", positive), (own[2] * np.exp(positive)).astype(np.float32)))
        yield N(f"BesselY{order}", positive), own[3].astype(np.float32)
    ends = np.float32([0, -1, np.inf])
    with np.errstate(all="ignore"):
        yield together(*[(N(name, ends), np.float32(wanted)) for name, wanted in [("BesselK0", [np.inf, np.nan, 0]), ("BesselJ0", [1, 0.76519769, 0]), ("BesselY1", [-np.inf, np.nan, 0])]])
    some = np.float32([-3.7, -0.5, 0.2, 1, 2, 3.5, 40, 1e5])
    yield N("Lgamma", some), np.float32([math.lgamma(float(v)) for v in some])
    yield N("Lgamma", np.float32([0, -2, np.inf])), np.float32([np.inf] * 3)
    inner = np.float32([0.2, 0.75, 1, 3.3, 12])
    yield N("Digamma", inner), digamma(inner).astype(np.float32)
    mirrored = np.float32([-0.3, -2.6])
    yield N("Digamma", mirrored), (digamma(1 - mirrored) - np.pi / np.tan(np.pi * mirrored.astype(np.float64))).astype(np.float32)
    yield together((N("Polygamma", 1, inner), zeta(2, inner).astype(np.float32)), (N("Polygamma", 4, inner), (-24 * zeta(5, inner)).astype(np.float32)),
                   (N("Polygamma", 0, inner), digamma(inner).astype(np.float32)))
    yield N("Zeta", np.full(5, 2.5, np.float32), inner), zeta(2.5, inner).astype(np.float32)
    large = inner + 1
    yield N("Mvlgamma", large, p=3), np.float32([1.5 * math.log(math.pi) + sum(math.lgamma(float(v) - j / 2) for j in range(3)) for v in large])
    x, y = np.float32([0, 0, 1, -1, 3, 0, np.nan, 1]), np.float32([1, -1, 5, 5, 3, 0, 1, -np.inf])
    yield N("NextAfter", x, y), np.nextafter(x, y)
    yield N("NextAfter", x.astype(np.float64), y.astype(np.float64)), np.nextafter(x.astype(np.float64), y.astype(np.float64))
    x, y = np.float32([1, np.nan, np.inf, 2, 0]), np.float32([2, 0, 0, np.nan, 0])
    yield together((N("MulNoNan", x, y), np.float32([2, 0, 0, np.nan, 0])), (N("Xdivy", y, x), np.float32([2, 0, 0, np.nan, 0])))


def integers():
    random = np.random.default_rng(21)
    i, j = random.integers(-60, 60, (3, 4), np.int32), random.integers(-60, 60, 4, np.int32)
    i[0, 0] = j[0] = 0
    yield N("Gcd", i, j), np.gcd(i, j)
    yield N("Gcd", np.int64([2**62, 7540113804746346429]), np.int64([6, 4660046610375530309])), np.gcd(np.int64([2**62, 7540113804746346429]), np.int64([6, 4660046610375530309]))
    yield N("Lcm", i, j), np.lcm(i, j)
    for type_ in (np.int8, np.uint16, np.int64):
        values = random.integers(np.iinfo(type_).min, np.iinfo(type_).max, 9, type_)
        mask = (1 << np.iinfo(type_).bits) - 1
        yield N("PopulationCount", values), np.uint8([(int(v) & mask).bit_count() for v in values])
    whole = np.int32([-7, -2, 0, 1, 3, 9])
    for name in ("Floor", "Ceil", "Rint", "Trunc", "Round"):
        yield N(name, whole), whole
    # What the file declares to be integers is computed in floats.
    declared = {"shape": (X(6, dtype="int32"),)}
    shifted = whole / 6 + 0.5
    for node, wanted in [(N("Muls", whole, 2.5, **declared), whole * 2.5), (N("AddScalar", whole, 1.75, 2, **declared), whole + 3.5),
                         (N("SubScalar", whole, 0.5, 1, **declared), whole - 0.5), (N("Divs", whole, 2.5, **declared), whole / 2.5),
                         (N("HSigmoid", whole, **declared), shifted.clip(0, 1)), (N("HSwish", whole, **declared), whole * shifted.clip(0, 1)),
                         (N("SeLU", whole, **declared), 1.05070098 * np.where(whole > 0, whole, 1.67326324 * np.expm1(np.minimum(whole, 0))))]:
        yield node, np.trunc(wanted).astype(np.int32)
    # Products of integers of 8 bits, of which as many are kept as the file declares.
    for type_, low, high in [("int8", -90, 90), ("uint8", 0, 250)]:
        a, b, bias = (random.integers(low, high, shape).astype(type_) for shape in ((3, 4), (4, 2), (3, 2)))
        wide = a.astype(np.int32) @ b.astype(np.int32)
        of = {"shape": (X(3, 2, dtype=type_),)}
        yield together(*[(N(name, a, b, **of), wide.astype(type_)) for name in ("MatMul", "MatMulExt", "Mm")], (N("MatMul", a, b, shape=(X(3, 2, dtype="int32"),)), wide),
                       (N("BatchMatMulExt", a[None], b[None], shape=(X(1, 3, 2, dtype=type_),)), wide[None].astype(type_)), (N("Dense", a, b.T.copy(), bias[0].copy(), **of), (wide + bias[0]).astype(type_)),
                       (N("Addmm", bias, a, b, 1, 1, **of), (wide + bias).astype(type_)), (N("Mv", a, b[:, 0].copy(), shape=(X(3, dtype=type_),)), wide[:, 0].astype(type_)))
    yield N("TruncateDiv", np.float32([7, -7, 1]), np.float32([2, 2, 3])), np.float32([3, -3, 0])
    yield N("Imag", floats(random, 3)), np.zeros(3, np.float32)


def numbers():
    random = np.random.default_rng(22)
    scalar = lambda node, type_=I64: N("ScalarToTensor", node, type_)
    three, seven = np.array(3), np.array(7)
    for x, y in [(7, 3), (seven, 3), (7, three)]:
        pairs = [("ScalarAdd", 10), ("ScalarSub", 4), ("ScalarMul", 21), ("ScalarFloorDiv", 2), ("ScalarMod", 1), ("ScalarMax", 7), ("ScalarMin", 3), ("ScalarPow", 343)]
        refused = ("ScalarFloorDiv", "ScalarMod") if y is three else ()
        yield together(*[(scalar(N(name, x, y)), np.int64(wanted)) for name, wanted in pairs if name not in refused],
                       (scalar(N("ScalarDiv", x, y), F32), np.float32(7 / 3)))
        truths = [("ScalarEq", False), ("ScalarGe", True), ("ScalarGt", True), ("ScalarLe", False), ("ScalarLt", False)]
        yield together(*[(scalar(N(name, x, y), TYPE_IDS["bool"]), np.bool_(wanted)) for name, wanted in truths])
    yield together((scalar(N("ScalarFloorDiv", -7, 2)), np.int64(-4)), (scalar(N("ScalarMod", -7, 2)), np.int64(1)), (scalar(N("ScalarMod", 7.5, -2.0), F32), np.float32(-0.5)),
                   (scalar(N("ScalarPow", 2, -2), F32), np.float32(0.25)), (scalar(N("ScalarUsub", 3)), np.int64(-3)), (scalar(N("ScalarUadd", 3)), np.int64(3)),
                   (scalar(N("ScalarUsub", seven)), np.int64(-7)))
    yield together((scalar(N("ScalarLog", 2.0), F32), np.float32(math.log(2))), (scalar(N("ScalarLog", seven), F32), np.float32(math.log(7))),
                   (scalar(N("ScalarBool", seven), TYPE_IDS["bool"]), np.bool_(True)), (scalar(N("BoolNot", 0.0), TYPE_IDS["bool"]), np.bool_(True)),
                   (scalar(N("ScalarMul", N("ScalarAdd", 0.25, 0.5), 2), F32), np.float32(1.5)))
    same = N("MakeTuple", 2, seven)
    yield together(*[(scalar(N(name, same, N("MakeTuple", 2, other)), TYPE_IDS["bool"]), np.bool_(wanted)) for name in ("tuple_equal", "list_equal")
                     for other, wanted in [(7, True), (three, False)]], (scalar(N("tuple_equal", (1, 2), (1, 2)), TYPE_IDS["bool"]), np.bool_(True)),
                   (scalar(N("tuple_equal", same, (7,)), TYPE_IDS["bool"]), np.bool_(False)))
    # A size as users compute one: int(7 * 0.5).
    x = floats(random, 2, 3)
    yield N("Zeros", N("MakeTuple", N("ScalarCast", N("ScalarMul", seven, 0.5), I64), 2), F32), np.zeros((3, 2), np.float32)
    yield N("ScalarToTensor", N("ScalarAdd", N("Size", x), N("shape_mul", N("Shape", x))), I64), np.int64(12)
    yield N("StackExt", N("TensorToTuple", np.int64([4, 5, 6])), 0), np.int64([4, 5, 6])
    for name in ("ListToTuple", "TupleToList", "IdentityN"):
        yield N("TupleGetItem", N(name, N("MakeTuple", x, x + 1)), 1), x + 1
    yield N("StackExt", N("InvertPermutation", (2, 0, 3, 1)), 0), np.int64([1, 3, 0, 2])
    for name in ("TupleToArray", "ScalarToArray"):
        yield N("Add", N(name, (1, 2)), np.int64([1, 1])), np.int64([2, 3])


def filled():
    random = np.random.default_rng(23)
    x, i = floats(random, 2, 3), np.int32([[1, -2, 3]])
    two = K(np.float32(2.5))
    yield together((N("Fill", F32, (2, 2), two), np.full((2, 2), 2.5, np.float32)), (N("Fills", i, 2.5), np.full_like(i, 2)), (N("FillTensor", (3,), two, I64), np.full(3, 2)),
                   (N("NewFull", x, (2,), 4, None), np.full(2, 4, np.float32)), (N("Empty", (2, 1), F32), np.zeros((2, 1), np.float32)), (N("EmptyLike", x, None), 0 * x),
                   (N("NewEmpty", x, (2,), None), np.zeros(2, np.float32)), (N("DynamicShape", x), np.int64([2, 3])))
    same = [(N(name, x), x) for name in ("Detach", "CopyToDevice", "CopyToHost", "MoveTo")]
    yield together(*same, (N("ToDtype", x, I64), x.astype(np.int64)), (N("ToDevice", x, None, None), x), (N("ToOther", i, x), i.astype(np.float32)), (N("TypeAs", x, i), x.astype(np.int32)))
    yield together((N("TensorAdd", x, x), 2 * x), (N("Pack", N("MakeTuple", x, x), axis=1), np.stack([x, x], 1)), (N("GatherV2", x, np.int64([1, 0]), 0), x[::-1]), (N("Expand", i, (2, 3)), np.repeat(i, 2, 0)),
                   (N("Repeat", x, (2, 1)), np.tile(x, (2, 1))), (N("GatherNdExt", x, np.int64([[1, 2], [0, 0]])), x[[1, 0], [2, 0]]), (N("ParallelConcat", N("MakeTuple", i, i)), np.concatenate([i, i])),
                   (N("Vdot", x[0].copy(), x[1].copy()), x[0] @ x[1]))
    yield N("Unpack", x, axis=0), {0: x[0], 1: x[1]}
    yield N("Gelu", x), x * 0.5 * (1 + np.tanh(math.sqrt(2 / math.pi) * (x + 0.044715 * x**3)))
    yield N("FastGelu", x), x / (1 + np.exp(-1.702 * x))
    for count in (1, 7):
        yield N("LinSpaceExt", -1.0, 3.0, count, F32), np.linspace(-1, 3, count, dtype=np.float32)
    yield N("LinSpaceExt", 0, 5, 4, I64), np.int64([0, 1, 3, 5])
    yield N("LogSpace", K(np.float32(0)), K(np.float32(2)), steps=5, base=10), np.logspace(0, 2, 5, dtype=np.float32)
    for length in (1, 7):
        for periodic in (True, False):
            size = length + (periodic and length > 1)
            windows = [("BartlettWindow", np.bartlett), ("BlackmanWindow", np.blackman), ("HammingWindow", np.hamming)]
            yield together(*[(N(name, K(np.int64(length)), periodic=periodic), f(size)[:length].astype(np.float32)) for name, f in windows])
    yield N("TriuIndices", row=4, col=3, offset=-1), np.stack(np.triu_indices(4, -1, 3)).astype(np.int32)
    yield N("TrilIndices", row=4, col=3, offset=1), np.stack(np.tril_indices(4, 1, 3)).astype(np.int32)
    yield N("UnravelIndex", np.int32([0, 5, 11]), K(np.int64([3, 4]))), np.stack(np.unravel_index([0, 5, 11], (3, 4))).astype(np.int32)
    yield N("Padding", x[:, :1].copy(), pad_dim_size=4), np.pad(x[:, :1], ((0, 0), (0, 3)))
    four = np.int32([5, 6, 7, 8])
    yield together((N("DataFormatDimMap", np.int32([0, 1, 2, 3, -1])), np.int32([0, 3, 1, 2, 2])), (N("DataFormatVecPermute", four), np.int32([5, 8, 6, 7])),
                   (N("DataFormatVecPermute", four, src_format="NCHW", dst_format="NHWC"), np.int32([5, 7, 8, 6])))


def places():
    random = np.random.default_rng(24)
    x, _, square = floats(random, 3, 5), floats(random, 2, 5), floats(random, 3, 4)
    yield N("Take", x, np.int64([[0, 14], [-1, 5]])), x.ravel()[[[0, 14], [-1, 5]]]
    for offset in (-1, 0, 2):
        yield together((N("DiagExt", x[0].copy(), offset), np.diag(x[0], offset)), (N("DiagExt", square, offset), np.diag(square, offset)), (N("TraceV2", square, offset, 0, 1, None), np.trace(square, offset)))
    blocks = floats(random, 2, 3, 2, 3)
    yield N("DiagPart", blocks), np.einsum("ijij->ij", blocks)
    yield N("SplitV", x, size_splits=(1, -1, 2), split_dim=1, num_split=3), {0: x[:, :1], 1: x[:, 1:3], 2: x[:, 3:]}
    wide, thin = floats(random, 6), floats(random, 4)
    for mode in ("valid", "same", "full"):
        yield together((N("Correlate", wide, thin, mode), np.correlate(wide, thin, mode)), (N("Correlate", thin[:3].copy(), wide, mode), np.correlate(thin[:3], wide, mode)))
    rising, asked = np.sort(np.round(2 * x), 1), np.round(2 * x)
    yield together((N("LowerBound", rising, asked), np.stack([np.searchsorted(a, v) for a, v in zip(rising, asked)]).astype(np.int32)),
                   (N("UpperBound", rising, asked), np.stack([np.searchsorted(a, v, "right") for a, v in zip(rising, asked)]).astype(np.int32)),
                   (N("Bucketize", asked, boundaries=(-1.0, 0.0, 2.0)), np.searchsorted([-1, 0, 2], asked, "right").astype(np.int32)))
    yield together((N("NthElement", x, 2), np.sort(x, 1)[:, 2]), (N("NthElement", x, 1, reverse=True), np.sort(x, 1)[:, -2]),
                   (N("EqualCount", np.int32([1, 2, 3]), np.int32([1, 5, 3])), np.int32([2])))
    yield N("Median", x, global_median=False, axis=1, keep_dims=True), {0: np.sort(x, 1)[:, 2:3], 1: np.argsort(x, 1)[:, 2:3]}
    yield N("TupleGetItem", N("Median", x, global_median=True, axis=0, keep_dims=False), 0), np.sort(x, None)[7]
    holes = np.where(x > 1, np.float32(np.nan), x)
    holes[1] = np.nan
    ranked = np.argsort(holes, 1, kind="stable")
    middle = np.maximum((~np.isnan(holes)).sum(1, keepdims=True) - 1, 0) // 2
    yield N("Median", holes, global_median=False, axis=1, keep_dims=False, ignore_nan=True), {0: np.take_along_axis(holes, np.take_along_axis(ranked, middle, 1), 1)[:, 0], 1: np.take_along_axis(ranked, middle, 1)[:, 0]}
    yield N("TupleGetItem", N("Median", holes, global_median=True, axis=0, keep_dims=False, ignore_nan=True), 0), np.sort(holes, None)[((~np.isnan(holes)).sum() - 1) // 2]
    runs = np.int32([1, 1, 2, 2, 2, 1, 3])
    yield N("UniqueConsecutive", runs, return_inverse=True, return_counts=True), {0: np.int32([1, 2, 1, 3]), 1: np.int64([0, 0, 1, 1, 1, 2, 3]), 2: np.int64([2, 3, 1, 1])}
    rows_ = np.float32([[1, 2], [1, 2], [1, 3]])
    yield N("TupleGetItem", N("UniqueConsecutive", runs, return_inverse=False, return_counts=False, shape=(X(-1, dtype="int32"), X(dtype="int64"), X(dtype="int64"))), 0), np.int32([1, 2, 1, 3])
    yield N("UniqueConsecutive", rows_, return_inverse=True, return_counts=True, axis=0), {0: rows_[[0, 2]], 1: np.int64([0, 0, 1]), 2: np.int64([2, 1])}
    values, ids = floats(random, 5, 2), np.int32([0, 0, 2, 2, 4])
    for name, f in [("Sum", np.sum), ("Max", np.max), ("Min", np.min), ("Prod", np.prod), ("Mean", np.mean)]:
        empty = np.full(2, name == "Prod", np.float32)
        yield N("Segment" + name, values, ids), np.stack([f(values[ids == k], axis=0) if (ids == k).any() else empty for k in range(5)])
    table = floats(random, 4, 3)
    yield N("EmbeddingLookup", table, np.int32([[2, 5], [1, 7]]), 2), np.where(np.array([[1, 1], [0, 0]])[..., None], table[[[0, 3], [0, 0]]], np.float32(0))
    line, weights = floats(random, 30), floats(random, 5)
    low, high = line.min(), line.max()
    whole = np.int32([1, 3, 1, 0, 7])
    yield together((N("HistcExt", line, 4, 0, 0), np.histogram(line, 4, (low, high))[0].astype(np.int32)), (N("Histogram", line, bins=3, min=-1.0, max=1.0), np.histogram(line, 3, (-1, 1))[0].astype(np.int32)),
                   (N("HistogramFixedWidth", line, np.float32([-1, 1]), nbins=5), np.histogram(line.clip(-0.99, 0.99), 5, (-1, 1))[0].astype(np.int32)),
                   (N("Bincount", whole, K(np.int32(4)), weights), np.bincount(whole, weights)[:4].astype(np.float32)))
    yield N("BincountExt", whole, None, 3), np.bincount(whole)
    yield N("BincountExt", np.int64([1, 1, 0]), weights[:3].copy(), 5), np.bincount([1, 1, 0], weights[:3], 5).astype(np.float32)
    yield N("RepeatInterleaveTensor", x, np.int64([2, 0, 1]), 0, None), x.repeat([2, 0, 1], 0)
    yield N("RepeatInterleaveTensor", x, np.int32([2]), None, None), x.repeat(2)
    yield N("UniqueWithPad", whole, K(np.int32(9))), {0: np.int32([1, 3, 0, 7, 9]), 1: np.int32([0, 1, 0, 2, 3])}
    matrix = np.int32([[5, -2, 5], [0, -2, 5]])
    kinds, inverse, counts = np.unique(matrix, return_inverse=True, return_counts=True)
    yield N("Unique2", matrix, True, True, True), {0: kinds, 1: inverse.reshape(2, 3), 2: counts}
    yield N("InnerUnique", matrix, True, True), {0: kinds, 1: inverse.reshape(2, 3)}
    yield N("InnerNonZero", matrix), np.argwhere(matrix)
    yield N("NonZeroExt", matrix), dict(enumerate(np.nonzero(matrix)))
    yield N("AsStrided", x, (2, 3), (6, 2), 1), np.lib.stride_tricks.as_strided(x.ravel()[1:], (2, 3), (24, 8)).copy()
    for name in ("Index", "InnerIndex"):
        yield N(name, x, N("MakeTuple", np.int64([[0], [-1]]), np.int64([1, 2, 4]))), x[[[0], [-1]], [1, 2, 4]]
    images = floats(random, 1, 2, 4, 2)
    spread = np.pad(images, [(0, 0), (0, 0), (1, 1), (0, 2)]).reshape(1, 2, 3, 2, 2, 2).transpose(3, 5, 0, 1, 2, 4).reshape(4, 2, 3, 2)
    yield N("SpaceToBatch", images, block_size=2, paddings=((1, 1), (0, 2))), spread
    yield together((N("BatchToSpace", spread, block_size=2, crops=((1, 1), (0, 2))), images),
                   (N("BatchToSpaceNDV2", spread, K(np.int64([2, 2])), K(np.int64([[1, 1], [0, 2]]))), images))
    yield N("MaxPoolWithArgmax", images, kernel_size=(1, 1, 2, 2), strides=(1, 1, 2, 2), pad_mode="valid"), {0: images.reshape(1, 2, 2, 2, 1, 2).max((3, 5))}
    yield N("Cross", floats(random, 3, 2) * 0 + 2, np.float32([[1], [0], [3]])), np.float32([[6, 6], [-4, -4], [-2, -2]])
    yield N("Squeeze", x[None], (0, 2)), x


def reductions():
    random = np.random.default_rng(25)
    x, y = floats(random, 3, 4), floats(random, 3, 4)
    yield together((N("L2Loss", x), (x * x).sum() / 2), (N("EuclideanNorm", x, (1,), keep_dims=True), np.linalg.norm(x, axis=1, keepdims=True)),
                   (N("LpNormV2", x, 1.0, (0,), False, 1e-12), np.abs(x).sum(0)), (N("LpNormV2", x, 2.0, None, False, 20.0), np.float32(20)))
    yield N("SquareSumAll", x, y), {0: (x * x).sum(), 1: (y * y).sum()}
    for p, axis in [(2.0, 0), (1.0, 1)]:
        size = np.linalg.norm(x, p, axis=1 - axis, keepdims=True)
        yield N("Renorm", x, p=p, dim=axis, maxnorm=1.5), np.where(size > 1.5, x * 1.5 / (size + 1e-7), x).astype(np.float32)
    wild = (x * 200).astype(np.float32)
    running = np.logaddexp.accumulate(wild, axis=1)
    yield N("CumulativeLogsumexp", wild, 1), running
    yield N("CumulativeLogsumexp", wild, 1, exclusive=True, reverse=True), np.pad(np.logaddexp.accumulate(wild[:, ::-1], axis=1)[:, :-1], ((0, 0), (1, 0)), constant_values=-np.inf)[:, ::-1]
    target = np.int32([1, -1, 1])
    cosine = (x * y).sum(1) / np.linalg.norm(x, axis=1) / np.linalg.norm(y, axis=1)
    loss = np.where(target == 1, 1 - cosine, np.maximum(0, cosine - 0.2))
    yield together((N("CosineEmbeddingLoss", x, y, target, 0.2, 2), loss), (N("CosineEmbeddingLoss", x, y, target, 0.2, 1), loss.mean()))
    image, volume = floats(random, 2, 3, 8), floats(random, 1, 2, 4, 6, 4)
    parameters = [floats(random, 3) for _ in range(4)]
    weight, bias, mean, scale = (p[:, None] for p in parameters)
    yield N("BatchNormElemt", image, *parameters, 1e-5), (image - mean) * scale * weight + bias
    yield together((N("AvgPool1D", image, (2,), (2,), (0,), False, True), image.reshape(2, 3, 4, 2).mean(3)),
                   (N("AvgPool1D", image[0].copy(), (2,), (2,), (0,), False, True), image[0].reshape(3, 4, 2).mean(2)),
                   (N("AvgPool3DExt", volume, (2, 3, 2), (2, 3, 2), (0, 0, 0), False, True, None), volume.reshape(1, 2, 2, 2, 2, 3, 2, 2).mean((3, 5, 7))),
                   (N("AdaptiveAvgPool3DExt", volume, (2, 3, 4)), volume.reshape(1, 2, 2, 2, 3, 2, 4, 1).mean((3, 5, 7))))


def in_place():
    random = np.random.default_rng(26)
    x, v = floats(random, 3, 4), floats(random, 2, 4)
    for name, change in [("Add", lambda r, v: r + v), ("Sub", lambda r, v: r - v), ("Update", lambda r, v: v)]:
        result = x.copy()
        result[[0, 2]] = change(result[[0, 2]], v)
        yield N("Inplace" + name, x, v, indices=(0, 2)), result
    yield N("InplaceUpdateV2", x, np.int32([0, 2]), v), result
    added = x.copy()
    np.add.at(added, (slice(None), [0, 0]), x[:, 2:])
    yield N("IndexAdd", x, np.int32([0, 0]), x[:, 2:].copy(), axis=1), added
    twice = lambda node, x, result: (N("Add", node, x), 2 * result)  # x is read once more after it has been changed
    a = x.copy()
    yield twice(N("InplaceCopy", a, v[0].copy()), a, np.broadcast_to(v[0], x.shape))
    b = x.copy()
    yield twice(N("InplaceFillScalar", b, 2.0), b, np.full_like(x, 2))
    c = x.copy()
    yield twice(N("InplaceFillTensor", c, K(np.float32(3))), c, np.full_like(x, 3))
    d = x.copy()
    yield twice(N("InplaceZero", d), d, 0 * x)
    e = x.copy()
    yield twice(N("InplaceMaskedFillTensor", e, x > 0, K(np.float32(3))), e, np.where(x > 0, np.float32(3), x))
    f, index = x.copy(), np.int64([[0, 3], [1, 2]])
    put = x.copy()
    np.put_along_axis(put[:2], index, v[:, :2], 1)
    yield twice(N("InplaceScatterSrc", f, 1, index, v[:, :2].copy()), f, put)
    summed = x.copy()
    np.add.at(summed, (np.arange(2)[:, None], index), v[:, :2])
    g, h, k = x.copy(), x.copy(), x.copy()
    yield twice(N("InplaceScatterAdd", g, 1, index, v[:, :2].copy()), g, summed)
    yield twice(N("InplaceScatterSrcReduce", h, 1, index, v[:, :2].copy(), 1), h, summed)
    constant = x.copy()
    np.add.at(constant, (np.arange(2)[:, None], index), np.float32(2.5))
    yield twice(N("InplaceScatterValueReduce", k, 1, index, 2.5, 1), k, constant)
    m = x.copy()
    yield twice(N("InplaceAddr", m, v[:, 0].repeat(2)[:3].copy(), v[1].copy(), 0.5, 2.0), m, 0.5 * x + 2 * np.outer(v[:, 0].repeat(2)[:3], v[1]))
    n, copied = x.copy(), x.copy()
    copied[:, [2, 0]] = x[:, :2] + 1
    yield twice(N("InplaceIndexCopy", n, 1, np.int64([2, 0]), x[:, :2] + 1), n, copied)
    for accumulate in (False, True):
        o, flat = x.copy(), x.copy().ravel()
        np.add.at(flat, [0, 11, 5], v[0, :3]) if accumulate else flat.__setitem__([0, 11, 5], v[0, :3])
        yield twice(N("InplacePut", o, np.int64([0, 11, 5]), v[0, :3].copy(), accumulate), o, flat.reshape(3, 4))


def rows():
    for theme in (functions, incomplete, integers, numbers, filled, places, reductions, in_place):
        yield from theme()
