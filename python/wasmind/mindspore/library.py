"""The wasm_ops.wasm of a set of operators, built when it is first asked for and kept in the cache folder."""
import hashlib
import json
import os
import pathlib
import shutil
import subprocess
import tempfile

from ..error import WasmindError


def cache():
    return pathlib.Path(os.environ.get("WASMIND_CACHE") or pathlib.Path.home() / ".cache/wasmind")


def tool():
    """The program `wasmind`: the one built with this package, else that of PATH."""
    beside = pathlib.Path(__file__).resolve().parents[3] / "bin/wasmind"
    found = beside if beside.exists() else shutil.which("wasmind")
    if not found:
        raise WasmindError("Io", "the program 'wasmind', which builds operators, is neither beside this package nor in PATH; add "
                           "it to PATH, or give library=, a file that `wasmind operators build` wrote")
    return pathlib.Path(found)


def build(operators):
    """Path of a library that has `operators` in all their element types.

    Built once per set of operators and program; the file appears whole or not at all, so that processes may ask at once.
    Raises WasmindError InvalidArgument with what the program says, Io.
    """
    operators, program = sorted(operators), tool()
    status = program.stat()
    key = json.dumps([operators, str(program), status.st_size, status.st_mtime_ns])
    path = cache() / f"operators-{hashlib.sha256(key.encode()).hexdigest()[:16]}.wasm"
    if path.exists():
        return path
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix="operators-", dir=path.parent) as folder:
            file = pathlib.Path(folder) / "wasm_ops.wasm"
            ran = subprocess.run([program, "operators", "build", f"--ops={','.join(operators)}", "-o", file], text=True,
                                 stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
            if ran.returncode:
                said = ran.stderr.strip().splitlines() or [f"exit code {ran.returncode}"]
                raise WasmindError("InvalidArgument", f"wasmind operators build: {said[-1]}")
            os.replace(file, path)
    except OSError as error:
        raise WasmindError("Io", f"{path}: {error.strerror or error}; WASMIND_CACHE names another folder") from error
    return path
