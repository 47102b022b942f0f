"""`wasmind bench operators`: what it reports is complete and plausible, sides that compute something else are found, and wrong
options are named. No time is checked."""
import json
import re
import subprocess

import pytest
from models import compiled, numerics

# Arrays of one type that are read and written; of a part of the cases.
OPERANDS = {**dict.fromkeys(["Add", "Sub", "Mul", "Div", "Maximum", "Minimum", "Pow", "PReLU"], 3),
            **dict.fromkeys(["Neg", "Abs", "ReLU", "Sqrt", "Exp", "Log", "Tanh", "Sigmoid", "GeLU", "Erf", "Softmax"], 2)}
# ONNX has no operator that is the same, or onnxruntime-web none in this type.
PEERLESS = {"FloorDiv", "Mod", "Square", "Rsqrt", "SiLU", "ReduceSum", "ReduceMax"}
WHOLE = numerics.TOLERANCE["float32"][1]
QUICK = ["--elements=4096", "--matmul=16", "--conv=6,3,5", "--seconds=0.002"]

KERNEL = """
#include "runtime/guest/tvm_ffi.h"
static float *dataOf(const TVMFFIAny &any) { return static_cast<float *>(static_cast<DLTensor *>(any.v_ptr)->data); }
#define EXPORT extern "C" __attribute__((visibility("default")))
template <typename Compute> static int binary(const TVMFFIAny *args, Compute compute) {
  const int64_t count = static_cast<DLTensor *>(args[0].v_ptr)->shape[0];
  for (int64_t i = 0; i < count; ++i)
    dataOf(args[2])[i] = compute(dataOf(args[0])[i], dataOf(args[1])[i]);
  return 0;
}
EXPORT int __tvm_ffi_tvm_add_f32(void *, const TVMFFIAny *args, int32_t, TVMFFIAny *) {
  return binary(args, [](float a, float b) { return a + b; });
}
EXPORT int __tvm_ffi_tvm_add_near_f32(void *, const TVMFFIAny *args, int32_t, TVMFFIAny *) {
  return binary(args, [](float a, float b) { return a + b * 1.001f; });
}
EXPORT int __tvm_ffi_tvm_sub_f32(void *, const TVMFFIAny *, int32_t, TVMFFIAny *) {
  TVMFFIErrorSetRaisedFromCStr("ValueError", "not today");
  return -1;
}
EXPORT int __tvm_ffi_tvm_address_f32(void *, const TVMFFIAny *, int32_t, TVMFFIAny *) { return 0; }
"""


def bench(*arguments):
    return compiled.tool("bench", "operators", *arguments)


@pytest.fixture(scope="module")
def kernels(tmp_path_factory):
    """tvm_add_f32 adds, tvm_add_near_f32 almost does, tvm_sub_f32 refuses; tvm_address_f32 is none of Add's."""
    folder = tmp_path_factory.mktemp("kernels")
    (folder / "kernels.cpp").write_text(KERNEL)
    subprocess.run(["clang++-22", "--target=wasm32-unknown-unknown", "-std=c++20", "-O2", "-ffreestanding", f"-I{compiled.ROOT}", "-c",
                    folder / "kernels.cpp", "-o", folder / "kernels.o"], check=True)
    return folder / "kernels.o"


@pytest.fixture(scope="module")
def report():
    result = bench(*QUICK, "--dtypes=f32,i8", "--peer=onnxruntime-web", "--calls", "--json")
    assert result.returncode == 0, result.stderr
    return json.loads(result.stdout)


def engine(report, name):
    return next(each for each in report["engines"] if each["engine"] == name)


def test_every_case_is_measured_on_both_engines(report):
    assert [each["engine"] for each in report["engines"]] == ["wasmtime", "node"] and report["features"] == "simd128"
    titles = [[(each["case"], each["dtype"]) for each in engine["cases"]] for engine in report["engines"]]
    assert titles[0] == titles[1] and {("Add", "f32"), ("Add", "i8"), ("MatMul", "f32"), ("MatMul", "i8"), ("Softmax", "f32")} <= set(titles[0])
    listed = json.loads(compiled.tool("operators", "--list", "--json").stdout)
    assert (("Conv2D", "f32") in titles[0]) == any(each["name"] == "Conv2D" for each in listed)


def test_numbers_are_plausible(report):
    for each in report["engines"]:
        for case in each["cases"]:
            sides = {side["side"]: side for side in case["sides"]}
            is_arithmetic = case["case"] in ("MatMul", "Dense", "Conv2D", "DepthwiseConv2D")
            assert case["unit"] == ("GB/s" if not is_arithmetic else "GFLOP/s" if case["dtype"] == "f32" else "GOP/s")
            assert {"wasmind", "wasmind, copied", "fma" if is_arithmetic else "memory.copy"} <= set(sides)
            for side in case["sides"]:
                if "refused" in side:
                    assert side["side"].startswith("onnxruntime-web") and side["refused"]
                    continue
                assert 0 < side["ms"] <= side["medianMs"] * 1.001 and side["rate"] > 0
                assert side["side"] in ("wasmind", "memory.copy", "fma") or (side["isEqual"] and side["ratio"] > 0)
            if operands := OPERANDS.get(case["case"]):
                moved = operands * 4096 * (4 if case["dtype"] == "f32" else 1)
                assert sides["wasmind"]["rate"] == pytest.approx(moved / sides["wasmind"]["ms"] / 1e6)
        multiplied = next(case for case in each["cases"] if (case["case"], case["dtype"]) == ("MatMul", "f32"))["sides"][0]
        assert multiplied["rate"] == pytest.approx(2 * 16**3 / multiplied["ms"] / 1e6)


