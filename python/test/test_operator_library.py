"""Operator libraries: the golden one on every case that all hosts share, and one that the tool builds."""

import contextlib
import gc
import pathlib
import re
import subprocess
import threading

import numpy as np
import pytest

import wasmind
from models.numerics import near
from wasmind import OperatorLibrary, WasmindError

TOOL = pathlib.Path(__file__).resolve().parents[2] / "build/bin/wasmind"
OPERATORS = "add,div,softmax,layernorm,logicalnot,select,equal,reducesum,concat,matmul"


@contextlib.contextmanager
def fails(code, text=None):
    """Expects a WasmindError with this code and text."""
    with pytest.raises(WasmindError, match=text and re.escape(text)) as info:
        yield
    assert info.value.code == code, info.value
    assert "\n" not in str(info.value)


@pytest.fixture(scope="module")
def module(tmp_path_factory):
    """Path of a library made by the compiler."""
    path = tmp_path_factory.mktemp("library") / "wasm_ops.wasm"
    if not TOOL.exists():
        pytest.skip("the compiler is not built (make build)")
    subprocess.run([TOOL, "operators", "build", f"--ops={OPERATORS}", "-o", path], check=True, capture_output=True)
    return path


@pytest.fixture
def library(module):
    return OperatorLibrary.load(module)


@pytest.fixture
def golden(vectors):
    return OperatorLibrary.load(vectors / "library.wasm")


A, B = np.arange(4, dtype="f4"), np.full(4, 10, "f4")


# --- the cases that all hosts share

def value_of(entry, library=None, numpys=False):
    """An argument of a case; bf16 travels as a tensor of the library, as numpy has no such type. `numpys`: numbers are numpy's,
    which makes a difference among inputs only."""
    if not isinstance(entry, dict):
        return np.bool_(entry) if numpys and isinstance(entry, bool) else entry
    if "number" in entry:
        return np.float64(entry["number"]) if numpys else float(entry["number"])
    if "integer" in entry:
        value = int(entry["integer"])
        return np.array(value)[()] if numpys and -2**63 <= value < 2**64 else value
    dtype = np.dtype(wasmind.tensor.numpy_type(entry["dtype"]))
    array = np.frombuffer(bytes.fromhex(entry["bytes"]), dtype).reshape(entry["shape"])
    if library is None or array.ndim > 8:
        return array.copy()
    tensor = library.tensor(entry["dtype"], array.shape)
    tensor.numpy()[...] = array
    return tensor.strided(**entry["strided"]) if "strided" in entry else tensor


@pytest.mark.parametrize("in_guest", [False, True])
def test_every_vector(vectors, libraries, in_guest):
    assert any(vector["accept"] for vector in libraries) and any(not vector["accept"] for vector in libraries)
    for vector in libraries:
        path = vectors / vector["file"]
        if not vector["accept"]:
            with fails(vector["status"]):
                OperatorLibrary.load(path)
            continue
        for case in vector["cases"]:
            if in_guest and "maxMemoryBytes" in case:
                continue
            library = OperatorLibrary.load(path, time_limit_ms=case.get("timeLimitMs", 0),
                                           max_memory_bytes=case.get("maxMemoryBytes", 0))
            place = library if in_guest or "bf16" in str(case) or "strided" in str(case) else None

            def call():
                arguments = [value_of(entry, place) for entry in case["arguments"]]
                out = tuple(value_of(entry, place) for entry in case["given"]) if "given" in case else None
                attributes = {name: value_of(entry, None, in_guest) for name, entry in case.get("attributes", {}).items()}
                return library.call(case["operator"], *arguments, out=out, **attributes)

            if "status" in case:
                with fails(case["status"], case["text"]):
                    call()
                continue
            results = call()
            results = results if isinstance(results, tuple) else (results,)
            assert len(results) == len(case["results"])
            for result, expected in zip(results, case["results"], strict=True):
                array = result.numpy() if isinstance(result, wasmind.GuestTensor) else result
                assert list(array.shape) == expected["shape"], case
                assert array.dtype == wasmind.tensor.numpy_type(expected["dtype"])
                assert array.tobytes().hex() == expected["bytes"], case


# --- calls

def test_lists_operators(library):
    softmax = next(each for each in library.operators if each.name == "Softmax")
    assert softmax.inputs == ("a",) and softmax.outputs == ("out",) and softmax.origin == "wasmind"
    assert softmax.attributes == (wasmind.Attribute("axis", "i64", -1),)
    assert (("f32",), ("f32",)) in softmax.variants
    assert "Add" in repr(library)


