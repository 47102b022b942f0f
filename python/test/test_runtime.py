"""Loading and running through the Python package."""

import contextlib
import gc
import re
import subprocess
import sys
import threading

import numpy as np
import pytest

import wasmind
from wasmind import WasmindError


@pytest.fixture
def add(vectors):
    return wasmind.load(vectors / "add.wasm")


@contextlib.contextmanager
def fails(code, text=None):
    """Expects a WasmindError with this code and text."""
    with pytest.raises(WasmindError, match=text and re.escape(text)) as info:
        yield
    assert info.value.code == code, info.value
    assert "\n" not in str(info.value)


A, B = np.arange(4, dtype="f4"), np.full(4, 10, "f4")


def test_runs_by_name_and_in_order(add):
    for inputs in ({"a": A, "b": B}, {"b": B, "a": A}, [A, B], (A.tolist(), B)):
        outputs = add.run(inputs)
        assert list(outputs) == ["sum"]
        assert outputs["sum"].dtype == np.float32
        np.testing.assert_array_equal(outputs["sum"], A + B)


def test_every_vector(vectors, index):
    """Accepted with the listed results, or refused with the listed code."""
    assert any(vector["accept"] for vector in index.values()) and any(not vector["accept"] for vector in index.values())
    for name, vector in index.items():
        path = vectors / vector["file"]
        if not vector["accept"]:
            with fails(vector["status"], vector.get("text")):
                wasmind.load(path).instantiate()
            continue
        for case in vector["cases"]:
            instance = wasmind.load(path, time_limit_ms=case.get("timeLimitMs", 0)).instantiate()
            for call in case.get("calls", [case]):
                run_call(instance, call, name)


def run_call(instance, case, name):
    if case.get("reset") is True:
        instance.reset()
    elif "reset" in case:
        with fails(case["reset"]):
            instance.reset()
    entry = case.get("entry")
    spec = next(f for f in instance.signature.functions if f.name == (entry or "run"))
    inputs = {t.name: np.array(given["values"], wasmind.tensor.numpy_type(t.dtype)).reshape(given["shape"])
              for t in spec.inputs if (given := case["inputs"].get(t.name))}
    if len(inputs) < len(spec.inputs):
        for label, array in inputs.items():
            instance.input(label, array.shape, entry=entry)[...] = array
        inputs = None
    if "status" in case:
        with fails(case["status"], case.get("text")):
            instance.run(inputs, entry=entry)
        return
    outputs = instance.run(inputs, entry=entry)
    for output, expected in case["outputs"].items():
        np.testing.assert_array_equal(outputs[output], expected["values"], err_msg=name)
        assert list(outputs[output].shape) == expected["shape"]


def test_loads_from_path_text_and_bytes(vectors):
    path = vectors / "add.wasm"
    for source in (path, str(path), path.read_bytes(), bytearray(path.read_bytes()), memoryview(path.read_bytes())):
        np.testing.assert_array_equal(wasmind.load(source).run([A, B])["sum"], A + B)


def test_signature_and_info(vectors):
    model = wasmind.load(vectors / "keep_positive.wasm")
    signature = model.signature
    assert signature.dims == (wasmind.Dim("n", 0, 16, False), wasmind.Dim("kept", 0, 16, True))
    assert signature.functions[0].inputs[0] == wasmind.TensorSpec("x", "f32", ("n",), 64)
    assert signature.memory_bytes == model.info.memory_bytes == 3 * 65536
    assert model.info.module_bytes == (vectors / "keep_positive.wasm").stat().st_size
    assert model.info.code_bytes > 0
    assert repr(model) == "<wasmind.Model run(x: f32['n']) -> positive: f32['kept']>"


def test_outputs_are_copies_and_views_on_request(add):
    instance = add.instantiate()
    copy = instance.run([A, B])["sum"]
    view = instance.run([A, B], copy=False)["sum"]
    instance.run([B, B])
    np.testing.assert_array_equal(copy, A + B)
    np.testing.assert_array_equal(view, B + B)
    assert copy.flags.writeable


def test_views_outlive_instance_and_model(vectors):
    view = wasmind.load(vectors / "add.wasm").instantiate().run([A, B], copy=False)["sum"]
    gc.collect()
    np.testing.assert_array_equal(view, A + B)


def test_input_views_are_filled_in_place(add):
    instance = add.instantiate()
    with fails("InvalidArgument", "input 'a' is missing"):
        instance.run()
    instance.input("a")[...] = 3
    with fails("InvalidArgument", "input 'b' is missing"):
        instance.run()
    instance.input("b")[...] = 4
    np.testing.assert_array_equal(instance.run()["sum"], [7, 7, 7, 7])
    np.testing.assert_array_equal(instance.run({"b": B})["sum"], [13, 13, 13, 13])


def test_named_extents(vectors):
    model = wasmind.load(vectors / "shared_dim.wasm")
    np.testing.assert_array_equal(model.run([[1.0, 2.0], [3.0, 4.0]])["sum"], [4, 6])
    assert model.run([np.zeros(0, "f4")] * 2)["sum"].shape == (0,)
    with fails("InvalidArgument", "'n'"):
        model.run([np.zeros(2, "f4"), np.zeros(3, "f4")])
    with fails("InvalidArgument", "17"):
        model.run([np.zeros(17, "f4")] * 2)
    instance = model.instantiate()
    with fails("InvalidArgument", "pass the extents"):
        instance.input("a")
    instance.input("a", [2])[...] = 1
    np.testing.assert_array_equal(instance.run({"b": np.float32([1, 2])})["sum"], [2, 3])


