"""The real MindSpore on a wasm operator library: unchanged scripts give the same numbers, and the report says who computed."""
import os
import pathlib
import subprocess
import sys

import missing_calls
import numpy as np
import pytest
from models import numerics
from processes import BUILD, MODES, Run, difference, run, texts
from wasmind.mindspore import PRIMITIVES

# script.py uses all that MindSpore has as well; of the rest, and of forms that graphs replace by others, there are no calls.
ONLY_GRAPH = {"AddScalar", "SubScalar"}


@pytest.fixture(scope="session", params=MODES)
def script(request, mindspore, tmp_path_factory):
    return request.param, Run(mindspore, tmp_path_factory.mktemp("script"), "script.py", request.param, "all")


def test_an_unchanged_script_gives_the_same_numbers(script):
    _, ran = script
    assert set(ran.plain.files) == set(ran.wasm.files) and len(ran.plain.files) > 100
    # ReLU of the special values, the last of which is NaN: the library keeps it, MindSpore's kernel makes it 0.
    relu = "special_values2"
    assert np.isnan(ran.wasm[relu][-1]) and ran.plain[relu][-1] == 0
    pairs = {name: (ran.plain[name], ran.wasm[name]) for name in ran.plain.files}
    pairs[relu] = tuple(each[:-1] for each in pairs[relu])
    wrong = [f"{name}: {difference(*pair)}" for name, pair in pairs.items() if difference(*pair)]
    assert not wrong, "\n".join(wrong)


def test_the_report_proves_that_wasm_computed(script):
    mode, ran = script
    assert list(ran.report) == list(PRIMITIVES)
    idle = {name for name, counts in ran.report.items() if not counts and PRIMITIVES[name].builtin}
    assert idle == (ONLY_GRAPH if mode == "pynative" else set())
    assert {"float32", "float16", "int32", "int8"} <= set(ran.report["Add" if mode == "graph" else "AddExt"])
    # Five steps of training, with the gradients: two products forward and three backward in each.
    assert ran.report["MatMul"]["float32"] >= 25


@pytest.fixture(scope="session", params=MODES)
def missing(request, mindspore, tmp_path_factory):
    primitives = dict.fromkeys(name for call in missing_calls.CALLS.values() for name in (call.primitive, call.in_graph) if name)
    return request.param, Run(mindspore, tmp_path_factory.mktemp("missing"), "missing.py", request.param, primitives)


@pytest.mark.parametrize("name", missing_calls.CALLS)
def test_a_missing_call_raises_without_and_runs_with_wasm(missing, name):
    mode, missing = missing
    call = missing_calls.CALLS[name]
    if mode == "pynative" or not call.graph:
        assert missing.plain[name].dtype.kind == "U", "MindSpore has a kernel: not a missing call"
    result = missing.wasm[name]
    assert result.dtype == call.dtype, result
    x, weight, bias = (array.astype(np.float64) for array in call.inputs())
    numerics.near(result, call.reference(x, weight, bias), name)
    assert missing.report[mode == "graph" and call.in_graph or call.primitive]["float32"] >= 1


@pytest.fixture(scope="session")
def refused(mindspore, tmp_path_factory):
    """What one process says to one mistake after the other."""
    folder = tmp_path_factory.mktemp("refused")
    for file, names in (("sub.wasm", "Sub"), ("own.wasm", "Add,MatMul,GeLU,Square,Mul,Sigmoid,ReduceSum,Tanh")):
        subprocess.run([BUILD / "bin/wasmind", "operators", "build", f"--ops={names}", "-o", file], cwd=folder, check=True, capture_output=True)
    (folder / "bad.wasm").write_bytes(b"\0asm\1\0\0\0")
    names = ["unknown", "far", "empty", "number", "absent", "bad", "lacks", "enabled", "brain", "product", "integers", "complex", "late", "disable",
             "fewer", "report", "returned"]
    return dict(zip(names, texts(mindspore, """
import wasmind.mindspore as wasm
say(lambda: wasm.enable(["Add", "LeakyRelu"]))
say(lambda: wasm.enable(["LSTM"]))
say(lambda: wasm.enable([]))
say(lambda: wasm.enable(3))
say(lambda: wasm.enable(["Add"], library="absent.wasm"))
say(lambda: wasm.enable(["Add"], library="bad.wasm"))
say(lambda: wasm.enable(["Add", "Sub"], library="sub.wasm"))
say(lambda: wasm.enable(["Add", "MatMul", "GeluExt", "Tanh"]))
import numpy as np, mindspore as ms
from mindspore import Tensor, mint, ops
ms.set_context(mode=ms.PYNATIVE_MODE, pynative_synchronize=True)
x = Tensor(np.ones((2, 2), np.float32))
brain, integer, short = x.astype(ms.bfloat16), x.astype(ms.int32), x.astype(ms.int16)
say(lambda: ops.add(brain, brain).astype(ms.float32).asnumpy().tolist())
say(lambda: ops.MatMul()(short, short).asnumpy().tolist())
say(lambda: mint.nn.functional.gelu(integer))
say(lambda: ops.tanh(x.astype(ms.complex64)).dtype)
say(lambda: wasm.enable(["Add", "Exp"]))
say(wasm.disable)
ops.add(x, x)
say(lambda: wasm.enable("Add", library="own.wasm"))
assert (ops.add(x, x).asnumpy() == 2).all()
say(wasm.report)
say(wasm.returned)
""", folder)))


