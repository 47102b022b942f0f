#!/usr/bin/env python3
"""The real MindSpore in a venv of its own, made once per requirements.txt: its folder in $WASMIND_CACHE, else
~/.cache/wasmind, is named by that file's hash. About 1 GB to download and 3 GB on disk.

    python3 test/mindspore/environment.py      prints the path of the venv's Python
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
SPACE = 4 << 30


class Unavailable(Exception):
    """MindSpore cannot be had here: no network, no wheel for this machine, no space. The text says which."""


def cache():
    return pathlib.Path(os.environ.get("WASMIND_CACHE") or pathlib.Path.home() / ".cache/wasmind")


def interpreter():
    """Path of the venv's Python. Raises Unavailable; a wheel with another checksum is an error."""
    key = hashlib.sha256(REQUIREMENTS.read_bytes() + sys.version.encode()).hexdigest()[:16]
    folder = cache() / f"mindspore-{key}"
    python = folder / "bin/python"
    cache().mkdir(parents=True, exist_ok=True)
    with open(cache() / "mindspore.lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (folder / "installed").exists():
            shutil.rmtree(folder, ignore_errors=True)
            free = shutil.disk_usage(cache()).free
            if free < SPACE:
                raise Unavailable(f"{cache()} has {free >> 20} MB left, MindSpore takes {SPACE >> 20}")
            install(folder, python)
            (folder / "installed").touch()
    return python


def install(folder, python):
    print("installing mindspore (once, about a minute):", file=sys.stderr, flush=True)
    subprocess.run([sys.executable, "-m", "venv", folder], check=True)
    # pip's own lines are the progress; what it complains about is kept for the reason.
    pip = subprocess.Popen([python, "-m", "pip", "install", "--disable-pip-version-check", "--no-cache-dir", "--require-hashes",
                            "--only-binary=:all:", "--progress-bar=off", "--retries=1", "-r", REQUIREMENTS],
                           stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    errors = []
    for line in pip.stdout:
        if line.startswith(("Collecting", "  Downloading", "Installing", "ERROR")):
            print("  " + line.strip()[:150], file=sys.stderr, flush=True)
        if line.startswith("ERROR"):
            errors.append(line.strip())
    if pip.wait() == 0:
        return
    shutil.rmtree(folder, ignore_errors=True)
    if any("HASH" in line.upper() for line in errors):
        raise RuntimeError("\n".join(errors))
    raise Unavailable(errors[-1] if errors else f"pip ended with {pip.returncode}")


if __name__ == "__main__":
    print(interpreter())
