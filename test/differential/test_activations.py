"""The functions of LSTM, GRU and RNN take their parameters from activation_alpha and activation_beta in order.

Each function that takes a parameter takes the next one of its list, over both directions. Judged by numpy formulas of the ONNX
specification, which ONNX Runtime confirms where its own defaults are the specification's.
"""
import numpy as np
import onnx
import onnxruntime
import pytest
from models import compiled, numerics
from onnx import TensorProto, helper

# What a function takes and, where it is not given, what the ONNX operator of that name has.
FUNCTIONS = {
    "Relu": (lambda x: np.maximum(x, 0), {}),
    "Tanh": (np.tanh, {}),
    "Sigmoid": (lambda x: 1 / (1 + np.exp(-x)), {}),
    "Softsign": (lambda x: x / (1 + np.abs(x)), {}),
    "Softplus": (lambda x: np.log1p(np.exp(x)), {}),
    "Affine": (lambda x, alpha, beta: alpha * x + beta, {"alpha": 1, "beta": 0}),
    "LeakyRelu": (lambda x, alpha: np.where(x < 0, alpha * x, x), {"alpha": 0.01}),
    "ThresholdedRelu": (lambda x, alpha: np.where(x > alpha, x, 0), {"alpha": 1}),
    "ScaledTanh": (lambda x, alpha, beta: alpha * np.tanh(beta * x), {"alpha": 1, "beta": 1}),
    "HardSigmoid": (lambda x, alpha, beta: np.clip(alpha * x + beta, 0, 1), {"alpha": 0.2, "beta": 0.5}),
    "Elu": (lambda x, alpha: np.where(x > 0, x, alpha * np.expm1(np.minimum(x, 0))), {"alpha": 1}),
}
FUNCTIONS_LIKE_ORT = FUNCTIONS.keys() - {"Affine", "ThresholdedRelu", "ScaledTanh"}  # whose defaults are 0 there
GATES = {"RNN": 1, "GRU": 3, "LSTM": 4}
STEPS, BATCH, INPUT, HIDDEN = 5, 2, 3, 4


def bound(names, alphas, betas):
    """The functions with their parameters."""
    lists = {"alpha": iter(alphas or []), "beta": iter(betas or [])}
    given = {"alpha": alphas, "beta": betas}
    result = []
    for name in names:
        function, parameters = FUNCTIONS[name]
        values = {key: next(lists[key]) if given[key] else default for key, default in parameters.items()}
        result.append(lambda x, function=function, values=values: function(x, **values))
    assert all(next(rest, None) is None for rest in lists.values())
    return result


def reference(operator, functions, x, w, r):
    """Y of one direction, forward, without biases."""
    h, c, rows = np.zeros((BATCH, HIDDEN)), np.zeros((BATCH, HIDDEN)), []
    for step in x:
        own, state = (np.split(a, GATES[operator], axis=1) for a in (step @ w.T, h @ r.T))
        if operator == "RNN":
            h = functions[0](own[0] + state[0])
        elif operator == "GRU":
            update, reset = (functions[0](own[i] + state[i]) for i in (0, 1))
            h = (1 - update) * functions[1](own[2] + (reset * h) @ np.split(r, 3)[2].T) + update * h
        else:
            gate, out, forget = (functions[0](own[i] + state[i]) for i in (0, 1, 2))
            c = forget * c + gate * functions[1](own[3] + state[3])
            h = out * functions[2](c)
        rows.append(h)
    return np.stack(rows)


def weights(operator, directions):
    generator = np.random.default_rng(11)
    shapes = {"x": (STEPS, BATCH, INPUT), "w": (directions, GATES[operator] * HIDDEN, INPUT), "r": (directions, GATES[operator] * HIDDEN, HIDDEN)}
    return {key: (generator.standard_normal(shape) * 0.6).astype(np.float32) for key, shape in shapes.items()}


def model(operator, tensors, direction, names, alphas, betas):
    attributes = {"activations": names, "activation_alpha": alphas, "activation_beta": betas}
    node = helper.make_node(operator, ["x", "w", "r"], ["y"], hidden_size=HIDDEN, direction=direction,
                            **{key: value for key, value in attributes.items() if value})
    graph = helper.make_graph([node], "case", [helper.make_tensor_value_info("x", TensorProto.FLOAT, tensors["x"].shape)],
                              [helper.make_tensor_value_info("y", TensorProto.FLOAT, None)],
                              [onnx.numpy_helper.from_array(tensors[key], key) for key in ("w", "r")])
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 14)], ir_version=8)


def numbered(names, key, first):
    """One value per function that takes one, all different."""
    return [round(first + 0.07 * i, 2) for i, _ in enumerate(name for name in names if key in FUNCTIONS[name][1])]


