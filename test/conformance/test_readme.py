"""The commands and snippets of README.md work as they stand there: every fenced block is taken out and run, unchanged."""
import os
import re
import shutil
import subprocess
import sys

import numpy as np
import onnx
import pytest
import wasmind
from models import compiled, decoder, numerics, state
from onnx import TensorProto, helper, numpy_helper

BLOCKS = re.findall(r"^```(\w+)\n(.*?)^```", (compiled.ROOT / "README.md").read_text(), re.MULTILINE | re.DOTALL)


def block(language, word=""):
    """The one block in a language that has a word."""
    found = [text for each, text in BLOCKS if each == language and word in text]
    assert len(found) == 1, f"README.md has {len(found)} blocks of {language} with '{word}'"
    return found[0]


# A block belongs to the test of the same words here; test/packages runs what installs, test/tvm and test/mindspore what wants those.
KNOWN = [("sh", "make demo"), ("sh", "make packages"), ("sh", "cmake --install"), ("sh", "inspect model.wasm"), ("sh", "--variants"),
         ("python", "model.notes"), ("cpp", ""), ("ts", ""),
         ("python", "wasmind.compile"), ("sh", "--state"), ("python", "wasmind.mindspore"), ("sh", "operators --list"), ("python", "tvm_ffi")]


def test_every_block_is_run():
    assert [text for _, text in BLOCKS] == [block(*known) for known in KNOWN]


@pytest.fixture
def folder(tmp_path):
    """A folder with the files that the snippets name, and the tree's build as commands name it."""
    shutil.copy(compiled.source("magika"), tmp_path / "magika.onnx")
    shutil.copy(compiled.collected("magika", "simd128"), tmp_path / "magika.wasm")
    (tmp_path / "build").symlink_to(compiled.ROOT / "build")
    return tmp_path


def succeed(command, **options):
    result = subprocess.run([str(part) for part in command], capture_output=True, text=True, stdin=subprocess.DEVNULL, timeout=600, **options)
    assert result.returncode == 0, result.stdout + result.stderr
    return result.stdout


def run_lines(text, folder):
    """All lines of a block by the shell, which stops at the first that fails."""
    return succeed(["bash", "-euxo", "pipefail", "-c", text], cwd=folder)


def test_make():
    # What the targets do takes an hour from nothing: test_demo.py runs the one, and this is a part of the other.
    for line in block("sh", "make demo").splitlines():
        succeed(["bash", "-c", re.sub(r"^make", "make --dry-run", line)], cwd=compiled.ROOT)


def test_commands(folder):
    """On a model with a named dimension and an input with a default value, as the commands want it."""
    value = lambda name, extent: helper.make_tensor_value_info(name, TensorProto.FLOAT, ["batch", extent])
    weights = np.random.default_rng(1).standard_normal((16, 8), dtype=np.float32)
    nodes = [helper.make_node("MatMul", ["x", "w"], ["p"]), helper.make_node("Mul", ["p", "scale"], ["y"])]
    scale = helper.make_tensor_value_info("scale", TensorProto.FLOAT, [])
    initializers = [numpy_helper.from_array(weights, "w"), numpy_helper.from_array(np.float32(1), "scale")]
    graph = helper.make_graph(nodes, "g", [value("x", 16), scale], [value("y", 8)], initializers)
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9), folder / "model.onnx")
    x = np.random.default_rng(2).standard_normal((3, 16), dtype=np.float32)
    np.savez(folder / "case.npz", x=x)
    said = run_lines(block("sh", "inspect model.wasm"), folder)
    numerics.check(np.load(folder / "out.npz")["y"], x @ weights, "out.npz")
    numerics.check(wasmind.load(folder / "rows.wasm").run([x])["y"], x @ weights / 2, "rows.wasm")
    numerics.check(wasmind.load(folder / "scaled.wasm").run({"x": x})["y"], x @ weights, "scaled.wasm")
    for words in ("batch: 1 .. 4", "times as fast as onnxruntime-web", "MatMul f32"):
        assert words in said, f"no '{words}' in:\n{said}"


def test_builds(folder):
    shutil.copy(folder / "magika.onnx", folder / "model.onnx")
    x = np.full((1, 2048), 256, np.int32)
    np.savez(folder / "case.npz", bytes=x)
    run_lines(block("sh", "--variants"), folder)
    numerics.check(np.load(folder / "out.npz")["target_label"], wasmind.load(folder / "magika.wasm").run([x])["target_label"], "out.npz")
    (folder / "snippet.py").write_text(block("python", "model.notes"))
    assert re.fullmatch(r"relaxed-simd\.\w+\.wasm is loaded, the build for simd128, relaxed-simd\n", succeed([sys.executable, "snippet.py"], cwd=folder))


