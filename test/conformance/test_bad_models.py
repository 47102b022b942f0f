"""Wrong model files: one line that names the culprit, exit code 1, and no file left behind."""
import numpy as np
import onnx
import pytest
from models import compiled
from onnx import TensorProto, helper, numpy_helper

MINDIR = compiled.ROOT / "test/data/mindir"


def refused(folder, model, *culprits, options=()):
    """Compiling `model` of `folder` into it fails as it should; returns the line."""
    before = sorted(folder.iterdir())
    result = compiled.tool("compile", model, "-o", folder / "out.wasm", *options, timeout=120)
    assert result.returncode == 1, f"exit code {result.returncode}: {result.stderr[-500:]}"
    lines = result.stderr.strip().splitlines()
    assert len(lines) == 1, f"expected one line:\n{result.stderr[-2000:]}"
    assert sorted(folder.iterdir()) == before, "something was left behind"
    missing = [c for c in culprits if str(c) not in lines[0]]
    assert not missing, f"{lines[0]!r} does not name {missing}"
    return lines[0]


def write(folder, nodes, inputs, outputs, weights=(), name="bad.onnx", opset=17):
    """A model file that no checker has looked at."""
    info = lambda entries: [helper.make_tensor_value_info(n, t, s) for n, t, s in entries]
    graph = helper.make_graph(nodes, "bad", info(inputs), info(outputs), list(weights))
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", opset)], ir_version=8)
    (folder / name).write_bytes(model.SerializeToString())
    return folder / name


X, F, I = [("x", TensorProto.FLOAT, [2, 3])], TensorProto.FLOAT, TensorProto.INT64
RELU = helper.make_node("Relu", ["x"], ["y"], name="first")


@pytest.mark.parametrize("model", ["magika.onnx", "ori_net.mindir"])
@pytest.mark.parametrize("part", [0.0001, 0.1, 0.5, 0.9, 0.999])
def test_truncated(model, part, tmp_path):
    whole = (compiled.source("magika") if model.endswith(".onnx") else MINDIR / model).read_bytes()
    (tmp_path / model).write_bytes(whole[: int(len(whole) * part)])
    refused(tmp_path, tmp_path / model, model)


@pytest.mark.parametrize("suffix", ["onnx", "mindir"])
@pytest.mark.parametrize("seed", range(4))
def test_garbage(suffix, seed, tmp_path):
    data = np.random.default_rng(seed).bytes([3, 100, 5_000, 200_000][seed])
    (tmp_path / f"noise.{suffix}").write_bytes(data)
    refused(tmp_path, tmp_path / f"noise.{suffix}", f"noise.{suffix}")


@pytest.mark.parametrize("suffix", ["onnx", "mindir"])
def test_empty(suffix, tmp_path):
    (tmp_path / f"empty.{suffix}").write_bytes(b"")
    refused(tmp_path, tmp_path / f"empty.{suffix}", f"empty.{suffix}")


def test_missing_file(tmp_path):
    refused(tmp_path, tmp_path / "absent.onnx", "absent.onnx")


@pytest.mark.parametrize("name", ["a:b.wasm", "a\\b.wasm"])
def test_weights_whose_name_a_module_cannot_say(name, tmp_path):
    weight = helper.make_tensor("w", F, [3], [1, 2, 3])
    model = write(tmp_path, [helper.make_node("Add", ["x", "w"], ["y"])], X, [("y", F, [2, 3])], [weight])
    result = compiled.tool("compile", model, "-o", tmp_path / name, "--weights=external")
    assert result.returncode == 1 and "need a name without ':' and '\\'" in result.stderr, result.stderr


def test_unknown_kind_of_file(tmp_path):
    (tmp_path / "model.txt").write_text("a poem\n")
    refused(tmp_path, tmp_path / "model.txt", "model.txt")


def test_encrypted_mindir(tmp_path):
    refused(tmp_path, MINDIR / "add_encrpty_key_0123456789ABCDEF.mindir", "add_encrpty_key_0123456789ABCDEF.mindir")


