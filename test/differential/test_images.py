"""The numpy references of images.py against ONNX Runtime, for the cases that have an ONNX operator; and calls with amounts up to
2^31 against kernels written by hand.
"""
import subprocess

import numpy as np
import onnx
import onnxruntime
import pytest
from differential import images
from models import compiled
from onnx import helper


def node(name, a, lists, attributes):
    """(ONNX operator, its attributes) of a case, or None where ONNX Runtime has no like."""
    numbers = [[int(x) for x in each] for each in lists]
    if name in ("Conv2D", "DepthwiseConv2D"):
        strides, pads, dilations = numbers
        return "Conv", {"strides": strides, "pads": pads, "dilations": dilations, "group": attributes.get("groups", a.shape[1])}
    if name == "Conv2DTranspose":
        strides, pads, dilations, more = numbers
        if any(m >= s for m, s in zip(more, strides)):  # less than a dilation is enough for us, as for PyTorch
            return None
        return "ConvTranspose", {"strides": strides, "pads": pads, "dilations": dilations, "output_padding": more, "group": attributes["groups"]}
    size, *numbers = numbers
    if name in ("MaxPool", "AvgPool"):
        # ONNX Runtime takes pads less than the window's elements only.
        if any(pad >= size[i % 2] for i, pad in enumerate(numbers[1])):
            return None
        kept = {"kernel_shape": size, "strides": numbers[0], "pads": numbers[1], "ceil_mode": int(attributes["ceil_mode"])}
        return ("MaxPool", {**kept, "dilations": numbers[2]}) if name == "MaxPool" else ("AveragePool", {**kept, "count_include_pad": int(attributes["count_include_pad"])})
    if 0 in size:
        return None
    if name == "ResizeNearest":
        corners, centers = attributes["align_corners"], attributes["half_pixel_centers"]
        mode = "align_corners" if corners else "tf_half_pixel_for_nn" if centers else "asymmetric"
        return "Resize", {"mode": "nearest", "coordinate_transformation_mode": mode, "nearest_mode": "round_prefer_ceil" if corners else "floor"}
    corners, centers = attributes["align_corners"], attributes["half_pixel_centers"]
    return "Resize", {"mode": "linear", "coordinate_transformation_mode": "align_corners" if corners else "half_pixel" if centers else "asymmetric"}


def run(operator, attributes, inputs, shape):
    """`shape`: of the result; inputs of a Resize are its image and that."""
    element = helper.np_dtype_to_tensor_dtype(inputs[0].dtype)
    names = [f"x{i}" for i in range(len(inputs))]
    operands, constants = names, []
    if operator == "Resize":
        constants = [helper.make_tensor("sizes", onnx.TensorProto.INT64, [4], shape)]
        # Version 11 wants all inputs; empty ones do not count.
        constants += [helper.make_tensor(empty, onnx.TensorProto.FLOAT, [0], []) for empty in ("roi", "scales")]
        operands = [names[0], "roi", "scales", "sizes"]
    values = [helper.make_tensor_value_info(name, element, x.shape) for name, x in zip(names, inputs)]
    graph = helper.make_graph([helper.make_node(operator, operands, ["y"], **attributes)], "case", values,
                              [helper.make_tensor_value_info("y", element, None)], constants)
    # The version that has all of the coordinates; ceil_mode as it is now came later.
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 11 if operator == "Resize" else 22)], ir_version=10)
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3
    session = onnxruntime.InferenceSession(model.SerializeToString(), options, providers=["CPUExecutionProvider"])
    return session.run(None, dict(zip(names, inputs)))[0]


@pytest.mark.parametrize("name", [name for name in images.CASES if name != "AdaptiveAvgPool2D"])
def test_reference_is_what_onnx_runtime_says(name):
    generator = np.random.default_rng(7)
    compared = 0

    def fill(shape, dtype):
        return (generator.standard_normal(shape) * 4).astype(dtype)

    for inputs, attributes in images.CASES[name]([np.dtype(np.float32)] * 2, fill, generator):
        if attributes["channels_last"] or 0 in inputs[0].shape:
            continue
        tensors = [x for x in inputs if x.dtype == np.float32]
        chosen = node(name, inputs[0], inputs[len(tensors):], attributes)
        if chosen is None:
            continue
        expected = images.REFERENCES[name](*inputs, **attributes)
        actual = run(*chosen, tensors, expected.shape)
        if name == "MaxPool":  # ONNX leaves NaN open, and ONNX Runtime begins with -inf or the lowest number
            actual = np.where(np.isnan(expected), expected, actual)
            actual, expected = [np.maximum(x, np.finfo(np.float32).min) for x in (actual, expected)]
        images.compare(name, actual, expected, inputs)
        compared += 1
    assert compared > 20


def test_any_amounts_give_what_plain_loops_give(tmp_path):
    library = tmp_path / "images.wasm"
    built = compiled.tool("operators", "build", "--ops=conv2d,depthwiseconv2d,conv2dtranspose,maxpool,avgpool", "-o", library)
    assert built.returncode == 0, built.stderr
    hand = compiled.ROOT / "build/runtime/guest/test/image_ops.wasm"
    ran = subprocess.run([compiled.node(), compiled.ROOT / "test/differential/hostile_images.mjs", library, hand, "1500"], capture_output=True, text=True)
    assert ran.returncode == 0, ran.stderr
    assert int(ran.stdout) > 500
