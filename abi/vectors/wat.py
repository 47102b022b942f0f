"""Assembles the part of WebAssembly's text format that library.wat uses: folded instructions, names for everything."""

import re
import struct

TOKEN = re.compile(r'\s+|;;[^\n]*|([()])|"((?:[^"\\]|\\.)*)"|([^\s()"]+)')
VALUE = {"i32": b"\x7f", "i64": b"\x7e", "f32": b"\x7d", "f64": b"\x7c"}

# Mnemonic -> opcode (core specification 5.4) of instructions without immediates.
PLAIN = {
    "unreachable": 0x00, "return": 0x0F, "drop": 0x1A, "select": 0x1B, "i32.eqz": 0x45, "i32.eq": 0x46, "i32.ne": 0x47,
    "i32.lt_s": 0x48, "i32.lt_u": 0x49, "i32.gt_s": 0x4A, "i32.gt_u": 0x4B, "i32.le_u": 0x4D, "i32.ge_s": 0x4E,
    "i32.ge_u": 0x4F, "i64.eq": 0x51, "i64.ne": 0x52, "i32.clz": 0x67, "i32.add": 0x6A, "i32.sub": 0x6B, "i32.mul": 0x6C,
    "i32.div_u": 0x6E, "i32.rem_u": 0x70, "i32.and": 0x71, "i32.or": 0x72, "i32.shl": 0x74, "i32.shr_u": 0x76,
    "f32.neg": 0x8C, "f32.add": 0x92, "f64.neg": 0x9A, "f64.add": 0xA0, "f64.mul": 0xA2, "i32.wrap_i64": 0xA7,
    "i64.extend_i32_u": 0xAD, "f32.demote_f64": 0xB6, "f64.convert_i64_s": 0xB9, "f64.promote_f32": 0xBB,
}
MEMORY = {
    "i32.load": 0x28, "i64.load": 0x29, "f32.load": 0x2A, "f64.load": 0x2B, "i32.load8_u": 0x2D, "i32.load16_u": 0x2F,
    "i32.store": 0x36, "i64.store": 0x37, "f32.store": 0x38, "i32.store8": 0x3A, "i32.store16": 0x3B,
}


def unsigned(value):
    out = bytearray()
    while True:
        byte, value = value & 0x7F, value >> 7
        out.append(byte | (0x80 if value else 0))
        if not value:
            return bytes(out)


def signed(value):
    out = bytearray()
    while True:
        byte, value = value & 0x7F, value >> 7
        done = (value == 0 and not byte & 0x40) or (value == -1 and byte & 0x40)
        out.append(byte | (0 if done else 0x80))
        if done:
            return bytes(out)


def vector(items):
    return unsigned(len(items)) + b"".join(items)


def name(text):
    data = text.encode()
    return unsigned(len(data)) + data


def section(number, contents):
    return bytes([number]) + unsigned(len(contents)) + contents


class Text(str):
    """A quoted string; other atoms are plain `str`."""


def parse(source):
    """The expressions of a text as nested lists."""
    stack = [[]]
    for match in TOKEN.finditer(source):
        parenthesis, quoted, atom = match.groups()
        if parenthesis == "(":
            stack.append([])
        elif parenthesis == ")":
            done = stack.pop()
            stack[-1].append(done)
        elif quoted is not None:
            stack[-1].append(Text(quoted.encode().decode("unicode_escape")))
        elif atom is not None:
            stack[-1].append(atom)
    return stack[0]


def number(text):
    return int(text.replace("_", ""), 0)


