#!/usr/bin/env python3
"""Writes the golden modules of the contract: usage generate.py DIRECTORY.

`index.json` beside them says what every host does with each file: accept it and compute the listed results, or refuse
it with the listed status; as a model under "vectors", as an operator library (library.py) under "libraries". Those
that are "hostile" (hostile.py) are also held to bounds of time and memory. A case is
one call of a new instance; in "calls" the same instance is called several times, and reset before a call with "reset";
"extents" are what kept dims are after it. What has not all of its inputs is run on
what the instance holds, after those that it has were written into their views. The modules
are assembled here byte by byte (opcodes: WebAssembly core specification 5.4), so they depend on no compiler. The output is the same on every machine.
"""

import copy
import gzip
import hashlib
import json
import pathlib
import struct
import sys

import hostile
import library
from wat import name, section, signed, unsigned, vector

PAGE = 65536
EXTENTS = PAGE  # the stack is the first page, the table of extents starts the second
X, Y, Z = PAGE + 256, PAGE + 1024, PAGE + 2048  # two inputs and an output
WEIGHTS = 2 * PAGE
S = PAGE + 16384  # state, behind the arena


# --- a small assembler -------------------------------------------------------------------------------------------

def custom(text, contents):
    return section(0, name(text) + contents)


def const(value):  # i32; addresses over 2^31 are written as the negative number of the same bits
    return b"\x41" + signed(value - (1 << 32) if value >= 1 << 31 else value)


def memory_access(opcode):
    return lambda offset=0: bytes([opcode]) + unsigned(0) + unsigned(offset)


i32_load, i64_load, f32_load, u8_load = map(memory_access, (0x28, 0x29, 0x2A, 0x2D))
i32_store, i64_store, f32_store, i8_store = map(memory_access, (0x36, 0x37, 0x38, 0x3A))
UNREACHABLE, RETURN, END = b"\x00", b"\x0f", b"\x0b"
I32_EQZ, I32_GE_U, I32_ADD, I32_SHL, I64_ADD = b"\x45", b"\x4f", b"\x6a", b"\x74", b"\x7c"
F32_ADD, F32_GT = b"\x92", b"\x5e"
I32, NO_RESULT = b"\x7f", b"\x40"


def get(local):
    return b"\x20" + unsigned(local)


def put(local):
    return b"\x21" + unsigned(local)


def f32_const(value):
    return b"\x43" + struct.pack("<f", value)


def i64_const(value):
    return b"\x42" + signed(value)


def loop_while_less(counter, limit, body):
    """for (; counter < limit; ++counter) body"""
    test = get(counter) + get(limit) + I32_GE_U + b"\x0d" + unsigned(1)
    step = get(counter) + const(1) + I32_ADD + put(counter) + b"\x0c" + unsigned(0)
    return b"\x02" + NO_RESULT + b"\x03" + NO_RESULT + test + body + step + END + END


def function_body(code, i32_locals=0):
    declarations = vector([unsigned(i32_locals) + I32] if i32_locals else [])
    body = declarations + code + END
    return unsigned(len(body)) + body


def module(signature, entries, *, minimum=3, maximum=3, data=(), error_address=0, abi_version=1, memory_name="memory",
           imports=False, entry_type=0, start=False, sections=1, raw_signature=None):
    """A module with the contract's exports; `entries` maps names to (code, number of i32 locals)."""
    types = [b"\x60" + vector([]) + vector([I32]), b"\x60" + vector([I32]) + vector([I32]),
             b"\x60" + vector([]) + vector([])]
    first = 1 if imports else 0
    bodies = [function_body(code, count) for code, count in entries.values()]
    bodies += [function_body(const(error_address)), function_body(const(abi_version)), function_body(b"")]
    kinds = [entry_type] * len(entries) + [0, 0, 2]
    exports = [name(memory_name) + b"\x02" + unsigned(0)]
    for index, entry in enumerate([*entries, "wasmind_error", "wasmind_abi_version"]):
        exports.append(name(entry) + b"\x00" + unsigned(first + index))
    limits = unsigned(0) + unsigned(minimum) if maximum is None else unsigned(1) + unsigned(minimum) + unsigned(maximum)
    out = b"\0asm" + struct.pack("<I", 1)
    out += section(1, vector(types))
    if imports:
        out += section(2, vector([name("env") + name("random") + b"\x00" + unsigned(0)]))
    out += section(3, vector([unsigned(kind) for kind in kinds]))
    out += section(5, vector([limits]))
    out += section(7, vector(exports))
    if start:
        out += section(8, unsigned(first + len(bodies) - 1))
    out += section(10, vector(bodies))
    if data:
        out += section(11, vector([unsigned(0) + const(at) + END + vector([bytes([b]) for b in contents])
                                   for at, contents in data]))
    text = json.dumps(signature, separators=(",", ":")).encode() if raw_signature is None else raw_signature
    return out + custom("wasmind", text) * sections


# --- signatures --------------------------------------------------------------------------------------------------

WIDTH = {"f32": 4, "i64": 8, "bool": 1, "i32": 4}


def tensor(label, dtype, shape, offset, byte_length=None, bounds=None):
    count = 1
    for extent in shape:
        count *= bounds[extent] if isinstance(extent, str) else extent
    return {"name": label, "dtype": dtype, "shape": shape, "offset": offset,
            "byteLength": count * WIDTH[dtype] if byte_length is None else byte_length}


