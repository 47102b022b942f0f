"""Whole networks: `compile`, `load`, and what they give, which is called like the network."""
import contextlib
import errno
import io
import json
import os
import pathlib
import tempfile
import threading

from ..compiler import compile as compile_model
from ..error import WasmindError, refusing
from ..model import load as load_model
from . import arguments
from .export import export, place_of
from .package import APART, loaded

# A custom section of the module, behind wasmind's own: how the network is called. Hosts that do not know it skip it.
SECTION = b"wasmind.mindspore"


@refusing
def compile(net, *inputs, output=None, **options):
    """Compiles a Cell or a function to WebAssembly and loads the result, a `Network`.

    net:     in inference mode while it is exported, whatever mode it is in; it stays as it was, and later changes of its
             parameters change nothing in the result.
    inputs:  arguments as the net takes them: tensors or arrays, of which shape and element type count, also in tuples, lists and dicts;
             numbers, texts and None, which the result is compiled for. Extents may be open: Tensor(shape=[None, 3], dtype=...).
    output:  where the module is written; None keeps it in memory.
    options: those of `wasmind.compile`: dims={"x.0": (1, 8)} bounds the first extent of the argument x, shapes={"x": ("batch", 3)}
             names it, state={"cache_0": "out1"} feeds the first tensor of the argument cache from the second result. Arguments that
             become constants or state are left out of calls, and results that feed a state out of what these return. seed: by
             default `mindspore.get_seed()`.

    Raises WasmindError Unsupported (MindSpore missing or of another version, compiler missing) and InvalidArgument: MindSpore cannot
    export the net, or the compiler lacks something, with the node and the place in the script. Needs Linux, and no GPU or NPU.
    """
    if options.get("weights") == "external" and output is None:
        raise WasmindError("InvalidArgument", "external weights need an output file to lie beside")
    with tempfile.TemporaryDirectory(prefix="wasmind-") as folder:
        exported = export(net, inputs, folder)
        module = pathlib.Path(folder) / "model.wasm" if output is None else pathlib.Path(output)
        try:
            model = compile_model(exported.path, module, **APART | {"seed": loaded().get_seed()} | _without_tensors(options))
        except WasmindError as error:
            raise WasmindError(error.code, f"{error}{place_of(net, str(error))}") from None
        _append(module, exported, model)
        return Network(load_model(module.read_bytes() if output is None else module))


@refusing
def load(source, **options):
    """A `Network` from the file or bytes that `compile` or `save` wrote; MindSpore need not be installed. options: those of
    `wasmind.load`. Raises what that raises, and WasmindError InvalidModule where the module was not made of a network."""
    return Network(load_model(source, **options))


class _Callable:
    def __init__(self, model, run):
        self.model = model
        self._run = run
        self._inputs, self._outputs = _convention(model)

    def __call__(self, *values):
        """Tensors in, tensors out; arrays in, arrays out; results nested as the network's are, in memory of their own.

        Raises WasmindError InvalidArgument for arguments unlike those that the network was compiled for, and what
        `wasmind.Model.run` raises.
        """
        expected = self._inputs["tuple"]
        if len(values) != len(expected):
            raise WasmindError("InvalidArgument", f"the network takes {len(expected)} arguments, not {len(values)}")
        feeds = {}
        for i, (tree, value) in enumerate(zip(expected, values)):
            arguments.flatten(tree, value, f"argument {i}", feeds)
        tensor = loaded().Tensor if loaded() else ()
        given = {name: isinstance(value, tensor) for name, value in feeds.items()}
        arrays = self._run({name: value.asnumpy() if given[name] else value for name, value in feeds.items()})
        if not any(given.values()):
            return arguments.build(self._outputs, arrays)
        bits = {spec.name for spec in self.model.signature.functions[0].outputs if spec.dtype == "bf16"}
        return arguments.build(self._outputs, {name: _tensor(array, name in bits) for name, array in arrays.items()})


