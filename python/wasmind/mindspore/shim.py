"""kernels.cc, compiled against the installed MindSpore when it is first needed and kept in the cache folder."""
import hashlib
import os
import pathlib
import shutil
import subprocess
import sysconfig
import tempfile

from ..error import WasmindError
from .library import cache

SOURCE = pathlib.Path(__file__).with_name("kernels.cc")
# As MindSpore is built. Without the hash table its classes have another layout, and nothing says so.
FLAGS = ["-std=c++17", "-O1", "-shared", "-fPIC", "-D_GLIBCXX_USE_CXX11_ABI=0", "-DENABLE_FAST_HASH_TABLE=1"]
FOLDERS = ["", "mindspore", "mindspore/core/include", "mindspore/core/mindrt/include", "mindspore/core/mindrt", "mindspore/ccsrc",
           "mindspore/ccsrc/include", "mindspore/ops", "mindspore/ops/include", "mindspore/ops/kernel/include", "third_party",
           "third_party/securec/include", "third_party/robin_hood_hashing", "third_party/pybind11"]
LIBRARIES = ["mindspore_backend_common", "mindspore_core", "mindspore_common", "mindspore_hardware_abstract", "mindspore_ops_cpu"]
# One header that the package's own headers include is not in the package under that name.
MISSING = ("common/log_adapter.h", '#include "utils/log_adapter.h"\n')


def compiler():
    """A C++ compiler of this machine, or None."""
    return next((found for found in map(shutil.which, (os.environ.get("CXX") or "g++", "g++", "c++")) if found), None)


def build(mindspore):
    """Path of the object made for the package `mindspore`; half a minute of compiling once per package.

    Raises WasmindError Unsupported without a compiler or where the package's headers do not fit, and Io.
    """
    root = pathlib.Path(mindspore.__file__).parent
    key = "\0".join([SOURCE.read_text(), mindspore.__version__, str(root), str(os.stat(root / "lib/libmindspore_core.so").st_size)])
    path = cache() / f"mindspore-kernels-{hashlib.sha256(key.encode()).hexdigest()[:16]}.so"
    if path.exists():
        return path
    command = compiler()
    if not command:
        raise WasmindError("Unsupported", "no C++ compiler is found for what is built against MindSpore's headers (Conv2D, MaxPool, calls that "
                           "go back to MindSpore's kernels); install g++ or name one in CXX")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix="mindspore-", dir=path.parent) as folder:
            file, header = pathlib.Path(folder) / "kernels.so", pathlib.Path(folder) / MISSING[0]
            header.parent.mkdir()
            header.write_text(MISSING[1])
            includes = [folder, *(root / "include" / each for each in FOLDERS), sysconfig.get_path("include")]
            ran = subprocess.run([command, *FLAGS, *(f"-I{each}" for each in includes), SOURCE, "-o", file, f"-L{root / 'lib'}",
                                  f"-L{root / 'lib/plugin'}", *(f"-l{each}" for each in LIBRARIES)],
                                 text=True, stdin=subprocess.DEVNULL, capture_output=True)
            if ran.returncode:
                said = next((line for line in ran.stderr.splitlines() if "error" in line), ran.stderr.strip()[-300:])
                raise WasmindError("Unsupported", f"{command} cannot build against the headers of mindspore {mindspore.__version__}: {said}")
            os.replace(file, path)
    except OSError as error:
        raise WasmindError("Io", f"{path}: {error.strerror or error}; WASMIND_CACHE names another folder") from error
    return path
