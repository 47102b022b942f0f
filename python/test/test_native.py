"""Shared objects that are compiled on their user's machine: where they are kept, and what is said when they cannot be."""
import ctypes

import pytest
from wasmind import WasmindError, native


@pytest.fixture
def source(tmp_path):
    path = tmp_path / "seven.cpp"
    path.write_text('extern "C" __attribute__((visibility("default"))) int seven() { return 7; }')
    return path


def test_built_once_and_kept(source, tmp_path, monkeypatch):
    monkeypatch.setenv("WASMIND_CACHE", str(tmp_path / "cache"))
    path = native.build("wasmind", "objects", source, [])
    assert ctypes.CDLL(path).seven() == 7 and path.parent == tmp_path / "cache/objects"
    monkeypatch.setenv("CXX", "there-is-none")
    with pytest.raises(WasmindError, match="there is no 'there-is-none'; install"):
        native.build("wasmind", "objects", source, ["-DOTHER"])


@pytest.mark.parametrize("cache, text", [("/proc/nowhere", "No such file or directory"), ("file", "Not a directory")])
def test_a_cache_that_cannot_be(source, tmp_path, monkeypatch, cache, text):
    (tmp_path / "file").touch()
    monkeypatch.setenv("WASMIND_CACHE", str(tmp_path / cache))
    with pytest.raises(WasmindError, match=f"keeps seven.cpp compiled in .*{cache}/objects: {text}; WASMIND_CACHE names another folder") as caught:
        native.build("wasmind", "objects", source, [])
    assert caught.value.code == "Io"
