"""The golden operator library: library.wat with its signature, what hosts compute with it, and broken copies of it."""

import copy
import json
import math
import pathlib
import struct

from wat import assemble, name, section

DTYPES = ["f32", "f64", "f16", "bf16", "i8", "i16", "i32", "i64", "u8", "u16", "u32", "u64", "bool"]
FORMATS = {"f32": "f", "f64": "d", "f16": "e", "i8": "b", "i16": "h", "i32": "i", "i64": "q", "u8": "B", "u16": "H",
           "u32": "I", "u64": "Q", "bool": "?"}
WIDTHS = {dtype: struct.calcsize(FORMATS.get(dtype, "H")) for dtype in DTYPES}


def operator(label, inputs, outputs, variants, attributes=()):
    """`variants` are strings such as "f32 f32 -> f32"."""
    split = [tuple(side.split() for side in variant.split("->")) for variant in variants]
    return {"name": label, "export": f"__tvm_ffi_{label}", "origin": "wasmind", "inputs": inputs,
            "attributes": list(attributes), "outputs": outputs,
            "variants": [{"inputs": left, "outputs": right} for left, right in split]}


EMPTY = {"offset": 0, "byteLength": 0}
SIGNATURE = {
    "abi": 1, "compiler": "abi/vectors", "source": {"format": "hand", "name": "library.wat"},
    "features": [], "dims": [], "functions": [],
    "library": {"operators": [
        operator("Add", ["a", "b"], ["sum"], ["f32 f32 -> f32", "i32 i32 -> i32"]),
        operator("Scale", ["x"], ["y"], ["f32 -> f32"], [
            {"name": "factor", "type": "f64"}, {"name": "shift", "type": "i64", "default": -1},
            {"name": "negate", "type": "bool", "default": False}]),
        operator("Copy", ["x"], ["y"], [f"{dtype} -> {dtype}" for dtype in DTYPES]),
        operator("Twin", ["x"], ["first", "second"], ["f32 -> f32 f32"]),
        operator("Choose", ["which", "a", "b"], ["y"], [f"bool {dtype} {dtype} -> {dtype}" for dtype in DTYPES]),
        operator("Trap", ["x"], ["y"], ["f32 -> f32"]),
        operator("Spin", ["x"], ["y"], ["f32 -> f32"]),
        operator("Forge", ["x"], ["y"], ["f32 -> f32"], [{"name": "kind", "type": "i64"}]),
        {"name": "tvm_add", "export": "__tvm_ffi_tvm_add", "origin": "linked"},
    ]},
    "memory": {"pages": 2, "stack": EMPTY, "extents": EMPTY, "arena": EMPTY, "weights": EMPTY},
    "weights": {"storage": "inline"}, "operators": {}, "kernels": [],
}


def module(signature=None, change=lambda source: source):
    source = pathlib.Path(__file__).with_name("library.wat").read_text()
    changed = change(source)
    text = json.dumps(SIGNATURE if signature is None else signature, separators=(",", ":")).encode()
    return assemble(changed) + section(0, name("wasmind") + text)


# --- what it computes --------------------------------------------------------------------------------------------

def tensor(dtype, shape, values=None, *, raw=None):
    """Bytes in hexadecimal: exact for every element type in every language."""
    if raw is None:
        raw = struct.pack(f"<{len(values)}{FORMATS[dtype]}", *values)
    return {"dtype": dtype, "shape": shape, "bytes": raw.hex()}


def strided(base, shape, strides, offset=0):
    """A tensor in the library's memory that shows elements of another one there."""
    return {**base, "strided": {"shape": shape, "strides": strides, "offset": offset}}


def integer(value):
    """A number that hosts get as an integer, whatever JSON's readers make of large ones."""
    return {"integer": str(value)}


def number(value):
    """A number that hosts get as a floating-point one: decimal digits, or nan, inf, -inf."""
    return {"number": repr(value)}


def case(label, arguments, results=None, **more):
    return {"operator": label, "arguments": arguments, **({} if results is None else {"results": results}), **more}


def refusal(label, arguments, text, status="InvalidArgument", **more):
    """`text` is part of the host's line."""
    return case(label, arguments, status=status, text=text, **more)