class Function:
    """One function's code; `names` maps functions and globals to their indexes."""

    def __init__(self, expression, names):
        self.names, self.locals, self.labels = names, {}, []
        self.parameters, self.results, declared, body = [], [], [], []
        for part in expression[2:]:
            if part[0] in ("param", "local"):
                self.locals[part[1]] = len(self.locals)
                (self.parameters if part[0] == "param" else declared).append(VALUE[part[2]])
            elif part[0] == "result":
                self.results.append(VALUE[part[1]])
            elif part[0] != "export":
                body.append(part)
        code = vector([unsigned(1) + kind for kind in declared]) + self.sequence(body) + b"\x0b"
        self.code = unsigned(len(code)) + code

    def type(self):
        return b"\x60" + vector(self.parameters) + vector(self.results)

    def sequence(self, expressions):
        return b"".join(map(self.instruction, expressions))

    def label(self, text):
        return unsigned(self.labels[::-1].index(text))

    def structured(self, opcode, label, rest):
        result = b"\x40"
        if rest and rest[0][0] == "result":
            result, rest = VALUE[rest[0][1]], rest[1:]
        self.labels.append(label)
        if opcode == 0x04:
            condition, *arms = rest
            self.labels.pop()  # the condition stands before the block
            out = self.instruction(condition)
            self.labels.append(label)
            out += b"\x04" + result + self.sequence(arms[0][1:])
            if len(arms) > 1:
                out += b"\x05" + self.sequence(arms[1][1:])
        else:
            out = bytes([opcode]) + result + self.sequence(rest)
        self.labels.pop()
        return out + b"\x0b"

    def instruction(self, expression):
        head, *rest = expression
        if head in ("block", "loop"):
            return self.structured(0x02 if head == "block" else 0x03, rest[0], rest[1:])
        if head == "if":
            return self.structured(0x04, None, rest)
        if head in ("br", "br_if"):
            return self.sequence(rest[1:]) + (b"\x0c" if head == "br" else b"\x0d") + self.label(rest[0])
        if head == "call":
            return self.sequence(rest[1:]) + b"\x10" + unsigned(self.names[rest[0]])
        if head.startswith("local."):
            return self.sequence(rest[1:]) + bytes([{"get": 0x20, "set": 0x21, "tee": 0x22}[head[6:]]]) + unsigned(self.locals[rest[0]])
        if head.startswith("global."):
            return self.sequence(rest[1:]) + bytes([{"get": 0x23, "set": 0x24}[head[7:]]]) + unsigned(self.names[rest[0]])
        if head == "i32.const":
            value = number(rest[0])
            return b"\x41" + signed(value - (1 << 32) if value >= 1 << 31 else value)
        if head == "i64.const":
            return b"\x42" + signed(number(rest[0]))
        if head == "f32.const":
            return b"\x43" + struct.pack("<f", float(rest[0]))
        if head in ("memory.size", "memory.grow"):
            return self.sequence(rest) + (b"\x3f\x00" if head == "memory.size" else b"\x40\x00")
        if head in MEMORY:
            offset = 0
            if isinstance(rest[0], str):
                offset, rest = number(rest[0].removeprefix("offset=")), rest[1:]
            return self.sequence(rest) + bytes([MEMORY[head], 0]) + unsigned(offset)
        return self.sequence(rest) + bytes([PLAIN[head]])


def assemble(source):
    """The module's bytes without custom sections."""
    (module,) = parse(source)
    parts = {kind: [part for part in module[1:] if part[0] == kind] for kind in ("memory", "global", "func", "data")}
    names = {part[1]: index for kind in ("global", "func") for index, part in enumerate(parts[kind])}
    functions = [Function(part, names) for part in parts["func"]]
    ((_, (_, memory_name), *pages),) = parts["memory"]  # the pages at the start, and at most
    exports = [name(memory_name) + b"\x02" + unsigned(0)]
    for index, part in enumerate(parts["func"]):
        exports += [name(entry[1]) + b"\x00" + unsigned(index) for entry in part[2:] if entry[0] == "export"]
    types = sorted({function.type() for function in functions})
    constant = lambda expression: Function(["func", "", expression], {}).code[2:]  # behind length and empty locals
    return (b"\0asm" + struct.pack("<I", 1)
            + section(1, vector(types))
            + section(3, vector([unsigned(types.index(function.type())) for function in functions]))
            + section(5, vector([unsigned(len(pages) - 1) + b"".join(unsigned(number(count)) for count in pages)]))
            + section(6, vector([VALUE["i32"] + b"\x01" + constant(part[3]) for part in parts["global"]]))
            + section(7, vector(exports))
            + section(10, vector([function.code for function in functions]))
            + section(11, vector([unsigned(0) + constant(part[1]) + vector([bytes([b]) for b in part[2].encode("latin-1")])
                                  for part in parts["data"]])))
