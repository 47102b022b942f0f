"""Kernels of the real TVM, linked with the guest: no import is left, results equal numpy's, TVM's errors come through.

A folder of calls, for call.mjs and call.py: calls.json is a list of {"module", "function", "arguments": [{"type", "shape",
"file"}]}; an engine writes <engine>.json, a list of {"status", "error", "grown"}, and the bytes of the last argument of call i
to <engine>-<i>.
"""
import json
import math
import os
import pathlib
import subprocess
import sys

import numpy as np
import pytest
import wasmind
from models import compiled, environment

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[1]
BUILD = pathlib.Path(os.environ.get("WASMIND_BUILD", ROOT / "build"))
sys.path.insert(0, str(ROOT / "runtime/guest/test"))
import library  # noqa: E402

TYPES = {"f32": np.float32, "i32": np.int32, "i8": np.int8}
ENGINES = ["node", "wasmtime"]
MODES = ["dso", "system_lib"]


def python():
    """The Python that has TVM."""
    try:
        return environment.interpreter("tvm", HERE / "requirements.txt", 1000)
    except environment.Unavailable as reason:
        pytest.skip(f"tvm is not available: {reason}")


@pytest.fixture(scope="session")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("tvm")


@pytest.fixture(scope="session")
def kernels(folder):
    """The objects, from the real TVM, and their index."""
    subprocess.run([python(), HERE / "kernels.py", folder], check=True, capture_output=True)
    return json.loads((folder / "kernels.json").read_text())


@pytest.fixture(scope="session")
def guest(folder):
    return library.guest_objects(folder / "guest")


@pytest.fixture(scope="session")
def application(folder):
    """The object with the packed function that tvm_callback_f32 calls."""
    return library.compile_sources([HERE / "callback.cpp"], folder)[0]


def link(inputs, exports, output, *more):
    library.run("wasm-ld-22", "--no-entry", "--strip-all", "--stack-first", "--fatal-warnings", "-z", "stack-size=65536",
                *[f"--export={e}" for e in [*library.CONTRACT, "_initialize", *exports]], *more, *inputs, "-o", output)
    return output


def imports(module):
    return [kind for kind, _ in library.sections(module.read_bytes()) if kind == 2]


def expected(name, inputs):
    """What the kernel should write, in the precision of the inputs or double."""
    x = inputs[0]
    wide = [i.astype(np.float64) if i.dtype == np.float32 else i for i in inputs]
    with np.errstate(over="ignore"):
        if name.startswith(("tvm_add", "tvm_sub", "tvm_mul")):
            return {"add": np.add, "sub": np.subtract, "mul": np.multiply}[name[4:7]](*inputs)
    if name == "tvm_softmax_f32":
        e = np.exp(wide[0] - wide[0].max(axis=1, keepdims=True))
        return e / e.sum(axis=1, keepdims=True)
    if name.startswith("tvm_matmul"):
        return wide[0] @ wide[1]
    if name == "tvm_conv2d_f32":
        padded = np.pad(wide[0], ((0, 0), (1, 1), (1, 1), (0, 0)))
        h = x.shape[1]
        return sum(padded[:, y:y + h, z:z + h] @ wide[1][y, z] for y in range(3) for z in range(3))
    if name == "tvm_workspace_f32":
        return wide[0][::-1, ::-1] * 2 + 1
    if name == "tvm_parallel_f32":
        return wide[0] + 1
    if name == "tvm_callback_f32":
        return wide[0] * 3
    return np.vectorize(getattr(math, name.split("_")[1]))(wide[0])


def example(name, arguments, random):
    """Inputs, and the array the kernel writes."""
    arrays = []
    for kind, shape in arguments:
        shape = [1003 if e == "n" else e for e in shape]
        dtype = TYPES[kind]
        values = random.random(shape) + 0.01 if name in ("tvm_log_f32", "tvm_callback_f32") else random.normal(0, 1, shape)
        if dtype != np.float32:
            values = random.integers(np.iinfo(dtype).min, np.iinfo(dtype).max, shape, endpoint=True)
        arrays.append(values.astype(dtype))
    if name == "tvm_callback_f32":
        return arrays, arrays[0]  # in place
    return arrays[:-1], np.zeros_like(arrays[-1])


