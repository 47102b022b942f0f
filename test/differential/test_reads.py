"""No module reads outside a tensor: chains of slices, joins, pads, reshapes, windows and gathers along extents that only a run knows.

What runs gives what numpy gives at every combination of extents, in one instance whose memory is poisoned before each run, so that
what is not the request's own would show. Where numpy has no result, the run is refused in one line that names the node, and the
instance goes on. A MindIR chain compiles unless no extents in its bounds have a result; an ONNX chain may be refused in one line,
and where the line advises bounds, it compiles with them.
"""
import ctypes
import itertools
import re

import numpy as np
import onnx
import pytest
import wasmind
from differential import mindir
from onnx import helper, numpy_helper

NAMES = {"mindir": ("x0.2", "x0.3"), "onnx": ("a", "b")}
OPEN = (1 << 63) - 1


class Outside(Exception):
    """Some element that is asked for does not exist."""


def places_in(extent, indices):
    """The same indices, all inside; numpy does not look where the result is empty."""
    if any(not -extent <= i < extent for i in indices):
        raise Outside
    return indices


def within(x, low, high):
    """Integers moved into a range, which bounds what is computed from them."""
    return mindir.N("Minimum", mindir.N("Maximum", x, mindir.K(np.int64(low))), mindir.K(np.int64(high)))


class Step:
    """What numpy says (`numpy`), a MindIR node (`mindir`), and what an ONNX graph gets (`onnx`; `forms` says whether it has it).

    Amounts in `given` are inputs of the model, which `redraw` chooses anew for each run.
    """

    forms = ("mindir", "onnx")
    given = ()

    def __init__(self, pick):
        self.pick = pick
        self.axis = pick([2, 3])

    def redraw(self):
        for name, values in self.given:
            setattr(self, name, self.pick(values))

    def arrays(self):
        return [np.array(getattr(self, name), np.int64) for name, _ in self.given]

    def along(self, *parts):
        return (slice(None),) * self.axis + parts

    def __repr__(self):
        return f"{type(self).__name__}({', '.join(f'{k}={v}' for k, v in vars(self).items() if k != 'pick')})"


class Slice(Step):
    def __init__(self, pick):
        super().__init__(pick)
        self.step = pick([1, 1, 1, 2, 3, -1, -2])
        self.begin, self.end = (pick([None, *range(-6, 7)]) for _ in range(2))

    def numpy(self, x, form):
        begin = self.begin
        if form == "onnx" and self.step < 0 and begin is not None:
            begin = max(begin, -x.shape[self.axis])  # its specification moves such a begin to the first element
        return x[self.along(slice(begin, self.end, self.step))]

    def mindir(self, x, begin=None, end=None):
        places = [[0] * 4, [OPEN] * 4]
        for place, given, data in zip(places, (self.begin, self.end), (begin, end)):
            if data is not None or given is not None:
                place[self.axis] = data if data is not None else given
        places = [mindir.N("MakeTuple", *place) if begin is not None else tuple(place) for place in places]
        strides = tuple(self.step if i == self.axis else 1 for i in range(4))
        masks = [0b1111 & ~(1 << self.axis) | (given is None) << self.axis for given in (self.begin, self.end)]
        return mindir.N("StridedSlice", x, *places, strides, *masks, 0, 0, 0)

    def onnx(self, graph, x, begin=None, end=None):
        far = OPEN if self.step > 0 else -OPEN
        places = [graph.line(begin, -far if self.begin is None else self.begin), graph.line(end, far if self.end is None else self.end)]
        return graph.node("Slice", [x, *places, graph.line(None, self.axis), graph.line(None, self.step)])


class GivenSlice(Slice):
    given = (("begin", range(-11, 12)), ("end", range(-11, 12)))

    def __init__(self, pick):
        super().__init__(pick)
        self.redraw()


class Narrow(Step):
    """start and length must lie inside."""

    forms = ("mindir",)

    def __init__(self, pick):
        super().__init__(pick)
        self.start, self.length = pick(range(-4, 4)), pick(range(4))

    def numpy(self, x, form):
        extent = x.shape[self.axis]
        start = self.start + extent if self.start < 0 else self.start
        if start < 0 or self.length < 0 or start + self.length > extent:
            raise Outside
        return x[self.along(slice(start, start + self.length))]

    def mindir(self, x, start=None, length=None):
        return mindir.N("Narrow", x, self.axis, self.start if start is None else start, self.length if length is None else length)