@pytest.mark.parametrize("what, parts", [
    ("unknown", ["WasmindError", "'LeakyRelu'", "nearest: LeakyReLUExt"]), ("far", ["'LSTM'", "PRIMITIVES"]),
    ("empty", ["no primitive is named"]), ("number", ["WasmindError", "names of primitives, not 3"]), ("absent", ["absent.wasm"]), ("bad", ["bad.wasm"]),
    ("lacks", ["sub.wasm has no Add", "--ops=Add,Sub"]), ("integers", ["GeluExt(int32)", "no kernel of its own"]), ("late", ["without Exp", "before the first operator"]),
    ("disable", ["until the process ends"]),
])
def test_mistakes_are_named(refused, what, parts):
    assert all(part in refused[what] for part in parts), refused[what]


def test_what_was_refused_does_no_harm(refused):
    assert refused["enabled"] == refused["fewer"] == "None"
    assert refused["brain"] == "[[2.0, 2.0], [2.0, 2.0]]" and refused["product"] == "[[2, 2], [2, 2]]"
    assert refused["complex"] == "Complex64"
    assert refused["report"] == str({"Add": {"float32": 2, "bfloat16": 1}, "MatMul": {"int16": 1}, "GeluExt": {}, "Tanh": {}})
    assert refused["returned"] == str({"Tanh": {"other": 1}})


def test_enable_after_an_operator_is_too_late(mindspore, tmp_path):
    late, = texts(mindspore, """
import mindspore, numpy, wasmind.mindspore
mindspore.ops.add(mindspore.Tensor(numpy.float32(1)), mindspore.Tensor(numpy.float32(2))).asnumpy()
say(lambda: wasmind.mindspore.enable(["Add"]))
""", tmp_path)
    assert "call enable before the first operator" in late


def test_processes_started_from_there_choose_for_themselves(mindspore, tmp_path):
    """They inherit the variable; without `enable` MindSpore's kernels run."""
    plugin = BUILD / "python/wasmind/mindspore/_plugin.so"
    added, = texts(mindspore, """
import mindspore
say(lambda: mindspore.ops.add(mindspore.Tensor([1.0, 2.0]), mindspore.Tensor([0.5, 0.5])))
""", tmp_path, MS_OP_PLUGIN_PATH=str(plugin))
    assert added == "[1.5 2.5]"


def test_disable_gives_the_primitives_back(mindspore, tmp_path):
    notes = texts(mindspore, """
import os, mindspore, numpy, wasmind.mindspore as wasm
wasm.enable("all")
from mindspore import mint
einsum = mint.einsum
wasm.disable()
x = mindspore.Tensor(numpy.ones(2, numpy.float32))
say(lambda: mindspore.ops.add(x, x))
say(wasm.report)
say(lambda: os.environ.get("MS_OP_PLUGIN_PATH"))
mindspore.set_context(pynative_synchronize=True)
say(lambda: mindspore.mint.nn.functional.gelu(x))
say(lambda: mint.einsum is einsum)
""", tmp_path)
    assert notes[:3] == ["[2. 2.]", "{}", "None"] and notes[3].startswith("RuntimeError") and notes[4] == "False"


def test_other_plugins_and_versions_are_refused(tmp_path):
    """Without MindSpore: a stand-in for the package says only its version."""
    (tmp_path / "mindspore").mkdir()
    enable = "import wasmind.mindspore\nsay(lambda: wasmind.mindspore.enable(['Add']))"
    assert "names another plug-in, other.so" in texts(sys.executable, enable, tmp_path, MS_OP_PLUGIN_PATH="other.so")[0]
    (tmp_path / "mindspore/__init__.py").write_text("__version__ = '2.9.0'\n")
    paths = os.pathsep.join([str(tmp_path), str(BUILD / "python")])
    said, = texts(sys.executable, enable, tmp_path, PYTHONPATH=paths)
    assert "mindspore 2.9.0" in said and "install mindspore==2.10.0" in said
    (tmp_path / "mindspore/__init__.py").write_text("raise ImportError('broken')\n")
    assert "cannot be imported (broken); install mindspore==2.10.0" in texts(sys.executable, enable, tmp_path, PYTHONPATH=paths)[0]


