"""Every compiled module keeps the contract: no imports, fixed memory, a true signature, vectorised and small code."""
import json
import math
import shutil
import subprocess

import numpy as np
import onnx
import pytest
from models import compiled, numerics, wasm

PAGE = 65536
MODULES = [(name, features) for name in compiled.MODELS for features in compiled.FEATURES]


# Their shapes are numbers, so what they compute can be counted from the model file alone.
STATIC = ["resnet50", "mobilenet_v2", "unet_small"]


def arithmetic(path):
    """Operations of the convolutions and matrix products of a model: two per multiply-accumulate."""
    model = onnx.shape_inference.infer_shapes(onnx.load(str(path)))
    graph, total = model.graph, 0
    shapes = {v.name: [d.dim_value for d in v.type.tensor_type.shape.dim] for v in [*graph.value_info, *graph.input, *graph.output]}
    shapes |= {w.name: list(w.dims) for w in graph.initializer}
    for node in graph.node:
        if node.op_type == "Conv":
            total += 2 * math.prod(shapes[node.output[0]]) * math.prod(shapes[node.input[1]][1:])
        elif node.op_type == "ConvTranspose":
            total += 2 * math.prod(shapes[node.input[0]]) * math.prod(shapes[node.input[1]][1:])
        elif node.op_type == "Gemm":
            total += 2 * shapes[node.output[0]][0] * math.prod(shapes[node.input[1]])
    return total


@pytest.mark.parametrize("name,features", MODULES)
def test_module_stands_alone(name, features):
    module = wasm.read(compiled.collected(name, features))
    assert module.imports == []
    assert len(module.memories) == 1
    memory = module.memories[0]
    assert memory["minimum"] == memory["maximum"] and not memory["shared"]
    assert memory["minimum"] == module.signature["memory"]["pages"]
    for export, kind in {"memory": "memory", "run": "function", "wasmind_error": "function", "wasmind_abi_version": "function"}.items():
        assert module.exports[export][0] == kind


@pytest.mark.parametrize("name,features", MODULES)
def test_memory_map_keeps_the_rules(name, features):
    """The rules of abi/spec.md: everything inside the memory, and what hosts write overlaps nothing else."""
    signature = wasm.read(compiled.collected(name, features)).signature
    memory, function = signature["memory"], signature["functions"][0]
    place = lambda region: (region["offset"], region["offset"] + region["byteLength"])
    apart = {r: place(memory[r]) for r in ("stack", "extents", "arena", "weights")}
    written = {f"input {entry['name']}": place(entry) for entry in function["inputs"]}
    outputs = {f"output {entry['name']}": place(entry) for entry in function["outputs"]}
    assert max(end for _, end in (apart | written | outputs).values()) <= memory["pages"] * PAGE

    def disjoint(regions):
        ranges = sorted((start, end, what) for what, (start, end) in regions.items() if end > start)
        wrong = [(first, second) for first, second in zip(ranges, ranges[1:]) if first[1] > second[0]]
        assert not wrong, f"overlap: {wrong}"

    disjoint(apart)
    disjoint(written | {r: apart[r] for r in ("stack", "extents", "weights")})
    for what, region in outputs.items():
        disjoint({what: region, "stack": apart["stack"], "extents": apart["extents"]})
    assert features in signature["features"]


def vectorised(module):
    """Holds a module's emitted instructions to 99 % of the arithmetic in vectors; gives its operations."""
    result = compiled.tool("inspect", module, "--json")
    assert result.returncode == 0, result.stderr
    report = json.loads(result.stdout)
    kernels = report["kernels"]
    total = sum(k["flops"] * k["calls"] for k in kernels)
    assert total > 0
    scalar = sorted(((k["flops"] * k["calls"] * (1 - k["vectorisedShare"]), k["kind"], k["shape"]) for k in kernels), reverse=True)
    share = 1 - sum(s[0] for s in scalar) / total
    assert share == pytest.approx(report["vectorisedShare"])
    assert share >= 0.99, f"{100 * share:.2f} % vectorised; not vectorised, of {total}: {scalar[:5]}"
    return total


