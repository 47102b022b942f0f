"""find_package(wasmind) in a project outside the tree."""
import shutil
import subprocess

import pytest
from places import ROOT, TOOLS, VECTORS, clean, succeed

CMAKE = TOOLS / "cmake"
PROJECT = """
cmake_minimum_required(VERSION 3.25)
project(consumer LANGUAGES C CXX)
find_package(wasmind 0.1 REQUIRED COMPONENTS host tools)
add_executable(model model.cpp)
target_link_libraries(model PRIVATE wasmind::host)
add_executable(plain plain.c)
target_link_libraries(plain PRIVATE wasmind::host)
add_custom_target(version ALL COMMAND wasmind::tool --version)
"""
PLAIN = """
#include <stdio.h>
#include <wasmind.h>
int main(void) { return puts(wasmind_version()) < 0; }
"""


@pytest.fixture
def prefix(packages, tmp_path):
    """The installed folder at another place, as an unpacked archive would be."""
    shutil.copytree(packages / "cmake", tmp_path / "prefix")
    return tmp_path / "prefix"


def configure(folder, prefix, text):
    (folder / "CMakeLists.txt").write_text(text)
    return [CMAKE, "-G", "Ninja", f"-DCMAKE_MAKE_PROGRAM={TOOLS / 'ninja'}", "-S", folder, "-B", folder / "build", f"-DCMAKE_PREFIX_PATH={prefix}",
            "-DCMAKE_C_COMPILER=clang-22", "-DCMAKE_CXX_COMPILER=clang++-22"]


def test_a_project_builds_and_runs_the_example(prefix, tmp_path):
    folder = tmp_path / "project"
    folder.mkdir()
    shutil.copy(ROOT / "examples/model.cpp", folder)
    (folder / "plain.c").write_text(PLAIN)
    succeed(configure(folder, prefix, PROJECT))
    assert "wasmind 0.1.0" in succeed([CMAKE, "--build", folder / "build"])
    printed = succeed([folder / "build/model", VECTORS / "add.wasm"], cwd=folder, env=clean())
    assert "in   " in printed and "out " in printed and "= 0 0 0 0" in printed
    assert succeed([folder / "build/plain"], env=clean()).strip() == "0.1.0"


@pytest.mark.parametrize("asked, text", [("0.2", "0.1.0"), ("0.1 COMPONENTS host nonsense", "nonsense")])
def test_what_is_not_installed_is_refused(prefix, tmp_path, asked, text):
    project = f"cmake_minimum_required(VERSION 3.25)\nproject(consumer NONE)\nfind_package(wasmind {asked} REQUIRED)\n"
    result = subprocess.run([str(part) for part in configure(tmp_path, prefix, project)], capture_output=True, text=True)
    assert result.returncode != 0 and text in result.stderr, result.stderr


def test_the_prefix_names_no_machine(prefix):
    named = [f for f in prefix.rglob("*") if f.is_file() and str(ROOT).encode() in f.read_bytes()]
    assert not named
    assert {"LICENSE", "json.txt", "wasmtime.txt", "llvm.txt"} <= {f.name for f in (prefix / "share/licenses/wasmind").iterdir()}
