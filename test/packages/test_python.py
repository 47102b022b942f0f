"""The two wheels: what is in them, and that they work with nothing of the tree at hand."""
import os
import pathlib
import re
import subprocess
import sysconfig
import zipfile

import onnx
import pytest
from places import ROOT, VECTORS, one

# What every Linux system has; anything else a library needs has to be in the wheel.
SYSTEM = re.compile(r"(libc|libm|libdl|libpthread|libgcc_s|libstdc\+\+|libz|ld-linux-\S+)\.so\.\d+")
ABI = f"cp{sysconfig.get_config_var('py_version_nodot')}"
RUN = """
import sys, numpy, wasmind
out, = wasmind.load(sys.argv[1], cache=False).run([numpy.ones(4, "f4"), numpy.full(4, 2, "f4")]).values()
assert out.tolist() == [3, 3, 3, 3], out
print(wasmind.__file__)
"""
COMPILE = """
import pathlib, sys, numpy, wasmind
model = wasmind.compile(sys.argv[1])
numpy.testing.assert_allclose(model.run({"x": numpy.arange(4, dtype="f4")})["y"], [0, 1, 4, 9])
from wasmind import te
A = te.placeholder((3,), "float32")
assert wasmind.compile([A, te.compute((3,), lambda i: A[i] + 1)]).run([numpy.zeros(3, "f4")])
from wasmind.mindspore.bench.routes import networks
assert "lenet5" in networks()
from wasmind.mindspore import library  # builds what MindSpore's users need, without MindSpore as well
assert [each.name for each in wasmind.OperatorLibrary.load(library.build(["Neg"])).operators] == ["Neg"]
print(*{line.split()[-1] for line in open("/proc/self/maps") if ".so" in line}, sep="\\n")
"""


@pytest.fixture
def model(tmp_path):
    value = onnx.helper.make_tensor_value_info
    graph = onnx.helper.make_graph([onnx.helper.make_node("Mul", ["x", "x"], ["y"])], "square", [value("x", 1, [4])], [value("y", 1, [4])])
    path = tmp_path / "model.onnx"
    onnx.save(onnx.helper.make_model(graph, opset_imports=[onnx.helper.make_opsetid("", 20)]), path)
    return path


@pytest.mark.parametrize("name, limit, licenses", [
    ("wasmind", 11, ["LICENSE", "json.txt", "nanobind.txt", "wasmtime"]),
    ("wasmind_compiler", 40, ["LICENSE", "llvm.txt", "onnx.txt", "protobuf.txt", "zlib.txt", "zstd.txt", "json.txt", "nanobind.txt"])])
def test_a_wheel_is_complete(packages, tmp_path, name, limit, licenses):
    """Size in MB, tags, licences of what is bundled; libraries find each other, and nothing names this machine."""
    wheel = one(f"{name}-0*.whl")
    assert wheel.stat().st_size < limit * 1e6
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
        archive.extractall(tmp_path)
    info = tmp_path / f"{name}-0.1.0.dist-info"
    assert f"Tag: {ABI}-{ABI}-linux_{os.uname().machine}\n" in (info / "WHEEL").read_text()
    assert "Root-Is-Purelib: false" in (info / "WHEEL").read_text()
    kept = [n for n in names if ".dist-info/licenses/" in n]
    assert all(any(text in n for n in kept) for text in licenses), kept
    assert not [n for n in names if "__pycache__" in n or n.endswith((".txt", ".h.in", "CMakeLists.txt")) and n not in kept]
    objects = [tmp_path / n for n in names if ".so" in n]
    for file in objects:
        dynamic = subprocess.run(["readelf", "-dW", file], check=True, capture_output=True, text=True).stdout
        paths = re.findall(r"R(?:UN)?PATH.*\[(.*)\]", dynamic)
        assert set(paths) <= {"$ORIGIN", "$ORIGIN/lib", "$ORIGIN/../lib"}, f"{file.name}: {paths}"
        for needed in re.findall(r"\(NEEDED\).*\[(.*)\]", dynamic):
            bundled = any((file.parent / path.replace("$ORIGIN", ".") / needed).is_file() for path in paths)
            assert SYSTEM.fullmatch(needed) or bundled, f"{file.name} needs {needed}"
        assert ".symtab" not in subprocess.run(["readelf", "-SW", file], capture_output=True, text=True).stdout, f"{file.name} is not stripped"
    machine = [str(ROOT).encode(), os.environ.get("WASMIND_CACHE", str(pathlib.Path.home() / ".cache/wasmind")).encode()]
    assert not [n for n in names if any(path in (tmp_path / n).read_bytes() for path in machine)]


def test_the_runtime_needs_numpy_alone(packages, environment):
    python = environment("numpy")
    python.shell(f"pip install {one('wasmind-0*.whl')}")
    assert python.run(RUN, VECTORS / "add.wasm").startswith(str(python.folder))
    said = "the compiler is a package of its own: pip install 'wasmind[compiler]==0.1.0'"
    for call in ("wasmind.compile('model.onnx')", "import wasmind.te", "import wasmind.mindspore.library as l; l.build(['Neg'])"):
        refused = f"import wasmind\ntry:\n  {call}\nexcept wasmind.WasmindError as error:\n  print(error.code, error, sep='|')"
        assert python.run(refused).startswith(f"Unsupported|{said}")


def test_the_compiler_needs_nothing_installed(packages, environment, model):
    python = environment("numpy")
    python.shell(f"pip install --find-links {packages} 'wasmind[compiler]'")
    mapped = [pathlib.Path(line) for line in python.run(COMPILE, model, WASMIND_CACHE=str(model.parent / "cache")).split()]
    assert any("protobuf" in path.name for path in mapped)
    assert not [path for path in mapped if re.search("llvm|LLVM|MLIR|protobuf", str(path)) and not path.is_relative_to(python.folder)]
