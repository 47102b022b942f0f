"""wasmind.mindspore.fuse on the real MindSpore: fused.py writes what kernels and MindSpore's own operators give, in both modes."""
import concurrent.futures
import json
import math
import re

import numpy as np
import pytest
from models import numerics
from processes import HERE, MODES, run, texts

COMMON = ["bias_gelu", "normalized", "chain", "two", "compared", "pair_of_one", "ignores", "integers", "half", "view", "node", "block", "block_inputs",
          "block_parameters", "second", "rows", "rows_gradients", "first", "untouched", "copy", "copy_parameters", "trained", "lazy_1", "lazy_2", "after_mistakes",
          "compiled", "stays", "compiled_again", "compiled_lazy", "compiled_function", "kernel_of_kernels", "kernel_itself",
          *(f"open_{kind}{rows}" for kind in ("", "graph_") for rows in (1, 5, 16)), "branches"]
ONLY_PYNATIVE = ["lazy_inside_1", "lazy_inside_2", "lazy_gradient_1", "lazy_gradient_2",
                 *(f"open_gradient_{rows}" for rows in (1, 5, 16)), *(f"thread_{i}" for i in range(4))]


class Ran:
    def __init__(self, folder):
        self.folder = folder
        self.arrays, self.facts = np.load(folder / "results.npz"), json.loads((folder / "facts.json").read_text())

    def get(self, name, key):
        files = [file for file in self.arrays.files if file.startswith(f"{name}.{key}.")]
        return [self.arrays[f"{name}.{key}.{i}"] for i in range(len(files))]


@pytest.fixture(scope="session")
def ran(mindspore, tmp_path_factory):
    """By mode."""
    folders = {mode: tmp_path_factory.mktemp(mode) for mode in MODES}
    with concurrent.futures.ThreadPoolExecutor() as pool:
        for _ in pool.map(lambda mode: run(mindspore, HERE / "fused.py", mode, folders[mode], folder=folders[mode]), MODES):
            pass
    return {mode: Ran(folder) for mode, folder in folders.items()}


@pytest.mark.parametrize("mode, name", [(mode, name) for mode in MODES for name in COMMON + ONLY_PYNATIVE * (mode == "pynative")])
def test_kernels_give_mindspores_numbers(ran, mode, name):
    fused, expected = ran[mode].get(name, "fused"), ran[mode].get(name, "expected")
    assert len(fused) == len(expected) > 0
    for i, pair in enumerate(zip(fused, expected)):
        numerics.check(*pair, f"{mode} {name} {i}")
    one, other = ran[mode].facts["is_tuple"][name]
    assert one == other


@pytest.mark.parametrize("mode", MODES)
def test_every_result_is_looked_at(ran, mode):
    names = {file.split(".")[0] for file in ran[mode].arrays.files} - {"exported"}
    assert names == {*COMMON, *ONLY_PYNATIVE * (mode == "pynative")}


@pytest.mark.parametrize("mode", MODES)
def test_parameters_are_those_of_the_cell(ran, mode):
    facts = ran[mode].facts
    fused, own = facts["parameters"]
    assert sorted(fused) == sorted(own) and len(own) == 3
    assert len(facts["lazy_parameters"]) == 2
    # A copy whose parameters were changed and trained gives other numbers than the original.
    for name in ("copy", "trained"):
        assert not np.allclose(ran[mode].get(name, "fused")[0], ran[mode].get("block", "fused")[0])


@pytest.mark.parametrize("mode", MODES)
def test_kernels_are_made_once_and_held_as_long_as_needed(ran, mode):
    assert ran[mode].facts["kernels"] == 2
    assert ran[mode].facts["lifetime"] == [True, True, False]
    assert ran[mode].facts.get("steady", []) == [True] * 4 * (mode == "pynative")


