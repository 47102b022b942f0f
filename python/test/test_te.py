"""Tensor expressions from Python to wasm, against numpy."""

import numpy as np
import pytest

import wasmind
from models.numerics import near
from wasmind import WasmindError, te

rng = np.random.default_rng(5)


def floats(*shape):
    return rng.standard_normal(shape).astype(np.float32)


def run(tensors, inputs, dims=None, vectorised=True):
    """The first output of the compiled tensors; most of what every kernel computes must be vector code."""
    model = wasmind.compile(tensors, dims=dims)
    if vectorised:
        scalar = [k for k in model.signature.json["kernels"] if k["vectorisedShare"] < 0.7 and k["flops"]]
        assert not scalar, scalar
    return next(iter(model.run(inputs).values()))


def test_matrix_product_of_any_size():
    n, m, l = te.var("n"), te.var("m"), te.var("l")
    A = te.placeholder((n, l), "float32", name="A")
    B = te.placeholder((l, m), "float32", name="B")
    k = te.reduce_axis((0, l), name="k")
    C = te.compute((n, m), lambda i, j: te.sum(A[i, k] * B[k, j], axis=k), name="C")
    model = wasmind.compile([A, B, C], dims={"n": (1, 64), "m": (1, 64), "l": (1, 64)})
    assert [t.name for t in model.signature.functions[0].inputs] == ["A", "B"]
    assert [k["kind"] for k in model.signature.json["kernels"]] == ["contract"]
    assert model.signature.json["source"] == {"format": "te", "name": "C"}
    for sizes in ((1, 1, 1), (5, 7, 3), (64, 64, 64), (33, 17, 50)):
        a, b = floats(sizes[0], sizes[2]), floats(sizes[2], sizes[1])
        near(model.run({"A": a, "B": b})["C"], a @ b)


def test_writes_the_module_where_asked(tmp_path):
    A = te.placeholder((8,), "f32", name="A")
    B = te.compute((8,), lambda i: A[i] + 1, name="B")
    wasmind.compile([A, B], tmp_path / "out.wasm")
    near(wasmind.load(tmp_path / "out.wasm").run({"A": np.arange(8, dtype=np.float32)})["B"], np.arange(8) + 1)


def test_elementwise():
    n = te.var("n")
    A, B = te.placeholder((n, 4), name="A"), te.placeholder((4,), name="B")
    C = te.compute((n, 4), lambda i, j: te.select(A[i, j] > B[j], te.exp(-te.abs(A[i, j])), 2 / (1 + B[j] ** 2)), name="C")
    a, b = floats(37, 4), floats(4)
    near(run([A, B, C], [a, b], {"n": (0, 64)}), np.where(a > b, np.exp(-np.abs(a)), 2 / (1 + b**2)))
    assert run([A, B, C], [floats(0, 4), b], {"n": (0, 64)}).shape == (0, 4)


