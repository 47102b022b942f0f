"""MindSpore's operator plug-in hook: the shared object made of Plugin.cpp, and calls as Python values."""
import ctypes
import math
import os
import pathlib
import struct

import numpy as np

from ..error import WasmindError

FILE = pathlib.Path(__file__).with_name("_plugin.so")
VARIABLE = "MS_OP_PLUGIN_PATH"
# Plugin.cpp declares the interface of these versions.
VERSION = "2.10."
# Element types by the numbers of Plugin.cpp; numpy has no bfloat16.
TYPES = {ord(name[0]) * 256 + 8 * np.dtype(name).itemsize: np.dtype(name)
         for name in ("float16", "float32", "float64", "int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64")}
TYPES[ord("b") * 256 + 8] = np.dtype(np.bool_)
UNNAMED = {ord("B"): "bfloat", ord("c"): "complex"}
TENSOR, NONE, BOOL, INTEGER, FLOAT, INTEGERS = range(6)

_memory = ctypes.pythonapi.PyMemoryView_FromMemory
_memory.argtypes, _memory.restype = [ctypes.c_void_p, ctypes.c_ssize_t, ctypes.c_int], ctypes.py_object
READ, WRITE = 0x100, 0x200


# dtype.name is computed anew each time.
NAMES = {dtype: dtype.name for dtype in TYPES.values()}


def type_name(code):
    return NAMES[TYPES[code]] if code in TYPES else f"{UNNAMED.get(code >> 8, 'type')}{code & 255 or ''}"


class Words:
    """A call as Plugin.cpp writes it down. What cannot be read is None, and `problem` says why: an error needs all types."""

    def __init__(self, address, count):
        self.words = _memory(address, 8 * count, READ).cast("q").tolist()
        self.inputs, self.outputs = self.words[:2]
        self.at = 2
        self.types, self.problem = [], None

    def take(self):
        self.at += 1
        return self.words[self.at - 1]

    def take_list(self):
        begin = self.at + 1
        self.at = begin + self.words[self.at]
        return self.words[begin:self.at]

    def tensor(self, mode):
        """A view of MindSpore's memory, with its strides; valid during the call."""
        code, address = self.take(), self.take()
        shape, strides, offset = self.take_list(), self.take_list(), self.take()
        dtype = TYPES.get(code)
        if dtype is None:
            self.problem = f"{type_name(code)} has no operators"
            return None
        if 0 in shape:
            return np.empty(shape, dtype)
        item = dtype.itemsize
        if not strides:
            return np.ndarray(shape, dtype, _memory(address, item * math.prod(shape), mode))
        if min(strides) < 0:
            self.problem = "a view runs backwards through its storage"
            return None
        last = offset + sum((extent - 1) * stride for extent, stride in zip(shape, strides))
        return np.ndarray(shape, dtype, _memory(address, item * (last + 1), mode), item * offset, [item * stride for stride in strides])

    def input(self):
        """An input as its formula gets it."""
        kind = self.take()
        if kind == TENSOR:
            self.types.append(self.words[self.at])
            return self.tensor(READ)
        if kind == NONE:
            return None
        if kind == INTEGERS:
            return tuple(self.take_list())
        value = self.take()
        if kind == INTEGER:
            return value
        if kind == FLOAT:
            return struct.unpack("d", struct.pack("q", value))[0]
        if kind == BOOL:
            return bool(value)
        self.problem = f"an input is neither tensor, number, tuple of integers nor None but {type_name(value)}"
        return None

    def output(self):
        self.at += 1
        return self.tensor(WRITE)


RECEIVER = ctypes.CFUNCTYPE(ctypes.c_int32, ctypes.c_char_p, ctypes.c_void_p, ctypes.c_int32, ctypes.c_void_p, ctypes.c_int32)


class Plugin:
    """The loaded shared object; one per process, as MindSpore's side is."""

    def __init__(self, handler, advice):
        """handler(primitive, inputs, outputs): called with Python values and views to write into, on any thread.
        advice(primitive): what to do about a call that failed, the end of its error."""
        if not FILE.exists():
            raise WasmindError("Io", f"{FILE} is missing; it is built with the package (ninja wasmind_mindspore)")
        self._so = ctypes.CDLL(os.fspath(FILE))
        self._so.wasmind_plugin_choose.restype = self._so.wasmind_plugin_listed.restype = ctypes.c_bool
        self._receiver = RECEIVER(self._receive)
        self._handler, self._advice = handler, advice
        self._so.wasmind_plugin_receive(self._receiver)

    def _receive(self, primitive, address, count, error, capacity):
        name, words = primitive.decode(), None
        try:
            words = Words(address, count)
            inputs = [words.input() for _ in range(words.inputs)]
            outputs = [words.output() for _ in range(words.outputs)]
            if words.problem:
                raise TypeError(words.problem)
            self._handler(name, inputs, outputs)
            return 0
        # Nothing may leave into MindSpore's frames but the code and the text.
        except BaseException as problem:
            types = ", ".join(map(type_name, words.types)) if words else ""
            text = f"wasmind: {name}({types}): {str(problem) or type(problem).__name__}; {self._advice(name)}"
            text = text.encode("ascii", "backslashreplace")[:capacity - 1] + b"\0"
            ctypes.memmove(error, text, len(text))
            return 1

    def listed(self):
        """Whether MindSpore has read the list of primitives, which it does once."""
        return self._so.wasmind_plugin_listed()

    def choose(self, names):
        """Sets the list. Only before `listed`."""
        self._so.wasmind_plugin_clear()
        for name in names:
            if not self._so.wasmind_plugin_choose(name.encode()):
                raise WasmindError("InvalidArgument", f"{FILE} is of another version: it lacks {name}; build the package again")

    def attach(self):
        """Makes MindSpore open this object. Raises WasmindError where MindSpore is missing, unknown or took another."""
        other = os.environ.get(VARIABLE)
        if other and not (os.path.exists(other) and os.path.samefile(other, FILE)):
            raise WasmindError("Unsupported", f"{VARIABLE} names another plug-in, {other}, and MindSpore takes one; unset it")
        # It stays: each kernel of a graph reads it again. In a process started from here that does not choose, the list is empty.
        os.environ[VARIABLE] = os.fspath(FILE)
        try:
            self._open()
        except BaseException:
            self.forget()
            raise

    @staticmethod
    def forget():
        """Takes the variable back."""
        os.environ.pop(VARIABLE, None)

    def _open(self):
        try:
            import mindspore
        except ImportError as error:
            raise WasmindError("Unsupported", f"the package mindspore cannot be imported ({error}); install mindspore==2.10.0") from error
        if not mindspore.__version__.startswith(VERSION):
            raise WasmindError("Unsupported", f"mindspore {mindspore.__version__}: its plug-in interface changes between versions and "
                               f"only that of {VERSION}x is known; install mindspore==2.10.0")
        # Opens the plug-in if nothing has looked for one yet, and says which it is: the handle of dlopen.
        library = ctypes.CDLL(os.path.join(os.path.dirname(mindspore.__file__), "lib/libmindspore_ops.so"))
        handle = library._ZN9mindspore3ops17GetOpPluginHandleEv
        handle.restype = ctypes.c_void_p
        if handle() != self._so._handle:
            raise WasmindError("Unsupported", "MindSpore looked for plug-ins before wasmind.mindspore.enable was called, and it looks "
                               "once; call enable before the first operator runs")