def test_calls_by_name_with_broadcasting(library):
    np.testing.assert_array_equal(library.call("Add", A, B), A + B)
    column, row = np.arange(3, dtype="i8")[:, None], np.arange(5, dtype="i8")
    result = library.call("Add", column, row)
    assert result.dtype == np.int64 and result.flags.writeable
    np.testing.assert_array_equal(result, column + row)


@pytest.mark.parametrize("dtype", ["f4", "f8", "f2", "i1", "u1", "i2", "i4", "i8"])
def test_element_types(library, dtype):
    a, b = np.array([[7, 8, 9]], dtype), np.array([[2], [3]], dtype)
    result = library.call("Add", a, b)
    assert result.dtype == a.dtype
    np.testing.assert_array_equal(result, a + b)
    assert library.call("Equal", a, b).dtype == np.bool_


def test_numbers_take_the_type_that_is_left(library):
    result = library.call("Add", A.astype("f2"), 2)
    assert result.dtype == np.float16
    np.testing.assert_array_equal(library.call("Add", 1.5, A), A + 1.5)
    np.testing.assert_array_equal(library.call("Select", np.array([True, False]), 1.5, np.array([1, 2], "f8")), [1.5, 2])
    with fails("InvalidArgument", "'b': 1.5 does not fit element type i32"):
        library.call("Add", A.astype("i4"), 1.5)
    with fails("InvalidArgument", "'b': 9223372036854775808 does not fit element type i64"):
        library.call("Add", A.astype("i8"), 2**63)
    with fails("InvalidArgument", "needs a tensor"):
        library.call("Add", 1, 2)
    with fails("InvalidArgument", "'b': true does not fit element type f32"):
        library.call("Add", A, True)
    # numpy's scalars have their own, as in numpy (NEP 50)
    assert library.call("Add", np.float32(1), np.float32(2)).dtype == np.float32
    with fails("InvalidArgument", "Add: not built for (f32, f64)"):
        library.call("Add", A, np.float64(2))


def test_attributes(library):
    x = np.random.default_rng(0).normal(size=(3, 4)).astype("f4")
    for axis in (0, 1, -1, np.int64(0)):
        e = np.exp(x - x.max(axis, keepdims=True))
        near(library.call("Softmax", x, axis=axis), e / e.sum(axis, keepdims=True))
    np.testing.assert_array_equal(library.call("Softmax", x, 0), library.call("Softmax", x, axis=0))
    assert library.call("ReduceSum", x, [1], keepdims=True).shape == (3, 1)


def test_a_variadic_operator_takes_any_number_of_tensors(library):
    concat = next(each for each in library.operators if each.name == "Concat")
    assert concat.variadic and concat.inputs == ("a", "b") and not library.operators[0].variadic
    for count in range(2, 11):
        parts = [np.full((2, n), n, "f4") for n in range(count)]
        np.testing.assert_array_equal(library.call("Concat", *parts, axis=1), np.concatenate(parts, 1))
        np.testing.assert_array_equal(library.call("Concat", *parts, -1), np.concatenate(parts, 1))
    with fails("InvalidArgument", "Concat: 11 tensors where it takes up to 10"):
        library.call("Concat", *[A] * 11)
    with fails("InvalidArgument", "Concat: 1 argument where it takes 2 tensors: a, b"):
        library.call("Concat", A)
    with fails("InvalidArgument", "Concat: not built for (f32, f32, i32)"):
        library.call("Concat", A, A, A.astype("i4"))
    with fails("InvalidArgument", "Concat: attribute 'axis' is given twice"):
        library.call("Concat", A, A, A, 0, axis=0)
    out = np.empty((6, 2), "f4")
    row = np.ones((2, 2), "f4")
    assert library.call("Concat", row, row, row, out=out) is out and (out == 1).all()


def test_lists_are_tensors_of_i64(library):
    x = np.random.default_rng(0).normal(size=(3, 4)).astype("f4")
    assert library.call("ReduceSum", x, (0, -1)).shape == ()
    assert library.call("ReduceSum", x, ()).shape == ()
    np.testing.assert_array_equal(library.call("ReduceSum", x, -1), library.call("ReduceSum", x, [1]))
    with fails("InvalidArgument", "ReduceSum: axes (2) do not name axes of shape (3, 4) once each"):
        library.call("ReduceSum", x, [2])


