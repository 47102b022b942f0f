// Descriptors and arguments that nobody should write: each ends in an error with a name, none traps or writes.
import assert from "node:assert/strict";
import { test } from "node:test";
import { Guest, types } from "./guest.mjs";
import { modules } from "./modules.mjs";
import { Random } from "./random.mjs";

const load = () => Guest.load(modules("guest_ops.wasm"));

test("every wrong descriptor is refused with its reason", () => {
  const guest = load();
  const good = guest.tensor("f32", [4], [1, 2, 3, 4]).descriptor;
  const data = guest.allocate(256);
  const end = guest.byteLength;
  const described = (fields) => guest.describe({ data, type: "f32", shape: [4], ...fields });
  const patched = (offset, value) => {
    const descriptor = described({ strides: [1] });
    guest.view.setUint32(descriptor + offset, value, true);
    return descriptor;
  };
  const cases = [
    [0, /no descriptor at 0$/], [4, /no descriptor at 4$/], [good + 4, /no descriptor at \d+$/], [end - 32, /no descriptor at \d+$/],
    [end, /no descriptor at \d+$/], [0xfffffff8, /no descriptor at 4294967288$/],
    [described({ device: 2 }), /not on the CPU \(1\), but device 2$/], [described({ device: 0 }), /device 0$/],
    [described({ rank: -1 }), /rank not 0 to 8: -1$/], [described({ rank: 9 }), /rank not 0 to 8: 9$/],
    [described({ rank: 0x7fffffff }), /rank not 0 to 8: 2147483647$/], [described({ rank: -2147483648 }), /rank not/],
    [described({ code: 7 }), /TypeError: .*unknown element type: code 7, bits 32, lanes 1$/], [described({ bits: 24 }), /bits 24/],
    [described({ lanes: 4 }), /lanes 4$/], [described({ lanes: 0 }), /lanes 0$/], [described({ bits: 0 }), /bits 0/],
    [described({ code: 255, bits: 255, lanes: 65535 }), /code 255, bits 255, lanes 65535$/],
    [described({ code: 255, bits: 0 }), /unknown element type/], [described({ code: 1, bits: 1, lanes: 2 }), /unknown element type/],
    [patched(20, 0), /no shape at 0$/], [patched(20, data + 4), /no shape at \d+$/], [patched(20, end - 4), /no shape/],
    [patched(20, end), /no shape/], [patched(20, 0xfffffff8), /no shape/],
    [patched(24, data + 4), /no strides at \d+$/], [patched(24, end), /no strides/], [patched(24, 0xfffffff8), /no strides/],
    [described({ shape: [-1] }), /bad extent -1$/], [described({ shape: [2n ** 63n - 1n] }), /bad extent 9223372036854775807$/],
    [described({ shape: [2147483648n] }), /bad extent 2147483648$/], [described({ shape: [0, -5] }), /bad extent -5$/],
    [described({ shape: [2147483647, 2147483647, 2147483647] }), /leaves the memory; starts/],
    [described({ shape: new Array(8).fill(2147483647) }), /leaves the memory; starts/],
    [described({ shape: [end / 4] }), /leaves the memory; starts at \d+$/],
    [described({ strides: [2n ** 62n] }), /leaves the memory; starts/], [described({ strides: [-(2n ** 63n)] }), /leaves the memory; starts/],
    [described({ strides: [2n ** 32n] }), /leaves the memory; starts/], [described({ strides: [2n ** 30n] }), /leaves the memory; starts/],
    [described({ strides: [end] }), /leaves the memory; starts/], [described({ strides: [-data] }), /leaves the memory; starts/],
    [described({ data: 0 }), /leaves the memory; starts at 0$/], [described({ data: 2 }), /not aligned: starts at 2$/],
    [described({ data: 0, byteOffset: 64 }), /leaves the memory; starts at 64$/], [described({ data: end }), /leaves the memory/],
    [described({ data: end - 12 }), /leaves the memory/], [described({ data: 0xfffffffc }), /leaves the memory/],
    [described({ byteOffset: 2 }), /not aligned: starts at \d+$/], [described({ byteOffset: 2n ** 64n - 1n }), /leaves the memory/],
    [described({ byteOffset: 2n ** 32n }), /leaves the memory/], [described({ byteOffset: 2n ** 64n - BigInt(data) }), /leaves the memory/],
    [described({ byteOffset: 2n ** 63n }), /leaves the memory/], [described({ data: 4, strides: [-1] }), /leaves the memory/],
  ];
  for (const [descriptor, message] of cases) {
    for (const [list, role] of [[[descriptor, good, null], "input 0"], [[good, descriptor, null], "input 1"], [[good, good, descriptor], "output 0"]]) {
      const before = guest.array(Uint8Array, data, 256).slice();
      assert.equal(guest.call("Sub", list).status, -1, String(message));
      assert.match(guest.error, message);
      assert.match(guest.error, new RegExp(`^(TypeError|ValueError): Sub: ${role}: `));
      assert.deepEqual(guest.array(Uint8Array, data, 256).slice(), before);
    }
  }
  assert.deepEqual(guest.run("Sub", [good, good])[0].values, [0, 0, 0, 0]);
});

