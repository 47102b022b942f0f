"""What crosses to other processes, by pickle or by fork, and what is refused."""

import concurrent.futures
import copy
import multiprocessing
import os
import pickle
import shutil
import subprocess
import sys
import threading
import time

import numpy as np
import pytest

import wasmind
from wasmind import OperatorLibrary, WasmindError, te

A, B = np.arange(4, dtype="f4"), np.full(4, 10, "f4")
PROTOCOLS = range(2, pickle.HIGHEST_PROTOCOL + 1)


def again(value, protocol=pickle.HIGHEST_PROTOCOL):
    return pickle.loads(pickle.dumps(value, protocol))


@pytest.fixture
def folder(vectors, tmp_path):
    for name in ("add.wasm", "external_weights.wasm", "external.weights", "library.wasm", "spins.wasm"):
        shutil.copy(vectors / name, tmp_path)
    return tmp_path


def in_pool(method, call, *arguments):
    """The result of a call in another process, which is ended when there is none within a minute."""
    with concurrent.futures.ProcessPoolExecutor(1, multiprocessing.get_context(method)) as pool:
        try:
            return pool.submit(call, *arguments).result(timeout=60)
        except TimeoutError:
            for process in multiprocessing.active_children():
                process.kill()
            raise


@pytest.mark.parametrize("protocol", PROTOCOLS)
@pytest.mark.parametrize("make", [
    lambda: WasmindError("Trap", "one line"),
    lambda: _raised(lambda: wasmind.load("none.wasm")),
    lambda: _raised(lambda: wasmind.compile("none.onnx")),
    lambda: _raised(lambda: te.placeholder((1,), "f99")),
    lambda: _raised(lambda: te.build([])),
], ids=["made here", "of the host", "of the compiler", "of expressions", "of operators"])
def test_errors_cross(make, protocol):
    error = make()
    error.add_note("a note")
    for same in (again(error, protocol), copy.copy(error), copy.deepcopy(error)):
        assert (type(same), same.code, str(same), same.__notes__) == (WasmindError, error.code, str(error), ["a note"])


def _raised(call):
    with pytest.raises(WasmindError) as caught:
        call()
    return caught.value


def _fail():
    raise WasmindError("Limit", "told by a worker")


@pytest.mark.parametrize("method", ["fork", "spawn"])
def test_an_error_of_a_worker_arrives(method):
    with pytest.raises(WasmindError, match="told by a worker") as caught:
        in_pool(method, _fail)
    assert caught.value.code == "Limit"


def _sources(folder):
    """Models by all ways that make them."""
    yield wasmind.load(folder / "add.wasm")
    yield wasmind.load(str(folder / "add.wasm"))
    yield wasmind.load((folder / "add.wasm").read_bytes())
    yield wasmind.load(bytearray((folder / "add.wasm").read_bytes()))
    a, b = (te.placeholder((4,), name=name) for name in "ab")
    added = te.compute((4,), lambda i: a[i] + b[i], name="sum")
    yield wasmind.compile([a, b, added])
    yield wasmind.compile([a, b, added], folder / "made.wasm")


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_models_cross(folder, protocol):
    for model in _sources(folder):
        model.run([A, B])
        for same in (again(model, protocol), again(again(model, protocol)), copy.copy(model), copy.deepcopy(model)):
            np.testing.assert_array_equal(same.run([A, B])["sum"], A + B)
            assert same.signature == model.signature


@pytest.mark.parametrize("method", ["fork", "forkserver", "spawn"])
def test_models_run_in_workers(folder, method):
    for model in _sources(folder):
        np.testing.assert_array_equal(in_pool(method, model.run, [A, B])["sum"], A + B)


def test_models_cross_with_weights_and_options(folder, monkeypatch):
    monkeypatch.chdir(folder)
    ones = np.ones(4, "f4")
    for model in (wasmind.load("external_weights.wasm"), wasmind.load((folder / "external_weights.wasm").read_bytes(), weights_folder=".")):
        pickled = pickle.dumps(model)
        monkeypatch.chdir("/")  # a path is that of where it was loaded
        np.testing.assert_array_equal(pickle.loads(pickled).run({"x": ones})["y"], [1.5, 2.5, 3.5, 4.5])
        monkeypatch.chdir(folder)
    slow = again(wasmind.load("spins.wasm", time_limit_ms=100))
    assert _raised(lambda: slow.run([A, B])).code == "Limit"
    small = pickle.dumps(wasmind.load("add.wasm", max_module_bytes=10_000))
    assert b"max_module_bytes" in small
    (folder / "external.weights").write_bytes(b"0" * 16)
    assert _raised(lambda: pickle.loads(pickled)).code == "InvalidModule"


def test_another_file_is_not_the_model(folder):
    model = wasmind.load(folder / "add.wasm")
    pickled = pickle.dumps(model)
    shutil.copy(folder / "external_weights.wasm", folder / "add.wasm")
    assert "not the module that was pickled" in str(_raised(lambda: pickle.loads(pickled)))
    assert "changed after it was loaded" in str(_raised(lambda: pickle.dumps(model)))
    os.remove(folder / "add.wasm")
    assert _raised(lambda: pickle.loads(pickled)).code == "Io"


def test_libraries_cross_with_a_memory_of_their_own(folder):
    for library in (OperatorLibrary.load(folder / "library.wasm"), OperatorLibrary.load((folder / "library.wasm").read_bytes()),
                    OperatorLibrary.load(folder / "library.wasm").instantiate()):
        mine = library.tensor("f32", 4)
        same = again(library)
        assert same.operators == library.operators
        np.testing.assert_array_equal(same.call("Add", A, B), A + B)
        assert "another library" in str(_raised(lambda: same.call("Add", mine, mine)))
        np.testing.assert_array_equal(in_pool("spawn", library.call, "Add", A, B), A + B)


