"""MindIR files, old and new, give the outputs that MindSpore recorded.

Beside NAME.mindir stand NAME.inputs.npz and NAME.outputs.npz (in0, in1, ... and out0, out1, ... by position), and further
cases NAME.1.*; test/data/mindir/make_fixtures.py wrote them.
"""

import numpy as np
import pytest
from models import compiled, numerics, wasm

FOLDER = compiled.ROOT / "test/data/mindir"
NAMES = ["ori_net", "tensor_add", "relu", "add_no_encrpty", "210/lenet5", "210/mlp", "210/mlp_dynamic_batch",
         "210/mlp_external_graph", "210/add_f32", "210/add_i32", "210/add_i8", "210/sub_f32", "210/sub_i32", "210/sub_i8",
         "210/resnet_tiny", "210/resnet_tiny_folded", "210/mobilenetv2_block"]


def cases(name):
    """The input files of one fixture; the external one's are named without `_graph`."""
    stem = name.removesuffix("_graph")
    return sorted(FOLDER.glob(f"{stem}.inputs.npz")) + sorted(FOLDER.glob(f"{stem}.[0-9].inputs.npz"))


CASES = [(name, file.name) for name in NAMES for file in cases(name)]


def test_every_fixture_has_a_case():
    assert {name for name, _ in CASES} == set(NAMES)


@pytest.mark.parametrize("features", compiled.FEATURES)
@pytest.mark.parametrize("engine", compiled.ENGINES)
@pytest.mark.parametrize("name,inputs", CASES)
def test_mindir_matches_the_recorded_outputs(name, inputs, engine, features, tmp_path):
    module = compiled.module(FOLDER / f"{name}.mindir", f"--features={features}")
    function = wasm.read(module).signature["functions"][0]
    folder = (FOLDER / name).parent
    given = np.load(folder / inputs)
    expected = np.load(folder / inputs.replace(".inputs.", ".outputs."))
    assert len(function["inputs"]) == len(given.files) and len(function["outputs"]) == len(expected.files)
    # The fixtures count, the module has names.
    np.savez(tmp_path / "in.npz", **{entry["name"]: given[f"in{i}"] for i, entry in enumerate(function["inputs"])})
    result = compiled.tool("run", module, f"--engine={engine}", "--inputs", tmp_path / "in.npz", "--outputs", tmp_path / "out.npz")
    assert result.returncode == 0, result.stderr
    actual = np.load(tmp_path / "out.npz")
    for i, entry in enumerate(function["outputs"]):
        key = next(k for k in (entry["name"], "out:" + entry["name"]) if k in actual)
        numerics.check(actual[key], expected[f"out{i}"], f"{name} output {i}")
