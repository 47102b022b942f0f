"""C++ is formatted by clang-format as .clang-format says, which `make format` does; ruff and Biome find no faults (pyproject.toml,
biome.json)."""
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


def lint(name, *command):
    """What a linter finds; it is installed with the tree's other tools."""
    tool = shutil.which(name, path=f"{tree.ROOT / 'build/venv/bin'}:{tree.ROOT / 'node_modules/.bin'}")
    if not tool:
        pytest.skip(f"{name} is missing: run `make setup`")
    result = subprocess.run([tool, *command], cwd=tree.ROOT, capture_output=True, text=True)
    assert result.returncode == 0, result.stdout + result.stderr


def test_ruff_finds_nothing_in_python():
    lint("ruff", "check", "--no-cache", "--output-format=concise", ".")


def test_biome_finds_nothing_in_typescript_and_javascript():
    lint("biome", "lint", "--error-on-warnings", "--max-diagnostics=100", "--colors=off", ".")
