"""`wasmind compile --keep-names`: functions keep their names for profilers and stack traces, and nothing else changes."""
import subprocess

import numpy as np
import onnx
import pytest
from models import compiled, wasm
from onnx import TensorProto, helper, numpy_helper

# Calls `run` with more rows than there is memory for, which hosts refuse, and prints where it ends.
TRAP = """
import { readFileSync } from 'node:fs';
const wasm = new WebAssembly.Module(readFileSync(process.argv[2]));
const { memory, run } = new WebAssembly.Instance(wasm).exports;
new DataView(memory.buffer).setInt32(Number(process.argv[3]), 2 ** 26, true);
try {
  run();
} catch (error) {
  console.log(error.stack);
}
"""


def names_of(path):
    """{index: name} of the functions in the section `name` (core specification, appendix A.4)."""
    reader = wasm.Reader(wasm.read(path).custom["name"])
    names = {}
    while reader.at < len(reader.data):
        kind, content = reader.byte(), wasm.Reader(reader.bytes(reader.u()))
        if kind == 1:
            names = {content.u(): content.text() for _ in range(content.u())}
    return names


@pytest.fixture(scope="module", params=["inline", "external"])
def modules(request, tmp_path_factory):
    """One model without and with names."""
    folder = tmp_path_factory.mktemp("names")
    weights = np.random.default_rng(5).standard_normal((64, 64)).astype(np.float32)
    graph = helper.make_graph([helper.make_node("MatMul", ["x", "w"], ["a"]), helper.make_node("Softmax", ["a"], ["y"])], "names",
                              [helper.make_tensor_value_info("x", TensorProto.FLOAT, ["n", 64])],
                              [helper.make_tensor_value_info("y", TensorProto.FLOAT, ["n", 64])], [numpy_helper.from_array(weights, "w")])
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 20)], ir_version=10), folder / "m.onnx")
    paths = [folder / "plain" / "m.wasm", folder / "named" / "m.wasm"]
    for path, options in zip(paths, ([], ["--keep-names"])):
        path.parent.mkdir()
        result = compiled.tool("compile", folder / "m.onnx", "-o", path, "--dim=n=1..4", f"--weights={request.param}", *options)
        assert result.returncode == 0, result.stderr
    return paths


def test_every_function_has_its_name(modules):
    plain, named = modules
    assert set(wasm.read(plain).custom) == {"wasmind"}
    module = wasm.read(named)
    names = names_of(named)
    assert {k["name"] for k in module.signature["kernels"]} <= set(names.values())
    exported = {index: name for name, (kind, index) in module.exports.items() if kind == "function"}
    assert exported == {index: names[index] for index in exported}


def test_names_are_the_only_difference(modules):
    """The section stands last, as the specification wants it; the bytes before it are those of the module without names."""
    plain, named = (path.read_bytes() for path in modules)
    assert named.startswith(plain)
    rest = wasm.Reader(named[len(plain):])
    assert rest.byte() == 0
    assert rest.u() == len(rest.data) - rest.at
    assert rest.text() == "name"


def test_both_engines_run_it(modules, tmp_path):
    np.savez(tmp_path / "in.npz", x=np.random.default_rng(6).standard_normal((3, 64)).astype(np.float32))
    outputs = []
    for path in modules:
        for engine in compiled.ENGINES:
            out = tmp_path / f"{path.parent.name}.{engine}.npz"
            result = compiled.tool("run", path, f"--engine={engine}", "--inputs", tmp_path / "in.npz", "--outputs", out)
            assert result.returncode == 0, result.stderr
            outputs.append(np.load(out))
    for other in outputs[1:]:
        for name in outputs[0].files:
            assert np.array_equal(outputs[0][name], other[name])


def test_stacks_tell_kernels(modules, tmp_path):
    (tmp_path / "trap.mjs").write_text(TRAP)
    kernels = {k["name"] for k in wasm.read(modules[1]).signature["kernels"]}
    for path, expected in zip(modules, (False, True)):
        extent = wasm.read(path).signature["dims"][0]["offset"]
        result = subprocess.run([compiled.node(), tmp_path / "trap.mjs", path, str(extent)], capture_output=True, text=True)
        assert "out of bounds" in result.stdout, result.stdout + result.stderr
        assert any(f"{name} (" in result.stdout for name in kernels) == expected, result.stdout
