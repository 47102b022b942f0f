"""The real MindSpore on a wasm operator library: unchanged scripts give the same numbers, and the report says who computed."""
import json
import os
import pathlib
import subprocess
import sys

import missing_calls
import numpy as np
import pytest
from models import environment, numerics
from wasmind.mindspore import PRIMITIVES

HERE = pathlib.Path(__file__).resolve().parent
BUILD = pathlib.Path(os.environ.get("WASMIND_BUILD", HERE.parents[1] / "build"))
MODES = ["pynative", "graph"]
# script.py uses all that MindSpore has as well; of the rest, and of forms that graphs replace by others, there are no calls.
ONLY_PYNATIVE = {"AddScalar", "SubScalar"}


@pytest.fixture(scope="session")
def mindspore(request):
    """Python of the venv with MindSpore."""
    with request.config.pluginmanager.getplugin("capturemanager").global_and_fixture_disabled():
        try:
            return environment.interpreter("mindspore", HERE / "requirements.txt", 4000)
        except environment.Unavailable as reason:
            pytest.skip(f"mindspore is not available: {reason}")


def run(python, *arguments, folder, **variables):
    """Output of a process that can import wasmind; fails with what it wrote."""
    settings = {**os.environ, "PYTHONPATH": str(BUILD / "python"), "PATH": f"{BUILD / 'bin'}{os.pathsep}{os.environ['PATH']}",
                "GLOG_v": "4", **variables}
    done = subprocess.run([python, *arguments], cwd=folder, env=settings, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=200)
    assert done.returncode == 0, f"{arguments[:2]}: exit code {done.returncode}\n{done.stdout[-2000:]}{done.stderr[-4000:]}"
    return done.stdout


def texts(python, source, folder, **variables):
    """Runs Python lines in which `say(call)` notes the error a call raises, or its value; returns the notes."""
    frame = ("import json\nnotes = []\ndef say(call):\n    try:\n        notes.append(str(call()))\n"
             "    except Exception as error:\n        notes.append(f'{type(error).__name__}: {error}')\n")
    # A file, not -c: MindSpore compiles graphs from the source.
    (folder / "lines.py").write_text(frame + source + "\nprint(json.dumps(notes))\n")
    output = run(python, "lines.py", folder=folder, **variables)
    return json.loads(output.splitlines()[-1])


class Run:
    """A script with and without wasm, in one mode."""

    def __init__(self, mindspore, folder, script, mode, primitives):
        run(mindspore, HERE / script, mode, "plain.npz", folder=folder)
        run(mindspore, HERE / "with_wasm.py", ",".join(primitives), "report.json", HERE / script, mode, "wasm.npz", folder=folder)
        self.plain, self.wasm = np.load(folder / "plain.npz"), np.load(folder / "wasm.npz")
        self.report = json.loads((folder / "report.json").read_text())


@pytest.fixture(scope="session", params=MODES)
def script(request, mindspore, tmp_path_factory):
    return request.param, Run(mindspore, tmp_path_factory.mktemp("script"), "script.py", request.param, PRIMITIVES)


