"""Volumes and lines, running extremes, norms, special values, order statistics, boxes."""
import numpy as np
from differential.mindir import K, N, TYPE_IDS
from differential.mindir_operators.formulas import bicubic_weights, correlate, floats

I64 = TYPE_IDS["int64"]


def rows():
    random = np.random.default_rng(7)
    image = floats(random, 2, 4, 6, 6)
    # Volumes and lines.
    volume = floats(random, 2, 3, 4, 6, 5)
    kernel = floats(random, 4, 3, 2, 3, 2)
    for most in (0.5, 500.0):
        clipped = np.float32([[0.3, -0.4], [1.5, 2]])
        yield N("ClipByNorm", clipped, K(np.float32(most))), clipped * np.float32(min(1, most / np.sqrt((clipped**2).sum())))
    thousands = np.float32([123.456, -0.125, 1250, -1350, 7.005])
    yield N("Round", thousands, 2), np.round(thousands * np.float32(100)) / np.float32(100)
    yield N("Round", thousands, -2), np.round(thousands / np.float32(100)) * np.float32(100)
    yield N("Round", thousands.astype(np.int32), 1), thousands.astype(np.int32)
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
    yield N("NMSWithMask", boxes, iou_threshold=0.5), {0: boxes[order], 1: np.arange(5, dtype=np.int32), 2: np.array([True, True, False, False, True])}
    corners = np.stack(np.meshgrid(*[np.linspace(-1, 1, n) for n in volume.shape[2:]], indexing="ij")[::-1], -1)
    yield N("GridSampler3D", volume, np.stack([corners, corners[::-1]]).astype(np.float32), 0, 0, True), np.stack([volume[0], volume[1][:, ::-1]])
