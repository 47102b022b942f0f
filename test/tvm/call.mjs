// node call.mjs FOLDER: the calls of FOLDER/calls.json in Node; see test_tvm.py for the format.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Guest } from "../../runtime/guest/test/guest.mjs";

const folder = process.argv[2];
const guests = new Map();
const results = JSON.parse(readFileSync(join(folder, "calls.json"), "utf8")).map((call, number) => {
  if (!guests.has(call.module)) guests.set(call.module, Guest.load(join(folder, call.module)));
  const guest = guests.get(call.module);
  const before = guest.byteLength;
  const tensors = call.arguments.map(({ type, shape, file }) => {
    const bytes = readFileSync(join(folder, file));
    const data = guest.allocate(Math.max(bytes.length, 1));
    guest.array(Uint8Array, data, bytes.length).set(bytes);
    return { data, byteLength: bytes.length, descriptor: guest.describe({ data, type, shape }) };
  });
  const { status } = guest.call(call.function, tensors.map((t) => t.descriptor));
  const last = tensors.at(-1);
  writeFileSync(join(folder, `node-${number}`), guest.array(Uint8Array, last.data, last.byteLength));
  tensors.forEach((t) => (guest.free(t.data), guest.free(t.descriptor)));
  return { status, error: status ? guest.error : "", grown: guest.byteLength - before };
});
writeFileSync(join(folder, "node.json"), JSON.stringify(results));
