"""An operator of one's own: its formula becomes a module, and is called with arrays.

    build/venv/bin/python examples/expression.py FOLDER      writes own_ops.wasm and libown_wasm32.a
"""
import pathlib
import sys

import numpy as np
import wasmind
from wasmind import te

folder = pathlib.Path(sys.argv[1])

# Elements: any shapes, broadcast; one formula for both types.
lerp = te.operator("Lerp", lambda a, b, weight: a + weight * (b - a), dtypes=["float32", "float64"], attributes={"weight": 0.5})

# Tensors of fixed rank: squared distances between the rows of two matrices, whatever their extents.
m, n, d = te.var("m"), te.var("n"), te.var("d")
A, B = te.placeholder((m, d), name="a"), te.placeholder((n, d), name="b")
k = te.reduce_axis(d)
D = te.compute((m, n), lambda i, j: te.sum((A[i, k] - B[j, k]) * (A[i, k] - B[j, k]), axis=k), name="out")

te.build([lerp, te.operator("Distances", [A, B, D])], folder / "own_ops.wasm", archive=folder / "libown_wasm32.a")
library = wasmind.OperatorLibrary.load(folder / "own_ops.wasm")
print("Lerp", library.call("Lerp", np.zeros((2, 1)), np.arange(3.0), weight=0.25).ravel())
points = np.array([[0, 0], [3, 4], [1, 1]], np.float32)
print("Distances", library.call("Distances", points, points[:2]).ravel())
