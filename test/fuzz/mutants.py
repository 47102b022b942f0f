"""Compiles structurally changed models and runs what compiles: nothing may crash, hang, take much memory or say more than a line.

    build/venv/bin/python test/fuzz/mutants.py onnx --count 2500 --keep build/mutants
    build/venv/bin/python test/fuzz/mutants.py mindir --count 1100 --seed 2
    build/venv/bin/python test/fuzz/mutants.py onnx --first 17 --count 1 --keep .       one of them again

Each mutant is a process of its own, forked off one that has everything loaded. Those that fail are kept as files, and
`build-asan/bin/fuzz_onnx FILE...` shows them to the sanitizers. Exit code 1 when one fails.
"""
import argparse
import collections
import functools
import os
import pathlib
import random
import resource
import signal
import sys
import tempfile
import time
import warnings

import numpy as np
import onnx

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
sys.path[:0] = [str(ROOT / "test"), str(pathlib.Path(__file__).parent)]
import seeds as own_seeds  # noqa: E402
import structure  # noqa: E402
from differential import mindir, mindir_operators  # noqa: E402

SECONDS = 10  # of processor time, to compile and run
BYTES = 1 << 30  # of memory, to compile
LINE = 4096  # bytes of a message

# verdict: compiled, refused, or what is wrong
Outcome = collections.namedtuple("Outcome", "name verdict text", defaults=[""])
FINE = {"ran", "refused", "refused at run time", "ran long", "not made"}


@functools.cache
def models(kind, with_node_tests=True):
    """[(name, bytes)] of what is mutated."""
    if kind == "mindir":
        found = [(f.stem, f.read_bytes()) for f in sorted((ROOT / "test/data").rglob("*.mindir")) if f.stat().st_size < 60_000 and "key" not in f.name]
        for i, (node, expected) in enumerate(mindir_operators.rows()):
            found.append((f"{i}-{node.primitive}", mindir.network(node, list(expected) if isinstance(expected, dict) else None)[0]))
        return found
    found = [(name, data) for name, data in own_seeds.models().items()]
    found += [(f.parent.name, f.read_bytes()) for f in sorted((ROOT / "test/data").rglob("*.onnx")) if f.stat().st_size < 60_000]
    if with_node_tests:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            from onnx.backend.test.case import node

            found += [(c.name, c.model.SerializeToString()) for c in sorted(node.collect_testcases(), key=lambda c: c.name)]
    return found


def parsed(kind, data):
    return (onnx.ModelProto if kind == "onnx" else structure.mindir_model()).FromString(data)


def mutated(kind, seed, number, with_node_tests=True):
    """(choices to go on with, name, bytes) of the model from which a mutant comes."""
    choice = random.Random(f"{kind} {seed} {number}")
    return choice, *choice.choice(models(kind, with_node_tests))


def mutant(kind, seed, number, with_node_tests=True):
    """(name of the model it comes from, bytes of the mutant)."""
    choice, name, data = mutated(kind, seed, number, with_node_tests)
    pool = models(kind, with_node_tests)
    donors = [parsed(kind, choice.choice(pool)[1]) for _ in range(3)]
    while True:
        changed = structure.mutate(parsed(kind, data), choice, donors).SerializeToString()
        if changed != data:
            return name, changed


def write_mutant(kind, seed, number, with_node_tests, path):
    """Writes the mutant in a process of its own: protobuf's Python library crashes on some changes. Whether it was made."""
    process = os.fork()
    if process == 0:
        try:
            path.write_bytes(mutant(kind, seed, number, with_node_tests)[1])
            os._exit(0)
        finally:
            os._exit(1)
    return os.waitpid(process, 0)[1] == 0


def check_line(text):
    """What is wrong with a message, or nothing."""
    problems = [] if "\n" not in text else ["more than a line"]
    problems += ["over 4 KiB"] if len(text.encode()) > LINE else []
    problems += ["internal"] if "internal:" in text or "a fault of the compiler" in text else []
    problems += ["unprintable"] if any(ord(c) < 32 or 127 <= ord(c) < 160 or 0x202A <= ord(c) <= 0x202E or 0x2066 <= ord(c) <= 0x2069 for c in text) else []
    return ", ".join(problems)


def inputs_of(model, choice):
    """Arrays at small extents: what is measured here is whether it runs."""
    extents = {dim.name: choice.randint(dim.min, min(dim.max, dim.min + 2)) for dim in model.signature.dims}
    from wasmind.tensor import numpy_type

    arrays = {}
    for spec in model.signature.functions[0].inputs:
        shape = [extents.get(e, e) for e in spec.shape]
        dtype = numpy_type(spec.dtype)
        count = int(np.prod(shape, dtype=object))
        if count > 1 << 24:
            return None
        values = np.random.default_rng(choice.randint(0, 2**31)).integers(-2, 4, count).reshape(shape)
        arrays[spec.name] = values.astype(dtype) if dtype.kind != "u" else np.abs(values).astype(dtype)
    return arrays