def test_strided_empty_and_scalar(library):
    matrix = np.arange(12, dtype="f4").reshape(3, 4)
    np.testing.assert_array_equal(library.call("Add", matrix.T, matrix.T[::-1]), matrix.T + matrix.T[::-1])
    assert library.call("Add", np.zeros((0, 3), "f4"), np.zeros(3, "f4")).shape == (0, 3)
    assert library.call("Add", np.float32(1), np.array(2, "f4")).shape == ()
    np.testing.assert_array_equal(library.call("Add", A.tolist(), np.arange(4.0)), np.arange(4) * 2)


def test_out(library):
    out = np.zeros(4, "f4")
    assert library.call("Add", A, B, out=out) is out
    np.testing.assert_array_equal(out, A + B)
    matrix = np.zeros((4, 2), "f4")
    library.call("Add", A, B, out=matrix[:, 1])
    np.testing.assert_array_equal(matrix, np.stack([np.zeros(4), A + B], 1))
    with fails("InvalidArgument", "output 'out' has element type f64, the result has f32"):
        library.call("Add", A, B, out=np.zeros(4))
    with fails("InvalidArgument", "Add: output 0 has shape (3), the result (4)"):
        library.call("Add", A, B, out=np.zeros(3, "f4"))
    frozen = np.zeros(4, "f4")
    frozen.flags.writeable = False
    with fails("InvalidArgument", "not writeable"):
        library.call("Add", A, B, out=frozen)


class DLPackOnly:
    """An array of some other package."""

    def __init__(self, array):
        self.array = array

    def __dlpack__(self, **arguments):
        return self.array.__dlpack__(**arguments)

    def __dlpack_device__(self):
        return self.array.__dlpack_device__()


class ArrayOnly:
    def __array__(self, dtype=None, copy=None):
        return A


def test_takes_what_speaks_an_array_protocol(library, golden):
    for given in (DLPackOnly(A.copy()), DLPackOnly(np.repeat(A, 2)[::2]), ArrayOnly()):
        np.testing.assert_array_equal(library.call("Add", given, B), A + B)
    other = golden.instantiate().tensor("bf16", 4)  # a type that numpy lacks
    other.numpy()[:] = [1, 2, 3, 0x4080]
    assert golden.call("Copy", DLPackOnly(other)).tolist() == [1, 2, 3, 0x4080]
    with fails("InvalidArgument", "Add: not built for (bf16, bf16)"):
        library.call("Add", DLPackOnly(other), DLPackOnly(other))
    with fails("InvalidArgument", "Add: "):
        library.call("Add", DLPackOnly(np.zeros(2, "c8")), 1)
    for wrong in (np.array(["text"]), np.array([1j]), np.array([object()]), "text", A.astype(">f4")):
        with fails("InvalidArgument"):
            library.call("Add", wrong, wrong)


# --- refusals

def test_refusals_name_the_culprit(library):
    with fails("InvalidArgument", "no operator 'Ad'; the nearest is 'Add'"):
        library.call("Ad", A, B)
    with fails("InvalidArgument", "Add: not built for (u16, u16); built for (f32, f32), "):
        library.call("Add", A.astype("u2"), A.astype("u2"))
    with fails("InvalidArgument", "Add: shapes differ in axis 0: (4) and (3)"):
        library.call("Add", A, B[:3])
    with fails("InvalidArgument", "Add: 1 argument where it takes 2 tensors: a, b"):
        library.call("Add", A)
    with fails("InvalidArgument", "Softmax: no attribute 'axes'; it has axis"):
        library.call("Softmax", A, axes=0)
    with fails("InvalidArgument", "Softmax: attribute 'axis' is 0.5, it takes an integer"):
        library.call("Softmax", A, axis=0.5)
    with fails("InvalidArgument", "Softmax: axis 3"):
        library.call("Softmax", A, axis=3)


def test_models_and_libraries_are_told(vectors, module):
    with fails("Unsupported", "load it with OperatorLibrary"):
        wasmind.load(module)
    with fails("Unsupported", "load it with Model"):
        OperatorLibrary.load(vectors / "add.wasm")
    with fails("Io"):
        OperatorLibrary.load("nowhere.wasm")


