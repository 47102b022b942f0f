"""@jit(backend="wasm"): MindSpore gives the graphs, Backend.cpp hands them on as MindIR, and modules compute them."""
import ctypes
import os
import pathlib
import secrets
import sysconfig
import tempfile
import threading

import numpy as np

from .. import native
from ..compiler import compile
from ..error import WasmindError
from ..tensor import numpy_type
from . import mindir
from .package import APART, package

SOURCE = pathlib.Path(__file__).with_name("Backend.cpp")
# MindSpore's TypeId (mindapi/base/type_id.h) of the element types.
TYPE_IDS = {"bool": 30, "i8": 32, "i16": 33, "i32": 34, "i64": 35, "u8": 37, "u16": 38, "u32": 39, "u64": 40, "f16": 42, "f32": 43,
            "f64": 44, "bf16": 45}
DTYPES = {number: name for name, number in TYPE_IDS.items()}

_memory = ctypes.pythonapi.PyMemoryView_FromMemory
_memory.argtypes, _memory.restype = [ctypes.c_void_p, ctypes.c_ssize_t, ctypes.c_int], ctypes.py_object
_READ = 0x100
_WORDS = ctypes.c_void_p
_BUILD = ctypes.CFUNCTYPE(ctypes.c_int32, ctypes.c_uint32, ctypes.c_void_p, ctypes.c_int64, _WORDS, ctypes.c_int64, ctypes.c_char_p,
                          ctypes.c_void_p, ctypes.c_int64)
_RUN = ctypes.CFUNCTYPE(ctypes.c_int32, ctypes.c_uint32, _WORDS, ctypes.c_int64, ctypes.c_void_p, ctypes.c_void_p, ctypes.c_int64)
_CLEAR = ctypes.CFUNCTYPE(None, ctypes.c_uint32)


class _Tensor:
    """A tensor of MindSpore's, readable during the call."""

    __slots__ = ("address", "byte_length", "dtype", "hash", "offset", "shape", "strides")

    def __init__(self, words, at):
        """`words` from `at` on, as Backend.cpp writes them."""
        number, self.address, self.byte_length, self.hash, rank = words[at:at + 5]
        self.dtype = DTYPES.get(number)
        if self.dtype is None:
            raise WasmindError("Unsupported", f"a tensor has MindSpore's type {number}, which modules do not have")
        self.shape = tuple(words[at + 5:at + 5 + rank])
        count = words[at + 5 + rank]
        self.strides, self.offset = words[at + 6 + rank:at + 6 + rank + count], words[at + 6 + rank + count]

    def array(self):
        dtype = numpy_type(self.dtype)
        if not self.byte_length:
            return np.empty(self.shape, dtype)
        if not self.strides:
            return np.ndarray(self.shape, dtype, _memory(self.address, self.byte_length, _READ))
        item = dtype.itemsize
        if min(self.strides) < 0:
            raise WasmindError("Unsupported", "an argument is a view that runs backwards through its storage; pass its contiguous()")
        end = self.offset + sum((extent - 1) * stride for extent, stride in zip(self.shape, self.strides)) + 1
        return np.ndarray(self.shape, dtype, _memory(self.address, item * end, _READ), item * self.offset, [item * each for each in self.strides])


def _tensors(words):
    found, at = [], 0
    while at < len(words):
        found.append(_Tensor(words, at))
        at += 7 + len(found[-1].shape) + len(found[-1].strides)
    return found


def _seed():
    """Of primitives that have none: `mindspore.set_seed`'s, else another one each time, as MindSpore does."""
    given = package("").get_seed()
    return secrets.randbits(64) if given is None else given


def _words(address, count):
    return _memory(address, 8 * count, _READ).cast("q") if count else ()


