"""No module reads outside a tensor: chains of slices, pads, windows and gathers along extents known at run time.

What compiles gives what numpy gives at every combination of extents, and in one instance, so that what an earlier request
left in memory would show. What may read outside is refused in one line; where the line advises bounds, the chain compiles
with them. Extents that are fixed decide everything: then a chain is refused only where numpy refuses it, too.
"""
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


# --- steps: what numpy says, a MindIR node, what an ONNX node is made of

class Slice:
    def __init__(self, pick):
        self.axis, self.step = pick([2, 3]), pick([1, 1, 1, 2, 3, -1, -2])
        self.begin, self.end = (pick([None, *range(-6, 7)]) for _ in range(2))

    def numpy(self, x, form):
        begin = self.begin
        if form == "onnx" and self.step < 0 and begin is not None:
            begin = max(begin, -x.shape[self.axis])  # its specification moves such a begin to the first element
        return x[(slice(None),) * self.axis + (slice(begin, self.end, self.step),)]

    def mindir(self, x):
        begin, end = ([0] * 4, [OPEN] * 4)
        begin[self.axis], end[self.axis] = self.begin or 0, OPEN if self.end is None else self.end
        strides = [self.step if i == self.axis else 1 for i in range(4)]
        masks = [0b1111 & ~(1 << self.axis) | (given is None) << self.axis for given in (self.begin, self.end)]
        return mindir.N("StridedSlice", x, tuple(begin), tuple(end), tuple(strides), *masks, 0, 0, 0)

    def onnx(self):
        far = OPEN if self.step > 0 else -OPEN
        begin = -far if self.begin is None else self.begin
        end = far if self.end is None else self.end
        return "Slice", [np.array([v], np.int64) for v in (begin, end, self.axis, self.step)], {}


class Narrow:
    """start and length must lie inside; ONNX has no such operator."""

    def __init__(self, pick):
        self.axis, self.start, self.length = pick([2, 3]), pick(range(-4, 4)), pick(range(4))

    def numpy(self, x, form):
        extent = x.shape[self.axis]
        start = self.start + extent if self.start < 0 else self.start
        if start < 0 or start + self.length > extent:
            raise Outside
        return x[(slice(None),) * self.axis + (slice(start, start + self.length),)]

    def mindir(self, x):
        return mindir.N("Narrow", x, self.axis, self.start, self.length)

    def onnx(self):
        return None


class Pad:
    MODES = {"constant": "constant", "reflect": "reflect", "edge": "edge", "circular": "wrap"}

    def __init__(self, pick):
        self.mode = pick(list(self.MODES))
        self.pads = [[pick(range(-2, 4)) if self.mode == "constant" else pick(range(4)) for _ in range(2)] for _ in range(2)]

    def numpy(self, x, form):
        for axis, (low, high) in enumerate(self.pads, 2):
            extent, most = x.shape[axis], max(low, high)
            if extent + min(low, 0) + min(high, 0) < 0:
                raise Outside
            x = x[(slice(None),) * axis + (slice(max(-low, 0), extent - max(-high, 0)),)]
            if self.mode != "constant" and most > 0 and (extent == 0 or (form == "mindir" and most > {"reflect": extent - 1, "edge": most, "circular": extent}[self.mode])):
                raise Outside
            if low > 0 or high > 0:
                amounts = [(0, 0)] * 4
                amounts[axis] = max(low, 0), max(high, 0)
                x = np.pad(x, amounts, mode=self.MODES[self.mode])
        return x

    def mindir(self, x):
        (top, bottom), (left, right) = self.pads
        return mindir.N("PadV3", x, (left, right, top, bottom), mode=self.mode)

    def onnx(self):
        (top, bottom), (left, right) = self.pads
        return "Pad", [np.array([0, 0, top, left, 0, 0, bottom, right], np.int64)], {"mode": self.MODES[self.mode]}


class MaxPool:
    def __init__(self, pick):
        self.sizes, self.strides = ([pick(values), pick(values)] for values in ([1, 2, 3, 4], [1, 2, 3]))

    def numpy(self, x, form):
        if any(extent < size for extent, size in zip(x.shape[2:], self.sizes)):
            raise Outside
        windows = np.lib.stride_tricks.sliding_window_view(x, self.sizes, (2, 3))
        return windows[:, :, :: self.strides[0], :: self.strides[1]].max((4, 5))

    def mindir(self, x):
        return mindir.N("MaxPool", x, kernel_size=(1, 1, *self.sizes), strides=(1, 1, *self.strides), pad_mode="valid", format="NCHW")

    def onnx(self):
        return "MaxPool", [], {"kernel_shape": self.sizes, "strides": self.strides}


