import pathlib

import pytest
from models import environment

HERE = pathlib.Path(__file__).resolve().parent


@pytest.fixture(scope="session")
def mindspore(request):
    """Python of the venv with MindSpore."""
    with request.config.pluginmanager.getplugin("capturemanager").global_and_fixture_disabled():
        try:
            return environment.interpreter("mindspore", HERE / "requirements.txt", 4000)
        except environment.Unavailable as reason:
            pytest.skip(f"mindspore is not available: {reason}")
