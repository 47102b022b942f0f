"""The node tests of the ONNX standard, each compiled as it is, without options, and run on wasmtime and Node. Of inputs that are
sequences and optionals the compiler is told what they hold.

    build/venv/bin/python test/differential/onnx_nodes.py      runs all of them, writes docs/generated/onnx-operators.md

The tests come with the package `onnx` (onnx.backend.test): models, inputs, expected outputs, tolerances, and the comparison.
"""
import base64
import collections
import functools
import json
import multiprocessing
import multiprocessing.connection
import pathlib
import re
import subprocess
import sys
import tempfile
import time
import warnings

import numpy as np
import onnx
import onnx_sequences
from onnx import numpy_helper

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
PAGE = ROOT / "docs/generated/onnx-operators.md"
SECONDS = 120  # for one test
PASSED, REFUSED, WRONG, CRASHED, OTHER = "passed", "refused", "wrong", "crashed", "disputed"
# Tests whose expected values are not what the operator's text says: it divides by the extent of the result, they by the
# product of the extent and the scale, which is no integer. ONNX Runtime follows the text, too. Or what should be zero is what
# numpy's rounding leaves of it, held to a tolerance below that. Or halves are rounded inside a node: each step of the Softmax of an
# expanded Attention. All 192 values are ours when every node rounds its exact result; 27 differ from the expected ones, two of them
# by more than the tolerance. Against f64 ours are off by 6.9e-4 at most, the expected ones by 8.7e-4.
DISPUTED = {"test_resize_downsample_scales_linear_align_corners", "test_resize_downsample_scales_cubic_align_corners",
            "test_dft_inverse_opset19", "test_attention_4d_causal_fp16_expanded"}
# Their numbers are drawn by numpy's generator; the standard leaves open by which one. test_random.py compares ours.
DISPUTED |= {"test_bernoulli", "test_bernoulli_double", "test_bernoulli_seed", "test_bernoulli_expanded", "test_bernoulli_double_expanded",
             "test_bernoulli_seed_expanded", "test_training_dropout", "test_training_dropout_default", "test_training_dropout_mask",
             "test_training_dropout_default_mask"}

# operator: the one under test; reason: one line, empty where the test passed; where: the operator that is refused.
Outcome = collections.namedtuple("Outcome", "name operator kind reason where", defaults=["", ""])


@functools.cache
def cases():
    """All tests, in the order of their names."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the tests themselves overflow on purpose
        from onnx.backend.test.case import node

        return sorted(node.collect_testcases(), key=lambda case: case.name)


def qualified(node):
    return f"{node.domain}.{node.op_type}" if node.domain not in ("", "ai.onnx") else node.op_type


@functools.cache
def operators():
    """{name of a test: the operator it is about}. That of an expanded function is the function's."""
    names = {case.name for case in cases()}
    own = {case.name: qualified(case.model.graph.node[-1]) for case in cases()}

    def base(name):
        whole = re.sub(r"_expanded(_ver\d+)?$", "", name)
        return whole if whole in names else name

    return {name: own[base(name)] for name in names}


class Wrong(Exception):
    """A module gave something else than it should."""