class GivenNarrow(Narrow):
    given = (("start", range(-5, 5)), ("length", range(-1, 6)))


class Select(Step):
    """One row, which stays as a dimension of 1."""

    forms = ("mindir",)

    def __init__(self, pick):
        super().__init__(pick)
        self.index = pick(range(-4, 5))

    def numpy(self, x, form):
        return np.expand_dims(x[self.along(*places_in(x.shape[self.axis], [self.index]))], self.axis)

    def mindir(self, x, index=None):
        return mindir.N("ExpandDims", mindir.N("SelectExtView", x, self.axis, self.index if index is None else index), self.axis)


class GivenSelect(Select):
    given = (("index", range(-6, 6)),)


class Pad(Step):
    MODES = {"constant": "constant", "reflect": "reflect", "edge": "edge", "circular": "wrap"}

    def __init__(self, pick):
        super().__init__(pick)
        self.mode = pick(list(self.MODES))
        self.amounts = [pick(range(-2, 4)) if self.mode == "constant" else pick(range(4)) for _ in range(4)]

    def numpy(self, x, form):
        for axis, (low, high) in zip((3, 2), (self.amounts[:2], self.amounts[2:])):
            extent, most = x.shape[axis], max(low, high)
            if extent + min(low, 0) + min(high, 0) < 0:
                raise Outside
            x = x[(slice(None),) * axis + (slice(max(-low, 0), extent - max(-high, 0)),)]
            kept = x.shape[axis]
            if self.mode != "constant" and most > 0 and (kept == 0 or (form == "mindir" and most > {"reflect": kept - 1, "edge": most, "circular": kept}[self.mode])):
                raise Outside
            if low > 0 or high > 0:
                amounts = [(0, 0)] * 4
                amounts[axis] = max(low, 0), max(high, 0)
                x = np.pad(x, amounts, mode=self.MODES[self.mode])
        return x

    def mindir(self, x, amounts=None):
        return mindir.N("PadV3", x, tuple(self.amounts) if amounts is None else within(amounts, -2, 3), mode=self.mode)

    def onnx(self, graph, x):
        left, right, top, bottom = self.amounts
        return graph.node("Pad", [x, graph.constant(np.array([0, 0, top, left, 0, 0, bottom, right], np.int64))], mode=self.MODES[self.mode])


class GivenPad(Pad):
    forms = ("mindir",)

    def __init__(self, pick):
        super().__init__(pick)
        lowest = -2 if self.mode == "constant" else 0
        self.given = (("amounts", [[pick(range(lowest, 4)) for _ in range(4)] for _ in range(8)]),)


class MaxPool(Step):
    def __init__(self, pick):
        super().__init__(pick)
        self.sizes, self.strides = ([pick(values), pick(values)] for values in ([1, 2, 3, 4], [1, 2, 3]))

    def numpy(self, x, form):
        if any(extent < size for extent, size in zip(x.shape[2:], self.sizes)):
            raise Outside
        windows = np.lib.stride_tricks.sliding_window_view(x, self.sizes, (2, 3))
        return windows[:, :, :: self.strides[0], :: self.strides[1]].max((4, 5))

    def mindir(self, x):
        return mindir.N("MaxPool", x, kernel_size=(1, 1, *self.sizes), strides=(1, 1, *self.strides), pad_mode="valid", format="NCHW")

    def onnx(self, graph, x):
        return graph.node("MaxPool", [x], kernel_shape=self.sizes, strides=self.strides)


