// The module's heap against a model of it.
import assert from "node:assert/strict";
import { test } from "node:test";
import { Guest } from "./guest.mjs";
import { modules } from "./modules.mjs";
import { Random } from "./random.mjs";

const load = () => Guest.load(modules("guest_ops.wasm"));

test("blocks are aligned, do not overlap and keep their contents", () => {
  for (let seed = 1; seed <= 12; ++seed) {
    const random = new Random(seed);
    const guest = load();
    const live = new Map(); // address: [byteLength, byte]
    for (let step = 0; step < 3000; ++step) {
      if (live.size && random.chance(step % 600 < 300 ? 0.35 : 0.65)) {
        const address = random.pick([...live.keys()]);
        const [byteLength, byte] = live.get(address);
        const bytes = guest.array(Uint8Array, address, byteLength);
        assert.ok(bytes.every((b) => b === byte), `seed ${seed}, step ${step}: block ${address} was written`);
        live.delete(address);
        guest.free(address);
      } else {
        const byteLength = random.pick([0, 1, 47, 48, 49, 64, 111, 112, 1000, 4096, random.integer(0, 200), random.integer(0, 20000), random.integer(0, 300000)]);
        const address = guest.allocate(byteLength);
        assert.equal(address % 64, 0);
        assert.ok(address + byteLength <= guest.byteLength);
        for (const [other, [length]] of live)
          assert.ok(address + Math.max(byteLength, 1) <= other || other + Math.max(length, 1) <= address, `seed ${seed}, step ${step}`);
        const byte = random.integer(0, 255);
        guest.array(Uint8Array, address, byteLength).fill(byte);
        live.set(address, [byteLength, byte]);
      }
    }
    for (const address of live.keys()) guest.free(address);
    // All is one block again: what was in use together can be had in one piece.
    const before = guest.byteLength;
    const all = guest.allocate(before - 2 * 65536 - 65536);
    assert.equal(guest.byteLength, before, `seed ${seed}: fragments are left`);
    guest.free(all);
  }
});

test("the same demand again and again does not grow the memory", () => {
  const guest = load();
  const round = () => {
    const blocks = Array.from({ length: 50 }, (_, i) => guest.allocate(1000 * i + 1));
    blocks.forEach((block, i) => i % 2 && guest.free(block));
    const more = Array.from({ length: 25 }, (_, i) => guest.allocate(700 * i + 1));
    [...blocks.filter((_, i) => i % 2 === 0), ...more].forEach((block) => guest.free(block));
  };
  round();
  const before = guest.byteLength;
  for (let i = 0; i < 200; ++i) round();
  assert.equal(guest.byteLength, before);
});

test("wrong addresses are an error and change nothing", () => {
  const guest = load();
  const a = guest.allocate(100);
  const b = guest.allocate(100);
  const c = guest.allocate(1000);
  guest.array(Uint8Array, a, 100).fill(1);
  guest.array(Uint8Array, c, 1000).fill(3);
  guest.free(b);
  const refused = [b, a + 1, a + 16, a + 64, c + 64, c + 512, 4, 64, 128, 65536, guest.byteLength - 64, guest.byteLength, 0x7fffffc0, 0xffffffc0, 0xffffffff];
  for (const address of refused) {
    guest.free(address);
    assert.equal(guest.error, `ValueError: wasmind_free: nothing is allocated at ${address}`);
  }
  assert.ok(guest.array(Uint8Array, a, 100).every((v) => v === 1));
  assert.ok(guest.array(Uint8Array, c, 1000).every((v) => v === 3));
  const d = guest.allocate(100);
  assert.ok(d !== a && (d < c || d >= c + 1000));
  guest.free(a);
  guest.free(a); // now the inside of a larger free block, or one of its own
  guest.free(c);
  guest.free(c);
  guest.free(d);
  guest.free(0);
  // All that was freed is one block again.
  const before = guest.byteLength;
  assert.ok(guest.allocate(before - a - 1024) !== 0);
  assert.equal(guest.byteLength, before);
});

test("a header copied elsewhere is no block", () => {
  const guest = load();
  const a = guest.allocate(64);
  const b = guest.allocate(4096);
  guest.array(Uint8Array, b + 64 - 16, 16).set(guest.array(Uint8Array, a - 16, 16));
  guest.free(b + 64);
  assert.match(guest.error, /nothing is allocated/);
});

test("a request beyond the memory's limit is null, and smaller ones still work", () => {
  const guest = load();
  const { wasmind_allocate: allocate, memory } = guest.exports;
  for (const byteLength of [0xffffffff, 0xfffffff0, 0xfff00001]) assert.equal(allocate(byteLength), 0);
  const before = memory.buffer.byteLength;
  assert.ok(allocate(1000) !== 0);
  assert.ok(memory.buffer.byteLength <= before + 65536);
});

test("pages that someone else has grown are left alone", () => {
  const guest = load();
  guest.allocate(10);
  const { memory } = guest.exports;
  const own = memory.grow(2) * 65536;
  guest.array(Uint8Array, own, 2 * 65536).fill(0xab);
  const blocks = Array.from({ length: 40 }, () => {
    const block = guest.allocate(50000);
    guest.array(Uint8Array, block, 50000).fill(0xcd);
    return block;
  });
  assert.ok(blocks.every((block) => block + 50000 <= own || block >= own + 2 * 65536));
  blocks.forEach((block) => guest.free(block));
  const large = guest.allocate(1500000);
  guest.array(Uint8Array, large, 1500000).fill(0xef);
  assert.ok(guest.array(Uint8Array, own, 2 * 65536).every((b) => b === 0xab));
});

test("the C library's memory functions", () => {
  const guest = Guest.load(modules("math.wasm"));
  const { memcpy, memmove, memset, memcmp } = guest.exports;
  const a = guest.allocate(64);
  const bytes = () => [...guest.array(Uint8Array, a, 8)];
  guest.array(Uint8Array, a, 8).set([1, 2, 3, 4, 5, 6, 7, 8]);
  assert.equal(memmove(a + 2, a, 5), a + 2);
  assert.deepEqual(bytes(), [1, 2, 1, 2, 3, 4, 5, 8]);
  assert.equal(memmove(a, a + 1, 5), a);
  assert.deepEqual(bytes(), [2, 1, 2, 3, 4, 4, 5, 8]);
  assert.equal(memcpy(a + 4, a, 4), a + 4);
  assert.deepEqual(bytes(), [2, 1, 2, 3, 2, 1, 2, 3]);
  assert.equal(memcmp(a, a + 4, 4), 0);
  assert.equal(memset(a + 6, 0x1fe, 2), a + 6);
  assert.deepEqual(bytes(), [2, 1, 2, 3, 2, 1, 254, 254]);
  assert.ok(memcmp(a, a + 4, 4) < 0 && memcmp(a + 4, a, 4) > 0 && memcmp(a, a + 4, 2) === 0 && memcmp(a, a + 4, 0) === 0);
});
