"""The one exception of the package."""


class WasmindError(Exception):
    """What went wrong, in one line that names it; `code` says what kind of thing, with the same names in every host.

    InvalidArgument: an argument does not fit the signature and nothing was executed, or the model refused its inputs, or a
    source model cannot be compiled. InvalidModule: the bytes are no wasmind module, or the module breaks its signature.
    Unsupported: another ABI version or a feature this host lacks. Limit: a limit of the load options. Trap: the module's
    code stopped by force. Io: a file cannot be read or written.
    """

    def __init__(self, code: str, text: str) -> None:
        super().__init__(text)
        self.code = code

    def __reduce__(self):
        # `args` lacks the code, and a worker's error that cannot be made again stops the pool that waits for it.
        return type(self), (self.code, *self.args), self.__dict__
