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


def compiler():
    """The C++ compiler of this machine as the beginning of a command: $CXX, else c++."""
    return shlex.split(os.environ.get("CXX", "")) or ["c++"]


def has_compiler():
    return shutil.which(compiler()[0]) is not None


def build(who, folder, source, flags, known=b"", headers=None):
    """Path of the shared object of a C++ source, which is compiled unless it is in the cache.

    who:    the package that needs it, for errors.
    folder: of the cache, $WASMIND_CACHE or ~/.cache/wasmind.
    flags:  beside -shared; compiler and its flags from $CXX, else c++.
    known:  what else decides about the result.
    headers: {name: text} of files that the source's other headers include and that no package has.

    Several processes may ask at once. Raises WasmindError Unsupported with the compiler's words, or without one, and Io for the cache.
    """
    headers = headers or {}
    command = ["-O2", "-shared", "-fPIC", "-fvisibility=hidden", str(source), *map(str, flags)]
    key = hashlib.sha256(repr([platform.machine(), command, headers]).encode() + source.read_bytes() + known).hexdigest()[:16]
    folder = pathlib.Path(os.environ.get("WASMIND_CACHE") or pathlib.Path.home() / ".cache/wasmind") / folder
    try:
        return _build(who, folder, key, source, command, headers)
    except OSError as error:
        raise WasmindError("Io", f"{who} keeps {source.name} compiled in {folder}: {error.strerror or error}; WASMIND_CACHE names another folder") from error


def _build(who, folder, key, source, command, headers):
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    status = folder.stat()
    if status.st_uid != os.getuid() or status.st_mode & 0o022:
        raise WasmindError("Unsupported", f"{folder}: others can write here; what it holds is native code and is not loaded. Set WASMIND_CACHE")
    made = folder / f"wasmind-{key}.so"
    with open(folder / "lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not made.exists():
            if not has_compiler():
                raise WasmindError("Unsupported", f"{who} compiles {source.name} once and needs a C++ compiler: there is no '{compiler()[0]}'; "
                                   "install g++ or clang++, or set CXX")
            with tempfile.TemporaryDirectory(dir=folder) as scratch:
                part = pathlib.Path(scratch) / "part.so"
                for name, text in headers.items():
                    header = pathlib.Path(scratch) / "include" / name
                    header.parent.mkdir(parents=True)
                    header.write_text(text)
                result = subprocess.run([*compiler(), *command, f"-I{scratch}/include", "-o", part], capture_output=True, text=True)
                if result.returncode != 0:
                    raise WasmindError("Unsupported", f"{who}: {compiler()[0]} cannot compile {source}: {result.stderr.strip()}")
                part.replace(made)
    return made
