"""What a command prints for people is one line or a table, of bounded length, and nothing in a name reaches the terminal raw."""
import re
import subprocess

import numpy as np
import pytest
from differential.mindir import N as node, X, network
from models import compiled
from onnx import TensorProto, helper

# What moves the cursor, changes colours or titles, turns the direction of writing, ends a line.
HOSTILE = ["\x1b[2J\x1b[31m", "\x1b]0;title\x07", "a\rb", "a\nb", "\x9b31m", "\x7f\x08\x08", "\u202egnp", "\u2066x\u2069", "\u2028\u2029", "\ufeff\u200f\u061c"]
RAW = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]")


def model(name, kind="Relu", shape=(2, "n"), **more):
    info = lambda value: helper.make_tensor_value_info(value, TensorProto.FLOAT, list(shape))
    graph = helper.make_graph([helper.make_node(kind, [name], [f"{name}_y"], name=f"{name}_node", **more)], name, [info(name)], [info(f"{name}_y")])
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8, producer_name=name).SerializeToString()


def printed(*arguments, folder):
    """(exit code, all that was printed), which is harmless."""
    result = subprocess.run([compiled.TOOL, *map(str, arguments)], cwd=folder, capture_output=True, timeout=60)
    text = (result.stdout + result.stderr).decode()  # UTF-8 whatever the names are
    assert not RAW.search(text), repr(RAW.search(text).group()) + " in " + repr(text[:500])
    assert all(len(line.encode()) <= 4096 + len("wasmind: error: ") for line in result.stderr.decode().splitlines()), text[:200]
    return result.returncode, text


@pytest.mark.parametrize("name", HOSTILE, ids=map(ascii, HOSTILE))
def test_names_of_a_model_are_escaped(name, tmp_path):
    (tmp_path / "m.onnx").write_bytes(model(name, shape=(2, f"{name}_n")))
    assert printed("compile", "m.onnx", "-o", "m.wasm", folder=tmp_path)[0] == 0  # notes name the dimension
    for command in (["inspect", "m.wasm"], ["inspect", "m.wasm", "--json"], ["inspect", "m.onnx"], ["inspect", "m.onnx", "--json"],
                    ["run", "m.wasm", "--random"], ["run", "m.wasm", "--random", "--json"], ["run", "m.wasm", "--random", "--verify=case.npz"],
                    ["run", "m.wasm"], ["run", "m.wasm", "--inputs=case.npz"], ["compile", "m.onnx", "-o", "m.wasm", "--verify"]):
        np.savez(tmp_path / "case.npz", **{"wrong\u202e\x1b[31m": np.zeros(3, np.float32)})
        printed(*command, folder=tmp_path)


def test_names_of_a_profile_are_escaped(tmp_path):
    name = "".join(HOSTILE)
    (tmp_path / "m.onnx").write_bytes(model(name, kind="Softmax"))
    code, text = printed("bench", "--profile=page.html", "m.onnx", "--repeat=1", "--engine=wasmtime", folder=tmp_path)
    assert code == 0 and "_node" in text
    assert not re.search("[\x00-\x09\x0b-\x1f]", (tmp_path / "page.html").read_text())


@pytest.mark.parametrize("name", HOSTILE, ids=map(ascii, HOSTILE))
def test_names_in_refusals_are_escaped(name, tmp_path):
    for number, data in enumerate((model(name, kind=f"Strange{name}"), model(name, kind="Conv"), model(name, shape=(2**40, 2**40)), model(name, kind="Relu", attribute=name),
                                   model(name, kind="Softmax", axis=77))):
        (tmp_path / f"{number}.onnx").write_bytes(data)
        code, text = printed("compile", f"{number}.onnx", "-o", "m.wasm", folder=tmp_path)
        assert code == 1 and len(text.strip().splitlines()) == 1, text
    (tmp_path / "m.mindir").write_bytes(network(node("MaxPool", X(1, 1, 4, 4), pad_mode=name, kernel_size=(1, 1, 2, 2)), None)[0])
    code, text = printed("compile", "m.mindir", "-o", "m.wasm", folder=tmp_path)
    assert code == 1 and len(text.strip().splitlines()) == 1, text
    # Whatever a file is called and whatever its bytes are.
    (tmp_path / "b.onnx").write_bytes(name.encode() * 10)
    assert printed("compile", "b.onnx", "-o", "m.wasm", folder=tmp_path)[0] == 1
    assert printed("compile", f"{name}.onnx", "-o", "m.wasm", folder=tmp_path)[0] == 1
    (tmp_path / "t.onnxtxt").write_text(f'<ir_version: 8, opset_import: ["" : 17]> g {name}')
    assert printed("compile", "t.onnxtxt", "-o", "m.wasm", folder=tmp_path)[0] == 1


@pytest.mark.parametrize("length", [3_900, 5_000, 1_000_000])
@pytest.mark.parametrize("letter", ["x", "ä", "\u202e"], ids=ascii)
def test_long_names_are_cut(letter, length, tmp_path):
    name = letter * length
    for kind, more in (("Strange", {}), ("Conv", {}), ("Relu", {"attribute": name})):
        (tmp_path / "m.onnx").write_bytes(model(name, kind=kind, **more))
        code, text = printed("compile", "m.onnx", "-o", "m.wasm", folder=tmp_path)
        assert code == 1 and len(text.strip().splitlines()) == 1 and text.startswith("wasmind: error: m.onnx: "), text[:200]
    (tmp_path / "t.onnxtxt").write_text('<ir_version: 8, opset_import: ["" : 17]> g (float[2] x) => (float[2] y) { y = Relu (x, }' + name)
    assert printed("compile", "t.onnxtxt", "-o", "m.wasm", folder=tmp_path)[0] == 1
