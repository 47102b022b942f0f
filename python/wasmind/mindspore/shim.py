"""kernels.cc and FuseChains.cpp, compiled against the installed MindSpore when they are first needed."""
import os
import pathlib
import sysconfig

from .. import native

# As MindSpore is built. Without the hash table its classes have another layout, and nothing says so.
FLAGS = ["-std=c++17", "-O1", "-D_GLIBCXX_USE_CXX11_ABI=0", "-DENABLE_FAST_HASH_TABLE=1"]
FOLDERS = ["", "mindspore", "mindspore/core/include", "mindspore/core/mindrt/include", "mindspore/core/mindrt", "mindspore/ccsrc",
           "mindspore/ccsrc/include", "mindspore/ops", "mindspore/ops/include", "mindspore/ops/kernel/include", "third_party",
           "third_party/securec/include", "third_party/robin_hood_hashing", "third_party/pybind11"]
LIBRARIES = ["mindspore_backend_common", "mindspore_core", "mindspore_common", "mindspore_hardware_abstract", "mindspore_ops_cpu"]
# One header that the package's own headers include is not in the package under that name.
MISSING = {"common/log_adapter.h": '#include "utils/log_adapter.h"\n'}


def build(mindspore, source):
    """Path of the object made of the file `source` of this folder for the package `mindspore`; half a minute of compiling once per package.

    Raises what `native.build` raises.
    """
    root = pathlib.Path(mindspore.__file__).parent
    includes = [*(root / "include" / each for each in FOLDERS), sysconfig.get_path("include")]
    flags = [*FLAGS, *(f"-I{each}" for each in includes), f"-L{root / 'lib'}", f"-L{root / 'lib/plugin'}", *(f"-l{each}" for each in LIBRARIES)]
    known = f"{mindspore.__version__} {os.stat(root / 'lib/libmindspore_core.so').st_size}".encode()
    return native.build("wasmind.mindspore", "mindspore_kernels", pathlib.Path(__file__).with_name(source), flags, known, MISSING)
