"""Convolutions and windows of wasmind.te, as models and as operators, against numpy."""

import string

import numpy as np
import pytest

import wasmind
from models.numerics import check
from wasmind import WasmindError, te

rng = np.random.default_rng(7)

# (extents of the input, sizes, extents of the result, strides, pads, dilations), one entry per spatial dimension
CASES = {
    "1d": ((11,), (4,), (3,), (3,), (2,), (1,)),
    "same": ((7, 6), (3, 3), (7, 6), (1, 1), (1, 1), (1, 1)),
    "mixed": ((9, 8), (3, 5), (5, 4), (2, 2), (1, 2), (1, 1)),
    "dilated": ((8, 8), (3, 2), (4, 3), (1, 3), (0, 1), (2, 2)),
    "3d": ((4, 3, 5), (2, 3, 2), (3, 3, 3), (1, 1, 2), (0, 1, 1), (1, 1, 1)),
    "outside": ((2, 3), (3, 1), (9, 4), (2, 5), (7, 1), (1, 3)),  # windows wholly outside, at both ends
    "empty": ((6,), (2,), (0,), (1,), (0,), (1,)),
}
SPATIAL, TAPS = string.ascii_lowercase[:3], string.ascii_lowercase[3:6]  # letters for einsum


def windows(x, sizes, extents, strides, pads, dilations, outside):
    """[N, extents..., sizes..., C]: what lies under each window, `outside` where that is no element of x."""
    for axis, amounts in enumerate(zip(sizes, extents, strides, pads, dilations)):
        size, extent, stride, pad, dilation = amounts
        at = (np.arange(extent)[:, None] * stride - pad + np.arange(size) * dilation).ravel()
        margin = [(0, 0)] * x.ndim
        margin[axis + 1] = (0, 1)
        padded = np.pad(x, margin, constant_values=outside)
        x = padded.take(np.where((at >= 0) & (at < x.shape[axis + 1]), at, x.shape[axis + 1]), axis + 1)
    count = len(sizes)
    split = x.reshape(x.shape[0], *np.ravel(list(zip(extents, sizes))).astype(int), x.shape[-1])
    return split.transpose(0, *range(1, 2 * count, 2), *range(2, 2 * count + 1, 2), 2 * count + 1)


def convolved(x, w, extents, strides, pads, dilations, isDepthwise=False, dtype=None):
    taps = windows(x, w.shape[:-2], extents, strides, pads, dilations, 0)
    count = x.ndim - 2
    letters = (SPATIAL[:count], TAPS[:count])
    formula = "n{0}{1}y,{1}xy->n{0}y" if isDepthwise else "n{0}{1}x,{1}xy->n{0}y"
    wide = np.float64 if x.dtype.kind == "f" else np.int64
    return np.einsum(formula.format(*letters), taps.astype(wide), w.astype(wide)).astype(dtype or x.dtype)


def reduced(kind, x, sizes, extents, strides, pads, dilations):
    reduce, nothing = {"max": (np.max, -np.inf), "min": (np.min, np.inf), "sum": (np.sum, 0)}[kind]
    if kind != "sum" and x.dtype.kind != "f":
        nothing = np.iinfo(x.dtype).min if kind == "max" else np.iinfo(x.dtype).max
    taps = windows(x, sizes, extents, strides, pads, dilations, nothing)
    return reduce(taps, tuple(range(x.ndim - 1, 2 * x.ndim - 3))).astype(x.dtype)


def values(shape, dtype):
    if np.dtype(dtype).kind == "f":
        return rng.standard_normal(shape).astype(dtype)
    return rng.integers(np.iinfo(dtype).min, np.iinfo(dtype).max, shape, dtype=dtype, endpoint=True)


