"""The code of README.md works as it stands there."""
import os
import re
import shutil
import subprocess
import sys

import pytest
from models import compiled


def block(language):
    """The one block in a language; test/tvm runs the one that wants TVM."""
    text = (compiled.ROOT / "README.md").read_text()
    blocks = [found for found in re.findall(rf"^```{language}\n(.*?)^```", text, re.MULTILINE | re.DOTALL) if "tvm_ffi" not in found]
    assert len(blocks) == 1, f"README.md has {len(blocks)} blocks of {language}"
    return blocks[0]


@pytest.fixture
def folder(tmp_path):
    """A folder with the files that the snippets name."""
    shutil.copy(compiled.source("magika"), tmp_path / "magika.onnx")
    shutil.copy(compiled.collected("magika", "simd128"), tmp_path / "magika.wasm")
    return tmp_path


def succeed(command, **options):
    result = subprocess.run([str(part) for part in command], capture_output=True, text=True, **options)
    assert result.returncode == 0, result.stdout + result.stderr
    return result.stdout


def test_python(folder):
    (folder / "snippet.py").write_text(block("python") + 'print(next(iter(outputs.values())).shape)\n')
    assert succeed([sys.executable, "snippet.py"], cwd=folder).strip().endswith("(1, 214)")


def test_typescript(folder):
    (folder / "node_modules").mkdir()
    (folder / "node_modules/wasmind").symlink_to(compiled.ROOT / "runtime/web")
    # Node's fetch does not read file: URLs; a page's does read its own.
    text = block("ts").replace("new URL('magika.wasm', import.meta.url)", "await (await import('node:fs/promises')).readFile('magika.wasm')")
    (folder / "snippet.mts").write_text(text + "console.log(target_label.dims.join());\n")
    assert succeed([shutil.which("node"), "snippet.mts"], cwd=folder).strip() == "1,214"


def test_cpp(folder):
    include, body = block("cpp").split("\n\n", 1)
    (folder / "snippet.cpp").write_text(
        f"{include}\n#include <cstdio>\n#include <string>\n"
        "static int fail(const std::string &text) { return std::puts(text.c_str()), 1; }\n"
        f"int main() {{\n{body}\n  return outputs && (*outputs)[0].shape() == std::vector<int64_t>{{1, 214}} ? 0 : fail(\"shape\");\n}}\n")
    lib = compiled.ROOT / "build/lib"
    succeed(["clang++-22", "-std=c++20", "-Wall", "-Werror", "-I", compiled.ROOT / "runtime/host/include", "snippet.cpp", "-L", lib,
             "-lwasmind_runtime", f"-Wl,-rpath,{lib}", "-o", "snippet"], cwd=folder)
    succeed(["./snippet"], cwd=folder, env={**os.environ})


def test_shell(folder):
    """The command lines on a model of our own, without the benchmarks (test_bench_operators.py)."""
    lines = [line for line in re.findall(r"^build/bin/wasmind (?!operators).*$", (compiled.ROOT / "README.md").read_text(), re.MULTILINE)]
    assert len(lines) == 5 and all(" bench " in line for line in lines[3:])
    shutil.copy(compiled.source("silero_vad_openvino"), folder / "model.onnx")
    shutil.copy(compiled.case("silero_vad_openvino", 0), folder / "case.npz")
    for line in lines[:3]:
        command = re.sub(r" --dim \S+", "", line).replace("build/bin/wasmind", str(compiled.TOOL)).split()
        succeed(command, cwd=folder)
    assert (folder / "out.npz").exists()


def test_operators(tmp_path):
    lines = re.findall(r"^build/bin/wasmind operators .*$", (compiled.ROOT / "README.md").read_text(), re.MULTILINE)
    assert len(lines) == 3
    succeed([compiled.TOOL, "operators", "build", "--ops=mul", "--objects", tmp_path / "objects"])
    shutil.copy(tmp_path / "objects/mul.o", tmp_path / "kernel.o")
    for line in lines:
        succeed(line.replace("build/bin/wasmind", str(compiled.TOOL)).split(), cwd=tmp_path)
    assert {"wasm_ops.wasm", "libops_wasm32.a", "wasm_ops.h", "tvm_ops.wasm"} <= {path.name for path in tmp_path.iterdir()}
