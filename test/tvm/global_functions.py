"""python global_functions.py LIBRARY: operators of a library through tvm_ffi's global functions; prints what came out."""
import json
import sys

import numpy as np
import tvm_ffi
import wasmind
import wasmind.tvm

names = wasmind.tvm.register(wasmind.OperatorLibrary.load(sys.argv[1]))
a, b = np.arange(6, dtype=np.float32).reshape(2, 3), np.array([10, 20, 30], np.float32)
out = np.zeros((2, 3), np.float32)
add, softmax = (tvm_ffi.get_global_func(f"wasmind.{name}") for name in ("Add", "Softmax"))
add(tvm_ffi.from_dlpack(a), tvm_ffi.from_dlpack(b), tvm_ffi.from_dlpack(out))
made = np.from_dlpack(softmax(tvm_ffi.from_dlpack(a), 0))
try:
    add(tvm_ffi.from_dlpack(a), tvm_ffi.from_dlpack(np.zeros(4, np.float32)))
    error = ""
except Exception as refused:
    error = f"{type(refused).__name__}: {refused}"
print(json.dumps({"names": names, "out": out.tolist(), "made": made.tolist(), "error": error}))
