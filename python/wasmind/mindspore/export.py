"""A network or function of MindSpore as a MindIR file; the network stays what it was."""
import contextlib
import inspect
import pathlib
import re

from ..error import WasmindError
from . import arguments, mindir
from .package import package


class Exported:
    """path: the file. inputs, outputs: trees (arguments.py)."""

    def __init__(self, path, inputs, outputs):
        self.path, self.inputs, self.outputs = path, inputs, outputs


def export(net, inputs, folder):
    """Writes `net`, a Cell or function, in inference mode, for arguments like `inputs` into a folder.

    Raises WasmindError InvalidArgument with what MindSpore says, and where.
    """
    mindspore = package("export a MindIR file with it and compile that: wasmind.compile('net.mindir')")
    is_cell = isinstance(net, mindspore.nn.Cell)
    if not is_cell and not callable(net):
        raise WasmindError("InvalidArgument", f"compile: {net!r} is neither a Cell nor a function")
    name = name_of(net)
    known = {}

    def look(model):
        known["inputs"], known["outputs"] = [mindir.user_name(each.name) for each in model.graph.input], mindir.results(model)

    path = pathlib.Path(folder) / f"{name}.mindir"
    given = [_argument(mindspore, each) for each in inputs]
    level = mindspore.get_context("jit_syntax_level")
    from . import node  # which needs MindSpore

    with _as_it_was(mindspore, net) if is_cell else contextlib.nullcontext(), node.originals():
        if is_cell:
            net.set_train(False)
            if any(-1 in tensor.shape for tensor in _tensors(mindspore, given)):
                net.__dict__["_dynamic_shape_inputs"] = tuple(given)
        write = lambda: mindspore.export(net, *given, file_name=str(path.with_suffix("")), file_format="MINDIR", custom_func=look)
        try:
            try:
                write()
            except ValueError as error:
                if not is_cell or "wasn't created in nn.Cell" not in str(error):
                    raise
                _forget(mindspore, net, {phase for phase in net.compile_cache if phase.startswith("export")})
                with _generator_of(mindspore, net):
                    write()
        except Exception as error:  # of whichever kind MindSpore has for it
            raise WasmindError("InvalidArgument", f"{name}: MindSpore cannot export it: {_said(error)}") from error
        finally:
            mindspore.set_context(jit_syntax_level=level)
    split = path.with_name(f"{name}_graph.mindir")
    return Exported(path if path.exists() else split, _arguments(mindspore, given, known["inputs"]), known["outputs"])


def name_of(net):
    return re.sub(r"\W", "_", getattr(net, "__name__", type(net).__name__))


def place_of(net, text):
    """Where in the user's script a node stands that an error names: its scope lists the cells around it."""
    found = re.search(r"node '(?:Default|Gradients)/([^']+)'", text)
    if not found:
        return ""
    inner = net
    for part in found[1].split("/")[:-1]:
        child = getattr(inner, "_cells", {}).get(part.rpartition("-")[0])
        if child is None:
            break
        inner = child
    code = inspect.unwrap(getattr(inner, "construct", inner))
    try:
        return f"; it stands in {code.__qualname__}, {inspect.getsourcefile(code)}:{inspect.getsourcelines(code)[1]}"
    except (OSError, TypeError):
        return ""


def _said(error):
    """MindSpore's first paragraph, and the line of the script that it points at."""
    text = str(error).replace("Cannot export a PyExecute CNode in MindIR.", "it leaves a part of it to Python, which MindIR does not have; "
                              "make numbers that a loop changes Tensors, and compute with operations of tensors.")
    place = re.search(r"In file (\S+?:\d+)", text)
    return text.partition("\n\n")[0].strip() + (f" ({place[1]})" if place and place[1] not in text.partition("\n\n")[0] else "")


def _argument(mindspore, value):
    """As MindSpore takes it: arrays are tensors, and of containers the elements must be said to change."""
    if hasattr(value, "__array__") and not isinstance(value, mindspore.Tensor):
        return mindspore.Tensor(value)
    if isinstance(value, (tuple, list, dict)):
        if isinstance(value, dict):
            parts = {key: _argument(mindspore, each) for key, each in value.items()}
        else:
            parts = (tuple if isinstance(value, tuple) else list)(_argument(mindspore, each) for each in value)
        return mindspore.mutable(parts) if _tensors(mindspore, [parts]) else parts
    return value


def _tensors(mindspore, values):
    found = []
    for value in values:
        if isinstance(value, mindspore.Tensor):
            found.append(value)
        elif isinstance(value, (tuple, list, dict)):
            found += _tensors(mindspore, value.values() if isinstance(value, dict) else value)
    return found


def _arguments(mindspore, given, names):
    """Trees of the arguments; `names` are of those that hold tensors."""
    names, trees = iter(names), []
    for i, value in enumerate(given):
        name = next(names, "") if _tensors(mindspore, [value]) else ""
        trees.append(arguments.of_arguments(value, lambda each: isinstance(each, mindspore.Tensor), name, f"argument {i}"))
    return {"tuple": trees}


@contextlib.contextmanager
def _as_it_was(mindspore, net):
    """Puts the attributes of all cells back, and the names of their parameters; forgets the graphs made in between."""
    # What the script exported itself would be taken again, with kernels in place of functions.
    _forget(mindspore, net, {phase for phase in net.compile_cache if phase.startswith("export")})
    cells = [cell for _, cell in net.cells_and_names()]
    attributes = [dict(vars(cell)) for cell in cells]
    contents = [{key: value.copy() for key, value in vars(cell).items() if isinstance(value, (dict, set))} for cell in cells]
    names = [(parameter, parameter.name) for parameter in net.get_parameters()]
    phases = set(net.compile_cache)
    try:
        yield
    finally:
        made = set(net.compile_cache) - phases
        for cell, before, inside in zip(cells, attributes, contents):
            vars(cell).clear()
            vars(cell).update(before)
            for key, content in inside.items():
                held = before[key]
                held.clear()
                held.update(content)
        for parameter, name in names:
            parameter.name = name
        _forget(mindspore, net, made)


@contextlib.contextmanager
def _generator_of(mindspore, net):
    """Lends a Cell parameters in the names of those of the generator that random functions of `mint` draw from: others than a Cell's
    own are not exported. The generator's own do not hold what `manual_seed` set."""
    generator = mindspore.common.generator.default_generator
    own = {"_generator_seed": generator._seed, "_generator_offset": generator._offset}
    names = [(parameter, parameter.name) for parameter in own.values()]
    for (name, parameter), value in zip(own.items(), (generator.initial_seed(), 0)):
        parameter.name = name
        net.insert_param_to_cell(name, mindspore.Parameter(mindspore.Tensor(value, mindspore.int64), name=name, requires_grad=False))
    try:
        yield
    finally:
        for parameter, name in names:
            parameter.name = name


def _forget(mindspore, net, phases):
    """Frees the graphs that a Cell was compiled to in these phases."""
    if phases:
        net.compile_cache.difference_update(phases)
        mindspore.common.api._cell_graph_executor.del_net_res(net, phases)