class RoundedPool(Step):
    """Maxima of so many windows that every element lies in one: a last one hangs over the end, unless it begins behind it."""

    forms = ("mindir",)

    def __init__(self, pick):
        super().__init__(pick)
        self.size, self.stride = pick([1, 2, 3, 4]), pick([1, 2, 3])

    def numpy(self, x, form):
        for axis in (2, 3):
            extent = x.shape[axis]
            room = extent - self.size + self.stride - 1
            if extent == 0 or room < 0:
                raise Outside
            starts = [at for at in range(0, room // self.stride * self.stride + 1, self.stride) if at < extent]
            x = np.stack([np.take(x, range(at, min(at + self.size, extent)), axis).max(axis) for at in starts], axis)
        return x

    def mindir(self, x):
        pool = mindir.N("MaxPoolWithMask", x, (self.size,) * 2, (self.stride,) * 2, (0, 0), (1, 1), True, mindir.TYPE_IDS["int64"])
        return mindir.N("TupleGetItem", pool, 0)


class SamePool(RoundedPool):
    """Maxima of ceil(extent / stride) windows, in the middle of what they reach over."""

    def numpy(self, x, form):
        for axis in (2, 3):
            extent = x.shape[axis]
            if extent == 0:
                raise Outside
            count = -(-extent // self.stride)
            first = -(max((count - 1) * self.stride + self.size - extent, 0) // 2)
            starts = [first + i * self.stride for i in range(count)]
            x = np.stack([np.take(x, range(max(at, 0), min(at + self.size, extent)), axis).max(axis) for at in starts], axis)
        return x

    def mindir(self, x):
        return mindir.N("MaxPool", x, kernel_size=(1, 1, *(self.size,) * 2), strides=(1, 1, *(self.stride,) * 2), pad_mode="same", format="NCHW")


class Gather(Step):
    def __init__(self, pick):
        super().__init__(pick)
        self.indices = [pick(range(-4, 4)) for _ in range(pick([1, 2, 3]))]

    def numpy(self, x, form):
        return x[self.along(places_in(x.shape[self.axis], self.indices))]

    def mindir(self, x):
        return mindir.N("Gather", x, mindir.K(np.array(self.indices, np.int64)), self.axis, 0)

    def onnx(self, graph, x):
        return graph.node("Gather", [x, graph.constant(np.array(self.indices, np.int64))], axis=self.axis)


class GivenGather(Gather):
    """Indices that are data are moved inside, where there is something."""

    forms = ("mindir",)

    def __init__(self, pick):
        super().__init__(pick)
        self.given = (("indices", [[pick(range(-12, 12)) for _ in self.indices] for _ in range(8)]),)

    def numpy(self, x, form):
        extent = x.shape[self.axis]
        if extent == 0:
            raise Outside
        return np.take(x, [min(max(i + extent if i < 0 else i, 0), extent - 1) for i in self.indices], self.axis)

    def mindir(self, x, indices):
        return mindir.N("Gather", x, indices, self.axis, 0)


class Join(Step):
    """The tensor, and behind it a slice of it."""

    def __init__(self, pick):
        super().__init__(pick)
        self.part = Slice(pick)
        self.axis = self.part.axis

    def numpy(self, x, form):
        return np.concatenate([x, self.part.numpy(x, form)], self.axis)

    def mindir(self, x):
        return mindir.N("Concat", mindir.N("MakeTuple", x, self.part.mindir(x)), self.axis)

    def onnx(self, graph, x):
        return graph.node("Concat", [x, self.part.onnx(graph, x)], axis=self.axis)


class Reshape(Step):
    """Both extents to one, by so many columns."""

    def __init__(self, pick):
        super().__init__(pick)
        self.columns = pick([1, 1, 2, 3])

    def numpy(self, x, form):
        if x[0, 0].size % self.columns:
            raise Outside
        return x.reshape(1, 2, x[0, 0].size // self.columns, self.columns)

    def mindir(self, x):
        return mindir.N("Reshape", x, (1, 2, -1, self.columns))

    def onnx(self, graph, x):
        return graph.node("Reshape", [x, graph.constant(np.array([1, 2, -1, self.columns], np.int64))])


class Halves(Step):
    """The second half."""

    forms = ("mindir",)

    def numpy(self, x, form):
        if x.shape[self.axis] % 2:
            raise Outside
        return np.split(x, 2, self.axis)[1]

    def mindir(self, x):
        return mindir.N("TupleGetItem", mindir.N("Split", x, self.axis, 2), 1)


class Parts(Step):
    """The last of as many parts as the file declares: of a number, of a size, of one row each."""

    forms = ("mindir",)

    def __init__(self, pick):
        super().__init__(pick)
        self.kind, self.count, self.size = pick(["Chunk", "SplitTensor", "Unstack"]), pick([1, 2, 3]), pick([1, 2, 3])

    def numpy(self, x, form):
        extent = x.shape[self.axis]
        size = {"Chunk": -(-extent // self.count), "SplitTensor": self.size, "Unstack": 1}[self.kind]
        if extent == 0 or -(-extent // size) != self.count:
            raise Outside
        return x[self.along(slice(size * (self.count - 1), None))]

    def mindir(self, x):
        shape = [1, 2, -1, -1]
        if self.kind == "Unstack":
            del shape[self.axis]
            rows = mindir.N("Unstack", x, self.axis, shape=(mindir.X(*shape),) * self.count)
            return mindir.N("ExpandDims", mindir.N("TupleGetItem", rows, self.count - 1), self.axis)
        amount = self.count if self.kind == "Chunk" else self.size
        parts = mindir.N(self.kind, x, amount, self.axis, shape=(mindir.X(*shape),) * self.count)
        return mindir.N("TupleGetItem", parts, self.count - 1)


class Roll(Step):
    forms = ("mindir",)

    def __init__(self, pick):
        super().__init__(pick)
        self.shift = pick(range(-5, 6))

    def numpy(self, x, form):
        return np.roll(x, self.shift, self.axis)

    def mindir(self, x):
        return mindir.N("Roll", x, (self.shift,), (self.axis,))


class Top(Step):
    def __init__(self, pick):
        super().__init__(pick)
        self.k = pick(range(1, 4))

    def numpy(self, x, form):
        if not 0 <= self.k <= x.shape[self.axis]:
            raise Outside
        return -np.sort(-x, self.axis)[self.along(slice(0, self.k))]

    def mindir(self, x, k=None):
        return mindir.N("TupleGetItem", mindir.N("TopkExt", x, self.k if k is None else k, self.axis, True, True), 0)

    def onnx(self, graph, x, k=None):
        return graph.node("TopK", [x, graph.line(k, self.k)], outputs=2, axis=self.axis)


class GivenTop(Top):
    given = (("k", range(-1, 6)),)


class GivenTile(Step):
    forms = ("mindir",)
    given = (("counts", [[1, 1, a, b] for a in range(4) for b in range(3)]),)

    def __init__(self, pick):
        super().__init__(pick)
        self.redraw()

    def numpy(self, x, form):
        return np.tile(x, self.counts)

    def mindir(self, x, counts):
        return mindir.N("Tile", x, within(counts, 0, 3))


STEPS = [Slice, Slice, Slice, GivenSlice, Narrow, GivenNarrow, Select, GivenSelect, Pad, Pad, GivenPad, MaxPool, RoundedPool,
         SamePool, Gather, GivenGather, Join, Join, Reshape, Halves, Parts, Roll, Top, GivenTop, GivenTile]


# --- models of a chain of steps

def write_mindir(path, chain):
    x = mindir.X(1, 2, -1, -1)
    for step in chain:
        x = step.mindir(x, *(mindir.X(*array.shape, dtype="int64") for array in step.arrays()))
    data, inputs = mindir.network(x, None)
    path.write_bytes(data)
    return len(inputs)


class Graph:
    """An ONNX graph while it is written."""

    def __init__(self):
        self.nodes, self.initializers, self.inputs = [], [], []

    def constant(self, array):
        self.initializers.append(numpy_helper.from_array(array, f"c{len(self.initializers)}"))
        return self.initializers[-1].name

    def line(self, name, value):
        """A vector of one integer: of an input of rank 0, else constant."""
        return self.node("Reshape", [name, self.constant(np.array([1], np.int64))]) if name else self.constant(np.array([value], np.int64))

    def node(self, kind, inputs, outputs=1, **attributes):
        name = f"n{len(self.nodes)}"
        self.nodes.append(helper.make_node(kind, inputs, [name, *(f"{name}.{i}" for i in range(1, outputs))], name=name, **attributes))
        return name


def write_onnx(path, chain):
    graph, x = Graph(), "x"
    inputs = [helper.make_tensor_value_info("x", onnx.TensorProto.FLOAT, [1, 2, "a", "b"])]
    for step in chain:
        names = []
        for array in step.arrays():
            names.append(f"i{len(inputs)}")
            inputs.append(helper.make_tensor_value_info(names[-1], onnx.TensorProto.INT64, array.shape))
        x = step.onnx(graph, x, *names)
    result = [helper.make_tensor_value_info(x, onnx.TensorProto.FLOAT, None)]
    proto = helper.make_graph(graph.nodes, "chain", inputs, result, graph.initializers)
    onnx.save(helper.make_model(proto, opset_imports=[helper.make_opsetid("", 20)], ir_version=9), path)
    return len(inputs)


WRITERS = {"mindir": write_mindir, "onnx": write_onnx}


def expected(chain, x, form):
    """What numpy gives; None where an element does not exist."""
    try:
        for step in chain:
            x = step.numpy(x, form)
        return x
    except Outside:
        return None


def combinations(bounds):
    """All extents, large ones first."""
    return itertools.product(*(range(high, low - 1, -1) for low, high in bounds))


def poison(instance, bounds):
    """Fills what holds intermediate tensors and results: NaN, and -1 as an integer."""
    entry = instance.signature.json["functions"][0]
    whole = [1, 2, *(high for _, high in bounds)]
    if 0 in whole:
        return
    first = entry["inputs"][0]
    multiples = {dim["name"]: dim.get("multipleOf", 1) for dim in instance.signature.json["dims"]}
    whole = [extent - extent % multiples.get(name, 1) for name, extent in zip(first["shape"], whole)]
    if 0 in whole:
        return
    memory = instance.input(first["name"], whole if any(isinstance(n, str) for n in first["shape"]) else None).ctypes.data - first["offset"]
    for place in (instance.signature.json["memory"]["arena"], *entry["outputs"]):
        ctypes.memset(memory + place["offset"], 0xFF, place["byteLength"])


def check_everywhere(module, chain, bounds, form, generator, what):
    """Runs one instance at every combination of extents."""
    instance = module.instantiate()
    outcomes = {True: 0, False: 0}
    for extents in combinations(bounds):
        x = generator.standard_normal((1, 2, *extents)).astype(np.float32)
        for step in chain:
            step.redraw()
        given = [x, *(array for step in chain for array in step.arrays())]
        wanted = expected(chain, x, form)
        poison(instance, bounds)
        outcomes[wanted is not None] += 1
        if wanted is None:
            with pytest.raises(wasmind.WasmindError) as refused:
                instance.run(given)
                pytest.fail(f"{what} runs at {extents} with {given[1:]}, where an element does not exist")
            line = str(refused.value)
            assert refused.value.code == "InvalidArgument" and "\n" not in line and re.search(r"(Default/)?n\d+|no multiple of \d+", line), f"{what}: {line}"
            continue
        try:
            (got,) = instance.run(given).values()
        except wasmind.WasmindError as error:
            pytest.fail(f"{what} at {extents} with {given[1:]}: {error}")
        np.testing.assert_array_equal(got, wanted, f"{what} at {extents} with {given[1:]}")
    return outcomes


def picker(generator):
    def pick(values):
        values = list(values)
        return values[generator.integers(len(values))]

    return pick


@pytest.mark.parametrize("form", WRITERS)
@pytest.mark.parametrize("part", range(6))
def test_nothing_outside_is_read(form, part, tmp_path):
    generator = np.random.default_rng([part, len(form)])
    pick = picker(generator)
    outcomes = {"compiled": 0, "after advice": 0, "refused": 0}
    runs = {True: 0, False: 0}
    for number in range(30):
        kinds = [kind for kind in STEPS if form in kind.forms]
        chain = [pick(kinds)(pick) for _ in range(pick([1, 1, 2, 2, 3]))]
        bounds = []
        for _ in range(2):
            low = pick([0, 0, 1, 1, 1, 2, 3, 4, 5, 6])
            bounds.append((low, min(low + pick([0, 1, 3, 5, 9]), 9)))
        path = tmp_path / f"chain{number}.{form}"
        WRITERS[form](path, chain)
        outcome = "compiled"
        for _ in range(8):
            what = f"{form} {chain} with {bounds}"
            try:
                module = wasmind.compile(path, dims=dict(zip(NAMES[form], bounds)))
            except wasmind.WasmindError as error:
                line = str(error)
                assert "\n" not in line and "internal" not in line and re.search(r"node '(Default/)?n\d+'", line), f"{what}: {line}"
                everything = combinations(bounds) if form == "mindir" else [[low for low, _ in bounds]] if all(low == high for low, high in bounds) else []
                for extents in everything:
                    assert expected(chain, np.zeros((1, 2, *extents), np.float32), form) is None, f"{what} at {extents}: {line}"
                advice = re.search(r"compile with --dim ([\w.]+)=(\d+)(?:\.\.(\d+))?$", line)
                if not advice or form == "mindir":
                    outcome = "refused"
                    break
                name, low, high = advice.groups()
                at = NAMES[form].index(name)
                narrower = (int(low), int(high or low))
                assert narrower != bounds[at] and bounds[at][0] <= narrower[0] <= narrower[1] <= bounds[at][1], f"{what}: {line}"
                bounds[at] = narrower
                outcome = "after advice"
                continue
            for ran, count in check_everywhere(module, chain, bounds, form, generator, what).items():
                runs[ran] += count
            break
        else:
            pytest.fail(f"{what}: the advice does not end")
        outcomes[outcome] += 1
    assert runs[True] >= 100 and runs[False] >= (20 if form == "mindir" else 1) and outcomes["compiled"] >= 15, (runs, outcomes)
