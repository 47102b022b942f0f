"""Structural changes to models, ONNX and MindIR alike: nodes dropped, doubled and wired elsewhere, attributes, shapes, element
types and weights changed to what a careless or hostile writer may put there.

`mutate` changes a message in place, the same way for the same random numbers. MindIR's messages are described here as far as
the reader looks at them, under the names that ONNX has for the same things, so that one set of changes serves both.
"""
import functools

import numpy as np
from google.protobuf import descriptor_pb2, descriptor_pool, message_factory

INTEGERS = [0, 1, -1, 2, 3, 4, 5, 7, -2, -3, 8, 16, 127, 128, 255, 1000, 4096, 65536, 2**31 - 1, 2**31, -(2**31), 2**32, 2**40, 2**62, 2**63 - 1, -(2**63)]
FLOATS = [0.0, -0.0, 1.0, -1.0, 0.5, 1e-30, 1e-45, 1e30, 3.4e38, float("inf"), float("-inf"), float("nan")]
POOL = descriptor_pool.DescriptorPool()  # outlives the messages that it describes
TEXTS = ["", "x", "SAME_UPPER", "VALID", "NOTSET", "linear", "cubic", "bilinear", "reflect", "edge", "wrap", "mul", "max", "forward", "bidirectional", "asymmetric",
         "align_corners", "tf_crop_and_resize", "Relu", "i,j->ij", "...ij,jk", "NHWC", "\u202e\u009b31m", "a" * 3000]


@functools.cache
def mindir_model():
    """The class of MindIR's ModelProto: what the reader looks at, by the names of ONNX."""
    F = descriptor_pb2.FieldDescriptorProto
    scalar = {"int": F.TYPE_INT64, "text": F.TYPE_STRING, "float": F.TYPE_FLOAT, "double": F.TYPE_DOUBLE, "bytes": F.TYPE_BYTES, "bool": F.TYPE_BOOL}
    messages = {
        "Model": "1 text ir_version, 2 text producer_name, 5 text model_version, 7 Graph graph, 8 *Graph functions, 10 bool little_endian, 12 *Primitive primitives",
        "Graph": "1 *Node node, 2 text name, 3 *Tensor initializer, 5 *Value input, 6 *Value output",
        "Node": "1 *text input, 2 *text output, 3 text name, 4 text op_type, 5 *Attribute attribute, 7 text domain",
        "Primitive": "1 text name, 2 text op_type, 3 *Attribute attribute",
        "Value": "1 text name, 2 *Tensor tensor, 4 text denotation, 5 Attribute info",
        "Tensor": "1 *int dims, 2 int data_type, 7 text name, 9 bytes raw_data, 12 External external, 13 text ref_key, 16 int compression",
        "External": "1 text location, 2 int offset, 3 int length",
        "Attribute": "1 text name, 2 float f, 3 int i, 4 double d, 5 text s, 6 Tensor t, 8 *float floats, 9 *double doubles, 10 *int ints, 11 *text strings, "
                     "12 *Tensor tensors, 15 text ref_attr_name, 16 int type, 17 *Attribute values",
    }
    file = descriptor_pb2.FileDescriptorProto(name="mutants.proto", package="mutants", syntax="proto2")
    for name, fields in messages.items():
        message = file.message_type.add(name=name)
        for field in fields.split(", "):
            number, kind, called = field.split()
            label = F.LABEL_REPEATED if kind.startswith("*") else F.LABEL_OPTIONAL
            kind = kind.lstrip("*")
            added = message.field.add(name=called, number=int(number), label=label, type=scalar.get(kind, F.TYPE_MESSAGE))
            if kind not in scalar:
                added.type_name = f".mutants.{kind}"
    POOL.Add(file)
    return message_factory.GetMessageClass(POOL.FindMessageTypeByName("mutants.Model"))


def graphs(model):
    """All graphs of a model: its own, functions, and those in attributes."""
    found = [model.graph, *model.functions]
    for graph in found:  # grows while it is read
        for node in graph.node:
            for attribute in node.attribute:
                if "g" in attribute.DESCRIPTOR.fields_by_name:
                    found += [attribute.g] if attribute.HasField("g") else []
                    found += attribute.graphs
    return found


