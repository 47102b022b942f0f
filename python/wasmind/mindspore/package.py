"""The package mindspore, imported when it is first needed: compiled networks run without it."""
import sys

from ..error import WasmindError
from .plugin import VERSION

# Options of wasmind.compile: the compiler in a process of its own, as MindSpore and it have different copies of the same libraries.
APART = {"time_limit": 7 * 24 * 3600.0}


def package(instead):
    """The module mindspore. instead: what to do where it is of another version, the end of its error.

    Raises WasmindError Unsupported when it is missing or of another version.
    """
    try:
        import mindspore
    except ImportError as error:
        raise WasmindError("Unsupported", f"the package mindspore cannot be imported ({error}); install mindspore==2.10.0") from error
    if not mindspore.__version__.startswith(VERSION):
        raise WasmindError("Unsupported", f"mindspore {mindspore.__version__}: only {VERSION}x is known; install mindspore==2.10.0, or {instead}")
    return mindspore


def loaded():
    """The module mindspore if this process has imported it, else None: there is no Tensor without it. A folder of its name is none."""
    found = sys.modules.get("mindspore")
    return found if hasattr(found, "Tensor") else None