def signature(inputs, outputs, dims=(), weights=None, entry="run", operators=None):
    return {
        "abi": 1, "compiler": "abi/vectors", "source": {"format": "hand", "name": "generate.py"},
        "features": [], "dims": list(dims),
        "functions": [{"name": entry, "inputs": inputs, "outputs": outputs}],
        "memory": {"pages": 3, "stack": {"offset": 0, "byteLength": PAGE},
                   "extents": {"offset": EXTENTS, "byteLength": 8}, "arena": {"offset": X, "byteLength": 8192},
                   "weights": {"offset": WEIGHTS, "byteLength": 16}},
        "weights": weights or {"storage": "inline"}, "operators": operators or {}, "kernels": [],
    }


def add_vectors(left, right, out, count, copy_at=None):
    """out[i] = left[i] + right[i] for f32 at constant addresses; the same at `copy_at` after that"""
    code = b""
    for i in range(count):
        code += const(out) + const(left) + f32_load(4 * i) + const(right) + f32_load(4 * i) + F32_ADD + f32_store(4 * i)
    for i in range(count if copy_at is not None else 0):
        code += const(copy_at) + const(out) + f32_load(4 * i) + f32_store(4 * i)
    return code + const(0)


def element(base, index, scale):
    return get(index) + const(scale) + I32_SHL + const(base) + I32_ADD


def keep_positive():
    """y = the positive elements of x[n]; the derived extent `kept` counts them. Locals: n, i, kept."""
    keep = element(Y, 2, 2) + element(X, 1, 2) + f32_load() + f32_store() + get(2) + const(1) + I32_ADD + put(2)
    body = element(X, 1, 2) + f32_load() + f32_const(0) + F32_GT + b"\x04" + NO_RESULT + keep + END
    return (const(EXTENTS) + i32_load() + put(0) + loop_while_less(1, 0, body)
            + const(EXTENTS + 4) + get(2) + i32_store() + const(0))


def append():
    """x[new] goes behind the `past` elements of state at S, which is full at 8; y[total] is what it holds then, w[total] is not
    read. What x starts with is what `past` becomes where that is over 50. Locals: past, new, total, i."""
    grow = element(S, 2, 2) + element(X, 3, 2) + f32_load() + f32_store() + get(2) + const(1) + I32_ADD + put(2)
    show = element(Z, 3, 2) + element(S, 3, 2) + f32_load() + f32_store()
    full = const(8) + const(EXTENTS) + i32_load() + const(EXTENTS + 4) + i32_load() + I32_ADD + I32_GE_U + I32_EQZ
    wrong = const(X) + f32_load() + f32_const(50) + F32_GT + b"\x04" + NO_RESULT + const(EXTENTS) + const(50) + i32_store() + END
    return (full + b"\x04" + NO_RESULT + const(1) + RETURN + END
            + const(EXTENTS) + i32_load() + put(2) + const(EXTENTS + 4) + i32_load() + put(1)
            + loop_while_less(3, 1, grow) + const(0) + put(3) + loop_while_less(3, 2, show)
            + const(EXTENTS) + get(2) + i32_store() + wrong + const(0))


def logical_not():
    """y = !x for bool[n]. Locals: n, i."""
    body = element(Y, 1, 0) + element(X, 1, 0) + u8_load() + I32_EQZ + i8_store()
    return const(EXTENTS) + i32_load() + put(0) + loop_while_less(1, 0, body) + const(0)


ADD_SIGNATURE = signature([tensor("a", "f32", [4], X), tensor("b", "f32", [4], Y)], [tensor("sum", "f32", [4], Z)],
                          operators={"Add": 1})
ADD = {"run": (add_vectors(X, Y, Z, 4), 0)}
ADD_CASE = {"inputs": {"a": {"shape": [4], "values": [1, 2, 3, 4]}, "b": {"shape": [4], "values": [10, 20, 30, 40.5]}},
            "outputs": {"sum": {"shape": [4], "values": [11, 22, 33, 44.5]}}}
N_DIM = {"name": "n", "min": 0, "max": 16, "offset": EXTENTS, "derived": False}
KEPT_DIM = {"name": "kept", "min": 0, "max": 16, "offset": EXTENTS + 4, "derived": True}
KEEP_SIGNATURE = signature([tensor("x", "f32", ["n"], X, bounds={"n": 16})],
                           [tensor("positive", "f32", ["kept"], Y, bounds={"kept": 16})], [N_DIM, KEPT_DIM])


# The sum of all x so far, kept at S behind the inputs' arena.
STATE_SIGNATURE = signature([tensor("x", "f32", [2], X)], [tensor("y", "f32", [2], Y)])
STATE_ENTRY = STATE_SIGNATURE["functions"][0]
STATE_ENTRY["state"] = [{**tensor("sum", "f32", [2], S), "output": "next"}]
STATE = {"run": (add_vectors(X, S, Y, 2, S), 0)}


