"""Recurrences, decoders of sequences, sums by equations, boxes that are kept apart."""
import numpy as np
from differential.mindir import K, N, X
from differential.mindir_operators.formulas import floats, sigmoid


def lstm(x, w, bias, h, c, forget_bias):
    """(h, c) of all steps; gates i, j, f, o."""
    states = []
    for row in x:
        i, j, f, o = np.split(np.concatenate([row, h], 1) @ w + bias, 4, 1)
        c = sigmoid(f + forget_bias) * c + sigmoid(i) * np.tanh(j)
        h = sigmoid(o) * np.tanh(c)
        states.append((h, c))
    return (np.stack(each) for each in zip(*states))


def gru(x, w, r, w_bias, r_bias, h, order, resets_after):
    """h of all steps."""
    states, size = [], h.shape[1]
    for row in x:
        given, kept = row @ w + w_bias, h @ r + r_bias
        one, other = sigmoid((given + kept)[:, :2 * size]).reshape(-1, 2, size).swapaxes(0, 1)
        reset, update = (one, other) if order == "rzh" else (other, one)
        memory = reset * kept[:, 2 * size:] if resets_after else reset * h @ r[:, 2 * size:] + r_bias[2 * size:]
        h = update * h + (1 - update) * np.tanh(given[:, 2 * size:] + memory)
        states.append(h)
    return np.stack(states)


def recurrences():
    random = np.random.default_rng(31)
    half = lambda *shape: floats(random, *shape).astype(np.float16)
    x, w, bias, h, c = half(5, 2, 3), half(7, 16), half(16), half(1, 2, 4), half(1, 2, 4)
    for forget_bias in (0.0, 1.5):
        y, states = lstm(*(v.astype(np.float64) for v in (x, w, bias, h[0], c[0])), forget_bias)
        yield N("DynamicRNN", x, K(w), K(bias), None, h, c, forget_bias=forget_bias, cell_type="LSTM", is_training=False), {0: y.astype(np.float16), 1: y.astype(np.float16), 2: states.astype(np.float16)}
    full = bias.astype(np.float32)
    y, states = lstm(*(v.astype(np.float64) for v in (x, w, bias, h[0], c[0])), 0)
    yield N("DynamicRNN", x, w, full, None, h, c), {0: y.astype(np.float32), 1: y.astype(np.float16), 2: states.astype(np.float32)}
    w, r, biases = half(3, 12), half(4, 12), floats(random, 2, 12)
    for order, resets_after in [("rzh", True), ("zrh", False), ("zrh", True)]:
        y = gru(*(v.astype(np.float64) for v in (x, w, r, *biases, h[0])), order, resets_after).astype(np.float32)
        yield N("DynamicGRUV2", x, K(w), K(r), biases[0].copy(), biases[1].copy(), None, h[0].copy(), gate_order=order, reset_after=resets_after), {0: y, 1: y}
    yield N("TupleGetItem", N("DynamicGRUV2", x, w, r, None, None, None, h[0].astype(np.float32)), 0), gru(*(v.astype(np.float64) for v in (x, w, r, 0 * biases[0], 0 * biases[1], h[0])), "rzh", True).astype(np.float32)


def greedy(x, lengths, merges):
    _, batch, classes = x.shape
    best, pairs, values, longest = x.argmax(2), [], [], 0
    for b in range(batch):
        found = [k for t, k in enumerate(best[:lengths[b], b]) if k != classes - 1 and not (merges and t and best[t - 1, b] == k)]
        pairs += [(b, i) for i in range(len(found))]
        values += found
        longest = max(longest, len(found))
    scores = [[-sum(x[t, b].max() for t in range(lengths[b]))] for b in range(batch)]
    return {0: np.int64(pairs).reshape(-1, 2), 1: np.int64(values), 2: np.int64([batch, longest]), 3: np.array(scores, x.dtype)}


def decoders():
    random = np.random.default_rng(32)
    tied, blank = random.integers(0, 4, (7, 3, 3)).astype(np.float32), np.tile(np.float64([0, 0, 1]), (3, 2, 1))
    for x, lengths, merges in [(tied, [7, 0, 5], True), (tied, [7, 0, 5], False), (blank, [3, 2], True)]:
        yield N("CTCGreedyDecoder", x, np.int32(lengths), merge_repeated=merges), greedy(x, lengths, merges)


def equations():
    random = np.random.default_rng(33)
    a, b, square = floats(random, 2, 3, 4), floats(random, 2, 4, 5), floats(random, 3, 3)
    for equation, tensors in [("bij,bjk->bik", (a, b)), ("bij, bjk -> ki", (a, b)), ("ii->i", (square,)), ("...i->...", (a,)), ("...ij,jk", (a, b[0].copy())), ("ij,kl,jk->li", (a[0].copy(), square, b[0, :, :3].copy()))]:
        # Without an arrow numpy and MindSpore sort the labels alike.
        expected = np.einsum(equation, *tensors)
        yield N("Einsum", N("MakeTuple", *tensors), equation=equation), expected
        yield N("EinsumExt", equation, N("MakeTuple", *tensors)), expected
    halves = a.astype(np.float16)
    yield N("Einsum", N("MakeTuple", halves, halves, halves), equation="bij,bij,bij->i"), np.einsum("bij,bij,bij->i", *[halves.astype(np.float32)] * 3).astype(np.float16)