test("a tensor up to the last byte of the memory is fine, one byte more is not", () => {
  const guest = load();
  const end = guest.byteLength;
  const last = guest.describe({ data: end - 3, type: "i8", shape: [3] });
  assert.deepEqual(guest.run("Sub", [last, last])[0].values, [0, 0, 0]);
  assert.equal(guest.byteLength, end + 65536, "kernels may load past the end of a tensor");
  const beyond = guest.describe({ data: guest.byteLength - 3, type: "i8", shape: [4] });
  assert.throws(() => guest.run("Sub", [beyond, beyond]), /leaves the memory/);
  const backwards = guest.describe({ data: 3, type: "i8", shape: [3], strides: [-1] });
  assert.deepEqual(guest.run("Sub", [backwards, backwards])[0].values, [0, 0, 0]);
  const zero = guest.describe({ data: 2, type: "i8", shape: [3], strides: [-1] });
  assert.throws(() => guest.run("Sub", [zero, zero]), /leaves the memory/);
});

test("wrong argument lists are refused", () => {
  const guest = load();
  const good = guest.tensor("f32", [4], [1, 2, 3, 4]).descriptor;
  const refuse = (list, message) => {
    assert.equal(guest.call("Sub", list).status, -1);
    assert.equal(guest.error, message);
  };
  refuse([good], "TypeError: Sub: takes 3 arguments, not 1");
  refuse([], "TypeError: Sub: takes 3 arguments, not 0");
  refuse([good, good, null, null], "TypeError: Sub: takes 3 arguments, not 4");
  refuse([null, good, null], "TypeError: Sub: input 0: no tensor, but type index 0");
  refuse([good, { int: 3 }, null], "TypeError: Sub: input 1: no tensor, but type index 1");
  refuse([good, good, { float: 1 }], "TypeError: Sub: output 0: no tensor, but type index 3");
  refuse([{ typeIndex: 70 }, good, null], "TypeError: Sub: input 0: no tensor, but type index 70");
  for (const at of [0, 4, 0xfffffff8, 0xfffffff0, guest.byteLength, guest.byteLength - 16]) {
    assert.equal(guest.exports.__tvm_ffi_Sub(0, at, 3, 0), -1);
    assert.equal(guest.error, `ValueError: Sub: no arguments at ${at}`);
  }
  for (const count of [-1, 2147483647, -2147483648]) {
    assert.equal(guest.exports.__tvm_ffi_Sub(0, 64, count, 0), -1);
    assert.equal(guest.error, `TypeError: Sub: takes 3 arguments, not ${count}`);
  }
});