def difference(one, other):
    """None, or what differs."""
    if one.dtype != other.dtype or one.shape != other.shape:
        return f"{one.dtype.name}{list(one.shape)} and {other.dtype.name}{list(other.shape)}"
    if numerics.is_near(one, other):
        return None
    return f"{one.ravel()[:8]} and {other.ravel()[:8]}"


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
    assert idle == (ONLY_PYNATIVE if mode == "graph" else set())
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
    for file, names in (("sub.wasm", "Sub"), ("own.wasm", "Add,MatMul,GeLU,Square,Mul,Sigmoid")):
        subprocess.run([BUILD / "bin/wasmind", "operators", "build", f"--ops={names}", "-o", file], cwd=folder, check=True, capture_output=True)
    (folder / "bad.wasm").write_bytes(b"\0asm\1\0\0\0")
    names = ["unknown", "far", "empty", "absent", "bad", "lacks", "enabled", "bfloat16", "product", "integers", "graph", "late", "disable",
             "fewer", "report"]
    return dict(zip(names, texts(mindspore, """
import wasmind.mindspore as wasm
say(lambda: wasm.enable(["Add", "LeakyRelu"]))
say(lambda: wasm.enable(["LSTM"]))
say(lambda: wasm.enable([]))
say(lambda: wasm.enable(["Add"], library="absent.wasm"))
say(lambda: wasm.enable(["Add"], library="bad.wasm"))
say(lambda: wasm.enable(["Add", "Sub"], library="sub.wasm"))
say(lambda: wasm.enable(["Add", "MatMul", "GeluExt"]))
import numpy as np, mindspore as ms
from mindspore import Tensor, mint, ops
ms.set_context(mode=ms.PYNATIVE_MODE, pynative_synchronize=True)
x = Tensor(np.ones((2, 2), np.float32))
brain, integer, short = x.astype(ms.bfloat16), x.astype(ms.int32), x.astype(ms.int16)
say(lambda: ops.add(brain, brain))
say(lambda: ops.MatMul()(short, short))
say(lambda: mint.nn.functional.gelu(integer))
def squared(x):
    return ops.MatMul()(x, x)
say(lambda: ms.jit(squared)(short).asnumpy())
say(lambda: wasm.enable(["Add", "Exp"]))
say(wasm.disable)
ops.add(x, x)
say(lambda: wasm.enable("Add", library="own.wasm"))
assert (ops.add(x, x).asnumpy() == 2).all()
say(wasm.report)
""", folder)))


@pytest.mark.parametrize("what, parts", [
    ("unknown", ["WasmindError", "'LeakyRelu'", "nearest: LeakyReLUExt"]), ("far", ["'LSTM'", "PRIMITIVES"]),
    ("empty", ["no primitive is named"]), ("absent", ["absent.wasm"]), ("bad", ["bad.wasm"]),
    ("lacks", ["sub.wasm has no Add", "--ops=Add,Sub"]), ("bfloat16", ["Add(bfloat16, bfloat16)", "leave 'Add' out"]),
    ("product", ["MatMul(int16, int16)", "i32", "leave 'MatMul' out"]),
    ("graph", ["MatMul(int16, int16)", "leave 'MatMul' out"]),
    ("integers", ["GeluExt(int32)", "no kernel of its own"]), ("late", ["without Exp", "before the first operator"]),
    ("disable", ["until the process ends"]),
])
def test_mistakes_are_named(refused, what, parts):
    assert all(part in refused[what] for part in parts), refused[what]


def test_what_was_refused_does_no_harm(refused):
    assert refused["enabled"] == refused["fewer"] == "None"
    assert refused["report"] == str({"Add": {"float32": 2}, "MatMul": {}, "GeluExt": {}})


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
wasm.enable(["Add", "GeluExt"])
wasm.disable()
x = mindspore.Tensor(numpy.ones(2, numpy.float32))
say(lambda: mindspore.ops.add(x, x))
say(wasm.report)
say(lambda: os.environ.get("MS_OP_PLUGIN_PATH"))
mindspore.set_context(pynative_synchronize=True)
say(lambda: mindspore.mint.nn.functional.gelu(x))
""", tmp_path)
    assert notes[:3] == ["[2. 2.]", "{}", "None"] and notes[3].startswith("RuntimeError")


def test_other_plugins_and_versions_are_refused(tmp_path):
    """Without MindSpore: a stand-in for the package says only its version."""
    (tmp_path / "mindspore").mkdir()
    enable = "import wasmind.mindspore\nsay(lambda: wasmind.mindspore.enable(['Add']))"
    assert "names another plug-in, other.so" in texts(sys.executable, enable, tmp_path, MS_OP_PLUGIN_PATH="other.so")[0]
    (tmp_path / "mindspore/__init__.py").write_text("__version__ = '2.9.0'\n")
    paths = os.pathsep.join([str(tmp_path), str(BUILD / "python")])
    assert "mindspore 2.9.0" in texts(sys.executable, enable, tmp_path, PYTHONPATH=paths)[0]
    (tmp_path / "mindspore/__init__.py").write_text("raise ImportError('broken')\n")
    assert "cannot be imported (broken)" in texts(sys.executable, enable, tmp_path, PYTHONPATH=paths)[0]


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
