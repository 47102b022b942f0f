// Operators without kernels: what they write into strided outputs, what they refuse, and that no argument makes them trap.
// Their values are compared with numpy's in test/differential.
import assert from "node:assert/strict";
import { test } from "node:test";
import { Guest, count, denseStrides } from "./guest.mjs";
import { modules } from "./modules.mjs";
import { Random } from "./random.mjs";
import { each, stridedTensor } from "./strided.mjs";

const load = () => Guest.load(modules("movement_ops.wasm"));
const widths = ["f64", "f32", "f16", "u8"];
const MAX = 2n ** 63n - 1n;
const MIN = -(2n ** 63n);

/** A vector of i64. */
const list = (guest, ...numbers) => guest.tensor("i64", [numbers.length], numbers.map(BigInt)).descriptor;

/** Elements of `shape` found by `source(index)` in dense values of `from`. */
function pick(values, from, shape, source) {
  const strides = denseStrides(from);
  const out = [];
  each(shape, (index) => out.push(values[source(index).reduce((at, x, axis) => at + x * strides[axis], 0)]));
  return out;
}

test("strided inputs and outputs of every width agree with a model, and nothing else is written", () => {
  for (let seed = 1; seed <= 150; ++seed) {
    const random = new Random(seed);
    const guest = load();
    const type = random.pick(widths);
    const rank = random.integer(1, 4);
    const shape = Array.from({ length: rank }, () => random.pick([1, 2, 3, 5]));
    const a = stridedTensor(guest, type, shape, random);
    const axis = random.integer(0, rank - 1);
    const order = shape.map((_, i) => i).sort(() => random.next() - 0.5);
    const before = shape.map(() => random.integer(0, 2));
    const begin = shape.map((e) => random.integer(0, e - 1));
    const repeats = shape.map(() => random.integer(1, 3));
    const indices = Array.from({ length: random.integer(1, 4) }, () => random.integer(-shape[axis], shape[axis] - 1));
    const fixed = (index, i, value) => index.map((x, at) => (at === i ? value(x) : x));
    const [name, args, result, values] = random.pick([
      () => {
        const to = order.map((from) => shape[from]);
        const source = (index) => shape.map((_, i) => index[order.indexOf(i)]);
        return ["Transpose", [list(guest, ...order)], to, pick(a.values, shape, to, source)];
      },
      () => {
        const to = shape.map((e, i) => e * repeats[i]);
        return ["Tile", [list(guest, ...repeats)], to, pick(a.values, shape, to, (index) => index.map((x, i) => x % shape[i]))];
      },
      () => {
        const to = shape.map((e, i) => e - begin[i]);
        const sizes = to.map((e) => (random.chance(0.5) ? e : -1));
        return ["Slice", [list(guest, ...begin), list(guest, ...sizes)], to, pick(a.values, shape, to, (index) => index.map((x, i) => x + begin[i]))];
      },
      () => {
        const to = fixed(shape, axis, () => indices.length);
        const at = (x) => (indices[x] < 0 ? indices[x] + shape[axis] : indices[x]);
        return ["Gather", [list(guest, ...indices), { int: axis }], to, pick(a.values, shape, to, (index) => fixed(index, axis, at))];
      },
      () => {
        const to = shape.map((e, i) => e + 2 * before[i]);
        const padded = pick(a.values, shape, to, (index) => {
          const source = index.map((x, i) => x - before[i]);
          return source.every((x, i) => x >= 0 && x < shape[i]) ? source : [NaN];
        });
        return ["Pad", [list(guest, ...before.flatMap((x) => [x, x])), { int: 0 }], to, padded.map((x) => x ?? 0)];
      },
    ])();
    assert.deepEqual(guest.run(name, [a.descriptor, ...args])[0], { type, shape: result, values }, `seed ${seed}: ${name}`);
    const out = stridedTensor(guest, type, result, random, { repeat: false });
    const bytes = out.bytes();
    assert.equal(guest.call(name, [a.descriptor, ...args, out.descriptor]).status, 0, guest.error);
    assert.deepEqual(guest.read(out.descriptor).values, values, `seed ${seed}: ${name}`);
    out.write(out.values);
    assert.deepEqual(out.bytes(), bytes, `seed ${seed}: ${name}: bytes between the elements`);
  }
});

