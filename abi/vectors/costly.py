"""Modules whose code takes engines far more time and memory than its length says, or would.

Each is the module `add` of generate.py with more types and functions. Engines keep lists of (local, branch), so code costs by the product
of both; a function is compiled at once, so it costs by its length; and what is not worth a byte has a price of its own:
an empty function 5 kB, a type 7 kB.
"""

import itertools

from wat import signed, unsigned, vector

I32, END = b"\x7f", b"\x0b"


def get(local):
    return b"\x20" + unsigned(local)


def increment(local):
    return get(local) + b"\x41\1\x6a\x21" + unsigned(local)


def loops_one_in_another(depth, local_count):
    """Every local changes innermost: each loop carries all of them."""
    return (b"\x03\x40" * depth + b"".join(map(increment, range(local_count))) +
            b"".join(get(i % local_count) + b"\x0d\0" + END for i in range(depth)))


def loops_in_a_row(count, local_count):
    return b"".join(b"\x03\x40" + increment(i % local_count) + get(i % local_count) + b"\x0d\0" + END for i in range(count))


def branches_back(count, local_count):
    """Every branch hands all locals to the loop: code of 130 times the length."""
    return b"\x03\x40" + b"".join(increment(i % local_count) + get(i % local_count) + b"\x0d\0" for i in range(count)) + END


def conditions_in_a_row(count, local_count):
    return b"".join(get(i * 7 % local_count) + b"\x04\x40\x41\1\x21" + unsigned(i % local_count) + END for i in range(count))


def tables(count, length, local_count):
    """Tables whose entries lead to a loop and behind them, by turns."""
    entries = b"".join(itertools.islice(itertools.cycle([b"\1", b"\0"]), length))
    return b"\x03\x40" + b"".join(increment(i % local_count) + b"\x02\x40" + get(i % local_count) + b"\x0e" + unsigned(length) + entries +
                                  b"\1" + END for i in range(count)) + END


def chain(start, instruction, count):
    return start + instruction * count + b"\x1a"


def modules(add, replaced, types, bodies):
    """name -> (bytes, status or None when it is accepted)"""
    count, functions = bodies[0], [b"\0", b"\0", b"\0", b"\2"]

    def with_(codes, local_count=0, more_types=()):
        def body(code):
            contents = (vector([unsigned(local_count) + I32]) if local_count else vector([])) + code + END
            return unsigned(len(contents)) + contents

        return replaced(add, {1: vector([*types, *more_types]), 3: vector([*functions, *[b"\2"] * len(codes)]),
                              4: vector([b"\x70\1\1\1"]), 10: unsigned(count + len(codes)) + bodies[1:] + b"".join(map(body, codes))})

    accepted = lambda *given, **named: (with_(*given, **named), None)
    refused = lambda *given, **named: (with_(*given, **named), "InvalidModule")
    # A million bytes: engines would take minutes, hours and up to 26 GB.
    yield "code_loops_in_a_row", *refused([loops_in_a_row(62_500, 5000)], 5000)
    yield "code_conditions_in_a_row", *refused([conditions_in_a_row(90_000, 5000)], 5000)
    yield "code_of_a_million_branches", *refused([tables(1, 1_000_000, 100)], 100)
    yield "code_in_a_line", *refused([chain(b"\x41\1", b"\x28\2\0", 333_000)])
    # The same in functions of a length that is fine.
    yield "code_loops_one_in_another", *refused([loops_one_in_another(500, 1000)], 1000)
    yield "code_loops_of_many_locals", *refused([loops_in_a_row(5000, 100)], 100)
    yield "code_branches_back", *refused([branches_back(2000, 131)], 131)
    yield "code_tables", *refused([tables(160, 100, 100)], 100)
    yield "code_truncations", *refused([chain(b"\x42\1", b"\xb5\xaf", 60_000)])
    yield "code_calls_through_tables", *refused([b"\x41\0\x11\2\0" * 20_000])
    yield "code_of_huge_local_count", *refused([b""], 2**32 - 1)
    yield "code_of_many_locals_often", *refused([b""] * 400, 40_000)
    yield "code_of_many_costly_functions", *refused([branches_back(850, 131)] * 70, 131)
    yield "code_of_many_functions", *refused([b""] * 100_000)
    yield "code_of_many_types", *refused([], more_types=[b"\x60" + vector([bytes([0x7f - (i >> 2 * k & 3)]) for k in range(7)]) +
                                                        vector([]) for i in range(10_000)])
    # Three bytes a block, of as many values as its type has parameters.
    values = b"\x60" + vector([I32] * 900) + vector([I32] * 900)
    yield "code_of_functions_with_many_results", *refused([], more_types=[values])
    block = b"\x02\3\x0b"
    yield "code_blocks_of_a_type", *refused([b"\x41\0" * 900 + block * 10_000 + b"\x1a" * 900], more_types=[b"\x60" + vector([I32] * 900) + vector([])])
    # Instructions whose lengths a reader could get wrong, to hide what stands behind them.
    yield "code_constant_without_end", *refused([b"\x41" + b"\x80" * 20 + b"\0\x1a"])
    yield "code_of_no_instruction", *refused([b"\xff"])
    yield "code_table_of_huge_length", *refused([b"\x41\0\x0e" + unsigned(2**32 - 1) + b"\0"])
    yield "code_memory_of_an_index", *refused([b"\x41\0\x28\x42\0\0\x1a"])
    # A little less than what is refused.
    yield "code_branches_back_fewer", *accepted([branches_back(850, 131)], 131)
    yield "code_loops_in_a_row_fewer", *accepted([loops_in_a_row(500, 100)], 100)
    yield "code_in_a_shorter_line", *accepted([chain(b"\x41\1", b"\x28\2\0", 43_000)])
    yield "code_truncations_fewer", *accepted([chain(b"\x42\1", b"\xb5\xaf", 8_000)])
    yield "code_of_fewer_functions", *accepted([b""] * 16_000)
    yield "code_of_every_length", *accepted([b"".join([
        b"\x41" + signed(-2**31) + b"\x1a", b"\x42" + signed(-2**63) + b"\x1a", b"\x43" + b"\x0e" * 4 + b"\x1a", b"\x44" + b"\x0e" * 8 + b"\x1a",
        b"\x41\0\x41\0\x41\1\x1c\1\x7f\x1a", b"\xd0\x70\xd1\x1a", b"\x3f\0\x1a", b"\x41\0\x40\0\x1a",
        b"\x41\0\x41\0\x41\0\xfc\x0a\0\0", b"\x41\0\x41\0\x41\0\xfc\x0b\0", b"\x43\0\0\0\0\xfc\0\x1a", b"\x41\0\x28\2\xff\xff\3\x1a"])])
