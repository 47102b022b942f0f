"""Whole networks of the real MindSpore: wasmind.mindspore.compile and @jit(backend="wasm") against MindSpore's own numbers."""
import ast
import importlib.util
import json

import numpy as np
import pytest
import wasmind
import wasmind.mindspore
from models import numerics
from processes import HERE, run

EXAMPLES = HERE.parents[1] / "examples/mindspore"
NAMES = next(ast.literal_eval(node.value) for node in ast.parse((EXAMPLES / "zoo.py").read_text()).body
             if isinstance(node, ast.Assign) and node.targets[0].id == "NAMES")
# What README says of MindSpore's own ONNX export.
NOT_IN_ONNX = {"gru", "bert", "gpt", "llama", "mint_net", "while_loop"}


class Study:
    """What whole_networks.py wrote."""

    def __init__(self, folder):
        self.folder = folder
        self.facts = {name: json.loads((folder / f"{name}.json").read_text()) for name in NAMES}
        self.arrays = {name: np.load(folder / f"{name}.npz") for name in NAMES}

    def get(self, name, key):
        arrays = self.arrays[name]
        return [arrays[f"{key}{i}"] for i in range(len(arrays.files)) if f"{key}{i}" in arrays.files]

    def compare(self, name, key, expected="expected"):
        actual, wanted = self.get(name, key), self.get(name, expected)
        assert len(actual) == len(wanted) > 0
        for i, pair in enumerate(zip(actual, wanted)):
            numerics.check(*pair, f"{name} {key} {i}")


@pytest.fixture(scope="session")
def study(mindspore, tmp_path_factory):
    folder = tmp_path_factory.mktemp("networks")
    for part in (NAMES[::2], NAMES[1::2]):
        run(mindspore, HERE / "whole_networks.py", folder, *part, folder=folder)
    return Study(folder)


def test_every_example_is_listed():
    assert {path.stem for path in EXAMPLES.glob("*.py")} == {"zoo", *NAMES}


@pytest.mark.parametrize("name", NAMES)
def test_compiled_networks_give_mindspores_numbers(study, name):
    study.compare(name, "compiled")
    study.compare(name, "arrays")
    facts = study.facts[name]
    assert facts["structure"] == facts["expected"] and facts["arrays"]


@pytest.mark.parametrize("name", NAMES)
def test_networks_stay_what_they_were(study, name):
    assert study.facts[name]["kept"]


@pytest.mark.parametrize("name", NAMES)
def test_the_backend_gives_mindspores_numbers(study, name):
    study.compare(name, "backend")
    assert study.facts[name]["calls"] >= 1


def test_the_backend_sees_weights_that_change(study):
    """One more module, once: afterwards weights are inputs."""
    changed = [name for name in NAMES if "modules" in study.facts[name]]
    assert len(changed) >= 4
    for name in changed:
        study.compare(name, "changed", "changed_expected")
        assert any(not numerics.is_near(a, b) for a, b in zip(study.get(name, "changed"), study.get(name, "expected"))), name
        assert study.facts[name]["modules"] == [1, True] and study.facts[name]["calls"] == 3


@pytest.mark.parametrize("name", NAMES)
def test_files_run_where_mindspore_is_not_installed(study, name):
    assert importlib.util.find_spec("mindspore.common") is None
    results = wasmind.load(study.folder / f"{name}.wasm").run(study.get(name, "inputs"))
    for i, (actual, expected) in enumerate(zip(results.values(), study.get(name, "compiled"), strict=True)):
        np.testing.assert_array_equal(actual, expected, f"{name} {i}")


def test_files_are_called_like_the_network(study):
    """A decoder's caches are pairs in a tuple."""
    network = wasmind.mindspore.load(study.folder / "gpt.wasm")
    tokens, positions, *caches, mask = study.get("gpt", "inputs")
    logits, present = network(tokens, positions, (caches[:2], caches[2:]), mask)
    assert isinstance(present, tuple) and [len(each) for each in present] == [2, 2]
    for actual, expected in zip([logits, *present[0], *present[1]], study.get("gpt", "compiled"), strict=True):
        np.testing.assert_array_equal(actual, expected)
    with pytest.raises(wasmind.WasmindError, match=r"argument 2\[1\] must be a tuple of 2"):
        network(tokens, positions, (caches[:2], caches[2:3]), mask)


def test_mindspores_onnx_export_lacks_what_compiles(study):
    assert {name for name in NAMES if study.facts[name]["onnx"]} == NOT_IN_ONNX
    assert all((study.folder / f"{name}.wasm").exists() for name in NOT_IN_ONNX)