class _Module:
    """A graph for one set of extents. Weights are constants of the module until they change; then they are inputs, of which those
    that changed are passed."""

    def __init__(self, graph, shapes, weights):
        self._graph, self._shapes = graph, shapes
        self._hashes = [each.hash for each in weights]
        self._together = None
        self._are_inputs = False
        self._make(weights)

    def _make(self, weights):
        """Compiles; `weights` None makes them inputs."""
        model = mindir.parse(self._graph.mindir)
        if weights is None:
            for each in model.graph.parameter:
                value = model.graph.input.add(name=each.name)
                value.tensor.add(dims=each.dims, data_type=each.data_type)
            del model.graph.parameter[:]
        else:
            for proto, weight in zip(model.graph.parameter, weights, strict=True):
                proto.raw_data = self._value(mindir.user_name(proto.name), weight).tobytes()
        with tempfile.TemporaryDirectory(prefix="wasmind-") as folder:
            source = pathlib.Path(folder) / "graph.mindir"
            source.write_bytes(model.SerializeToString())
            # What runs here only may use what this host has.
            compiled = compile(source, shapes=self._shapes, seed=_seed(), features=["relaxed-simd"], **APART)
        self._instance = compiled.instantiate()
        function = compiled.signature.functions[0]
        self._inputs = [spec.name for spec in function.inputs]
        self.types = {spec.name: TYPE_IDS[spec.dtype] for spec in function.outputs}

    def _value(self, name, weight):
        """Random functions of mint read the seed of MindSpore's generator, whose value is not what `manual_seed` set."""
        if name != self._graph.generator_seed:
            return weight.array()
        return np.full(weight.shape, package("").common.generator.default_generator.initial_seed(), np.int64)

    def run(self, given, weights, together):
        """weights: a function that gives them. together: a hash of all; 0 takes them for what they were."""
        feeds, hashes = {}, self._hashes
        if together not in (0, self._together):
            now = weights()
            hashes = [each.hash for each in now]
            if hashes != self._hashes and not self._are_inputs:
                self._make(None)
                self._are_inputs, self._hashes = True, [0] * len(hashes)
            if self._are_inputs:
                feeds = {name: self._value(name, each) for name, each, before in zip(self._inputs[len(given):], now, self._hashes, strict=True)
                         if each.hash != before}
        feeds.update(zip(self._inputs, [each.array() for each in given]))
        results = self._instance.run(feeds, copy=False)
        self._hashes, self._together = hashes, together or self._together
        return results


class _Graph:
    """A graph as MindSpore gave it; its modules by the extents of the arguments."""

    def __init__(self, data, parameters):
        """parameters: those that have a value, by name."""
        self.mindir = data
        model = mindir.parse(data)
        self.inputs, self.results = mindir.inputs(model), mindir.results(model)
        self._lock = threading.Lock()
        self._modules = {}
        self.generator_seed = package("").common.generator.default_generator._seed.name
        # A Parameter that is passed as an argument has a value as well, and is none of them.
        weights = [parameters[mindir.user_name(each.name)] for each in model.graph.parameter]
        self.weight_count = len(weights)
        if not any(-1 in shape for _, shape in self.inputs):
            self._modules[None] = _Module(self, {}, weights)

    def _module(self, given, weights):
        if None in self._modules:
            return self._modules[None]
        key = tuple(each.shape for each in given)
        if key not in self._modules:
            open_ones = {name: list(each.shape) for (name, shape), each in zip(self.inputs, given, strict=True) if -1 in shape}
            self._modules[key] = _Module(self, open_ones, weights())
        return self._modules[key]

    def run(self, words, results):
        """words: those of a run, as Backend.cpp writes them."""
        end, together = words[0], words[1]
        given = _tensors(words[2:end].tolist())
        if len(given) != len(self.inputs):
            raise WasmindError("InvalidArgument", f"the graph takes {len(self.inputs)} tensors, not {len(given)}")

        def weights():
            return _tensors(words[end:].tolist())

        with self._lock:
            module = self._module(given, weights)
            results.put(self.results, module.run(given, weights, together), module.types)


class _Results:
    """What a run returns, written to MindSpore's side."""

    def __init__(self, so, handle):
        self._so, self._handle = so, ctypes.c_void_p(handle)

    def put(self, tree, arrays, types):
        kind, content = next(iter(tree.items()))
        if kind == "tensor":
            array = arrays[content]
            shape = (ctypes.c_int64 * array.ndim)(*array.shape)
            memory = self._so.wasmind_backend_tensor(self._handle, types[content], shape, array.ndim)
            if array.nbytes:
                ctypes.memmove(memory, array.ctypes.data, array.nbytes)
        elif kind == "number":
            value = arrays[content].item()
            name = {bool: "boolean", int: "integer", float: "number"}[type(value)]
            getattr(self._so, f"wasmind_backend_{name}")(self._handle, value)
        elif kind == "constant":
            self._so.wasmind_backend_none(self._handle)
        else:
            self._so.wasmind_backend_open(self._handle)
            for each in content.values() if kind == "dict" else content:
                self.put(each, arrays, types)
            self._so.wasmind_backend_close(self._handle)