class Calls:
    """Calls that are written down, run on both engines, and read again."""

    def __init__(self, folder):
        folder.mkdir()
        self.folder, self.calls, self.last = folder, [], []

    def add(self, module, function, arrays):
        arguments = []
        for i, array in enumerate(arrays):
            file = f"{len(self.calls)}.{i}"
            array.tofile(self.folder / file)
            kind = next(k for k, t in TYPES.items() if t == array.dtype)
            arguments.append({"type": kind, "shape": list(array.shape), "file": file})
        self.calls.append({"module": os.path.relpath(module, self.folder), "function": function, "arguments": arguments})
        self.last.append(arrays[-1])
        return len(self.calls) - 1

    def run(self):
        (self.folder / "calls.json").write_text(json.dumps(self.calls))
        subprocess.run([BUILD / "node/bin/node", HERE / "call.mjs", self.folder], check=True)
        subprocess.run([python(), HERE / "call.py", self.folder], check=True)
        self.results = {e: json.loads((self.folder / f"{e}.json").read_text()) for e in ENGINES}

    def result(self, engine, number):
        return self.results[engine][number]

    def array(self, engine, number):
        last = self.last[number]
        return np.fromfile(self.folder / f"{engine}-{number}", last.dtype).reshape(last.shape)


@pytest.fixture(scope="session")
def modules(folder, kernels, guest, application):
    """Per mode one library with all kernels: their weak symbols meet in it."""
    return {mode: link([*guest, application, *[folder / k["objects"][mode] for k in kernels.values()]],
                       [f"__tvm_ffi_{name}" for name in kernels], folder / f"all_{mode}.wasm") for mode in MODES}


@pytest.fixture(scope="session")
def runs(folder, kernels, modules):
    """Every kernel of both modes, twice in a row, and calls that the kernels refuse."""
    calls, numbers, random = Calls(folder / "runs"), {}, np.random.default_rng(4)
    for mode in MODES:
        for name, kernel in kernels.items():
            for repeat in range(2):
                inputs, output = example(name, kernel["arguments"], random)
                arrays = inputs if output is inputs[0] else [*inputs, output]
                numbers[mode, name, repeat] = calls.add(modules[mode], name, arrays), inputs
        x, y = np.ones(8, np.float32), np.ones(9, np.float32)
        refused = {"extent": ("tvm_add_f32", [x, y, x]), "type": ("tvm_add_f32", [x, x.astype(np.int32), x]),
                   "rank": ("tvm_add_f32", [x, x.reshape(2, 4), x]), "count": ("tvm_add_f32", [x, x]),
                   "fixed": ("tvm_softmax_f32", [np.ones((16, 999), np.float32)] * 2),
                   "callback": ("tvm_callback_f32", [np.full(16, -1, np.float32)])}
        for what, (name, arrays) in refused.items():
            numbers[mode, what] = calls.add(modules[mode], name, arrays)
    calls.run()
    return calls, numbers


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("mode", MODES)
def test_results_equal_numpy(kernels, runs, engine, mode):
    calls, numbers = runs
    wrong = []
    for name in kernels:
        for repeat in range(2):
            number, inputs = numbers[mode, name, repeat]
            result, array = calls.result(engine, number), calls.array(engine, number)
            if result["status"]:
                wrong.append(f"{name}: {result['error']}")
                continue
            reference = expected(name, inputs)
            if array.dtype != np.float32 or name.startswith(("tvm_add", "tvm_sub", "tvm_mul")):
                same = np.array_equal(array, reference)
            else:
                same = np.allclose(array, reference, rtol=1e-5, atol=1e-5 * max(1, np.abs(reference).max()))
            if not same:
                wrong.append(f"{name}: differs by {np.abs(array - reference).max()}")
            if repeat and result["grown"] > 65536 * 40:
                wrong.append(f"{name}: the memory grew by {result['grown']} bytes in the second call")
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("what, begin, part", [
    ("extent", "ValueError: ", "B.shape[0]"), ("type", "TypeError: ", "B.dtype"), ("rank", "ValueError: ", "B.ndim"),
    ("count", "TypeError: ", "argument"), ("fixed", "ValueError: ", "X.shape[1]"),
    ("callback", "ValueError: ", "test.scale does not like negative numbers"),
])
def test_errors_of_kernels_come_through(runs, engine, mode, what, begin, part):
    calls, numbers = runs
    result = calls.result(engine, numbers[mode, what])
    assert result["status"] == -1
    assert result["error"].startswith(begin) and part in result["error"], result["error"]