def test_peers_compute_the_same_where_they_can(report):
    peers = {(case["case"], case["dtype"]): side for case in engine(report, "node")["cases"] for side in case["sides"] if side["side"].startswith("onnxruntime-web ")}
    cases = {(case["case"], case["dtype"]) for case in engine(report, "node")["cases"]}
    assert cases - set(peers) == {("Dense", "i8")} | {(name, dtype) for name, dtype in cases if name in PEERLESS}
    floats = [side for (_, dtype), side in peers.items() if dtype == "f32"]
    assert floats and all("refused" not in side for side in floats), floats
    assert peers["MatMul", "i8"]["isEqual"]
    assert not [side for case in engine(report, "wasmtime")["cases"] for side in case["sides"] if "onnx" in side["side"]]


def test_calls_cost_something_from_every_host(report):
    wasmtime, node = engine(report, "wasmtime"), engine(report, "node")
    for calls in (wasmtime["calls"], wasmtime["callsInPython"], node["calls"]):
        assert {"intoGuest", "newGuest", "copied"} <= set(calls)
        assert all(0.01 < value < 1000 for value in calls.values()), calls


def test_kernels_are_compared_by_name_and_result(kernels):
    result = bench(*QUICK, "--ops=add,sub", f"--tvm={kernels}", "--json")
    assert result.returncode == 3
    errors = [line for line in result.stderr.splitlines() if "error" in line]
    assert len(errors) == 2
    for engine, line in zip(("wasmtime", "node"), errors):
        assert re.fullmatch(rf"wasmind: error: {engine}: Add f32: tvm_add_near_f32 computes something else: by \S+ of the largest element", line)
    for each in json.loads(result.stdout)["engines"]:
        add, sub = ({side["side"]: side for side in case["sides"]} for case in each["cases"])
        assert add["tvm_add_f32"]["isEqual"] and add["tvm_add_f32"]["difference"] == 0
        assert not add["tvm_add_near_f32"]["isEqual"] and WHOLE < add["tvm_add_near_f32"]["difference"] < 100 * WHOLE
        assert "tvm_address_f32" not in add
        assert "not today" in sub["tvm_sub_f32"]["refused"]


def test_tables(tmp_path):
    page = tmp_path / "page.md"
    result = bench(*QUICK, "--ops=add,matmul", "--engine=wasmtime", "--calls", f"--markdown={page}")
    assert result.returncode == 0, result.stderr
    assert re.search(r"^  Add f32 +[\d.]+ GB/s +\d+ % +[\d.]+", result.stdout, re.MULTILINE), result.stdout
    assert re.search(r"^C\+\+, wasmtime +a call of Add", result.stdout, re.MULTILINE)
    text = page.read_text()
    assert re.search(r"^\| MatMul f32 \| [\d.]+ GFLOP/s \| \d+ % \| [\d.]+ \|", text, re.MULTILINE), text
    assert text.count("## wasmtime") == 1 and "## node" not in text and "## Calls" in text
    assert re.search(r"\[1/2\] wasmtime: Add f32\n\[2/2\] wasmtime: MatMul f32\n", result.stderr)


@pytest.mark.parametrize("arguments, code, text", [
    (["--ops=nothing"], 1, "--ops: there is no case for 'nothing'; there are Add,"),
    (["--ops=gather"], 1, "--ops: there is no case for 'gather'"),
    (["--ops=exp", "--dtypes=i8"], 1, "--ops: Exp exists in none of the element types of --dtypes"),
    (["--dtypes=f33"], 2, "--dtypes: 'f33' is not measured; there are f32,"),
    (["--engine=spidermonkey"], 2, "--engine: 'spidermonkey' is neither wasmtime nor node"),
    (["--engine=wasmtime", "--peer=onnxruntime-web"], 2, "--peer: peers run on Node"),
    (["--ops=add", "--engine=node", "--peer=nobody"], 1, "no peer is called 'nobody'; bench/peers has what there is"),
    (["--tvm=nowhere.o"], 1, "--tvm: no file nowhere.o"),
    (["--json"], 2, "bench operators: --json must come after 'operators'"),
    (["--conv=3,4"], 2, "--conv: give three extents"),
    (["--elements=5"], 2, "--elements"),
])
def test_errors(arguments, code, text):
    result = compiled.tool("bench", *arguments, "operators") if arguments == ["--json"] else bench(*arguments)
    assert result.returncode == code, result.stderr
    assert text in result.stderr


def test_help_teaches():
    text = bench("--help").stdout
    assert "wasmind bench operators --ops=add,matmul --dtypes=f32,i8" in text and "exit code 3" in text and "memory.copy" in text


def test_bench_needs_something():
    result = compiled.tool("bench")
    assert result.returncode == 2 and "give a model, operators, or mindspore" in result.stderr
