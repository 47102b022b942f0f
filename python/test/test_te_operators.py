"""Operators of one's own from wasmind.te: built, loaded and called."""
import numpy as np
import pytest
import wasmind
from models.numerics import near
from wasmind import te


def test_operators_of_the_library_by_name(tmp_path):
    te.build(te.library("Neg", "Softmax"), tmp_path / "ops.wasm")
    library = wasmind.OperatorLibrary.load(tmp_path / "ops.wasm")
    assert {each.name for each in library.operators} == {"Neg", "Softmax"} and len(te.library()) > 50
    np.testing.assert_array_equal(library.call("Neg", np.arange(3, dtype=np.int16)), np.array([0, -1, -2], np.int16))
    with pytest.raises(wasmind.WasmindError, match=r"no operator is called 'Softmaks'; nearest: .*Softmax"):
        te.library("Softmaks")


def test_elementwise_with_an_attribute(tmp_path):
    lerp = te.operator("Lerp", lambda a, b, weight: a + weight * (b - a), dtypes=["float32", "float64"], attributes={"weight": 0.5})
    te.build([lerp], tmp_path / "ops.wasm")
    library = wasmind.OperatorLibrary.load(tmp_path / "ops.wasm")
    for dtype in (np.float32, np.float64):
        a, b = np.array([[0], [10]], dtype), np.array([4, 8], dtype)
        assert library.call("Lerp", a, b).tolist() == [[2, 4], [7, 9]]
        assert library.call("Lerp", a, b, weight=0.25).tolist() == [[1, 2], [8.5, 9.5]]


def test_result_of_another_type(tmp_path):
    te.build([te.operator("IsBig", lambda a: a > 3, dtypes=["int32"])], tmp_path / "ops.wasm")
    result = wasmind.OperatorLibrary.load(tmp_path / "ops.wasm").call("IsBig", np.arange(6, dtype=np.int32))
    assert result.dtype == bool and result.tolist() == [False] * 4 + [True] * 2


def test_tensors_of_fixed_rank(tmp_path):
    m, n, d = te.var("m"), te.var("n"), te.var("d")
    a, b = te.placeholder((m, d), name="a"), te.placeholder((n, d), name="b")
    k = te.reduce_axis(d)
    distances = te.compute((m, n), lambda i, j: te.sum((a[i, k] - b[j, k]) * (a[i, k] - b[j, k]), axis=k), name="distances")
    te.build([te.operator("Distances", [a, b, distances])], tmp_path / "ops.wasm", archive=tmp_path / "libops.a", objects=tmp_path / "objects")
    assert (tmp_path / "libops.a").read_bytes().startswith(b"!<arch>") and (tmp_path / "objects/distances.o").exists()
    library = wasmind.OperatorLibrary.load(tmp_path / "ops.wasm")
    random = np.random.default_rng(1)
    for shape in [(3, 4, 5), (1, 1, 1), (17, 9, 33), (2, 0, 3), (2, 3, 0)]:
        x, y = (random.standard_normal((rows, shape[2])).astype(np.float32) for rows in shape[:2])
        near(library.call("Distances", x, y), ((x[:, None] - y[None]) ** 2).sum(-1))
    with pytest.raises(wasmind.WasmindError, match="axis 1 must be 5"):
        library.call("Distances", np.zeros((2, 5), np.float32), np.zeros((2, 4), np.float32))


@pytest.mark.parametrize("make,text", [
    (lambda: te.operator("X", lambda weight, a: a, attributes={"weight": 1}), "its parameters must be its inputs"),
    (lambda: te.operator("X", [te.placeholder((3,), name="a")]), "none of its tensors is computed"),
    (lambda: te.build([te.operator("X", lambda a: a)]), "nothing to write"),
    (lambda: te.build([te.operator("X", lambda a: a + 1.5, dtypes=["int32"])], "x.wasm"), "1.5"),
])
def test_wrong_definitions_say_why(make, text, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(wasmind.WasmindError, match=text):
        make()
    assert list(tmp_path.iterdir()) == []


def test_exceptions_of_a_formula_reach_the_caller(tmp_path):
    with pytest.raises(ZeroDivisionError):
        te.build([te.operator("X", lambda a: a + 1 // 0)], tmp_path / "x.wasm")