class Gather:
    def __init__(self, pick):
        self.axis, self.indices = pick([2, 3]), [pick(range(-4, 4)) for _ in range(pick([1, 2, 3]))]

    def numpy(self, x, form):
        try:
            return np.take(x, self.indices, self.axis)
        except IndexError:
            raise Outside from None

    def mindir(self, x):
        return mindir.N("Gather", x, mindir.K(np.array(self.indices, np.int64)), self.axis, 0)

    def onnx(self):
        return "Gather", [np.array(self.indices, np.int64)], {"axis": self.axis}


STEPS = [Slice, Slice, Slice, Narrow, Pad, Pad, MaxPool, Gather]


# --- models of a chain of steps

def write_mindir(path, chain, bounds):
    x = mindir.X(1, 2, -1, -1)
    for step in chain:
        x = step.mindir(x)
    path.write_bytes(mindir.network(x, None)[0])


def write_onnx(path, chain, bounds):
    nodes, initializers, x = [], [], "x"
    for number, step in enumerate(chain):
        kind, constants, attributes = step.onnx()
        names = [f"n{number}c{i}" for i in range(len(constants))]
        initializers += [numpy_helper.from_array(c, n) for c, n in zip(constants, names)]
        nodes.append(helper.make_node(kind, [x, *names], [f"n{number}"], name=f"n{number}", **attributes))
        x = f"n{number}"
    kind = onnx.TensorProto.FLOAT
    graph = helper.make_graph(nodes, "chain", [helper.make_tensor_value_info("x", kind, [1, 2, "a", "b"])],
                              [helper.make_tensor_value_info(x, kind, None)], initializers)
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 20)], ir_version=9), path)


WRITERS = {"mindir": write_mindir, "onnx": write_onnx}


def expected(chain, x, form):
    """What numpy gives; None where an element does not exist."""
    try:
        for step in chain:
            x = step.numpy(x, form)
        return x
    except Outside:
        return None


def check_everywhere(module, chain, bounds, form, generator, what):
    """Runs one instance at every combination of extents, large ones first."""
    instance = module.instantiate()
    for extents in itertools.product(*(range(high, low - 1, -1) for low, high in bounds)):
        x = generator.standard_normal((1, 2, *extents)).astype(np.float32)
        wanted = expected(chain, x, form)
        assert wanted is not None, f"{what}: runs at {extents}, where an element does not exist"
        (got,) = instance.run([x]).values()
        np.testing.assert_array_equal(got, wanted, f"{what} at {extents}")


@pytest.mark.parametrize("form", WRITERS)
@pytest.mark.parametrize("part", range(6))
def test_nothing_outside_is_read(form, part, tmp_path):
    generator = np.random.default_rng([part, len(form)])

    def pick(values):
        values = list(values)
        return values[generator.integers(len(values))]

    outcomes = {"compiled": 0, "after advice": 0, "refused": 0}
    for number in range(40):
        kinds = [kind for kind in STEPS if form == "mindir" or kind is not Narrow]
        chain = [pick(kinds)(pick) for _ in range(pick([1, 1, 2, 2, 3]))]
        bounds = []
        for _ in range(2):
            low = pick([0, 1, 1, 1, 2, 3, 4, 5, 6])
            bounds.append((low, low + pick([0, 1, 3, 5])))
        path = tmp_path / f"chain{number}.{form}"
        WRITERS[form](path, chain, bounds)
        outcome = "compiled"
        for _ in range(8):
            what = f"{form} {[(type(step).__name__, vars(step)) for step in chain]} with {bounds}"
            try:
                module = wasmind.compile(path, dims=dict(zip(NAMES[form], bounds)))
            except wasmind.WasmindError as error:
                line = str(error)
                assert "\n" not in line and "internal" not in line and re.search(r"node '(Default/)?n\d+'", line), f"{what}: {line}"
                if all(low == high for low, high in bounds):
                    assert expected(chain, np.zeros((1, 2, *(low for low, _ in bounds)), np.float32), form) is None, f"{what}: {line}"
                advice = re.search(r"compile with --dim ([\w.]+)=(\d+)(?:\.\.(\d+))?$", line)
                if not advice:
                    outcome = "refused"
                    break
                name, low, high = advice.groups()
                at = NAMES[form].index(name)
                narrower = (int(low), int(high or low))
                assert narrower != bounds[at] and bounds[at][0] <= narrower[0] <= narrower[1] <= bounds[at][1], f"{what}: {line}"
                bounds[at] = narrower
                outcome = "after advice"
                continue
            check_everywhere(module, chain, bounds, form, generator, what)
            break
        else:
            pytest.fail(f"{what}: the advice does not end")
        outcomes[outcome] += 1
    assert min(outcomes.values()) >= 3, outcomes