def combined(boxes, scores, most, total, overlap, lowest, clips, is_tight):
    """The best of what is left of each class, zeros behind."""
    images, _, classes = scores.shape
    count = min(total, most * classes) if is_tight else total
    results = np.zeros((images, count, 4), np.float32), np.zeros((images, count), np.float32), np.zeros((images, count), np.float32), np.zeros(images, np.int32)
    for image in range(images):
        of = lambda k: boxes[image, :, k if boxes.shape[2] > 1 else 0]
        kept = [(scores[image, i, k], k, of(k)[i]) for k in range(classes) for i in suppressed(of(k), scores[image, :, k], most, overlap, lowest)]
        kept = sorted(kept, key=lambda each: -each[0])[:count]
        for place, (score, k, box) in enumerate(kept):
            results[0][image, place], results[1][image, place], results[2][image, place] = np.clip(box, 0, 1) if clips else box, score, k
        results[3][image] = len(kept)
    return results


def suppressed(boxes, scores, most, overlap, lowest):
    low, high = np.minimum(boxes[:, :2], boxes[:, 2:]), np.maximum(boxes[:, :2], boxes[:, 2:])
    area, kept = (high - low).prod(1), []
    for i in np.argsort(-scores, kind="stable"):
        common = [np.clip(np.minimum(high[i], high[k]) - np.maximum(low[i], low[k]), 0, None).prod() for k in kept]
        if scores[i] > lowest and all(c <= overlap * (area[i] + area[k] - c) for c, k in zip(common, kept)):
            kept.append(i)
    return np.int32(kept[:max(most, 0)])


def boxes():
    random = np.random.default_rng(34)
    corners = floats(random, 12, 4, low=0, high=4)
    corners[5], corners[6] = corners[4], [1, 1, 1, 3]  # the same one, and one without an area
    scores = np.round(random.random(12), 1).astype(np.float32)
    for most, overlap, lowest in [(5, 0.5, 0.0), (20, 0.1, 0.3), (0, 0.5, 0.0), (-2, 0.5, 0.0), (20, 0.3, 2.0), (20, 1.0, -1.0), (20, 0.0, -1.0)]:
        yield (N("NonMaxSuppressionV3", corners, scores, K(np.int32(most)), K(np.float32(overlap)), K(np.float32(lowest)), shape=(X(-1, dtype="int32"),)),
               suppressed(corners, scores, most, overlap, lowest))
    yield N("NonMaxSuppressionV3", corners, scores, np.array(4, np.int32), np.array(0.4, np.float32), np.array(0.2, np.float32)), suppressed(corners, scores, 4, 0.4, 0.2)
    for classes, clips, is_tight, most, total, overlap, lowest in [(1, True, True, 3, 5, 0.3, 0.1), (3, False, False, 2, 10, 0.2, 0.4), (1, False, True, 2, 50, 0.1, 0.2),
                                                                   (3, True, False, 12, 7, 0.5, 0)]:
        many, chances = (random.random((2, 12, classes, 4)) * 3 - 1).astype(np.float32), random.random((2, 12, 3), np.float32)
        # MindSpore 2.10 does with each of the two attributes what the other one says.
        flags = {"pad_per_class": clips, "clip_boxes": is_tight}
        expected = combined(many, chances, most, total, overlap, lowest, clips, is_tight)
        yield N("CombinedNonMaxSuppression", many, chances, K(np.int32(most)), K(np.int32(total)), K(np.float32(overlap)), K(np.float32(lowest)), **flags), dict(enumerate(expected))
        yield (N("CombinedNonMaxSuppression", many, chances, np.array(most, np.int32), np.array(total, np.int32), np.array(overlap, np.float32),
                 np.array(lowest, np.float32), **flags), dict(enumerate(expected)))
    yield N("NonMaxSuppressionV3", corners[:0].copy(), scores[:0].copy(), 4, 0.4, 0.2), np.int32([])
    overlaps, kept = random.random((12, 12)).astype(np.float32), []
    for i in np.argsort(-scores, kind="stable"):
        if scores[i] > 0.2 and all(overlaps[i, k] <= 0.6 for k in kept):
            kept.append(i)
    yield N("NonMaxSuppressionWithOverlaps", overlaps, scores, K(np.int32(3)), K(np.float32(0.6)), K(np.float32(0.2))), np.int32(kept[:3])
    yield N("NonMaxSuppressionWithOverlaps", overlaps.astype(np.float64), scores, np.array(20, np.int32), K(np.float64(0.6)), K(np.float64(0.2))), np.int32(kept)


def rows():
    for theme in (recurrences, decoders, equations, boxes):
        yield from theme()
