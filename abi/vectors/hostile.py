"""Modules that want more than their signature says, or whose signature is JSON that readers disagree about.

Each is the module `add` of generate.py with a section, or the text of its signature, replaced. Both hosts load all of them in
every test, and compare time and memory with the bounds that stand there.
"""

import copy
import json

import costly
from wat import name, section, signed, unsigned, vector

I32 = b"\x7f"
HUGE = 2**32 - 1
# What the caps of abi.def are a little less than. The largest model known has 5 dims and 47 tensors.
MANY_DIMS, MANY_TENSORS = 16_000, 5_000


def split(module):
    """[(id, contents)] in file order"""
    out, at = [], 8
    while at < len(module):
        number, at, length, shift = module[at], at + 1, 0, 0
        while True:
            byte, at = module[at], at + 1
            length, shift = length | (byte & 0x7F) << shift, shift + 7
            if byte < 0x80:
                break
        out.append((number, module[at:at + length]))
        at += length
    return out


def join(sections):
    return b"\0asm\1\0\0\0" + b"".join(section(number, contents) for number, contents in sections)


# The order of sections (core specification 5.5.2): data count stands before the code, tags behind the memory.
ORDER = [1, 2, 3, 4, 5, 13, 6, 7, 8, 9, 12, 10, 11, 0]


def replaced(module, changes):
    """The module with other contents of some sections; None leaves one out."""
    sections = {**dict(split(module)), **changes}
    return join((number, sections[number]) for number in sorted(sections, key=ORDER.index) if sections[number] is not None)


def limits(flags, *numbers):
    return bytes([flags]) + b"".join(map(unsigned, numbers))


def function_type(parameters, results):
    return b"\x60" + vector(parameters) + vector(results)


def body(code, locals_=()):
    contents = vector(locals_) + code + b"\x0b"
    return unsigned(len(contents)) + contents


