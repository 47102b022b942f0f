"""Builds operator libraries from sources with clang and wasm-ld, as the compiler does from its own objects."""
import json
import pathlib
import subprocess

ROOT = pathlib.Path(__file__).resolve().parents[3]
GUEST = ROOT / "runtime/guest"
FLAGS = ["--target=wasm32-unknown-unknown", "-std=c++20", "-ffreestanding", "-nostdlib", "-fno-exceptions", "-fno-rtti",
         "-msimd128", "-mbulk-memory", "-ffunction-sections", "-fdata-sections", "-fvisibility=hidden", "-Wall", "-Wextra",
         "-Werror", f"-I{ROOT}"]
CONTRACT = ["wasmind_abi_version", "wasmind_error", "wasmind_allocate", "wasmind_free"]


def run(*command):
    result = subprocess.run([str(c) for c in command], capture_output=True, text=True)
    if result.returncode:
        raise RuntimeError(f"{command[0]}: {result.stderr.strip()}")


def compile_sources(sources, folder, *more):
    """One object per source, side by side in `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    objects = []
    for source in sources:
        objects.append(folder / f"{pathlib.Path(source).stem}.o")
        run("clang++-22", *FLAGS, "-Os", *more, "-c", source, "-o", objects[-1])
    return objects


def guest_objects(folder):
    """The guest's objects: those of the build when there are some, else made now."""
    built = sorted((ROOT / "build/runtime/guest/objects").glob("*.o"))
    sources = [*GUEST.glob("*.cpp"), *GUEST.glob("movement/*.cpp"), *GUEST.glob("composite/*.cpp")]
    if {o.stem for o in built} == {s.stem for s in sources}:
        return built
    return compile_sources(sources, folder)


def leb128(number):
    digits = []
    while number > 127:
        digits.append(number & 127 | 128)
        number >>= 7
    return bytes([*digits, number])


def custom_section(name, content):
    body = leb128(len(name)) + name.encode() + content
    return b"\0" + leb128(len(body)) + body


def sections(module):
    """(id, bytes with head) of every section."""
    at = 8
    while at < len(module):
        start, number, shift = at, 0, 0
        at += 1
        while True:
            byte = module[at]
            at += 1
            number |= (byte & 127) << shift
            shift += 7
            if byte < 128:
                break
        at += number
        yield module[start], module[start:at]


def initial_pages(module):
    for kind, section in sections(module):
        if kind == 5:  # size, one memory, no maximum, pages
            body = section[2:]
            assert body[:2] == b"\x01\x00", "the memory must grow"
            pages, shift = 0, 0
            for byte in body[2:]:
                pages |= (byte & 127) << shift
                shift += 7
            return pages
    raise ValueError("no memory")


def link(objects, exports, output, operators):
    """Links a library whose signature lists `operators`."""
    image = output.with_suffix(".linked")
    run("wasm-ld-22", "--no-entry", "--strip-all", "--stack-first", "-z", "stack-size=65536", "--export-memory",
        *[f"--export={e}" for e in [*CONTRACT, *exports]], "--export-if-defined=_initialize", *objects, "-o", image)
    module = image.read_bytes()
    image.unlink()
    empty = {"offset": 0, "byteLength": 0}
    signature = {
        "abi": 1, "compiler": "wasmind 0.1.0", "features": ["simd128"], "dims": [], "functions": [],
        "memory": {"pages": initial_pages(module), "stack": {"offset": 0, "byteLength": 65536},
                   "extents": empty, "arena": empty, "weights": empty},
        "weights": {"storage": "inline"}, "operators": {}, "kernels": [], "library": {"operators": operators},
    }
    kept = b"".join(section for kind, section in sections(module) if kind != 0)
    output.write_bytes(module[:8] + custom_section("wasmind", json.dumps(signature, separators=(",", ":")).encode()) + kept)
    return output
