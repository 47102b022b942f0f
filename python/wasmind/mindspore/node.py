"""The nodes that `fuse` gives. Imported with MindSpore only."""
import contextlib
import copy
import linecache
import threading
import weakref

from mindspore import GRAPH_MODE, ParameterTuple, Tensor, get_context, nn, ops

from ..error import WasmindError
from .export import name_of
from .fuse import FILE, fuse


_calls = threading.RLock()


class Kernel(ops.Custom):
    """The primitive: Fused.cpp runs the program, and answers what shapes and types it gives. Copies share it, as nothing changes it."""

    def __init__(self, program, bprop):
        super().__init__(f"{FILE}:{'Many' if program.is_tuple else 'One'}", None, None, "aot", bprop=bprop)
        self._program = program  # lives as long as what uses it
        self.multi_output = program.is_tuple
        for name, value in {"primitive_target": "CPU", "reg_op_name": program.function, "multi_output": program.is_tuple,
                            "wasmind_function": program.function, "wasmind_module": program.key}.items():
            self.add_prim_attr(name, value)

    def __call__(self, *values):
        # MindSpore prepares an operator once and uses that again, also while another thread does.
        with _calls:
            return super().__call__(*values)

    def __deepcopy__(self, memo):
        return self


class _Source:
    """Keeps a Cell out of the cells of another: who trains that one does not change the mode of this."""

    def __init__(self, fn):
        self.fn = fn


class _Kernels(nn.Cell):
    """What takes the place of a function or Cell, and gives it back while a net is exported."""

    def __init__(self, fn):
        super().__init__(auto_prefix=False)
        self._source = _Source(fn)
        self.original = None
        _alive.add(self)

    def construct(self, *inputs):
        if self.original is not None:  # decided when a graph is compiled
            return self.original(*inputs)
        return self.run(*inputs)


_alive = weakref.WeakSet()


@contextlib.contextmanager
def originals():
    """Meanwhile graphs are compiled with the functions themselves, also where other functions name what was fused."""
    cells = list(_alive)
    for cell in cells:
        del cell.original
        cell.original = cell._source.fn
    try:
        yield
    finally:
        for cell in cells:
            del cell.original
            cell.original = None


class Fused(_Kernels):
    """A function or Cell as one kernel, called like it."""

    def __init__(self, fn, program):
        super().__init__(fn)
        self._program = program
        self.count = program.count
        self.mistake = f"{program.function} takes {program.count} tensor{'s' * (program.count != 1)}, each an argument of its own and a Tensor"
        parameters = list(fn.get_parameters()) if program.weights else []
        self.weights = ParameterTuple([parameters[i] for i in program.weights])
        self.kernel = Kernel(program, _gradient(fn, self.weights, program.count))

    def run(self, *inputs):
        if len(inputs) != self.count:
            raise TypeError(self.mistake)
        for each in inputs:  # the primitive takes the shape of what is no tensor for that of memory
            if not isinstance(each, Tensor):
                raise TypeError(self.mistake)
        return self.kernel(*inputs, *self.weights)

    def __deepcopy__(self, memo):
        return Fused(copy.deepcopy(self._source.fn, memo), self._program)

    def extend_repr(self):
        return self._program.function


def _gradient(fn, weights, count):
    """The bprop of a kernel: what MindSpore derives from the function. It is written out for the number of arguments, as graphs take
    no bprop of any number, and they read its source."""
    derive = ops.GradOperation(get_all=True, get_by_list=bool(weights), sens_param=True)
    derive = derive(fn, weights) if weights else derive(fn)
    inputs, others = [f"x{i}" for i in range(count)], [f"w{i}" for i in range(len(weights))]
    lines = ["def make(derive, alias):\n", f"    def bprop({', '.join([*inputs, *others, 'out', 'dout'])}):\n"]
    # Of its own arguments: in PyNative mode a gradient inside of a gradient would take over those of the outer one.
    call = f"derive({', '.join(f'alias({each}, {each}.shape)' for each in inputs)}, dout)"
    if weights:
        lines += [f"        of_inputs, of_weights = {call}\n", "        return (*of_inputs, *of_weights)\n"]
    else:
        lines += [f"        return {call}\n"]
    lines += ["    return bprop\n"]
    file = f"<bprop of {count} arguments and {len(weights)} parameters>"
    linecache.cache[file] = len("".join(lines)), None, lines, file
    names = {"__name__": __name__}
    exec(compile("".join(lines), file, "exec"), names)
    return names["make"](derive, ops.reshape)


class _Dispatch(ops.Custom):
    """The primitive of a `Lazy`: called from Python it runs the kernel for its arguments, and a graph cannot have it."""

    def __init__(self, name, fused):
        def refuse(*shapes):
            raise WasmindError("InvalidArgument", f"fuse: {name} has no kernel inside of a graph; give it example inputs: fuse({name}, x, ...)")

        super().__init__(f"{FILE}:One", refuse, lambda *types: types[0], "aot")
        self._fused = fused

    def __call__(self, *values):
        return self._fused(*values)(*values)


class Lazy(_Kernels):
    """A function or Cell as one kernel per shapes and types of the arguments, compiled where a call has new ones."""

    def __init__(self, fn, options):
        super().__init__(fn)
        self._options = options
        self._made, self._lock = {}, threading.Lock()
        self.weights = ParameterTuple(fn.trainable_params() if isinstance(fn, nn.Cell) else [])
        self.dispatch = _Dispatch(name_of(fn), self.fused)

    def run(self, *inputs):
        return self.dispatch(*inputs)

    def __call__(self, *values):
        if get_context("mode") == GRAPH_MODE:  # the kernel is looked up in Python, and then is a graph of its own
            return self.fused(*values)(*values)
        return super().__call__(*values)

    def fused(self, *values):
        """The `Fused` for arguments like these."""
        fn = self._source.fn
        if not values or not all(isinstance(value, Tensor) for value in values):
            raise WasmindError("InvalidArgument", f"fuse: {name_of(fn)} takes tensors, not ({', '.join(type(each).__name__ for each in values)})")
        key = tuple((value.shape, str(value.dtype)) for value in values)
        with self._lock:
            if key not in self._made:
                examples = [Tensor(shape=value.shape, dtype=value.dtype) for value in values]
                self._made[key] = fuse(fn, *examples, **self._options)
            return self._made[key]

    def __deepcopy__(self, memo):
        return Lazy(copy.deepcopy(self._source.fn, memo), self._options)
