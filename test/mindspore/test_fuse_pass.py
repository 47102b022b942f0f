"""enable(..., fuse=True) on the real MindSpore: chains of graphs, as single nodes, give MindSpore's numbers, and what was fused is told."""
import concurrent.futures
import json
import re

import numpy as np
import pytest
from models import numerics
from processes import HERE, both, run, texts

COUNT = {"graph": 104, "pynative": 4}


class Ran:
    def __init__(self, folder):
        self.plain, self.wasm = np.load(folder / "plain.npz"), np.load(folder / "wasm.npz")
        self.fused = json.loads((folder / "report.json").read_text())["fused"]


@pytest.fixture(scope="module")
def ran(mindspore, tmp_path_factory):
    """By mode."""
    folders = {mode: tmp_path_factory.mktemp(mode) for mode in COUNT}
    with concurrent.futures.ThreadPoolExecutor() as pool:
        for _ in pool.map(lambda mode: both(mindspore, folders[mode], HERE / "chains.py", "fuse:all",
                                            lambda out: [mode, f"{out}.npz", "1", str(COUNT[mode])]), COUNT):
            pass
    return {mode: Ran(folder) for mode, folder in folders.items()}


@pytest.mark.parametrize("mode", COUNT)
def test_fused_graphs_give_mindspores_numbers(ran, mode):
    plain, wasm = ran[mode].plain, ran[mode].wasm
    assert set(plain.files) == set(wasm.files)
    refused = {name for name in plain.files if name.endswith(".refused")}
    functions = {name.partition(".")[0] for name in set(plain.files) - refused if name.startswith("f")}
    assert len(functions) >= (100 if mode == "graph" else COUNT[mode])
    wrong = []
    for name in set(plain.files) - refused:
        call, _, number = name.rpartition(".")
        wide = f"{call}.wide.{number}"
        # A kernel rounds halves where an operator ends, some of MindSpore's after each of their steps, and a difference of near numbers shows it:
        # float32 tells how far MindSpore's are, and a kernel's are as far at most.
        own = numerics.difference(plain[name], plain[wide]) if plain[name].dtype == np.float16 and wide in plain else 0
        allowed = max(2 * own, numerics.TOLERANCE["float16"][1]) if 0 < own < np.inf else None
        try:
            numerics.check(wasm[name], plain[name], name, allowed)
        except AssertionError as problem:
            wrong.append(str(problem))
    assert not wrong, "\n".join(wrong)


def test_chains_are_found(ran):
    chains = ran["graph"].fused["chains"]
    assert sum(each["nodes"] for each in chains.values()) > 100
    assert sum(each["calls"] for each in chains.values()) > 100  # some stand in branches that are not taken
    assert {"Conv2D BiasAdd BatchNorm ReLU", "Conv2D BatchNorm ReLU", "MatMul BiasAdd Add LayerNorm", "MatMul BiasAdd Div Erf Add Mul Mul",
            "MatMulExt Divs Sub Muls Add Softmax", "Sin Exp Muls Tanh Add"} <= set(chains)
    # The whole of one would be a node that waits for itself.
    assert "Exp Tanh Muls Add" not in chains and "Exp Tanh Muls" in chains


@pytest.mark.parametrize("mode, primitive, reason", [
    ("graph", "Exp", "a shape is not known before the run"), ("graph", "Exp", "a tensor is empty"),
    ("graph", "BatchNorm", "more than its first result is used"), ("pynative", "graph", "its gradient is taken from outside of it, in PyNative mode")])
def test_what_was_left_is_told(ran, mode, primitive, reason):
    assert ran[mode].fused["left"][primitive][reason] >= 1


def test_who_fuses_is_decided_by_the_last_call(mindspore, tmp_path):
    notes = texts(mindspore, """
import wasmind.mindspore as wasm
SOME = ["Add", "Exp", "Muls", "Sin", "Sub", "Tanh"]
say(lambda: wasm.fused())
wasm.enable(SOME, fuse=True)
wasm.disable()
wasm.enable(SOME)
import mindspore as ms, numpy as np
from mindspore import ops
x = ms.Tensor(np.ones((2, 3), np.float32))
def one(x):
    return ops.exp(x) + 1.0
def two(x):
    return ops.tanh(x) * 2.0
def three(x):
    return ops.sin(x) - 2.0
ms.jit(one)(x)
say(lambda: wasm.fused())
wasm.enable(SOME, fuse=True)
fused = ms.jit(two)
fused(x)
wasm.enable(SOME)
ms.jit(three)(x)
fused(x).asnumpy()
say(lambda: wasm.fused())
say(lambda: [counts for name, counts in wasm.report().items() if name == "Tanh"])
""", tmp_path)
    assert notes == ["{'chains': {}, 'left': {}}"] * 2 + ["{'chains': {'Tanh Muls': {'nodes': 1, 'calls': 2}}, 'left': {}}", "[{}]"]


