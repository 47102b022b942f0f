"""What one more operator costs: one file and one test, compiled in two seconds."""
import json
import os
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


@pytest.mark.parametrize("operator", ["Neg", "Conv"])
def test_an_operator_compiles_in_two_seconds(operator, tmp_path):
    database = tree.ROOT / "build/compile_commands.json"
    if not database.exists():
        pytest.fail("build/ is not configured: run `make build`")
    entry = next(e for e in json.loads(database.read_text()) if e["file"] == str(OPS / f"{operator}.cpp"))
    command = shlex.split(entry["command"])
    command[command.index("-o") + 1] = str(tmp_path / "out.o")
    before = os.times()
    result = subprocess.run(command, cwd=entry["directory"], env={**os.environ, "CCACHE_DISABLE": "1"}, capture_output=True, text=True)
    after = os.times()
    assert result.returncode == 0, result.stderr[-2000:]
    # Processor time, as the wall clock says more about what else is running.
    assert after.children_user - before.children_user <= 2.0