@pytest.mark.parametrize("name,features", MODULES)
def test_arithmetic_is_vectorised(name, features):
    """At least 99 % of the arithmetic is done by vector instructions, moves of single elements counted against them."""
    total = vectorised(compiled.collected(name, features))
    if name in STATIC:
        # A list that forgets kernels proves nothing.
        assert total >= arithmetic(compiled.source(name)), f"only {total / 1e6:.0f} MFLOP are accounted for"


# A product that adds a table, as it lies or across its rows, where each lane is read by itself; and one running sum per row.
PLAIN = "(float[64,32] x, float[32,256] w, float[64,256] t) => (float[64,256] y) { p = MatMul (x, w) s = Add (p, t) y = Relu (s) }"
SCALAR = {
    "epilogue that gathers": """(float[64,32] x, float[32,256] w, float[256,64] t) => (float[64,256] y) {
        p = MatMul (x, w) c = Transpose <perm = [1, 0]> (t) s = Add (p, c) y = Relu (s) }""",
    "running sum": "(float[64,4096] x) => (float[64,4096] y) { a = Constant <value_int = 1> () y = CumSum (x, a) }",
}


@pytest.mark.parametrize("features", compiled.FEATURES)
def test_scalar_work_is_seen(features, tmp_path):
    """What is done element by element falls below the bar, and the failure names the kernel."""
    def compile_text(number, text):
        file = tmp_path / f"scalar{number}.onnxtxt"
        file.write_text(f'<ir_version: 8, opset_import: ["" : 17]>\nm {text}\n')
        return compiled.module(file, f"--features={features}")

    assert vectorised(compile_text(0, PLAIN)) > 0
    for number, text in enumerate(SCALAR.values(), 1):
        with pytest.raises(AssertionError, match="% vectorised; not vectorised"):
            vectorised(compile_text(number, text))


@pytest.mark.parametrize("features", compiled.FEATURES)
def test_code_is_small(features):
    """ResNet-50's module without its weights stays under 150 KB."""
    path = compiled.collected("resnet50", features)
    weights = wasm.read(path).signature["weights"]
    assert weights["storage"] == "inline"
    code = json.loads(compiled.tool("inspect", path, "--json").stdout)["codeBytes"]
    module = wasm.read(path)
    # The data section is weights and a few constants; all the rest counts as code.
    assert path.stat().st_size - module.section_bytes[11] < 150_000
    assert code < 150_000


@pytest.mark.parametrize("features", compiled.FEATURES)
@pytest.mark.parametrize("name,number,extents", [("silero_vad_openvino", 0, []), ("minilm", 1, ["batch=4", "sequence=40"])])
def test_module_runs_bare(name, number, extents, features, tmp_path):
    """WebAssembly.instantiate(bytes) and the signature are all a host needs; memory does not grow."""
    path = compiled.collected(name, features)
    function = wasm.read(path).signature["functions"][0]
    case = np.load(compiled.case(name, number))
    (tmp_path / "in.bin").write_bytes(b"".join(case["in:" + entry["name"]].tobytes() for entry in function["inputs"]))
    result = subprocess.run([shutil.which("node"), str(compiled.ROOT / "test/conformance/bare.mjs"), str(path), str(tmp_path / "in.bin"),
                             str(tmp_path / "out.bin"), *extents], capture_output=True, text=True)
    assert result.returncode == 0, result.stderr
    before, after = result.stdout.split()
    assert before == after
    data, at = (tmp_path / "out.bin").read_bytes(), 0
    for entry in function["outputs"]:
        expected = case["out:" + entry["name"]]
        actual = np.frombuffer(data, expected.dtype, expected.size, at).reshape(expected.shape)
        at += expected.nbytes
        numerics.check(actual, expected, f"{name} {entry['name']}", compiled.index()[name]["tolerance"])
    assert at == len(data)


def test_compiling_again_gives_the_same_bytes(tmp_path):
    first = compiled.collected("magika", "simd128")
    result = compiled.tool("compile", compiled.source("magika"), "-o", tmp_path / "again.wasm", "--features=simd128")
    assert result.returncode == 0, result.stderr
    assert first.read_bytes() == (tmp_path / "again.wasm").read_bytes()
