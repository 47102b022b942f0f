"""Convolutions through Winograd's transforms against sums in double precision, on both engines."""
import json

import numpy as np
import pytest
from models import compiled, state
from onnx import helper

N = helper.make_node
# Largest difference over largest result; the plain sum of f32 has up to 3e-6.
TOLERANCE = 2e-5


def convolved(x, weights, pads):
    top, left, bottom, right = pads
    x = np.pad(x.astype(np.float64), [(0, 0), (0, 0), (top, bottom), (left, right)])
    rows, columns = x.shape[2] - 2, x.shape[3] - 2
    return sum(np.einsum("nchw,oc->nohw", x[:, :, i:i + rows, j:j + columns], weights[:, :, i, j].astype(np.float64)) for i in range(3) for j in range(3))


def build(folder, shape, outputs, pads, *options, epilogue=True):
    """y = relu(conv(x) + bias + conv(x)'s own input where that has the shape); returns (module, weights, bias)."""
    random = np.random.default_rng(5)
    weights = (random.standard_normal((outputs, shape[1], 3, 3)) / np.sqrt(4.5 * shape[1])).astype(np.float32)
    bias = random.standard_normal(outputs).astype(np.float32)
    nodes = [N("Conv", ["x", "w", "b"], ["c"], pads=pads)]
    if epilogue:
        nodes += [N("Add", ["c", "r"], ["s"]), N("Relu", ["s"], ["y"])]
    inputs = {"x": shape, **({"r": [shape[0], outputs, None, None]} if epilogue else {})}
    if epilogue:
        inputs["r"][2:] = [extent if isinstance(extent, str) and pads == [1, 1, 1, 1] else extent + a + b - 2 if isinstance(extent, int) else f"{extent}_out"
                           for extent, a, b in zip(shape[2:], pads[:2], pads[2:])]
    model = state.model(nodes, inputs, ["y" if epilogue else "c"], {"w": weights, "b": bias})
    state.compile_to(folder / "conv.wasm", model, *options)
    return folder / "conv.wasm", weights, bias


def kinds(module):
    shown = json.loads(compiled.tool("inspect", module, "--json").stdout)
    return [kernel["kind"] for kernel in shown["kernels"]]


def results(folder, module, inputs):
    np.savez(folder / "in.npz", **inputs)
    for engine in compiled.ENGINES:
        ran = compiled.tool("run", module, f"--engine={engine}", "--inputs", folder / "in.npz", "--outputs", folder / "out.npz")
        assert ran.returncode == 0, ran.stderr
        with np.load(folder / "out.npz") as out:
            yield engine, out[out.files[0]]


def compare(folder, module, weights, bias, x, pads, epilogue=True):
    expected = convolved(x, weights, pads) + bias[:, None, None]
    inputs = {"x": x}
    if epilogue:
        inputs["r"] = np.random.default_rng(6).standard_normal(expected.shape).astype(np.float32)
        expected = np.maximum(expected + inputs["r"], 0)
    bits = set()
    for engine, actual in results(folder, module, inputs):
        assert actual.shape == expected.shape
        assert np.abs(actual - expected).max() <= TOLERANCE * np.abs(expected).max(), engine
        bits.add(actual.tobytes())
    assert len(bits) == 1  # one module, one result


def image(*shape):
    return np.random.default_rng(8).standard_normal(shape).astype(np.float32)


# Every remainder of rows and columns by the tiles, both tiles, several blocks and images, pads that miss or exceed one.
@pytest.mark.parametrize("rows, columns", [(16, 16), (17, 18), (19, 33), (13, 64), (21, 15)])
@pytest.mark.parametrize("images, channels, outputs, pads", [(1, 16, 24, [1, 1, 1, 1]), (2, 36, 16, [0, 2, 1, 0]), (1, 64, 136, [2, 0, 0, 3])])
def test_is_the_convolution(tmp_path, rows, columns, images, channels, outputs, pads):
    module, weights, bias = build(tmp_path, [images, channels, rows, columns], outputs, pads)
    assert "winograd" in kinds(module)
    compare(tmp_path, module, weights, bias, image(images, channels, rows, columns), pads)