def test_memory_limit_is_no_end(module):
    library = OperatorLibrary.load(module.read_bytes(), max_memory_bytes=1 << 20)
    with fails("Limit", "out of memory"):
        library.call("Add", np.zeros(1 << 20, "f4"), 1)
    with fails("Limit"):
        library.tensor("f64", (1 << 30, 1 << 30))
    with fails("Limit"):  # the output does not fit any more
        library.call("Add", np.zeros((400, 1), "f4"), np.zeros(1000, "f4"))
    np.testing.assert_array_equal(library.call("Add", A, B), A + B)


def test_trap_ends_the_library(golden):
    with fails("Trap"):
        golden.call("Trap", A)
    with fails("InvalidArgument", "cannot be used again"):
        golden.call("Copy", A)


# --- tensors in the library's memory

def test_guest_tensors_are_used_in_place(library):
    x, y, out = (library.tensor("f32", (4,)) for _ in range(3))
    x.numpy()[:], y.numpy()[:] = A, B
    assert np.shares_memory(x.numpy(), x.numpy())
    assert library.call("Add", x, y, out=out) is out
    np.testing.assert_array_equal(out.numpy(), A + B)
    made = library.call("Add", x, 1)
    assert isinstance(made, wasmind.GuestTensor) and made.dtype == "f32" and made.shape == (4,)
    np.testing.assert_array_equal(np.asarray(made), A + 1)
    library.call("Add", x, y, out=x)
    np.testing.assert_array_equal(x.numpy(), A + B)
    array = np.zeros(4, "f4")
    assert library.call("Add", x, y, out=array) is array


def test_views_survive_growth_and_owners(library):
    x = library.tensor(np.float32, 4)
    view = x.numpy()
    view[:] = A
    before = library.memory_bytes
    large = library.tensor("u8", (16 << 20,))
    assert library.memory_bytes > before
    large.numpy()[-1] = 1
    np.testing.assert_array_equal(view, A)
    np.testing.assert_array_equal(library.call("Add", x, 1).numpy(), A + 1)
    del x, large, library
    gc.collect()
    np.testing.assert_array_equal(view, A)


def test_memory_is_given_back(library):
    data, steady = np.zeros(1 << 20, "f4"), 0
    for round in range(20):
        library.call("Add", data, 1)
        library.tensor("f32", (1 << 20,)).free()
        with library.tensor("f32", (1 << 20,)) as tensor:
            tensor.numpy()[0] = 1
        steady = library.memory_bytes if round == 3 else steady
    assert library.memory_bytes == steady


def test_dlpack_shares_the_elements(library):
    x = library.tensor("f32", (2, 3))
    view = np.from_dlpack(x)
    view[...] = np.arange(6).reshape(2, 3)
    assert x.__dlpack_device__() == (1, 0) and np.shares_memory(view, x.numpy())
    np.testing.assert_array_equal(library.call("Add", x, 1).numpy(), view + 1)
    turned = np.from_dlpack(x.transposed())
    assert turned.strides == (4, 12) and np.shares_memory(view, turned)
    with pytest.raises(BufferError):
        x.__dlpack__(copy=True)
    with pytest.raises(BufferError):
        x.__dlpack__(dl_device=(2, 0))
    library.tensor("u8", 64 << 20)  # grows the memory
    np.testing.assert_array_equal(view, np.arange(6).reshape(2, 3))
    del x, turned, library
    gc.collect()
    np.testing.assert_array_equal(view, np.arange(6).reshape(2, 3))


def test_views_hold_the_memory_of_a_freed_tensor(library):
    x = library.tensor("f32", 1 << 10)
    views = [x.numpy(), np.from_dlpack(x), np.from_dlpack(x.transposed())]
    views[0][:] = 7
    with x:
        pass
    for use in (x.__dlpack__, x.__dlpack_device__, x.numpy, x.transposed):
        with fails("InvalidArgument", "was freed"):
            use()
    while views:
        other = library.tensor("f32", 1 << 10)
        other.numpy()[:] = 8
        assert (views.pop() == 7).all()
    steady = 0
    for round in range(20):  # and with the last view it goes back
        view = library.tensor("f32", 1 << 20).numpy()
        view[:] = round
        steady = library.memory_bytes if round == 3 else steady
    assert library.memory_bytes == steady


