"""The Python package's types, as a program under mypy's strictest settings sees them in the installed wheel."""
import subprocess
import sys

import pytest
from places import one

PROGRAM = """
import numpy as np
import wasmind
from wasmind import te

model = wasmind.load("model.wasm", time_limit_ms=5)
scores: np.ndarray[tuple[int, ...], np.dtype[np.float32]] = model.run({"x": np.zeros(4, np.float32)})["y"]
view = model.instantiate().input("x", (4,))
view[0] = float(scores.sum()) + model.info.memory_bytes
names: list[str] = [tensor.name for function in model.signature.functions for tensor in function.inputs]
library = wasmind.OperatorLibrary.load(b"")
with library.tensor("f32", (2, 2)) as tensor:
    tensor.numpy()[0, 0] = len(tensor.shape)
library.call("Softmax", view, axis=-1, out=tensor)
A = te.placeholder((3,), "float32")
compiled: wasmind.Model = wasmind.compile([A, te.compute((3,), lambda i: A[i] + 1)], dims={"n": (1, 8)})
try:
    wasmind.compile("model.onnx", "model.wasm")
except wasmind.WasmindError as error:
    print(error.code.upper())
"""
WRONG = ["wasmind.load(3)", "wasmind.compile('a.onnx', dims=4)", "wasmind.load('a').run({}, entry=1)", "wasmind.load('a').signature.function",
         "wasmind.OperatorLibrary.load('a').call(1)", "wasmind.load('a', max_memory='1')"]


@pytest.fixture
def check(packages, environment, tmp_path):
    python = environment("numpy")
    python.shell(f"pip install {one('wasmind-0*.whl')}")

    def run(text):
        (tmp_path / "program.py").write_text(text)
        return subprocess.run([sys.executable, "-m", "mypy", "--strict", "--python-executable", python.python, "--cache-dir", tmp_path / "cache",
                               "program.py"], cwd=tmp_path, capture_output=True, text=True)

    return run


def test_a_program_is_typed(check):
    result = check(PROGRAM)
    assert result.returncode == 0, result.stdout
    wrong = check("import wasmind\n" + "\n".join(WRONG) + "\n")
    lines = {int(line.split(":")[1]) for line in wrong.stdout.splitlines() if "error:" in line}
    assert lines == set(range(2, 2 + len(WRONG))), wrong.stdout