def test_layouts_that_are_not_dense_are_copied(add):
    strided, reversed_ = np.arange(8, dtype="f4")[::2], np.arange(4, dtype="f4")[::-1]
    np.testing.assert_array_equal(add.run([strided, reversed_])["sum"], strided + reversed_)
    frozen = A.copy()
    frozen.flags.writeable = False
    np.testing.assert_array_equal(add.run([frozen, B])["sum"], A + B)


def test_scalars(vectors):
    model = wasmind.load(vectors / "scalar.wasm")
    for value in (41, np.int64(41), np.array(41)):
        result = model.run([value])["next"]
        assert result.shape == () and result == 42 and result.dtype == np.int64


def test_wrong_inputs_are_named(add):
    with fails("InvalidArgument", "input 'a': an array of float64, element type f32 needs float32"):
        add.run([A.astype("f8"), B])
    with fails("InvalidArgument", "input 'a': an array of >f4"):
        add.run([A.astype(">f4"), B])
    with fails("InvalidArgument", "no input 'c'; the model's inputs are 'a', 'b'"):
        add.run({"c": A})
    with fails("InvalidArgument", "1 inputs, the model has 2"):
        add.run([A])
    with fails("InvalidArgument", "input 'b' is missing"):
        add.run({"a": A})
    with fails("InvalidArgument", "input 'a'"):
        add.run(["text", B])
    with fails("InvalidArgument", "rank 2"):
        add.run([A.reshape(2, 2), B])
    with fails("InvalidArgument", "no entry 'main'; it has 'run'"):
        add.run([A, B], entry="main")


def test_dlpack(add):
    class Exporter:
        def __dlpack__(self, **options):
            return A.__dlpack__(**options)

        def __dlpack_device__(self):
            return A.__dlpack_device__()

    np.testing.assert_array_equal(add.run([Exporter(), B])["sum"], A + B)


def test_a_stopped_instance_is_replaced_by_the_model(vectors):
    model = wasmind.load(vectors / "traps.wasm")
    instance = model.instantiate()
    with fails("Trap"):
        instance.run([A, B])
    with fails("InvalidArgument"):
        instance.run([A, B])
    for _ in range(2):
        with fails("Trap"):
            model.run([A, B])


def test_limits_and_files(vectors):
    with fails("Limit"):
        wasmind.load(vectors / "add.wasm", max_memory_bytes=65536)
    with fails("Limit"):
        wasmind.load(vectors / "add.wasm", max_module_bytes=10)
    for load, file in ((wasmind.load, "add.wasm"), (wasmind.OperatorLibrary.load, "library.wasm")):
        with fails("Limit", "over the limit of 10"):
            load(vectors / file, max_code_bytes=10, cache=False)
        load(vectors / file, max_code_bytes=100_000, cache=False)
    with fails("Io", "none.wasm"):
        wasmind.load(vectors / "none.wasm")
    with fails("Io"):
        wasmind.load((vectors / "external_weights.wasm").read_bytes())
    model = wasmind.load((vectors / "external_weights.wasm").read_bytes(), weights_folder=vectors)
    np.testing.assert_array_equal(model.run([np.ones(4, "f4")])["y"], [1.5, 2.5, 3.5, 4.5])


def test_threads(vectors, tmp_path):
    model = wasmind.load(vectors / "add.wasm")
    failures = []

    def work(run, value):
        for i in range(300):
            given = np.full(4, value + i, "f4")
            if not np.array_equal(run([given, B])["sum"], given + B):
                failures.append(value)

    runs = [model.run, model.run, model.instantiate().run, model.instantiate().run]
    threads = [threading.Thread(target=work, args=(run, 1000.0 * i)) for i, run in enumerate(runs)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failures


def test_running_loads_no_compiler(vectors):
    script = ("import sys, wasmind; wasmind.load(sys.argv[1]).run([[0.0] * 4] * 2);"
              "assert 'wasmind_compiler' not in sys.modules;"
              "assert 'wasmind_compiler' not in open('/proc/self/maps').read()")
    subprocess.run([sys.executable, "-c", script, vectors / "add.wasm"], check=True)


@pytest.mark.parametrize("value, dtype", [([0.9], "i64"), (["3"], "i64"), ("3", "f32"), ([None], "f32"), (0.5, "u8"), ([300], "u8"), ([1j], "f32"), ([0.5], "bf16")])
def test_numbers_do_not_change(value, dtype):
    with pytest.raises(wasmind.WasmindError) as caught:
        wasmind.tensor.as_array(value, wasmind.TensorSpec("x", dtype, (1,), 8))
    assert caught.value.code == "InvalidArgument" and "'x'" in str(caught.value)


@pytest.mark.parametrize("value, dtype", [([1, 2], "f32"), ([True], "u8"), ([], "i64"), (3, "i64"), ([[0.5]], "f16"), ([2**64 - 1], "u64")])
def test_numbers_take_the_type_on(value, dtype):
    array = wasmind.tensor.as_array(value, wasmind.TensorSpec("x", dtype, (2,), 16))
    assert array.shape == np.shape(value) and array.tolist() == (value if np.ndim(value) else int(value))


def test_bfloat16_crosses_as_bits():
    ml_dtypes = pytest.importorskip("ml_dtypes")
    spec = wasmind.TensorSpec("x", "bf16", (2,), 4)
    array = np.array([1, 2], ml_dtypes.bfloat16)
    np.testing.assert_array_equal(wasmind.tensor.as_array(array, spec), [0x3F80, 0x4000])
