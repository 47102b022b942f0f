"""The one exception of the package."""

from __future__ import annotations

import functools
import re
from collections.abc import Callable
from typing import ParamSpec, TypeVar

_P = ParamSpec("_P")
_R = TypeVar("_R")
# As abi/Line.cpp: what is not seen or changes the direction of the text around it; and surrogates, which are no text.
_UNSAFE = re.compile("[\x00-\x1f\x7f-\x9f\xad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ud800-\udfff\ufeff\ufff9-\ufffb\U000e0000-\U000e007f]")
_MAX_BYTES = 4096


def one_line(text: str) -> str:
    """`text` as one line that shows what it holds, at most 4096 bytes long; the middle of a longer one is left out."""
    line = _UNSAFE.sub(lambda found: " " if found[0] in "\t\n\r" else f"\\u{{{ord(found[0]):x}}}", text)
    data = line.encode()
    if len(data) <= _MAX_BYTES:
        return line
    half = (_MAX_BYTES - 5) // 2
    return f"{data[:half].decode(errors='ignore')} ... {data[-half:].decode(errors='ignore')}"


class WasmindError(Exception):
    """What went wrong, in one line that names it; `code` says what kind of thing, with the same names in every host.

    InvalidArgument: an argument does not fit the signature and nothing was executed, or the model refused its inputs, or a
    source model cannot be compiled. InvalidModule: the bytes are no wasmind module, or the module breaks its signature.
    Unsupported: another ABI version or a feature this host lacks. Limit: a limit of the load options, or of the machine
    (memory, the thread's stack). Trap: the module's code stopped by force. Io: a file cannot be read or written.
    """

    def __init__(self, code: str, text: str) -> None:
        super().__init__(one_line(text))
        self.code = code

    def __reduce__(self):
        # `args` lacks the code, and a worker's error that cannot be made again stops the pool that waits for it.
        return type(self), (self.code, *self.args), self.__dict__


def refusal(what: str, error: Exception) -> WasmindError:
    """What Python or numpy says about an argument as an error of this package."""
    if isinstance(error, MemoryError):
        return WasmindError("Limit", f"{what}: out of memory: {error}")
    reason = str(error).partition("\n")[0] or type(error).__name__
    return WasmindError("InvalidArgument", f"{what}: {reason}")


def refusing(function: Callable[_P, _R]) -> Callable[_P, _R]:
    """The function with one kind of exception: what it cannot do with its arguments ends in a WasmindError."""

    @functools.wraps(function)
    def call(*arguments: _P.args, **named: _P.kwargs) -> _R:
        try:
            return function(*arguments, **named)
        except WasmindError:
            raise
        except Exception as error:
            raise refusal(getattr(function, "__name__", "call"), error) from error

    return call