def test_without_a_compiler_it_is_said_what_to_do(mindspore, tmp_path):
    """Of what needs one; the rest works, also behind the refusals."""
    conv, chains, backend, rest, added, tanh = texts(mindspore, """
import wasmind.mindspore as wasm
say(lambda: wasm.enable(["Add", "Conv2D"]))
say(lambda: wasm.enable(["Add"], fuse=True))
say(wasm.register_backend)
say(lambda: wasm.enable(["Add", "Tanh"]))
import mindspore as ms, numpy as np
from mindspore import Tensor, ops
ms.set_context(pynative_synchronize=True)
x = Tensor(np.ones(2, np.float32))
say(lambda: ops.add(x, x))
say(lambda: ops.tanh(x.astype(ms.complex64)))
""", tmp_path, CXX="no-such-compiler", WASMIND_CACHE=str(tmp_path / "cache"))
    for said, file in ((conv, "kernels.cc"), (chains, "FuseChains.cpp"), (backend, "Backend.cpp")):
        assert f"compiles {file} once and needs a C++ compiler: there is no 'no-such-compiler'; install g++ or clang++, or set CXX" in said
    assert rest == "None" and added == "[2. 2.]"
    assert "leave 'Tanh' out of wasmind.mindspore.enable, or install g++" in tanh


def test_errors_name_primitive_and_place(mindspore, tmp_path):
    """The line of the script: in PyNative mode where the traceback ends, in graphs with the node's scope in the message."""
    pynative, line, graph, cell, chain, of_constants = texts(mindspore, """
import traceback
import wasmind.mindspore as wasm
wasm.enable(["GeluExt", "Add", "Exp", "AvgPool2D"])
import mindspore as ms, numpy as np
from mindspore import Tensor, mint, nn, ops
x = Tensor(np.ones((2, 2), np.int32))
def bad(x):
    y = x + 1
    return mint.nn.functional.gelu(y)
class Inner(nn.Cell):
    def construct(self, x):
        y = mint.nn.functional.avg_pool2d(x, 2, divisor_override=3)
        return y + 1
class Outer(nn.Cell):
    def __init__(self):
        super().__init__()
        self.inner = Inner()
    def construct(self, x):
        return self.inner(x * 2)
ms.set_context(mode=ms.PYNATIVE_MODE)
ms.runtime.launch_blocking()
say(lambda: bad(x))
try:
    bad(x)
except RuntimeError as error:
    say(lambda: [each.line for each in traceback.extract_tb(error.__traceback__) if each.filename.endswith("lines.py")][-1])
ms.set_context(mode=ms.GRAPH_MODE)
say(lambda: ms.jit(bad)(x).asnumpy())
say(lambda: Outer()(Tensor(np.ones((1, 1, 4, 4), np.float32))).asnumpy())
say(lambda: ms.jit(bad)(x.astype(ms.float32)).asnumpy().shape)
def constant():
    return mint.nn.functional.gelu(x)
say(lambda: ms.jit(constant)().asnumpy())
""", tmp_path)
    assert line == "return mint.nn.functional.gelu(y)" and chain == "(2, 2)"
    lines = (tmp_path / "lines.py").read_text().splitlines()
    place = lambda text: f"{tmp_path}/lines.py:{lines.index(text) + 1}"
    assert "launch_blocking() makes the traceback end at the call" in pynative
    # MindSpore knows no line of this node: the nearest before it.
    assert f"it stands in node 'Default/GeluExt-op0', behind {place('    y = x + 1')}" in graph, graph
    assert f"it stands in node 'Default/inner-Inner/AvgPool2D-op0', {place('        y = mint.nn.functional.avg_pool2d(x, 2, divisor_override=3)')}" in cell, cell
    assert "AvgPool2D(float32): divisor_override has no operator" in cell
    assert "it stands in a node of a graph that reads constants only; compute it outside of the graph" in of_constants and "PyNative" not in of_constants
    for said in (pynative, graph, of_constants):
        assert "wasmind: GeluExt(int32): GeLU: not built for (i32); built for (f32), (f64), (f16)" in said and "no kernel of its own" in said


def test_a_library_is_built_once(mindspore, tmp_path):
    """Two processes at once and one after them: one file, whole, written once."""
    build = "import sys, wasmind.mindspore.library as library; print(library.build({'Add', 'Neg'}))"
    settings = {**os.environ, "PYTHONPATH": str(BUILD / "python"), "PATH": f"{BUILD / 'bin'}{os.pathsep}{os.environ['PATH']}",
                "WASMIND_CACHE": str(tmp_path)}
    both = [subprocess.Popen([mindspore, "-c", build], env=settings, stdout=subprocess.PIPE, text=True) for _ in range(2)]
    paths = {process.communicate(timeout=200)[0].strip() for process in both}
    path, = paths
    before = os.stat(path)
    assert run(mindspore, "-c", build, folder=tmp_path, WASMIND_CACHE=str(tmp_path)).strip() == path
    after = os.stat(path)
    assert (before.st_ino, before.st_mtime_ns) == (after.st_ino, after.st_mtime_ns)
    assert [str(file) for file in tmp_path.iterdir()] == [path]
    assert pathlib.Path(path).read_bytes()[:4] == b"\0asm"
