"""`--time-limit` and `time_limit`: compiling ends when it is told to, with one line and without a file."""
import time

import numpy as np
import onnx
import pytest
import wasmind
from models import compiled
from onnx import TensorProto, helper


def value(name, shape):
    return helper.make_tensor_value_info(name, TensorProto.FLOAT, shape)


def write(path, nodes, inputs, outputs, constants=()):
    graph = helper.make_graph(nodes, "g", inputs, outputs, list(constants))
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8), path)
    return path


@pytest.fixture(scope="module")
def slow(tmp_path_factory):
    """A model that takes seconds: thousands of kernels, each with an extent of its own, and weights that would lie beside its module."""
    count = 3000
    nodes = [helper.make_node("Add", [f"x{i}", "w"], [f"y{i}"]) for i in range(count)]
    return write(tmp_path_factory.mktemp("slow") / "slow.onnx", nodes, [value(f"x{i}", [f"d{i}"]) for i in range(count)],
                 [value(f"y{i}", [f"d{i}"]) for i in range(count)], [onnx.numpy_helper.from_array(np.ones(1, np.float32), "w")])


@pytest.mark.parametrize("options", [(), ("--emit=wat",), ("--emit=object",), ("--weights=external",)], ids=str)
def test_a_time_limit_ends_the_tool(options, slow, tmp_path):
    begin = time.monotonic()
    result = compiled.tool("compile", slow, "-o", tmp_path / "out", "--time-limit=0.5", *options, timeout=60)
    took = time.monotonic() - begin
    assert result.returncode == 1 and result.stdout == ""
    assert result.stderr == f"wasmind: error: {slow}: not compiled within the time limit of 0.5 s\n"
    assert 0.5 <= took < 1.5
    assert list(tmp_path.iterdir()) == []


def test_a_time_limit_ends_python_s_compiler(slow, tmp_path):
    begin = time.monotonic()
    with pytest.raises(wasmind.WasmindError, match=r"slow\.onnx: not compiled within the time limit of 1 s") as refusal:
        wasmind.compile(slow, tmp_path / "out.wasm", time_limit=1)
    assert refusal.value.code == "Limit" and time.monotonic() - begin < 2
    assert list(tmp_path.iterdir()) == []


def test_what_is_in_time_is_as_without_a_limit(tmp_path):
    path = write(tmp_path / "small.onnx", [helper.make_node("Add", ["x", "c"], ["y"])], [value("x", [16]), value("c", [16])], [value("y", [16])])
    inputs = {"x": np.ones(16, np.float32), "c": np.full(16, 2, np.float32)}
    model = wasmind.compile(path, tmp_path / "limited.wasm", time_limit=60)
    np.testing.assert_array_equal(model.run(inputs)["y"], np.full(16, 3, np.float32))
    assert compiled.tool("compile", path, "-o", tmp_path / "tool.wasm", "--time-limit=60").returncode == 0
    wasmind.compile(path, tmp_path / "plain.wasm")
    assert len({(tmp_path / name).read_bytes() for name in ("limited.wasm", "tool.wasm", "plain.wasm")}) == 1
    with pytest.raises(wasmind.WasmindError, match="--constant q: no input"):
        wasmind.compile(path, constants={"q": 1}, time_limit=60)
    with pytest.raises(wasmind.WasmindError, match="tensor expressions"):
        wasmind.compile([], time_limit=1)
