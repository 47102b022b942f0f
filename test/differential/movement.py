"""What operators that move, pick or count elements mean in numpy, and cases for them: lists of (inputs, attributes)."""
import numpy as np

from differential.values import i64

SHAPES = [(7,), (2, 3), (3, 1, 5), (4, 33), (2, 3, 4, 5), (0, 3), (3, 0), (2, 257), (300, 2)]


# --- what numpy says

def strided_slice(a, begin, end, strides):
    return a[tuple(slice(int(b), int(e), int(s)) for b, e, s in zip(begin, end, strides))]


def slice_(a, begin, size):
    return a[tuple(slice(int(b), None if s == -1 else int(b + s)) for b, s in zip(begin, size))]


def places(indices):
    return tuple(np.moveaxis(indices, -1, 0))


def gather_nd(a, indices):
    if indices.shape[-1] == 0:
        return np.broadcast_to(a, indices.shape[:-1] + a.shape)
    return a[places(indices)]


def scatter_nd(indices, updates, shape):
    out = np.zeros(shape, updates.dtype)
    add = np.logical_or if updates.dtype.kind == "b" else np.add
    if indices.shape[-1] == 0:
        return add.reduce(updates, axis=tuple(range(indices.ndim - 1)), dtype=updates.dtype)
    add.at(out, places(indices), updates)
    return out


def one_hot(indices, on, off, depth, axis):
    hit = np.expand_dims(indices, axis) == np.arange(depth).reshape([-1 if i == axis % (indices.ndim + 1) else 1 for i in range(indices.ndim + 1)])
    return np.where(hit, on.reshape(()), off.reshape(()))


def cast(a, like):
    if a.dtype.kind != "f" or like.dtype.kind in "fb":
        return a.astype(like.dtype)
    info = np.iinfo(like.dtype)
    whole = np.trunc(np.where(np.isnan(a), 0, a).astype(np.float64))
    inside = (whole >= float(info.min)) & (whole < float(info.max) + (0 if info.bits == 64 else 1))
    clamped = np.where(inside, whole, 0).astype(like.dtype)
    return np.where(inside, clamped, np.where(whole > 0, info.max, info.min)).astype(like.dtype)


def cum_sum(a, axis, exclusive, reverse):
    a = np.flip(a, axis) if reverse else a
    sums = np.cumsum(a, axis, dtype=np.float64 if a.dtype == np.float16 else a.dtype).astype(a.dtype)
    if exclusive:
        sums = np.roll(sums, 1, axis)
        sums[tuple(slice(None) if i != axis % a.ndim else slice(0, 1) for i in range(a.ndim))] = 0
    return np.flip(sums, axis) if reverse else sums


def top_k(a, k, axis, largest):
    rank = a.astype(np.float64 if a.dtype.kind == "f" else np.int64)
    if largest:
        rank = np.where(np.isnan(rank), -np.inf, -rank) if a.dtype.kind == "f" else ~rank
        # Of infinities and NaN the NaN comes first.
        keys = (rank, ~np.isnan(a)) if a.dtype.kind == "f" else (rank,)
    else:
        keys = (rank, np.isnan(a)) if a.dtype.kind == "f" else (rank,)
    order = np.take(np.lexsort(keys, axis=axis), np.arange(k), axis=axis)
    return np.take_along_axis(a, order, axis), order


REFERENCES = {
    "Transpose": lambda a, permutation: np.transpose(a, permutation),
    "Concat": lambda *tensors, axis: np.concatenate(tensors, axis),
    "Split": lambda a, axis, sections, index: np.split(a, sections, axis)[index],
    "Slice": slice_, "StridedSlice": strided_slice, "Tile": np.tile, "BroadcastTo": np.broadcast_to,
    "Pad": lambda a, pads, value: np.pad(a, pads.reshape(-1, 2), constant_values=a.dtype.type(value)) if a.ndim else a,
    "Gather": lambda a, indices, axis: np.take(a, indices, axis), "GatherNd": gather_nd, "ScatterNd": scatter_nd, "OneHot": one_hot, "Cast": cast,
    "Argmax": lambda a, axis: np.argmax(a, axis), "Argmin": lambda a, axis: np.argmin(a, axis), "CumSum": cum_sum, "TopK": top_k,
    "EqualCount": lambda a, b: np.array([np.sum(a == b)], np.int32),
}


