"""Compiling through the Python package; what the compiler computes is tested in test/differential."""

import logging

import numpy as np
import onnx
import onnx.parser
import pytest

import wasmind
from wasmind import WasmindError


@pytest.fixture
def source(tmp_path):
    """y = relu(x) + 1 over [batch, 3]."""
    x = onnx.helper.make_tensor_value_info("x", onnx.TensorProto.FLOAT, ["batch", 3])
    y = onnx.helper.make_tensor_value_info("y", onnx.TensorProto.FLOAT, ["batch", 3])
    one = onnx.numpy_helper.from_array(np.float32([1]), "one")
    nodes = [onnx.helper.make_node("Relu", ["x"], ["r"]), onnx.helper.make_node("Add", ["r", "one"], ["y"])]
    graph = onnx.helper.make_graph(nodes, "g", [x], [y], [one])
    path = tmp_path / "tiny.onnx"
    onnx.save(onnx.helper.make_model(graph, opset_imports=[onnx.helper.make_opsetid("", 17)], ir_version=9), path)
    return path


X = np.float32([[-1, 0, 2], [3, -4, 5]])


def test_compiles_and_runs_in_memory(source):
    model = wasmind.compile(source, dims={"batch": (1, 4)})
    np.testing.assert_array_equal(model.run({"x": X})["y"], np.maximum(X, 0) + 1)
    assert model.signature.json["source"]["format"] == "onnx"


def test_writes_the_module_where_asked(source, tmp_path):
    output = tmp_path / "tiny.wasm"
    wasmind.compile(str(source), output, dims={"batch": 2})
    model = wasmind.load(output)
    assert model.signature.functions[0].inputs[0].shape == (2, 3)
    np.testing.assert_array_equal(model.run([X])["y"], np.maximum(X, 0) + 1)


@pytest.mark.parametrize("options", [{"dims": {"batch": np.int64(2)}}, {"dims": {"batch": np.array(2)}}, {"dims": {"batch": np.array([2, 2])}},
                                     {"dims": {"batch": (np.int32(2), 2)}}, {"shapes": {"x": (np.int64(2), 3)}}], ids=str)
def test_numpys_numbers_are_numbers(source, options):
    assert wasmind.compile(source, **options).signature.functions[0].inputs[0].shape == (2, 3)


def test_features(source):
    for features in ((), ["simd128"], ["relaxed-simd"]):
        model = wasmind.compile(source, features=features, dims={"batch": 2})
        assert set(features) <= set(model.signature.features) | {"simd128", "relaxed-simd"}
        np.testing.assert_array_equal(model.run([X])["y"], np.maximum(X, 0) + 1)


@pytest.fixture
def top(tmp_path):
    """The k largest of x over axis 0, times w; x has no declared shape."""
    kinds = onnx.TensorProto
    x = onnx.helper.make_tensor_value_info("x", kinds.FLOAT, None)
    k = onnx.helper.make_tensor_value_info("k", kinds.INT64, [1])
    w = onnx.helper.make_tensor_value_info("w", kinds.FLOAT, ["n"])
    y = onnx.helper.make_tensor_value_info("y", kinds.FLOAT, None)
    nodes = [onnx.helper.make_node("TopK", ["x", "k"], ["v", "i"], axis=0), onnx.helper.make_node("Mul", ["v", "w"], ["y"])]
    path = tmp_path / "top.onnx"
    onnx.save(onnx.helper.make_model(onnx.helper.make_graph(nodes, "g", [x, k, w], [y]),
                                     opset_imports=[onnx.helper.make_opsetid("", 17)], ir_version=9), path)
    return path


