"""Who may include whom. The order of the stages is the order of the data; nothing points backwards."""
import re

import tree

# layer: the layers it may include besides itself and `abi`. A file belongs to the longest prefix of its path.
STAGES = ["compiler/graph", "compiler/frontend", "compiler/frontend/expr", "compiler/frontend/mindir", "compiler/frontend/onnx",
          "compiler/loops", "compiler/module"]
ALLOWED = {
    "abi": [],
    "compiler/diagnostics": [],
    "compiler/graph": ["compiler/diagnostics"],
    "compiler/frontend": ["compiler/diagnostics", "compiler/graph"],
    "compiler/frontend/expr": ["compiler/diagnostics", "compiler/frontend", "compiler/graph"],
    "compiler/frontend/mindir": ["compiler/diagnostics", "compiler/frontend", "compiler/graph"],
    "compiler/frontend/onnx": ["compiler/diagnostics", "compiler/frontend", "compiler/graph"],
    "compiler/loops": ["compiler/diagnostics", "compiler/graph"],
    "compiler/module": ["compiler/diagnostics"],
    "compiler": ["compiler/diagnostics", *STAGES, "runtime/guest"],
    "operators": ["compiler", "compiler/frontend/expr"],
    "runtime/guest": [],
    "runtime/host": [],
    "tools": ["compiler", "operators", "runtime/host", *STAGES],
    "python": ["compiler", "compiler/frontend/expr", "operators", "runtime/host"],
}
INCLUDE = re.compile(r'^\s*#\s*include\s+"([^"]+)"', re.MULTILINE)


def layer(path):
    return max((f for f in ALLOWED if path == f or path.startswith(f + "/")), key=len, default=None)


def test_stages_include_only_what_stands_before_them():
    wrong = []
    for file in tree.own(".h", ".hpp", ".cpp", ".def"):
        here = layer(tree.name(file))
        # Conformance, fuzzing and examples look at everything from outside, and a stage's tests run what it made.
        if here is None or "test" in file.parts:
            continue
        for target in INCLUDE.findall(tree.text(file)):
            there = layer(target)
            if there in (None, "abi", here, *ALLOWED[here]):
                continue
            wrong.append(f"{tree.name(file)}: includes {target}")
    assert not wrong, "\n".join(wrong)


def test_only_tools_include_tools():
    wrong = [f"{tree.name(f)}: includes {i}" for f in tree.own(".h", ".cpp") for i in INCLUDE.findall(tree.text(f))
             if i.startswith("tools/") and not tree.name(f).startswith("tools/")]
    assert not wrong, "\n".join(wrong)


def test_own_headers_are_included_from_the_root_of_the_repository():
    wrong = []
    for file in tree.own(".h", ".cpp"):
        for target in INCLUDE.findall(tree.text(file)):
            if (file.parent / target).is_file() and not (tree.ROOT / target).is_file():
                wrong.append(f"{tree.name(file)}: {target} should be {tree.name((file.parent / target).resolve())}")
    # The public headers name each other as an installed copy does.
    wrong = [w for w in wrong if not w.startswith("runtime/host/include/")]
    assert not wrong, "\n".join(wrong)


def test_namespaces_are_the_stages():
    wrong = []
    for stage in ("graph", "loops", "module"):
        for file in tree.own(".h"):
            if tree.name(file).startswith(f"compiler/{stage}/") and "/test/" not in tree.name(file):
                spaces = set(re.findall(r"^namespace ([\w:]+) \{", tree.text(file), re.MULTILINE))
                if spaces and not any(s == f"wasmind::{stage}" or s.startswith(f"wasmind::{stage}::") for s in spaces):
                    wrong.append(f"{tree.name(file)}: namespaces {sorted(spaces)}, expected wasmind::{stage}")
    assert not wrong, "\n".join(wrong)