class Node:
    """A Node process that runs module after module."""

    def __init__(self):
        program = next(ROOT.glob("node_modules/node-linux-*/bin/node"))
        self.process = subprocess.Popen([program, pathlib.Path(__file__).with_suffix(".mjs")], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def run(self, module, inputs, signature):
        encoded = {name: {"shape": array.shape, "data": base64.b64encode(np.ascontiguousarray(array)).decode()} for name, array in inputs.items()}
        self.process.stdin.write(json.dumps({"module": str(module), "inputs": encoded}) + "\n")
        self.process.stdin.flush()
        line = self.process.stdout.readline()
        if not line:
            raise RuntimeError(f"Node ended with {self.process.wait()}")
        answer = json.loads(line)
        if "error" in answer:
            raise Wrong(answer["error"])
        from wasmind.tensor import numpy_type

        return {spec.name: np.frombuffer(base64.b64decode(answer["outputs"][spec.name]["data"]), numpy_type(spec.dtype))
                .reshape(answer["outputs"][spec.name]["shape"]) for spec in signature.functions[0].outputs}


class Runner:
    """Compiles and runs tests in this process; a fault of the compiler ends it."""

    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        self.node = Node()

    def outcome(self, case):
        import wasmind

        operator = operators()[case.name]
        source, module = self.folder / "model.onnx", self.folder / "model.wasm"
        onnx.save(case.model, source)
        try:
            lengths, shapes = onnx_sequences.told(case.model, list(map(array_of, case.data_sets[0][0])))
            model = wasmind.compile(source, module, sequences=lengths, shapes=shapes, seed=0)
        except wasmind.WasmindError as error:
            text = str(error).removeprefix("InvalidArgument: ").removeprefix("model.onnx: ")
            if "internal:" in text or "\n" in text:
                return Outcome(case.name, operator, CRASHED, text.splitlines()[0])
            node = re.match(r"node '.*?' \(([\w.]+)(?:, opset \d+)?\): ", text)
            return Outcome(case.name, operator, REFUSED, text[node.end():] if node else text, node[1] if node else operator)
        try:
            for inputs, expected in case.data_sets:
                self.check(case, model, module, list(map(array_of, inputs)), list(map(array_of, expected)))
        except Wrong as error:
            return Outcome(case.name, operator, OTHER if case.name in DISPUTED else WRONG, str(error))
        except wasmind.WasmindError as error:
            text = str(error).splitlines()[0].removeprefix("InvalidArgument: ").removeprefix("model.onnx: ")
            if error.code == "InvalidArgument":  # the module refuses its inputs, as where a result is over its bound
                return Outcome(case.name, operator, REFUSED, "at run time: " + text, operator)
            return Outcome(case.name, operator, CRASHED, text)
        return Outcome(case.name, operator, PASSED)

    def check(self, case, model, module, inputs, expected):
        from onnx.backend.test.runner import Runner as Standard
        from wasmind.tensor import as_array

        specs = {spec.name: spec for spec in model.signature.functions[0].inputs}
        given = {}
        for value, held in zip(case.model.graph.input, inputs, strict=True):
            given |= onnx_sequences.tensors(value.name, held)
        arrays = {name: as_array(array, specs[name]) for name, array in given.items()}
        order = {spec.name: spec.dtype for spec in model.signature.functions[0].outputs}
        for engine, outputs in (("wasmtime", model.run(arrays)), ("Node", self.node.run(module, arrays, model.signature))):
            outputs = {name: typed(array, order[name]) for name, array in outputs.items()}
            got = [onnx_sequences.gathered(value.name, outputs, like) for value, like in zip(case.model.graph.output, expected, strict=True)]
            try:
                Standard.assert_similar_outputs(expected, got, case.rtol, case.atol)
            except (AssertionError, AttributeError, TypeError) as error:
                raise Wrong(f"{engine}: {' '.join(str(error).split())[:300]}") from None


def array_of(value):
    """What a test holds as an array; lists and None, of sequences and optionals, stay."""
    if isinstance(value, list):
        return list(map(array_of, value))
    if isinstance(value, onnx.TensorProto):
        return numpy_helper.to_array(value)
    return np.asarray(value) if isinstance(value, (np.generic, int, float, bool)) else value


def typed(array, dtype):
    if dtype != "bf16":
        return array
    import ml_dtypes

    return array.view(ml_dtypes.bfloat16)


def serve(pipe):
    """A worker process: answers numbers of tests with outcomes until it is given none."""
    with tempfile.TemporaryDirectory(prefix="wasmind-nodes-") as folder:
        runner = Runner(folder)
        while (number := pipe.recv()) is not None:
            pipe.send(runner.outcome(cases()[number]))


class Worker:
    def __init__(self):
        self.pipe, inner = multiprocessing.Pipe()
        # Forked: the tests, which take a while to make, are shared.
        self.process = multiprocessing.get_context("fork").Process(target=serve, args=(inner,), daemon=True)
        self.process.start()
        inner.close()
        self.number = None

    def begin(self, number):
        self.number, self.since = number, time.monotonic()
        self.pipe.send(number)

    def stop(self):
        self.pipe.send(None)
        self.process.join()
        self.pipe.close()

    def end(self, text):
        """The outcome of a test that ended its process, or did not end."""
        self.process.kill()
        self.process.join()
        self.pipe.close()
        name = cases()[self.number].name
        return Outcome(name, operators()[name], CRASHED, text)


def run(numbers, processes=2):
    """The outcomes of the tests of these numbers, in any order."""
    cases(), operators()
    waiting, workers = list(reversed(numbers)), []
    while waiting or workers:
        while waiting and len(workers) < processes:
            workers.append(Worker())
            workers[-1].begin(waiting.pop())
        ready = multiprocessing.connection.wait([worker.pipe for worker in workers], timeout=1)
        for worker in list(workers):
            if worker.pipe in ready:
                try:
                    yield worker.pipe.recv()
                except (EOFError, ConnectionResetError):
                    worker.process.join()
                    code = worker.process.exitcode
                    yield worker.end(f"the compiler or the host ended with {code}")
                    workers.remove(worker)
                    continue
                if waiting:
                    worker.begin(waiting.pop())
                else:
                    worker.stop()
                    workers.remove(worker)
            elif time.monotonic() - worker.since > SECONDS:
                yield worker.end(f"takes more than {SECONDS} s")
                workers.remove(worker)


def summary(outcomes):
    count = collections.Counter(outcome.kind for outcome in outcomes)
    return (f"{count[PASSED]} of {len(outcomes)} pass on wasmtime and Node, {count[REFUSED]} refused, {count[WRONG]} wrong, "
            f"{count[CRASHED]} crashed" + f", {count[OTHER]} disputed" * (count[OTHER] > 0))


def shown(text):
    """A reason without the names that expanded functions make of their test's, and without the list of unequal elements."""
    return re.sub(r"\b\w+?_test_\w+?_function_", "", text).split(" Mismatch at ")[0].replace("|", "\\|")


def page(outcomes):
    """docs/generated/onnx-operators.md"""
    lines = ["# ONNX operators against the standard's node tests", "",
             "Made by `make test-node`: every node test of the `onnx` package, compiled without options but `--sequence`.", "",
             summary(outcomes) + ".", "", "| operator | tests | pass | refused, and why |", "|---|---|---|---|"]
    groups = collections.defaultdict(list)
    for outcome in sorted(outcomes):
        groups[outcome.operator].append(outcome)
    for operator, group in sorted(groups.items(), key=lambda item: item[0].lower()):
        passed = sum(outcome.kind == PASSED for outcome in group)
        reasons = collections.Counter((f"{o.where}: " if o.where != o.operator else "") + shown(o.reason) for o in group if o.kind == REFUSED)
        texts = [f"{count}: {reason}" for reason, count in sorted(reasons.items(), key=lambda item: (-item[1], item[0]))]
        lines.append(f"| {operator} | {len(group)} | {passed} | {'<br>'.join(texts)} |")
    for kind in (WRONG, CRASHED, OTHER):
        bad = [outcome for outcome in sorted(outcomes) if outcome.kind == kind]
        lines += ["", f"## {kind.capitalize()}", "", *([f"- `{o.name}` ({o.operator}): {shown(o.reason)}" for o in bad] or ["None."])]
    lines += ["", "The disputed tests expect other numbers than the operator's text and ONNX Runtime give."]
    return "\n".join(lines) + "\n"


def main():
    outcomes, begin = [], time.monotonic()
    for outcome in run(range(len(cases()))):
        outcomes.append(outcome)
        if sys.stderr.isatty():
            print(f"\r{len(outcomes)} of {len(cases())}, {time.monotonic() - begin:.0f} s", end="", file=sys.stderr, flush=True)
        if outcome.kind in (WRONG, CRASHED):
            print(f"{outcome.kind}: {outcome.name}: {outcome.reason}", file=sys.stderr)
    PAGE.write_text(page(outcomes))
    print(summary(outcomes))
    return 0


if __name__ == "__main__":
    sys.exit(main())
