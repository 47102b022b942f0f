"""What operators along axes mean in numpy, and cases for them: lists of (inputs, attributes)."""
import numpy as np

from differential.values import i64, specials

SHAPES = [(7,), (2, 3), (3, 1, 5), (4, 33), (2, 3, 4, 5), (0, 3), (3, 0), (2, 257)]


# --- what numpy says, in f64 and rounded once

def along(function):
    """A row operator over numpy's `axis`."""
    def moved(a, *vectors, axis, **attributes):
        rows = np.moveaxis(a.astype(np.float64), axis, -1)
        result = function(rows, *[v.astype(np.float64) for v in vectors], **attributes)
        return np.moveaxis(result, -1, axis).astype(a.dtype)
    return moved


def log_softmax(x):
    return x - x.max(-1, keepdims=True) - np.log(np.exp(x - x.max(-1, keepdims=True)).sum(-1, keepdims=True))


def layer_norm(x, gamma, beta, epsilon):
    return (x - x.mean(-1, keepdims=True)) / np.sqrt(x.var(-1, keepdims=True) + epsilon) * gamma + beta


def rms_norm(x, gamma, epsilon):
    return x / np.sqrt((x * x).mean(-1, keepdims=True) + epsilon) * gamma


def batch_norm(x, gamma, beta, mean, variance, epsilon):
    return (x - mean) / np.sqrt(variance + epsilon) * gamma + beta


def bias_add(a, bias, axis):
    return np.moveaxis(np.moveaxis(a, axis, -1) + bias, -1, axis)


def group_norm(a, gamma, beta, num_groups, epsilon=1e-5):
    """PyTorch's torch.nn.functional.group_norm."""
    batch, channels = a.shape[:2]
    if not a.size:
        return a
    groups = a.astype(np.float64).reshape(batch, num_groups, -1)
    normal = (groups - groups.mean(-1, keepdims=True)) / np.sqrt(groups.var(-1, keepdims=True) + epsilon)
    per_channel = (channels,) + (1,) * (a.ndim - 2)
    return normal.reshape(a.shape) * gamma.astype(np.float64).reshape(per_channel) + beta.astype(np.float64).reshape(per_channel)


def reduced(function, empty=None):
    """A reduction over the axes of a list, all when it is empty; `empty`: its value of no elements, where numpy has none."""
    def over(a, axes, keepdims):
        extra = {} if empty is None else {"initial": empty(a.dtype)}
        wide = a.astype(np.float64) if a.dtype.kind == "f" and empty is None else a
        kept = {"dtype": a.dtype} if a.dtype.kind in "iu" and empty is None else {}
        return np.asarray(function(wide, axis=tuple(axes) or None, keepdims=keepdims, **extra, **kept)).astype(a.dtype)
    return over


def lowest(dtype):
    return -np.inf if dtype.kind == "f" else np.iinfo(dtype).min


def highest(dtype):
    return np.inf if dtype.kind == "f" else np.iinfo(dtype).max


REFERENCES = {
    "Softmax": along(lambda x: np.exp(log_softmax(x))), "LogSoftmax": along(log_softmax), "LayerNorm": along(layer_norm), "RMSNorm": along(rms_norm),
    "BatchNorm": along(batch_norm), "BiasAdd": bias_add, "GroupNorm": group_norm,
    "ReduceSum": reduced(np.sum), "ReduceProd": reduced(np.prod), "ReduceMean": reduced(np.mean), "ReduceMax": reduced(np.max, lowest),
    "ReduceMin": reduced(np.min, highest), "ReduceAll": reduced(np.all), "ReduceAny": reduced(np.any),
}
# Errors in units of the epsilon of the type that is computed in (f32 for f16): relative, and absolute for what cancels. The rest is exact.
ULPS = {name: 64 for name in ("Softmax", "LogSoftmax", "LayerNorm", "RMSNorm", "BatchNorm", "GroupNorm", "ReduceSum", "ReduceProd", "ReduceMean")}
ABSOLUTE = {"LogSoftmax": 64, "LayerNorm": 1024, "RMSNorm": 64, "BatchNorm": 1024, "GroupNorm": 1024, "ReduceSum": 2000, "ReduceMean": 64}


