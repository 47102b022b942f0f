"""The shape of the tree: names, lengths, sizes, and what each stage must have."""
import re

import pytest
import tree

STAGES = ["compiler/frontend/mindir", "compiler/frontend/onnx", "compiler/graph", "compiler/loops", "compiler/module",
          "runtime/host", "runtime/web"]
SOURCES = (".cpp", ".h", ".td", ".def", ".ts", ".mjs", ".py", ".cmake", ".sh", ".md")


def test_files_stay_short():
    long = [f"{tree.name(f)}: {n} lines" for f in tree.own(*SOURCES) if (n := tree.text(f).count("\n")) > 800]
    assert not long, "\n".join(long)


def test_no_file_is_large():
    large = [f"{tree.name(f)}: {f.stat().st_size} bytes" for f in tree.ALL if f.stat().st_size > 500_000]
    assert not large, "\n".join(large)


def test_names_say_what_is_inside():
    vague = {"utils", "util", "common", "misc", "helpers", "helper"}
    parts = {(tree.name(f), part) for f in tree.OWN for part in f.relative_to(tree.ROOT).parts}
    wrong = [name for name, part in sorted(parts) if part.split(".")[0].lower() in vague]
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("stage", STAGES)
def test_stage_has_a_readme_with_its_contract(stage):
    readme = tree.ROOT / stage / "README.md"
    assert readme.is_file(), f"{stage} has no README.md"
    words = tree.text(readme).lower()
    missing = [w for w in ("takes", "gives", "guarantees") if w not in words]
    assert not missing, f"{stage}/README.md does not say what the stage {', '.join(missing)}"


@pytest.mark.parametrize("stage", [s for s in STAGES if s.startswith("compiler/")])
def test_stage_has_tests(stage):
    assert any(tree.name(f).startswith(f"{stage}/test/") for f in tree.OWN), f"{stage}/test is empty"


@pytest.mark.parametrize("stage", ["graph", "loops", "module"])
def test_stage_has_a_verifier(stage):
    assert (tree.ROOT / f"compiler/{stage}/Verify{stage.capitalize()}.cpp").is_file()


def test_passes_are_named_alike_everywhere():
    """A pass `FoldBatchNorm` of stage graph is FoldBatchNorm.cpp, --graph-fold-batch-norm."""
    wrong = []
    for table in [f for f in tree.own(".td") if f.name == "Passes.td"]:
        stage = table.parent.name
        for name, flag in re.findall(r'def (\w+)\s*:\s*(?:Interface)?Pass<"([^"]+)"', tree.text(table)):
            stem = name.removesuffix("Pass")
            expected = f"{stage}-" + re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "-", stem).lower()
            # VerifyGraph of stage graph is --graph-verify: the stage is not said twice.
            if flag not in (expected, expected.removesuffix(f"-{stage}")):
                wrong.append(f"{tree.name(table)}: {name} has flag {flag}, expected {expected}")
            if not (table.parent / f"{stem}.cpp").is_file():
                wrong.append(f"{tree.name(table)}: {name} is not in {stem}.cpp")
    assert not wrong, "\n".join(wrong)


def test_patterns_run_under_the_check():
    """The graph stage's patterns are applied by applyRewrites, which holds them to MLIR's rule: failed is unchanged."""
    users = {tree.name(f) for f in tree.own(".cpp") if tree.name(f).startswith("compiler/graph/") and "applyPatternsGreedily(" in tree.text(f)}
    assert users == {"compiler/graph/ApplyRewrites.cpp"}


@pytest.mark.parametrize("noun", ["Model", "Instance", "Tensor", "Signature"])
def test_one_noun_one_file_name(noun):
    files = [f"runtime/host/src/{noun}.cpp", f"runtime/web/src/{noun.lower()}.ts", f"python/wasmind/{noun.lower()}.py"]
    if noun != "Model":
        files.pop()  # Python has modules and numpy arrays
    missing = [f for f in files if not (tree.ROOT / f).is_file()]
    assert not missing, f"{noun} has no file {', '.join(missing)}"


def test_operators_are_one_file_each():
    """An operator's file defines exactly the operator of its name: nothing else is edited for one more operator."""
    files = [f for f in tree.own(".cpp") if re.fullmatch(r"compiler/frontend/(onnx|mindir)/ops/\w+\.cpp", tree.name(f))]
    assert len(files) > 400
    wrong = [f"{tree.name(f)}: defines {defined}, not {f.stem}" for f in files if (defined := operators_defined(tree.text(f))) != [f.stem]]
    assert not wrong, "\n".join(wrong)


def operators_defined(text):
    """The operators that a file of ops/ defines; comments define none."""
    definition = r"^(?:WASMIND_ONNX_OPERATOR\((\w+)\)|Operand (\w+)\(Node &\w+\)) {"
    return ["".join(name) for name in re.findall(definition, text, re.MULTILINE)]


def test_a_comment_is_no_operator():
    assert operators_defined("//===- Abs.cpp - Abs(x) ---===//\nnamespace ops {\nOperand Neg(Node &node) { return {}; }\n}\n") == ["Neg"]
    assert operators_defined("// Abs\nWASMIND_ONNX_OPERATOR(Abs) { return unary(node); }\n") == ["Abs"]
    assert operators_defined("// Operand Abs(Node &node) {\n") == []


def test_errors_of_mlir_are_collected_in_one_place():
    """FirstError; the tracer's own handler names the tensor, and the loops stage's what it lowers."""
    users = {tree.name(f) for f in tree.own(".h", ".cpp") if "test" not in f.parts and "ScopedDiagnosticHandler " in tree.text(f)}
    assert "compiler/diagnostics/FirstError.h" in users
    assert users <= {"compiler/diagnostics/FirstError.h", "compiler/frontend/expr/Trace.cpp", "compiler/loops/LowerToLoops.cpp"}


def test_the_compiler_never_parses_a_signature():
    """Its stages hand it on as a struct; text is for hosts."""
    users = {tree.name(f) for f in tree.own(".h", ".cpp") if tree.name(f).startswith("compiler/") and "test" not in f.parts}
    assert not [name for name in users if "parseSignature" in tree.text(tree.ROOT / name)]
