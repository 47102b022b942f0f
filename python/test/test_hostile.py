"""Whatever is passed ends in a WasmindError of one short line, at once, without harm to what it was passed to."""

import collections.abc
import re
import time

import numpy as np
import onnx
import pytest

import wasmind
from wasmind import OperatorLibrary, WasmindError, te

A, B = np.arange(4, dtype="f4"), np.full(4, 10, "f4")
# What must not reach a terminal: controls, direction marks, what is not seen, what is no text.
NAMES = ["\x1b]0;title\x07", "a\nb\r\x00", "\u202egnp.exe\u2066", "\x9b31m\x85", "\udc80\ud800", "\ufeff\u200b", "\U000e0041", "x" * 100_000]
VISIBLE = re.compile("[^\x00-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ud800-\udfff\ufeff\U000e0000-\U000e007f]*")


class Raises:
    """Raises from every protocol that numpy may try."""

    def __init__(self, error):
        self.error = error

    def __array__(self, *arguments, **named):
        raise self.error

    def __dlpack__(self, *arguments, **named):
        raise self.error

    __iter__ = __len__ = __index__ = __int__ = __float__ = __fspath__ = __array__


def huge(dtype="f4"):
    """2^44 elements that take four bytes."""
    return np.broadcast_to(np.zeros((), dtype), (1 << 22, 1 << 22))


def nested(depth=100_000):
    value = []
    for _ in range(depth):
        value = [value]
    return value


def itself():
    value = []
    value.append(value)
    return value


VALUES = {
    "None": None, "text": "four", "bytes": b"1234", "object": object(), "a class": int, "a function": len, "an ellipsis": ...,
    "a set": {1, 2}, "nested": nested(), "itself": itself(), "objects": np.array([None, "x"], dtype=object), "texts": np.array(["a", "b"]),
    "dates": np.array(["2020-01-01"], dtype="M8[D]"), "complex": np.zeros(4, "c8"), "records": np.zeros(4, "i4,f4"), "swapped": A.astype(">f4"),
    "huge": huge(), "huge integers": huge("i8"), "many axes": np.zeros((1,) * 32, "f4"), "an integer of 100 digits": 10**99, "NaN": float("nan"),
    "uneven": [[1.0], [1.0, 2.0]], "surrogate": "\udc80", "bf16 pattern": np.zeros(4, "u2"), "long double": np.zeros(4, np.longdouble),
    **{f"raises {error!r}": Raises(error) for error in (ValueError("\x1b[2J"), RuntimeError(), MemoryError(), RecursionError(), KeyError("\n"), OSError(5))},
}


@pytest.fixture(scope="module")
def model(vectors):
    return wasmind.load(vectors / "add.wasm")


@pytest.fixture(scope="module")
def library(vectors):
    return OperatorLibrary.load(vectors / "library.wasm")


@pytest.fixture(scope="module")
def source(tmp_path_factory):
    path = tmp_path_factory.mktemp("hostile") / "m.onnx"
    graph = onnx.parser.parse_graph("g (float[n] x) => (float[n] y) { y = Relu(x) }")
    onnx.save(onnx.helper.make_model(graph, opset_imports=[onnx.helper.make_opsetid("", 17)], ir_version=9), path)
    return path


def refused(call, may_pass=False):
    """Calls; whatever else than a WasmindError comes out fails the test."""
    begin = time.monotonic()
    try:
        call()
    except WasmindError as error:
        text = str(error)
        assert VISIBLE.fullmatch(text) and text.strip() and len(text.encode()) <= 4096 and "internal:" not in text, ascii(text)
        is_refused = True
    else:
        assert may_pass, "not refused"
        is_refused = False
    assert time.monotonic() - begin < 10
    return is_refused


