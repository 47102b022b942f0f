"""A small decoder with a key-value cache, as exporters write it, shared by the test folders."""
import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

LAYERS, HEADS, WIDTH, VOCABULARY, POSITIONS = 2, 2, 4, 11, 64


def pairs(layers=LAYERS):
    """The cache as {input: output}."""
    return {f"past.{i}.{part}": f"present.{i}.{part}" for i in range(layers) for part in ("key", "value")}


def shape(length, heads=HEADS, width=WIDTH, batch=1):
    return (batch, heads, length, width)


def decoder(layers=LAYERS, heads=HEADS, width=WIDTH, positions=POSITIONS, mask="total", seed=5, batch=1):
    """Embedding, `layers` of causal attention over past and new tokens, logits. `mask` is the name of the mask's extent; None
    leaves the mask out. A batch may have a name where there is no mask."""
    random = np.random.default_rng(seed)
    size = heads * width
    weights = {"tokens": random.standard_normal((VOCABULARY, size)), "places": random.standard_normal((positions, size)),
               "head": random.standard_normal((size, VOCABULARY)), "low": np.float32(-1e9), "nought": np.float32(0), "scale": np.float32(width ** -0.5)}
    integers = {"zero": 0, "one": 1, "two": 2, "first": [0], "second": [1], "split": [0, 0, heads, width], "join": [0, 0, size]}
    nodes = []

    def node(kind, inputs, output, **attributes):
        nodes.append(helper.make_node(kind, inputs, [output], name=output, **attributes))
        return output

    def extent(tensor, axis):
        return node("Gather", [node("Shape", [tensor], f"{tensor}.shape.{axis}"), axis], f"{tensor}.extent.{axis}")

    past, seq = extent("past.0.key", "two"), extent("input_ids", "one")
    total = node("Add", [past, seq], "all")
    at = node("Range", [past, total, "one"], "at")
    x = node("Add", [node("Gather", ["tokens", "input_ids"], "embedded"), node("Gather", ["places", at], "placed")], "x.0")
    seen = node("LessOrEqual", [node("Range", ["zero", total, "one"], "from"), node("Unsqueeze", [at, "second"], "to")], "causal")
    if mask:
        seen = node("And", [seen, node("Cast", ["attention_mask"], "attended", to=TensorProto.BOOL)], "seen")
    bias = node("Where", [seen, "nought", "low"], "bias")
    for i in range(layers):
        def project(part):
            weights[f"w.{i}.{part}"] = random.standard_normal((size, size)) / size ** 0.5
            parts = node("Reshape", [node("MatMul", [x, f"w.{i}.{part}"], f"{part}.{i}.flat"), "split"], f"{part}.{i}.parts")
            return node("Transpose", [parts], f"{part}.{i}", perm=[0, 2, 1, 3])

        query, key, value = map(project, ("query", "key", "value"))
        key, value = (node("Concat", [f"past.{i}.{part}", new], f"present.{i}.{part}", axis=2) for part, new in (("key", key), ("value", value)))
        scores = node("MatMul", [query, node("Transpose", [key], f"turned.{i}", perm=[0, 1, 3, 2])], f"scores.{i}")
        scores = node("Add", [node("Mul", [scores, "scale"], f"scaled.{i}"), bias], f"masked.{i}")
        mixed = node("MatMul", [node("Softmax", [scores], f"shares.{i}", axis=-1), value], f"mixed.{i}")
        joined = node("Reshape", [node("Transpose", [mixed], f"back.{i}", perm=[0, 2, 1, 3]), "join"], f"joined.{i}")
        x = node("Add", [x, joined], f"x.{i + 1}")
    node("MatMul", [x, "head"], "logits")
    info = lambda name, dtype, dims: helper.make_tensor_value_info(name, dtype, dims)
    inputs = [info("input_ids", TensorProto.INT64, [batch, "seq"])] + ([info("attention_mask", TensorProto.INT64, [1, mask])] if mask else [])
    inputs += [info(name, TensorProto.FLOAT, [batch, heads, "past", width]) for name in pairs(layers)]
    outputs = [info("logits", TensorProto.FLOAT, [batch, "seq", VOCABULARY])]
    outputs += [info(name, TensorProto.FLOAT, [batch, heads, "past + seq", width]) for name in pairs(layers).values()]
    tensors = {**{name: np.asarray(value, np.float32) for name, value in weights.items()}, **{name: np.asarray(value, np.int64) for name, value in integers.items()}}
    graph = helper.make_graph(nodes, "decoder", inputs, outputs, [numpy_helper.from_array(value, name) for name, value in tensors.items()])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)
    onnx.checker.check_model(model)
    return model
