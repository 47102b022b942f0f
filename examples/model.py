#!/usr/bin/env python3
"""Loads a compiled model, runs it on zeros and prints what comes out.

    build/venv/bin/python examples/model.py model.wasm
"""
import sys

import wasmind

model = wasmind.load(sys.argv[1])
entry = model.signature.functions[0]
bounds = {dim.name: dim.max for dim in model.signature.dims}
instance = model.instantiate()
print(f"memory: {model.info.memory_bytes} bytes, fixed")
for tensor in entry.inputs:
    # Named extents at their upper bound.
    extents = [bounds.get(extent, extent) for extent in tensor.shape]
    # Gives a view into the model's memory, zero at first: what is written there is not copied again.
    instance.input(tensor.name, extents)
    print(f"in   {tensor.name}: {tensor.dtype} {extents}")
for tensor, array in zip(entry.outputs, instance.run().values()):
    print(f"out  {tensor.name}: {tensor.dtype} {list(array.shape)} = {' '.join(str(x) for x in array.ravel()[:4])}")