# --- cases: functions of the element types of the inputs and `fill(shape, dtype)`, which makes random elements

def transpose(dtypes, fill, generator):
    for shape in [(), *SHAPES]:
        for _ in range(2):
            permutation = generator.permutation(len(shape))
            yield [fill(shape, dtypes[0]), i64(*(permutation - len(shape) * generator.integers(0, 2, len(shape))))], {}


def concat(dtypes, fill, generator):
    for shape in SHAPES:
        for axis in range(-len(shape), len(shape)):
            other = list(shape)
            other[axis] = int(generator.integers(0, 5))
            yield [fill(shape, dtypes[0]), fill(other, dtypes[1])], {"axis": axis}
            yield [fill(shape, dtypes[0]) for _ in range(int(generator.integers(3, 11)))], {"axis": axis}


def split(dtypes, fill, generator):
    for shape in SHAPES:
        for axis in range(-len(shape), len(shape)):
            for sections in {1, max(shape[axis], 1)}:
                yield [fill(shape, dtypes[0])], {"axis": axis, "sections": sections, "index": sections - 1}


def slices(dtypes, fill, generator):
    yield [fill((), dtypes[0]), i64(), i64()], {}
    for shape in SHAPES:
        for _ in range(3):
            begin = [int(generator.integers(0, extent + 1)) for extent in shape]
            size = [int(generator.integers(-1, extent - b + 1)) for extent, b in zip(shape, begin)]
            yield [fill(shape, dtypes[0]), i64(*begin), i64(*size)], {}


def strided_slices(dtypes, fill, generator):
    far = [-2 ** 63, -2 ** 31, 2 ** 31, 2 ** 63 - 1]
    for shape in [(), *SHAPES]:
        for _ in range(6):
            count = int(generator.integers(0, len(shape) + 1))
            ends = [[int(x) if generator.random() < 0.8 else int(generator.choice(far)) for x in generator.integers(-8, 9, count)] for _ in range(2)]
            strides = [int(generator.choice([1, 1, 2, 3, -1, -2, 2 ** 40, -2 ** 63])) for _ in range(count)]
            yield [fill(shape, dtypes[0]), i64(*ends[0]), i64(*ends[1]), i64(*strides)], {}


def tile(dtypes, fill, generator):
    for shape in [(), *SHAPES]:
        for count in range(5):
            yield [fill(shape, dtypes[0]), generator.integers(0, 4, count)], {}


def broadcast_to(dtypes, fill, generator):
    for shape in [(), *SHAPES]:
        narrow = tuple(1 if generator.random() < 0.5 else extent for extent in shape)
        yield [fill(narrow, dtypes[0]), i64(*shape)], {}
        yield [fill(narrow, dtypes[0]), i64(2, 3, *shape)], {}
    yield [fill((1, 3), dtypes[0]), i64(0, 3)], {}


def pad(dtypes, fill, generator):
    for shape in [(), *SHAPES]:
        for value in (0, 1):
            yield [fill(shape, dtypes[0]), generator.integers(0, 3, 2 * len(shape))], {"value": value}


def gather(dtypes, fill, generator):
    for shape in SHAPES:
        for axis in range(-len(shape), len(shape)):
            for picked in [(), (3,), (2, 1, 3), (0,)]:
                if shape[axis] or 0 in picked:
                    indices = generator.integers(-shape[axis], max(shape[axis], 1), picked)
                    yield [fill(shape, dtypes[0]), np.asarray(indices, dtypes[1])], {"axis": axis}


def indices_of(shape, depth, picked, dtype, generator):
    columns = [generator.integers(-extent, max(extent, 1), picked) for extent in shape[:depth]]
    return np.stack(columns, -1).astype(dtype) if depth else np.zeros((*picked, 0), dtype)


def gathers_nd(dtypes, fill, generator):
    for shape in [(), *SHAPES]:
        for depth in range(len(shape) + 1):
            for picked in [(), (4,), (2, 3), (0,)]:
                if 0 not in shape[:depth] or 0 in picked:
                    yield [fill(shape, dtypes[0]), indices_of(shape, depth, picked, dtypes[1], generator)], {}


