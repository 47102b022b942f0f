"""The same program in three languages prints the same."""
import os
import pathlib
import subprocess
import sys

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
BUILD = pathlib.Path(os.environ.get("WASMIND_BUILD", ROOT / "build"))
PROGRAMS = {
    "cpp": [BUILD / "bin/example_model"],
    "py": [sys.executable, ROOT / "examples/model.py"],
    "ts": [ROOT / "node_modules/.bin/node", ROOT / "examples/model.ts"],
}


@pytest.fixture(scope="module")
def modules(tmp_path_factory):
    folder = tmp_path_factory.mktemp("vectors")
    subprocess.run([sys.executable, ROOT / "abi/vectors/generate.py", folder], check=True)
    return folder


@pytest.mark.parametrize("language", PROGRAMS)
def test_prints_memory_inputs_and_outputs(language, modules):
    result = subprocess.run([*PROGRAMS[language], modules / "inline_weights.wasm"], capture_output=True, text=True, check=True)
    words = [line.split() for line in result.stdout.splitlines()]
    assert words[:3] == [["memory:", "196608", "bytes,", "fixed"], ["in", "x:", "f32", "[4]"], ["out", "y:", "f32", "[4]", "=", "0.5", "1.5", "2.5", "3.5"]]


@pytest.mark.parametrize("language", PROGRAMS)
def test_refuses_what_is_no_module(language, modules):
    result = subprocess.run([*PROGRAMS[language], modules / "foreign_program.wasm"], capture_output=True, text=True)
    assert result.returncode == 1
    assert "InvalidModule" in result.stderr or "not a WebAssembly module" in result.stderr
