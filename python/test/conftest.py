"""The golden modules of abi/vectors, for the tests of the package."""

import json
import os
import pathlib
import subprocess
import sys

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]


@pytest.fixture(scope="session")
def vectors(tmp_path_factory):
    """Folder of the golden modules."""
    folder = tmp_path_factory.mktemp("vectors")
    subprocess.run([sys.executable, ROOT / "abi/vectors/generate.py", folder], check=True)
    return folder


@pytest.fixture(scope="session", autouse=True)
def private_cache(tmp_path_factory):
    """Native code compiled by these tests does not stay on the machine."""
    os.environ["WASMIND_CACHE"] = str(tmp_path_factory.mktemp("cache"))


@pytest.fixture(scope="session")
def index(vectors):
    """name -> what index.json says about the module."""
    return {v["file"].removesuffix(".wasm"): v for v in json.loads((vectors / "index.json").read_text())["vectors"]}


@pytest.fixture(scope="session")
def libraries(vectors):
    """What index.json says about operator libraries."""
    return json.loads((vectors / "index.json").read_text())["libraries"]
