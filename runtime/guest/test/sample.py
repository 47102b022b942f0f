#!/usr/bin/env python3
"""Writes a small operator library of hand-written kernels, for whoever needs one before or without the compiler:

    python3 runtime/guest/test/sample.py OUTPUT.wasm
"""
import pathlib
import sys
import tempfile

import library

OPERATORS = [
    {"name": "Add", "export": "__tvm_ffi_Add", "origin": "wasmind", "inputs": ["a", "b"], "attributes": [], "outputs": ["out"],
     "variants": [{"inputs": [t, t], "outputs": [t]} for t in ("f32", "i32", "i8")]},
    {"name": "Neg", "export": "__tvm_ffi_Neg", "origin": "wasmind", "inputs": ["x"], "attributes": [], "outputs": ["out"],
     "variants": [{"inputs": ["f32"], "outputs": ["f32"]}]},
]


def build(output):
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        objects = library.guest_objects(folder / "guest")
        objects += library.compile_sources([library.GUEST / "test/sample_ops.cpp"], folder, "-O2")
        return library.link(objects, [o["export"] for o in OPERATORS], output, OPERATORS)


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    print(f"{build(pathlib.Path(sys.argv[1]))}: {pathlib.Path(sys.argv[1]).stat().st_size} bytes")