def check_model(tensors, inputs, expected, kind):
    """The one output of the compiled tensors, which is computed by kernels of this kind."""
    model = wasmind.compile(tensors)
    assert kind in {kernel["kind"] for kernel in model.signature.json["kernels"]}, model.signature.json["kernels"]
    check(next(iter(model.run(inputs).values())), expected, kind)


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize(("dtypes", "result"), [(("float32", "float32"), "float32"), (("int8", "uint8"), "int32")])
def test_convolve(case, dtypes, result):
    spatial, sizes, extents, *slides = CASES[case]
    x, w = values((2, *spatial, 3), dtypes[0]), values((*sizes, 3, 5), dtypes[1])
    X, W = te.placeholder(x.shape, dtypes[0], "X"), te.placeholder(w.shape, dtypes[1], "W")
    strides, pads, dilations = slides
    Y = te.convolve(X, W, extents, strides=strides, pads=pads, dilations=dilations, name="Y")
    assert (Y.name, Y.dtype, Y.ndim) == ("Y", {"float32": "f32", "int32": "i32"}[result], x.ndim)
    check_model([X, W, Y], [x, w], convolved(x, w, extents, *slides, dtype=result), "convolve")


@pytest.mark.parametrize("case", CASES)
def test_depthwise(case):
    spatial, sizes, extents, *slides = CASES[case]
    x, w = values((2, *spatial, 4), "float32"), values((*sizes, 1, 4), "float32")
    X, W = te.placeholder(x.shape, name="X"), te.placeholder(w.shape, name="W")
    strides, pads, dilations = slides
    Y = te.depthwise(X, W, extents, strides=strides, pads=pads, dilations=dilations)
    check_model([X, W, Y], [x, w], convolved(x, w, extents, *slides, isDepthwise=True), "convolve")


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("kind", ["max", "min", "sum"])
@pytest.mark.parametrize("dtype", ["float32", "int32"])
def test_windows(kind, case, dtype):
    spatial, sizes, extents, *slides = CASES[case]
    x = values((2, *spatial, 3), dtype)
    if dtype == "float32" and kind != "sum":
        x[1, ..., 1].flat[0] = np.nan
    X = te.placeholder(x.shape, dtype, name="X")
    strides, pads, dilations = slides
    Y = getattr(te, f"{kind}_window")(X, sizes, extents, strides=strides, pads=pads, dilations=dilations)
    check_model([X, Y], [x], reduced(kind, x, sizes, extents, *slides), "window")


def test_one_amount_stands_for_all_dimensions():
    x, w = values((1, 9, 7, 2), "float32"), values((3, 3, 2, 4), "float32")
    X, W = te.placeholder(x.shape, name="X"), te.placeholder(w.shape, name="W")
    Y = te.convolve(X, W, (4, 3), strides=2, pads=2, dilations=2)
    check_model([X, W, Y], [x, w], convolved(x, w, (4, 3), (2, 2), (2, 2), (2, 2)), "convolve")
    line = te.placeholder((1, 9, 2), name="X")
    expected = reduced("max", x[:, :, 0], (3,), (7,), (1,), (0,), (1,))
    check_model([line, te.max_window(line, 3, 7)], [x[:, :, 0]], expected, "window")