@pytest.mark.parametrize("value", VALUES.values(), ids=VALUES)
def test_as_any_argument(value, model, library, source, vectors, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)  # texts are paths
    instance = model.instantiate()
    calls = [
        lambda: model.run([value, B]), lambda: model.run({"a": value, "b": B}), lambda: model.run(value), lambda: instance.run([A, value]),
        lambda: instance.run({"a": A, "b": B}, entry=value), lambda: instance.run([A, B], copy=value), lambda: instance.input("a", value),
        lambda: instance.input(value), lambda: instance.extent(value),
        lambda: wasmind.load(value), lambda: OperatorLibrary.load(value),
        *(lambda name=name: wasmind.load(vectors / "add.wasm", **{name: value})
          for name in ("max_memory_bytes", "max_module_bytes", "max_code_bytes", "time_limit_ms", "cache", "cache_folder", "weights_folder")),
        lambda: library.call("Add", A, value), lambda: library.call(value, A, A), lambda: library.call("Scale", A, factor=value),
        lambda: library.call("Add", A, A, nothing=value), lambda: library.call("Add", A, A, out=value), lambda: library.call("Add", A, A, out=(value, value)),
        lambda: library.tensor("f32", value), lambda: library.tensor(value, (4,)), lambda: library.tensor("f32", 4).strided(value, value),
        lambda: library.tensor("f32", 4).strided([4], [1], value), lambda: library.tensor("f32", 4).transposed(value),
        lambda: wasmind.compile(value), lambda: wasmind.compile([value]),
        lambda: wasmind.compile(source, tmp_path / "m.wasm" if isinstance(value, (str, bytes)) else value),
        *(lambda name=name: wasmind.compile(source, **{name: value})
          for name in ("dims", "state", "state_init", "state_outputs", "constants", "shapes", "sequences", "features", "weights", "input_defaults",
                       "opt_level", "memory_limit")),
        *(lambda name=name: wasmind.compile(source, **{name: {"x": value}}) for name in ("state", "state_init", "constants", "shapes", "sequences")),
        lambda: wasmind.compile(source, dims={"n": value}), lambda: wasmind.compile(source, dims={"n": (value, value)}),
        lambda: te.placeholder(value), lambda: te.placeholder((3, value)), lambda: te.placeholder((3,), value), lambda: te.placeholder((3,), name=value),
        lambda: te.reduce_axis(value), lambda: te.exp(value), lambda: te.sum(value, value), lambda: te.select(value, value, value), lambda: te.cast(value, value),
        lambda: te.placeholder((3,))[value], lambda: te.placeholder((3,))(value), lambda: te.compute(value, lambda i: i), lambda: te.compute((3,), lambda i: value),
        lambda: te.max_window(value, value, value), lambda: te.build([value]), lambda: te.build(value),
        lambda: te.build([te.operator("X", lambda a: value)], tmp_path / "x.wasm"), lambda: te.operator("X", [value]), lambda: te.library(value),
    ]
    if isinstance(value, collections.abc.Hashable):
        calls += [lambda: model.run({value: A, "b": B}), lambda: wasmind.compile(source, dims={value: 1})]
    if not callable(value):  # a formula's own exceptions pass
        calls += [lambda: te.compute((3,), value), lambda: te.operator("X", value)]
    assert sum(refused(call, may_pass=True) for call in calls) > 40  # each is right somewhere, or stands for what is
    np.testing.assert_array_equal(model.run([A, B])["sum"], A + B)
    np.testing.assert_array_equal(library.call("Add", A, B), A + B)


@pytest.mark.parametrize("name", NAMES, ids=[ascii(name)[:12] for name in NAMES])
def test_as_any_name(name, model, library, source, tmp_path):
    for call in (
        lambda: wasmind.load(name), lambda: wasmind.load("/tmp/" + name), lambda: OperatorLibrary.load(name), lambda: model.run({name: A}),
        lambda: model.instantiate().input(name), lambda: model.run([A, B], entry=name), lambda: library.call(name, A),
        lambda: library.call("Scale", A, **{name: 1}), lambda: library.tensor(name, 4), lambda: wasmind.compile(name),
        lambda: wasmind.compile("/tmp/" + name + ".onnx"), lambda: wasmind.compile(source, tmp_path / "none" / name), lambda: wasmind.compile(source, dims={name: 0}),
        lambda: wasmind.compile(source, features=[name]), lambda: wasmind.compile(source, weights=name), lambda: wasmind.compile(source, shapes={"x": [name, "-"]}),
        lambda: wasmind.compile(source, constants={name: 1}), lambda: wasmind.compile(source, state={name: name}), lambda: wasmind.compile(source, sequences={name: 1}),
        lambda: te.placeholder((3,), name), lambda: te.library(name), lambda: te.operator(name, []),
    ):
        refused(call)


