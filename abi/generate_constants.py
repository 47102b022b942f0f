#!/usr/bin/env python3
"""Turns abi.def into TypeScript: generate_constants.py OUTPUT.ts

The web library runs this when it is built, so that names and numbers of the contract exist once. The output changes
only when abi.def does, and is written in one step (a reader never sees half a file).
"""

import os
import pathlib
import re
import sys

ROW = re.compile(r"^WASMIND_(CONSTANT|NAME|DTYPE|DLPACK|ATTRIBUTE_TYPE|ORIGIN|FEATURE)\((.*)\)\s*$")


def read_rows(path):
    """Macro name -> list of argument lists, in file order."""
    rows = {}
    for line in path.read_text().splitlines():
        match = ROW.match(line)
        if match:
            rows.setdefault(match[1], []).append([argument.strip() for argument in match[2].split(",")])
    return rows


def literal(argument):
    return argument if argument.isdigit() else "'" + argument.strip('"') + "'"


def key(argument):
    return argument.strip('"')


def union(arguments):
    return " | ".join(literal(argument) for argument in arguments)


def generate(rows):
    lines = ["// Made from abi/abi.def by abi/generate_constants.py.", ""]
    for name, value in rows["CONSTANT"] + rows["NAME"]:
        lines.append(f"export const {name} = {literal(value)};")
    lines += ["", f"export type DType = {union(row[1] for row in rows['DTYPE'])};",
              f"export type Feature = {union(row[1] for row in rows['FEATURE'])};",
              f"export type AttributeType = {union(row[1] for row in rows['ATTRIBUTE_TYPE'])};",
              f"export type Origin = {union(row[1] for row in rows['ORIGIN'])};", "",
              "export const features: readonly Feature[] = ["
              + ", ".join(literal(row[1]) for row in rows["FEATURE"]) + "];",
              "export const origins: readonly Origin[] = ["
              + ", ".join(literal(row[1]) for row in rows["ORIGIN"]) + "];", "",
              "/** Types of attributes, and the type index a call passes them with. */",
              "export const attributeTypes = {"]
    lines += [f"  {key(name)}: {{ typeIndex: {index} }}," for _, name, index in rows["ATTRIBUTE_TYPE"]]
    lines += ["} as const;", "",
              "/** Element types: code of the C ABI, bytes of one element, .npy type, typed array that views it, DLPack's name. */",
              "export const dtypes = {"]
    dlpack = {name: (code, bits) for _, name, code, bits in rows["DLPACK"]}
    for _, name, code, width, descr, view in rows["DTYPE"]:
        type_code, bits = dlpack[name]
        lines.append(f"  {key(name)}: {{ code: {code}, byteWidth: {width}, npyDescr: {literal(descr)}, "
                     f"typedArray: {key(view)}, dlpackCode: {type_code}, dlpackBits: {bits} }},")
    lines += ["} as const;", ""]
    return "\n".join(lines)


def main(output):
    text = generate(read_rows(pathlib.Path(__file__).with_name("abi.def")))
    path = pathlib.Path(output)
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.exists() and path.read_text() == text:
        return
    temporary = path.with_name(f"{path.name}.{os.getpid()}")
    temporary.write_text(text)
    temporary.replace(path)


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    main(sys.argv[1])
