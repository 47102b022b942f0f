"""`fuse`: a function of MindSpore as one kernel and one node."""
import ctypes
import hashlib
import os
import pathlib
import tempfile
import weakref

from ..compiler import compile as compile_model
from ..error import WasmindError, refusing
from . import arguments, mindir
from .export import export, name_of, place_of
from .package import APART, package

FILE = pathlib.Path(__file__).with_name("_fused.so")


@refusing
def fuse(fn, *inputs, output=None, **options):
    """Compiles a function or Cell to one kernel: what it gives is called like it, in PyNative mode, and is one node of a graph.

    fn:      takes tensors and returns a tensor or a tuple of tensors, and runs in inference mode. Trainable parameters of a Cell are
             inputs of the kernel and parameters of the result: what trains them is seen by the next call. Others are constants.
    inputs:  arguments of which shape and element type count; extents may be open: Tensor(shape=[None, 3], dtype=...). Without them
             (also as a decorator) a kernel is compiled for each new combination of shapes and types of a call from Python, and none
             inside of a graph.
    output:  where the module is written, for nets that are exported and loaded by other processes; None keeps it in memory.
    options: those of `wasmind.compile` but state: dims={"x.0": (1, 8)} bounds the first extent of the argument x.

    Gradients are those that MindSpore derives from fn itself. Calls may come from several threads.

    Raises WasmindError Unsupported (MindSpore missing or of another version, compiler missing) and InvalidArgument: as
    `wasmind.mindspore.compile`, and where an argument is no tensor, or a result's shape is found by the run.
    Calls with other shapes or types raise RuntimeError with the function's name, the argument's, and what it must be.
    """
    mindspore = package("compile MindIR files that it exports with wasmind.compile")
    name = name_of(fn)
    if not callable(fn):
        raise WasmindError("InvalidArgument", f"fuse: {fn!r} is neither a Cell nor a function")
    if getattr(fn, "training", False):
        raise WasmindError("InvalidArgument", f"fuse: {name} is in training mode, and kernels compute what it gives in inference mode; call "
                           "its set_train(False)")
    if "state" in options:
        raise WasmindError("InvalidArgument", f"fuse: {name}: calls share no state; pass it as an argument and return the next one")
    from . import node  # which needs MindSpore

    if not inputs:
        if output is not None:
            raise WasmindError("InvalidArgument", f"fuse: {name}: output= needs example inputs, as each combination of them is a module")
        return node.Lazy(fn, options)
    for i, value in enumerate(inputs):
        if not isinstance(value, mindspore.Tensor) and not hasattr(value, "__array__"):
            raise WasmindError("InvalidArgument", f"fuse: {name}: argument {i} is a {type(value).__name__}, not a tensor; write it into the "
                               "function, or pass its tensors one by one")
    return node.Fused(fn, Program(mindspore, fn, inputs, output, options))


class Program:
    """A function's kernel. function: its name. key: what nodes say of it. count: of arguments. is_tuple: whether it returns one.
    weights: which parameters of the Cell are inputs, behind the arguments."""

    def __init__(self, mindspore, fn, inputs, output, options):
        self.function, self.count = name_of(fn), len(inputs)
        with tempfile.TemporaryDirectory(prefix="wasmind-") as folder:
            exported = export(fn, inputs, folder)
            weights = _weights_as_inputs(mindspore, exported.path, fn)
            self.is_tuple = self._is_tuple(exported.outputs)
            path = pathlib.Path(folder) / "fused.wasm" if output is None else pathlib.Path(output).absolute()
            try:
                # Any seed: what draws is refused below.
                model = compile_model(exported.path, path, **APART | {"seed": 0} | options)
            except WasmindError as error:
                raise WasmindError(error.code, f"{error}{place_of(fn, str(error))}") from None
            self._check(model.signature, [leaf["tensor"] for leaf in arguments.leaves(exported.inputs)] + weights)
            data = path.read_bytes()
        names = [each.name for each in fn.get_parameters()] if weights else []
        self.weights = [names.index(name) for name in weights]
        self.key = f"{hashlib.sha256(data).hexdigest()}:{'' if output is None else path}"
        self._hold(mindspore, data if output is None else None)

    def _is_tuple(self, results):
        kind, content = next(iter(results.items()))
        if kind == "tensor" or kind == "tuple" and content and all("tensor" in each for each in content):
            return kind == "tuple"
        raise WasmindError("InvalidArgument", f"fuse: {self.function} must return a tensor or a tuple of tensors; return what else it computes "
                           "as tensors")

    def _check(self, signature, expected):
        function, = signature.functions
        found = [spec.name for spec in function.inputs]
        without = [name for name in expected if name not in found]
        if without:
            raise WasmindError("InvalidArgument", f"fuse: {self.function}: {', '.join(without)} is no input of the kernel, as an option gives its "
                               "value; leave it out of the function")
        if found != expected:
            raise WasmindError("InvalidModule", f"fuse: {self.function}: the module takes {found}, and the function {expected}")
        if function.state:
            raise WasmindError("InvalidArgument", f"fuse: {self.function} draws random numbers, and its gradient would draw others; pass them as an argument")
        derived = {dim.name for dim in signature.dims if dim.derived}
        for i, spec in enumerate(function.outputs):
            if open_ones := [each for each in spec.shape if each in derived]:
                raise WasmindError("InvalidArgument", f"fuse: {self.function}: the run finds an extent of result {i} ({open_ones[0]}), and a node "
                                   "must know it before; fuse it for fixed extents, or, where data decides, use wasmind.mindspore.compile")

    def _hold(self, mindspore, data):
        """Keeps the module in memory while this lives. data: its bytes, or None to read its file."""
        _let_go(mindspore)
        weakref.finalize(self, _dropped.append, hold(self.key, self.function, data))

    def __deepcopy__(self, memo):
        return self


