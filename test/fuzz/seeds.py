"""Small ONNX models and indexes of builds for the fuzzer to start from: together they use every kind of thing the readers look at."""
import json

import numpy as np
from onnx import TensorProto as T, helper, numpy_helper


def weight(name, *shape, dtype=np.float32):
    return numpy_helper.from_array(np.ones(shape, dtype), name)


def model(nodes, inputs, outputs, weights=(), opset=17):
    info = lambda entries: [helper.make_tensor_value_info(*entry) for entry in entries]
    graph = helper.make_graph(nodes, "g", info(inputs), info(outputs), list(weights))
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", opset)], ir_version=8).SerializeToString()


N = helper.make_node


def models():
    """{name: bytes of a model}"""
    image, plane = ("x", T.FLOAT, [1, 2, 6, 6]), ("y", T.FLOAT, None)
    rows = ("x", T.FLOAT, ["n", 4])
    branch = lambda kind, name: helper.make_graph([N(kind, ["x"], [name])], name, [], [helper.make_tensor_value_info(name, T.FLOAT, None)])
    return {
        "conv": model([N("Conv", ["x", "w", "b"], ["c"], pads=[1, 1, 1, 1], strides=[2, 2]), N("Relu", ["c"], ["y"])], [image], [plane],
                      [weight("w", 3, 2, 3, 3), weight("b", 3)]),
        "pool": model([N("MaxPool", ["x"], ["p"], kernel_shape=[2, 2], ceil_mode=1), N("AveragePool", ["p"], ["y"], kernel_shape=[2, 2], auto_pad="SAME_UPPER")],
                      [image], [plane]),
        "transposed": model([N("ConvTranspose", ["x", "w"], ["y"], strides=[2, 2], output_padding=[1, 1])], [image], [plane], [weight("w", 2, 3, 2, 2)]),
        "norm": model([N("BatchNormalization", ["x", "s", "s", "s", "v"], ["y"])], [image], [plane], [weight("s", 2), weight("v", 2)]),
        "resize": model([N("Resize", ["x", "", "f"], ["y"], mode="linear")], [image], [plane], [numpy_helper.from_array(np.array([1, 1, 2, 2], np.float32), "f")]),
        "gemm": model([N("Gemm", ["x", "w", "b"], ["g"], transB=1, alpha=0.5), N("Softmax", ["g"], ["y"])], [rows], [plane], [weight("w", 3, 4), weight("b", 3)]),
        "shapes": model([N("Shape", ["x"], ["s"]), N("Gather", ["s", "i"], ["d"]), N("Unsqueeze", ["d", "a"], ["u"]), N("Concat", ["u", "m"], ["t"], axis=0),
                         N("Reshape", ["x", "t"], ["y"])], [("x", T.FLOAT, ["n", 2, 2])], [plane],
                        [numpy_helper.from_array(np.array(0), "i"), numpy_helper.from_array(np.array([0]), "a"), numpy_helper.from_array(np.array([-1]), "m")]),
        "if": model([N("Shape", ["x"], ["s"]), N("ReduceMax", ["s"], ["r"], keepdims=0), N("Equal", ["r", "k"], ["c"]),
                     N("If", ["c"], ["y"], then_branch=branch("Relu", "p"), else_branch=branch("Neg", "q"))], [rows], [plane],
                    [numpy_helper.from_array(np.array(4), "k")]),
        "slices": model([N("Slice", ["x", "b", "e", "a"], ["t"]), N("Pad", ["t", "p"], ["y"], mode="reflect")], [("x", T.FLOAT, [5, 6])], [plane],
                        [numpy_helper.from_array(np.array(v), k) for k, v in {"b": [1], "e": [-1], "a": [1], "p": [0, 1, 0, 1]}.items()]),
        "lstm": model([N("LSTM", ["x", "w", "r"], ["y", "", ""], hidden_size=2)], [("x", T.FLOAT, [3, 1, 4])], [plane],
                      [weight("w", 1, 8, 4), weight("r", 1, 8, 2)]),
        "chain": model([N("Cast", ["x"], ["c"], to=T.FLOAT), N("Erf", ["c"], ["e"]), N("ReduceMean", ["e"], ["m"], axes=[-1]), N("Sub", ["e", "m"], ["d"]),
                        N("Pow", ["d", "two"], ["q"]), N("Transpose", ["q"], ["y"], perm=[1, 0])], [("x", T.INT64, ["n", 4])], [plane],
                       [numpy_helper.from_array(np.array(2, np.float32), "two")]),
        "constants": model([N("Constant", [], ["c"], value=weight("", 4)), N("ConstantOfShape", ["k"], ["z"], value=numpy_helper.from_array(np.array([2.0], np.float32))),
                            N("Add", ["c", "z"], ["s"]), N("Mul", ["x", "s"], ["y"])], [rows], [plane], [numpy_helper.from_array(np.array([4]), "k")]),
    }


def indexes():
    """{name: text of an index of builds}"""
    file = lambda name, digit: {"file": name, "byteLength": 64, "sha256": digit * 64}
    shared = {"weights": file("w.weights", "0")}
    both = [{"features": ["simd128", "relaxed-simd"], **file("a.wasm", "a"), **shared}, {"features": ["simd128"], **file("b.wasm", "b"), **shared}]
    index = lambda builds, **more: json.dumps({"version": 1, "compiler": "wasmind 0.1.0", **more, "builds": builds}, indent=1)
    return {"shared": index(both, source={"format": "onnx", "name": "m.onnx"}), "alone": index([{"features": [], **file("a.wasm", "a")}]),
            "apart": index([{**both[0], "weights": file("v.weights", "1")}, both[1]])}
