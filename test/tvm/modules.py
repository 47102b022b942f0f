"""python modules.py OURS LINKED MODEL KERNELS: libraries as modules of TVM's FFI, in TVM's virtual environment; prints the
names of the checks that passed, and why others did not, as JSON. OURS has all operators, LINKED Add and TVM's kernels of
KERNELS (kernels.json), MODEL is a model."""
import json
import pathlib
import sys
import threading
import traceback

import numpy as np
import tvm_ffi
import wasmind.tvm
from reference import example, expected

sys.path.append(str(pathlib.Path(__file__).resolve().parents[1]))
from models.numerics import check, near

OURS, LINKED, MODEL, KERNELS = sys.argv[1:]
random = np.random.default_rng(3)
module = tvm_ffi.load_module(OURS)


def normal(*shape):
    return random.normal(0, 1, shape).astype(np.float32)


def array(result):
    return np.from_dlpack(result)


def refused(kind, text, call):
    try:
        call()
    except kind as error:
        assert type(error) is kind and text in str(error), repr(error)
    else:
        raise AssertionError(f"nothing was refused; {kind.__name__} with '{text}' was expected")


def is_a_module():
    assert isinstance(module, tvm_ffi.Module) and module.kind == "wasmind" and module.is_runnable()
    assert module.implements_function("Add") and not module.implements_function("add")
    refused(AttributeError, "Subtract", lambda: module.Subtract)
    operators = json.loads(module.inspect_source())["library"]["operators"]
    assert {"Add", "Softmax", "TopK"} <= {each["name"] for each in operators}


def writes_into_its_last_argument():
    a, b, out = normal(2, 3), normal(3), np.zeros((2, 3), np.float32)
    assert module["Add"](a, b, out) is None
    assert np.array_equal(out, a + b)
    module.Add(*(tvm_ffi.from_dlpack(each) for each in (a, a, out)))
    assert np.array_equal(out, a + a)
    module.Mul(out, out, out)  # in place
    assert np.array_equal(out, (a + a) ** 2)


def makes_results():
    a, b = normal(4, 5), normal(5)
    result = module.Sub(a, b)
    assert isinstance(result, tvm_ffi.Tensor) and result.shape == (4, 5)
    assert np.array_equal(array(result), a - b)
    assert np.array_equal(array(module.Add(result, module.Neg(result))), np.zeros((4, 5)))


def takes_every_element_type():
    for dtype in ("float32", "int32", "int8", "float16", "float64", "int64", "uint8", "int16"):
        a, b = (random.integers(0, 50, (3, 7)).astype(dtype) for _ in range(2))
        assert np.array_equal(array(module.Add(a, b)), a + b), dtype
    a, b = random.integers(0, 2, (2, 9)).astype(bool)
    assert np.array_equal(array(module.LogicalAnd(a, b)), a & b)
    out = np.zeros(9, bool)
    module.Equal(a, b, out)
    assert np.array_equal(out, a == b)


def takes_attributes_and_their_defaults():
    x = normal(3, 4)
    for axis in (0, 1, -1, None):
        e = np.exp(x.astype(np.float64) - x.max(axis=1 if axis is None else axis, keepdims=True))
        wanted = e / e.sum(axis=1 if axis is None else axis, keepdims=True)
        out = np.zeros_like(x)
        module.Softmax(x, *(() if axis is None else (axis,)), out)
        near(out, wanted)
        near(array(module.Softmax(x, *(() if axis is None else (axis,)))), wanted)
    near(array(module.LeakyReLU(x, 0.25)), np.where(x < 0, x * 0.25, x))
    assert np.array_equal(array(module.ReduceMax(x, 0, True)), x.max(axis=0, keepdims=True))
    assert np.array_equal(array(module.Add(x, 2.0)), x + np.float32(2))  # a number in place of a tensor


def several_outputs():
    x = normal(2, 9)
    order = np.argsort(-x, axis=1)[:, :3]
    values, indices = np.zeros((2, 3), np.float32), np.zeros((2, 3), np.int64)
    module.TopK(x, 3, values, indices)
    assert np.array_equal(indices, order) and np.array_equal(values, np.take_along_axis(x, order, axis=1))
    made = module.TopK(x, 3)
    assert len(made) == 2 and np.array_equal(array(made[1]), order)
    refused(TypeError, "output", lambda: module.TopK(x, 3, values))


def strided_tensors():
    a, b, out = normal(4, 6)[:, ::2], normal(3, 4).T, np.zeros((6, 8), np.float32)
    module.Sub(a, b, out[1:5, 1:7:2])
    wanted = np.zeros((6, 8), np.float32)
    wanted[1:5, 1:7:2] = a - b
    assert np.array_equal(out, wanted)
    a = normal(3, 5)
    near(array(module.MatMul(a.T, b.T)), a.T @ b.T)
    x = normal(2, 3, 4, 5).transpose(3, 1, 0, 2)
    assert np.array_equal(array(module.Neg(x)), -x)
    x = normal(5)[::-1]
    assert np.array_equal(array(module.Neg(x)), -x)


def shapes_at_the_edge():
    assert array(module.Add(np.float32(3).reshape(()), np.ones((), np.float32))) == 4
    empty = np.zeros((0, 3), np.float32)
    module.Add(empty, np.ones(3, np.float32), empty)
    assert module.Add(empty, np.ones(3, np.float32)).shape == (0, 3)
    assert np.array_equal(array(module.Add(np.ones((1,) * 8, np.float32), 1)), np.full((1,) * 8, 2))
    refused(ValueError, "rank 9", lambda: module.Add(np.ones((1,) * 9, np.float32), 1))