@pytest.mark.parametrize("shape", [[2**40], [2**31, 2], [2**20, 2**20, 2**20, 2**20]])
def test_huge_input(shape, tmp_path):
    model = write(tmp_path, [RELU], [("x", F, shape)], [("y", F, shape)])
    refused(tmp_path, model, "bad.onnx", "x")


@pytest.mark.parametrize("dims", [[2**40], [2**62, 4], [2**32, 2**32], [-1], [1000]])
def test_weight_whose_shape_is_not_its_data(dims, tmp_path):
    weight = TensorProto(name="w", data_type=F, dims=dims, raw_data=b"\0" * 12)
    model = write(tmp_path, [helper.make_node("Add", ["x", "w"], ["y"])], X, [("y", F, [2, 3])], [weight])
    refused(tmp_path, model, "bad.onnx", "w")


def external(location, offset=0, length=12):
    weight = TensorProto(name="w", data_type=F, dims=[3], data_location=TensorProto.EXTERNAL)
    for key, value in (("location", location), ("offset", offset), ("length", length)):
        weight.external_data.add(key=key, value=str(value))
    return weight


@pytest.mark.parametrize("location", ["../secret.bin", "inner/../../secret.bin", "{folder}/secret.bin", "link.bin"])
def test_external_data_outside_the_folder(location, tmp_path):
    inside = tmp_path / "model"
    inside.mkdir()
    (tmp_path / "secret.bin").write_bytes(b"\0" * 64)
    (inside / "link.bin").symlink_to(tmp_path / "secret.bin")
    weight = external(location.format(folder=tmp_path))
    model = write(inside, [helper.make_node("Add", ["x", "w"], ["y"])], X, [("y", F, [2, 3])], [weight])
    refused(inside, model, "bad.onnx", "w")


@pytest.mark.parametrize("offset,length", [(60, 12), (2**63, 12), (0, 2**63), (-1, 12), ("many", 12), (0, 8)])
def test_external_data_past_the_end(offset, length, tmp_path):
    (tmp_path / "data.bin").write_bytes(b"\0" * 64)
    weight = external("data.bin", offset, length)
    model = write(tmp_path, [helper.make_node("Add", ["x", "w"], ["y"])], X, [("y", F, [2, 3])], [weight])
    refused(tmp_path, model, "bad.onnx", "w")


def test_external_data_that_is_missing(tmp_path):
    model = write(tmp_path, [helper.make_node("Add", ["x", "w"], ["y"])], X, [("y", F, [2, 3])], [external("absent.bin")])
    refused(tmp_path, model, "bad.onnx", "absent.bin")


@pytest.mark.parametrize("kind,domain", [("StringNormalizer", ""), ("Invented", ""), ("Scaler", "some.vendor")])
def test_unsupported_operator(kind, domain, tmp_path):
    node = helper.make_node(kind, ["x"], ["y"], name="strange", domain=domain)
    model = write(tmp_path, [node], X, [("y", F, [2, 3])])
    if domain:
        proto = onnx.load(str(model))
        proto.opset_import.append(helper.make_opsetid(domain, 1))
        model.write_bytes(proto.SerializeToString())
    refused(tmp_path, model, "bad.onnx", "strange", kind)


@pytest.mark.parametrize("kind,wrong,inputs", [("Compress", 1, [F, TensorProto.UINT16]), ("Where", 0, [F, F, F]), ("Not", 0, [I]), ("And", 1, [TensorProto.BOOL, F]),
                                               ("Sin", 0, [I]), ("BitShift", 0, [F, F]), ("Reshape", 1, [F, F]), ("Gather", 1, [F, TensorProto.BOOL])])
def test_inputs_of_the_wrong_kind(kind, wrong, inputs, tmp_path):
    node = helper.make_node(kind, [f"x{i}" for i in range(len(inputs))], ["y"], name="odd", **({"direction": "LEFT"} if kind == "BitShift" else {}))
    model = write(tmp_path, [node], [(f"x{i}", t, [2, 3]) for i, t in enumerate(inputs)], [("y", F, None)])
    refused(tmp_path, model, "odd", kind, f"input {wrong} ('x{wrong}') has elements of {TensorProto.DataType.Name(inputs[wrong]).lower()}, the operator takes ")