def modules(add):
    """name -> (bytes, status or None when it is accepted): the parts of a module"""
    parts = dict(split(add))
    types, bodies = [function_type([], [I32]), function_type([I32], [I32]), function_type([], [])], parts[10]
    with_ = lambda **changes: replaced(add, {NUMBER[key]: contents for key, contents in changes.items()})
    refused = lambda **changes: (with_(**changes), "InvalidModule")
    memory, all_pages = limits(1, 3, 3), limits(1, 65536, 65536)

    yield "memory_twice", *refused(memory=vector([memory, all_pages]))
    yield "memory_none", *refused(memory=None)
    yield "memory_of_no_entry", *refused(memory=vector([]))
    yield "memory_more_than_said", *refused(memory=vector([all_pages]))
    yield "memory_64", *refused(memory=vector([limits(5, 3, 3)]))
    yield "memory_64_huge", *refused(memory=vector([limits(5, 2**47, 2**48)]))
    yield "memory_shared", *refused(memory=vector([limits(3, 3, 3)]))
    yield "memory_of_small_pages", *refused(memory=vector([limits(9, 3 * 65536, 3 * 65536, 0)]))
    yield "memory_of_unknown_kind", *refused(memory=vector([limits(0x41, 3, 3)]))
    yield "memory_cut", *refused(memory=unsigned(1) + limits(1, 3))
    yield "memory_and_more", *refused(memory=vector([memory]) + b"\0")

    table = lambda kind, *rest: b"\x70" + limits(kind, *rest)
    yield "table_small", with_(table=vector([table(1, 65536, 65536)])), None
    yield "table_of_billions", *refused(table=vector([table(0, HUGE)]))
    yield "table_of_millions", *refused(table=vector([table(1, 10_000_000, 10_000_000)]))
    yield "table_that_grows", *refused(table=vector([table(0, 1)]))
    yield "table_of_large_maximum", *refused(table=vector([table(1, 1, 10_000_000)]))
    yield "table_of_externals", *refused(table=vector([b"\x6f" + limits(1, 1000, 1000)]))
    yield "table_64", *refused(table=vector([table(5, 2**40, 2**40)]))
    yield "table_twice", *refused(table=vector([table(1, 1, 1)] * 2))
    yield "table_a_thousand_times", *refused(table=vector([table(1, 65536, 65536)] * 1000))
    yield "table_with_first_value", *refused(table=vector([b"\x40\0\x70" + limits(1, 1000, 1000) + b"\xd0\x70\x0b"]))

    yield "type_array", *refused(type=vector([*types, b"\x5e\x78\x01"]))
    yield "type_struct", *refused(type=vector([*types, b"\x5f" + vector([I32 + b"\1"])]))
    yield "type_recursive", *refused(type=vector([b"\x4e" + vector(types)]))
    yield "type_sub", *refused(type=vector([*types, b"\x50" + vector([]) + types[2]]))
    yield "type_of_exception", *refused(type=vector([*types, function_type([b"\x69"], [])]))
    yield "type_of_any", *refused(type=vector([*types, function_type([b"\x6e"], [])]))
    yield "type_of_reference", *refused(type=vector([*types, function_type([b"\x64\x70"], [])]))
    yield "type_of_vector", *refused(type=vector([*types, function_type([b"\x7b"], [])]))
    yield "type_count_huge", *refused(type=unsigned(HUGE) + types[0])
    yield "type_millions", *refused(type=vector([types[0]] * 2_000_000))
    yield "type_of_many_parameters", *refused(type=vector([*types, function_type([I32] * 2_000_000, [])]))
    # Two gigabytes on a heap of the engine, asked for by the export that every host calls first.
    array = b"\x41" + signed(2**31 - 1) + b"\xfb\x07" + unsigned(3) + b"\x1a\x41\x01"
    count, rest = bodies[:1], bodies[1:]
    run, error, _version, nothing = cut(rest, 4)
    yield "array_of_gigabytes", *refused(type=vector([*types, b"\x5e\x78\x01"]), code=count + run + error + body(array) + nothing)

    yield "tags", *refused(tag=vector([b"\0" + unsigned(2)]))
    yield "section_unknown", join([*split(add), (14, b"")]), "InvalidModule"
    yield "section_255", join([*split(add), (255, b"")]), "InvalidModule"
    yield "section_twice", join([*split(add)[:3], split(add)[2], *split(add)[3:]]), "InvalidModule"
    yield "sections_in_other_order", join([split(add)[1], split(add)[0], *split(add)[2:]]), "InvalidModule"
    yield "signature_first", join([split(add)[-1], *split(add)[:-1]]), None
    yield "section_lengths_padded", b"\0asm\1\0\0\0" + b"".join(
        bytes([number, len(contents) & 0x7F | 0x80, len(contents) >> 7 | 0x80, 0x80, 0x80, 0]) + contents
        for number, contents in split(add)), None
    yield "sections_without_end", join([*split(add), *[(0, name("x"))] * 300_000]), "InvalidModule"
    yield "imports_none", with_(import_=vector([])), None
    imported = lambda kind: name("env") + name("x") + kind
    yield "imports_memory", *refused(import_=vector([imported(b"\x02" + memory)]))
    yield "imports_table", *refused(import_=vector([imported(b"\x01" + table(0, HUGE))]))
    yield "imports_global", *refused(import_=vector([imported(b"\x03\x7f\0")]))
    yield "imports_of_huge_count", *refused(import_=unsigned(HUGE))

    exports = [name("memory") + b"\x02\0", name("run") + b"\0\0", name("wasmind_error") + b"\0\1", name("wasmind_abi_version") + b"\0\2"]
    exporting = lambda *more: with_(export=vector([*exports, *more]))
    # Asked for a member of this name, a promise that is resolved with the exports would call it.
    yield "exports_then", exporting(name("then") + b"\0\0"), None
    yield "exports_words_of_javascript", exporting(*[name(word) + b"\0\0" for word in ("constructor", "__proto__", "toString", "valueOf")]), None
    yield "exports_twice", exporting(name("run") + b"\0\0"), "InvalidModule"
    yield "exports_of_huge_count", *refused(export=unsigned(HUGE) + exports[0])
    yield "exports_no_such_function", exporting(name("x") + b"\0" + unsigned(HUGE)), "InvalidModule"
    yield "exports_other_kind", *refused(export=vector([*exports[:1], name("run") + b"\x02\0", *exports[2:]]))
    yield "exports_second_memory", *refused(
        memory=vector([limits(1, 1, 1), memory]), export=vector([name("memory") + b"\x02\1", *exports[1:]]))
    yield "functions_of_huge_count", *refused(function=unsigned(HUGE) + b"\0")
    yield "functions_of_no_type", *refused(function=vector([b"\0", b"\0", b"\0", unsigned(HUGE)]))
    yield "function_without_result", *refused(function=vector([b"\2", b"\0", b"\0", b"\2"]))
    yield "start_function", *refused(start=unsigned(3))
    yield from costly.modules(add, replaced, types, bodies)


NUMBER = {"type": 1, "import_": 2, "function": 3, "table": 4, "memory": 5, "tag": 13, "global_": 6, "export": 7, "start": 8, "code": 10}