# What x was so far, at S.
PAST = {"name": "past", "min": 0, "max": 8, "offset": EXTENTS, "derived": False, "initial": 0}
NEW = {"name": "new", "min": 1, "max": 4, "offset": EXTENTS + 4, "derived": False}
TOTAL = {"name": "total", "min": 0, "max": 12, "offset": EXTENTS + 8, "derived": False,
         "equals": {"terms": [{"dim": "past", "times": 1}, {"dim": "new", "times": 1}], "plus": 0}}
GROWING_BOUNDS = {"past": 8, "new": 4, "total": 12}
GROWING_SIGNATURE = signature([tensor("x", "f32", ["new"], X, bounds=GROWING_BOUNDS), tensor("w", "f32", ["total"], Y, bounds=GROWING_BOUNDS)],
                              [tensor("y", "f32", ["total"], Z, bounds=GROWING_BOUNDS), tensor("before", "f32", ["past"], Z + 64, bounds=GROWING_BOUNDS)],
                              [PAST, NEW, TOTAL])
GROWING_SIGNATURE["functions"][0]["state"] = [{**tensor("held", "f32", ["past"], S, bounds=GROWING_BOUNDS), "output": "next"}]
GROWING_SIGNATURE["memory"]["extents"]["byteLength"] = 12
GROWING = {"run": (append(), 4)}


def with_state(changes):
    """The signature with state after changes of its member."""
    out = copy.deepcopy(STATE_SIGNATURE)
    out["functions"][0]["state"][0].update(changes)
    return out


def changed(base, path, value):
    """A deep copy of `base` with one field replaced."""
    out = copy.deepcopy(base)
    target = out
    for key in path[:-1]:
        target = target[key]
    target[path[-1]] = value
    return out


def forged(path, value):
    return module(changed(ADD_SIGNATURE, path, value), ADD)


# --- the vectors -------------------------------------------------------------------------------------------------