def compile_and_run(path, folder, choice):
    """(verdict, text) in this process."""
    import wasmind

    try:
        wasmind.compile(path, folder / "m.wasm")
    except wasmind.WasmindError as error:
        problem = check_line(str(error))
        return (problem or "refused"), str(error)
    used = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss << 10
    if used > BYTES:
        return "memory", f"compiling takes {used >> 20} MiB"
    try:
        model = wasmind.load(folder / "m.wasm", time_limit_ms=4000, cache=False)
        arrays = inputs_of(model, choice)
        if arrays is None:
            return "ran long", "inputs are too large to try"
        model.run(arrays)
    except wasmind.WasmindError as error:
        if error.code == "Limit":
            return "ran long", str(error)
        if error.code == "InvalidArgument":
            return (check_line(str(error)) or "refused at run time"), str(error)
        return f"{error.code} at run time", str(error)
    return "ran", ""


def child(path, choice, answer):
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS + 5))
    resource.setrlimit(resource.RLIMIT_DATA, (6 << 30, 6 << 30))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    with tempfile.TemporaryFile() as printed, tempfile.TemporaryDirectory() as folder:
        os.dup2(printed.fileno(), 2)
        verdict, text = compile_and_run(path, pathlib.Path(folder), choice)
        printed.seek(0)
        if noise := printed.read(2000):
            verdict, text = "printed", noise.decode(errors="replace")
    os.write(answer, f"{verdict}\n{text[:3000]}".encode(errors="replace"))


def outcome_of(name, path, choice):
    reading, writing = os.pipe()
    process = os.fork()
    if process == 0:
        try:
            child(path, choice, writing)
        except BaseException as error:  # a mistake of this program, told like the others
            os.write(writing, f"this program: {type(error).__name__}\n{error}".encode()[:4000])
        os._exit(0)
    os.close(writing)
    signal.signal(signal.SIGALRM, lambda *_: os.kill(process, signal.SIGKILL))
    signal.alarm(20 * SECONDS)  # one that sleeps, on a machine that is busy
    with os.fdopen(reading, "rb") as pipe:
        answer = pipe.read().decode(errors="replace")
    _, status, used = os.wait4(process, 0)
    signal.alarm(0)
    if os.WIFSIGNALED(status):
        name_of = signal.Signals(os.WTERMSIG(status)).name
        hang = name_of in ("SIGXCPU", "SIGKILL")
        return Outcome(name, "hang" if hang else "crash", f"{name_of} after {used.ru_utime + used.ru_stime:.1f} s, {used.ru_maxrss >> 10} MiB")
    verdict, _, text = answer.partition("\n")
    if verdict == "refused" and used.ru_maxrss << 10 > BYTES:
        return Outcome(name, "memory", f"{used.ru_maxrss >> 10} MiB: {text}")
    return Outcome(name, verdict or "crash", text)


def run(kind, seed=1, first=0, count=100, keep=None, with_node_tests=True, verbose=False):
    """The outcomes of `count` mutants from number `first` on."""
    import wasmind

    with tempfile.TemporaryDirectory(prefix="wasmind-mutants-") as folder:
        # Loads the compiler and registers the operators' schemas, once.
        warm = pathlib.Path(folder) / f"model.{kind}"
        warm.write_bytes(models(kind, with_node_tests)[0][1])
        wasmind.compile(warm, pathlib.Path(folder) / "warm.wasm")
        outcomes = []
        for number in range(first, first + count):
            name = mutated(kind, seed, number, with_node_tests)[1]
            made = write_mutant(kind, seed, number, with_node_tests, warm)
            outcome = outcome_of(f"{number}-{name}", warm, random.Random(number)) if made else Outcome(f"{number}-{name}", "not made")
            outcomes.append(outcome)
            if verbose and outcome.verdict not in FINE:
                print(f"{outcome.name}: {outcome.verdict}: {outcome.text[:300]}", flush=True)
            if keep and made and (outcome.verdict not in FINE or count == 1):
                pathlib.Path(keep).mkdir(parents=True, exist_ok=True)
                (pathlib.Path(keep) / f"{kind}-{seed}-{number}.{kind}").write_bytes(warm.read_bytes())
    return outcomes


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("kind", choices=["onnx", "mindir"])
    parser.add_argument("--count", type=int, default=100)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--keep", help="folder for the mutants that fail")
    parser.add_argument("--texts", action="store_true", help="print what is said of every mutant")
    options = parser.parse_args()
    began = time.monotonic()
    outcomes = run(options.kind, options.seed, options.first, options.count, options.keep, verbose=True)
    for outcome in outcomes if options.texts else []:
        print(f"{outcome.name}: {outcome.verdict}: {outcome.text[:400]}")
    counts = collections.Counter(o.verdict for o in outcomes)
    print(f"{len(outcomes)} mutants in {time.monotonic() - began:.0f} s: " + ", ".join(f"{n} {v}" for v, n in counts.most_common()))
    return any(o.verdict not in FINE for o in outcomes) or 10 * counts["not made"] > len(outcomes)


if __name__ == "__main__":
    sys.exit(main())
