"""Kernels of the real TVM, linked with the guest: no import is left, results equal numpy's, TVM's errors come through.

A folder of calls, for call.mjs and call.py: calls.json is a list of {"module", "function", "arguments": [{"type", "shape",
"file"}]}; an engine writes <engine>.json, a list of {"status", "error", "grown"}, and the bytes of the last argument of call i
to <engine>-<i>.
"""
import json
import os
import pathlib
import subprocess

import library
import numpy as np
import pytest
import wasmind
from models import compiled, numerics
from reference import TYPES, example, expected

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[1]
BUILD = pathlib.Path(os.environ.get("WASMIND_BUILD", ROOT / "build"))

ENGINES = ["node", "wasmtime"]
MODES = ["dso", "system_lib"]


@pytest.fixture(scope="session")
def guest(folder):
    return library.guest_objects(folder / "guest")


def link(inputs, exports, output, *more):
    library.run("wasm-ld-22", "--no-entry", "--strip-all", "--stack-first", "--fatal-warnings", "-z", "stack-size=65536",
                *[f"--export={e}" for e in [*library.CONTRACT, "_initialize", *exports]], *more, *inputs, "-o", output)
    return output


def imports(module):
    return [kind for kind, _ in library.sections(module.read_bytes()) if kind == 2]


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

    def run(self, python):
        (self.folder / "calls.json").write_text(json.dumps(self.calls))
        subprocess.run([BUILD / "node/bin/node", HERE / "call.mjs", self.folder], check=True)
        subprocess.run([python, HERE / "call.py", self.folder], check=True)
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
def runs(python, folder, kernels, modules):
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
    calls.run(python)
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
                same = numerics.difference(array, reference) <= numerics.TOLERANCE["float32"][1]
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
    assert kernels
    for name, kernel in kernels.items():
        for mode, file in kernel["objects"].items():
            module = link([*guest, *([application] if "callback" in name else []), folder / file], [f"__tvm_ffi_{name}"], folder / "alone.wasm")
            assert not imports(module), f"{name}, {mode}"


def test_a_call_to_nobody_is_an_error(python, folder, kernels, guest):
    calls = Calls(folder / "nobody")
    for mode in MODES:
        module = link([*guest, folder / kernels["tvm_callback_f32"]["objects"][mode]], ["__tvm_ffi_tvm_callback_f32"], folder / f"nobody_{mode}.wasm")
        calls.add(module, "tvm_callback_f32", [np.ones(16, np.float32)])
    calls.run(python)
    for engine in ENGINES:
        for number in range(len(MODES)):
            result = calls.result(engine, number)
            assert result["status"] == -1
            assert result["error"].startswith("ValueError: no function is called 'test.scale'")


def test_archives_bring_the_runtime_along(python, folder, kernels, guest):
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
    calls.run(python)
    for engine in ENGINES:
        for number in range(3):
            assert calls.result(engine, number)["status"] == 0
            assert np.array_equal(calls.array(engine, number), x + 1)


@pytest.fixture(scope="session")
def libraries(folder, kernels, application):
    """Per mode the library that `wasmind operators build --link` makes of all kernels and one operator of ours."""
    made = {}
    for mode in MODES:
        links = [part for kernel in kernels.values() for part in ("--link", folder / kernel["objects"][mode])]
        made[mode] = folder / f"library_{mode}.wasm"
        result = compiled.tool("operators", "build", "--ops=add", "--dtypes=f32", *links, "--link", application, "-o", made[mode])
        assert result.returncode == 0, result.stderr
    return made


@pytest.fixture(scope="session")
def hosts(folder):
    """What calls the operators of a library, by host; of Python None."""
    lib = BUILD / "lib"
    subprocess.run(["clang++-22", "-std=c++20", "-Wall", "-Werror", "-I", ROOT / "runtime/host/include", HERE / "call_library.cpp", "-L", lib,
                    "-lwasmind_runtime", f"-Wl,-rpath,{lib}", "-o", folder / "call_library"], check=True)
    return {"python": None, "cpp": [folder / "call_library"], "node": [BUILD / "node/bin/node", HERE / "call_library.mjs"]}


def call_elsewhere(command, library, folder, calls):
    """The outputs of calls (name, inputs, output) that another program makes; an output that is an input is written in place."""
    lines = []
    for number, (name, inputs, output) in enumerate(calls):
        words = [name]
        for i, array in enumerate([*(x for x in inputs if x is not output), output]):
            file = folder / f"{number}-{i}"
            array.tofile(file)
            words += [next(k for k, t in TYPES.items() if t == array.dtype), "x".join(map(str, array.shape)), str(file)]
        lines.append(" ".join(words))
    result = subprocess.run([*map(str, command), str(library)], input="\n".join(lines) + "\n", capture_output=True, text=True)
    assert result.returncode == 0, result.stderr
    return [np.fromfile(line.split(" ")[-1], output.dtype).reshape(output.shape) for line, (_, _, output) in zip(lines, calls, strict=True)]


@pytest.mark.parametrize("host", ["python", "cpp", "node"])
@pytest.mark.parametrize("mode", MODES)
def test_kernels_are_operators_of_a_library(tmp_path, kernels, libraries, hosts, mode, host):
    """Results on the three hosts' OperatorLibrary."""
    random = np.random.default_rng(5)
    calls = [(name, *example(name, kernel["arguments"], random)) for name, kernel in kernels.items()]
    references = [expected(name, [array.copy() for array in inputs]) for name, inputs, _ in calls]
    if host == "python":
        operators = wasmind.OperatorLibrary.load(libraries[mode])
        for name, inputs, output in calls:
            operators.call(name, *(x for x in inputs if x is not output), out=output)
        outputs = [output for *_, output in calls]
    else:
        outputs = call_elsewhere(hosts[host], libraries[mode], tmp_path, calls)
    for (name, *_), output, reference in zip(calls, outputs, references, strict=True):
        numerics.check(output, reference.astype(output.dtype), name)


@pytest.mark.parametrize("mode", MODES)
def test_libraries_tell_of_kernels(kernels, libraries, mode):
    """Which operators are linked ones; ours beside them; TVM's errors as ours."""
    operators = wasmind.OperatorLibrary.load(libraries[mode])
    assert {each.name for each in operators.operators if each.origin == "linked"} == set(kernels)
    x = np.ones(8, np.float32)
    assert operators.call("Add", x, x).tolist() == [2] * 8
    with pytest.raises(wasmind.WasmindError, match=r"B\.shape\[0\]") as refused:
        operators.call("tvm_add_f32", x, np.ones(9, np.float32), out=np.zeros_like(x))
    assert refused.value.code == "InvalidArgument"


def test_bench_holds_operators_against_kernels(folder, kernels):
    """`wasmind bench operators --tvm`: scheduled and plain products and convolutions compute what ours do, on both engines."""
    names = [name for name in kernels if name.startswith(("tvm_add", "tvm_matmul", "tvm_conv2d")) and not name.endswith("i32")]
    result = compiled.tool("bench", "operators", "--ops=add,matmul,conv2d", "--dtypes=f32,i8", "--seconds=0.01", "--elements=65536", "--json",
                           *(f"--tvm={folder / kernels[name]['objects']['dso']}" for name in names))
    assert result.returncode == 0, result.stderr
    for engine in json.loads(result.stdout)["engines"]:
        sides = {side["side"]: side for case in engine["cases"] for side in case["sides"]}
        assert set(names) <= set(sides)
        assert all(sides[name]["isEqual"] and sides[name]["ratio"] > 0 for name in names), sides
