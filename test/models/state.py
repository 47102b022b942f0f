"""Models with state, shared by the test folders."""
import numpy as np
import onnx
from models import compiled
from onnx import TensorProto, helper, numpy_helper


def model(nodes, inputs, outputs, weights=(), opset=17):
    """An ONNX model of f32; `inputs` are {name: shape}, `weights` {name: array}."""
    value = lambda name, shape: helper.make_tensor_value_info(name, TensorProto.FLOAT, shape)
    graph = helper.make_graph(nodes, "g", [value(*entry) for entry in inputs.items()], [value(name, None) for name in outputs],
                              [numpy_helper.from_array(array, name) for name, array in dict(weights).items()])
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", opset)], ir_version=9)


def lstm(inputs=8, hidden=12, seed=3):
    """A detector as Silero's: one step of an LSTM, whose h and c go round, and a product on h. [1, 1, inputs] -> [1, 1, 1]."""
    random = np.random.default_rng(seed)
    draw = lambda *shape: (0.6 * random.standard_normal(shape)).astype(np.float32)
    nodes = [helper.make_node("LSTM", ["x", "w", "r", "b", "", "h", "c"], ["", "hn", "cn"], hidden_size=hidden),
             helper.make_node("MatMul", ["hn", "v"], ["z"]), helper.make_node("Sigmoid", ["z"], ["y"])]
    return model(nodes, {"x": [1, 1, inputs], "h": [1, 1, hidden], "c": [1, 1, hidden]}, ["y", "hn", "cn"],
                 {"w": draw(1, 4 * hidden, inputs), "r": draw(1, 4 * hidden, hidden), "b": draw(1, 8 * hidden), "v": draw(hidden, 1)})


def compile_to(output, source, *options, expects=0):
    """Writes the model beside `output` and compiles it with the tool; returns what it printed as an error."""
    path = output.with_suffix(".onnx")
    onnx.save(source, path)
    result = compiled.tool("compile", path, "-o", output, "-q", *options)
    assert result.returncode == expects, result.stderr
    return result.stderr


def options(pairs):
    """The command line of {input: output}."""
    return [f"--state={name}={output}" for name, output in pairs.items()]
