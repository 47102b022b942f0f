"""All hosts of operator libraries do the same: the cases of abi/vectors on wasmtime and in Node, with one outcome."""
import json
import subprocess

import numpy as np
import pytest
import wasmind
from models import compiled

VECTORS = compiled.ROOT / "build/abi/vectors"
INDEX = json.loads((VECTORS / "index.json").read_text()) if (VECTORS / "index.json").exists() else {"libraries": []}
ACCEPTED = [(entry["file"], index, case) for entry in INDEX["libraries"] if entry["accept"] for index, case in enumerate(entry["cases"])]
REFUSED = [entry for entry in INDEX["libraries"] if not entry["accept"]]
NUMPY = {"f32": np.float32, "f64": np.float64, "f16": np.float16, "bf16": np.uint16, "i8": np.int8, "i16": np.int16, "i32": np.int32,
         "i64": np.int64, "u8": np.uint8, "u16": np.uint16, "u32": np.uint32, "u64": np.uint64, "bool": np.bool_}
DTYPES = {np.dtype(numpy_type): dtype for dtype, numpy_type in NUMPY.items() if dtype != "bf16"}

pytestmark = pytest.mark.skipif(not INDEX["libraries"], reason="no golden modules: build the target wasmind_vectors")


class Node:
    def __init__(self):
        self.process = subprocess.Popen([compiled.node(), compiled.ROOT / "test/conformance/operator_library.mjs"], stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, text=True)

    def __call__(self, file, case):
        self.process.stdin.write(json.dumps({"file": str(file), **case}) + "\n")
        self.process.stdin.flush()
        return json.loads(self.process.stdout.readline())


def decode(library, argument):
    """A case's argument for Python; strided tensors, and those of bfloat16, which numpy has not, are in the library's memory."""
    if not isinstance(argument, dict):
        return argument
    if "dtype" not in argument:
        return int(argument["integer"]) if "integer" in argument else float(argument["number"])
    array = np.frombuffer(bytearray.fromhex(argument["bytes"]), NUMPY[argument["dtype"]]).reshape(argument["shape"])
    if argument["dtype"] != "bf16" and "strided" not in argument:
        return array
    tensor = library.tensor(argument["dtype"], argument["shape"])
    tensor.numpy()[...] = array
    return tensor.strided(**argument["strided"]) if "strided" in argument else tensor


def encode(result):
    if isinstance(result, wasmind.GuestTensor):
        array, dtype = result.numpy(), result.dtype
    else:
        array, dtype = result, DTYPES[result.dtype]
    return {"dtype": dtype, "shape": list(array.shape), "bytes": array.tobytes().hex()}


def wasmtime(file, case):
    options = {"max_memory_bytes": case.get("maxMemoryBytes", 0), "time_limit_ms": case.get("timeLimitMs", 0)}
    try:
        library = wasmind.OperatorLibrary.load(file, cache=False, **options)
        if "operator" not in case:
            return {"results": []}
        out = tuple(decode(library, each) for each in case["given"]) if "given" in case else None
        attributes = {name: decode(library, value) for name, value in case.get("attributes", {}).items()}
        results = library.call(case["operator"], *(decode(library, each) for each in case["arguments"]), out=out, **attributes)
        return {"results": [encode(each) for each in (results if isinstance(results, tuple) else (results,))]}
    except wasmind.WasmindError as error:
        return {"status": error.code, "text": str(error)}


@pytest.fixture(scope="module")
def hosts():
    node = Node()
    yield {"wasmtime": wasmtime, "node": node}
    node.process.stdin.close()
    assert node.process.wait(timeout=10) == 0


@pytest.mark.parametrize("host", ["wasmtime", "node"])
@pytest.mark.parametrize("file,index,case", ACCEPTED, ids=[f"{index}-{case['operator']}" for _, index, case in ACCEPTED])
def test_calls(hosts, host, file, index, case):
    if host == "node" and "timeLimitMs" in case:
        pytest.skip("a web page's time limits are those of the worker it runs the library in")
    outcome = hosts[host](VECTORS / file, case)
    if "status" not in case:
        assert outcome == {"results": case["results"]}
        return
    assert outcome.get("status") == case["status"], outcome
    assert case["text"] in outcome["text"] or case["status"] == "Trap" and "unreachable" in outcome["text"], outcome
    assert "\n" not in outcome["text"]


@pytest.mark.parametrize("host", ["wasmtime", "node"])
@pytest.mark.parametrize("entry", REFUSED, ids=[entry["file"].removesuffix(".wasm") for entry in REFUSED])
def test_refused_modules(hosts, host, entry):
    outcome = hosts[host](VECTORS / entry["file"], {})
    assert outcome.get("status") == entry["status"], outcome
    assert outcome["text"] and "\n" not in outcome["text"]
