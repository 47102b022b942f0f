"""Writes small MindIR files: the messages of mind_ir.ModelProto that one chain of primitives needs."""

FLOAT32 = 1
INTEGER, TEXT, TENSOR, TUPLE = 7, 8, 19, 20  # kinds of AttributeProto


def varint(value):
    value &= (1 << 64) - 1
    out = bytearray()
    while value >= 0x80:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*out, value])


def message(*fields):
    """Pairs (number, value): an int is a varint, text and bytes are length-delimited."""
    out = b""
    for number, value in fields:
        if isinstance(value, int):
            out += varint(number << 3) + varint(value)
        else:
            data = value.encode() if isinstance(value, str) else value
            out += varint(number << 3 | 2) + varint(len(data)) + data
    return out


def integer(value, name="value"):
    return message((1, name), (3, value), (16, INTEGER))


def text(value, name="value"):
    return message((1, name), (5, value), (16, TEXT))


def integers(values, name="value"):
    return message((1, name), (16, TUPLE), *((17, message((10, v), (16, INTEGER))) for v in values))


def tensor(data_type, array, name="value"):
    proto = message(*((1, extent) for extent in array.shape), (2, data_type), (9, array.tobytes()))
    return message((1, name), (12, proto), (16, TENSOR))


def node(kind, name, inputs, attributes=()):
    return message(*((1, i) for i in inputs), (2, name), (3, name), (4, kind), (7, f"Default/{name}"), *((5, a) for a in attributes))


def model(dims, nodes, result):
    """One input `x` of float32; a dim of -1 is open."""
    x = message((1, "g:x"), (2, message(*((1, d) for d in dims), (2, FLOAT32))))
    graph = message(*((1, n) for n in nodes), (2, "g"), (5, x), (6, message((1, result))))
    return message((1, "1.1"), (2, "MindSpore"), (7, graph), (10, 1))