def accepted():
    """name -> (bytes, cases)"""
    add = module(ADD_SIGNATURE, ADD)
    yield "add", add, [ADD_CASE]

    yield "keep_positive", module(KEEP_SIGNATURE, {"run": (keep_positive(), 3)}), [
        {"inputs": {"x": {"shape": [5], "values": [1, -2, 3, 0, 5]}},
         "outputs": {"positive": {"shape": [3], "values": [1, 3, 5]}}},
        {"inputs": {"x": {"shape": [0], "values": []}}, "outputs": {"positive": {"shape": [0], "values": []}}},
        {"inputs": {"x": {"shape": [16], "values": list(range(1, 17))}},
         "outputs": {"positive": {"shape": [16], "values": list(range(1, 17))}}},
        {"inputs": {"x": {"shape": [17], "values": [0] * 17}}, "status": "InvalidArgument"},
        {"inputs": {"x": {"shape": [2, 2], "values": [0] * 4}}, "status": "InvalidArgument"},
    ]

    both = signature([tensor("a", "f32", ["n"], X, bounds={"n": 16}), tensor("b", "f32", ["n"], Y, bounds={"n": 16})],
                     [tensor("sum", "f32", ["n"], Z, bounds={"n": 16})], [N_DIM])
    body = element(Z, 1, 2) + element(X, 1, 2) + f32_load() + element(Y, 1, 2) + f32_load() + F32_ADD + f32_store()
    code = const(EXTENTS) + i32_load() + put(0) + loop_while_less(1, 0, body) + const(0)
    yield "shared_dim", module(both, {"run": (code, 2)}), [
        {"inputs": {"a": {"shape": [2], "values": [1, 2]}, "b": {"shape": [2], "values": [3, 4]}},
         "outputs": {"sum": {"shape": [2], "values": [4, 6]}}},
        {"inputs": {"a": {"shape": [2], "values": [1, 2]}, "b": {"shape": [3], "values": [3, 4, 5]}},
         "status": "InvalidArgument"},
    ]

    pair = both["functions"][0]
    calls = lambda *steps: {"calls": list(steps)}
    a, b = {"shape": [2], "values": [1, 2]}, {"shape": [2], "values": [3, 4]}
    missing = lambda label, **inputs: {"inputs": inputs, "status": "InvalidArgument", "text": f"input '{label}' is missing"}
    three = {"shape": [3], "values": [5, 6, 7]}
    # What an input holds is what the caller put there; what the memory happens to hold is never an input.
    yield "unset_inputs", module({**both, "functions": [pair, {**pair, "name": "other"}]}, {"run": (code, 2), "other": (code, 2)}), [
        calls(missing("a")), calls(missing("b", a=a)), calls(missing("a", b=b)),
        calls({"inputs": {"a": a, "b": b}, "outputs": {"sum": {"shape": [2], "values": [4, 6]}}},
              {"inputs": {}, "outputs": {"sum": {"shape": [2], "values": [4, 6]}}},
              {"inputs": {"b": a}, "outputs": {"sum": {"shape": [2], "values": [2, 4]}}},
              {**missing("a"), "entry": "other"}),
        # A refused call leaves nothing behind, neither elements nor extents.
        calls({"inputs": {"a": a, "b": three}, "status": "InvalidArgument", "text": "'n'"}, missing("a")),
        calls({"inputs": {"a": a, "b": b}, "outputs": {"sum": {"shape": [2], "values": [4, 6]}}},
              {"inputs": {"a": a, "b": three}, "status": "InvalidArgument", "text": "'n'"},
              {"inputs": {}, "outputs": {"sum": {"shape": [2], "values": [4, 6]}}})]

    two = lambda values: {"shape": [2], "values": values}
    step = lambda x, y, **rest: {"inputs": {"x": two(x)}, "outputs": {"y": two(y)}, **rest}
    # What state is before the first run and after a reset does not depend on what the memory starts with.
    yield "state", module(STATE_SIGNATURE, STATE, data=[(S, struct.pack("<2f", 7, 7))]), [
        calls(step([1, 2], [1, 2]), step([1, 2], [2, 4]), step([10, 20], [12, 24]), step([1, 1], [1, 1], reset=True),
              step([1, 1], [2, 2]), {"inputs": {}, "outputs": {"y": two([3, 3])}}),
        # A refused call changes no state.
        calls(step([1, 2], [1, 2]), {"inputs": {"x": {"shape": [3], "values": [5, 5, 5]}}, "status": "InvalidArgument"},
              step([1, 1], [2, 3])),
        calls({**missing("x")}, step([1, 1], [1, 1]))]
    initial = with_state({"initialOffset": WEIGHTS})
    first = struct.pack("<2f", 100, -100)
    yield "state_initial", module(initial, STATE, data=[(WEIGHTS, first)]), [
        calls(step([1, 2], [101, -98]), step([1, 2], [102, -96]), step([1, 2], [101, -98], reset=True))]
    yield "state_in_external_weights", module({**initial, "weights": {
        "storage": "external", "file": "external.weights", "offset": WEIGHTS, "byteLength": 16,
        "sha256": hashlib.sha256(struct.pack("<4f", 0.5, 1.5, 2.5, 3.5)).hexdigest()}}, STATE), [
        calls(step([1, 2], [1.5, 3.5]), step([1, 2], [2.5, 5.5]), step([1, 2], [1.5, 3.5], reset=True))]
    yield "state_of_two_entries", module({**STATE_SIGNATURE, "functions": [STATE_ENTRY, {
        **STATE_ENTRY, "name": "other", "state": [{**STATE_ENTRY["state"][0], "offset": S + 64}]}]},
        {**STATE, "other": (add_vectors(X, S + 64, Y, 2, S + 64), 0)}), [
        calls(step([1, 2], [1, 2]), step([5, 5], [5, 5], entry="other"), step([1, 2], [2, 4]), step([5, 5], [10, 10], entry="other"),
              step([1, 2], [1, 2], reset=True), step([5, 5], [5, 5], entry="other"))]
    ones = lambda count: {"shape": [count], "values": [1] * count}
    grown = lambda before, x: {"inputs": {"x": {"shape": [len(x)], "values": x}, "w": ones(before + len(x))}}
    held = lambda before, x, y, **rest: {**grown(before, x), "outputs": {
        "y": {"shape": [len(y)], "values": y}, "before": {"shape": [before], "values": [0] * before}}, "extents": {"past": len(y)}, **rest}
    not_now = lambda before, x, text="", **rest: {**grown(before, x), "status": "InvalidArgument", "text": text, **rest}
    yield "state_growing", module(GROWING_SIGNATURE, GROWING, data=[(EXTENTS, struct.pack("<i", 7))]), [
        calls(held(0, [1, 2], [1, 2]), held(2, [3], [1, 2, 3]), held(3, [4, 5, 6], [1, 2, 3, 4, 5, 6]),
              # What does not fit, and what is refused before, leaves the state as it was.
              not_now(6, [7, 8, 9]), not_now(5, [7, 8], "axis 0 of input 'w' must be past + new = 8"), not_now(6, [7, 8], "new", inputs={"x": ones(5), "w": ones(11)}),
              held(6, [7, 8], [1, 2, 3, 4, 5, 6, 7, 8]), not_now(8, [9]), held(0, [5], [5], reset=True), held(1, [6], [5, 6])),
        calls(not_now(1, [1], "past + new = 1")),
        calls({**grown(0, [51]), "status": "InvalidModule", "text": "past"}, not_now(1, [1], reset="InvalidArgument"))]
    longer = changed(changed(GROWING_SIGNATURE, ["dims", 0, "initial"], 3), ["functions", 0, "state", 0, "initialOffset"], WEIGHTS)
    yield "state_growing_from_initial", module(longer, GROWING, data=[(WEIGHTS, struct.pack("<3f", 7, 8, 9))]), [
        calls(held(3, [1], [7, 8, 9, 1]), held(4, [2], [7, 8, 9, 1, 2]), held(3, [3, 4], [7, 8, 9, 3, 4], reset=True))]
    yield "state_growing_from_zeros", module(changed(GROWING_SIGNATURE, ["dims", 0, "initial"], 3), GROWING, data=[(S, struct.pack("<3f", 7, 8, 9))]), [
        calls(held(3, [1], [0, 0, 0, 1]), held(3, [2], [0, 0, 0, 2], reset=True))]
    yield "multiple", module(changed(KEEP_SIGNATURE, ["dims", 0, "multipleOf"], 4), {"run": (keep_positive(), 3)}), [
        {"inputs": {"x": {"shape": [4], "values": [1, -2, 3, 0]}}, "outputs": {"positive": {"shape": [2], "values": [1, 3]}}},
        {"inputs": {"x": {"shape": [6], "values": [1] * 6}}, "status": "InvalidArgument", "text": "multiple of 4"}]

    refuse = const(X) + f32_load() + f32_const(50) + F32_GT + b"\x04" + NO_RESULT + const(1) + RETURN + END
    yield "state_of_failing", module(STATE_SIGNATURE, {"run": (refuse + STATE["run"][0], 0)}), [
        calls(step([1, 2], [1, 2]), {"inputs": {"x": two([51, 0])}, "status": "InvalidArgument"}, step([1, 2], [2, 4]))]
    yield "state_of_trapping", module(STATE_SIGNATURE, {"run": (UNREACHABLE, 0)}), [
        calls({"inputs": {"x": two([0, 0])}, "status": "Trap"},
              {"inputs": {"x": two([0, 0])}, "status": "InvalidArgument", "reset": "InvalidArgument"})]

    one = {"shape": [4], "values": [1, 1, 1, 1]}
    defaults = lambda *values: {"shape": [4], "values": list(values)}
    # What has a default need not be given, and is an input like others where it is.
    yield "default_input", module(changed(ADD_SIGNATURE, ["functions", 0, "inputs", 1, "default"], True), ADD,
                                  data=[(Y, struct.pack("<4f", 1, 2, 3, 4))]), [
        {"inputs": {"a": one}, "outputs": {"sum": defaults(2, 3, 4, 5)}},
        {"inputs": {"a": one, "b": one}, "outputs": {"sum": defaults(2, 2, 2, 2)}},
        calls({"inputs": {"a": one}, "outputs": {"sum": defaults(2, 3, 4, 5)}},
              {"inputs": {"b": one}, "outputs": {"sum": defaults(2, 2, 2, 2)}},
              {"inputs": {}, "outputs": {"sum": defaults(2, 2, 2, 2)}}),
        calls(missing("a"), missing("a", b=one))]

    three = [tensor(label, "f32", [4], X + 64 * i) for i, label in enumerate("abc")]
    yield "echoes", module(signature(three, [{**t, "name": t["name"] + "_out"} for t in three]), {"run": (const(0), 0)}), [
        {"inputs": {label: {"shape": [4], "values": [i] * 4} for i, label in enumerate("abc")},
         "outputs": {label + "_out": {"shape": [4], "values": [i] * 4} for i, label in enumerate("abc")}}]

    code = const(Y) + const(X) + i64_load() + i64_const(1) + I64_ADD + i64_store() + const(0)
    scalars = signature([tensor("x", "i64", [], X)], [tensor("next", "i64", [], Y)])
    yield "scalar", module(scalars, {"run": (code, 0)}), [
        {"inputs": {"x": {"shape": [], "values": [41]}}, "outputs": {"next": {"shape": [], "values": [42]}}}]

    bools = signature([tensor("x", "bool", [2, "n"], X, bounds={"n": 16})],
                      [tensor("y", "bool", ["n"], Y, bounds={"n": 16})], [N_DIM])
    yield "logical_not", module(bools, {"run": (logical_not(), 2)}), [
        {"inputs": {"x": {"shape": [2, 3], "values": [1, 0, 1, 0, 0, 0]}},
         "outputs": {"y": {"shape": [3], "values": [0, 1, 0]}}}]

    inline = signature([tensor("x", "f32", [4], X)], [tensor("y", "f32", [4], Y)])
    weights = struct.pack("<4f", 0.5, 1.5, 2.5, 3.5)
    offset_case = {"inputs": {"x": {"shape": [4], "values": [1, 1, 1, 1]}},
                   "outputs": {"y": {"shape": [4], "values": [1.5, 2.5, 3.5, 4.5]}}}
    run = {"run": (add_vectors(X, WEIGHTS, Y, 4), 0)}
    yield "inline_weights", module(inline, run, data=[(WEIGHTS, weights)]), [offset_case]
    external = {"storage": "external", "file": "external.weights", "sha256": hashlib.sha256(weights).hexdigest(),
                "offset": WEIGHTS, "byteLength": len(weights)}
    yield "external_weights", module({**inline, "weights": external}, run), [offset_case]

    # For indexes of builds: what the engine must offer is in the signature, and the results tell which one ran.
    yield "needs_simd128", module({**ADD_SIGNATURE, "features": ["simd128"]}, ADD), [ADD_CASE]
    doubled = {"inputs": ADD_CASE["inputs"], "outputs": {"sum": {"shape": [4], "values": [2, 4, 6, 8]}}}
    yield "needs_relaxed_simd", module({**ADD_SIGNATURE, "features": ["simd128", "relaxed-simd"]},
                                        {"run": (add_vectors(X, X, Z, 4), 0)}), [doubled]

    two = copy.deepcopy(ADD_SIGNATURE)
    two["functions"].append({"name": "double", "inputs": [tensor("a", "f32", [4], X)],
                             "outputs": [tensor("sum", "f32", [4], Z)]})
    yield "two_entries", module(two, {**ADD, "double": (add_vectors(X, X, Z, 4), 0)}), [
        ADD_CASE, {"entry": "double", "inputs": {"a": {"shape": [4], "values": [1, 2, 3, 4]}},
                   "outputs": {"sum": {"shape": [4], "values": [2, 4, 6, 8]}}}]

    inputs = ADD_CASE["inputs"]
    message = b"node 'div' (Div): division by zero\0"
    yield "reports_error", module(ADD_SIGNATURE, {"run": (const(7), 0)}, data=[(WEIGHTS, message)],
                                  error_address=WEIGHTS), [
        {"inputs": inputs, "status": "InvalidArgument", "text": "node 'div' (Div): division by zero"}]
    yield "error_text_outside", module(ADD_SIGNATURE, {"run": (const(7), 0)}, error_address=0xFFFFFFF0), [
        {"inputs": inputs, "status": "InvalidArgument"}]
    yield "error_text_unended", module(ADD_SIGNATURE, {"run": (const(7), 0)}, error_address=3 * PAGE - 4,
                                       data=[(3 * PAGE - 4, b"oops")]), [
        {"inputs": inputs, "status": "InvalidArgument", "text": "oops"}]
    yield "traps", module(ADD_SIGNATURE, {"run": (UNREACHABLE, 0)}), [{"inputs": inputs, "status": "Trap"}]
    code = const(3 * PAGE) + f32_const(1) + f32_store() + const(0)
    yield "writes_outside", module(ADD_SIGNATURE, {"run": (code, 0)}), [{"inputs": inputs, "status": "Trap"}]
    code = const(EXTENTS + 4) + const(17) + i32_store() + const(0)
    yield "derived_over_bound", module(KEEP_SIGNATURE, {"run": (code, 0)}), [
        {"inputs": {"x": {"shape": [1], "values": [1]}}, "status": "InvalidModule"}]
    code = const(EXTENTS + 4) + const(-1) + i32_store() + const(0)
    yield "derived_negative", module(KEEP_SIGNATURE, {"run": (code, 0)}), [
        {"inputs": {"x": {"shape": [1], "values": [1]}}, "status": "InvalidModule"}]
    yield "recurses", module(ADD_SIGNATURE, {"run": (b"\x10" + unsigned(0), 0)}), [{"inputs": inputs, "status": "Trap"}]
    spin = b"\x03" + NO_RESULT + b"\x0c" + unsigned(0) + END + const(0)
    yield "spins", module(ADD_SIGNATURE, {"run": (spin, 0)}), [{"inputs": inputs, "status": "Limit", "timeLimitMs": 50}]


