"""The operator examples say what they should."""
import shutil
import subprocess
import sys

import pytest

from models import compiled


def test_pipeline_with_our_objects_and_with_tvms(tmp_path):
    """Formulas and TVM's kernels to objects, archive and module, and Add and Sub in three types from C++ on wasmtime."""
    result = subprocess.run([sys.executable, compiled.ROOT / "examples/operators_demo.py", tmp_path / "out"], capture_output=True, text=True, timeout=600)
    if "tvm is not available" in result.stderr:
        pytest.skip(result.stderr.strip().splitlines()[-1])
    assert result.returncode == 0, result.stdout + result.stderr
    lines = [line.strip() for line in result.stdout.splitlines()]
    assert "add.o" in lines and "sub.o" in lines and "tvm_add_f32.dso.o" in lines
    for name in ("Add", "Sub"):
        for dtype in ("f32", "i32", "i8"):
            assert sum(line.startswith(f"{name} {dtype}: ") and line.endswith("ok") for line in lines) == 2, result.stdout


@pytest.fixture(scope="module")
def library(tmp_path_factory):
    path = tmp_path_factory.mktemp("library") / "wasm_ops.wasm"
    result = compiled.tool("operators", "build", "--ops=add,softmax", "--dtypes=f32", "-o", path)
    assert result.returncode == 0, result.stderr
    return path


@pytest.mark.parametrize("program", ["operators.py", "operators.ts", "operators.cpp"])
def test_operators(library, program):
    command = {".py": [sys.executable, compiled.ROOT / "examples" / program], ".ts": [shutil.which("node"), compiled.ROOT / "examples" / program],
               ".cpp": [compiled.ROOT / "build/bin/example_operators"]}[program[program.index("."):]]
    result = subprocess.run([*command, library], capture_output=True, text=True)
    assert result.returncode == 0, result.stderr
    words = result.stdout.replace("[", " ").replace("]", " ").replace(". ", " ").split()
    assert words == "Add 10 21 32 13 24 35 Softmax 0.0474 0.0474 0.0474 0.9526 0.9526 0.9526 in place 20 40 60".split()


def test_expression(tmp_path):
    """One's own operator in C++ and in Python gives the same module."""
    (tmp_path / "cpp").mkdir()
    (tmp_path / "py").mkdir()
    for command in ([compiled.ROOT / "build/bin/example_expression", tmp_path / "cpp"],
                    [sys.executable, compiled.ROOT / "examples/expression.py", tmp_path / "py"]):
        result = subprocess.run(command, capture_output=True, text=True)
        assert result.returncode == 0 and not result.stderr, result.stderr
    assert "Distances [ 0. 25. 25.  0.  2. 13.]" in result.stdout
    assert {path.name for path in (tmp_path / "cpp").iterdir()} == {"lerp.o", "distances.o", "own_ops.wasm", "libown_wasm32.a"}
    assert (tmp_path / "cpp/own_ops.wasm").stat().st_size == (tmp_path / "py/own_ops.wasm").stat().st_size
