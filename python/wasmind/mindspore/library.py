"""The wasm_ops.wasm of a set of operators, built when it is first asked for and kept in the cache folder."""
import hashlib
import importlib.util
import json
import os
import pathlib
import subprocess
import sys
import tempfile

from ..compiler import NEEDED
from ..error import WasmindError

# In a process of its own: MindSpore and the compiler have different copies of the same libraries.
BUILD = "import sys; from wasmind import te; te.build(te.library(*sys.argv[2:]), sys.argv[1])"


def cache():
    return pathlib.Path(os.environ.get("WASMIND_CACHE") or pathlib.Path.home() / ".cache/wasmind")


def compiler():
    """The file of the compiler's extension module, which is not loaded."""
    if not importlib.util.find_spec("wasmind_compiler"):
        raise WasmindError("Unsupported", f"{NEEDED}; or give library=, a file that `wasmind operators build` wrote")
    return pathlib.Path(importlib.util.find_spec("wasmind_compiler._compiler").origin)


def build(operators):
    """Path of a library that has `operators` in all their element types.

    Built once per set of operators and compiler; the file appears whole or not at all, so that processes may ask at once.
    Raises WasmindError InvalidArgument with what the compiler says, Io, and Unsupported without the compiler.
    """
    operators, extension = sorted(operators), compiler()
    status = extension.stat()
    key = json.dumps([operators, str(extension), status.st_size, status.st_mtime_ns])
    path = cache() / f"operators-{hashlib.sha256(key.encode()).hexdigest()[:16]}.wasm"
    if path.exists():
        return path
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix="operators-", dir=path.parent) as folder:
            file = pathlib.Path(folder) / "wasm_ops.wasm"
            ran = subprocess.run([sys.executable, "-c", BUILD, file, *operators], text=True, env=environment,
                                 stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
            if ran.returncode:
                said = ran.stderr.strip().splitlines() or [f"exit code {ran.returncode}"]
                raise WasmindError("InvalidArgument", f"building operators: {said[-1]}")
            os.replace(file, path)
    except OSError as error:
        raise WasmindError("Io", f"{path}: {error.strerror or error}; WASMIND_CACHE names another folder") from error
    return path