test("what does not fit is refused with its reason, and nothing is written or allocated", () => {
  const guest = load();
  const tensor = (type, shape) => guest.tensor(type, shape, new Array(count(shape)).fill(type.startsWith("i64") ? 1n : 1));
  const a = tensor("f32", [2, 3]).descriptor;
  const scalar = tensor("f32", []).descriptor;
  const index = (...numbers) => guest.tensor("i32", [numbers.length], numbers).descriptor;
  const none = guest.describe({ data: 64, type: "f32", shape: [2, 0] });
  const repeated = guest.describe({ data: guest.allocate(8), type: "u8", shape: [2 ** 20, 2 ** 20], strides: [0, 0] });
  const halfMany = guest.describe({ data: guest.allocate(8), type: "u8", shape: [2 ** 30], strides: [0] });
  const rank8 = tensor("f32", [1, 1, 1, 1, 1, 1, 1, 1]).descriptor;
  const flags = [{ bool: 0 }, { bool: 0 }];
  const cases = [
    ["Transpose", [a, list(guest, 0, 0)], "ValueError: Transpose: permutation (0, 0) does not name every axis once"],
    ["Transpose", [a, list(guest, 1, -1)], "ValueError: Transpose: permutation (1, -1) does not name every axis once"],
    ["Transpose", [a, list(guest, 0, 2)], "ValueError: Transpose: permutation (0, 2) does not name every axis once"],
    ["Transpose", [a, list(guest, MIN, MAX)], /^ValueError: Transpose: permutation \(-9223372036854775808, 9223372036854775807\) does not/],
    ["Transpose", [a, list(guest, 0)], "ValueError: Transpose: input 1 must be a vector of 2 elements, not of shape (1)"],
    ["Transpose", [a, tensor("i64", [2, 1]).descriptor], "ValueError: Transpose: input 1 must be a vector of 2 elements, not of shape (2, 1)"],
    ["Transpose", [a, tensor("i64", []).descriptor], "ValueError: Transpose: input 1 must be a vector of 2 elements, not of shape ()"],
    ["Transpose", [a, a], "TypeError: Transpose: not built for input types 2: f32, f32"],
    ["Transpose", [repeated, list(guest, 1, 0)], "MemoryError: Transpose: input 0 has over 2 GiB: shape (1048576, 1048576)"],
    ["Concat", [a, a, { int: 2 }], "ValueError: Concat: axis 2 is not one of 2 axes"],
    ["Concat", [a, a, { int: MIN }], "ValueError: Concat: axis -9223372036854775808 is not one of 2 axes"],
    ["Concat", [scalar, scalar, { int: 0 }], "ValueError: Concat: axis 0 is not one of 0 axes"],
    ["Concat", [a, tensor("f32", [3, 3]).descriptor, { int: 1 }], "ValueError: Concat: shapes (2, 3) and (3, 3) differ beside axis 1"],
    ["Concat", [a, scalar, { int: 0 }], "ValueError: Concat: shapes (2, 3) and () differ beside axis 0"],
    ["Concat", [halfMany, halfMany, { int: 0 }], "ValueError: Concat: the result would have extent 2147483648"],
    ["Split", [a, { int: 1 }, { int: 2 }, { int: 0 }], "ValueError: Split: sections 2 do not divide axis 1 of shape (2, 3)"],
    ["Split", [a, { int: 1 }, { int: 0 }, { int: 0 }], "ValueError: Split: sections 0 do not divide axis 1 of shape (2, 3)"],
    ["Split", [a, { int: 1 }, { int: 3 }, { int: 3 }], "ValueError: Split: index 3 is not one of sections 3"],
    ["Split", [none, { int: 1 }, { int: MAX }, { int: -1 }], /index -1 is not one of sections 9223372036854775807$/],
    ["Split", [a, { int: 1 }, null, { int: 3 }], "TypeError: Split: attribute 1 is not given"],
    ["Slice", [a, list(guest, 0, 1), list(guest, 2, 3)], "ValueError: Slice: axis 1 of shape (2, 3) has no slice of 3 from 1"],
    ["Slice", [a, list(guest, 0, -1), list(guest, 2, 1)], "ValueError: Slice: axis 1 of shape (2, 3) has no slice of 1 from -1"],
    ["Slice", [a, list(guest, 0, MAX), list(guest, 2, MAX)], /has no slice of 9223372036854775807 from 9223372036854775807$/],
    ["Slice", [a, list(guest, 0, 0), list(guest, -2, 1)], "ValueError: Slice: axis 0 of shape (2, 3) has no slice of -2 from 0"],
    ["StridedSlice", [a, list(guest, 0), list(guest, 2), list(guest, 0)], "ValueError: StridedSlice: strides (0): a stride of 0 never ends"],
    ["StridedSlice", [a, list(guest, 0), list(guest, 2, 2), list(guest, 1)], "ValueError: StridedSlice: input 2 must be a vector of 1 elements, not of shape (2)"],
    ["StridedSlice", [a, list(guest, 0, 0, 0), list(guest, 1, 1, 1), list(guest, 1, 1, 1)], "ValueError: StridedSlice: begin (0, 0, 0) has more axes than shape (2, 3)"],
    ["StridedSlice", [a, ...new Array(3).fill(list(guest, 1, 1, 1, 1, 1, 1, 1, 1, 1))], /input 1 must be a vector of at most 8 elements, not of shape \(9\)$/],
    ["Tile", [a, list(guest, 2, -1)], "ValueError: Tile: repeats must be 0 to 2147483647, not (2, -1)"],
    ["Tile", [a, list(guest, 2, MAX)], /repeats must be/],
    ["Tile", [a, list(guest, 2147483647, 1)], "ValueError: Tile: the result would have extent 4294967294"],
    ["Tile", [a, list(guest, 2 ** 20, 2 ** 20)], "MemoryError: Tile: output 0 would have over 2 GiB: shape (2097152, 3145728)"],
    ["BroadcastTo", [a, list(guest, 3)], "ValueError: BroadcastTo: shape (2, 3) does not broadcast to extents 3"],
    ["BroadcastTo", [a, list(guest, 2, 4)], "ValueError: BroadcastTo: shape (2, 3) does not broadcast to extents 2 4"],
    ["BroadcastTo", [a, list(guest, MIN, 2, 3)], "ValueError: BroadcastTo: the result would have extent -9223372036854775808"],
    ["BroadcastTo", [scalar, list(guest, 2 ** 16, 2 ** 16)], /^MemoryError: BroadcastTo: output 0 would have over 2 GiB/],
    ["Pad", [a, list(guest, 0, 0, -1, 0), { int: 0 }], "ValueError: Pad: pads must be 0 to 2147483647, not (0, 0, -1, 0)"],
    ["Pad", [a, list(guest, 0, 0, MAX, 0), { int: 0 }], /pads must be/],
    ["Pad", [a, list(guest, 0, 2147483647, 0, 0), { int: 0 }], "ValueError: Pad: the result would have extent 2147483649"],
    ["Pad", [a, list(guest, 0, 2000000000, 0, 0), { int: 0 }], /^MemoryError: Pad: output 0 would have over 2 GiB/],
    ["Pad", [a, list(guest, 0, 0), { int: 0 }], "ValueError: Pad: input 1 must be a vector of 4 elements, not of shape (2)"],
    ["Pad", [tensor("u8", [1]).descriptor, list(guest, 1, 1), { int: 256 }], "ValueError: Pad: attribute 0 does not fit u8"],
    ["Gather", [a, index(0, 3), { int: 1 }], "ValueError: Gather: index 3 is outside an axis of 3"],
    ["Gather", [a, index(0, -4), { int: 1 }], "ValueError: Gather: index -4 is outside an axis of 3"],
    ["Gather", [a, list(guest, MIN), { int: 1 }], "ValueError: Gather: index -9223372036854775808 is outside an axis of 3"],
    ["Gather", [none, index(0), { int: 1 }], "ValueError: Gather: index 0 is outside an axis of 0"],
    ["Gather", [scalar, index(0), { int: 0 }], "ValueError: Gather: axis 0 is not one of 0 axes"],
    ["Gather", [rank8, guest.tensor("i32", [1, 1], [0]).descriptor, { int: 3 }], "ValueError: Gather: the result would have rank 9, over 8"],
    ["Gather", [a, a, { int: 1 }], "TypeError: Gather: not built for input types 2: f32, f32"],
    ["GatherNd", [a, index(0, 3)], "ValueError: GatherNd: index 3 is outside an axis of 3"],
    ["GatherNd", [a, index(0, 0, 0)], "ValueError: GatherNd: indices of shape (3) do not name places in 2 axes"],
    ["GatherNd", [a, guest.tensor("i64", [], [0n]).descriptor], "ValueError: GatherNd: indices of shape () do not name places in 2 axes"],
    ["GatherNd", [rank8, guest.tensor("i32", [1, 1, 1], [0]).descriptor], "ValueError: GatherNd: the result would have rank 9, over 8"],
    ["ScatterNd", [index(2), scalar, list(guest, 2)], "ValueError: ScatterNd: index 2 is outside an axis of 2"],
    ["ScatterNd", [index(1), a, list(guest, 2)], "ValueError: ScatterNd: updates of shape (2, 3) do not fit indices of shape (1) and the result (2)"],
    ["ScatterNd", [index(1), scalar, list(guest, -2)], "ValueError: ScatterNd: extents must be 0 to 2147483647, not (-2)"],
    ["ScatterNd", [index(1), scalar, list(guest)], "ValueError: ScatterNd: indices of shape (1) do not name places in 0 axes"],
    ["ScatterNd", [index(1), scalar, list(guest, 2147483647)], "MemoryError: ScatterNd: output 0 would have over 2 GiB: shape (2147483647)"],
    ["OneHot", [index(1), a, scalar, { int: 3 }, { int: -1 }], "ValueError: OneHot: input 1 must be one element, not of shape (2, 3)"],
    ["OneHot", [index(1), scalar, none, { int: 3 }, { int: -1 }], "ValueError: OneHot: input 2 must be one element, not of shape (2, 0)"],
    ["OneHot", [index(1), scalar, scalar, { int: -1 }, { int: -1 }], "ValueError: OneHot: depth must be 0 to 2147483647, not -1"],
    ["OneHot", [index(1), scalar, scalar, { int: 3 }, { int: 2 }], "ValueError: OneHot: axis 2 is not one of 2 axes"],
    ["OneHot", [index(1), scalar, scalar, { int: 2147483647 }, { int: -1 }], /^MemoryError: OneHot: output 0 would have over 2 GiB/],
    ["OneHot", [guest.tensor("i32", [1, 1, 1, 1, 1, 1, 1, 1], [0]).descriptor, scalar, scalar, { int: 3 }, { int: -1 }], "ValueError: OneHot: the result would have rank 9, over 8"],
    ["Cast", [a, tensor("i16", [1]).descriptor], "TypeError: Cast: not built for input types 2: f32, i16"],
    ["Argmax", [none, { int: 1 }], "ValueError: Argmax: no elements along axis 1 of shape (2, 0)"],
    ["Argmin", [scalar, { int: 0 }], "ValueError: Argmin: axis 0 is not one of 0 axes"],
    ["Argmax", [repeated, { int: 0 }], /^MemoryError: Argmax: input 0 has over 2 GiB/],
    ["CumSum", [a, { int: -3 }, ...flags], "ValueError: CumSum: axis -3 is not one of 2 axes"],
    ["EqualCount", [a, scalar], "ValueError: EqualCount: shapes (2, 3) and () differ"],
    ["EqualCount", [repeated, repeated], /^MemoryError: EqualCount: input 0 has over 2 GiB/],
  ];
  for (const [name, args, message] of cases) {
    const { status, outputs } = guest.call(name, [...args, null]);
    assert.equal(status, -1, `${name}: ${message}`);
    if (typeof message === "string") assert.equal(guest.error, message);
    else assert.match(guest.error, message);
    assert.equal(outputs.at(-1), 0, name);
  }
  for (const k of [4, -1, MIN, MAX]) {
    assert.equal(guest.call("TopK", [a, { int: k }, { int: 1 }, { bool: 1 }, null, null]).status, -1);
    assert.equal(guest.error, `ValueError: TopK: k ${k} is not 0 to the extent of axis 1 of shape (2, 3)`);
  }
});

