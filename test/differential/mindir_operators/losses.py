"""Losses, scatters and matrices made of their diagonals."""
import numpy as np
from differential.mindir import K, N
from differential.mindir_operators.formulas import diagonal_rows, floats, sigmoid


def rows():
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
        for primitive in ("InplaceIndexPut", "InnerInplaceIndexPut"):
            yield N(primitive, N("Neg", -x), N("MakeTuple", *pairs), values, bool(accumulate)), result
    result = x.copy()
    result[[0, 2]] = y[0]
    yield N("IndexPut", x, y[0].copy(), N("MakeTuple", np.int64([0, 2])), accumulate=0), result
    for begin, end, strides, shape in [((1,), (3,), (1,), (2, 4)), ((0, 1), (3, 4), (2, 2), (2, 2)), ((0, -3), (-1, 4), (1, 1), (1, 3)), ((2,), (2,), (1,), (1,))]:
        value, result = floats(random, *shape), x.copy()
        result[tuple(map(slice, begin, end, strides))] = value
        yield N("TensorCopySlices", x, value, begin, end, strides), result
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