def cases():
    f32 = lambda *values: tensor("f32", [len(values)], values)
    i32 = lambda *values: tensor("i32", [len(values)], values)
    listed = [
        case("Add", [f32(1, 2, 3), f32(10, 20, 30.5)], [f32(11, 22, 33.5)]),
        case("Add", [i32(1, 2**31 - 1), i32(2, 1)], [i32(3, -2**31)]),
        case("Add", [tensor("f32", [], [1]), tensor("f32", [], [2])], [tensor("f32", [], [3])]),
        case("Add", [tensor("f32", [2, 0, 3], []), tensor("f32", [0], [])], [tensor("f32", [2, 0, 3], [])]),
        case("Add", [tensor("f32", [2, 3], range(6)), tensor("f32", [2, 3], [1] * 6)],
             [tensor("f32", [2, 3], range(1, 7))]),
        # A number in place of a tensor is a scalar of the element type that the tensors leave for it.
        case("Add", [tensor("f32", [1], [1.5]), 2], [f32(3.5)]),
        case("Add", [tensor("i32", [1], [5]), -7], [i32(-2)]),
        case("Choose", [tensor("bool", [], [True]), f32(1, 2), 5], [f32(1, 2)]),
        case("Choose", [tensor("bool", [], [False]), f32(1, 2), 5], [tensor("f32", [], [5])]),
        case("Choose", [False, i32(1, 2), -5], [tensor("i32", [], [-5])]),
        refusal("Choose", [2, i32(1, 2), 5], "Choose: 'which': 2 does not fit element type bool"),
        case("Scale", [f32(1, 2)], [f32(9, 19)], attributes={"factor": 10}),
        case("Scale", [f32(1, 2)], [f32(1, 3)], attributes={"factor": 2.0, "shift": -1, "negate": False}),
        case("Scale", [f32(1, 2)], [f32(-5.5, -6)], attributes={"factor": 0.5, "shift": 5, "negate": True}),
        case("Scale", [f32(1, 2), 3, 4], [f32(7, 10)]),
        case("Scale", [f32(1, 2), 3], [f32(-3, -6)], attributes={"shift": 0, "negate": 1}),
        case("Twin", [f32(4, 5)], [f32(4, 5), f32(4, 5)]),
        case("tvm_add", [f32(1, 2), f32(3, 4)], [f32(4, 6)], given=[f32(0, 0)]),
        case("Add", [f32(1, 2), f32(3, 4)], [f32(4, 6)], given=[f32(0, 0)]),

        refusal("Sub", [f32(1)], "no operator 'Sub'"),
        refusal("Ad", [f32(1)], "no operator 'Ad'; the nearest is 'Add'"),
        refusal("Add", [f32(1), i32(1)], "Add: not built for (f32, i32); built for (f32, f32), (i32, i32)"),
        refusal("Add", [tensor("u8", [1], [1]), tensor("u8", [1], [1])], "Add: not built for (u8, u8)"),
        refusal("Add", [f32(1, 2), f32(1, 2, 3)], "Add: the shapes of 'a' and 'b' differ"),
        refusal("Add", [f32(1)], "Add: 1 argument where it takes 2 tensors: a, b"),
        refusal("Add", [f32(1), f32(1), f32(1)], "Add: 3 arguments where it takes 2 tensors: a, b"),
        refusal("Add", [i32(1), 1.5], "Add: 'b': 1.5 does not fit element type i32"),
        refusal("Add", [i32(1), 2**40], "Add: 'b': 1099511627776 does not fit element type i32"),
        refusal("Add", [1, 2], "Add: needs a tensor among its arguments"),
        refusal("Scale", [f32(1)], "Scale: attribute 'factor' is missing"),
        refusal("Scale", [f32(1)], "Scale: no attribute 'axis'; it has factor, shift, negate",
                attributes={"factor": 1, "axis": 0}),
        refusal("Scale", [f32(1)], "Scale: attribute 'shift' is 1.5, it takes an integer", attributes={"factor": 1, "shift": 1.5}),
        refusal("Scale", [f32(1)], "Scale: attribute 'negate' is 2, it takes true or false", attributes={"factor": 1, "negate": 2}),
        refusal("Scale", [f32(1), 2], "Scale: attribute 'factor' is given twice", attributes={"factor": 1}),
        refusal("Scale", [f32(1), f32(1)], "Scale: attribute 'factor' is a tensor, it takes a number"),
        refusal("Copy", [tensor("f32", [1] * 9, [0])], "Copy: 'x': rank 9 is over 8"),
        refusal("tvm_add", [f32(1), f32(1)], "tvm_add: expects a tensor for argument 2"),
        refusal("tvm_add", [f32(1), f32(1)], "tvm_add: no attribute 'axis'; it has none", given=[f32(0)], attributes={"axis": 0}),
        refusal("Add", [f32(1), f32(1)], "Add: 2 outputs given where it has 1: sum", given=[f32(0), f32(0)]),
        refusal("Trap", [f32(1)], "unreachable", "Trap"),
        refusal("Spin", [f32(1)], "time limit of 50 ms", "Limit", timeLimitMs=50),
        refusal("Copy", [tensor("u8", [300000], raw=bytes(300000))],
                "beside the 131072 that the library has, of at most 327680", "Limit", maxMemoryBytes=5 * 65536),
        refusal("Forge", [f32(1)], "failed without a text", attributes={"kind": 1}),
    ]
    listed += numbers()
    six = tensor("f32", [2, 3], range(6))
    listed += [
        case("Copy", [strided(six, [3, 2], [1, 3])], [tensor("f32", [3, 2], [0, 3, 1, 4, 2, 5])]),
        case("Copy", [strided(six, [6], [-1], 5)], [tensor("f32", [6], [5, 4, 3, 2, 1, 0])]),
        case("Copy", [strided(six, [2, 2], [3, -2], 2)], [tensor("f32", [2, 2], [2, 0, 5, 3])]),
        case("Copy", [strided(tensor("i8", [4], range(4)), [2], [2], 1)], [tensor("i8", [2], [1, 3])]),
        case("Copy", [strided(tensor("f64", [2], [1, 2]), [2, 3], [1, 0])], [tensor("f64", [2, 3], [1, 1, 1, 2, 2, 2])]),
        case("Copy", [strided(six, [], [], 4)], [tensor("f32", [], [4])]),
        case("Copy", [strided(six, [0, 9], [7, 7], 6)], [tensor("f32", [0, 9], [])]),
        case("Add", [strided(six, [3, 2], [1, 3]), tensor("f32", [3, 2], [10] * 6)], [tensor("f32", [3, 2], [10, 13, 11, 14, 12, 15])]),
        case("Add", [strided(six, [3], [2]), strided(six, [3], [-2], 5)], [f32(5, 5, 5)]),
        refusal("Copy", [strided(six, [7], [1])], "elements outside of the tensor, which has 6"),
        refusal("Copy", [strided(six, [2, 2], [3, 3])], "elements outside"),
        refusal("Copy", [strided(six, [3], [-1], 1)], "elements outside"),
        refusal("Copy", [strided(six, [1], [1], 6)], "elements outside"),
        refusal("Copy", [strided(six, [1], [1], -1)], "elements outside"),
        refusal("Copy", [strided(six, [0], [1], 7)], "elements outside"),
        refusal("Copy", [strided(six, [2**31 - 1] * 3, [2**31 - 1] * 3)], "elements outside"),
        refusal("Copy", [strided(six, [1] * 9, [0] * 9)], "'strided': rank 9 is over 8"),
        refusal("Copy", [strided(six, [-1], [1])], "'strided': extent -1"),
    ]
    patterns = bytes(range(8, 72))
    for dtype in DTYPES:
        raw = bytes([0, 1] * 2) if dtype == "bool" else patterns[: 4 * WIDTHS[dtype]]
        listed.append(case("Copy", [tensor(dtype, [2, 2], raw=raw)], [tensor(dtype, [2, 2], raw=raw)]))
    for kind in [0, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]:
        listed.append(refusal("Forge", [f32(1)], "broke the contract", "InvalidModule", attributes={"kind": kind}))
    return listed


