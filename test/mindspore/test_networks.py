"""Unchanged scripts of LeNet and ResNet-18: the same numbers with and without wasm, and nearly all multiplications on wasm."""
import json

import numpy as np
import pytest
from models import numerics
from processes import HERE, MODES, both, reports

LAYERS = {"Conv2D": 2 + 20, "MatMul": 3 + 1, "BatchNorm": 20, "MaxPool": 2 + 1}


def convolution(filters, channels, kernel, size):
    return 2 * filters * channels * kernel**2 * size**2


def blocks():
    """Of ResNet-18: filters, extents of images, and channels that come in, of its four kinds of blocks."""
    for filters, size, channels in (64, 16, 64), (128, 8, 64), (256, 4, 128), (512, 2, 256):
        yield convolution(filters, channels, 3, size) + 3 * convolution(filters, filters, 3, size) + (channels != filters) * convolution(filters, channels, 1, size)


# Multiplications and additions by the layers' definitions.
MULTIPLICATIONS = {
    "lenet": [2 * (convolution(6, 1, 5, 28) + convolution(16, 6, 5, 10)), 2 * 2 * (400 * 120 + 120 * 84 + 84 * 10)],
    "resnet18": [convolution(64, 3, 7, 32), *blocks(), 2 * 512 * 1000],
}


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
    flops = json.loads((tmp_path / "report.json").read_text())["flops"]
    assert sum(flops["wasm"][name] for name in ("Conv2D", "MatMul")) == sum(map(sum, MULTIPLICATIONS.values()))
    assert not flops["mindspore"]
