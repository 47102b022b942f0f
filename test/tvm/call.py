"""python call.py FOLDER: the calls of FOLDER/calls.json on wasmtime (TVM's virtual environment has it); see test_tvm.py for
the format."""
import json
import pathlib
import struct
import sys

import wasmtime

folder = pathlib.Path(sys.argv[1])
TYPES = {"f32": (2, 32), "i32": (0, 32), "i8": (0, 8)}


class Guest:
    def __init__(self, file):
        self.store = wasmtime.Store()
        module = wasmtime.Module.from_file(self.store.engine, str(file))
        self.exports = wasmtime.Instance(self.store, module, []).exports(self.store)
        self.memory = self.exports["memory"]
        self("_initialize")

    def __call__(self, name, *arguments):
        return self.exports[name](self.store, *arguments)

    def put(self, data):
        address = self("wasmind_allocate", max(len(data), 1))
        self.memory.write(self.store, data, address)
        return address

    def tensor(self, kind, shape, data):
        address = self.put(data)
        extents = self.put(struct.pack(f"<{len(shape)}q", *shape))
        # data, device {cpu, 0}, rank, type {code, bits, lanes}, shape, strides (dense), padding, byte offset
        return address, self.put(struct.pack("<IiiiBBHIIIQ", address, 1, 0, len(shape), *TYPES[kind], 1, extents, 0, 0, 0))

    def error(self):
        begin = self("wasmind_error")
        return bytes(self.memory.read(self.store, begin, begin + 4096)).split(b"\0")[0].decode()


guests, results = {}, []
for number, call in enumerate(json.loads((folder / "calls.json").read_text())):
    if call["module"] not in guests:
        guests[call["module"]] = Guest(folder / call["module"])
    guest = guests[call["module"]]
    before = guest.memory.data_len(guest.store)
    data = [(folder / a["file"]).read_bytes() for a in call["arguments"]]
    tensors = [guest.tensor(a["type"], a["shape"], d) for a, d in zip(call["arguments"], data)]
    arguments = guest.put(b"".join(struct.pack("<iIQ", 7, 0, t) for _, t in tensors))
    status = guest("__tvm_ffi_" + call["function"], 0, arguments, len(tensors), guest.put(bytes(16)))
    last = tensors[-1][0]
    (folder / f"wasmtime-{number}").write_bytes(bytes(guest.memory.read(guest.store, last, last + len(data[-1]))))
    results.append({"status": status, "error": guest.error() if status else "", "grown": guest.memory.data_len(guest.store) - before})
(folder / "wasmtime.json").write_text(json.dumps(results))