def cut(bodies, count):
    """The bodies of a code section of short functions, each with its length."""
    out = []
    for _ in range(count):
        length, size = bodies[0], 1
        if length >= 0x80:
            length, size = length & 0x7F | bodies[1] << 7, 2
        out.append(bodies[:size + length])
        bodies = bodies[size + length:]
    return out


def texts(signature, open_signature):
    """name -> (text of a signature, status or None, whether it is that of the module with an open shape)"""
    plain = json.dumps(signature, separators=(",", ":"))
    opened = json.dumps(open_signature, separators=(",", ":"))

    def with_(old, new, status=None, text=plain):
        assert text.count(old) == 1, old
        out = text.replace(old, new)
        return out.encode() if isinstance(out, str) else out, status, text is opened

    more = lambda text, status=None: with_('{"abi":1,', '{"abi":1,"more":' + text + ",", status)
    invalid = "InvalidModule"
    # An integer is what its value says.
    yield "number_with_exponent", *with_('"pages":3', '"pages":3e0')
    yield "number_small_with_exponent", *with_('"byteLength":8192', '"byteLength":0.08192E5')
    yield "number_of_exponent_exact", *with_('"byteLength":8192', '"byteLength":8.192e+3')
    yield "number_with_point", *with_('"abi":1,', '"abi":1.0,')
    yield "number_minus_zero", *with_('"min":0,"max":16,"offset":65536', '"min":-0,"max":16,"offset":65536', text=opened)
    yield "number_minus_zero_point", *with_('"min":0,"max":16,"offset":65536', '"min":-0.0,"max":16,"offset":65536', text=opened)
    yield "number_with_fraction", *with_('"pages":3', '"pages":3.5', invalid)
    yield "number_negative", *with_('"pages":3', '"pages":-3', invalid)
    yield "number_with_plus", *with_('"pages":3', '"pages":+3', invalid)
    yield "number_with_zero_before", *with_('"pages":3', '"pages":03', invalid)
    yield "number_without_digit", *with_('"pages":3', '"pages":3.', invalid)
    yield "number_hexadecimal", *with_('"pages":3', '"pages":0x3', invalid)
    yield "number_as_text", *with_('"pages":3', '"pages":"3"', invalid)
    yield "number_that_wraps", *with_('"pages":3', '"pages":4294967299', invalid)
    kernel = '"kernels":[{"name":"k","flops":%s}]'
    yield "number_largest", *with_('"kernels":[]', kernel % "9007199254740991")
    yield "number_no_f64_holds", *with_('"kernels":[]', kernel % "9007199254740993", invalid)
    yield "number_of_64_bits", *with_('"kernels":[]', kernel % "18446744073709551615", invalid)
    yield "number_of_many_digits", *with_('"kernels":[]', kernel % ("1" + "0" * 300), invalid)
    yield "number_tiny", *with_('"kernels":[]', kernel % "1e-400")
    yield "number_over_f64", *more("1e400", invalid)
    yield "number_over_f64_inside", *more('[{"x":[-1e999]}]', invalid)
    yield "number_nan", *more("NaN", invalid)
    # Of a key that is there twice the last one counts.
    yield "key_twice", *with_('{"abi":1,', '{"abi":2,"abi":1,')
    yield "key_twice_written_otherwise", *with_('{"abi":1,', '{"abi":1,"\\u0061bi":2,', "Unsupported")
    yield "key_twice_inside", *with_('"pages":3', '"pages":4,"pages":3')
    yield "text_with_mark", b"\xef\xbb\xbf" + plain.encode(), invalid, False
    yield "text_in_16_bits", plain.encode("utf-16"), invalid, False
    yield "text_with_end", plain.encode() + b"\0", invalid, False
    yield "text_behind_end", plain.encode() + b"\0" + b"x" * 40, invalid, False
    yield "text_behind", plain.encode() + b"{}", invalid, False
    yield "text_in_white_space", b" \t\r\n" + plain.encode() + b"\n" * 20, None, False
    yield "text_in_other_space", b"\x0c" + plain.encode(), invalid, False
    yield "text_with_comment", plain.encode() + b"/**/", invalid, False
    yield "comma_at_end", *more("[1,]", invalid)
    yield "tab_in_text", *more('"\t"', invalid)
    yield "zero_byte_in_text", *more('"\0"', invalid)
    yield "zero_byte_in_name", *with_('"name":"sum"', '"name":"s\\u0000m"', invalid)
    yield "zero_byte_nobody_reads", *more('"\\u0000"')
    yield "surrogate_alone", *with_('"name":"sum"', '"name":"\\ud800"', invalid)
    yield "surrogate_nobody_reads", *more('["\\uDC00"]', invalid)
    yield "surrogate_in_key", *more('{"\\udbffx":1}', invalid)
    yield "surrogates_in_other_order", *more('"\\udc00\\ud800"', invalid)
    yield "surrogate_pair", *more('"\\ud83d\\ude00"')
    yield "surrogate_behind_backslash", *more('"\\\\ud800"')
    yield "surrogate_in_utf8", plain.encode().replace(b'"sum"', b'"\xed\xa0\x80"'), invalid, False
    yield "overlong_utf8", plain.encode().replace(b'"sum"', b'"\xc1\xb3um"'), invalid, False
    yield "deep_but_closed", *more("[" * 50_000 + "]" * 50_000, invalid)
    yield "deep_objects", *more('{"x":' * 50_000 + "1" + "}" * 50_000, invalid)
    yield "as_deep_as_may_be", *more("[" * 63 + "]" * 63)
    yield "too_deep", *more("[" * 64 + "]" * 64, invalid)
    yield "brackets_in_text", *more('"' + "[" * 1000 + '\\"{' + '"')
    yield "text_of_16_megabytes", plain.encode() + b" " * (2**24 - len(plain)), None, False
    yield "text_of_more_megabytes", plain.encode() + b" " * (2**24 - len(plain) + 1), invalid, False
    external = {"storage": "external", "sha256": "0" * 64, "offset": 131072, "byteLength": 16}
    yield "weights_name_of_256_bytes", json.dumps({**signature, "weights": {**external, "file": "é" * 128}}, ensure_ascii=False).encode(), invalid, False
    for word in ("__proto__", "constructor", "then"):
        yield f"name_{word.strip('_')}", plain.replace('"sum"', f'"{word}"').encode(), None, False
        yield f"operator_{word.strip('_')}", *with_('"operators":{"Add":1}', f'"operators":{{"{word}":1}}')