def scatters_nd(dtypes, fill, generator):
    for shape in SHAPES:
        for depth in range(1, len(shape) + 1):
            for picked in [(), (40,), (2, 3), (0,)]:
                if 0 not in shape[:depth] or 0 in picked:
                    indices = indices_of(shape, depth, picked, dtypes[0], generator)
                    yield [indices, fill((*picked, *shape[depth:]), dtypes[1]), i64(*shape)], {}
    yield [np.zeros((2, 0), dtypes[0]), fill((2, 3), dtypes[1]), i64(3)], {}


def one_hots(dtypes, fill, generator):
    for shape in [(), *SHAPES]:
        for axis in range(-len(shape) - 1, len(shape) + 1):
            depth = int(generator.integers(0, 6))
            indices = np.asarray(generator.integers(-2, 8, shape), dtypes[0])
            yield [indices, fill((), dtypes[1]), fill((1,), dtypes[2])], {"depth": depth, "axis": axis}


def casts(dtypes, fill, generator):
    for shape in [(), *SHAPES]:
        yield [fill(shape, dtypes[0]), fill((0,), dtypes[1])], {}
    if dtypes[0].kind == "f":
        info = np.finfo(dtypes[0])
        edges = [0.0, -0.0, 0.5, -0.5, 1.5, -1.5, 127.5, 128, -128.5, -129, 255.9, 256, 2.0 ** 31, -2.0 ** 31, 2.0 ** 63, -2.0 ** 63, 65519, 65520, 1e-7,
                 2.0 ** -24, 1.5 * 2.0 ** -25, 2.0 ** -25, np.inf, -np.inf, np.nan, info.max, info.tiny]
    elif dtypes[0].kind == "b":
        edges = [False, True]
    else:
        info = np.iinfo(dtypes[0])
        edges = [x for x in (0, 1, -1, 127, 128, -129, 255, 256, 65519, 65520, 16777217, 2 ** 53 + 1, info.max, info.min) if info.min <= x <= info.max]
    with np.errstate(all="ignore"):
        yield [np.array(edges).astype(dtypes[0]) if dtypes[0].kind == "f" else np.array(edges, dtypes[0]), fill((2, 2), dtypes[1])], {}


def some_ties(shape, dtype, fill, generator):
    """A few values again and again, NaN, zeros of both signs and infinities among floats."""
    a = fill(shape, dtype)
    few = np.concatenate([fill((3,), dtype), np.array([0.0, -0.0, np.nan, np.inf, -np.inf] if dtype.kind == "f" else [0, 1]).astype(dtype)])
    return np.where(generator.random(shape) < 0.3, few[generator.integers(0, len(few), shape)], a).astype(dtype)


def positions(dtypes, fill, generator):
    for shape in SHAPES:
        for axis in range(-len(shape), len(shape)):
            if shape[axis]:
                yield [fill(shape, dtypes[0])], {"axis": axis}
                yield [some_ties(shape, dtypes[0], fill, generator)], {"axis": axis}


def sums(dtypes, fill, generator):
    for shape in SHAPES:
        for axis in range(-len(shape), len(shape)):
            for exclusive in (False, True):
                yield [fill(shape, dtypes[0])], {"axis": axis, "exclusive": exclusive, "reverse": bool(generator.integers(0, 2))}


def best(dtypes, fill, generator):
    for shape in SHAPES:
        for axis in range(-len(shape), len(shape)):
            for k in {0, min(1, shape[axis]), int(generator.integers(0, shape[axis] + 1)), shape[axis]}:
                yield [some_ties(shape, dtypes[0], fill, generator)], {"k": k, "axis": axis, "largest": bool(generator.integers(0, 2))}


def equal(dtypes, fill, generator):
    for shape in [(), *SHAPES]:
        a = some_ties(shape, dtypes[0], fill, generator)
        yield [a, np.where(generator.random(shape) < 0.5, a, fill(shape, dtypes[1])).astype(dtypes[1])], {}


CASES = {
    "Transpose": transpose, "Concat": concat, "Split": split, "Slice": slices, "StridedSlice": strided_slices, "Tile": tile, "BroadcastTo": broadcast_to,
    "Pad": pad, "Gather": gather, "GatherNd": gathers_nd, "ScatterNd": scatters_nd, "OneHot": one_hots, "Cast": casts, "Argmax": positions,
    "Argmin": positions, "CumSum": sums, "TopK": best, "EqualCount": equal,
}