@pytest.mark.parametrize("name", NAMES[:-1], ids=[ascii(name)[:12] for name in NAMES[:-1]])
def test_as_a_name_in_a_model(name, tmp_path, caplog):
    """Of a node, an operator, a tensor and an extent of a file that somebody else has written."""
    text = name.encode("utf-8", "replace").decode().replace("\0", "")
    for kind, op, extent in (("node", "Gather", "n"), ("op", text, "n"), ("extent", "Reshape", text)):
        node = onnx.helper.make_node(op, ["x", text], ["y"], name=text)
        values = [onnx.helper.make_tensor_value_info(label, onnx.TensorProto.FLOAT, [extent]) for label in ("x", text, "y")]
        graph = onnx.helper.make_graph([node], text, values[:2], values[2:])
        path = tmp_path / f"{kind}.onnx"
        onnx.save(onnx.helper.make_model(graph, opset_imports=[onnx.helper.make_opsetid("", 17)], ir_version=9), path)
        refused(lambda path=path: wasmind.compile(path))
    assert all(VISIBLE.fullmatch(record.getMessage()) for record in caplog.records)


def test_modules_that_are_none(tmp_path):
    for data in (b"", b"\xef\xbb\xbf{}", b"\0asm\1\0\0\0", b"[" * 100_000, b"\x1b[2J" * 1000, bytes(1 << 16)):
        path = tmp_path / "m.wasm"
        path.write_bytes(data)
        for given in (data, path):
            refused(lambda given=given: wasmind.load(given))
            refused(lambda given=given: OperatorLibrary.load(given))


@pytest.mark.parametrize("shape", [(-1,), (1 << 31,), (1 << 63,), (1 << 200,), (2.5,), (float("nan"),), ("4",), (None,), [[4]], np.array([4.0])], ids=repr)
def test_extents_that_are_none(model, library, shape):
    tensor = library.tensor("f32", 4)
    for call in (lambda: model.instantiate().input("a", shape), lambda: library.tensor("f32", shape), lambda: tensor.strided(shape, [1]),
                 lambda: tensor.strided([5], shape), lambda: tensor.strided([4], [1], shape), lambda: tensor.transposed(shape),
                 lambda: wasmind.compile(te.compute(tuple(shape), lambda *indices: 1.0))):
        refused(call)


def test_orders_that_are_none(library):
    for axes in ((0, 0), (1,), (-1,), (1 << 70,), ("a",), (None,)):
        refused(lambda axes=axes: library.tensor("f32", 4).transposed(*axes))


def test_views_of_inputs_as_inputs(vectors):
    for order in ([1, 0], [0, 0], [1, 1], [0, 1]):
        instance = wasmind.load(vectors / "add.wasm").instantiate()
        views = [instance.input(name) for name in "ab"]
        views[0][...], views[1][...] = A, B
        expected = [[A, B][index] for index in order]
        np.testing.assert_array_equal(instance.run([views[index] for index in order])["sum"], expected[0] + expected[1])
        np.testing.assert_array_equal(views[0], expected[0])
        np.testing.assert_array_equal(views[1], expected[1])
    instance = wasmind.load(vectors / "add.wasm").instantiate()
    instance.input("b")[...] = A
    reversed_view = instance.input("b")[::-1]
    np.testing.assert_array_equal(instance.run({"a": reversed_view})["sum"], A + A[::-1])