def test_extents_that_follow_from_the_input():
    """Stages before and after are formulas; the input's height and width are known at run time."""
    n, h, w = te.var("n"), te.var("h"), te.var("w")
    X, W = te.placeholder((n, h, w, 3), name="X"), te.placeholder((3, 3, 3, 8), name="W")
    twice = te.compute((n, h, w, 3), lambda *at: X[at] * 2, name="twice")
    C = te.convolve(twice, W, ((h - 1) // 2 + 1, (w - 1) // 2 + 1), strides=2, pads=1, name="C")
    Y = te.compute(C.shape, lambda *at: te.max(C[at], 0), name="Y")
    weights = values((3, 3, 3, 8), "float32")
    model = wasmind.compile([X, W, Y], dims={"n": (1, 2), "h": (1, 20), "w": (1, 20)})
    for shape in ((1, 20, 20), (2, 7, 4), (1, 1, 1)):
        x = values((*shape, 3), "float32")
        extents = [(size - 1) // 2 + 1 for size in shape[1:]]
        check(model.run([x, weights])["Y"], np.maximum(convolved(2 * x, weights, extents, (2, 2), (1, 1), (1, 1)), 0), shape)


def patches():
    """Patches of k elements with a vector added for each place: k and o are extents of inputs."""
    n, l, k, o, c, f = (te.var(name) for name in "nlkocf")
    x, w = te.placeholder((n, l, c), name="x"), te.placeholder((k, c, f), name="w")
    places = te.placeholder((o, f), name="places")
    patch = te.convolve(x, w, o, strides=k, name="patch")
    return [x, w, places, te.compute((n, o, f), lambda b, i, j: patch[b, i, j] + places[i, j], name="y")]


def test_a_stride_that_is_an_extent(tmp_path):
    model = wasmind.compile(patches(), dims={"n": (1, 2), "l": (1, 24), "k": (1, 4), "o": (1, 6), "c": (1, 3), "f": (1, 9)})
    te.build([te.operator("Patches", patches())], tmp_path / "ops.wasm")
    library = wasmind.OperatorLibrary.load(tmp_path / "ops.wasm")
    for n, k, o, c, f in ((1, 4, 6, 3, 8), (2, 1, 5, 2, 9), (1, 3, 1, 1, 1)):
        x, w, places = values((n, o * k, c), "float32"), values((k, c, f), "float32"), values((o, f), "float32")
        expected = convolved(x, w, (o,), (k,), (0,), (1,)) + places
        check(model.run([x, w, places])["y"], expected, "model")
        check(library.call("Patches", x, w, places), expected, "operator")


def test_operators_of_a_library(tmp_path):
    n, h, w, c = (te.var(name) for name in "nhwc")
    x = te.placeholder((n, h, w, c), name="x")
    extents = ((h + 1) // 2, (w + 1) // 2)
    kinds = {"MaxPool": te.max_window, "MinPool": te.min_window, "SumPool": te.sum_window}
    te.build([te.operator(name, [x, word(x, 3, extents, strides=2, pads=1, name="y")]) for name, word in kinds.items()],
             tmp_path / "ops.wasm")
    library = wasmind.OperatorLibrary.load(tmp_path / "ops.wasm")
    for shape in ((2, 8, 7, 5), (1, 1, 1, 16), (1, 3, 30, 1)):
        image = values(shape, "float32")
        reached = [(size + 1) // 2 for size in shape[1:3]]
        for name in kinds:
            expected = reduced(name[:3].lower(), image, (3, 3), reached, (2, 2), (1, 1), (1, 1))
            check(library.call(name, image), expected, name)


@pytest.mark.parametrize(
    ("write", "text"),
    [
        (lambda X, W, v: te.convolve(X, W, (5, 5), strides=(1,), name="Y"), "tensor 'Y': there are 2 extents, but 1 strides"),
        (lambda X, W, v: te.max_window(X, (3, 3, 3), (5, 5), name="Y"), "tensor 'Y': there are 2 extents, but 3 sizes"),
        (lambda X, W, v: te.convolve(X, W, 5, name="Y"), "tensor 'Y': there are 2 spatial dimensions, but 1 extents"),
        (lambda X, W, v: te.convolve(X, W, (5, 5), pads=0.5, name="Y"), "tensor 'Y': the pad 0.5 is f32, not an integer"),
        (lambda X, W, v: wasmind.compile(te.depthwise(X, W, (5, 5), name="Y")), r"must be \[spatial\.\.\., 1, C\]"),
        (lambda X, W, v: wasmind.compile(te.convolve(X, W, (5, 5), dilations=0, name="Y")), "the dilation 0 .* is less than 1"),
        (lambda X, W, v: wasmind.compile(te.convolve(X, W, (5, 5), strides=v, name="Y")), "'s' is the extent of no input"),
        (lambda X, W, v: te.build([te.operator("Y", [X, te.max_window(X, v, (5, 5))])], "ops.wasm"),
         "Y: .*'s' is the extent of no input"),
    ],
)
def test_what_is_wrong_is_named(write, text, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    X, W = te.placeholder((1, 7, 7, 2), name="X"), te.placeholder((3, 3, 2, 4), name="W")
    with pytest.raises(WasmindError, match=text) as info:
        write(X, W, te.var("s"))
    assert info.value.code == "InvalidArgument"
    assert list(tmp_path.iterdir()) == []
