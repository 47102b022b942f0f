"""Arithmetic on extents as exporters write it, with numbers and products far beyond 32 bits, and with extents of nothing."""
import numpy as np
import pytest
from test_onnx_graphs import agree, floats, graph, run
from onnx import helper

I64 = np.int64


class Nodes(list):
    """Nodes as they are added; each call gives the name of the result."""

    def __init__(self):
        super().__init__()
        self.constants = {}

    def __call__(self, operator, *inputs, **attributes):
        names = []
        for value in inputs:
            if not isinstance(value, str):
                self.constants[f"c{len(self.constants)}"] = np.asarray(value)
                value = f"c{len(self.constants) - 1}"
            names.append(value)
        self.append(helper.make_node(operator, names, [f"v{len(self)}"], **attributes))
        return f"v{len(self) - 1}"

    def extent(self, x, axis):
        return self("Gather", self("Shape", x), I64(axis))

    def extents(self, x, axis):
        return self("Unsqueeze", self.extent(x, axis), [I64(0)])

    def model(self, inputs, *results, opset=21):
        for number, result in enumerate(results):
            self.append(helper.make_node("Identity", [result], [f"y{number}"]))
        return graph(self, inputs, [f"y{number}" for number in range(len(results))], self.constants, opset)


def test_numbers_beyond_32_bits(tmp_path):
    """i64 arithmetic on extents wraps where i64 does."""
    n = Nodes()
    a, b = n.extent("x", 0), n.extent("x", 1)
    square = n("Mul", n("Mul", a, b), n("Mul", a, b))
    results = [n("Mul", a, I64(3_000_000_000)), n("Mul", a, I64((1 << 31) - 1)), n("Sub", a, I64(3_000_000_000)), square,
               n("Div", square, I64(1000)), n("Mod", square, I64(1000)), n("Mul", square, square)]
    agree(n.model({"x": ["n", "m"]}, *results), tmp_path, [{"x": floats(501, 701)}, {"x": floats(1, 3)}], "--dim", "n=0..600", "--dim", "m=0..800")


@pytest.mark.parametrize("form", ["slice", "pad", "reshape", "resize"])
def test_extents_by_way_of_numbers_beyond_32_bits(form, tmp_path):
    """A signal of another sampling rate: length * rate // rate."""
    n = Nodes()
    extent = n.extents("x", 0)
    rated = n("Div", n("Mul", extent, [I64(16000)]), [I64(44100)])
    result = {"slice": lambda: n("Neg", n("Slice", "x", [I64(0)], rated, [I64(0)])),
              "pad": lambda: n("Pad", "x", n("Concat", [I64(0)], rated, axis=0)),
              "reshape": lambda: n("Reshape", "x", n("Concat", n("Div", n("Mul", extent, [I64(30000)]), [I64(60000)]), [I64(2)], axis=0)),
              "resize": lambda: n("Resize", n("Reshape", "x", np.array([1, -1])), "", np.array([1, 16 / 44.1], np.float32), mode="linear"),
              }[form]()
    agree(n.model({"x": ["n"]}, result), tmp_path, [{"x": floats(length)} for length in (300_000, 2)], "--dim", "n=0..400000")


@pytest.mark.parametrize("mode", ["constant", "reflect", "edge", "wrap"])
def test_pads_up_to_a_multiple(mode, tmp_path):
    """(4 - extent % 4) % 4, in which something is subtracted below a remainder."""
    n = Nodes()
    missing = n("Mod", n("Sub", [I64(4)], n("Mod", n.extents("x", 1), [I64(4)])), [I64(4)])
    padded = n("Pad", "x", n("Concat", [I64(0)] * 3, missing, axis=0), mode=mode)
    result = n("Gather", padded, n("Range", I64(0), n.extent(padded, 1), I64(1)), axis=1)
    agree(n.model({"x": [2, "w"]}, result), tmp_path, [{"x": floats(2, w)} for w in (3, 4, 5, 6, 7, 13)], "--dim", "w=1..13")


@pytest.mark.parametrize("operator", ["Split", "SplitToSequence"])
def test_parts_by_rounded_numbers(operator, tmp_path):
    """floor(0.5 * extent) in floating point is measured by the run; the other part is the rest."""
    n = Nodes()
    extent = n.extents("x", 1)
    half = n("Cast", n("Floor", n("Mul", n("Cast", extent, to=1), np.float32(0.5))), to=7)
    sizes = n("Concat", half, n("Sub", extent, half), axis=0)
    if operator == "Split":
        n.append(helper.make_node("Split", ["x", sizes], ["p", "q"], axis=1))
        result = n("Concat", "q", "p", axis=1)
    else:
        parts = n("SplitToSequence", "x", sizes, axis=1)
        result = n("Concat", n("SequenceAt", parts, I64(1)), n("SequenceAt", parts, I64(0)), axis=1)
    agree(n.model({"x": [2, "w"]}, result), tmp_path, [{"x": floats(2, w)} for w in (1, 4, 7)], "--dim", "w=0..7")


def test_transposed_convolutions_of_nothing_are_refused(tmp_path):
    n = Nodes()
    result = n("ConvTranspose", "x", floats(2, 3, 3, 2), strides=[2, 2], pads=[0, 1, 1, 0], output_padding=[1, 0])
    agree(n.model({"x": ["n", 2, "h", "w"]}, result), tmp_path, [{"x": floats(1, 2, 1, 1)}, {"x": floats(0, 2, 3, 2)}, {"x": floats(2, 2, 4, 5)}],
          "--dim", "n=0..2", "--dim", "h=0..4", "--dim", "w=0..5")
    with pytest.raises(AssertionError, match="a transposed convolution of no elements"):
        run(tmp_path, {"x": floats(1, 2, 0, 3)})


def test_what_was_selected_is_padded_back(tmp_path):
    """Rows that the data choose, none of them among others, up to a fixed number."""
    n = Nodes()
    kept = n("Compress", "x", n("Greater", n("ReduceSum", "x", [I64(1)], keepdims=0), np.float32(0)), axis=0)
    missing = n("Sub", [I64(5)], n.extents(kept, 0))
    result = n("Pad", kept, n("Concat", [I64(1)], [I64(0)], missing, [I64(0)], axis=0), np.float32(-2))
    rows = np.abs(floats(4, 3))
    agree(n.model({"x": ["n", 3]}, result), tmp_path, [{"x": rows * sign} for sign in (1, -1, np.float32([[1], [-1], [1], [-1]]))], "--dim", "n=0..5")


def test_an_extent_of_one_that_has_no_name(tmp_path):
    """It meets an extent that may be 0, and so must be that; compiled as 1, it is repeated."""
    n = Nodes()
    model = n.model({"x": ["w"], "y": [None]}, n("Add", "x", "y"))
    inputs, empty = {"x": floats(3), "y": floats(1)}, {"x": floats(0), "y": floats(1)}
    agree(model, tmp_path, [{"x": floats(3), "y": floats(3)}], "--dim", "w=0..4")
    with pytest.raises(AssertionError, match="axis 0 of input 'y' must be w = 3, not 1"):
        run(tmp_path, inputs)
    agree(model, tmp_path, [inputs, empty], "--dim", "w=0..4", "--dim", "y.0=1")