def test_of_extents_that_run_time_knows(tmp_path):
    module, weights, bias = build(tmp_path, ["n", 8, "h", "w"], 16, [1, 1, 1, 1], "--dim=n=0..3", "--dim=h=1..40", "--dim=w=1..40")
    assert "winograd" in kinds(module)
    for n, h, w in ((1, 1, 1), (1, 2, 3), (3, 40, 40), (2, 5, 39), (1, 7, 4), (0, 5, 5)):
        if n:
            compare(tmp_path, module, weights, bias, image(n, 8, h, w), [1, 1, 1, 1])
        else:
            for _, actual in results(tmp_path, module, {"x": image(0, 8, h, w), "r": image(0, 16, h, w)}):
                assert actual.shape == (0, 16, h, w)


def test_many_blocks(tmp_path):
    module, weights, bias = build(tmp_path, [1, 96, 70, 90], 96, [1, 1, 1, 1], epilogue=False)
    assert "winograd" in kinds(module)
    compare(tmp_path, module, weights, bias, image(1, 96, 70, 90), [1, 1, 1, 1], epilogue=False)


@pytest.mark.parametrize("what, attributes", [("stride", {"strides": [2, 1]}), ("dilation", {"dilations": [1, 2]}), ("groups", {"group": 2})])
def test_others_stay_as_they_are(tmp_path, what, attributes):
    weights = image(16, 16 // attributes.get("group", 1), 3, 3)
    model = state.model([N("Conv", ["x", "w"], ["y"], **attributes)], {"x": [1, 16, 32, 32]}, ["y"], {"w": weights})
    state.compile_to(tmp_path / "conv.wasm", model)
    assert kinds(tmp_path / "conv.wasm") and "winograd" not in kinds(tmp_path / "conv.wasm")


def test_can_be_turned_off(tmp_path):
    module, weights, bias = build(tmp_path, [1, 16, 32, 32], 16, [1, 1, 1, 1], "--winograd=off")
    assert "winograd" not in kinds(module)
    compare(tmp_path, module, weights, bias, image(1, 16, 32, 32), [1, 1, 1, 1])


def test_two_layers_of_the_same_weights_prepare_them_once(tmp_path):
    weights = image(16, 16, 3, 3)
    nodes = [N("Conv", ["x", "w"], ["a"], pads=[1] * 4), N("Relu", ["a"], ["b"]), N("Conv", ["b", "w"], ["y"], pads=[1] * 4)]
    size = {}
    for name, chain, end in (("one", nodes[:1], "a"), ("two", nodes, "y")):
        state.compile_to(tmp_path / f"{name}.wasm", state.model(chain, {"x": [1, 16, 32, 32]}, [end], {"w": weights}))
        assert kinds(tmp_path / f"{name}.wasm").count("winograd") >= 1
        size[name] = json.loads(compiled.tool("inspect", tmp_path / f"{name}.wasm", "--json").stdout)["memory"]["pages"] * 65536
    # What two sets of weights would take beyond the one intermediate tensor.
    assert size["two"] - size["one"] <= 16 * 32 * 32 * 4 + 65536
    x = image(1, 16, 32, 32)
    expected = convolved(np.maximum(convolved(x, weights, [1] * 4), 0), weights, [1] * 4)
    for _, actual in results(tmp_path, tmp_path / "two.wasm", {"x": x}):
        assert np.abs(actual - expected).max() <= TOLERANCE * np.abs(expected).max()


def test_what_is_prepared_has_a_limit(tmp_path):
    # 36 * 1024 * 1024 * 4 bytes each: the second would exceed it.
    weights = {name: np.ones((1024, 1024, 3, 3), np.float32) * scale for name, scale in (("v", 1), ("w", 2))}
    model = state.model([N("Conv", ["x", "v"], ["a"], pads=[1] * 4), N("Conv", ["a", "w"], ["y"], pads=[1] * 4)], {"x": [1, 1024, 48, 48]}, ["y"], weights)
    state.compile_to(tmp_path / "conv.wasm", model)
    assert sorted(kind for kind in kinds(tmp_path / "conv.wasm") if kind in ("winograd", "convolve")) == ["convolve", "winograd"]