def test_strided_tensors_are_used_in_place(library):
    x, y = library.tensor("f32", (2, 3)), library.tensor("f32", (3, 2))
    x.numpy()[...] = np.arange(6).reshape(2, 3)
    y.numpy()[...] = 10
    expected = x.numpy().T + 10
    np.testing.assert_array_equal(library.call("Add", x.transposed(), y).numpy(), expected)
    np.testing.assert_array_equal(library.call("Add", x.transposed(1, 0), y).numpy(), expected)
    library.call("Add", x, 0, out=y.transposed())
    np.testing.assert_array_equal(y.numpy(), x.numpy().T)
    reverse = x.strided((6,), (-1,), 5)
    assert reverse.shape == (6,) and reverse.numpy().strides == (-4,)
    np.testing.assert_array_equal(reverse.numpy(), np.arange(6)[::-1])
    reverse.strided((2,), (3,), -3).numpy()[:] = 50  # of a strided one: elements 2 and 5
    np.testing.assert_array_equal(x.numpy().reshape(-1), [0, 1, 50, 3, 4, 50])
    with fails("InvalidArgument", "Add: output 0: elements overlap"):
        library.call("Add", x, 0, out=x.strided((2, 3), (0, 0)))
    for axes in ((0,), (0, 0), (0, 2)):
        with fails("InvalidArgument", "'transposed': no order of the 2 axes"):
            x.transposed(*axes)
    with fails("InvalidArgument", "as many strides as extents"):
        x.strided((2,), ())
    turned, before = x.transposed(), x.numpy().T.copy()
    x.free()
    large = library.tensor("f32", (2, 3))
    large.numpy()[...] = -1
    np.testing.assert_array_equal(turned.numpy(), before)


def test_instances_share_the_module_and_nothing_else(library, module):
    other = library.instantiate()
    assert other.operators is library.operators
    x = library.tensor("f32", 4)
    x.numpy()[:] = A
    with fails("InvalidArgument", "a tensor of another library"):
        other.call("Add", x, 1)
    before = other.memory_bytes
    library.tensor("u8", 32 << 20)
    assert other.memory_bytes == before
    np.testing.assert_array_equal(other.call("Add", A, B), A + B)
    limited = OperatorLibrary.load(module, max_memory_bytes=1 << 20).instantiate()
    with fails("Limit", "u8 tensor of shape [4194304]: out of memory: "):
        limited.tensor("u8", 4 << 20)


def test_freed_tensors_are_refused(library):
    x = library.tensor("f32", (4,))
    x.free()
    x.free()
    assert x.is_freed and "freed" in repr(x)
    for use in (x.numpy, lambda: x.shape, lambda: library.call("Add", x, 1)):
        with fails("InvalidArgument", "was freed"):
            use()


def test_tensor_types_and_shapes(library):
    for dtype in ("f32", "bool", "bf16", np.int64, np.dtype("u2"), "float32"):
        assert library.tensor(dtype, ()).shape == ()
    assert library.tensor("bool", (2, 0)).numpy().dtype == np.bool_
    for dtype, shape in (("f8x", (1,)), (np.complex64, (1,)), ("f32", (-1,)), ("f32", (1,) * 9)):
        with fails("InvalidArgument"):
            library.tensor(dtype, shape)


def test_tensors_of_another_library_are_refused(module, library):
    with fails("InvalidArgument", "another library"):
        library.call("Add", OperatorLibrary.load(module).tensor("f32", (4,)), 1)


# --- threads

def test_free_during_a_call_of_another_thread(library):
    stop = threading.Event()
    place = [library.tensor("f32", (50_000,))]

    def replace():
        while not stop.is_set():
            old, place[0] = place[0], library.tensor("f32", (50_000,))
            old.free()

    thread = threading.Thread(target=replace)
    thread.start()
    for _ in range(200):
        with contextlib.suppress(WasmindError):  # it may have been freed before the call
            assert library.call("Add", place[0], 1, out=np.empty(50_000, "f4")).shape == (50_000,)
    stop.set()
    thread.join()


def test_two_libraries_in_two_threads_and_one_in_two(module, library):
    problems = []

    def work(own, seed):
        try:
            for round in range(200):
                x = np.full(round % 50 + 1, seed, "i4")
                np.testing.assert_array_equal(own.call("Add", x, round), x + round)
        except Exception as problem:
            problems.append(problem)

    own = OperatorLibrary.load(module)
    threads = [threading.Thread(target=work, args=(each, seed)) for seed, each in enumerate([own, library, library])]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not problems
