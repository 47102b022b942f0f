"""A small independent reader of WebAssembly modules: what a module imports, exports and reserves, and its signature.

Written from the binary format of the WebAssembly core specification, chapter 5; it shares no code with the hosts that it checks.
"""
import dataclasses
import json
import pathlib

KINDS = ["function", "table", "memory", "global", "tag"]


class Reader:
    def __init__(self, data):
        self.data, self.at = data, 0

    def byte(self):
        self.at += 1
        return self.data[self.at - 1]

    def u(self):
        """An unsigned LEB128 number."""
        value = shift = 0
        while True:
            byte = self.byte()
            value |= (byte & 0x7F) << shift
            shift += 7
            if byte < 0x80:
                return value

    def bytes(self, count):
        if self.at + count > len(self.data):
            raise ValueError(f"{count} bytes wanted at {self.at}, {len(self.data)} are there")
        self.at += count
        return self.data[self.at - count : self.at]

    def text(self):
        return self.bytes(self.u()).decode()

    def limits(self):
        flags = self.byte()
        return {"minimum": self.u(), "maximum": self.u() if flags & 1 else None, "shared": bool(flags & 2)}

    def skip_reference(self):
        kind = self.byte()
        if kind in (0x63, 0x64):
            self.u()


@dataclasses.dataclass
class Module:
    imports: list = dataclasses.field(default_factory=list)  # (module, name, kind)
    exports: dict = dataclasses.field(default_factory=dict)  # name: (kind, index)
    memories: list = dataclasses.field(default_factory=list)  # {"minimum", "maximum", "shared"} in pages of 64 KiB
    custom: dict = dataclasses.field(default_factory=dict)  # name: bytes
    section_bytes: dict = dataclasses.field(default_factory=dict)  # section number: bytes of its contents

    @property
    def signature(self):
        return json.loads(self.custom["wasmind"].decode())


def read(path):
    """The module in a file. Raises ValueError or IndexError when it is cut off."""
    reader = Reader(pathlib.Path(path).read_bytes())
    if reader.bytes(8) != b"\0asm\1\0\0\0":
        raise ValueError(f"{path} is no WebAssembly module of version 1")
    module = Module()
    while reader.at < len(reader.data):
        number = reader.byte()
        section = Reader(reader.bytes(reader.u()))
        module.section_bytes[number] = module.section_bytes.get(number, 0) + len(section.data)
        if number == 0:
            name = section.text()
            module.custom[name] = section.data[section.at :]
        elif number == 2:
            for _ in range(section.u()):
                where, name, kind = section.text(), section.text(), KINDS[section.byte()]
                module.imports.append((where, name, kind))
                if kind == "function":
                    section.u()
                elif kind == "memory":
                    module.memories.append(section.limits())
                elif kind == "table":
                    section.skip_reference()
                    section.limits()
                elif kind == "global":
                    section.skip_reference()
                    section.byte()
                else:
                    section.byte()
                    section.u()
        elif number == 5:
            module.memories += [section.limits() for _ in range(section.u())]
        elif number == 7:
            for _ in range(section.u()):
                name = section.text()
                module.exports[name] = (KINDS[section.byte()], section.u())
    return module


def number(value):
    """A number as unsigned LEB128."""
    out = bytearray()
    while True:
        byte, value = value & 0x7F, value >> 7
        out.append(byte | (0x80 if value else 0))
        if not value:
            return bytes(out)


def with_signature(path, signature):
    """The bytes of a module whose `wasmind` section holds other contents (text or a dict), all else kept."""
    data = pathlib.Path(path).read_bytes()
    text = (signature if isinstance(signature, str) else json.dumps(signature)).encode()
    reader, out = Reader(data), bytearray(data[:8])
    reader.at = 8
    while reader.at < len(data):
        kind = reader.byte()
        body = reader.bytes(reader.u())
        if kind == 0 and Reader(body).text() == "wasmind":
            body = number(len(b"wasmind")) + b"wasmind" + text
        out += bytes([kind]) + number(len(body)) + body
    return bytes(out)
