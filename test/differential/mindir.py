"""Writes .mindir files: networks of a few primitives, for tests that say what each primitive computes.

    N("AddExt", a, b, 2)     a node: arrays and X(dims) are the network's inputs, K(array) constants, None, numbers, texts and
                             tuples of them parameters, other nodes what they are; keywords are attributes, among them
                             shape=(X(2, -1), ...), what the file declares of the results
"""
import struct

import numpy as np

# TensorProto.DataType and MindSpore's TypeId of the element types.
DATA_TYPES = {"float32": 1, "uint8": 2, "int8": 3, "uint16": 4, "int16": 5, "int32": 6, "int64": 7, "bool": 9, "float16": 10,
              "float64": 11}
TYPE_IDS = {"bool": 30, "int32": 34, "int64": 35, "float16": 42, "float32": 43, "float64": 44}


class K:
    """A constant tensor."""

    def __init__(self, array):
        self.array = np.asarray(array)


class X:
    """An input; an extent of -1 is open."""

    def __init__(self, *shape, dtype="float32"):
        self.shape, self.dtype = shape, np.dtype(dtype)


class N:
    """A node."""

    def __init__(self, primitive, *inputs, **attributes):
        self.primitive, self.inputs, self.attributes = primitive, inputs, attributes


def varint(value):
    value &= (1 << 64) - 1
    out = bytearray()
    while value >= 0x80:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)


def number(field, value):
    return varint(field << 3) + varint(value)


def text(field, value):
    data = value.encode() if isinstance(value, str) else value
    return varint(field << 3 | 2) + varint(len(data)) + data


def tensor(array, with_data):
    message = b"".join(number(1, n) for n in array.shape) + number(2, DATA_TYPES[array.dtype.name])
    return message + (text(9, array.tobytes()) if with_data else b"")


def attribute(value, name=""):
    """AttributeProto of a parameter; an element of a tuple has no name."""
    named = text(1, name) if name else b""
    if value is None:
        return named + number(16, 25)
    if isinstance(value, K):
        return named + text(12, tensor(value.array, True)) + number(16, 19)
    if isinstance(value, X):
        return named + text(12, tensor(value, False)) + number(16, 19)
    if isinstance(value, bool):
        return named + number(3, value) + number(16, 9)
    if isinstance(value, int):
        return named + number(3, value) + number(16, 7)
    if isinstance(value, float):
        return named + varint(2 << 3 | 5) + struct.pack("<f", value) + number(16, 1)
    if isinstance(value, str):
        return named + text(5, value) + number(16, 8)
    assert isinstance(value, tuple), value
    return named + number(16, 20) + b"".join(text(17, attribute(element)) for element in value)


class Network:
    """The nodes of a file while it is written."""

    def __init__(self):
        self.nodes, self.inputs, self.count, self.known = [], [], 0, {}

    def add(self, primitive, inputs, attributes):
        name = f"n{self.count}"
        self.count += 1
        message = b"".join(text(1, i) for i in inputs) + text(2, name) + text(3, name) + text(4, primitive) + text(7, "Default/" + name)
        self.nodes.append(message + b"".join(text(5, a) for a in attributes))
        return name

    def name_of(self, operand):
        if id(operand) in self.known:
            return self.known[id(operand)]
        if isinstance(operand, N):
            inputs = [self.name_of(i) for i in operand.inputs]
            name = self.add(operand.primitive, inputs, [attribute(v, k) for k, v in operand.attributes.items()])
        elif isinstance(operand, (np.ndarray, X)):
            name = f"net:x{len(self.inputs)}"
            self.inputs.append((name, operand))
        else:
            return self.add("Constant", [], [attribute(operand, "value")])
        self.known[id(operand)] = name
        return name

    def bytes(self, result):
        graph = b"".join(text(1, n) for n in self.nodes) + text(2, "net")
        graph += b"".join(text(5, text(1, name) + text(2, tensor(array, False))) for name, array in self.inputs)
        graph += text(6, text(1, result))
        return text(1, "1.1") + text(2, "MindSpore") + text(7, graph) + number(10, 1)


def network(node, results):
    """(bytes of the file, its inputs in order). `results`: the indices of a tuple to give, or none for the node itself."""
    net = Network()
    whole = net.name_of(node)
    if results is not None:
        parts = [net.add("TupleGetItem", [whole, net.name_of(i)], []) for i in results]
        whole = net.add("MakeTuple", parts, [])
    return net.bytes(whole), [array for _, array in net.inputs]
