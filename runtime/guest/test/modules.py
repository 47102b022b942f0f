#!/usr/bin/env python3
"""Writes the modules of the guest's tests; CMake runs it when the guest is built:

    python3 runtime/guest/test/modules.py FOLDER
"""
import pathlib
import re
import sys

import library
import sample

MATH = re.findall(r"^(?:double|float) (\w+)\(", (library.GUEST / "Math.h").read_text(), re.MULTILINE)


def build(folder):
    folder.mkdir(parents=True, exist_ok=True)
    sample.build(folder / "sample_ops.wasm")
    guest = library.guest_objects(folder / "guest")
    for source in sorted(library.GUEST.glob("test/*_ops.cpp")):
        if source.stem == "sample_ops":
            continue
        own = library.compile_sources([source], folder)
        names = re.findall(r"^OPERATOR\((\w+),", source.read_text(), re.MULTILINE)
        library.link([*guest, *own], [f"__tvm_ffi_{n}" for n in names], folder / f"{source.stem}.wasm", [])
    library.link(guest, [*MATH, "memcpy", "memmove", "memset", "memcmp"], folder / "math.wasm", [])


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    build(pathlib.Path(sys.argv[1]))
