#!/usr/bin/env python3
"""Writes docs/generated/mindspore-benchmark.md: build/venv/bin/python bench/mindspore.py [ARGUMENT of wasmind bench mindspore...]

Installs MindSpore once, for the tests as well.
"""
import pathlib
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent


def main():
    sys.path.insert(0, str(ROOT / "test"))
    from models import environment

    try:
        python = environment.interpreter("mindspore", ROOT / "test/mindspore/requirements.txt", 4000)
    except environment.Unavailable as reason:
        sys.exit(f"mindspore is not available: {reason}")
    page = ROOT / "docs/generated/mindspore-benchmark.md"
    return subprocess.run([ROOT / "build/bin/wasmind", "bench", "mindspore", f"--python={python}", f"--markdown={page}", *sys.argv[1:]]).returncode


if __name__ == "__main__":
    sys.exit(main())
