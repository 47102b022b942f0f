"""What a MindIR file says of its graph's inputs and results, read with MindSpore's own schema."""

# AttributeProto.AttributeType of mind_ir.proto.
_TUPLE, _LIST, _DICT, _UMONAD, _IOMONAD, _NONE, _SCALAR = 20, 21, 22, 23, 24, 25, 39


def parse(data):
    """ModelProto of the bytes."""
    from mindspore.train.mind_ir_pb2 import ModelProto

    model = ModelProto()
    model.ParseFromString(data)
    return model


def user_name(name):
    """"graph:name" is `name`."""
    return name.partition(":")[2] or name


def inputs(model):
    """(name, shape) of each tensor among the inputs, those of tuples one after the other; names are those that the front end gives."""
    found = []

    def read(name, value):
        if value.type in (_TUPLE, _LIST, _DICT):
            for i, each in enumerate(value.values):
                read(f"{name}_{i}", each)
        else:
            found.extend((name, tuple(tensor.dims)) for tensor in value.tensors)

    for each in model.graph.input:
        name = user_name(each.name)
        if each.tensor:
            found.append((name, tuple(each.tensor[0].dims)))
        else:
            read(name, each.attr_info)
    return found


def results(model):
    """The tree (arguments.py) of what the graph returns. Tensors and numbers are outputs of the module, out0, out1, ... in order."""
    count = 0

    def output():
        nonlocal count
        count += 1
        return f"out{count - 1}"

    def read(value):
        if value.type in (_TUPLE, _LIST):
            return {"list" if value.type == _LIST else "tuple": [read(each) for each in value.values]}
        if value.type == _DICT:
            return {"dict": {each.name: read(each.values[0]) for each in value.values}}
        if value.type in (_NONE, _UMONAD, _IOMONAD):
            return {"constant": None}
        return {"number" if value.type == _SCALAR else "tensor": output()}

    trees = [read(each.attr_info) if each.HasField("attr_info") else {"tensor": output()} for each in model.graph.output]
    return trees[0] if len(trees) == 1 else {"tuple": trees}