def with_dims(signature, count):
    """An open module of `count` dims; an input and an output use the last."""
    out = copy.deepcopy(signature)
    out["memory"] = {"pages": 3, "stack": {"offset": 0, "byteLength": 256}, "extents": {"offset": 256, "byteLength": 4 * count},
                     "arena": {"offset": 65536 + 256, "byteLength": 8192}, "weights": {"offset": 131072, "byteLength": 16}}
    out["dims"] = [{"name": f"d{i}", "min": 0, "max": 4, "offset": 256 + 4 * i, "derived": False} for i in range(count)]
    return out


def large(signature):
    """name -> (signature of the module `add`, status or None)"""
    dims = with_dims(signature, MANY_DIMS)
    dims["functions"][0]["inputs"] = [{"name": f"x{i}", "dtype": "f32", "shape": [f"d{i}"] * 30 + [0], "offset": 0, "byteLength": 0} for i in range(MANY_DIMS // 8)]
    dims["functions"][0]["outputs"] = [{"name": f"y{i}", "dtype": "f32", "shape": [f"d{MANY_DIMS - 1 - i}", 0], "offset": 0, "byteLength": 0} for i in range(MANY_DIMS // 8)]
    yield "many_dims", dims, None
    tensors = copy.deepcopy(signature)
    tensors["functions"][0]["inputs"] += [{"name": f"x{i}", "dtype": "f32", "shape": [1, 0], "offset": 4 * i, "byteLength": 0} for i in range(MANY_TENSORS)]
    tensors["functions"][0]["outputs"] += [{"name": f"y{i}", "dtype": "u8", "shape": [0], "offset": i, "byteLength": 0} for i in range(MANY_TENSORS)]
    yield "many_tensors", tensors, None
    more = copy.deepcopy(tensors)
    more["functions"][0]["outputs"] += [{"name": f"z{i}", "dtype": "u8", "shape": [0], "offset": i, "byteLength": 0} for i in range(70_000)]
    yield "too_many_tensors", more, "InvalidModule"
    yield "too_many_dims", {**with_dims(signature, 10), "dims": [
        {"name": f"d{i}", "min": 0, "max": 4, "offset": 256, "derived": False} for i in range(70_000)]}, "InvalidModule"
    entry = signature["functions"][0]
    yield "too_many_entries", {**signature, "functions": [{**entry, "name": f"e{i}"} for i in range(5_000)]}, "InvalidModule"
    kernels = {**signature, "kernels": [{"name": f"k{i}"} for i in range(100_000)]}
    yield "many_kernels", kernels, None