def test_descriptions_cross(folder):
    model, library = wasmind.load(folder / "add.wasm"), OperatorLibrary.load(folder / "library.wasm")
    for value in (model.signature, *model.signature.functions, *model.signature.functions[0].inputs, *library.operators):
        assert again(value) == value


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
@pytest.mark.parametrize("make,text", [
    (lambda folder: wasmind.load(folder / "add.wasm").instantiate(), r"Instance .*cannot be pickled: pickle its `model`"),
    (lambda folder: OperatorLibrary.load(folder / "library.wasm").tensor("f32", 4), r"GuestTensor .*cannot be pickled: pickle its numpy\(\)"),
    (lambda folder: te.placeholder((4,)), "wasmind.te cannot be pickled"),
    (lambda folder: te.placeholder((4,))[0], "wasmind.te cannot be pickled"),
    (lambda folder: te.reduce_axis(4), "wasmind.te cannot be pickled"),
    (lambda folder: te.operator("Twice", lambda x: x + x), "wasmind.te cannot be pickled"),
], ids=["Instance", "GuestTensor", "te.Tensor", "te.Expr", "te.Axis", "te.Operator"])
def test_what_belongs_to_a_process_is_refused(make, text, protocol, folder):
    value = make(folder)
    for call in (lambda: pickle.dumps(value, protocol), lambda: copy.deepcopy(value)):
        with pytest.raises(TypeError, match=text):
            call()


def _outcome(call):
    """(code of the error, or None; seconds)"""
    begin = time.monotonic()
    try:
        call()
        code = None
    except WasmindError as error:
        code = error.code
    return code, time.monotonic() - begin


def test_time_limits_hold_in_forked_children(folder):
    model = wasmind.load(folder / "spins.wasm", time_limit_ms=100)
    assert _outcome(lambda: model.run([A, B]))[0] == "Limit"  # the thread that watches is the parent's
    instance = model.instantiate()
    for call in (lambda: model.run([A, B]), lambda: instance.run([A, B]), lambda: wasmind.load(folder / "spins.wasm", time_limit_ms=100).run([A, B])):
        queue = multiprocessing.get_context("fork").Queue()
        child = multiprocessing.get_context("fork").Process(target=lambda: queue.put(_outcome(call)))
        child.start()
        try:
            code, seconds = queue.get(timeout=30)
        finally:
            child.kill()
            child.join()
        assert code == "Limit" and 0.1 <= seconds < 5


def test_compiling_leaves_signals_alone(vectors):
    """Traps reach wasmtime by signals, and Ctrl-C reaches Python by one."""
    program = f"""if True:
        import os, signal, numpy, wasmind
        signal.signal(signal.SIGINT, signal.default_int_handler)  # jobs in the background start with it ignored
        from wasmind import te
        ones = numpy.ones(4, "f4")
        wasmind.load({str(vectors / "add.wasm")!r}).run([ones, ones])
        for _ in range(2):
            a = te.placeholder((4,), name="a")
            wasmind.compile([a, te.compute((4,), lambda i: a[i] + a[i], name="y")]).run([ones])
            for module in ("traps", "writes_outside"):
                try:
                    wasmind.load({str(vectors)!r} + f"/{{module}}.wasm").run([ones, ones])
                except wasmind.WasmindError as error:
                    print(error.code)
            try:
                os.kill(os.getpid(), signal.SIGINT)
                signal.pause()
            except KeyboardInterrupt:
                print("Ctrl-C")
        """
    result = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=120)
    assert (result.returncode, result.stdout.split()) == (0, ["Trap", "Trap", "Ctrl-C"] * 2), result.stderr


def _compile(folder):
    a = te.placeholder((4,), name="a")
    model = wasmind.compile([a, te.compute((4,), lambda i: a[i] * a[i], name="y")])
    return wasmind.load(folder / "add.wasm", cache=False).run([A, B])["sum"], model.run([A])["y"]


@pytest.mark.parametrize("method", ["fork", "forkserver", "spawn"])
def test_children_compile(folder, method):
    _compile(folder)  # the threads that compile are the parent's
    added, squared = in_pool(method, _compile, folder)
    np.testing.assert_array_equal(added, A + B)
    np.testing.assert_array_equal(squared, A * A)


def _limited(folder):
    return _outcome(lambda: wasmind.load(folder / "spins.wasm", time_limit_ms=100).run([A, B]))[0]


@pytest.mark.parametrize("method", ["fork", "forkserver", "spawn"])
def test_limits_hold_in_children(folder, method):
    assert _limited(folder) == "Limit"
    assert in_pool(method, _limited, folder) == "Limit"


def test_a_child_does_not_wait_for_runs_of_the_parent(folder):
    """Forked while another thread runs the model, an instance of it, and a library: the child works, or says why not."""
    model, library = wasmind.load(folder / "spins.wasm", time_limit_ms=1500), OperatorLibrary.load(folder / "library.wasm")
    instance = model.instantiate()
    threads = [threading.Thread(target=lambda call=call: _outcome(call)) for call in (lambda: model.run([A, B]), lambda: instance.run([A, B]))]
    for thread in threads:
        thread.start()
    time.sleep(0.3)
    context = multiprocessing.get_context("fork")
    queue = context.Queue()

    def work():
        queue.put([_outcome(lambda: model.run([A, B]))[0], str(_raised(lambda: instance.run([A, B]))), library.call("Add", A, B).tolist()])

    child = context.Process(target=work)
    child.start()
    try:
        own, inherited, added = queue.get(timeout=30)
    finally:
        child.kill()
        child.join()
        for thread in threads:
            thread.join()
    assert own == "Limit" and "another thread was using this when the process was forked" in inherited and added == (A + B).tolist()
