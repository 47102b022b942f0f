"""Wrong inputs and forged modules: every engine refuses them alike, with one line and exit code 1, before anything runs."""
import copy
import json

import numpy as np
import onnx
import pytest
from models import compiled, wasm
from onnx import TensorProto, helper

PAGE = 65536


@pytest.fixture(scope="module")
def module():
    return compiled.collected("silero_vad_openvino", "simd128")


def feeds():
    return {k.removeprefix("in:"): v for k, v in np.load(compiled.case("silero_vad_openvino", 0)).items() if k.startswith("in:")}


def refused(folder, module, arrays, engine, *culprits):
    np.savez(folder / "in.npz", **arrays)
    result = compiled.tool("run", module, f"--engine={engine}", "--inputs", folder / "in.npz", "--outputs", folder / "out.npz", timeout=120)
    assert result.returncode == 1, f"exit code {result.returncode}: {result.stdout}{result.stderr[-500:]}"
    lines = result.stderr.strip().splitlines()
    assert len(lines) == 1, f"expected one line:\n{result.stderr[-2000:]}"
    assert not [f for f in folder.iterdir() if f.name.startswith("out.npz")], "something was left behind"
    missing = [c for c in culprits if str(c) not in lines[0]]
    assert not missing, f"{lines[0]!r} does not name {missing}"


@pytest.mark.parametrize("engine", compiled.ENGINES)
@pytest.mark.parametrize("change,culprits", [
    (lambda a: {**a, "stat": a["state"]}, ["stat"]),
    (lambda a: {k: v for k, v in a.items() if k != "state"}, ["state"]),
    (lambda a: {**a, "state": a["state"][:1]}, ["state"]),
    (lambda a: {**a, "input": a["input"].ravel()}, ["input"]),
    (lambda a: {**a, "input": a["input"].astype(np.float64)}, ["input", "f64", "f32"]),
    (lambda a: {**a, "input": a["input"].astype(np.int32)}, ["input", "i32", "f32"]),
    (lambda a: {}, ["input"]),
], ids=["unknown name", "missing", "extent", "rank", "f64 for f32", "i32 for f32", "nothing"])
def test_wrong_input(change, culprits, engine, module, tmp_path):
    refused(tmp_path, module, change(feeds()), engine, *culprits)


@pytest.mark.parametrize("inputs, text", [
    ({"a": np.zeros((3, 4), np.float32)}, "input 'a': axis 0 is 3, outside 4..8 of 'n'; compile with --dim n=3..8 to allow it"),
    ({"a": np.zeros((12, 4), np.float32)}, "input 'a': axis 0 is 12, outside 4..8 of 'n'; compile with --dim n=4..12 to allow it"),
    ({"a": np.zeros((4, 5), np.float32)}, "input 'a': axis 1 is 5, the model needs 4"),
    ({"a": np.zeros(4, np.float32)}, "input 'a': rank 1, shape [n, 4] has rank 2"),
    ({"a": np.zeros((4, 4), np.int32)}, "input 'a': element type i32, the model needs f32"),
    ({"b": np.zeros(5, np.float32)}, "inputs disagree on dim 'n': it is 4 by axis 0 of 'a' and 5 by axis 0 of 'b'"),
    ({"c": np.zeros(9, np.float32)}, "axis 0 of input 'c' must be n + 1 = 5, not 9"),
], ids=["below", "above", "fixed", "rank", "type", "disagree", "sum"])
def test_engines_say_the_same(inputs, text, tmp_path):
    """Of every input that does not fit, and with the values that do not."""
    info = lambda name, *shape: helper.make_tensor_value_info(name, TensorProto.FLOAT, list(shape))
    graph = helper.make_graph([helper.make_node("Relu", [name], [f"{name}_y"]) for name in "abc"], "g", [info("a", "n", 4), info("b", "n"), info("c", "n + 1")],
                              [info("a_y", None, None), info("b_y", None), info("c_y", None)])
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8), tmp_path / "m.onnx")
    assert compiled.tool("compile", tmp_path / "m.onnx", "-o", tmp_path / "m.wasm", "--dim", "n=4..8").returncode == 0
    np.savez(tmp_path / "in.npz", **{"a": np.zeros((4, 4), np.float32), "b": np.zeros(4, np.float32), "c": np.zeros(5, np.float32), **inputs})
    told = {compiled.tool("run", "m.wasm", f"--engine={engine}", "--inputs", "in.npz", cwd=tmp_path).stderr for engine in compiled.ENGINES}
    assert told == {f"wasmind: error: m.wasm: {text}\n"}


@pytest.mark.parametrize("engine", compiled.ENGINES)
@pytest.mark.parametrize("shape,culprit", [((9, 2048), "bytes"), ((0, 2048), "bytes"), ((2, 2047), "bytes")])
def test_extent_outside_its_bounds(shape, culprit, engine, tmp_path):
    refused(tmp_path, compiled.collected("magika", "simd128"), {"bytes": np.zeros(shape, np.int32)}, engine, culprit)