class _Backend:
    """One per process, as MindSpore's side is."""

    def __init__(self, path, package):
        self._so = ctypes.CDLL(os.fspath(path))
        self._so.wasmind_backend_tensor.restype = ctypes.c_void_p
        self._so.wasmind_backend_tensor.argtypes = [ctypes.c_void_p, ctypes.c_int32, ctypes.c_void_p, ctypes.c_int32]
        self._so.wasmind_backend_integer.argtypes = [ctypes.c_void_p, ctypes.c_int64]
        self._so.wasmind_backend_boolean.argtypes = [ctypes.c_void_p, ctypes.c_bool]
        self._so.wasmind_backend_number.argtypes = [ctypes.c_void_p, ctypes.c_double]
        self._so.wasmind_backend_freeze.argtypes = [ctypes.c_bool]
        self._graphs = {}
        self._functions = _BUILD(self._build), _RUN(self._run), _CLEAR(self._clear)
        self._so.wasmind_backend_receive(*self._functions, os.fsencode(os.path.dirname(package.__file__)))

    def freeze(self, are_frozen):
        self._so.wasmind_backend_freeze(are_frozen)

    def _build(self, graph, data, byte_length, words, count, names, error, capacity):
        def build():
            tensors = _tensors(list(_words(words, count)))
            made = _Graph(_memory(data, byte_length, _READ).tobytes(), dict(zip(names.decode().splitlines(), tensors, strict=True)))
            self._graphs[graph] = made
            return made.weight_count

        return _noting(build, error, capacity)

    def _run(self, graph, words, count, results, error, capacity):
        def run():
            self._graphs[graph].run(_words(words, count), _Results(self._so, results))
            return 0

        return _noting(run, error, capacity)

    def _clear(self, graph):
        self._graphs.pop(graph, None)


def _noting(call, error, capacity):
    """What it gives, or -1 and the text of what was raised: nothing may leave into MindSpore's frames."""
    try:
        return call()
    except BaseException as problem:
        said = str(problem) or type(problem).__name__
        if "(Custom)" in said:
            said += "; of what wasmind.mindspore.fuse gave, this backend takes the function itself, and fuses it on its own"
        text = f"wasmind: {said}".encode("ascii", "backslashreplace")[:capacity - 1] + b"\0"
        ctypes.memmove(error, text, len(text))
        return -1


_backend = None
_lock = threading.Lock()


def register_backend(frozen=False):
    """Makes `mindspore.jit(backend="wasm")` run functions and networks as WebAssembly, in this process.

    A graph is compiled when it is first called, once per shapes and types of its arguments, as MindSpore's own backend does. Its
    weights are constants of the module until they change: whether they have is looked up before each call. From then on they are
    inputs, which costs one more compilation, once, and what packing them ahead would save.

    frozen: weights never change after the first call, and nobody looks; saves reading them.

    The first call ever compiles Backend.cpp against the installed MindSpore, which needs a C++ compiler ($CXX, or c++ in PATH) and
    Python's headers, and takes up to half a minute; the result is kept in $WASMIND_CACHE, else ~/.cache/wasmind. Later calls set
    `frozen` only. What a graph cannot do raises RuntimeError where it is called, with node, primitive, and line of the script.

    Raises WasmindError Unsupported: MindSpore missing or of another version, no compiler.
    """
    global _backend
    with _lock:
        if _backend is None:
            mindspore = package("compile MindIR files that it exports with wasmind.compile")
            path = extension(mindspore)
            if not mindspore.graph.register_custom_backend("wasm", os.fspath(path)):
                raise WasmindError("Unsupported", f"MindSpore does not take {path} as a backend; its log says why (GLOG_v=1)")
            _backend = _Backend(path, mindspore)
        _backend.freeze(bool(frozen))


def extension(mindspore):
    """Path of the shared object of Backend.cpp, which is compiled unless it is in the cache."""
    root = pathlib.Path(mindspore.__file__).resolve().parent
    include, libraries = root / "include", root / "lib"
    python = pathlib.Path(sysconfig.get_path("include"))
    if not (python / "Python.h").exists():
        raise WasmindError("Unsupported", f"the headers of Python are not in {python}; install python3-dev")
    folders = ["", "mindspore", "mindspore/core/include", "mindspore/ccsrc", "mindspore/ccsrc/include", "third_party", "third_party/pybind11",
               "third_party/securec/include", "third_party/robin_hood_hashing"]
    # MindSpore is built with the old std::string; the second definition decides about the layout of its graphs.
    flags = ["-std=c++17", "-D_GLIBCXX_USE_CXX11_ABI=0", "-DENABLE_FAST_HASH_TABLE=1", "-w",
             *(f"-I{include / folder}" for folder in folders), f"-I{python}", f"-L{libraries}", f"-Wl,-rpath,{libraries}",
             *(f"-lmindspore_{name}" for name in ("backend_manager", "core", "common", "runtime_pipeline"))]
    return native.build("wasmind.mindspore", "mindspore_backend", SOURCE, flags, mindspore.__version__.encode())
