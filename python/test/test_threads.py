"""What threads share: one instance, one library, one model; and stacks of any size."""

import contextlib
import sys
import threading
import time

import numpy as np
import pytest

import wasmind
from wasmind import OperatorLibrary, WasmindError, te

ROUNDS = 400


@pytest.fixture(autouse=True)
def switching():
    """Threads take turns as often as the interpreter can."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(before)


def in_threads(count, work, stack=0):
    """Calls work(number) in so many threads; what one of them raises is raised here."""
    thrown = []

    def call(number):
        try:
            work(number)
        except BaseException as error:
            thrown.append(error)

    before = threading.stack_size(stack)
    threads = [threading.Thread(target=call, args=(number,)) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    threading.stack_size(before)
    if thrown:
        raise thrown[0]


@pytest.mark.parametrize("copied", [True, False])
@pytest.mark.parametrize("given", ["all", "some"])
def test_outputs_belong_to_their_run(vectors, copied, given):
    """Runs of several extents on one instance: each thread gets the extents of its own run, and its own elements when copied."""
    instance = wasmind.load(vectors / "keep_positive.wasm").instantiate()
    pair = wasmind.load(vectors / "shared_dim.wasm").instantiate()

    def work(number):
        for step in range(ROUNDS):
            count = (number + step) % 17
            x = np.full(count, 1 + number, "f4")
            out = instance.run([x] if given == "all" else {"x": x}, copy=copied)["positive"]
            assert out.shape == (count,)
            if copied:
                np.testing.assert_array_equal(out, x)
            both = pair.run([x, x], copy=copied)["sum"]
            assert both.shape == (count,)
            if copied:
                np.testing.assert_array_equal(both, x + x)

    in_threads(3, work)


LIMIT = 0.6  # seconds of what spins until its time is over


def waits(busy, call):
    """Whether the call, made while another thread is inside of `busy`, which takes LIMIT, ends after that only."""
    began = threading.Event()

    def run():
        began.set()
        with pytest.raises(WasmindError, match="time limit"):
            busy()

    thread = threading.Thread(target=run)
    thread.start()
    began.wait()
    time.sleep(LIMIT / 4)
    begin = time.monotonic()
    with contextlib.suppress(WasmindError):  # what ran too long cannot be used again
        call()
    took = time.monotonic() - begin
    thread.join()
    return took > LIMIT / 3


def any_waits(make):
    """The other thread may have had no processor: that it waits is seen once, that it does not always."""
    return any(waits(*make()) for _ in range(3))


@pytest.mark.parametrize("use", ["run", "input", "reset"])
def test_an_instance_has_one_user_at_a_time(vectors, use):
    model, ones = wasmind.load(vectors / "spins.wasm", time_limit_ms=int(LIMIT * 1000)), np.ones(4, "f4")

    def make():
        instance = model.instantiate()
        uses = {"run": lambda: instance.run([ones, ones]), "input": lambda: instance.input("a"), "reset": instance.reset}
        return uses["run"], uses[use]

    assert any_waits(make)


@pytest.mark.parametrize("use", ["call", "tensor", "memory_bytes", "strided", "transposed"])
def test_a_library_has_one_user_at_a_time(vectors, use):
    given = np.ones(4, "f4")

    def make():
        library = OperatorLibrary.load(vectors / "library.wasm", time_limit_ms=int(LIMIT * 1000))
        tensor = library.tensor("f32", (2, 2))
        uses = {"call": lambda: library.call("Add", given, given), "tensor": lambda: library.tensor("f32", 4), "memory_bytes": lambda: library.memory_bytes,
                "strided": lambda: tensor.strided([2], [1]), "transposed": tensor.transposed}
        return lambda: library.call("Spin", given), uses[use]

    assert any_waits(make)


def test_large_arrays_are_of_one_run():
    """Runs that take long enough to meet each other, of all elements."""
    count = 1 << 18
    x = te.placeholder((count,), name="x")
    instance = wasmind.compile([x, te.compute((count,), lambda i: x[i] * 2.0, name="y")]).instantiate()

    def work(number):
        for _ in range(40):
            np.testing.assert_array_equal(instance.run([np.full(count, number, "f4")])["y"], np.full(count, 2 * number, "f4"))

    in_threads(3, work)


def test_inputs_of_one_run_stay_together(vectors):
    """An input that is left out keeps what it holds: no run sees the one of another thread and the extents of its own."""
    instance = wasmind.load(vectors / "shared_dim.wasm").instantiate()
    instance.run([np.ones(4, "f4")] * 2)

    def work(number):
        for step in range(ROUNDS):
            count = 4 + (number + step) % 2
            try:
                out = instance.run({"a": np.full(count, number, "f4")})["sum"]
            except WasmindError as error:
                assert "disagree on dim 'n'" in str(error) and count == 5
            else:
                assert count == 4 and out.shape == (4,)

    in_threads(3, work)


def test_views_of_inputs_have_their_shape(vectors):
    instance = wasmind.load(vectors / "shared_dim.wasm").instantiate()

    def work(number):
        for step in range(ROUNDS):
            count = (number + step) % 17
            assert instance.input("a", (count,)).shape == (count,)

    in_threads(3, work)


def test_one_model_and_one_library(vectors):
    model, library = wasmind.load(vectors / "shared_dim.wasm"), OperatorLibrary.load(vectors / "library.wasm")

    def work(number):
        for step in range(ROUNDS):
            x = np.full((number + step) % 17, number, "f4")
            np.testing.assert_array_equal(model.run([x, x])["sum"], x + x)
            np.testing.assert_array_equal(library.call("Add", x, x), x + x)
            tensor = library.tensor("f32", (4,))
            tensor.numpy()[...] = number
            np.testing.assert_array_equal(library.call("Add", tensor, tensor).numpy(), np.full(4, 2 * number, "f4"))

    in_threads(3, work)


def test_a_tensor_may_be_freed_meanwhile(vectors):
    library = OperatorLibrary.load(vectors / "library.wasm")
    tensors = [library.tensor("f32", (64,)) for _ in range(ROUNDS)]

    def work(number):
        for tensor in tensors:
            try:
                assert tensor.shape == (64,)
                if number:
                    library.call("Add", tensor, tensor)
                    tensor.numpy()[...] = 1
                else:
                    tensor.free()
            except WasmindError as error:
                assert "was freed" in str(error)

    in_threads(3, work)


def test_several_threads_compile(vectors):
    def work(number):
        for _ in range(2):
            a = te.placeholder((4,), name="a")
            model = wasmind.compile([a, te.compute((4,), lambda i: a[i] * float(number), name="y")])
            np.testing.assert_array_equal(model.run([np.ones(4, "f4")])["y"], np.full(4, number, "f4"))

    in_threads(3, work)


@pytest.mark.parametrize("kilobytes", [64, 128, 256, 320, 512, 1024])
def test_small_stacks_are_refused_not_exceeded(vectors, kilobytes):
    model = wasmind.load(vectors / "recurses.wasm")
    ones = np.ones(4, "f4")
    codes = []

    def work(_):
        for call in (lambda: model.run([ones, ones]), lambda: wasmind.load(vectors / "add.wasm", cache=False).run([ones, ones]),
                     lambda: OperatorLibrary.load(vectors / "library.wasm", cache=False).call("Add", ones, ones),
                     lambda: te.build(te.library("Add"), vectors / "built.wasm")):
            try:
                call()
                codes.append(None)
            except WasmindError as error:
                codes.append(error.code)

    in_threads(1, work, kilobytes << 10)
    assert codes == (["Limit"] * 3 if kilobytes <= 256 else ["Trap", None, None]) + [None]


def test_small_stacks_compile_deep_formulas(vectors):
    a = te.placeholder((4,), name="a")

    def deep(i):
        value = a[i]
        for _ in range(250):
            value = te.abs(value) * 0.5 + a[i]
        return value

    made = []
    in_threads(1, lambda _: made.append(compiled_size(te.compute((4,), deep, name="y"), vectors / "deep.wasm")), 320 << 10)
    assert made[0] > 500


def compiled_size(tensor, path):
    wasmind.compile(tensor, path)
    return path.stat().st_size