@pytest.mark.parametrize("engine", compiled.ENGINES)
def test_inputs_that_disagree_on_a_name(engine, tmp_path):
    case = np.load(compiled.case("minilm", 1))
    arrays = {k.removeprefix("in:"): v for k, v in case.items() if k.startswith("in:")}
    arrays["attention_mask"] = arrays["attention_mask"][:2]
    refused(tmp_path, compiled.collected("minilm", "simd128"), arrays, engine, "batch")


def change(signature, path, value):
    signature, keys = copy.deepcopy(signature), path.split("/")
    at = signature
    for key in keys[:-1]:
        at = at[int(key)] if isinstance(at, list) else at[key]
    at[int(keys[-1]) if isinstance(at, list) else keys[-1]] = value
    return signature


FIRST = "functions/0/inputs/0"
FORGED = {
    "offset past the memory": (f"{FIRST}/offset", 2**31),
    "offset past 32 bits": (f"{FIRST}/offset", 2**32 + 65536),
    "negative offset": (f"{FIRST}/offset", -65536),
    "offset in the stack": (f"{FIRST}/offset", 0),
    "misaligned offset": (f"{FIRST}/offset", 65537),
    "long": (f"{FIRST}/byteLength", 2**31),
    "too short for its shape": (f"{FIRST}/byteLength", 4),
    "huge extent": (f"{FIRST}/shape", [2**40, 2**40]),
    "negative extent": (f"{FIRST}/shape", [-1, 576]),
    "unknown dim": (f"{FIRST}/shape", ["nowhere", 576]),
    "unknown dtype": (f"{FIRST}/dtype", "f33"),
    "fraction": (f"{FIRST}/offset", 65536.5),
    "text for a number": (f"{FIRST}/offset", "65536"),
    "output past the memory": ("functions/0/outputs/0/offset", 2**32 - 4),
    "unknown function": ("functions/0/name", "walk"),
    "no functions": ("functions", []),
    "later version": ("abi", 99),
    "more pages than there are": ("memory/pages", 65536),
    "extents past the memory": ("memory/extents", {"offset": 2**31, "byteLength": 64}),
    "two inputs of one name": ("functions/0/inputs/1/name", "input"),
}


@pytest.mark.parametrize("engine", compiled.ENGINES)
@pytest.mark.parametrize("path,value", FORGED.values(), ids=FORGED.keys())
def test_forged_signature(path, value, engine, module, tmp_path):
    forged = change(wasm.read(module).signature, path, value)
    (tmp_path / "forged.wasm").write_bytes(wasm.with_signature(module, forged))
    refused(tmp_path, tmp_path / "forged.wasm", feeds(), engine, "forged.wasm")


@pytest.mark.parametrize("engine", compiled.ENGINES)
@pytest.mark.parametrize("text", ["", "{", "null", "[]", '{"abi": 1}', "[" * 100_000, '{"abi": 1, "abi": 2}', "\0" * 40], ids=range(8))
def test_signature_that_is_none(text, engine, module, tmp_path):
    (tmp_path / "forged.wasm").write_bytes(wasm.with_signature(module, text))
    refused(tmp_path, tmp_path / "forged.wasm", feeds(), engine, "forged.wasm")


@pytest.mark.parametrize("engine", compiled.ENGINES)
@pytest.mark.parametrize("part", [0, 4, 0.3, 0.99])
def test_truncated_module(part, engine, module, tmp_path):
    data = module.read_bytes()
    (tmp_path / "short.wasm").write_bytes(data[: int(part * len(data)) if part < 1 else part])
    refused(tmp_path, tmp_path / "short.wasm", feeds(), engine, "short.wasm")


@pytest.mark.parametrize("engine", compiled.ENGINES)
@pytest.mark.parametrize("data", [b"", b"no module", b"\0asm\1\0\0\0", b"\0asm\2\0\0\0"], ids=["empty", "text", "no sections", "version 2"])
def test_file_that_is_no_module(data, engine, tmp_path):
    (tmp_path / "odd.wasm").write_bytes(data)
    refused(tmp_path, tmp_path / "odd.wasm", {"x": np.zeros(3, np.float32)}, engine, "odd.wasm")


@pytest.mark.parametrize("engine", compiled.ENGINES)
def test_module_that_imports(engine, tmp_path):
    """A module of somebody else that wants functions of its host gets none."""
    body = b"\x01\x04\x01\x60\x00\x00" + b"\x02\x09\x01\x03env\x01f\x00\x00"
    (tmp_path / "odd.wasm").write_bytes(b"\0asm\1\0\0\0" + body)
    refused(tmp_path, tmp_path / "odd.wasm", {"x": np.zeros(3, np.float32)}, engine, "odd.wasm")


def test_inspect_refuses_a_forged_module(module, tmp_path):
    forged = change(wasm.read(module).signature, f"{FIRST}/offset", 2**31)
    (tmp_path / "forged.wasm").write_bytes(wasm.with_signature(module, json.dumps(forged)))
    result = compiled.tool("inspect", tmp_path / "forged.wasm")
    assert result.returncode == 1 and len(result.stderr.strip().splitlines()) == 1 and "forged.wasm" in result.stderr
