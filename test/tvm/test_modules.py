"""`tvm_ffi.load_module` of an operator library, in the real TVM's Python: modules.py has the checks."""
import importlib
import json
import os
import pathlib
import re
import subprocess

import pytest
import wasmind
from models import compiled
from wasmind import te

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[1]
BUILD = pathlib.Path(os.environ.get("WASMIND_BUILD", ROOT / "build"))
CHECKS = re.findall(r"^def (\w+)\(\):", (HERE / "modules.py").read_text(), re.MULTILINE)  # those without arguments


def operators(*arguments):
    result = compiled.tool("operators", "build", *arguments)
    assert result.returncode == 0, result.stderr


@pytest.fixture(scope="session")
def ours(folder):
    operators("-o", folder / "ours.wasm")
    return folder / "ours.wasm"


@pytest.fixture(scope="session")
def environment(folder):
    """With an empty cache, so that the loader is compiled."""
    return {**os.environ, "PYTHONPATH": str(BUILD / "python"), "WASMIND_CACHE": str(folder / "cache")}


@pytest.fixture(scope="session")
def outcome(python, folder, kernels, application, ours, environment):
    links = [part for kernel in kernels.values() for part in ("--link", folder / kernel["objects"]["dso"])]
    operators("--ops=add", "--dtypes=f32", *links, "--link", application, "-o", folder / "linked.wasm")
    a = te.placeholder((4,), name="a")
    wasmind.compile([a, te.compute(a.shape, lambda i: a[i] + 1, name="b")], folder / "model.wasm")
    (folder / "modules.py.wasm").write_bytes((HERE / "modules.py").read_bytes())
    result = subprocess.run([python, HERE / "modules.py", ours, folder / "linked.wasm", folder / "model.wasm", folder / "kernels.json"],
                            env=environment, capture_output=True, text=True)
    assert result.returncode == 0, result.stderr
    return json.loads(result.stdout)


@pytest.mark.parametrize("check", CHECKS)
def test_libraries_are_modules_of_tvm(outcome, check):
    assert check in outcome["passed"], outcome["failures"].get(check, "it did not run")


@pytest.mark.parametrize("document", ["README.md", "python/wasmind/tvm/README.md"])
def test_recipes_of_the_documents_run(python, outcome, ours, environment, tmp_path, document):
    recipe, = (block for block in re.findall(r"^```python\n(.*?)^```", (ROOT / document).read_text(), re.MULTILINE | re.DOTALL) if "tvm_ffi" in block)
    arrays = "import numpy as np\na, b, out = np.ones((2, 3), np.float32), np.ones(3, np.float32), np.empty((2, 3), np.float32)\n"
    (tmp_path / "wasm_ops.wasm").symlink_to(ours)
    result = subprocess.run([python, "-c", arrays + recipe + "print(out.sum())"], env=environment, cwd=tmp_path, capture_output=True, text=True)
    assert result.returncode == 0, result.stderr
    assert float(result.stdout) == pytest.approx(12 if document == "README.md" else 3)


LOAD = """
import sys, numpy, tvm_ffi
tvm_ffi.load_module(sys.argv[1])
out = numpy.zeros(2, numpy.float32)
tvm_ffi.load_module(sys.argv[2]).Add(numpy.ones(2, numpy.float32), out, out)
assert out.tolist() == [1, 1] and "wasmind" not in sys.modules
"""


def test_the_loader_serves_programs_without_our_package(python, ours, tmp_path):
    """Compiled by the command of the document."""
    command, = (line for line in (ROOT / "python/wasmind/tvm/README.md").read_text().splitlines() if line.startswith("c++ "))
    loader = tmp_path / "libwasmind_tvm.so"
    environment = {**os.environ, "PATH": f"{python.parent}:{os.environ['PATH']}", "LD_LIBRARY_PATH": str(BUILD / "lib")}
    command = command.replace("build/lib", str(BUILD / "lib")).replace("libwasmind_tvm.so", str(loader))
    subprocess.run(command, shell=True, cwd=ROOT, env=environment, check=True)
    subprocess.run([python, "-c", LOAD, loader, ours], env=environment, check=True)


@pytest.mark.parametrize("compiler, text", [("no-such-compiler", "needs a C++ compiler: there is no 'no-such-compiler'"), ("false", "false cannot compile")])
def test_a_missing_compiler_is_named(python, ours, environment, tmp_path, compiler, text):
    program = "import sys, tvm_ffi, wasmind.tvm; tvm_ffi.load_module(sys.argv[1])"
    result = subprocess.run([python, "-c", program, ours], env={**environment, "WASMIND_CACHE": str(tmp_path), "CXX": compiler}, capture_output=True, text=True)
    assert result.returncode == 1
    assert re.search(f"RuntimeError: .*{re.escape(text)}", result.stderr), result.stderr


def test_the_missing_package_is_named():
    with pytest.raises(wasmind.WasmindError, match="pip install apache-tvm-ffi") as refused:
        importlib.import_module("wasmind.tvm")
    assert refused.value.code == "Unsupported"