@pytest.mark.parametrize("k", [2, [2], np.int64([2])])
@pytest.mark.parametrize("w", [[1.5, -2.0, 0], np.float32([1.5, -2, 0])])
def test_constants_and_shapes(top, k, w):
    model = wasmind.compile(top, constants={"k": k, "w": w}, shapes={"x": ("rows", 3)}, dims={"rows": (2, 5)})
    assert [(i.name, i.shape) for i in model.signature.functions[0].inputs] == [("x", ("rows", 3))]
    for rows in (2, 5):
        x = np.random.default_rng(rows).standard_normal((rows, 3)).astype(np.float32)
        np.testing.assert_array_equal(model.run([x])["y"], -np.sort(-x, axis=0)[:2] * np.float32([1.5, -2, 0]))


def test_sequences(tmp_path):
    path = tmp_path / "list.onnx"
    onnx.save(onnx.parser.parse_model("""<ir_version: 8, opset_import: ["" : 18]> g (seq(float[2]) x, optional(float[2]) o) => (float[n] y, bool there)
        { y = ConcatFromSequence <axis = 0> (x) there = OptionalHasElement (o) }"""), path)
    rows = np.float32([[1, 2], [3, 4]])
    for held in (None, 1):
        model = wasmind.compile(path, sequences={"x": 2, "o": held})
        outputs = model.run({"x.0": rows[0], "x.1": rows[1], **({"o": rows[0]} if held else {})})
        np.testing.assert_array_equal(outputs["y"], rows.ravel())
        assert outputs["there"] == bool(held)
    with pytest.raises(WasmindError, match="--sequence o=1"):
        wasmind.compile(path, sequences={"x": 2})
    for wrong in ("2", -1, 1.5, True):
        with pytest.raises(WasmindError, match="neither a number of tensors nor None"):
            wasmind.compile(path, sequences={"x": wrong})


def test_constants_that_do_not_fit_are_refused(top):
    for constants, text in (({"k": np.int32([2])}, "elements of i32, input 'k' of i64"), ({"k": 2.5}, "'2.5' is no number of i64"),
                            ({"kk": 2}, "no input of that name"), ({"k": "two"}, "'k' is 'two'"), ({"k": [[2]]}, "has rank 1")):
        with pytest.raises(WasmindError, match=text) as info:
            wasmind.compile(top, constants=constants, shapes={"x": [4, 3]})
        assert info.value.code == "InvalidArgument"
    with pytest.raises(WasmindError, match="--shape x="):
        wasmind.compile(top, constants={"k": 2})
    with pytest.raises(WasmindError, match="not a list"):
        wasmind.compile(top, shapes={"x": "4,3"})


@pytest.mark.parametrize("shape", [[2], [700]])
def test_default_values(tmp_path, shape):
    """Baked in by default; else inputs that a run need not set, also where the weights lie in a file of their own."""
    kinds, default = onnx.TensorProto, np.arange(shape[0], dtype=np.float32)
    x, w, y = (onnx.helper.make_tensor_value_info(name, kinds.FLOAT, shape) for name in "xwy")
    nodes = [onnx.helper.make_node("Mul", ["x", "w"], ["m"]), onnx.helper.make_node("Add", ["m", "c"], ["y"])]
    initializers = [onnx.numpy_helper.from_array(default, "w"), onnx.numpy_helper.from_array(default * 2, "c")]
    path = tmp_path / "default.onnx"
    onnx.save(onnx.helper.make_model(onnx.helper.make_graph(nodes, "g", [x, w], [y], initializers),
                                     opset_imports=[onnx.helper.make_opsetid("", 17)], ir_version=9), path)
    given, other = np.full(shape, 3, np.float32), np.full(shape, -1, np.float32)
    baked = wasmind.compile(path)
    assert [spec.name for spec in baked.signature.functions[0].inputs] == ["x"]
    np.testing.assert_array_equal(baked.run([given])["y"], given * default + default * 2)
    for weights in ("inline", "external"):
        model = wasmind.compile(path, tmp_path / "default.wasm", input_defaults="overridable", weights=weights)
        assert [(spec.name, spec.default) for spec in model.signature.functions[0].inputs] == [("x", False), ("w", True)]
        np.testing.assert_array_equal(model.run({"x": given})["y"], given * default + default * 2)
        np.testing.assert_array_equal(model.run({"x": given, "w": other})["y"], given * other + default * 2)
        # As every input, it keeps what it was given; a new instance has the default again.
        np.testing.assert_array_equal(model.run({"x": other})["y"], other * other + default * 2)
        np.testing.assert_array_equal(model.instantiate().run({"x": other})["y"], other * default + default * 2)
        with pytest.raises(WasmindError, match="'x' is missing"):
            model.instantiate().run({"w": other})
    with pytest.raises(WasmindError, match="neither 'baked' nor"):
        wasmind.compile(path, input_defaults="sometimes")