test("random descriptors end in a result or an error", () => {
  const names = Object.keys(types);
  for (let seed = 1; seed <= 30; ++seed) {
    const random = new Random(seed);
    const guest = load();
    const area = guest.allocate(1 << 16);
    const odd = () => random.pick([0n, 1n, 2n, 3n, 7n, 255n, 65535n, 65536n, 2n ** 31n - 1n, 2n ** 31n, 2n ** 32n - 1n, 2n ** 32n, 2n ** 33n,
      2n ** 62n, 2n ** 63n - 1n, -1n, -2n, -(2n ** 31n), -(2n ** 32n), -(2n ** 63n), BigInt(guest.byteLength)]);
    let results = 0;
    for (let round = 0; round < 1500; ++round) {
      const tensor = (isOutput) => {
        const shape = Array.from({ length: random.integer(0, 9) }, () => (random.chance(0.95) ? BigInt(random.integer(0, 3)) : odd()));
        const strides = random.chance(0.5) ? shape.map(() => (random.chance(0.9) ? BigInt(random.integer(-4, 4)) : odd())) : null;
        // Whatever passes the checks of an output is written: keep it inside our own area, or outside the memory.
        const inside = area + 4096 + random.integer(0, 7) * random.pick([1, 4, 8]);
        const wild = isOutput ? random.pick([0, guest.byteLength, 0xffffffff]) : Number(BigInt.asUintN(32, odd()));
        const descriptor = guest.describe({
          data: random.chance(0.9) ? inside : wild, type: random.chance(0.9) ? "f32" : random.pick(names), shape, strides,
          byteOffset: random.chance(0.9) || isOutput ? 0n : BigInt.asUintN(64, odd()), device: random.chance(0.98) ? 1 : random.integer(-2, 15),
          rank: random.chance(0.97) ? shape.length : random.integer(-3, 12), ...(random.chance(0.03) ? { lanes: random.integer(0, 4) } : {}),
        });
        if (random.chance(0.02)) guest.view.setUint32(descriptor + random.pick([20, 24]), Number(BigInt.asUintN(32, odd())), true);
        return random.chance(0.98) ? descriptor : Number(BigInt.asUintN(32, odd()));
      };
      const attribute = () => random.pick([null, { int: odd() }, { float: Number(odd()) }, { bool: 1 }, { typeIndex: random.integer(-5, 80) }]);
      const output = () => (random.chance(0.4) ? null : random.chance(0.9) ? tensor(true) : attribute());
      const [name, list] = random.pick([
        () => ["Sub", [tensor(false), tensor(false), output()]], () => ["Less", [tensor(false), tensor(false), output()]],
        () => ["Select", [tensor(false), tensor(false), tensor(false), output()]], () => ["Fill", [tensor(false), attribute(), output()]],
        () => ["MatMul", [tensor(false), tensor(false), output()]], () => ["Split", [tensor(false), tensor(false), attribute(), output(), output()]],
        () => ["Shapes", [tensor(false), output()]], () => ["RowScale", [tensor(false), tensor(false), attribute(), attribute(), output()]],
      ])();
      let outcome;
      try {
        outcome = guest.call(name, list);
      } catch (error) {
        assert.fail(`seed ${seed}, round ${round}: ${name}: ${error}`);
      }
      if (outcome.status === 0) {
        ++results;
        list.forEach((argument, i) => argument === null && outcome.outputs[i] && guest.free(outcome.outputs[i]));
      } else {
        assert.equal(outcome.status, -1);
        assert.match(guest.error, new RegExp(`^(TypeError|ValueError|MemoryError): ${name}: `));
      }
      list.forEach((argument) => typeof argument === "number" && argument % 64 === 0 && argument > area && argument < guest.byteLength && guest.free(argument));
    }
    assert.ok(results > 0, `seed ${seed}: nothing was accepted`);
  }
});