def test_files_and_other_backends_have_the_operators_themselves(mindspore, tmp_path):
    notes = texts(mindspore, """
import wasmind.mindspore as wasm
SOME = ["Add", "Exp", "Muls", "Sin", "Sub", "Tanh"]
wasm.enable(SOME, fuse=True)
import mindspore as ms, numpy as np
from mindspore import nn, ops
from wasmind.mindspore import mindir
class Net(nn.Cell):
    def construct(self, x):
        return ops.tanh(ops.exp(x) * 0.5)
x = ms.Tensor(np.ones((2, 3), np.float32))
ms.export(Net(), x, file_name="net", file_format="MINDIR")
say(lambda: sorted(each.op_type for each in mindir.parse(open("net.mindir", "rb").read()).primitives if each.op_type in ("Exp", "Tanh", "Custom")))
say(lambda: np.allclose(wasm.compile(Net(), x)(x).asnumpy(), np.tanh(np.e / 2)))
wasm.register_backend()
say(lambda: np.allclose(ms.jit(Net(), backend="wasm")(x).asnumpy(), np.tanh(np.e / 2)))
say(lambda: wasm.fused())
""", tmp_path)
    assert notes == ["['Exp', 'Tanh']", "True", "True", "{'chains': {}, 'left': {}}"]


def test_chains_without_a_module_run_as_they_are(mindspore, tmp_path):
    """A compiler that ends, or refuses, and a cache that cannot be written."""
    notes = texts(mindspore, """
import wasmind.mindspore as wasm
SOME = ["Add", "Exp", "Muls", "Sin", "Sub", "Tanh"]
from wasmind.mindspore import chains, library
wasm.enable(SOME, fuse=True)
import mindspore as ms, numpy as np
from mindspore import ops
x = ms.Tensor(np.full((3, 5, 7), 0.5, np.float32))
def one(x):
    return ops.exp(x) + 1.0
whole = library.cache
library.cache = lambda: __import__("pathlib").Path("chains")
for program in ("import os; os._exit(3)", chains.COMPILE.replace('"winograd": False', '"winograd": False, "opt_level": "high"')):
    chains.COMPILE = program
    say(lambda: np.allclose(ms.jit(one)(x).asnumpy(), np.exp(0.5) + 1))
open("file", "w").close()
library.cache = lambda: __import__("pathlib").Path("file")
say(lambda: np.allclose(ms.jit(one)(x).asnumpy(), np.exp(0.5) + 1))
say(lambda: wasm.fused()["chains"])
say(lambda: list(wasm.fused()["left"]["Exp Add"]))
say(lambda: list(wasm.fused()["left"]["all"]))
""", tmp_path)
    assert notes[:4] == ["True"] * 3 + ["{}"]
    assert "the compiler ended with 3" in notes[4] and "opt_level" in notes[4]
    assert "WASMIND_CACHE names another folder" in notes[5]


def test_the_snippet_of_the_readme_runs(mindspore, tmp_path):
    text = (HERE.parents[1] / "python/wasmind/mindspore/README.md").read_text()
    snippet, = re.findall(r"## Chains in graphs\n\n```python\n(.*?)```", text, re.DOTALL)
    (tmp_path / "snippet.py").write_text(snippet)
    said, = re.findall(r"# (\{.*)", snippet)
    assert run(mindspore, "snippet.py", folder=tmp_path).splitlines()[-1] == said.replace('"', "'")


def test_kernels_are_compiled_once(mindspore, tmp_path):
    """For the same chain of another graph and of another process; another shape is another kernel."""
    script = """
import os
import wasmind.mindspore as wasm
SOME = ["Add", "Exp", "Muls", "Sin", "Sub", "Tanh"]
from wasmind.mindspore import library
wasm.enable(SOME, fuse=True)
library.cache = lambda: __import__("pathlib").Path(".")
import mindspore as ms, numpy as np
from mindspore import ops
def one(x):
    return ops.exp(x) + 1.0
def two(y, z):
    return ops.exp(y) + 1.0, ops.tanh(z)
for shape in SHAPES:
    x = ms.Tensor(np.ones(shape, np.float32))
    for result in (ms.jit(one)(x), *ms.jit(two)(x, x)):
        result.asnumpy()
say(lambda: sorted(os.listdir("mindspore_chains")))
say(lambda: [os.stat(f"mindspore_chains/{each}").st_mtime_ns for each in sorted(os.listdir("mindspore_chains"))])
say(lambda: wasm.fused()["chains"])
"""
    first, second = (texts(mindspore, script.replace("SHAPES", shapes), tmp_path) for shapes in ("((2, 3), (4, 3))", "((4, 3), (2, 3))"))
    assert first == second and len(json.loads(first[1])) == 2
    assert first[2] == "{'Exp Add': {'nodes': 4, 'calls': 4}}"