test("any number of tensors is joined, up to twelve arguments", () => {
  for (let seed = 1; seed <= 60; ++seed) {
    const random = new Random(seed);
    const guest = load();
    const type = random.pick(widths);
    const shape = Array.from({ length: random.integer(1, 4) }, () => random.pick([1, 2, 3, 5]));
    const axis = random.integer(0, shape.length - 1);
    const parts = Array.from({ length: random.integer(2, 10) }, () =>
      stridedTensor(guest, type, shape.map((extent, i) => (i === axis ? random.integer(0, 3) : extent)), random));
    const result = shape.map((extent, i) => (i === axis ? parts.reduce((sum, part) => sum + part.shape[axis], 0) : extent));
    const values = [];
    each(result, (index) => {
      let at = index[axis];
      const part = parts.find(({ shape: own }) => at < own[axis] || ((at -= own[axis]), false));
      const strides = denseStrides(part.shape);
      values.push(part.values[index.reduce((sum, x, i) => sum + strides[i] * (i === axis ? at : x), 0)]);
    });
    const args = [...parts.map((part) => part.descriptor), { int: axis }];
    assert.deepEqual(guest.run("Concat", args)[0], { type, shape: result, values }, `seed ${seed}`);
  }
  const guest = load();
  const [a, b] = [[2, 3], [3, 3]].map((shape) => guest.tensor("f32", shape, new Array(count(shape)).fill(1)).descriptor);
  const refuse = (args, message) => {
    assert.equal(guest.call("Concat", [...args, null]).status, -1);
    assert.equal(guest.error, message);
  };
  refuse([a, a, b, { int: 1 }], "ValueError: Concat: shapes (2, 3) and (3, 3) differ beside axis 1");
  refuse([a, a, guest.tensor("u8", [2, 3]).descriptor, { int: 1 }], "TypeError: Concat: not built for input types 3: f32, f32, u8");
  refuse([...new Array(11).fill(a), { int: 1 }], "TypeError: Concat: takes 4 arguments, not 13");
  refuse([a, { int: 1 }], "TypeError: Concat: takes 4 arguments, not 3");
});

