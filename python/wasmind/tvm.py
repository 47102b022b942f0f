"""Operators of a library for TVM's users: global functions of its FFI, which take tensors of any DLPack framework.

    import tvm_ffi, wasmind, wasmind.tvm

    wasmind.tvm.register(wasmind.OperatorLibrary.load("wasm_ops.wasm"))
    add = tvm_ffi.get_global_func("wasmind.Add")
    add(a, b, out)         # writes into out, as TVM's own kernels do
    c = add(a, b)          # or makes its result
"""

import atexit

import numpy as np

from .error import WasmindError


def register(library, prefix="wasmind."):
    """Makes each operator of an OperatorLibrary a global function `prefix` + name, replacing one of that name; returns the
    names. Arguments are the inputs, then attributes in order (those left out have their defaults), then all outputs or none.
    Calls copy the elements into the library's memory and back. Errors are WasmindError, or what tvm_ffi makes of it.

    Needs the package apache-tvm-ffi; raises WasmindError Unsupported without it.
    """
    try:
        import tvm_ffi
    except ImportError:
        raise WasmindError("Unsupported", "wasmind.tvm needs the package apache-tvm-ffi: pip install apache-tvm-ffi") from None
    names = []
    for each in library.operators:
        tvm_ffi.register_global_func(prefix + each.name, _function(tvm_ffi, library, each), override=True)
        names.append(prefix + each.name)
    # The registry outlives the interpreter, which must not find the library in it then.
    atexit.register(lambda: [tvm_ffi.remove_global_func(name) for name in names if tvm_ffi.get_global_func(name, allow_missing=True)])
    return names


def _function(tvm_ffi, library, operator):
    def is_tensor(argument):
        return hasattr(argument, "__dlpack__")

    def call(*arguments):
        # Outputs are the tensors behind the inputs and the numbers; of a linked operator, which tells nothing, the last.
        inputs = len(operator.inputs) if operator.origin != "linked" else len(arguments) - 1
        given = [argument for argument in arguments[inputs:] if is_tensor(argument)]
        rest = arguments[: len(arguments) - len(given)]
        if given:
            library.call(operator.name, *rest, out=tuple(np.from_dlpack(each) for each in given))
            return None
        result = library.call(operator.name, *rest)
        return [tvm_ffi.from_dlpack(each) for each in result] if isinstance(result, tuple) else tvm_ffi.from_dlpack(result)

    call.__name__ = operator.name
    return call