def test_every_object_links_alone_without_imports(folder, kernels, guest, application):
    for name, kernel in kernels.items():
        for mode, file in kernel["objects"].items():
            module = link([*guest, *([application] if "callback" in name else []), folder / file], [f"__tvm_ffi_{name}"], folder / "alone.wasm")
            assert not imports(module), f"{name}, {mode}"


def test_a_call_to_nobody_is_an_error(folder, kernels, guest):
    calls = Calls(folder / "nobody")
    for mode in MODES:
        module = link([*guest, folder / kernels["tvm_callback_f32"]["objects"][mode]], ["__tvm_ffi_tvm_callback_f32"], folder / f"nobody_{mode}.wasm")
        calls.add(module, "tvm_callback_f32", [np.ones(16, np.float32)])
    calls.run()
    for engine in ENGINES:
        for number in range(len(MODES)):
            result = calls.result(engine, number)
            assert result["status"] == -1
            assert result["error"].startswith("ValueError: no function is called 'test.scale'")


def test_archives_bring_the_runtime_along(folder, kernels, guest):
    """A strong definition in an archive does not replace a weak one by itself: something must refer to its member. The argument
    checks of a kernel do; a kernel without them needs -u of a *function* (the variables are defined already, so -u of one is idle)."""
    archive = folder / "libguest.a"
    archive.unlink(missing_ok=True)
    library.run("llvm-ar-22", "rcs", archive, *guest)
    objects = kernels["tvm_parallel_f32"]["objects"]
    calls, x = Calls(folder / "archive"), np.ones(1024, np.float32)
    forced = ("-u", "TVMBackendParallelLaunch")
    for mode, more in (("dso", ()), ("system_lib", ()), ("unchecked", forced)):
        module = link([folder / objects[mode], archive], ["__tvm_ffi_tvm_parallel_f32"], folder / f"archive_{mode}.wasm", *more)
        assert not imports(module)
        calls.add(module, "tvm_parallel_f32", [x, np.zeros_like(x)])
    calls.run()
    for engine in ENGINES:
        for number in range(3):
            assert calls.result(engine, number)["status"] == 0
            assert np.array_equal(calls.array(engine, number), x + 1)


@pytest.mark.parametrize("mode", MODES)
def test_kernels_are_operators_of_a_library(folder, kernels, application, mode):
    """`wasmind operators build --link`, then OperatorLibrary: results, and TVM's errors as ours."""
    links = [part for kernel in kernels.values() for part in ("--link", folder / kernel["objects"][mode])]
    module = folder / f"library_{mode}.wasm"
    result = compiled.tool("operators", "build", "--ops=add", "--dtypes=f32", *links, "--link", application, "-o", module)
    assert result.returncode == 0, result.stderr
    operators = wasmind.OperatorLibrary.load(module)
    assert {each.name for each in operators.operators if each.origin == "linked"} == set(kernels)
    random = np.random.default_rng(5)
    for name, kernel in kernels.items():
        inputs, output = example(name, kernel["arguments"], random)
        reference = expected(name, [array.copy() for array in inputs])
        given = inputs[:-1] if output is inputs[-1] else inputs
        operators.call(name, *given, out=output)
        np.testing.assert_allclose(output, reference, rtol=1e-5, atol=1e-5 * max(1, np.abs(reference).max()), err_msg=name)
    x = np.ones(8, np.float32)
    assert operators.call("Add", x, x).tolist() == [2] * 8
    with pytest.raises(wasmind.WasmindError, match=r"B\.shape\[0\]") as refused:
        operators.call("tvm_add_f32", x, np.ones(9, np.float32), out=np.zeros_like(x))
    assert refused.value.code == "InvalidArgument"


def test_operators_are_global_functions_of_tvm(tmp_path):
    module = tmp_path / "wasm_ops.wasm"
    assert compiled.tool("operators", "build", "--ops=add,softmax", "--dtypes=f32", "-o", module).returncode == 0
    result = subprocess.run([python(), HERE / "global_functions.py", module], env={**os.environ, "PYTHONPATH": str(BUILD / "python")}, capture_output=True, text=True)
    assert result.returncode == 0, result.stderr
    seen = json.loads(result.stdout)
    assert seen["names"] == ["wasmind.Add", "wasmind.Softmax"]
    assert seen["out"] == [[10, 21, 32], [13, 24, 35]]
    np.testing.assert_allclose(seen["made"], [[0.04742587] * 3, [0.95257413] * 3], rtol=1e-5)
    assert "(2, 3)" in seen["error"] and "(4)" in seen["error"], seen["error"]
