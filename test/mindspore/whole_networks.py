"""The networks of examples/mindspore in MindSpore and on wasm, by both routes: python whole_networks.py FOLDER NAME...

Writes FOLDER/NAME.wasm, FOLDER/NAME.npz with arguments and results, and FOLDER/NAME.json with what else was seen.
"""
import json
import pathlib
import sys

import mindspore as ms
import numpy as np
import wasmind.mindspore
from wasmind.mindspore import backend

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "examples/mindspore"))
import zoo

# Their weights change after the first call.
CHANGED = ["lenet5", "mobilenet_v2", "lstm", "gpt"]


def structure(value):
    """Of nested results: containers, and a name for each tensor."""
    if isinstance(value, (tuple, list)):
        return [type(value).__name__, *map(structure, value)]
    return "Tensor" if isinstance(value, ms.Tensor) else type(value).__name__


def as_arrays(value):
    return type(value)(map(as_arrays, value)) if isinstance(value, (tuple, list)) else value.asnumpy()


def portrait(net):
    """All that belongs to a network and its cells."""
    def inside(value):
        return sorted(map(str, value)) if isinstance(value, (dict, set)) else id(value)

    cells = [(name, {key: inside(value) for key, value in vars(cell).items()}) for name, cell in net.cells_and_names()]
    return cells, [parameter.name for parameter in net.get_parameters()], ms.get_context("jit_syntax_level")


def counted(count, run=backend._Graph.run):
    """Counts the calls that modules answer."""
    def call(self, *arguments):
        count.append(self)
        return run(self, *arguments)

    backend._Graph.run = call
    return count


def onnx_refuses(net, inputs, path):
    """What MindSpore's own export says, or None."""
    try:
        ms.onnx.export(net, *inputs, file_name=str(path))
    except Exception as error:
        return str(error).partition("\n")[0]


def study(name, folder):
    net, inputs, reference = zoo.make(name)
    expected = reference(*inputs)
    net.set_train(True)
    before = portrait(net)
    compiled = wasmind.mindspore.compile(net, *inputs, output=folder / f"{name}.wasm")
    facts = {"kept": portrait(net) == before}
    net.set_train(False)
    results, arrays = compiled(*inputs), compiled(*map(as_arrays, inputs))
    facts |= {"structure": structure(results), "expected": structure(expected), "arrays": {type(each).__name__ for each in leaves(arrays)} == {"ndarray"}}
    sets = {"inputs": zoo.leaves(inputs), "expected": zoo.leaves(expected), "compiled": zoo.leaves(results), "arrays": leaves(arrays)}
    calls.clear()
    on_wasm = ms.jit(net, backend="wasm")
    sets["backend"] = zoo.leaves(on_wasm(*inputs))
    if name in CHANGED:
        for parameter in net.trainable_params():
            parameter.set_data(parameter * 1.25)
        sets |= {"changed": zoo.leaves(on_wasm(*inputs)), "changed_expected": zoo.leaves(net(*inputs))}
        modules = [module for graph in set(calls) for module in graph._modules.values()]
        on_wasm(*inputs)
        facts["modules"] = [len(modules), [module for graph in set(calls) for module in graph._modules.values()] == modules]
    facts["calls"] = len(calls)
    facts["onnx"] = onnx_refuses(net, inputs, folder / f"{name}.onnx")
    np.savez(folder / f"{name}.npz", **{f"{key}{i}": array for key, value in sets.items() for i, array in enumerate(value)})
    return facts


def leaves(value):
    return [leaf for each in value for leaf in leaves(each)] if isinstance(value, (tuple, list)) else [value]


if __name__ == "__main__":
    out, names = pathlib.Path(sys.argv[1]), sys.argv[2:]
    wasmind.mindspore.register_backend()
    calls = counted([])
    for name in names:
        (out / f"{name}.json").write_text(json.dumps(study(name, out)))
