"""C++ is formatted by clang-format as .clang-format says; `make format` does it."""
import shutil
import subprocess

import pytest
import tree


def test_cpp_is_formatted():
    tool = shutil.which("clang-format-22")
    if not tool:
        pytest.fail("clang-format-22 is missing: run `make setup`")
    files = [str(f) for f in tree.own(".h", ".cpp")]
    result = subprocess.run([tool, "--dry-run", "-Werror", "--ferror-limit=1", *files], capture_output=True, text=True)
    lines = [line.replace(str(tree.ROOT) + "/", "") for line in result.stderr.splitlines() if "error:" in line]
    assert result.returncode == 0, "run `make format`:\n" + "\n".join(lines)
