"""The commands of README.md's chapter on installing do what it says; versions are the same everywhere."""
import json
import re
import shutil
import tomllib

from places import ROOT, TOOLS, VECTORS, clean, succeed

README = (ROOT / "README.md").read_text()


LOAD = "import importlib, sys, wasmind; wasmind.load(sys.argv[1]); [importlib.import_module('wasmind.' + name) for name in sys.argv[2:]]"


def lines():
    chapter, = re.findall(r"^## Install$(.*?)^## ", README, re.MULTILINE | re.DOTALL)
    blocks = re.findall(r"^```sh\n(.*?)^```", chapter, re.MULTILINE | re.DOTALL)
    return [line.split(" #")[0].strip() for block in blocks for line in block.splitlines() if line.strip()]


def test_every_command_of_the_readme(packages, environment, node, tmp_path):
    """Each in a project of its user's, $WASMIND being the tree. `make packages` is what made the packages."""
    project = tmp_path / "project"
    project.mkdir()
    (project / "package.json").write_text('{ "private": true, "type": "module" }')
    shutil.copy(ROOT / "examples/model.cpp", project)
    (project / "CMakeLists.txt").write_text(
        "cmake_minimum_required(VERSION 3.25)\nproject(consumer CXX)\nfind_package(wasmind REQUIRED)\n"
        "add_executable(model model.cpp)\ntarget_link_libraries(model PRIVATE wasmind::host)\n")
    python, site = environment("numpy"), tmp_path / "site"
    env = clean(WASMIND=str(ROOT), CXX="clang++-22")
    env["PATH"] = f"{python.folder / 'bin'}:{node}:{env['PATH']}:{TOOLS}"  # the last one has cmake
    # pip builds with the tools of the tree's own environment, and into a folder beside it.
    building = {**env, "PATH": f"{TOOLS}:{env['PATH']}", "PIP_NO_BUILD_ISOLATION": "0", "PIP_NO_DEPS": "1", "PIP_TARGET": str(site)}
    ran = lines()
    assert ran[0] == "make packages" and len(ran) >= 6
    for line in ran[1:]:
        succeed(["bash", "-euc", line], cwd=project, env=building if line == "pip install $WASMIND" else env)
    python.run(LOAD, VECTORS / "add.wasm", "te")
    python.run(LOAD, VECTORS / "add.wasm", PYTHONPATH=str(site))
    succeed(["cmake", "--build", "build"], cwd=project, env=env)
    succeed([project / "build/model", VECTORS / "add.wasm"], env=clean())
    assert (project / "node_modules/wasmind/dist/index.js").is_file()


def test_one_version():
    version, = re.findall(r"^project\(wasmind VERSION (\S+) ", (ROOT / "CMakeLists.txt").read_text(), re.MULTILINE)
    runtime, compiler = (tomllib.loads((ROOT / f).read_text())["project"] for f in ("pyproject.toml", "python/compiler/pyproject.toml"))
    assert runtime["version"] == compiler["version"] == json.loads((ROOT / "runtime/web/package.json").read_text())["version"] == version
    assert runtime["optional-dependencies"]["compiler"] == [f"wasmind-compiler=={version}"]
    assert compiler["dependencies"] == [f"wasmind=={version}"]


def test_build_tools_are_those_of_the_tree():
    """What pip installs to build a wheel has the versions that requirements.in pins."""
    pinned = set((ROOT / "python/requirements.in").read_text().splitlines())
    for file in ("pyproject.toml", "python/compiler/pyproject.toml"):
        assert set(tomllib.loads((ROOT / file).read_text())["build-system"]["requires"]) <= pinned