# --- numbers --------------------------------------------------------------------------------------------------------

def numbers():
    """What a number becomes where a tensor or an attribute stands (spec.md, "Numbers")."""
    f32 = lambda *values: tensor("f32", [len(values)], values)
    listed = []

    def scalar(dtype, given, wanted=None, *, raw=None):
        """`given` in place of a tensor of `dtype`; None is wanted where it does not fit."""
        arguments = [False, tensor(dtype, [1], raw=bytes(WIDTHS[dtype])), given]
        if wanted is None and raw is None:
            listed.append(refusal("Choose", arguments, f" does not fit element type {dtype}"))
        else:
            listed.append(case("Choose", arguments, [tensor(dtype, [], None if wanted is None else [wanted], raw=raw)]))

    ranges = {"i8": (-2**7, 2**7), "i16": (-2**15, 2**15), "i32": (-2**31, 2**31), "i64": (-2**63, 2**63),
              "u8": (0, 2**8), "u16": (0, 2**16), "u32": (0, 2**32), "u64": (0, 2**64)}
    for dtype, (first, end) in ranges.items():
        for value in (first, end - 1, 2):
            scalar(dtype, integer(value), value)
        for value in (first - 1, end):
            if -2**63 <= value < 2**64:
                scalar(dtype, integer(value))
        for value in (2.0, -0.0, float(first)):
            scalar(dtype, number(value), int(value))
        for value in (float(end), float(first) - max(1.0, -first / 2**50), 0.5, math.nan, math.inf, -math.inf, 1e300):
            scalar(dtype, number(value))
        scalar(dtype, True)
    for dtype in ("f32", "f64", "f16"):
        for value in (0.1, -2.0, -0.0, math.inf, -math.inf):
            scalar(dtype, number(value), value)
        scalar(dtype, integer(-3), -3.0)
        scalar(dtype, False)
    scalar("f64", integer(2**63 + 2**11 + 1), float(2**63 + 2**11 + 1))
    scalar("f64", integer(2**53 + 1), float(2**53))
    # By way of the nearest f64, where the 1 is lost: half way between two f32, the even one is taken.
    scalar("f32", integer(2**60 + 2**36 + 1), float(2**60))
    scalar("f32", integer(2**64 - 1), float(2**64))
    scalar("f32", number(3.4028235677973366e38), math.inf)
    scalar("f32", number(math.nan), raw=bytes.fromhex("0000c07f"))
    scalar("f16", number(65519.99), 65504.0)
    scalar("f16", number(65520.0), math.inf)
    scalar("f16", number(2.0**-25), 0.0)
    scalar("f16", number(2.0**-25 * 1.0000001), 2.0**-24)
    scalar("f16", number(1 + 2.0**-11 + 2.0**-40), 1 + 2.0**-10)
    scalar("bf16", number(1 + 2.0**-8), raw=bytes.fromhex("803f"))
    scalar("bf16", number(1 + 2.0**-8 + 2.0**-40), raw=bytes.fromhex("813f"))
    scalar("bf16", number(3.4e38), raw=bytes.fromhex("807f"))
    scalar("bf16", integer(-2), raw=bytes.fromhex("00c0"))
    scalar("bf16", True)
    for value in (True, integer(1), number(1.0)):
        scalar("bool", value, True)
    for value in (False, integer(0), number(-0.0)):
        scalar("bool", value, False)
    for value in (integer(2), integer(-1), integer(2**64 - 1), number(0.5), number(math.nan)):
        scalar("bool", value)

    def scale(wanted, **attributes):
        listed.append(case("Scale", [f32(1)], [f32(wanted)], attributes={"factor": 0, "shift": 0, **attributes}))

    def unfit(text, **attributes):
        listed.append(refusal("Scale", [f32(1)], text, attributes={"factor": 0, "shift": 0, **attributes}))

    for value in (2**63 - 1, -2**63, 2**53 + 1):
        scale(float(value), shift=integer(value))
    scale(2.0**62, shift=number(2.0**62))
    scale(2.0, shift=number(2.0))
    whole = "it takes an integer of 64 bits"
    unfit(f"Scale: attribute 'shift' is 9223372036854775808, {whole}", shift=integer(2**63))
    unfit(f"Scale: attribute 'shift' is -1e+30, {whole}", shift=number(-1e30))
    unfit(f"Scale: attribute 'shift' is 0.5, {whole}", shift=number(0.5))
    unfit(f"Scale: attribute 'shift' is nan, {whole}", shift=number(math.nan))
    unfit(f"Scale: attribute 'shift' is -inf, {whole}", shift=number(-math.inf))
    unfit(f"Scale: attribute 'shift' is true, {whole}", shift=True)
    scale(0.1, factor=number(0.1))
    scale(float(2**60), factor=integer(2**60 + 1))
    scale(2.0**64, factor=integer(2**64 - 1))
    scale(-math.inf, factor=number(-math.inf))
    unfit("Scale: attribute 'factor' is true, it takes a number", factor=True)
    for value in (True, integer(1), number(1.0)):
        scale(-1.0, factor=1, negate=value)
    for value in (False, integer(0), number(-0.0)):
        scale(1.0, factor=1, negate=value)
    unfit("Scale: attribute 'negate' is 100000, it takes true or false", negate=integer(100000))
    unfit("Scale: attribute 'negate' is 100000, it takes true or false", negate=number(100000.0))
    unfit("Scale: attribute 'negate' is nan, it takes true or false", negate=number(math.nan))
    # Integers of over 64 bits are none. In C++ they cannot be written.
    for value in (2**64, -2**63 - 1, 10**400):
        listed.append(refusal("Add", [f32(1), integer(value)], "does not fit 64 bits"))
        unfit("does not fit 64 bits", factor=integer(value))
    listed.append(refusal("tvm_add", [integer(2**64)], "does not fit 64 bits"))
    # A kernel of somebody else says nothing about its parameters.
    listed.append(refusal("tvm_add", [integer(2**63)], "tvm_add: argument 0: 9223372036854775808 does not fit i64"))
    return listed