def cases():
    for name in FUNCTIONS:  # each alone, with its defaults and with parameters
        yield "RNN", "forward", [name], None, None
        if FUNCTIONS[name][1]:
            yield "RNN", "reverse", [name], numbered([name], "alpha", 0.3), numbered([name], "beta", 0.4)
    for operator, direction, *names in [
        ("RNN", "bidirectional", "Tanh", "LeakyRelu"),
        ("RNN", "bidirectional", "ScaledTanh", "Elu"),
        ("GRU", "forward", "Sigmoid", "LeakyRelu"),
        ("GRU", "bidirectional", "HardSigmoid", "Tanh", "Sigmoid", "ScaledTanh"),
        ("GRU", "bidirectional", "HardSigmoid", "LeakyRelu", "HardSigmoid", "Elu"),
        ("LSTM", "forward", "HardSigmoid", "Tanh", "Elu"),
        ("LSTM", "reverse", "Sigmoid", "LeakyRelu", "ScaledTanh"),
        ("LSTM", "bidirectional", "HardSigmoid", "Tanh", "LeakyRelu", "Sigmoid", "Affine", "ThresholdedRelu"),
        ("LSTM", "bidirectional", "Sigmoid", "Softsign", "Tanh", "HardSigmoid", "Tanh", "HardSigmoid"),
    ]:
        alphas, betas = numbered(names, "alpha", 0.2), numbered(names, "beta", 0.3)
        yield operator, direction, names, alphas, betas
        yield operator, direction, names, alphas, None  # one list, the other's defaults
        yield operator, direction, names, None, betas
        if operator != "RNN":  # where ONNX Runtime knows them as spelt only
            yield operator, direction, [name.upper() for name in names], alphas, betas


def evaluated(operator, direction, names, alphas, betas, tensors):
    count = 2 if direction == "bidirectional" else 1
    canonical = {name.lower(): name for name in FUNCTIONS}
    functions = bound([canonical[name.lower()] for name in names], alphas, betas)
    each, results = len(names) // count, []
    for i in range(count):
        backwards = direction == "reverse" or i == 1
        x = tensors["x"][::-1] if backwards else tensors["x"]
        y = reference(operator, functions[i * each : (i + 1) * each], *(np.float64(a) for a in (x, tensors["w"][i], tensors["r"][i])))
        results.append(y[::-1] if backwards else y)
    return np.stack(results, axis=1)


@pytest.mark.parametrize("operator,direction,names,alphas,betas", list(cases()))
def test_parameters_are_taken_in_order(operator, direction, names, alphas, betas, tmp_path):
    tensors = weights(operator, 2 if direction == "bidirectional" else 1)
    proto = model(operator, tensors, direction, names, alphas, betas)
    expected = evaluated(operator, direction, names, alphas, betas, tensors).astype(np.float32)
    canonical = {name.lower(): FUNCTIONS[name][1] for name in FUNCTIONS}
    # ONNX Runtime's own default of three functions is 0.
    takes_default = any(name.lower() not in map(str.lower, FUNCTIONS_LIKE_ORT) and any(not {"alpha": alphas, "beta": betas}[key] for key in canonical[name.lower()])
                        for name in names)
    if not takes_default:
        session = onnxruntime.InferenceSession(proto.SerializeToString(), providers=["CPUExecutionProvider"])
        numerics.check(session.run(None, {"x": tensors["x"]})[0], expected, "onnxruntime")
    onnx.save(proto, tmp_path / "m.onnx")
    np.savez(tmp_path / "in.npz", x=tensors["x"])
    result = compiled.tool("compile", tmp_path / "m.onnx", "-o", tmp_path / "m.wasm")
    assert result.returncode == 0, result.stderr
    for engine in compiled.ENGINES:
        result = compiled.tool("run", tmp_path / "m.wasm", f"--engine={engine}", "--inputs", tmp_path / "in.npz", "--outputs", tmp_path / "out.npz")
        assert result.returncode == 0, result.stderr
        numerics.check(next(iter(np.load(tmp_path / "out.npz").values())), expected, engine)


@pytest.mark.parametrize("names,alphas,betas,attribute,count", [
    (["HardSigmoid", "Tanh"], [0.1, 0.2], None, "activation_alpha", 1),
    (["HardSigmoid", "LeakyRelu"], [0.1], None, "activation_alpha", 2),
    (["HardSigmoid", "LeakyRelu"], [0.1, 0.2], [0.3, 0.4], "activation_beta", 1),
    (["Sigmoid", "Tanh"], None, [0.1], "activation_beta", 0),
    ([], [0.1], None, "activation_alpha", 0),
])
def test_other_numbers_of_parameters_are_refused(names, alphas, betas, attribute, count, tmp_path):
    proto = model("GRU", weights("GRU", 1), "forward", names, alphas, betas)
    onnx.save(proto, tmp_path / "m.onnx")
    result = compiled.tool("compile", tmp_path / "m.onnx", "-o", tmp_path / "m.wasm")
    assert result.returncode == 1 and len(result.stderr.strip().splitlines()) == 1
    assert f"attribute '{attribute}' has" in result.stderr and f"take {count};" in result.stderr
