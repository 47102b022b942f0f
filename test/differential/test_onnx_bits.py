"""Operators ahead of quantisers, whose last bits become whole steps: equal to ONNX Runtime's, bit for bit."""
import itertools

import numpy as np
import onnx
import onnxruntime
import pytest
from models import compiled
from onnx import helper

RANDOM = np.random.default_rng(23)
COORDINATES = ["half_pixel", "half_pixel_symmetric", "pytorch_half_pixel", "align_corners", "asymmetric", "tf_crop_and_resize"]


def numbers(shape, dtype):
    if np.dtype(dtype).kind == "f":
        return (RANDOM.standard_normal(shape) * 3).astype(dtype)
    info = np.iinfo(dtype) if np.dtype(dtype).itemsize == 1 else np.iinfo(np.int16)
    return RANDOM.integers(info.min, info.max, shape, endpoint=True).astype(dtype)


class Graph:
    """Nodes that share nothing; each reads an input of its own."""

    def __init__(self):
        self.nodes, self.inputs, self.constants, self.names, self.arrays = [], [], [], [], {}

    def constant(self, values, dtype):
        name = f"c{len(self.constants)}"
        self.constants.append(onnx.numpy_helper.from_array(np.array(values, dtype), name))
        return name

    def resize(self, shape, size=None, scales=None, dtype=np.float32, mode="linear", coordinates="half_pixel", is_dynamic=False, **attributes):
        number, rank = len(self.nodes), len(shape)
        open_axes = range(rank - 2, rank) if is_dynamic else ()
        dims = [f"d{extent}" if axis in open_axes else extent for axis, extent in enumerate(shape)]
        self.inputs.append(helper.make_tensor_value_info(f"x{number}", helper.np_dtype_to_tensor_dtype(np.dtype(dtype)), dims))
        self.arrays[f"x{number}"] = numbers(shape, dtype)
        roi = [0, 0, *[0.1] * (rank - 2), 1, 1, *[1.2] * (rank - 2)]
        operands = [f"x{number}", self.constant(roi, np.float32) if coordinates == "tf_crop_and_resize" else "",
                    self.constant(scales, np.float32) if scales else "", "" if scales else self.constant(size, np.int64)]
        self.nodes.append(helper.make_node("Resize", operands, [f"y{number}"], mode=mode, coordinate_transformation_mode=coordinates, **attributes))
        self.names.append(f"{shape} to {size or scales} {np.dtype(dtype)} {mode} {coordinates} {attributes}")

    def check(self, folder):
        outputs = [helper.make_empty_tensor_value_info(node.output[0]) for node in self.nodes]
        graph = helper.make_graph(self.nodes, "bits", self.inputs, outputs, self.constants)
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 19)], ir_version=8)
        wanted = onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"]).run(None, self.arrays)
        onnx.save(model, folder / "m.onnx")
        done = compiled.tool("compile", folder / "m.onnx", "-o", folder / "m.wasm")
        assert done.returncode == 0, done.stderr
        np.savez(folder / "in.npz", **self.arrays)
        for engine in compiled.ENGINES:
            done = compiled.tool("run", folder / "m.wasm", f"--engine={engine}", "--inputs", folder / "in.npz", "--outputs", folder / "out.npz")
            assert done.returncode == 0, done.stderr
            with np.load(folder / "out.npz") as actual:
                for number, (name, value) in enumerate(zip(self.names, wanted, strict=True)):
                    different = actual[f"y{number}"].view(f"u{value.itemsize}") != value.view(f"u{value.itemsize}")
                    assert not different.any(), f"{engine}: {name}: {different.sum()} of {value.size} differ"


@pytest.mark.parametrize("is_dynamic", [False, True])
def test_linear_resize(is_dynamic, tmp_path):
    graph = Graph()
    for (height, width), (tall, wide), channels in itertools.product([(5, 7), (12, 9)], [(11, 13), (16, 4), (3, 36)], [1, 6]):
        graph.resize((2, channels, height, width), [2, channels, tall, wide], is_dynamic=is_dynamic)
    for coordinates in COORDINATES:
        graph.resize((1, 3, 5, 7), [1, 3, 11, 6], coordinates=coordinates, is_dynamic=is_dynamic)
        if coordinates != "tf_crop_and_resize":
            graph.resize((1, 3, 10, 8), scales=[1, 1, 1.26, 0.77], coordinates=coordinates, is_dynamic=is_dynamic)
    for dtype in (np.uint8, np.int8, np.int32):
        graph.resize((1, 3, 5, 7), [1, 3, 11, 13], dtype=dtype, is_dynamic=is_dynamic)
    graph.resize((5, 7), [11, 3], is_dynamic=is_dynamic)
    graph.resize((1, 4, 9), [1, 7, 20], is_dynamic=is_dynamic)
    graph.resize((3, 4, 9), [5, 7, 20], is_dynamic=is_dynamic)
    graph.resize((1, 2, 3, 4, 5), [1, 2, 7, 9, 6], is_dynamic=is_dynamic)
    graph.resize((1, 3, 1, 9), [1, 3, 1, 20])
    graph.resize((1, 7, 5, 3), [1, 11, 13, 3])
    graph.check(tmp_path)