@pytest.mark.parametrize("dtype", ["int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64"])
def test_integers(dtype):
    A, B = te.placeholder((100,), dtype, name="A"), te.placeholder((100,), dtype, name="B")
    C = te.compute((100,), lambda i: (A[i] // B[i]) * 3 + A[i] % B[i] + ((A[i] & 6) ^ (B[i] << 1)), name="C")
    a = rng.integers(np.iinfo(dtype).min, np.iinfo(dtype).max, 100, dtype=dtype, endpoint=True)
    b = rng.integers(1, 100, 100).astype(dtype)
    actual = run([A, B, C], [a, b], vectorised=False)
    with np.errstate(all="ignore"):
        expected = (a // b) * np.array(3, dtype) + a % b + ((a & np.array(6, dtype)) ^ (b << np.array(1, dtype)))
    np.testing.assert_array_equal(actual, expected.astype(dtype))


@pytest.mark.parametrize("dtype", ["float64", "float16", "bool"])
def test_other_types(dtype):
    A = te.placeholder((40,), dtype, name="A")
    if dtype == "bool":
        a = rng.integers(0, 2, 40).astype(bool)
        k = te.reduce_axis(40)
        B = te.compute((40,), lambda i: ~A[i] | te.all(A[k], axis=k), name="B")
        np.testing.assert_array_equal(run([A, B], [a], vectorised=False), ~a | a.all())
    else:
        a = floats(40).astype(dtype)
        B = te.compute((40,), lambda i: te.tanh(A[i]) * 2 - A[i], name="B")
        actual = run([A, B], [a])
        assert actual.dtype == a.dtype
        near(actual, np.tanh(a) * 2 - a)


def test_reductions():
    n = te.var("n")
    A = te.placeholder((n, 50), name="A")
    k, h = te.reduce_axis(50, "k"), te.reduce_axis(n, "h")
    a = floats(13, 50)
    for formula, expected in [
        (lambda i: te.sum(A[i, k] * A[i, k], axis=k), (a * a).sum(1)),
        (lambda i: te.max(A[i, k], axis=k), a.max(1)),
        (lambda i: te.min(te.exp(A[i, k]), axis=[k]), np.exp(a).min(1)),
        (lambda i: te.sum(A[i, k], axis=k) / 50, a.mean(1)),
    ]:
        near(run(te.compute((n,), formula, name="B"), [a], {"n": (1, 32)}), expected)
    near(run(te.compute((50,), lambda j: te.sum(A[h, j], axis=h), name="B"), [a], {"n": (1, 32)}), a.sum(0))


def test_softmax_in_one_formula():
    n, m = te.var("n"), te.var("m")
    A = te.placeholder((n, m), name="A")
    k = te.reduce_axis(m, "k")

    def softmax(i, j):
        most = te.max(A[i, k], axis=k)
        return te.exp(A[i, j] - most) / te.sum(te.exp(A[i, k] - most), axis=k)

    a = floats(9, 77)
    e = np.exp(a - a.max(1, keepdims=True))
    near(run(te.compute((n, m), softmax, name="S"), [a], {"n": (1, 16), "m": (1, 100)}), e / e.sum(1, keepdims=True))


@pytest.mark.parametrize("layout", ["nchw", "nhwc"])
@pytest.mark.parametrize(("stride", "groups"), [(1, 1), (2, 1), (1, 2), (1, 16)])
def test_convolution(stride, groups, layout):
    n, c, o, size = te.var("n"), 16, 16, 14
    last = layout == "nhwc"
    out = (size - 1) // stride + 1

    def shape(ch, extent):
        return (n, extent, extent, ch) if last else (n, ch, extent, extent)

    def at(tensor, b, ch, y, x):
        return tensor[b, y, x, ch] if last else tensor[b, ch, y, x]

    def ordered(formula):
        return (lambda b, y, x, ch: formula(b, ch, y, x)) if last else formula

    X = te.placeholder(shape(c, size), name="X")
    W = te.placeholder((o, c // groups, 3, 3), name="W")
    P = te.compute(shape(c, size + 2), ordered(lambda b, ch, y, x: te.if_then_else(
        te.all(y >= 1, y < size + 1, x >= 1, x < size + 1), at(X, b, ch, y - 1, x - 1), 0.0)), name="P")
    rc, ry, rx = te.reduce_axis(c // groups, "rc"), te.reduce_axis(3, "ry"), te.reduce_axis(3, "rx")
    Y = te.compute(shape(o, out), ordered(lambda b, f, y, x: te.max(te.sum(
        at(P, b, f // (o // groups) * (c // groups) + rc, y * stride + ry, x * stride + rx) * W[f, rc, ry, rx],
        axis=[rc, ry, rx]), 0)), name="Y")
    x, w = floats(2, c, size, size), floats(o, c // groups, 3, 3)
    padded = np.pad(x, ((0, 0), (0, 0), (1, 1), (1, 1)))
    expected = np.zeros((2, o, out, out))
    for f in range(o):
        g = f // (o // groups) * (c // groups)
        for dy in range(3):
            for dx in range(3):
                part = padded[:, g : g + c // groups, dy : dy + stride * out : stride, dx : dx + stride * out : stride]
                expected[:, f] += np.einsum("nchw,c->nhw", part[:, :, :out, :out], w[f, :, dy, dx])
    model = wasmind.compile([X, W, Y], dims={"n": (1, 4)})
    kernels = [k for k in model.signature.json["kernels"] if k["kind"] == "convolve"]
    assert len(kernels) == 1 and kernels[0]["vectorisedShare"] > 0.5, model.signature.json["kernels"]
    actual = model.run([x.transpose(0, 2, 3, 1) if last else x, w])["Y"]
    near(actual.transpose(0, 3, 1, 2) if last else actual, np.maximum(expected, 0))


def test_pooling():
    X = te.placeholder((1, 16, 16, 8), name="X")
    ry, rx = te.reduce_axis(2, "ry"), te.reduce_axis(2, "rx")
    x = floats(1, 16, 16, 8)
    blocks = x.reshape(1, 8, 2, 8, 2, 8)
    M = te.compute((1, 8, 8, 8), lambda n, y, z, c: te.max(X[n, 2 * y + ry, 2 * z + rx, c], axis=[ry, rx]), name="M")
    near(run(M, [x]), blocks.max((2, 4)))
    S = te.compute((1, 8, 8, 8), lambda n, y, z, c: te.sum(X[n, 2 * y + ry, 2 * z + rx, c], axis=[ry, rx]) * 0.25, name="S")
    near(run(S, [x]), blocks.mean((2, 4)))


def test_stencil_of_a_plane():
    X, W = te.placeholder((20, 40), name="X"), te.placeholder((3, 3), name="W")
    ry, rx = te.reduce_axis(3, "ry"), te.reduce_axis(3, "rx")
    Y = te.compute((18, 38), lambda i, j: te.sum(X[i + ry, j + rx] * W[ry, rx], axis=[ry, rx]), name="Y")
    x, w = floats(20, 40), floats(3, 3)
    windows = np.lib.stride_tricks.sliding_window_view(x, (3, 3))
    near(run([X, W, Y], [x, w]), np.einsum("ijyx,yx->ij", windows, w))


def test_gather_and_edges():
    n = te.var("n")
    A, at = te.placeholder((7, 4), name="A"), te.placeholder((n,), "int64", name="at")
    a, index = floats(7, 4), np.int64([3, -1, 0, 6, 100])
    B = te.compute((n, 4), lambda i, j: A[at[i], j] * 2, name="B")
    near(run([A, at, B], [a, index], {"n": (1, 8)}, vectorised=False), a[[3, 6, 0, 6, 6]] * 2)
    C = te.compute((9, 4), lambda i, j: A[te.max(te.min(i - 1, 6), 0), j], name="C")
    near(run([A, C], [a], vectorised=False), np.pad(a, ((1, 1), (0, 0)), mode="edge"))


def test_several_outputs_and_indices_as_values():
    A = te.placeholder((6, 5), "int32", name="A")
    B = te.compute((6, 5), lambda i, j: A[i, j] + i * 10 + j, name="B")
    C = te.compute((5, 6), lambda *at: B[at[1], at[0]] - 1, name="C")
    a = rng.integers(-9, 9, (6, 5)).astype(np.int32)
    model = wasmind.compile([B, C])
    outputs = model.run([a])
    expected = a + np.arange(6)[:, None] * 10 + np.arange(5)
    np.testing.assert_array_equal(outputs["B"], expected)
    np.testing.assert_array_equal(outputs["C"], expected.T - 1)


def twice(name):
    """An input of 2 n elements, which says nothing of n."""
    return te.placeholder((te.var("n") * 2,), name=name)


@pytest.mark.parametrize(
    ("write", "text"),
    [
        (lambda A, B, k: A[0], r"A\[0\]: 1 indices, but tensor 'A' has 2 dimensions"),
        (lambda A, B, k: A[0, 0] + B[0], r"A\[0, 0\] \+ B\[0\]: the operands are f32 and i32; cast one of them"),
        (lambda A, B, k: B[0] / 2, "write floordiv or truncdiv"),
        (lambda A, B, k: te.placeholder((3,), "float99", name="x"), "'float99' is no element type"),
        (lambda A, B, k: te.compute((3, 4), lambda i: A[i, 0], name="x"), "takes 1 indices, but its shape has 2"),
        (lambda A, B, k: te.reduce_axis((1, 3)), "neither an extent nor"),
        (lambda A, B, k: te.sum(B[0] > 1, axis=k), "takes numbers, not bool"),
        (lambda A, B, k: wasmind.compile([A, B]), "none of the tensors is computed"),
        (lambda A, B, k: wasmind.compile([A, "B"]), "'B' is no tensor"),
        (lambda A, B, k: wasmind.compile([A, te.compute((3,), lambda i: B[i], name="x")]), "'B': is read, but is not among"),
        (lambda A, B, k: wasmind.compile(te.compute((9,), lambda i: B[i], name="x")), "may lie outside 0 <= index < 3"),
        (lambda A, B, k: wasmind.compile(te.compute((3,), lambda i: B[i], name="x"), dims={"q": 1}), "q: no dimension"),
        (lambda A, B, k: wasmind.compile(te.compute((3,), lambda i: A[i, k], name="x")), "'k' is used outside a reduction"),
        (lambda A, B, k: wasmind.compile(te.compute((2,), lambda i: twice("P")[i], name="x"), dims={"n": (1, 4)}),
         r"'P': the extent n \* 2 of a model's input must be a constant or a var"),
    ],
)
def test_what_is_wrong_is_named(write, text):
    A, B = te.placeholder((3, 4), "float32", name="A"), te.placeholder((3,), "int32", name="B")
    with pytest.raises(WasmindError, match=text) as info:
        write(A, B, te.reduce_axis(4, "k"))
    assert info.value.code == "InvalidArgument"


def test_shared_parts_cost_once():
    """A tree of 3^200 leaves that is written in 200 steps compiles as 200 steps."""
    A = te.placeholder((8,), name="A")

    def element(i):
        x = A[i]
        for _ in range(200):
            x = te.select(x > 100, x, x + 1)
        return x

    assert run(te.compute((8,), element, name="B"), [np.float32([0, -50, 99.5, 100, 1, 2, 3, 101])]).tolist() == [
        101, 101, 100.5, 101, 101, 101, 101, 101]


def test_defaults_are_no_indices():
    A = te.placeholder((8,), name="A")
    near(run(te.compute((8,), lambda i, factor=3.0: A[i] * factor, name="B"), [np.arange(8, dtype=np.float32)]), np.arange(8) * 3)


def test_a_var_needs_bounds_that_fit_memory():
    n = te.var("n")
    A = te.placeholder((n,), name="A")
    with pytest.raises(WasmindError, match="n"):
        wasmind.compile(te.compute((n,), lambda i: A[i] + 1, name="B"))


def test_python_errors_pass_through():
    A = te.placeholder((3,), name="A")
    with pytest.raises(ZeroDivisionError):
        te.compute((3,), lambda i: A[i] + 1 // 0, name="x")
    with pytest.raises(TypeError, match="no truth value"):
        te.compute((3,), lambda i: A[i] if i > 1 else 0.0, name="x")
    with pytest.raises(TypeError):
        list(A)