def test_every_message_names_the_node(tmp_path):
    """An attribute that makes no sense is blamed on its node."""
    node = helper.make_node("Conv", ["x", "w"], ["y"], name="middle", strides=[0, 0])
    weight = numpy_helper.from_array(np.zeros((1, 1, 3, 3), np.float32), "w")
    model = write(tmp_path, [node], [("x", F, [1, 1, 8, 8])], [("y", F, [1, 1, 6, 6])], [weight])
    refused(tmp_path, model, "bad.onnx", "middle")


@pytest.mark.parametrize("nodes", [
    [helper.make_node("Relu", ["nowhere"], ["y"], name="first")],
    [helper.make_node("Relu", ["b"], ["a"], name="first"), helper.make_node("Relu", ["a"], ["b"], name="second"), helper.make_node("Relu", ["b"], ["y"])],
    [helper.make_node("Relu", [], ["y"], name="first")],
    [helper.make_node("Relu", ["x", "x", "x"], ["y"], name="first")],
    [helper.make_node("MatMul", ["x", "x"], ["y"], name="first")],
    [helper.make_node("Relu", ["x"], ["y"], name="first"), helper.make_node("Relu", ["x"], ["y"], name="second")],
], ids=["undefined", "cycle", "no input", "three inputs", "shapes do not fit", "defined twice"])
def test_graph_that_makes_no_sense(nodes, tmp_path):
    model = write(tmp_path, nodes, X, [("y", F, [2, 3])])
    refused(tmp_path, model, "bad.onnx")


def test_output_that_nothing_computes(tmp_path):
    model = write(tmp_path, [RELU], X, [("z", F, [2, 3])])
    refused(tmp_path, model, "bad.onnx", "z")


def test_deeply_nested_model(tmp_path):
    """Ten thousand subgraphs inside each other: refused by the reader, not by the stack."""
    def field(number, payload):
        head = bytearray()
        for value in (number << 3 | 2, len(payload)):
            while value > 0x7F:
                head.append(value & 0x7F | 0x80)
                value >>= 7
            head.append(value)
        return bytes(head) + payload
    graph = b""
    for _ in range(10_000):
        graph = field(1, field(5, field(6, graph)))  # GraphProto.node, NodeProto.attribute, AttributeProto.g
    (tmp_path / "deep.onnx").write_bytes(b"\x08\x08" + field(7, graph))
    refused(tmp_path, tmp_path / "deep.onnx", "deep.onnx")


def test_dim_that_the_model_does_not_have(tmp_path):
    refused(tmp_path, compiled.source("magika"), "no_such_name", options=["--dim", "no_such_name=4"])


def test_plan_that_does_not_fit(tmp_path):
    refused(tmp_path, compiled.source("minilm"), "--dim", options=["--dim", "batch=1..512", "--dim", "sequence=1..512"])


def test_output_folder_that_does_not_exist(tmp_path):
    result = compiled.tool("compile", MINDIR / "ori_net.mindir", "-o", tmp_path / "absent/out.wasm")
    assert result.returncode == 1 and len(result.stderr.strip().splitlines()) == 1 and "absent" in result.stderr


def test_the_old_module_survives_a_failed_compile(tmp_path):
    (tmp_path / "out.wasm").write_bytes(b"precious")
    (tmp_path / "noise.onnx").write_bytes(b"\xff" * 100)
    result = compiled.tool("compile", tmp_path / "noise.onnx", "-o", tmp_path / "out.wasm")
    assert result.returncode == 1
    assert (tmp_path / "out.wasm").read_bytes() == b"precious"


@pytest.mark.parametrize("arguments", [["compile"], ["compile", "a.onnx", "--no-such-option"], ["run"], ["no-such-command"], ["compile", "a.onnx", "--features=mmx"]])
def test_wrong_usage(arguments):
    result = compiled.tool(*arguments)
    assert result.returncode == 2, f"exit code {result.returncode}: {result.stderr}"
    assert result.stderr.strip()