# --- cases: functions of the element types of the inputs and `fill(shape, dtype)`, which makes random elements

def rows(*vectors, has_epsilon=False):
    """Every axis of some shapes. `vectors` make the other inputs out of random elements."""
    def cases(dtypes, fill, generator):
        epsilon = {"epsilon": 1e-3} if has_epsilon else {}
        for shape in SHAPES:
            for axis in range(-len(shape), len(shape)):
                if shape[axis]:
                    others = [make(fill((shape[axis],), dtype)) for make, dtype in zip(vectors, dtypes[1:])]
                    yield [fill(shape, dtypes[0]), *others], {"axis": axis, **epsilon}
        if has_epsilon: # which an f16 does not hold
            yield [np.full((2, 8), 3, dtypes[0]), *[make(fill((8,), dtype)) for make, dtype in zip(vectors, dtypes[1:])]], {"axis": 1, "epsilon": 1e-12}
        elif not vectors:
            row = specials(dtypes[0])
            yield [np.stack([row, row[::-1], np.where(np.isnan(row), 0, row), np.where(np.isfinite(row), row / 8, 0)]).astype(dtypes[0])], {"axis": 1}
    return cases


def as_is(vector):
    return vector


def group_norms(dtypes, fill, generator):
    for shape in [(1, 1), (2, 6), (2, 6, 5), (3, 4, 2, 3), (1, 32, 7, 9), (2, 8, 3, 1, 2), (0, 4, 3), (2, 4, 0), (4, 3, 1, 300)]:
        for groups in {1, 2, shape[1]}:
            if shape[1] % groups == 0:
                yield [fill(shape, dtypes[0]), *[fill(shape[1:2], dtype) for dtype in dtypes[1:]]], {"num_groups": groups, "epsilon": 1e-3}
    a = fill((2, 4, 33), dtypes[0]) + dtypes[0].type(100)  # the mean is large against what varies
    yield [a, *[fill((4,), dtype) for dtype in dtypes[1:]]], {"num_groups": 2}


def axes_of(rank, generator):
    """Sets of axes: none, each alone, all, and random ones in any order, some counted from the end."""
    yield i64()
    for axis in range(rank):
        yield i64(axis if generator.random() < 0.5 else axis - rank)
    for _ in range(3):
        chosen = generator.permutation(rank)[:generator.integers(0, rank + 1)]
        yield i64(*[axis - rank if generator.random() < 0.3 else axis for axis in chosen])
    yield i64(*range(rank))


def reductions(*, shrink=as_is, of_nothing=True, extremes=as_is):
    def cases(dtypes, fill, generator):
        for shape in [(), *SHAPES, (2, 1, 3, 1, 2, 2, 1, 3)]:
            for axes in axes_of(len(shape), generator):
                picked = [shape[axis] for axis in (axes if len(axes) else range(len(shape)))]
                if of_nothing or 0 not in picked:
                    yield [np.asarray(shrink(fill(shape, dtypes[0]))), axes], {"keepdims": bool(generator.integers(0, 2))}
        values = extremes(specials(dtypes[0]))
        pairs = np.stack([np.repeat(values, len(values)), np.tile(values, len(values))])
        yield [pairs, i64(0)], {"keepdims": False}
        yield [values, i64(-1)], {"keepdims": True}
    return cases


def near_one(a):
    """Floats whose products stay within the type."""
    return np.abs(a) ** a.dtype.type(0.05) if a.dtype.kind == "f" else a


def quarters(values):
    """Whose sums stay within the type."""
    return values * values.dtype.type(0.25)


CASES = {
    "Softmax": rows(), "LogSoftmax": rows(), "LayerNorm": rows(as_is, as_is, has_epsilon=True), "RMSNorm": rows(as_is, has_epsilon=True),
    "BatchNorm": rows(as_is, as_is, as_is, np.abs, has_epsilon=True), "BiasAdd": rows(as_is), "GroupNorm": group_norms,
    "ReduceSum": reductions(), "ReduceProd": reductions(shrink=near_one), "ReduceMean": reductions(of_nothing=False, extremes=quarters), "ReduceMax": reductions(),
    "ReduceMin": reductions(), "ReduceAll": reductions(), "ReduceAny": reductions(),
}