def test_a_state_starts_with_its_default_value(tmp_path):
    kinds, default = onnx.TensorProto, np.float32([5, -7])
    x, h, next_h = (onnx.helper.make_tensor_value_info(name, kinds.FLOAT, [2]) for name in ("x", "h", "next"))
    path = tmp_path / "sum.onnx"
    graph = onnx.helper.make_graph([onnx.helper.make_node("Add", ["x", "h"], ["next"])], "g", [x, h], [next_h],
                                   [onnx.numpy_helper.from_array(default, "h")])
    onnx.save(onnx.helper.make_model(graph, opset_imports=[onnx.helper.make_opsetid("", 17)], ir_version=9), path)
    options = dict(state={"h": "next"}, state_outputs=True, input_defaults="overridable")
    for start, model in ((default, wasmind.compile(path, **options)),
                         (np.float32([1, 2]), wasmind.compile(path, **options, state_init={"h": np.float32([1, 2])}))):
        one = np.ones(2, np.float32)
        instance = model.instantiate()
        assert [instance.run([one])["next"].tolist() for _ in range(2)] == [(start + 1).tolist(), (start + 2).tolist()]
        instance.reset()
        np.testing.assert_array_equal(instance.run([one])["next"], start + 1)


def test_formulas_have_neither(tmp_path):
    x = wasmind.te.placeholder((2,), "f32", "x")
    y = wasmind.te.compute((2,), lambda i: x[i] + 1.0, "y")
    for options in ({"constants": {"x": 1}}, {"shapes": {"x": [2]}}, {"input_defaults": "overridable"}):
        with pytest.raises(WasmindError, match=r"te\.const"):
            wasmind.compile([x, y], **options)


def test_choices_are_logged(source, caplog):
    with caplog.at_level(logging.INFO, "wasmind"):
        wasmind.compile(source)
    assert any("batch" in record.message for record in caplog.records)


@pytest.mark.parametrize(
    ("options", "code", "text"),
    [
        ({"features": ["gpu"]}, "Unsupported", "feature 'gpu'"),
        ({"weights": "cloud"}, "InvalidArgument", "'cloud' is neither"),
        ({"weights": "external"}, "InvalidArgument", "need an output file"),
        ({"dims": {"batch": "many"}}, "InvalidArgument", "'batch' is 'many'"),
        ({"dims": {"batch": (1, 2, 3)}}, "InvalidArgument", "neither a number nor a pair"),
        ({"dims": {"batch": 2.5}}, "InvalidArgument", "neither a number nor a pair"),
        ({"dims": {"batch": (1.5, 2.5)}}, "InvalidArgument", "neither a number nor a pair"),
        ({"shapes": {"x": (2.0, 3)}}, "InvalidArgument", "not a list of numbers and names"),
    ],
)
def test_wrong_options_are_named(source, options, code, text):
    with pytest.raises(WasmindError, match=text) as info:
        wasmind.compile(source, **options)
    assert info.value.code == code


def test_a_model_that_is_none_leaves_nothing_behind(tmp_path):
    broken = tmp_path / "broken.onnx"
    broken.write_bytes(b"not a model")
    with pytest.raises(WasmindError, match=r"broken\.onnx") as info:
        wasmind.compile(broken, tmp_path / "out.wasm")
    assert info.value.code == "InvalidArgument"
    assert [p.name for p in tmp_path.iterdir()] == ["broken.onnx"]