test("given outputs must have the result's shape and stand apart", () => {
  const guest = load();
  const a = guest.tensor("f32", [3, 3], [1, 2, 3, 4, 5, 6, 7, 8, 9]);
  const order = list(guest, 1, 0);
  const refuse = (name, args, message) => {
    assert.equal(guest.call(name, args).status, -1);
    assert.match(guest.error, message);
  };
  refuse("Transpose", [a.descriptor, order, a.descriptor], /^ValueError: Transpose: output 0 overlaps input 0$/);
  refuse("Transpose", [a.descriptor, order, guest.tensor("f32", [3, 2]).descriptor], /output 0 has shape \(3, 2\), the result \(3, 3\)$/);
  refuse("Transpose", [a.descriptor, order, guest.tensor("f64", [3, 3]).descriptor], /^TypeError: Transpose: output 0 must be f32$/);
  const row = guest.describe({ data: guest.allocate(12), type: "f32", shape: [3, 3], strides: [0, 1] });
  refuse("Transpose", [a.descriptor, order, row], /^ValueError: Transpose: output 0: elements overlap$/);
  const both = guest.tensor("i64", [3, 3]).descriptor;
  const values = guest.describe({ data: guest.view.getUint32(both, true), type: "f32", shape: [3, 3] });
  refuse("TopK", [a.descriptor, { int: 3 }, { int: 1 }, { bool: 1 }, values, both], /^ValueError: TopK: output 1 overlaps output 0$/);
  // An output that was allocated before the other one is refused does not stay.
  const { status, outputs } = guest.call("TopK", [a.descriptor, { int: 3 }, { int: 1 }, { bool: 1 }, null, guest.tensor("i64", [3, 2]).descriptor]);
  assert.deepEqual([status, outputs[4]], [-1, 0]);
  assert.deepEqual(guest.read(a.descriptor).values, [1, 2, 3, 4, 5, 6, 7, 8, 9]);
});