# --- broken copies -----------------------------------------------------------------------------------------------

def refused():
    """name -> (bytes, status)"""

    def forged(path, value):
        changed = copy.deepcopy(SIGNATURE)
        target = changed
        for key in path[:-1]:
            target = target[key]
        target[path[-1]] = value
        return module(changed)

    operators = ["library", "operators"]
    add, scale = [*operators, 0], [*operators, 1]
    yield "library_of_nothing", forged(operators, []), "InvalidModule"
    yield "library_without_list", forged(["library"], {}), "InvalidModule"
    yield "library_name_twice", forged([*scale, "name"], "Add"), "InvalidModule"
    yield "library_name_empty", forged([*scale, "name"], ""), "InvalidModule"
    yield "library_export_twice", forged([*scale, "export"], "__tvm_ffi_Add"), "InvalidModule"
    yield "library_export_of_contract", forged([*add, "export"], "wasmind_free"), "InvalidModule"
    yield "library_export_missing", forged([*add, "export"], "__tvm_ffi_Nowhere"), "InvalidModule"
    yield "library_unknown_origin", forged([*add, "origin"], "bought"), "Unsupported"
    yield "library_unknown_dtype", forged([*add, "variants", 0, "inputs", 1], "f8"), "Unsupported"
    yield "library_unknown_attribute_type", forged([*scale, "attributes", 0, "type"], "text"), "Unsupported"
    yield "library_variant_too_short", forged([*add, "variants", 1, "inputs"], ["i32"]), "InvalidModule"
    yield "library_variant_too_long", forged([*add, "variants", 1, "outputs"], ["i32"] * 2), "InvalidModule"
    yield "library_variant_twice", forged([*add, "variants", 1], SIGNATURE["library"]["operators"][0]["variants"][0]), "InvalidModule"
    yield "library_without_variants", forged([*add, "variants"], []), "InvalidModule"
    yield "library_variadic_number", forged([*add, "variadic"], 2), "InvalidModule"
    yield "library_without_outputs", forged([*add, "outputs"], []), "InvalidModule"
    yield "library_argument_twice", forged([*add, "inputs"], ["a", "a"]), "InvalidModule"
    yield "library_argument_called_out", forged([*scale, "attributes", 0, "name"], "out"), "InvalidModule"
    yield "library_too_many_arguments", forged([*add, "inputs"], [f"x{i}" for i in range(12)]), "InvalidModule"
    yield "library_default_of_other_type", forged([*scale, "attributes", 1, "default"], "zero"), "InvalidModule"
    yield "library_default_inexact", forged([*scale, "attributes", 1, "default"], 2**53), "InvalidModule"
    yield "library_default_no_bool", forged([*scale, "attributes", 2, "default"], 0), "InvalidModule"
    yield "library_with_functions", forged(["functions"], [{"name": "run", "inputs": [], "outputs": []}]), "InvalidModule"
    yield "library_with_arena", forged(["memory", "arena"], {"offset": 0, "byteLength": 8}), "InvalidModule"
    yield "library_of_other_contract", forged(["abi"], 2), "Unsupported"
    external = {"storage": "external", "file": "external.weights", "sha256": "0" * 64, "offset": 0, "byteLength": 16}
    yield "library_with_weights", forged(["weights"], external), "InvalidModule"
    yield "library_pages_forged", forged(["memory", "pages"], 3), "InvalidModule"
    yield "library_memory_is_fixed", module(change=replaced('(memory (export "memory") 2)', '(memory (export "memory") 2 2)')), "InvalidModule"
    yield "library_memory_is_bounded", module(change=replaced('(memory (export "memory") 2)', '(memory (export "memory") 2 9)')), "InvalidModule"
    yield "library_without_allocate", module(change=replaced('(export "wasmind_allocate")', "")), "InvalidModule"
    yield "library_without_free", module(change=replaced('(export "wasmind_free")', "")), "InvalidModule"
    yield "library_of_other_version", module(change=replaced("(result i32) (i32.const 1))", "(result i32) (i32.const 2))")), "InvalidModule"
    yield "library_operator_of_other_type", module(change=replaced(
        '(export "__tvm_ffi_Trap") (param $self i32)', '(export "__tvm_ffi_Trap")')), "InvalidModule"


def replaced(old, new):
    def change(source):
        assert source.count(old) == 1, old
        return source.replace(old, new)

    return change