def foreign():
    """name -> (bytes, what the error says they are): files that are taken for modules by mistake"""
    graph = b"\x3a\x03\x12\x01g"  # field 7
    page = "it is an HTML page"
    compile_it = "; compile it first: wasmind compile MODEL -o MODEL.wasm"
    yield "empty", b"", "it is empty"
    yield "onnx", b"\x08\x08\x12\x04test" + graph + b"\x42\x04\x0a\x00\x10\x11", "it is an ONNX model" + compile_it
    yield "onnx_cut_short", b"\x08\x0d\x28\x80\x80\x01\x3a\xff\xff\xff\x7f\x0a", "it is an ONNX model" + compile_it
    yield "onnx_text", b'<ir_version: 8, opset_import: ["" : 17]>\ntest (float[2] x) => (float[2] y) { y = Abs(x) }', \
        "it is an ONNX model in text form" + compile_it
    yield "mindir", b"\x0a\x050.1.1\x12\x09MindSpore\x2a\x052.1.0" + graph, "it is a MindIR model" + compile_it
    yield "page", b"<!DOCTYPE html>\n<html><title>404</title></html>", page
    yield "page_behind_space", b"\xef\xbb\xbf\r\n  <HTML lang=en>", page
    yield "xml", b'<?xml version="1.0"?><net name="openvino"/>', "it is an XML document"
    yield "json", b'{"error": "not found"}', "it is JSON"
    yield "gzip", gzip.compress(module(ADD_SIGNATURE, ADD), mtime=0), "it is compressed with gzip"
    yield "zstd", b"\x28\xb5\x2f\xfd\x04\x00\x41\x00\x00", "it is compressed with zstd"
    yield "zip", b"PK\3\4" + bytes(26), "it is a ZIP archive"
    yield "pointer", b"version https://git-lfs.github.com/spec/v1\noid sha256:0\n", "it is a pointer of Git LFS"
    yield "archive", b"!<arch>\n", "it is an archive of objects"
    yield "component", b"\0asm\x0d\0\1\0", "it is a WebAssembly component"
    yield "text_form", b"(module)", "it is WebAssembly in text form"
    yield "program", b"\x7fELF" + bytes(60), "it is a program"
    for label, contents in [("noise", bytes(range(128, 256))), ("other_version", b"\0asm\2\0\0\0"), ("seven_first", graph),
                            ("line", b"\n"), ("letters", b"\x08\x08nothing"), ("large_length", b"\x08\x01\x12\xff\xff\xff\xff\xff\xff\xff\xff\x7f")]:
        yield label, contents, "(no '\\0asm' version 1 at its start)"