test("random arguments end in a result or an error", () => {
  const operators = {
    Transpose: "tl", Tile: "tl", BroadcastTo: "tl", Concat: "tta", Slice: "tll", StridedSlice: "tlll", Split: "taaa", Pad: "tLa", Gather: "tia", GatherNd: "ti",
    ScatterNd: "itl", OneHot: "issaa", Cast: "tt", Argmax: "ta", Argmin: "ta", CumSum: "taaa", TopK: "taaa", EqualCount: "tt",
  };
  let results = 0;
  for (let seed = 1; seed <= 15; ++seed) {
    const random = new Random(seed);
    const guest = load();
    const odd = () => random.pick([-1n, 2n ** 31n - 1n, 2n ** 31n, 2n ** 32n, 2n ** 62n, MAX, MIN, -(2n ** 31n), 7n, 2n ** 16n]);
    const number = () => (random.chance(0.9) ? BigInt(random.integer(-2, 3)) : odd());
    const shape = (rank) => Array.from({ length: rank }, () => (random.chance(0.97) ? random.integer(0, 3) : random.pick([2 ** 16, 2 ** 31 - 1])));
    const area = guest.allocate(1 << 12);
    for (let round = 0; round < 600; ++round) {
      const name = random.pick(Object.keys(operators));
      const rank = random.integer(0, random.chance(0.9) ? 3 : 8);
      const type = random.chance(0.95) ? random.pick(widths) : "i32";
      const large = (of) => (count(of) > 500 ? of.map(() => 0) : null); // one element again and again
      const strides = (of) => large(of) ?? (random.chance(0.5) ? of.map(() => random.integer(-2, 2)) : null);
      const make = {
        t: () => {
          const of = shape(rank);
          return guest.describe({ data: area + 2048, type, shape: of, strides: strides(of) });
        },
        s: () => guest.describe({ data: area, type, shape: random.chance(0.9) ? [] : shape(1) }),
        i: () => {
          const of = shape(random.integer(0, 2));
          const data = guest.allocate(8 * 16);
          guest.array(BigInt64Array, data, 16).set(Array.from({ length: 16 }, number));
          return guest.describe({ data, type: "i64", shape: of, strides: count(of) > 16 ? of.map(() => 0) : null });
        },
        l: () => list(guest, ...Array.from({ length: random.chance(0.9) ? rank : random.integer(0, 9) }, number)),
        L: () => list(guest, ...Array.from({ length: 2 * rank }, number)),
        a: () => ({ int: number() }),
      };
      const args = [...operators[name]].map((kind) => make[kind]());
      const outputs = name === "TopK" ? 2 : 1;
      let outcome;
      try {
        outcome = guest.call(name, [...args, ...new Array(outputs).fill(null)]);
      } catch (error) {
        assert.fail(`seed ${seed}, round ${round}: ${name}: ${error}`);
      }
      if (outcome.status === 0) {
        ++results;
        outcome.outputs.slice(-outputs).forEach((address) => guest.free(address));
      } else {
        assert.match(guest.error, new RegExp(`^(TypeError|ValueError|MemoryError): ${name}: `));
        assert.ok(outcome.outputs.slice(-outputs).every((address) => address === 0));
      }
    }
  }
  assert.ok(results > 1500, `${results} results`);
});