def test_state(folder):
    onnx.save(state.lstm(), folder / "vad.onnx")
    onnx.save(decoder.decoder(layers=1, positions=640), folder / "decoder.onnx")
    np.save(folder / "frames.npy", np.ones((5, 1, 1, 8), np.float32))
    run_lines(block("sh", "--state"), folder)
    y = np.load(folder / "out.npz")["y"].ravel()
    assert len(set(y)) == 5, "every run sees what the last one left"


def test_operators(folder):
    succeed([compiled.TOOL, "operators", "build", "--ops=mul", "--objects", folder / "objects"])
    shutil.copy(folder / "objects/mul.o", folder / "kernel.o")
    assert re.search(r"^Add +x", run_lines(block("sh", "operators --list"), folder), re.MULTILINE)
    for name in ("wasm_ops.wasm", "libops_wasm32.a", "wasm_ops.h", "tvm_ops.wasm"):
        assert (folder / name).stat().st_size > 0


def test_cpp(folder):
    """In a function, behind its include, with the `fail` that a program has."""
    include, body = block("cpp").split("\n\n", 1)
    (folder / "snippet.cpp").write_text(
        f"{include}\n#include <cstdio>\n#include <string>\n"
        "static int fail(const std::string &text) { return std::puts(text.c_str()), 1; }\n"
        f"int main() {{\n{body}\n  return outputs && (*outputs)[0].shape() == std::vector<int64_t>{{1, 214}} ? 0 : fail(\"shape\");\n}}\n")
    lib = compiled.ROOT / "build/lib"
    succeed(["clang++-22", "-std=c++20", "-Wall", "-Werror", "-I", compiled.ROOT / "runtime/host/include", "snippet.cpp", "-L", lib,
             "-lwasmind_runtime", f"-Wl,-rpath,{lib}", "-o", "snippet"], cwd=folder)
    succeed(["./snippet"], cwd=folder)
    (folder / "magika.wasm").unlink()
    told = subprocess.run(["./snippet"], cwd=folder, capture_output=True, text=True)
    assert told.returncode == 1 and "magika.wasm: No such file" in told.stdout


def test_python(folder):
    (folder / "snippet.py").write_text(block("python", "wasmind.compile") + 'print(next(iter(outputs.values())).shape)\n')
    assert succeed([sys.executable, "snippet.py"], cwd=folder).strip().endswith("(1, 214)")


@pytest.fixture
def project(folder):
    """The TypeScript of README.md as a project that depends on the library, compiled by the pinned compiler."""
    (folder / "node_modules").mkdir()
    (folder / "node_modules/wasmind").symlink_to(compiled.ROOT / "runtime/web")
    (folder / "package.json").write_text('{"type": "module", "dependencies": {"wasmind": "*"}}\n')
    (folder / "snippet.ts").write_text(block("ts") + "console.log(target_label.dims.join());\n")
    succeed([compiled.node(), compiled.ROOT / "node_modules/typescript/bin/tsc", "--strict", "--target", "ES2022", "--module", "NodeNext", "--lib", "ES2022,DOM",
             "--types", "", "--noEmitOnError", "--skipLibCheck", "false", "snippet.ts"], cwd=folder)
    return folder


def test_typescript_in_node(project):
    for script in ("snippet.js", "snippet.ts"):  # Node takes the types off itself
        assert succeed([compiled.node(), script], cwd=project).strip() == "1,214"


def test_typescript_in_deno(project):
    found = sorted(compiled.ROOT.glob("node_modules/@deno/linux-*/deno"))
    if not found:
        pytest.skip("the package deno of package.json has no program for this machine")
    for script in ("snippet.js", "snippet.ts"):
        assert succeed([found[0], "run", "--allow-read", "--cached-only", script], cwd=project, env={**os.environ, "DENO_DIR": str(project / "deno")}).strip() == "1,214"


def test_typescript_in_a_page(project):
    browser = shutil.which("chromium") or shutil.which("google-chrome")
    if not browser:
        pytest.skip("neither chromium nor google-chrome is in PATH")
    said = succeed([compiled.node(), compiled.ROOT / "test/conformance/page.mjs", project, "snippet.js"], env={**os.environ, "WASMIND_CHROMIUM": browser})
    assert said.strip() == "1,214"
