"""Unchanged scripts of LeNet and ResNet-18: the same numbers with and without wasm, and nearly all multiplications on wasm."""
import numpy as np
import pytest
from models import numerics
from processes import HERE, MODES, both, reports

LAYERS = {"Conv2D": 2 + 20, "MatMul": 3 + 1, "BatchNorm": 20, "MaxPool": 2 + 1}


@pytest.mark.parametrize("mode", MODES)
def test_networks_run_on_wasm(mindspore, tmp_path, mode):
    both(mindspore, tmp_path, HERE / "networks.py", "all", lambda out: [mode, f"{out}.npz"])
    plain, wasm = np.load(tmp_path / "plain.npz"), np.load(tmp_path / "wasm.npz")
    assert set(plain.files) == {"lenet", "resnet18"}
    for name in plain.files:
        assert plain[name].std() > 0.1
        numerics.near(wasm[name], plain[name], name)
    # All layers that multiply matrices or convolve are on wasm, so all of what is more than an operation per element.
    report, returned = reports(tmp_path)
    assert {name: report[name] for name in LAYERS} == {name: {"float32": count} for name, count in LAYERS.items()}
    assert not returned
