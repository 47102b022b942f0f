"""Operator libraries for TVM's users: modules of its FFI, whose functions take tensors of any DLPack framework.

    import tvm_ffi, wasmind.tvm

    module = tvm_ffi.load_module("wasm_ops.wasm")
    module.Add(a, b, out)         # writes into out, as TVM's own kernels do
    c = module["Add"](a, b)       # or makes its result

Importing this package is what teaches `tvm_ffi.load_module` files that end in .wasm. The first one ever loaded compiles
Module.cpp, which says what functions take, against the installed apache-tvm-ffi: that needs a C++ compiler ($CXX, or c++ in
PATH) and takes some seconds. The shared object is kept in $WASMIND_CACHE, else ~/.cache/wasmind. Errors of operators are
TypeError, ValueError and MemoryError; of files RuntimeError.
"""

import ctypes
import json
import os
import pathlib

from .. import native
from ..error import WasmindError

try:
    import tvm_ffi
except ImportError:
    raise WasmindError("Unsupported", "wasmind.tvm needs the package apache-tvm-ffi: pip install apache-tvm-ffi") from None

_HERE = pathlib.Path(__file__).resolve().parent
_LOADER = "ffi.Module.load_from_file.wasm"


def register(module, prefix="wasmind."):
    """Makes each operator of a library - a module, or the path of one to load - a global function `prefix` + name of TVM's FFI,
    replacing one of that name; returns the names."""
    if isinstance(module, (str, os.PathLike)):
        module = tvm_ffi.load_module(module)
    names = [entry["name"] for entry in json.loads(module.inspect_source())["library"]["operators"]]
    for name in names:
        tvm_ffi.register_global_func(prefix + name, module[name], override=True)
    return [prefix + name for name in names]


def extension():
    """Path of the shared object with the loader, which is compiled unless it is in the cache. Programs in other languages
    load it as a module of TVM's FFI; Python does by itself. Raises RuntimeError with the compiler's words."""
    source, runtime = _HERE / "Module.cpp", _HERE.parent / "lib/libwasmind_runtime.so"
    include = [tvm_ffi.libinfo.find_include_path(), tvm_ffi.libinfo.find_dlpack_include_path()]
    library = pathlib.Path(tvm_ffi.libinfo.find_libtvm_ffi()).resolve()
    flags = ["-std=c++17", *(f"-I{folder}" for folder in [_HERE, *include]), library, runtime, f"-Wl,-rpath,{library.parent}",
             f"-Wl,-rpath,{runtime.parent}"]
    try:
        return native.build("wasmind.tvm", "tvm_ffi", source, flags, tvm_ffi.__version__.encode() + (_HERE / "wasmind.h").read_bytes())
    except WasmindError as error:
        raise RuntimeError(str(error)) from None


def _load(path, _):
    """The loader until the first file: the shared object's own one takes its place."""
    ctypes.CDLL(str(extension()))
    return tvm_ffi.get_global_func(_LOADER)(path, _)


if tvm_ffi.get_global_func(_LOADER, allow_missing=True) is None:
    tvm_ffi.register_global_func(_LOADER, _load)
