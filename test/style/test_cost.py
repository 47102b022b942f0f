"""What one more operator costs: one file and one test, compiled in a second. What a demonstration costs: no test is built for it."""
import json
import os
import pathlib
import re
import shlex
import subprocess

import pytest
import tree

OPS = tree.ROOT / "compiler/frontend/onnx/ops"


def test_no_central_list_names_the_operators():
    """Outside ops/ and tests, no file of the ONNX front end spells out operators in a list; one more is one more file."""
    names = sorted(f.stem for f in OPS.glob("*.cpp"))
    assert len(names) > 50
    wrong = []
    for file in tree.own(".h", ".cpp", ".txt", ".def"):
        path = tree.name(file)
        if not path.startswith("compiler/frontend/onnx/") or "/ops/" in path or "/test/" in path:
            continue
        text = tree.text(file)
        named = [n for n in names if re.search(rf'"{n}"|\b{n}\.cpp\b', text)]
        # A front end may know a few by name, such as Constant and If; a list it is from a tenth of them on.
        if len(named) > len(names) // 10:
            wrong.append(f"{path} names {len(named)} operators: {', '.join(named[:8])} ...")
    assert not wrong, "\n".join(wrong)


def processor_seconds(command, directory):
    before = os.times()
    result = subprocess.run(command, cwd=directory, env={**os.environ, "CCACHE_DISABLE": "1"}, capture_output=True, text=True)
    after = os.times()
    assert result.returncode == 0, result.stderr[-2000:]
    return after.children_user - before.children_user


def test_an_operator_compiles_in_a_second(tmp_path):
    """A second of a desktop's processor. Machines differ and are busy, so it is counted in what the shared headers take without
    their precompiled form, in the same run: an operator that reads them anew, or brings its own like them, is found."""
    database = tree.ROOT / "build/compile_commands.json"
    if not database.exists():
        pytest.fail("build/ is not configured: run `make build`")
    entries = {e["file"]: e for e in json.loads(database.read_text())}
    seconds = {}
    for operator in "Neg", "Conv":
        entry = entries[str(OPS / f"{operator}.cpp")]
        command = shlex.split(entry["command"])
        command[command.index("-o") + 1] = str(tmp_path / "out.o")
        seconds[operator] = min(processor_seconds(command, entry["directory"]) for _ in range(2))
    header = command.index("-include-pch")
    command[-1] = command[header + 1].removesuffix(".pch") + ".cpp"
    del command[header:header + 2]
    allowed = processor_seconds(command, entry["directory"]) / 4
    assert {o: s for o, s in seconds.items() if s > allowed} == {}


def test_one_file_includes_the_parser_of_command_lines():
    assert [tree.name(f) for f in tree.own(".h", ".cpp") if "#include <CLI/" in tree.text(f)] == ["tools/CommandLine.cpp"]


def commands(*targets):
    """What ninja would run for `targets` in an empty build folder, one command a line."""
    if not (tree.ROOT / "build/build.ninja").exists():
        pytest.fail("build/ is not configured: run `make build`")
    return subprocess.run(["ninja", "-C", "build", "-t", "commands", *targets], cwd=tree.ROOT, check=True, capture_output=True, text=True).stdout


def compiled_sources(*targets):
    """Sources of the tree among the commands of `targets`, those of unity builds included."""
    found = set()
    for source in re.findall(r" -c (\S+)", commands(*targets)):
        path = pathlib.Path(source)
        if "Unity" in path.parts:
            found.update(re.findall(r'#include "(.+)"', path.read_text()))
        else:
            found.add(source)
    return {str(pathlib.Path(f).relative_to(tree.ROOT)) for f in found if f.startswith(f"{tree.ROOT}/") and not f.startswith(f"{tree.ROOT}/build/")}


@pytest.mark.parametrize("target, examples", [("all", set()), ("demo", set()), ("operators_demo", {"examples/operators_demo.cpp"})])
def test_only_the_tests_build_tests(target, examples):
    """`make build`, `make demo` and `make operators` compile what they run, not what asks questions about it."""
    sources = compiled_sources(target)
    assert len([s for s in sources if s.startswith("compiler/")]) > 100
    assert not [s for s in sources if "test" in pathlib.PurePath(s).parts]
    assert {s for s in sources if s.startswith("examples/")} == examples


def test_the_demonstration_leaves_the_other_tools_out():
    sources = compiled_sources("demo")
    assert {"tools/wasmind.cpp", "python/_runtime.cpp"} <= sources
    assert not sources & {"tools/wasmind-opt.cpp", "python/_compiler.cpp"}


def test_the_tests_are_built():
    """Every C++ test of the tree is in the target `tests`, and so is every program that CTest runs."""
    built = compiled_sources("tests")
    # Guest modules are compiled by modules.py, fuzz programs by test/fuzz/test_fuzz.py, under sanitizers.
    wanted = {tree.name(f) for f in tree.own(".cpp", ".c") if f.parent.name == "test" and not tree.name(f).startswith("runtime/guest/")}
    assert wanted and not wanted - built
    listing = subprocess.run(["ctest", "--test-dir", "build", "--show-only=json-v1"], cwd=tree.ROOT, check=True, capture_output=True, text=True)
    programs = {t["command"][0] for t in json.loads(listing.stdout)["tests"] if "command" in t}
    linked = commands("all", "tests")
    missing = [p for p in programs if p.startswith(f"{tree.ROOT}/build/bin/") and f" -o {os.path.relpath(p, tree.ROOT / 'build')} " not in linked]
    assert programs and not missing


def test_precompiled_headers_are_summed():
    """ccache knows a precompiled header by the sum beside it: every header of the project in it must be there."""
    sums = sorted((tree.ROOT / "build").rglob("*_pch.pch.sum"))
    if not sums:
        pytest.fail("no precompiled header in build/: run `make build`")
    for file in sums:
        target = file.name.removesuffix(".pch.sum")
        name = str(file.parent.relative_to(tree.ROOT / "build") / f"CMakeFiles/{target}.dir/{target}.cpp.o")
        listed = subprocess.run(["ninja", "-C", "build", "-t", "deps", name], cwd=tree.ROOT, check=True, capture_output=True, text=True).stdout
        headers = {os.path.normpath(tree.ROOT / "build" / line.strip()) for line in listed.splitlines()[1:] if line.strip()}
        own = {f for f in headers if f.startswith(f"{tree.ROOT}/") and not re.search(r"_pch\.(cpp|pch)$", f)}
        summed = file.read_text()
        assert own and not [f for f in own if not re.search(rf"^[0-9a-f]{{64}} \S*{re.escape(pathlib.Path(f).name)}$", summed, re.MULTILINE)]
