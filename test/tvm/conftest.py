"""The real TVM for the tests of this folder."""
import json
import pathlib
import subprocess
import sys

import pytest
from models import environment

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parents[1] / "runtime/guest/test")]
import library  # noqa: E402


@pytest.fixture(scope="session")
def python():
    """The Python that has TVM."""
    try:
        return environment.interpreter("tvm", HERE / "requirements.txt", 1000)
    except environment.Unavailable as reason:
        pytest.skip(f"tvm is not available: {reason}")


@pytest.fixture(scope="session")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("tvm")


@pytest.fixture(scope="session")
def kernels(python, folder):
    """The objects, from the real TVM, and their index."""
    subprocess.run([python, HERE / "kernels.py", folder], check=True, capture_output=True)
    return json.loads((folder / "kernels.json").read_text())


@pytest.fixture(scope="session")
def application(folder):
    """The object with the packed function that tvm_callback_f32 calls."""
    return library.compile_sources([HERE / "callback.cpp"], folder)[0]
