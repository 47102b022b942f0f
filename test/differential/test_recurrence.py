"""The numpy references of recurrence.py against ONNX Runtime, whose gates come in another order."""
import numpy as np
import onnx
import onnxruntime
import pytest
from differential import recurrence
from models import numerics
from onnx import helper

ORDERS = {"LSTM": (0, 3, 1, 2), "GRU": (1, 0, 2)}  # of i f g o and r z n


def run(name, x, *more):
    """An ONNX node of one direction; biases of both sides in one tensor, which GRU adds to the state's side before the gate r."""
    order = ORDERS[name]
    states, (w_ih, w_hh, b_ih, b_hh) = more[:-4], [np.concatenate([np.split(a, len(order))[gate] for gate in order]) for a in more[-4:]]
    hidden = states[0].shape[1]
    tensors = {"X": x, "W": w_ih[None], "R": w_hh[None], "B": np.concatenate([b_ih, b_hh])[None]}
    tensors |= {f"initial_{letter}": state[None] for letter, state in zip("hc", states)}
    operands = ["X", "W", "R", "B", "", *[f"initial_{letter}" for letter, _ in zip("hc", states)]]
    outputs = ["Y", *[f"Y_{letter}" for letter, _ in zip("hc", states)]]
    attributes = {"hidden_size": hidden} | ({"linear_before_reset": 1} if name == "GRU" else {})
    kind = onnx.TensorProto.FLOAT
    graph = helper.make_graph([helper.make_node(name, operands, outputs, **attributes)], "case",
                              [helper.make_tensor_value_info(key, kind, a.shape) for key, a in tensors.items()],
                              [helper.make_tensor_value_info(key, kind, None) for key in outputs])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 14)], ir_version=10)
    session = onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
    y, *last = session.run(None, tensors)
    return y[:, 0], *[state[0] for state in last]


@pytest.mark.parametrize("name", recurrence.CASES)
def test_reference_is_what_onnx_runtime_says(name):
    generator = np.random.default_rng(5)
    compared = 0

    def fill(shape, dtype):
        return generator.standard_normal(shape).astype(dtype)

    for inputs, _ in recurrence.CASES[name]([np.dtype(np.float32)], fill, generator):
        if all(a.size for a in inputs) and not np.isnan(inputs[0]).any():
            with np.errstate(over="ignore"):
                expected = recurrence.REFERENCES[name](*inputs)
            for one, other in zip(run(name, *inputs), expected, strict=True):
                numerics.near(one, other, name)
            compared += 1
    assert compared >= 8
