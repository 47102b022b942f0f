#!/usr/bin/env python3
"""Writes the pages of docs/generated that follow from the tree; --check compares instead and fails when one is stale.

Four are not among them: `make bench` and bench/mindspore.py write docs/generated/*benchmark.md, what they measured;
test/differential/test_operators.py checks docs/generated/operators.md, what passed; `make test-node` writes
docs/generated/onnx-operators.md, what is refused.
"""
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
OUT = ROOT / "docs/generated"


def frontends():
    """What each front end has a file for; the registration in CMake is derived from the same names."""
    lines = ["# Operators of models", "", "Made by `docs/generate.py` from the files of `compiler/frontend/*/ops`.", ""]
    for folder, title, note in (
        ("onnx", "ONNX", "An operator without a file of its own whose ONNX schema has a function body is expanded from that body."),
        ("mindir", "MindIR primitives", "Control flow (branches, loops, calls of other graphs) is the reader's own business."),
    ):
        names = sorted((f.stem.replace("ml_", "ai.onnx.ml.") for f in (ROOT / f"compiler/frontend/{folder}/ops").glob("*.cpp")), key=str.lower)
        lines += [f"## {title} ({len(names)})", "", note, "", ", ".join(f"`{n}`" for n in names) + "." if names else "None yet.", ""]
    return "\n".join(lines)


def passes():
    """Every pass with the sentence of its table entry."""
    lines = ["# Passes", "", "Made by `docs/generate.py` from the `Passes.td` of each stage. The order is `compiler/Pipeline.cpp`'s.", ""]
    for table in sorted(ROOT.glob("compiler/*/Passes.td")):
        lines += [f"## {table.parent.name}", "", "| pass | flag | does |", "|---|---|---|"]
        for name, flag, body in re.findall(r'^def (\w+)\s*:\s*(?:Interface)?Pass<"([^"]+)"[^{]*\{(.*?)^\}', table.read_text(), re.MULTILINE | re.DOTALL):
            summary = re.search(r'let summary\s*=\s*((?:"[^"]*"\s*)+)', body)
            text = "".join(re.findall(r'"([^"]*)"', summary[1])) if summary else ""
            lines.append(f"| {name} | `--{flag}` | {text.replace('|', chr(92) + '|')} |")
        lines.append("")
    return "\n".join(lines)


def refusals():
    """(what they are, what to do, names) of Refusals.def."""
    for body in re.findall(r"^REFUSAL\((.*?)\)$", (ROOT / "compiler/frontend/mindir/Refusals.def").read_text(), re.MULTILINE | re.DOTALL):
        parts = [""]
        for quoted, comma in re.findall(r'"([^"]*)"|(,)', body):
            if comma:
                parts.append("")
            parts[-1] += quoted
        yield parts


def primitives():
    """Every primitive of MindSpore 2.10, read or refused."""
    have = {f.stem for f in (ROOT / "compiler/frontend/mindir/ops").glob("*.cpp")}
    inside = {"Depend", "Load", "MakeTuple", "MakeList", "Partial", "Return", "Switch", "TupleGetItem", "UpdateState"}
    renamed = dict(re.findall(r'\.Case\("(\w+)", "(\w+)"\)', (ROOT / "compiler/frontend/mindir/Inplace.cpp").read_text()))
    for names, functional in re.findall(r'\.Cases\(\{([^}]*)\}, "(\w+)"\)', (ROOT / "compiler/frontend/mindir/Inplace.cpp").read_text()):
        renamed |= dict.fromkeys(re.findall(r'"(\w+)"', names), functional)
    shared = re.search(r"\.Cases\(\{([^}]*)\}, \"\"\)", (ROOT / "compiler/frontend/mindir/Inplace.cpp").read_text())[1]

    def is_read(name):
        if name in have or renamed.get(name) in have:
            return True
        if name.startswith("Inplace"):
            rest = name.removeprefix("Inplace")
            return f'"{rest}"' not in shared and renamed.get(rest, rest) in have
        return name in inside or name.removesuffix("View") in have

    names = (ROOT / "docs/mindspore-2.10-primitives.txt").read_text().split()
    read = [name for name in names if is_read(name)]
    rows = list(refusals())
    groups = {f"{reason}; {instead}": [] for reason, instead, _ in rows} | {"": []}
    for name in names:
        if not is_read(name):
            groups[next((f"{reason}; {instead}" for reason, instead, pattern in rows if re.search(pattern, name)), "")].append(name)

    def listed(each):
        return ", ".join(f"`{name}`" for name in each) + "."

    lines = ["# Primitives of MindSpore 2.10", "", "Made by `docs/generate.py` from the package's list (`docs/list_primitives.py`) and the files of `compiler/frontend/mindir`.",
             f"Of {len(names)} primitives, {len(read)} are read from MindIR. The others are refused by name while compiling.", "", f"## Read ({len(read)})", "", listed(read), ""]
    for reason, refused in groups.items():
        lines += [f"## Refused: {reason or 'not written yet'} ({len(refused)})", "", listed(refused), ""] if refused else []
    return "\n".join(lines)


PAGES = {"frontends.md": frontends, "mindir-primitives.md": primitives, "passes.md": passes}


def main():
    check, stale = "--check" in sys.argv[1:], []
    OUT.mkdir(exist_ok=True)
    for name, page in PAGES.items():
        text, file = page(), OUT / name
        if check and (not file.exists() or file.read_text() != text):
            stale.append(f"docs/generated/{name} is stale: run docs/generate.py")
        elif not check:
            file.write_text(text)
    print("\n".join(stale), end="\n" if stale else "")
    return 1 if stale else 0


if __name__ == "__main__":
    sys.exit(main())