def errors_are_pythons():
    a, out = normal(2, 3), np.zeros((2, 3), np.float32)
    refused(ValueError, "(2, 3) and (4)", lambda: module.Add(a, normal(4), out))
    refused(ValueError, "output 0", lambda: module.Add(a, a, out[:1]))
    refused(ValueError, "axis", lambda: module.Softmax(a, 5, out))
    refused(ValueError, "takes an integer", lambda: module.Softmax(a, 1.5, out))
    refused(TypeError, "not built for (f32, i32)", lambda: module.Add(a, a.astype(np.int32), out))
    refused(TypeError, "element type i32", lambda: module.Add(a, a, out.astype(np.int32)))
    refused(TypeError, "takes 2 tensors", lambda: module.Add(out))
    refused(TypeError, "neither a tensor nor a number", lambda: module.Add(a, "text", out))
    refused(TypeError, "64 bits", lambda: module.Add(a, a.astype(np.complex64), out))
    refused(MemoryError, "over 2 GiB", lambda: module.BroadcastTo(a[:1, :1], np.array([1 << 16, 1 << 16], np.int64)))
    module.Add(a, a, out)  # usable as before
    assert np.array_equal(out, a + a)


def files_are_refused():
    refused(RuntimeError, "nowhere.wasm", lambda: tvm_ffi.load_module("nowhere.wasm"))
    refused(RuntimeError, "model", lambda: tvm_ffi.load_module(MODEL))
    refused(RuntimeError, "modules.py.wasm", lambda: tvm_ffi.load_module(str(pathlib.Path(OURS).parent / "modules.py.wasm")))


def memory_comes_back():
    """Each of these loops passes more bytes than a 32-bit memory can hold."""
    a, out = np.ones((512, 1024), np.float32), np.zeros((512, 1024), np.float32)
    for _ in range(2100):
        result = module.Add(a, a)
    assert array(result)[0, 0] == 2
    for _ in range(2100):
        module.Add(a[:, ::2], a[:, ::2], out[:, ::2])
    assert out[0, 0] == 2 and out[0, 1] == 0
    for _ in range(2100):
        refused(ValueError, "shapes differ", lambda: module.Add(a[:, ::2], a))


def many_calls():
    x, out = np.arange(4, dtype=np.float32), np.zeros(4, np.float32)
    add = module.Add
    for _ in range(50_000):
        add(out, x, out)
    assert np.array_equal(out, 50_000 * x)


def threads_take_turns():
    failures = []

    def work(seed):
        own = np.random.default_rng(seed)
        for _ in range(300):
            a = own.normal(0, 1, (own.integers(1, 50), 40)).astype(np.float32)
            if not np.array_equal(array(module.Add(a, a)), a + a):
                failures.append(seed)
    workers = [threading.Thread(target=work, args=(seed,)) for seed in range(4)]
    for each in workers:
        each.start()
    for each in workers:
        each.join()
    assert not failures


def modules_are_apart():
    other = tvm_ffi.load_module(LINKED, keep_module_alive=False)
    again = tvm_ffi.load_module(OURS, keep_module_alive=False)
    x = normal(8)
    result, function = again.Add(x, other.Add(x, x)), again.Mul
    del other, again  # results and functions keep what they need
    assert np.array_equal(array(result), x + (x + x))
    assert np.array_equal(array(function(x, result)), x * array(result))
    refused(AttributeError, "Softmax", lambda: tvm_ffi.load_module(LINKED).Softmax)


def kernels_of_tvm():
    linked = tvm_ffi.load_module(LINKED)
    for name, kernel in json.loads(pathlib.Path(KERNELS).read_text()).items():
        for _ in range(3):
            inputs, output = example(name, kernel["arguments"], random)
            reference, before = expected(name, [each.copy() for each in inputs]), [each.copy() for each in inputs]
            linked[name](*inputs, *([] if output is inputs[0] else [output]))
            check(output, reference.astype(output.dtype), name)
            assert all(np.array_equal(*pair) for pair in zip(inputs, before) if pair[0] is not output), name
    x = normal(8)
    refused(ValueError, "B.shape[0]", lambda: linked.tvm_add_f32(x, normal(9), np.zeros_like(x)))
    refused(TypeError, "B.dtype", lambda: linked.tvm_add_f32(x, x.astype(np.int32), np.zeros_like(x)))
    wide = np.zeros(16, np.float32)
    linked.tvm_add_f32(x, x, wide[::2])
    assert np.array_equal(wide[::2], x + x) and not wide[1::2].any()
    a = np.ones(1 << 20, np.float32)
    for _ in range(400):  # twelve megabytes each
        linked.tvm_add_f32(a, a, a)
        a[:] = 1


def global_functions():
    names = wasmind.tvm.register(module, "test.")
    assert "test.Add" in names and len(names) == len(set(names))
    x = normal(3)
    assert np.array_equal(array(tvm_ffi.get_global_func("test.Add")(tvm_ffi.from_dlpack(x), tvm_ffi.from_dlpack(x))), x + x)
    assert "wasmind.Add" in wasmind.tvm.register(LINKED)


CHECKS = [is_a_module, writes_into_its_last_argument, makes_results, takes_every_element_type, takes_attributes_and_their_defaults,
          several_outputs, strided_tensors, shapes_at_the_edge, errors_are_pythons, files_are_refused, memory_comes_back, many_calls,
          threads_take_turns, modules_are_apart, kernels_of_tvm, global_functions]
failures = {}
for each in CHECKS:
    try:
        each()
    except Exception:
        failures[each.__name__] = traceback.format_exc()
print(json.dumps({"passed": [each.__name__ for each in CHECKS if each.__name__ not in failures], "failures": failures}))