@pytest.mark.parametrize("mode", MODES)
def test_nets_of_kernels_stay_what_they_are_while_they_are_compiled(ran, mode):
    assert ran[mode].facts["stays"] == [True, True, 0]
    assert "this backend takes the function itself" in ran[mode].facts["backend"]


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("name, pattern", {
    "type": r"bias_gelu: x is int32 and must be float32",
    "shape": r"bias_gelu: the shape of bias is \[9\], and must be \[8\]",
    "rank": r"bias_gelu: the shape of x is \[8\], and must be \[4, 8\]",
    "count": r"TypeError: '?bias_gelu takes 2 tensors",
    "beyond": r"chain: the shape of x is \[17, 8\], and must be \[x.0 1\.\.16, 8\]",
    "disagree": r"two: the shape of y is \[4, 8\], whose extent n is 3 elsewhere",
    "number": r"WasmindError: fuse: bias_gelu: argument 1 is a float, not a tensor",
    "nothing": r"WasmindError: fuse: 3 is neither a Cell nor a function",
    "constant": r"WasmindError: fuse: two: y is no input of the kernel",
    "captured": r"WasmindError: fuse: uses_captured uses the parameters captured; make it a Cell",
    "list": r"WasmindError: fuse: gives_list must return a tensor or a tuple of tensors",
    "derived": r"WasmindError: fuse: selected: the run finds an extent of result 0",
    "state": r"WasmindError: fuse: two: calls share no state",
    "draws": r"WasmindError: fuse: noisy draws random numbers",
    "output": r"WasmindError: fuse: two: output= needs example inputs",
    "training": r"WasmindError: fuse: Norm is in training mode",
    "lazy_number": r"WasmindError: fuse: late takes tensors, not \(Tensor, float\)",
}.items())
def test_mistakes_are_named(ran, mode, name, pattern):
    text = ran[mode].facts[name]
    assert re.search(pattern, text) and "Error" in text.partition(":")[0], text


def test_a_graph_needs_example_inputs(ran):
    assert re.search(r"fuse: late has no kernel inside of a graph; give it example inputs: fuse\(late, x, \.\.\.\)", ran["graph"].facts["lazy"])


def test_graphs_of_dynamic_shape_have_no_gradients(ran):
    """A limit of MindSpore's, in its words; the README says so."""
    assert "The shape of sense must not be dynamic shape" in ran["graph"].facts["open_gradient"]


def test_exported_nets_find_a_module_that_was_written(mindspore, ran):
    graph = ran["graph"]
    notes = texts(mindspore, """
import mindspore as ms, numpy as np
x = ms.Tensor(np.load("results.npz")["exported.input.0"])
say(lambda: ms.nn.GraphCell(ms.load("lost.mindir"))(x).asnumpy())
say(lambda: ms.nn.GraphCell(ms.load("kept.mindir"))(x).asnumpy().tolist())
""", graph.folder)
    assert "cube: its module is in the process that fused it alone; give fuse output=PATH" in notes[0]
    numerics.check(np.array(json.loads(notes[1]), np.float32), graph.get("exported", "expected")[0], "exported")


def test_the_snippet_of_the_readme_runs(mindspore, tmp_path):
    text = (HERE.parents[1] / "python/wasmind/mindspore/README.md").read_text()
    snippet, = re.findall(r"## Fused functions\n\n```python\n(.*?)```", text, re.DOTALL)
    (tmp_path / "snippet.py").write_text(snippet)
    printed = np.array(re.findall(r"\d+\.\d+", run(mindspore, "snippet.py", folder=tmp_path)), np.float32)
    # gelu(2) = 2 P(2), and its slope P(2) + 2 P'(2), P being the normal distribution.
    value = 1 + math.erf(math.sqrt(2))
    assert len(printed) == 64
    numerics.near(printed[:32], np.full(32, value, np.float32), "value")
    numerics.near(printed[32:], np.full(32, value / 2 + 2 * math.exp(-2) / math.sqrt(2 * math.pi), np.float32), "slope")


NO_TENSORS = {"array": "np.zeros((3, 4), np.float32)", "number": "2.5", "None": "None", "text": "'x'", "list": "[1.0]", "tuple": "(x, x)", "dict": "{'a': x}"}


def test_what_is_no_tensor_is_refused(mindspore, tmp_path):
    """In PyNative mode and in graphs, as an argument and as a constant of the graph, where the primitive itself would end the process."""
    calls = [f"say(lambda: {call})" for value in NO_TENSORS.values()
             for call in (f"one({value}).asnumpy()", f"two(x, {value}).asnumpy()", f"ms.jit(through)({value}).asnumpy()")]
    said = texts(mindspore, """
import mindspore as ms
import numpy as np
import wasmind.mindspore
from mindspore import Tensor, ops

def double(x):
    return ops.relu(x * 2)

def times(x, y):
    return x * y

x = Tensor(np.ones((3, 4), np.float32))
one, two = wasmind.mindspore.fuse(double, x), wasmind.mindspore.fuse(times, x, x)

def through(y):
    return one(y)

def constant(x):
    return one(3) + x

""" + "\n".join([*calls, "say(lambda: ms.jit(constant)(x))", "say(lambda: one(ms.Parameter(x)).shape)"]), tmp_path)
    *refused, parameter = said
    assert len(refused) == 22 and parameter == "(3, 4)"
    for each in refused:
        assert re.match(r"TypeError: '?(double takes 1 tensor|times takes 2 tensors), each an argument of its own and a Tensor", each), each
