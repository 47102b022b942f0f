"""Frameworks whose kernels or numbers tests need, each in a virtual environment of its own that is made once per pinned
requirements.txt: a folder in $WASMIND_CACHE, else ~/.cache/wasmind, named by that file's hash.
"""
import fcntl
import hashlib
import os
import pathlib
import shutil
import subprocess
import sys


class Unavailable(Exception):
    """The framework cannot be had here: no network, no wheel for this machine, no space. The text says which."""


def cache():
    return pathlib.Path(os.environ.get("WASMIND_CACHE") or pathlib.Path.home() / ".cache/wasmind")


def interpreter(name, requirements, megabytes):
    """Path of the environment's Python; the first call installs. Raises Unavailable; a wheel with another checksum is an
    error. megabytes: what it takes on disk.
    """
    key = hashlib.sha256(requirements.read_bytes() + sys.version.encode()).hexdigest()[:16]
    folder = cache() / f"{name}-{key}"
    python = folder / "bin/python"
    cache().mkdir(parents=True, exist_ok=True)
    with open(cache() / f"{name}.lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (folder / "installed").exists():
            shutil.rmtree(folder, ignore_errors=True)
            free = shutil.disk_usage(cache()).free >> 20
            if free < megabytes:
                raise Unavailable(f"{cache()} has {free} MB left, {name} takes {megabytes}")
            install(name, requirements, folder, python)
            (folder / "installed").touch()
    return python


def install(name, requirements, folder, python):
    print(f"installing {name} (once, about a minute):", file=sys.stderr, flush=True)
    subprocess.run([sys.executable, "-m", "venv", folder], check=True)
    # pip's own lines are the progress; what it complains about is kept for the reason.
    pip = subprocess.Popen([python, "-m", "pip", "install", "--disable-pip-version-check", "--no-cache-dir", "--require-hashes",
                            "--only-binary=:all:", "--progress-bar=off", "--retries=1", "-r", requirements],
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
