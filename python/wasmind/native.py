"""Shared objects that are compiled on their user's machine, against headers of another package, and kept."""

import fcntl
import hashlib
import os
import pathlib
import platform
import shlex
import shutil
import subprocess
import tempfile

from .error import WasmindError


def build(who, folder, source, flags, known=b""):
    """Path of the shared object of a C++ source, which is compiled unless it is in the cache.

    who:    the package that needs it, for errors.
    folder: of the cache, $WASMIND_CACHE or ~/.cache/wasmind.
    flags:  beside -shared; compiler and its flags from $CXX, else c++.
    known:  what else decides about the result.

    Several processes may ask at once. Raises WasmindError Unsupported with the compiler's words, or without one.
    """
    compiler = shlex.split(os.environ.get("CXX", "")) or ["c++"]
    command = ["-O2", "-shared", "-fPIC", "-fvisibility=hidden", str(source), *map(str, flags)]
    key = hashlib.sha256(repr([platform.machine(), command]).encode() + source.read_bytes() + known).hexdigest()[:16]
    folder = pathlib.Path(os.environ.get("WASMIND_CACHE") or pathlib.Path.home() / ".cache/wasmind") / folder
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    status = folder.stat()
    if status.st_uid != os.getuid() or status.st_mode & 0o022:
        raise WasmindError("Unsupported", f"{folder}: others can write here; what it holds is native code and is not loaded. Set WASMIND_CACHE")
    made = folder / f"wasmind-{key}.so"
    with open(folder / "lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not made.exists():
            if not shutil.which(compiler[0]):
                raise WasmindError("Unsupported", f"{who} compiles {source.name} once and needs a C++ compiler: there is no '{compiler[0]}'; "
                                   "install g++ or clang++, or set CXX")
            with tempfile.TemporaryDirectory(dir=folder) as scratch:
                part = pathlib.Path(scratch) / "part.so"
                result = subprocess.run([*compiler, *command, "-o", part], capture_output=True, text=True)
                if result.returncode != 0:
                    raise WasmindError("Unsupported", f"{who}: {compiler[0]} cannot compile {source}: {result.stderr.strip()}")
                part.replace(made)
    return made
