"""Calls operators of a library: with arrays, with keyword attributes, and in the library's own memory.

    build/venv/bin/python examples/operators.py wasm_ops.wasm      a library with Add, Softmax
"""
import sys

import numpy as np
import wasmind

library = wasmind.OperatorLibrary.load(sys.argv[1])
a, b = np.arange(6, dtype=np.float32).reshape(2, 3), np.array([10, 20, 30], np.float32)
print("Add", library.call("Add", a, b).ravel())
print("Softmax", library.call("Softmax", a, axis=0).round(4).ravel())
with library.tensor("f32", (3,)) as x, library.tensor("f32", (3,)) as y:
    x.numpy()[:] = b  # in place: the call copies nothing
    library.call("Add", x, x, out=y)
    print("in place", y.numpy())
