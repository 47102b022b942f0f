"""MindSpore's operator plug-in hook: the shared object made of Plugin.cpp, and calls as Python values."""
import ctypes
import functools
import json
import math
import os
import pathlib
import struct

import numpy as np

from ..error import WasmindError
from ..tensor import DTYPES, code_of, numpy_type

FILE = pathlib.Path(__file__).with_name("_plugin.so")
VARIABLE = "MS_OP_PLUGIN_PATH"
# Plugin.cpp declares the interface of these versions.
VERSION = "2.10."
# Element types by the numbers of Plugin.cpp; numpy has no bfloat16.
TYPES = {ord(name[0]) * 256 + 8 * np.dtype(name).itemsize: np.dtype(name)
         for name in ("float16", "float32", "float64", "complex64", "complex128", "int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64")}
TYPES[ord("b") * 256 + 8] = np.dtype(np.bool_)
UNNAMED = {ord("B"): "bfloat"}
TENSOR, NONE, BOOL, INTEGER, FLOAT, INTEGERS, UNKNOWN, TEXT = range(8)

_memory = ctypes.pythonapi.PyMemoryView_FromMemory
_memory.argtypes, _memory.restype = [ctypes.c_void_p, ctypes.c_ssize_t, ctypes.c_int], ctypes.py_object
READ, WRITE = 0x100, 0x200


# dtype.name is computed anew each time.
NAMES = {dtype: dtype.name for dtype in TYPES.values()}


# By the numbers of wasmind.h; 0 is what the library lacks.
CODES = {0: "other", **{code_of(name): numpy_type(name).name for name in DTYPES}, code_of("bf16"): "bfloat16"}


BRAIN = ord("B") * 256 + 16


def widened(bits):
    """bfloat16, as its bits, in float32."""
    return None if bits is None else np.asarray(np.left_shift(bits, 16, dtype=np.uint32)).view(np.float32)


def narrowed(x):
    """float32 to the nearest bfloat16, as its bits; ties go to the even one."""
    bits = np.asarray(x, order="C").view(np.uint32)
    return np.where(np.isnan(x), 0x7fc0, (bits + 0x7fff + (bits >> 16 & 1)) >> 16).astype(np.uint16)


def type_name(code):
    return NAMES[TYPES[code]] if code in TYPES else f"{UNNAMED.get(code >> 8, 'type')}{code & 255 or ''}"


@functools.lru_cache(256)
def attributes(text):
    """Of a primitive; lists are tuples."""
    return {name: tuple(value) if isinstance(value, list) else value for name, value in json.loads(text).items()}


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
        if code == BRAIN:
            dtype = np.dtype(np.uint16)
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
            code = self.words[self.at]
            self.types.append(code)
            return widened(self.tensor(READ)) if code == BRAIN else self.tensor(READ)
        if kind == NONE:
            return None
        if kind == INTEGERS:
            return tuple(self.take_list())
        value = self.take()
        if kind == TEXT:
            return attributes(ctypes.string_at(self.take(), value))
        if kind == INTEGER:
            return value
        if kind == FLOAT:
            return struct.unpack("d", struct.pack("q", value))[0]
        if kind == BOOL:
            return bool(value)
        self.problem = f"an input is neither tensor, number, tuple of integers nor None but {type_name(value)}"
        return None

    def output(self):
        """A view to write into, and whether its elements are bfloat16."""
        self.at += 1
        is_brain = self.words[self.at] == BRAIN
        return self.tensor(WRITE), is_brain


RECEIVER = ctypes.CFUNCTYPE(ctypes.c_int32, ctypes.c_char_p, ctypes.c_void_p, ctypes.c_int32, ctypes.c_void_p, ctypes.c_int32)


class Plugin:
    """The loaded shared object; one per process, as MindSpore's side is."""

    def __init__(self, handler, advice):
        """handler(primitive, inputs, outputs): called with Python values and views to write into, on any thread.
        advice(primitive): what to do about a call that failed, the end of its error."""
        if not FILE.exists():
            raise WasmindError("Io", f"{FILE} is missing; it is built with the package (ninja wasmind_mindspore)")
        self._so = ctypes.CDLL(os.fspath(FILE))
        for name in ("choose", "listed", "recipe", "kernels", "hide"):
            getattr(self._so, f"wasmind_plugin_{name}").restype = ctypes.c_bool
        self._so.wasmind_plugin_count.restype = self._so.wasmind_plugin_flops.restype = ctypes.c_uint64
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
            # Such are computed in float32.
            made = [np.empty(view.shape, np.float32) if is_brain else view for view, is_brain in outputs]
            self._handler(name, inputs, made)
            for (view, is_brain), result in zip(outputs, made):
                if is_brain:
                    np.copyto(view, narrowed(result))
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

    def load(self, path, primitives):
        """Takes the library at `path` for calls from now on; None: none."""
        text = ctypes.create_string_buffer(1024)
        if self._so.wasmind_plugin_load(os.fsencode(path or ""), text, len(text)):
            raise WasmindError("InvalidModule", text.value.decode())
        for each in primitives:
            operator, recipe = each.recipe or ("", "")
            if not self._so.wasmind_plugin_recipe(each.name.encode(), operator.encode(), recipe.encode(), each.attributes):
                raise WasmindError("InvalidArgument", f"{path} has no {operator}")

    def open_kernels(self, path, folder):
        """folder: MindSpore's."""
        text = ctypes.create_string_buffer(1024)
        if not self._so.wasmind_plugin_kernels(os.fsencode(path), os.fsencode(folder), text, len(text)):
            raise WasmindError("Unsupported", f"{path} does not fit the installed mindspore ({text.value.decode()}); delete it")

    def counts(self, name, returned):
        """{element type: calls} of a primitive."""
        counted = {dtype: self._so.wasmind_plugin_count(name.encode(), code, returned) for code, dtype in CODES.items()}
        return {dtype: calls for dtype, calls in counted.items() if calls}

    def flops(self, name, returned):
        """Operations on numbers in the calls of a primitive."""
        return self._so.wasmind_plugin_flops(name.encode(), returned)

    def reset(self):
        self._so.wasmind_plugin_forget()

    def attach(self):
        """Makes MindSpore open this object; returns the package. Raises WasmindError where MindSpore is missing, unknown or took another."""
        other = os.environ.get(VARIABLE)
        if other and not (os.path.exists(other) and os.path.samefile(other, FILE)):
            raise WasmindError("Unsupported", f"{VARIABLE} names another plug-in, {other}, and MindSpore takes one; unset it")
        # It stays: each kernel of a graph reads it again. In a process started from here that does not choose, the list is empty.
        os.environ[VARIABLE] = os.fspath(FILE)
        try:
            return self._open()
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
        import mindspore.mint  # the library below is loaded with the first operators
        if not self._so.wasmind_plugin_hide():
            raise WasmindError("Unsupported", f"mindspore {mindspore.__version__} is not built as the one of {VERSION}0 for Linux: its kernels "
                               "would read views wrongly beside a plug-in")
        return mindspore