def tensors(model):
    """Weights and tensors in attributes."""
    found = []

    def of(attributes):
        for attribute in attributes:
            if attribute.HasField("t"):
                found.append(attribute.t)
            found.extend(attribute.tensors)
            of(getattr(attribute, "values", []))

    for graph in graphs(model):
        found.extend(getattr(graph, "initializer", []))
        for node in graph.node:
            of(node.attribute)
    return found


class Mutator:
    """Changes one model. `donors`: other models whose operators and nodes may come in."""

    def __init__(self, model, random, donors):
        self.model, self.random, self.donors = model, random, donors
        self.is_onnx = hasattr(model, "opset_import")

    def some(self, items):
        items = list(items)
        return self.random.choice(items) if items else None

    def graph(self):
        return self.some(g for g in graphs(self.model) if len(g.node))

    def node(self):
        return self.some(node for graph in graphs(self.model) for node in graph.node)

    def names(self, graph):
        values = [name for node in graph.node for name in node.output]
        return values + [i if isinstance(i, str) else i.name for i in graph.input] + [t.name for t in getattr(graph, "initializer", [])]

    def attributes(self):
        """Attributes of all nodes; MindIR's stand in its primitives, and its arguments in nodes named Constant."""
        found = [a for graph in graphs(self.model) for node in graph.node for a in node.attribute]
        found += [a for p in getattr(self.model, "primitives", []) for a in p.attribute]
        for attribute in found:  # grows while it is read
            found += getattr(attribute, "values", [])
        return found

    # --- nodes

    def drop_node(self):
        if graph := self.graph():
            at = self.random.randrange(len(graph.node))
            gone = graph.node[at]
            source, names = self.some(gone.input) or "", set(gone.output)
            del graph.node[at]
            if self.random.random() < 0.7:  # what it read takes its place
                for node in graph.node:
                    for i, name in enumerate(node.input):
                        if name in names:
                            node.input[i] = source

    def double_node(self):
        if graph := self.graph():
            node = self.some(graph.node)
            twin = type(node).FromString(node.SerializeToString())
            if self.random.random() < 0.8 and len(twin.output):
                for i, name in enumerate(twin.output):
                    twin.output[i] = f"{name}_twin"
                user = self.some(n for n in graph.node if any(i in list(node.output) for i in n.input))
                if user:
                    at = self.random.randrange(len(user.input))
                    user.input[at] = twin.output[0]
            at = self.random.randrange(len(graph.node) + 1)
            graph.node.insert(at, twin)

    def rewire(self):
        if graph := self.graph():
            if (node := self.some(n for n in graph.node if len(n.input))) is not None:
                node.input[self.random.randrange(len(node.input))] = self.some([*self.names(graph), "", "nowhere"])

    def change_input_count(self):
        if graph := self.graph():
            node = self.some(graph.node)
            if self.random.random() < 0.5 and len(node.input):
                del node.input[self.random.randrange(len(node.input))]
            else:
                node.input.append(self.some([*self.names(graph), ""]))

    def change_output_count(self):
        if graph := self.graph():
            node = self.some(graph.node)
            if self.random.random() < 0.5 and len(node.output):
                del node.output[self.random.randrange(len(node.output))]
            else:
                node.output.append(self.some(["extra", "", *self.names(graph)]))

    def change_operator(self):
        if node := self.node():
            donor = self.some(n for g in graphs(self.some(self.donors)) for n in g.node)
            if donor:
                node.op_type, node.domain = donor.op_type, donor.domain if self.is_onnx else node.domain
                if self.random.random() < 0.5:
                    del node.attribute[:]
                    node.attribute.extend(donor.attribute)

    def swap_nodes(self):
        if graph := self.graph():
            a, b = self.some(graph.node), self.some(graph.node)
            a.op_type, b.op_type = b.op_type, a.op_type

    def change_outputs(self):
        graph = self.model.graph
        if len(graph.output) and (self.random.random() < 0.3):
            graph.output.add().CopyFrom(self.some(graph.output))
        if len(graph.output):
            self.some(graph.output).name = self.some(self.names(graph)) or ""

    # --- attributes

    def change_attribute(self):
        attribute = self.some(self.attributes())
        if attribute is None:
            return
        kind = self.random.randrange(10)
        if kind == 0:
            attribute.type = self.random.randrange(0, 15) if self.is_onnx else self.random.randrange(0, 32)
        elif kind == 1:
            name, kinds = attribute.name, attribute.type
            attribute.Clear()
            attribute.name, attribute.type = name, kinds
        elif kind == 2:
            attribute.name = self.some([a.name for a in self.attributes()] + ["axis", "axes", "to", "perm"])
        elif len(attribute.ints):
            at = self.random.randrange(len(attribute.ints))
            if kind < 6:
                attribute.ints[at] = self.random.choice(INTEGERS)
            elif kind < 8:
                del attribute.ints[at]
            else:
                attribute.ints.extend([self.random.choice(INTEGERS)] * self.random.choice([1, 1, 1, 300]))
        elif len(attribute.floats):
            attribute.floats[self.random.randrange(len(attribute.floats))] = self.random.choice(FLOATS)
        elif attribute.HasField("i"):
            attribute.i = self.random.choice(INTEGERS)
        elif attribute.HasField("f"):
            attribute.f = self.random.choice(FLOATS)
        elif attribute.HasField("s"):
            text = self.random.choice(TEXTS)
            attribute.s = text.encode() if self.is_onnx else text
        elif attribute.HasField("t"):
            self.change_tensor(attribute.t)

    def add_attribute(self):
        node, donor = self.node(), self.some(self.attributes())
        if node and donor:
            node.attribute.add().CopyFrom(donor)

    def drop_attribute(self):
        node = self.some(n for graph in graphs(self.model) for n in graph.node if len(n.attribute))
        if node:
            del node.attribute[self.random.randrange(len(node.attribute))]

    # --- tensors

    def element_type(self):
        return self.random.choice([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 16, 17, 99])

    def width(self, data_type):
        return {1: 4, 2: 1, 3: 1, 4: 2, 5: 2, 6: 4, 7: 8, 9: 1, 10: 2, 11: 8, 12: 4, 13: 8, 16: 2}.get(data_type, 4)

    def change_tensor(self, tensor=None):
        tensor = self.some(tensors(self.model)) if tensor is None else tensor
        if tensor is None:
            return
        if not tensor.raw_data and self.is_onnx and not tensor.external_data:
            from onnx import numpy_helper

            try:
                tensor.CopyFrom(numpy_helper.from_array(numpy_helper.to_array(tensor), tensor.name))
            except (ValueError, TypeError, KeyError, AttributeError, OverflowError, NotImplementedError):
                return
        kind, data = self.random.randrange(9), bytes(tensor.raw_data)
        if kind == 0:
            tensor.raw_data = data[: self.random.randrange(len(data) + 1)]
        elif kind == 1 and len(tensor.dims):
            tensor.dims[self.random.randrange(len(tensor.dims))] = self.random.choice(INTEGERS)
        elif kind == 2:
            tensor.data_type = self.element_type()
        elif kind == 3 and len(tensor.dims):  # another shape with as much data as it needs
            del tensor.dims[self.random.randrange(len(tensor.dims))]
            count = int(np.prod([d for d in tensor.dims], dtype=object)) * self.width(tensor.data_type)
            if 0 <= count < 1 << 20:
                tensor.raw_data = (data * (count // max(len(data), 1) + 1))[:count]
        elif kind == 4:
            tensor.dims.insert(self.random.randrange(len(tensor.dims) + 1), 1)
        elif kind == 5 and len(tensor.dims):
            tensor.dims[self.random.randrange(len(tensor.dims))] = 0
            tensor.raw_data = b""
        else:  # values at the edges
            width = self.width(tensor.data_type)
            at = self.random.randrange(len(data) // width) * width if len(data) >= width else None
            if at is not None:
                if tensor.data_type in (1, 11):
                    value = np.array(self.random.choice(FLOATS), "<f4" if width == 4 else "<f8").tobytes()
                else:
                    value = (self.random.choice(INTEGERS) & (1 << 8 * width) - 1).to_bytes(width, "little")
                tensor.raw_data = data[:at] + value + data[at + width:]

    def change_input(self):
        """Shape or element type of an input of the model."""
        value = self.some(self.model.graph.input)
        if value is None:
            return
        if self.is_onnx:
            tensor = value.type.tensor_type
            kind, dims = self.random.randrange(8), tensor.shape.dim
            if kind == 0:
                tensor.elem_type = self.element_type()
            elif kind == 1:
                dims.add().dim_value = self.random.choice([1, 2, 0])
            elif kind == 2:
                tensor.ClearField("shape")
            elif kind == 3 and len(dims):
                del dims[self.random.randrange(len(dims))]
            elif len(dims):
                dim = dims[self.random.randrange(len(dims))]
                if kind < 6:
                    dim.dim_value = self.random.choice(INTEGERS)
                else:
                    dim.dim_param = self.random.choice(["n", "batch", "m", "", "n+1", "\u202en"])
        elif len(value.tensor):
            tensor = value.tensor[0]
            kind = self.random.randrange(6)
            if kind == 0:
                tensor.data_type = self.element_type()
            elif kind == 1:
                tensor.dims.append(self.random.choice([1, 2, -1]))
            elif len(tensor.dims):
                at = self.random.randrange(len(tensor.dims))
                if kind == 2:
                    del tensor.dims[at]
                else:
                    tensor.dims[at] = self.random.choice([-1, -1, -2, *INTEGERS])

    def exchange_weight_and_input(self):
        """A weight becomes an input, or an input of small shape a weight."""
        graph = self.model.graph
        if not self.is_onnx:
            return self.rewire()
        from onnx import helper, numpy_helper

        if len(graph.initializer) and self.random.random() < 0.5:
            at = self.random.randrange(len(graph.initializer))
            weight = graph.initializer[at]
            if all(i.name != weight.name for i in graph.input):
                shape = [d if self.random.random() < 0.5 else f"w{i}" for i, d in enumerate(weight.dims)]
                graph.input.append(helper.make_tensor_value_info(weight.name, weight.data_type, shape))
            del graph.initializer[at]
        elif len(graph.input):
            at = self.random.randrange(len(graph.input))
            tensor = graph.input[at].type.tensor_type
            shape = [d.dim_value or 2 for d in tensor.shape.dim]
            if all(0 < d < 100 for d in shape) and np.prod(shape, dtype=object) < 10000:
                try:
                    array = np.array(self.random.choices(INTEGERS[:14], k=int(np.prod(shape, dtype=int)))).reshape(shape)
                    graph.initializer.append(numpy_helper.from_array(array.astype(helper.tensor_dtype_to_np_dtype(tensor.elem_type)), graph.input[at].name))
                except (KeyError, TypeError, ValueError, OverflowError, NotImplementedError):
                    return
                del graph.input[at]

    def change_version(self):
        if self.is_onnx and len(self.model.opset_import):
            self.some(self.model.opset_import).version = self.random.choice([0, 1, 6, 7, 9, 10, 11, 12, 13, 14, 16, 18, 19, 21, 22, 23, 99, 2**40])

    def mutate(self):
        changes = [self.drop_node, self.double_node, self.rewire, self.rewire, self.change_input_count, self.change_output_count, self.change_operator,
                   self.swap_nodes, self.change_outputs, self.change_attribute, self.change_attribute, self.change_attribute, self.change_attribute,
                   self.add_attribute, self.drop_attribute, self.change_tensor, self.change_tensor, self.change_tensor, self.change_tensor, self.change_input,
                   self.change_input, self.change_input, self.exchange_weight_and_input, self.change_version]
        for _ in range(self.random.choice([1, 1, 1, 2, 2, 3, 5])):
            self.random.choice(changes)()


def mutate(model, random, donors):
    Mutator(model, random, donors).mutate()
    return model
