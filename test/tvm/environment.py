#!/usr/bin/env python3
"""The real TVM in a venv of its own, made once per requirements.txt: its folder in $WASMIND_CACHE, else ~/.cache/wasmind, is
named by that file's hash.

    python3 test/tvm/environment.py      prints the path of the venv's Python
"""
import fcntl
import hashlib
import os
import pathlib
import shutil
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
REQUIREMENTS = HERE / "requirements.txt"


def cache():
    return pathlib.Path(os.environ.get("WASMIND_CACHE") or pathlib.Path.home() / ".cache/wasmind")


def interpreter():
    """Path of the venv's Python; the first call installs about 460 MB."""
    key = hashlib.sha256(REQUIREMENTS.read_bytes() + sys.version.encode()).hexdigest()[:16]
    folder = cache() / f"tvm-{key}"
    python = folder / "bin/python"
    cache().mkdir(parents=True, exist_ok=True)
    with open(cache() / "tvm.lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (folder / "installed").exists():
            shutil.rmtree(folder, ignore_errors=True)
            print("installing apache-tvm (once, about half a minute)", file=sys.stderr)
            subprocess.run([sys.executable, "-m", "venv", folder], check=True)
            subprocess.run([python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--require-hashes",
                            "--only-binary=:all:", "-r", REQUIREMENTS], check=True)
            (folder / "installed").touch()
    return python


if __name__ == "__main__":
    print(interpreter())
