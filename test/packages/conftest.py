"""The packages, made once, and what installs them."""
import pathlib
import shutil

import pytest
from places import PACKAGES, ROOT, Environment, succeed


@pytest.fixture(scope="session")
def packages():
    """build/packages as the Makefile makes it."""
    succeed([ROOT / "install/steps.sh", "web", "pack"])
    return PACKAGES


@pytest.fixture
def environment(tmp_path):
    """environment(distribution...) makes one."""
    return lambda *distributions: Environment(tmp_path / "venv", distributions)


@pytest.fixture
def node():
    """The pinned Node's folder of programs; npm is the machine's, as for install/steps.sh."""
    found = shutil.which("node", path=str(ROOT / "build/node/bin"))
    assert found, "build/node is missing: run `make setup`"
    return pathlib.Path(found).parent