class Network(_Callable):
    """A compiled network, called like the one it was made of. Threads take turns; `instantiate` gives each one of its own."""

    def __init__(self, model):
        """model: a wasmind.Model that was made of a network."""
        super().__init__(model, model.run)

    def instantiate(self):
        """A `Session`, with a memory of its own: for a thread, or for state."""
        return Session(self.model)

    def save(self, path):
        """Writes the module, whole or not at all, for `load`, for `wasmind.load`, and for hosts in other languages. Raises WasmindError Io."""
        if self.model.signature.json["weights"]["storage"] == "external":
            raise WasmindError("Unsupported", "the weights are in a file beside the module: give `compile` the path as output=")
        try:
            with _open(self.model) as file:
                module = file.read()
        except OSError as error:
            raise WasmindError("Io", f"cannot read {error.filename}, from which the network was loaded: {error.strerror}") from None
        target = pathlib.Path(path).resolve()
        part = target.with_name(f"{target.name}.{os.getpid()}.{threading.get_ident()}.part")
        try:
            if target.is_dir():
                raise IsADirectoryError(errno.EISDIR, "it is a folder; name a file")
            part.write_bytes(module)
            part.replace(target)
        except OSError as error:
            with contextlib.suppress(OSError):
                part.unlink()
            raise WasmindError("Io", f"{path}: cannot be written: {error.strerror or error}") from None

    def __reduce__(self):
        return type(self), (self.model,)

    def __repr__(self):
        return repr(self.model).replace("wasmind.Model", "wasmind.mindspore.Network", 1)


class Session(_Callable):
    """A network with a memory of its own: what it keeps as state is seen by its own calls only. `instance` is
    its wasmind.Instance. Not for other processes."""

    def __init__(self, model):
        self.instance = model.instantiate()
        super().__init__(model, self.instance.run)

    def reset(self):
        """Makes the state what it was before the first call."""
        self.instance.reset()


def _without_tensors(options):
    """The options with arrays in place of MindSpore's tensors."""
    tensor = loaded().Tensor

    def plain(value):
        if isinstance(value, dict):
            return {name: plain(each) for name, each in value.items()}
        return value.asnumpy() if isinstance(value, tensor) else value

    return plain(options)


def _tensor(array, is_bits):
    """A tensor on the array's memory; numpy has no bfloat16, whose patterns are uint16."""
    if is_bits:
        from mindspore.common.np_dtype import bfloat16

        array = array.view(bfloat16)
    return loaded().Tensor.from_numpy(array)


def _open(model):
    """The module that a model was loaded from."""
    source = model._source
    return io.BytesIO(source._bytes) if source._bytes is not None else open(source._path, "rb")


def _number(file):
    """An unsigned LEB128 number."""
    value = shift = 0
    while True:
        byte, = file.read(1)
        value |= (byte & 127) << shift
        shift += 7
        if byte < 128:
            return value


def _varint(value):
    low, high = value & 127, value >> 7
    return bytes([low]) if not high else bytes([low | 128]) + _varint(high)


def _append(path, exported, model):
    """Adds the section that says how the network is called."""
    specs = model.signature.functions[0]
    inputs, outputs = ({spec.name for spec in each} for each in (specs.inputs, specs.outputs))
    convention = {"inputs": arguments.only(exported.inputs, inputs) or {"tuple": []}, "outputs": arguments.only(exported.outputs, outputs)}
    named = [[next(iter(leaf.values())) for leaf in arguments.leaves(tree) if "constant" not in leaf] for tree in convention.values()]
    if [set(each) for each in named] != [inputs, outputs]:
        raise WasmindError("InvalidModule", f"the module's inputs and outputs {sorted(inputs | outputs)} are not those of the network, {named}")
    content = _varint(len(SECTION)) + SECTION + json.dumps(convention).encode()
    with open(path, "ab") as file:
        file.write(b"\0" + _varint(len(content)) + content)


def _convention(model):
    """Trees of the arguments and of the results."""
    with _open(model) as file:
        file.seek(8)
        while kind := file.read(1):
            byte_length = _number(file)
            begin = file.tell()
            if kind == b"\0" and file.read(_number(file)) == SECTION:
                convention = json.loads(file.read(begin + byte_length - file.tell()))
                return convention["inputs"], convention["outputs"]
            file.seek(begin + byte_length)
    raise WasmindError("InvalidModule", f"the module was not made of a network by wasmind.mindspore: it lacks the section {SECTION.decode()}; "
                       "use wasmind.load")
