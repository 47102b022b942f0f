"""Inputs and outputs of ONNX models that are sequences or optionals: as a module has them, and what the compiler is told of them."""
import numpy as np
import onnx.parser
from onnx import helper


def tensors(name, value):
    """{name in the module: array} of what an input or output holds: an array, a list of arrays, or None."""
    if value is None:
        return {}
    return {f"{name}.{i}": np.asarray(one) for i, one in enumerate(value)} if isinstance(value, list) else {name: value}


def gathered(name, outputs, like):
    """What the module's outputs hold of the model's output `name`, an array, a list, or None, as `like` is."""
    if isinstance(like, list):
        return [value for key, value in outputs.items() if key.rpartition(".")[0] == name]
    return outputs[name] if like is not None or name in outputs else None


def told(model, inputs):
    """({input: length}, {tensor: shape}): what the compiler is told of a model some of whose inputs are no tensors."""
    lengths, shapes = {}, {}
    if all(value.type.HasField("tensor_type") for value in model.graph.input):
        return lengths, shapes
    for value, given in zip(model.graph.input, inputs, strict=True):
        kind = value.type
        if not kind.HasField("tensor_type"):
            lengths[value.name] = None if given is None else len(given) if isinstance(given, list) else 1
        kind = kind.optional_type.elem_type if kind.HasField("optional_type") else kind
        kind = kind.sequence_type.elem_type if kind.HasField("sequence_type") else kind
        if not kind.tensor_type.HasField("shape") or not all(dim.HasField("dim_value") for dim in kind.tensor_type.shape.dim):
            shapes |= {name: array.shape for name, array in tensors(value.name, given).items()}
    return lengths, shapes


def options(model, inputs):
    """The same as arguments of `wasmind compile`."""
    lengths, shapes = told(model, inputs)
    return [*(f"--sequence={name}={'none' if n is None else n}" for name, n in lengths.items()),
            *(f"--shape={name}={','.join(map(str, shape))}" for name, shape in shapes.items())]


def value_info(name, value):
    """The type of an array, or of a list of arrays of any shapes."""
    if isinstance(value, list):
        return helper.make_tensor_sequence_value_info(name, helper.np_dtype_to_tensor_dtype(value[0].dtype), None)
    return helper.make_tensor_value_info(name, helper.np_dtype_to_tensor_dtype(value.dtype), value.shape)


def own_cases(single, Case):
    """Cases of operators that the package has none for, or none that can be compiled; `single` makes one of one node."""
    random = np.random.default_rng(3)
    a, b, c = (random.standard_normal(shape).astype(np.float32) for shape in ((2, 3), (1, 3), (4, 3)))
    alike = list(random.standard_normal((3, 2, 2)).astype(np.float32))
    at = np.int64
    for name, nodes in [("empty", "s = SequenceEmpty() t = SequenceInsert (s, x0) y0 = SequenceAt (t, p)"),
                        ("optional", "s = Optional (x0) y0 = OptionalGetElement (s)")]:
        text = f'<ir_version: 8, opset_import: ["" : 17]> {name} (float[2,3] x0) => (float[2,3] y0) <int64 p = {{0}}> {{ {nodes} }}'
        yield Case(name, onnx.parser.parse_model(text), [a], [a])
    yield single("construct", "SequenceConstruct", [a, b, c], [[a, b, c]], 11)
    yield single("length", "SequenceLength", [[a, b]], [np.array(2)], 11)
    yield single("has", "OptionalHasElement", [a], [np.array(True)], 18)
    for position in (1, -1, -3):
        yield single("at", "SequenceAt", [alike, at(position)], [alike[position]], 11)
        yield single("erase", "SequenceErase", [alike, at(position)], [[t for i, t in enumerate(alike) if i != position % 3]], 11)
        inserted = list(alike)
        inserted.insert(position, alike[0] * 2)
        yield single("insert", "SequenceInsert", [alike, alike[0] * 2, at(position)], [inserted], 11)
    yield single("erase_last", "SequenceErase", [[a, b, c]], [[a, b]], 11)
    yield single("insert_last", "SequenceInsert", [[a, b], c], [[a, b, c]], 11)
    yield single("concat", "ConcatFromSequence", [[a, b, c]], [np.concatenate([a, b, c])], 11, axis=0)
    for axis in (0, 1, -1):
        yield single("concat_new", "ConcatFromSequence", [alike], [np.stack(alike, axis)], 11, axis=axis, new_axis=1)
    yield single("split", "SplitToSequence", [c], [[c[i : i + 1] for i in range(4)]], 11)
    yield single("split_last", "SplitToSequence", [c], [[c[:, 0], c[:, 1], c[:, 2]]], 11, axis=-1, keepdims=0)
    yield single("split_by", "SplitToSequence", [c, np.int64([1, 0, 3])], [[c[:1], c[1:1], c[1:]]], 11)
