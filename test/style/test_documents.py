"""The documents are true: tables equal the tree, commands exist, generated pages are fresh."""
import pathlib
import re
import subprocess
import sys

import pytest
import tree

ARCHITECTURE = tree.ROOT / "docs/architecture.md"
DOCUMENTS = [f for f in tree.own(".md") if f.name != "CHANGELOG.md" and "generated" not in f.parts and "decisions" not in f.parts]


def expand(pattern):
    """`compiler/frontend/{mindir,onnx}/` as its folders."""
    match = re.fullmatch(r"(.*)\{([^}]*)\}(.*)", pattern)
    return [match[1] + part + match[3] for part in match[2].split(",")] if match else [pattern]


def test_folder_table_equals_the_tree():
    documented = set()
    for row in re.findall(r"^\| `([^`]+/)` \|", tree.text(ARCHITECTURE), re.MULTILINE):
        documented.update(f.rstrip("/") for f in expand(row))
    groups = {"compiler", "compiler/frontend", "runtime", "test"}  # folders whose children are rows of their own
    folders = {str(parent) for f in tree.OWN for parent in f.relative_to(tree.ROOT).parents if str(parent) != "."}
    actual = {f for f in folders if "/" not in f or str(pathlib.PurePath(f).parent) in groups} - groups
    actual = {f for f in actual if not f.startswith(".") and not f.endswith("/test")}
    assert documented == actual, f"not in the tree: {sorted(documented - actual)}; not in the table: {sorted(actual - documented)}"


def test_every_stage_is_a_chapter():
    headings = [h.lower() for h in re.findall(r"^## (.*)$", tree.text(ARCHITECTURE), re.MULTILINE)]
    missing = [s for s in ("frontend", "graph", "loops", "module", "runtime") if not any(s in h for h in headings)]
    assert not missing, f"docs/architecture.md has no chapter on {', '.join(missing)}"


def test_readme_tells_what_was_measured():
    """Its table of models against docs/generated/benchmark.md: speed, bytes of code, memory and that of the peer."""
    # The first table; the second one is of memory.
    page = tree.text(tree.ROOT / "docs/generated/benchmark.md").split("\n## ")[0]
    lines = [line.split("|")[1:-1] for line in page.splitlines() if line.startswith("| ")]
    measured = {cells[0]: cells for cells in [[cell.strip(" *").replace(",", "") for cell in line] for line in lines]}
    names = {"ResNet-50": "resnet50", "MobileNetV2": "mobilenet_v2", "MiniLM-L6": "minilm", "Silero VAD": "silero_vad_openvino"}
    table = re.findall(r"^\| ([^|,]+?)(?:, [^|]*)? \| ([\d.]+)x \| (\d+) KB \| [\d.]+ MB \| ([\d.]+) MB[^|]* \| ([\d.]+) MB \|$",
                       tree.text(tree.ROOT / "README.md"), re.MULTILINE)
    assert [name for name, *_ in table] == list(names)
    for name, speed, code, memory, peer in table:
        row = measured[names[name]]
        told = [float(speed), float(code), float(memory), float(peer)]
        true = [float(row[3]), int(row[7]) / 1e3, int(row[8]) / 1e6, int(row[9]) / 1e6]
        assert all(abs(a - b) <= max(0.051, 0.5 if b >= 9 else 0.05) for a, b in zip(told, true)), f"{name}: {told} where {true} was measured"


def commands():
    """Command lines inside the fenced blocks of the documents, as (document, line)."""
    found = []
    for document in DOCUMENTS:
        for block in re.findall(r"^```(?:sh|console|bash)\n(.*?)^```", tree.text(document), re.MULTILINE | re.DOTALL):
            joined = block.replace("\\\n", " ")
            found += [(tree.name(document), line.strip().removeprefix("$ ")) for line in joined.splitlines() if line.strip()]
    return found


def test_make_targets_exist():
    targets = set(re.findall(r"^([a-z]+):", tree.text(tree.ROOT / "Makefile"), re.MULTILINE))
    wrong = [f"{d}: make {t}" for d, line in commands() for t in re.findall(r"\bmake ([a-z]+)\b", line) if t not in targets]
    assert not wrong, "\n".join(wrong)


def test_options_of_the_tools_exist():
    """Each `wasmind SUBCOMMAND --option` of the documents is known to the tool as it was built."""
    tool = tree.ROOT / "build/bin/wasmind"
    if not tool.exists():
        pytest.fail("build/bin/wasmind is missing: run `make build`")
    wrong, texts = [], {}
    for document, line in commands():
        match = re.match(r"(?:build/bin/)?wasmind (operators build|bench operators|\w+)(.*)", line.split("#")[0])
        if not match:
            continue
        subcommand = match[1]
        if subcommand not in texts:
            result = subprocess.run([tool, *subcommand.split(), "--help"], capture_output=True, text=True)
            texts[subcommand] = result.stdout if result.returncode == 0 else None
        known = texts[subcommand]
        if known is None:
            wrong.append(f"{document}: there is no `wasmind {subcommand}`")
            continue
        wrong += [f"{document}: wasmind {subcommand} has no {option}" for option in re.findall(r"(?<!\S)(--?[A-Za-z][\w-]*)", match[2])
                  if not re.search(rf"(?<![\w-]){re.escape(option)}(?![\w-])", known)]
    assert not wrong, "\n".join(wrong)


def test_files_named_in_documents_exist():
    wrong = []
    for document in DOCUMENTS:
        for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", tree.text(document)):
            if not (document.parent / target).exists():
                wrong.append(f"{tree.name(document)}: {target}")
    assert not wrong, "\n".join(wrong)


def test_generated_pages_are_fresh():
    result = subprocess.run([sys.executable, str(tree.ROOT / "docs/generate.py"), "--check"], capture_output=True, text=True)
    assert result.returncode == 0, result.stdout + result.stderr