# Modules of what is no more.
_dropped = []


def _let_go(mindspore):
    """Frees them. Calls in PyNative mode return before they run, so it waits for those."""
    if _dropped:
        count = len(_dropped)
        mindspore.runtime.synchronize()
        for handle in _dropped[:count]:
            _library().wasmind_fused_close(handle)
        del _dropped[:count]


def hold(key, function, data=None):
    """A handle that keeps a module in memory until it is closed. data: its bytes, or None to read the file that the key names."""
    so, error = _library(), ctypes.create_string_buffer(1024)
    handle = so.wasmind_fused_open(key.encode(), function.encode(), data, len(data or b""), error, len(error))
    if not handle:
        raise WasmindError("InvalidModule", error.value.decode(errors="replace"))
    return handle


def calls(key):
    """How often modules of this key have run."""
    return _library().wasmind_fused_calls(key.encode())


def counts(handle):
    """How many inputs and outputs a module has."""
    so = _library()
    return so.wasmind_fused_count(handle, False), so.wasmind_fused_count(handle, True)


def _library():
    if not FILE.exists():
        raise WasmindError("Io", f"{FILE} is missing; it is built with the package (ninja wasmind_mindspore)")
    so = ctypes.CDLL(os.fspath(FILE))
    so.wasmind_fused_open.restype = ctypes.c_void_p
    so.wasmind_fused_open.argtypes = [ctypes.c_char_p, ctypes.c_char_p, ctypes.c_char_p, ctypes.c_size_t, ctypes.c_char_p, ctypes.c_size_t]
    so.wasmind_fused_calls.argtypes, so.wasmind_fused_calls.restype = [ctypes.c_char_p], ctypes.c_uint64
    so.wasmind_fused_count.argtypes, so.wasmind_fused_count.restype = [ctypes.c_void_p, ctypes.c_bool], ctypes.c_size_t
    so.wasmind_fused_close.argtypes, so.wasmind_fused_close.restype = [ctypes.c_void_p], None
    return so


def _weights_as_inputs(mindspore, path, fn):
    """Makes the trainable parameters of a Cell inputs of its MindIR file; returns their names."""
    model = mindir.parse(path.read_bytes())
    names = [mindir.user_name(each.name) for each in model.graph.parameter]
    if names and not isinstance(fn, mindspore.nn.Cell):
        raise WasmindError("InvalidArgument", f"fuse: {name_of(fn)} uses the parameters {', '.join(names)}; make it a Cell that owns them, or pass "
                           "them as arguments")
    trainable = {each.name for each in fn.trainable_params()} if names else set()
    moved = [each for each, name in zip(model.graph.parameter, names) if name in trainable]
    kept = [each for each, name in zip(model.graph.parameter, names) if name not in trainable]
    for each in moved:
        value = model.graph.input.add(name=each.name)
        value.tensor.add(dims=each.dims, data_type=each.data_type)
    data = [each.SerializeToString() for each in kept]
    del model.graph.parameter[:]
    for each in data:
        model.graph.parameter.add().ParseFromString(each)
    path.unlink()  # MindSpore writes it read-only
    path.write_bytes(model.SerializeToString())
    return [name for name in names if name in trainable]