def refused():
    """name -> (bytes, status)"""
    add = module(ADD_SIGNATURE, ADD)
    yield "truncated", add[: len(add) // 2], "InvalidModule"
    yield "truncated_section", add[:-3], "InvalidModule"
    yield "missing_section", module(ADD_SIGNATURE, ADD, sections=0), "InvalidModule"
    yield "two_sections", module(ADD_SIGNATURE, ADD, sections=2), "InvalidModule"
    yield "bad_json", module(None, ADD, raw_signature=b'{"abi": 1,'), "InvalidModule"
    yield "deep_json", module(None, ADD, raw_signature=b"[" * 100000), "InvalidModule"
    latin1 = json.dumps(ADD_SIGNATURE).encode().replace(b'"sum"', b'"s\xff\xfe"')
    yield "bad_utf8", module(None, ADD, raw_signature=latin1), "InvalidModule"
    yield "other_version", forged(["abi"], 2), "Unsupported"
    yield "unknown_feature", forged(["features"], ["simd4096"]), "Unsupported"
    yield "unknown_dtype", forged(["functions", 0, "inputs", 0, "dtype"], "f8"), "Unsupported"
    yield "offset_outside_memory", forged(["functions", 0, "outputs", 0, "offset"], 3 * PAGE), "InvalidModule"
    yield "offset_wraps", forged(["functions", 0, "outputs", 0, "offset"], 0xFFFFFFFC), "InvalidModule"
    yield "length_outside_memory", forged(["functions", 0, "inputs", 1],
                                          tensor("b", "f32", [65536], Y)), "InvalidModule"
    yield "length_of_other_shape", forged(["functions", 0, "inputs", 1, "byteLength"], 20), "InvalidModule"
    yield "product_overflows", forged(["functions", 0, "inputs", 1, "shape"], [65536] * 5), "InvalidModule"
    yield "negative_extent", forged(["functions", 0, "inputs", 1, "shape"], [-4]), "InvalidModule"
    yield "default_of_open_shape", module(changed(KEEP_SIGNATURE, ["functions", 0, "inputs", 0, "default"], True),
                                          {"run": (keep_positive(), 3)}), "InvalidModule"
    yield "default_of_output", forged(["functions", 0, "outputs", 0, "default"], True), "InvalidModule"
    yield "default_of_other_type", forged(["functions", 0, "inputs", 0, "default"], 1), "InvalidModule"
    yield "unknown_dim", forged(["functions", 0, "inputs", 1, "shape"], ["m"]), "InvalidModule"
    yield "misaligned", forged(["functions", 0, "inputs", 1, "offset"], Y + 2), "InvalidModule"
    yield "overlaps_stack", forged(["functions", 0, "inputs", 1, "offset"], 4096), "InvalidModule"
    yield "inputs_overlap", forged(["functions", 0, "inputs", 1, "offset"], X + 8), "InvalidModule"
    yield "extent_outside_table", module(changed(KEEP_SIGNATURE, ["dims", 1, "offset"], X),
                                         {"run": (keep_positive(), 3)}), "InvalidModule"
    yield "pages_forged", forged(["memory", "pages"], 4), "InvalidModule"
    yield "memory_grows", module(ADD_SIGNATURE, ADD, maximum=4), "InvalidModule"
    yield "memory_unbounded", module(ADD_SIGNATURE, ADD, maximum=None), "InvalidModule"
    yield "memory_not_exported", module(ADD_SIGNATURE, ADD, memory_name="mem"), "InvalidModule"
    yield "entry_not_exported", module(ADD_SIGNATURE, {"ran": ADD["run"]}), "InvalidModule"
    yield "entry_of_other_type", module(ADD_SIGNATURE, ADD, entry_type=1), "InvalidModule"
    yield "version_export_differs", module(ADD_SIGNATURE, ADD, abi_version=2), "InvalidModule"
    yield "wants_imports", module(ADD_SIGNATURE, ADD, imports=True), "InvalidModule"
    yield "has_start_function", module(ADD_SIGNATURE, ADD, start=True), "InvalidModule"
    code = add_vectors(X, Y, Z, 4)[:-2]  # the result is missing: the engine's validation refuses it
    yield "invalid_code", module(ADD_SIGNATURE, {"run": (code, 0)}), "InvalidModule"
    base = {"storage": "external", "file": "external.weights", "sha256": "0" * 64, "offset": WEIGHTS, "byteLength": 16}
    yield "weights_of_other_hash", forged(["weights"], base), "InvalidModule"
    yield "weights_of_other_length", forged(["weights"], {**base, "byteLength": 12}), "InvalidModule"
    yield "weights_missing", forged(["weights"], {**base, "file": "nowhere.weights"}), "Io"
    yield "weights_outside_folder", forged(["weights"], {**base, "file": "../external.weights"}), "InvalidModule"
    state = lambda changes: (module(with_state(changes), STATE), "InvalidModule")
    yield "state_in_stack", *state({"offset": 4096})
    yield "state_in_extents", *state({"offset": EXTENTS})
    yield "state_in_arena", *state({"offset": X + 4096})
    yield "state_in_weights", *state({"offset": WEIGHTS})
    yield "state_outside_memory", *state({"offset": 3 * PAGE - 4})
    yield "state_misaligned", *state({"offset": S + 2})
    yield "state_of_other_length", *state({"byteLength": 12})
    yield "state_of_open_shape", module({**with_state({"shape": ["n"], "byteLength": 64}), "dims": [N_DIM]}, STATE), "InvalidModule"
    yield "state_without_output", *state({"output": ""})
    yield "state_named_like_input", *state({"name": "x"})
    yield "state_first_outside_weights", *state({"initialOffset": WEIGHTS + 12})
    yield "state_first_before_weights", *state({"initialOffset": WEIGHTS - 4})
    longer = changed(changed(GROWING_SIGNATURE, ["dims", 0, "initial"], 3), ["functions", 0, "state", 0, "initialOffset"], WEIGHTS)
    pair = lambda **second: changed(STATE_SIGNATURE, ["functions", 0, "state"], [
        STATE_ENTRY["state"][0], {**STATE_ENTRY["state"][0], "name": "more", **second}])
    yield "states_overlap", module(pair(offset=S + 4), STATE), "InvalidModule"
    yield "states_of_one_name", module(pair(offset=S + 64, name="sum"), STATE), "InvalidModule"
    moved = lambda key, at: changed(STATE_SIGNATURE, ["functions", 0, key, 0, "offset"], at)
    yield "state_over_input", module(moved("inputs", S + 4), STATE), "InvalidModule"
    yield "state_over_output", module(moved("outputs", S - 4), STATE), "InvalidModule"
    across = {**STATE_SIGNATURE, "functions": [STATE_ENTRY, {**STATE_ENTRY, "name": "other"}]}
    yield "state_of_two_entries_shared", module(across, {**STATE, "other": STATE["run"]}), "InvalidModule"
    growing = lambda path, value: (module(changed(GROWING_SIGNATURE, path, value), GROWING), "InvalidModule")
    yield "state_first_outside_bounds", *growing(["dims", 0, "initial"], 9)
    yield "state_of_derived_extent", *growing(["dims", 0, "derived"], True)
    yield "state_of_given_extent", *growing(["dims", 0], {key: value for key, value in PAST.items() if key != "initial"})
    yield "state_shorter_than_its_bound", *growing(["functions", 0, "state", 0, "byteLength"], 28)
    yield "state_first_longer_than_weights", module(changed(longer, ["dims", 0, "initial"], 5), GROWING), "InvalidModule"
    yield "sum_of_unknown_dim", *growing(["dims", 2, "equals", "terms", 0, "dim"], "other")
    yield "sum_of_itself", *growing(["dims", 2, "equals", "terms", 0, "dim"], "total")
    yield "sum_of_nothing", *growing(["dims", 2, "equals", "terms"], [])
    yield "sum_of_no_times", *growing(["dims", 2, "equals", "terms", 0, "times"], 0)
    yield "sum_that_is_kept", *growing(["dims", 0, "equals"], {"terms": [{"dim": "new", "times": 1}], "plus": 0})
    yield "sum_as_text", *growing(["dims", 2, "equals"], "past + new")
    yield "multiple_of_nothing", module(changed(KEEP_SIGNATURE, ["dims", 0, "multipleOf"], 0), {"run": (keep_positive(), 3)}), "InvalidModule"
    yield "multiple_of_derived", module(changed(KEEP_SIGNATURE, ["dims", 1, "multipleOf"], 2), {"run": (keep_positive(), 3)}), "InvalidModule"
    yield "library", library.module(), "Unsupported"


def hostile_modules():
    """name -> (bytes, status or None when it is accepted)"""
    add, kept = module(ADD_SIGNATURE, ADD), {"run": (keep_positive(), 3)}
    yield from hostile.modules(add)
    for label, text, status, is_open in hostile.texts(ADD_SIGNATURE, KEEP_SIGNATURE):
        yield label, module(None, kept if is_open else ADD, raw_signature=text), status
    for label, changed_signature, status in hostile.large(ADD_SIGNATURE):
        yield label, module(changed_signature, {entry["name"]: ADD["run"] for entry in changed_signature["functions"]}), status


def main(directory):
    directory = pathlib.Path(directory)
    directory.mkdir(parents=True, exist_ok=True)
    index = []
    for label, contents, cases in accepted():
        (directory / f"{label}.wasm").write_bytes(contents)
        index.append({"file": f"{label}.wasm", "accept": True, "cases": cases})
    for label, contents, status in refused():
        (directory / f"{label}.wasm").write_bytes(contents)
        index.append({"file": f"{label}.wasm", "accept": False, "status": status})
    for label, contents, text in foreign():
        (directory / f"foreign_{label}.wasm").write_bytes(contents)
        index.append({"file": f"foreign_{label}.wasm", "accept": False, "status": "InvalidModule", "text": text})
    for label, contents, status in hostile_modules():
        (directory / f"hostile_{label}.wasm").write_bytes(contents)
        index.append({"file": f"hostile_{label}.wasm", "accept": status is None, "hostile": True,
                      **({"cases": []} if status is None else {"status": status})})
    (directory / "external.weights").write_bytes(struct.pack("<4f", 0.5, 1.5, 2.5, 3.5))
    libraries = [{"file": "library.wasm", "accept": True, "cases": library.cases()},
                 {"file": "add.wasm", "accept": False, "status": "Unsupported"}]
    for label, contents, status in library.refused():
        (directory / f"{label}.wasm").write_bytes(contents)
        libraries.append({"file": f"{label}.wasm", "accept": False, "status": status})
    (directory / "index.json").write_text(json.dumps({"vectors": index, "libraries": libraries}, indent=1) + "\n")


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    main(sys.argv[1])
