// Operators that call kernels of their own kind: which parts of which tensors the kernels get, what they write into strided
// outputs, what they refuse. The kernels here are plain ones; test/differential compares the compiler's with numpy.
import assert from "node:assert/strict";
import { test } from "node:test";
import { Guest, count, denseStrides } from "./guest.mjs";
import { modules } from "./modules.mjs";
import { Random } from "./random.mjs";
import { broadcast, each, spread, stridedTensor } from "./strided.mjs";

const load = () => Guest.load(modules("composite_ops.wasm"));
const f = Math.fround;

/** Calls with outputs that are None and with given strided ones; compares both, and what lies between the elements. */
function check(guest, name, args, expected, random, message) {
  assert.deepEqual(guest.run(name, args, expected.length), expected, message);
  const given = expected.map(({ type, shape }) => stridedTensor(guest, type, shape, random, { repeat: false }));
  const before = given.map((each) => each.bytes());
  assert.equal(guest.call(name, [...args, ...given.map((each) => each.descriptor)]).status, 0, guest.error);
  given.forEach((each, i) => {
    assert.deepEqual(guest.read(each.descriptor).values, expected[i].values, message);
    each.write(each.values);
    assert.deepEqual(each.bytes(), before[i], `${message}: bytes between the elements`);
  });
}

/** A vector of i64, in order or from its end to its begin. */
function list(guest, numbers, isBackwards) {
  const values = numbers.map(BigInt);
  const { descriptor, data } = guest.tensor("i64", [numbers.length], isBackwards ? values.reverse() : values);
  if (!isBackwards) return descriptor;
  return guest.describe({ data: data + 8 * Math.max(numbers.length - 1, 0), type: "i64", shape: [numbers.length], strides: [-1] });
}

/** Sums over axes. */
function sums(values, shape, axes, keepdims) {
  const kept = shape.map((e, i) => (axes.includes(i) ? 1 : e));
  const strides = denseStrides(kept);
  const out = new Array(count(kept)).fill(0);
  let i = 0;
  each(shape, (index) => (out[index.reduce((at, x, a) => at + (kept[a] === 1 ? 0 : x * strides[a]), 0)] += values[i++]));
  return { shape: keepdims ? kept : shape.filter((_, a) => !axes.includes(a)), values: out };
}

test("sums over any axes of any shapes and strides agree with a model", () => {
  for (let seed = 1; seed <= 400; ++seed) {
    const random = new Random(seed);
    const guest = load();
    const type = random.pick(["f32", "f64"]);
    const shape = Array.from({ length: random.integer(0, 6) }, () => random.pick([1, 2, 3, 5, random.chance(0.1) ? 0 : 4]));
    const x = random.chance(0.5) ? stridedTensor(guest, type, shape, random) : guest.tensor(type, shape, shape.length ? new Array(count(shape)).fill(0).map((_, i) => i) : [7]);
    const values = x.values ?? guest.read(x.descriptor).values;
    const axes = shape.map((_, axis) => axis).filter(() => random.chance(0.5)).sort(() => random.next() - 0.5);
    const given = axes.map((axis) => (random.chance(0.5) ? axis - shape.length : axis));
    const keepdims = random.integer(0, 1);
    const expected = { type, ...sums(values, shape, axes.length ? axes : shape.map((_, axis) => axis), keepdims) };
    check(guest, "Sum", [x.descriptor, list(guest, given, random.chance(0.5)), { bool: keepdims }], [expected], random, `seed ${seed}`);
  }
});

test("one axis may be a scalar, and axes that are not there are refused", () => {
  const guest = load();
  const x = guest.tensor("f32", [2, 3], [1, 2, 3, 4, 5, 6]).descriptor;
  assert.deepEqual(guest.run("Sum", [x, guest.tensor("i64", [], [-1n]).descriptor, { bool: 0 }])[0].values, [6, 15]);
  const refuse = (a, axes, message, out = null) => {
    assert.equal(guest.call("Sum", [a, Array.isArray(axes) ? list(guest, axes) : axes, { bool: 0 }, out]).status, -1);
    assert.match(guest.error, message);
  };
  for (const axes of [[2], [-3], [0, 0], [1, -1], [0, 1, 0], [-(2n ** 63n)], [2n ** 63n - 1n], [2n ** 32n], [0, 2n ** 32n + 1n]])
    refuse(x, axes, new RegExp(`^ValueError: Sum: axes \\(${axes.join(", ")}\\) do not name axes of shape \\(2, 3\\) once each$`));
  refuse(x, new Array(9).fill(0), /^ValueError: Sum: input 1 must be a vector of at most 8 elements, not of shape \(9\)$/);
  refuse(x, guest.tensor("i64", [1, 1], [0n]).descriptor, /at most 8 elements, not of shape \(1, 1\)$/);
  refuse(x, x, /^TypeError: Sum: not built for input types 2: f32, f32$/);
  refuse(guest.tensor("f32", [], [1]).descriptor, [0], /axes \(0\) do not name axes of shape \(\)/);
  refuse(x, [1], /output 0 has shape \(3\), the result \(2\)$/, guest.tensor("f32", [3]).descriptor);
  refuse(x, [1], /^ValueError: Sum: output 0 overlaps input 0$/, guest.describe({ data: guest.view.getUint32(x, true), type: "f32", shape: [2] }));
  const huge = guest.describe({ data: guest.allocate(8), type: "f32", shape: [2 ** 31 - 1, 2 ** 31 - 1, 2], strides: [0, 0, 0] });
  for (const axes of [[0], [1], [2], []]) refuse(huge, axes, /^MemoryError: Sum: input 0 has over 2 GiB/);
  const none = guest.describe({ data: 64, type: "f32", shape: [2 ** 31 - 1, 0, 2 ** 31 - 1] });
  refuse(none, [1], /^MemoryError: Sum: output 0 would have over 2 GiB/);
  assert.equal(guest.run("Sum", [none, list(guest, []), { bool: 1 }])[0].values[0], 0);
  assert.deepEqual(guest.run("Sum", [none, list(guest, [0]), { bool: 0 }])[0].values, []);
});

/** numpy.matmul; sums are exact in f32. */
function matmul(a, b) {
  const left = a.shape.length === 1 ? [1, ...a.shape] : a.shape;
  const right = b.shape.length === 1 ? [...b.shape, 1] : b.shape;
  const [m, k] = left.slice(-2);
  const n = right.at(-1);
  const batch = broadcast(left.slice(0, -2), right.slice(0, -2));
  const lefts = spread(a.values, left, [...batch, m, k]);
  const rights = spread(b.values, right, [...batch, k, n]);
  const values = [];
  for (let s = 0; s < count(batch); ++s)
    for (let i = 0; i < m; ++i)
      for (let j = 0; j < n; ++j) {
        let sum = 0;
        for (let l = 0; l < k; ++l) sum += lefts[(s * m + i) * k + l] * rights[(s * k + l) * n + j];
        values.push(sum);
      }
  return { shape: [...batch, ...(a.shape.length > 1 ? [m] : []), ...(b.shape.length > 1 ? [n] : [])], values };
}

test("products of any ranks, strides and batches agree with a model", () => {
  for (let seed = 1; seed <= 400; ++seed) {
    const random = new Random(seed);
    const guest = load();
    const type = random.pick(["f32", "i8"]);
    const extent = () => random.pick([1, 2, 3, 5, random.chance(0.1) ? 0 : 4]);
    const batch = Array.from({ length: random.integer(0, 4) }, extent);
    const side = () => batch.slice(random.integer(0, batch.length)).map((e) => (random.chance(0.3) ? 1 : e));
    const [m, k, n] = [extent(), extent(), extent()];
    const a = stridedTensor(guest, type, random.chance(0.15) ? [k] : [...side(), m, k], random);
    const b = stridedTensor(guest, type, random.chance(0.15) ? [k] : [...side(), k, n], random);
    const expected = { type: type === "i8" ? "i32" : "f32", ...matmul(a, b) };
    check(guest, "MatMul", [a.descriptor, b.descriptor], [expected], random, `seed ${seed}`);
  }
});

test("products are refused where shapes do not fit, and cost nothing where there is nothing", () => {
  const guest = load();
  const tensor = (...shape) => guest.tensor("f32", shape, new Array(count(shape)).fill(1)).descriptor;
  const refuse = (a, b, message, out = null) => {
    const { status, outputs } = guest.call("MatMul", [a, b, out]);
    assert.equal(status, -1);
    assert.match(guest.error, message);
    if (out === null) assert.equal(outputs[2], 0);
  };
  for (const [a, b] of [[[], []], [[], [1]], [[2], []], [[2, 3], [2]], [[2, 3], [2, 3]], [[3], [2, 3]], [[2, 2, 3], [3, 3, 4]], [[2, 1, 2, 3], [3, 2, 3, 4]]])
    refuse(tensor(...a), tensor(...b), new RegExp(`^ValueError: MatMul: no product of shapes \\(${a.join(", ")}\\) and \\(${b.join(", ")}\\)$`));
  refuse(tensor(2, 2), guest.tensor("i8", [2, 2]).descriptor, /^TypeError: MatMul: not built for input types 2: f32, i8$/);
  refuse(tensor(2, 3), tensor(3, 4), /output 0 has shape \(2, 3\), the result \(2, 4\)$/, tensor(2, 3));
  const square = tensor(2, 2);
  refuse(square, tensor(2, 2), /^ValueError: MatMul: output 0 overlaps input 0$/, square);
  const repeated = (...shape) => guest.describe({ data: guest.allocate(8), type: "f32", shape, strides: shape.map(() => 0) });
  refuse(repeated(2 ** 20, 2 ** 20), tensor(2, 2), /^MemoryError: MatMul: input 0 has over 2 GiB/);
  refuse(repeated(2 ** 20, 1), repeated(1, 2 ** 20), /^MemoryError: MatMul: output 0 would have over 2 GiB: shape \(1048576, 1048576\)$/);
  refuse(repeated(2 ** 15, 1, 1), repeated(2 ** 15, 1, 1, 1), /^MemoryError: MatMul: output 0 would have over 2 GiB/);
  const none = (...shape) => guest.describe({ data: 64, type: "f32", shape });
  assert.deepEqual(guest.run("MatMul", [none(2 ** 30, 0, 5), tensor(5, 4)])[0], { type: "f32", shape: [2 ** 30, 0, 4], values: [] });
  assert.deepEqual(guest.run("MatMul", [none(2, 0), none(0, 2)])[0].values, [0, 0, 0, 0]);
  assert.deepEqual(guest.run("MatMul", [none(0), none(0)])[0], { type: "f32", shape: [], values: [0] });
  assert.equal(count(guest.run("MatMul", [none(2 ** 20, 1, 0), none(2 ** 20, 0, 1)])[0].shape), 2 ** 20);
});

test("a kernel without memory is a MemoryError, and every workspace is released", () => {
  const guest = load();
  const random = new Random(7);
  const a = stridedTensor(guest, "f32", [3, 4, 5], random);
  const b = guest.describe({ data: guest.allocate(1024), type: "f32", shape: [3, 5, 4], strides: [20, 1, 5] });
  const bytes = guest.byteLength;
  for (let i = 0; i < 5000; ++i) assert.equal(guest.call("RefuseMatMul", [a.descriptor, b, null]).status, -1);
  assert.match(guest.error, /^MemoryError: RefuseMatMul: /);
  for (let i = 0; i < 5000; ++i) guest.run("MatMul", [a.descriptor, b]);
  assert.ok(guest.byteLength - bytes <= 2 ** 17, `${guest.byteLength - bytes} bytes more`);
});

test("groups of channels agree with a model", () => {
  for (let seed = 1; seed <= 150; ++seed) {
    const random = new Random(seed);
    const guest = load();
    const extent = () => random.pick([1, 2, 3, random.chance(0.1) ? 0 : 4]);
    const groups = random.integer(1, 3);
    const perGroup = extent();
    const channels = groups * perGroup;
    const shape = [extent(), channels, ...Array.from({ length: random.integer(0, 3) }, extent)];
    const a = stridedTensor(guest, "f32", shape, random);
    const [gamma, beta] = [0, 1].map(() => stridedTensor(guest, "f32", [channels], random));
    const n = count(shape.slice(2));
    const values = a.values.map((x, at) => {
      const row = Math.floor(at / (perGroup * n));
      let sum = 0;
      for (let i = 0; i < perGroup * n; ++i) sum = f(sum + a.values[row * perGroup * n + i]);
      const channel = Math.floor(at / n) % channels;
      return f(f(f(f(x - f(sum / (perGroup * n))) * 0.5) * gamma.values[channel]) + beta.values[channel]);
    });
    check(guest, "GroupNorm", [a.descriptor, gamma.descriptor, beta.descriptor, { int: groups }, { float: 0.5 }],
      [{ type: "f32", shape, values }], random, `seed ${seed}`);
  }
});

test("groups that do not fit are refused", () => {
  const guest = load();
  const tensor = (...shape) => guest.tensor("f32", shape, new Array(count(shape)).fill(1)).descriptor;
  const refuse = (args, message) => {
    assert.equal(guest.call("GroupNorm", [...args, { float: 0 }, null]).status, -1);
    assert.match(guest.error, message);
  };
  const a = tensor(2, 6, 5);
  const six = tensor(6);
  for (const groups of [0, -1, 4, 7, 2n ** 32n, 2n ** 63n - 1n, -(2n ** 63n)])
    refuse([a, six, six, { int: groups }], new RegExp(`^ValueError: GroupNorm: num_groups ${groups} does not divide the channels of shape \\(2, 6, 5\\)$`));
  refuse([six, six, six, { int: 1 }], /^ValueError: GroupNorm: input 0 must have axes N and C, not shape \(6\)$/);
  refuse([a, tensor(5), six, { int: 1 }], /^ValueError: GroupNorm: shape \(6\) is needed of input 1, which has shape \(5\)$/);
  refuse([a, six, tensor(6, 1), { int: 1 }], /^ValueError: GroupNorm: shape \(6\) is needed of input 2, which has shape \(6, 1\)$/);
  refuse([guest.describe({ data: guest.allocate(8), type: "f32", shape: [2 ** 20, 6, 2 ** 20], strides: [0, 0, 0] }), six, six, { int: 1 }], /^MemoryError: GroupNorm: input 0 has over 2 GiB/);
  const none = guest.describe({ data: 64, type: "f32", shape: [0, 6, 2 ** 31 - 1, 2 ** 31 - 1] });
  assert.deepEqual(guest.run("GroupNorm", [none, six, six, { int: 3 }, { float: 0 }])[0].values, []);
});

/** Rows of `a` [rows, depth] times weights [n, depth] transposed, plus bias, as the kernels round. */
function dense(a, rows, depth, weights, bias) {
  const out = [];
  for (let i = 0; i < rows; ++i)
    for (let j = 0; j < bias.length; ++j) {
      let sum = bias[j];
      for (let l = 0; l < depth; ++l) sum = f(sum + f(a[i * depth + l] * weights[j * depth + l]));
      out.push(sum);
    }
  return out;
}

test("dense layers of any ranks and strides agree with a model", () => {
  for (let seed = 1; seed <= 150; ++seed) {
    const random = new Random(seed);
    const guest = load();
    const extent = () => random.integer(random.chance(0.15) ? 0 : 1, 4);
    const [k, n] = [extent(), extent()]; // up to 64 rows, of which few are multiplied alone
    const rows = Array.from({ length: random.integer(0, 3) }, extent);
    const tensors = [[...rows, k], [n, k], [n]].map((shape) => stridedTensor(guest, "f32", shape, random));
    const [a, weights, bias] = tensors.map((each) => each.values);
    const expected = { type: "f32", shape: [...rows, n], values: dense(a, count(rows), k, weights, bias) };
    check(guest, "Dense", tensors.map((each) => each.descriptor), [expected], random, `seed ${seed}`);
  }
  const guest = load();
  const tensor = (...shape) => guest.tensor("f32", shape, new Array(count(shape)).fill(1)).descriptor;
  const refuse = (shapes, message) => {
    assert.equal(guest.call("Dense", [...shapes.map((shape) => tensor(...shape)), null]).status, -1);
    assert.equal(guest.error, `ValueError: Dense: ${message}`);
  };
  refuse([[], [2, 3], [2]], "no product of shapes () and (2, 3)");
  refuse([[3], [3], [2]], "no product of shapes (3) and (3)");
  refuse([[4], [2, 3], [2]], "shape (2, 4) is needed of input 1, which has shape (2, 3)");
  refuse([[3], [2, 3], [3]], "shape (2) is needed of input 2, which has shape (3)");
});

/** y and the last states of the layers of composite_ops.cpp. */
function recur(gates, x, states, weights) {
  const [steps, batch, inputs] = x.shape;
  const hidden = states[0].shape[1];
  let [h, c] = states.map((state) => state.values);
  const y = [];
  for (let t = 0; t < steps; ++t) {
    const fromInput = dense(x.values.slice(t * batch * inputs), batch, inputs, weights[0].values, weights[2].values);
    const fromState = dense(h, batch, hidden, weights[1].values, weights[3].values);
    const next = h.map((_, at) => {
      const [row, j] = [Math.floor(at / hidden), at % hidden];
      const sum = (gate) => f(fromInput[(row * gates + gate) * hidden + j] + fromState[(row * gates + gate) * hidden + j]);
      return gates === 4 ? [f(sum(3) + f(sum(1) * c[at])), f(sum(0) + sum(2))] : [f(f(sum(0) + sum(1)) + f(sum(2) * h[at]))];
    });
    h = next.map((each) => each[0]);
    c = next.map((each) => each[1]);
    y.push(...h);
  }
  const result = [{ type: "f32", shape: [steps, batch, hidden], values: y }, { type: "f32", shape: [batch, hidden], values: h }];
  return gates === 4 ? [...result, { type: "f32", shape: [batch, hidden], values: c }] : result;
}

test("layers of any sizes and strides agree with a model", () => {
  for (let seed = 1; seed <= 120; ++seed) {
    const random = new Random(seed);
    const guest = load();
    const gates = random.pick([3, 4]);
    const [steps, batch, inputs, hidden] = [4, 9, 4, 4].map((most) => random.integer(random.chance(0.15) ? 0 : 1, most));
    const tensor = (...shape) => stridedTensor(guest, "f32", shape, random);
    const x = tensor(steps, batch, inputs);
    const states = Array.from({ length: gates - 2 }, () => tensor(batch, hidden));
    const weights = [tensor(gates * hidden, inputs), tensor(gates * hidden, hidden), tensor(gates * hidden), tensor(gates * hidden)];
    const args = [x, ...states, ...weights].map((each) => each.descriptor);
    check(guest, gates === 4 ? "LSTM" : "GRU", args, recur(gates, x, states, weights), random, `seed ${seed}`);
  }
});

test("long sequences go in blocks", () => {
  const guest = load();
  const random = new Random(1);
  const [steps, batch, inputs, hidden] = [700, 3, 1, 130]; // 1 MB holds 168 steps
  const fill = (...shape) => {
    const tensor = guest.tensor("f32", shape, Array.from({ length: count(shape) }, () => f((random.next() - 0.5) / 64)));
    return { ...tensor, values: guest.read(tensor.descriptor).values };
  };
  const x = fill(steps, batch, inputs);
  const states = [fill(batch, hidden), fill(batch, hidden)];
  const weights = [fill(4 * hidden, inputs), fill(4 * hidden, hidden), fill(4 * hidden), fill(4 * hidden)];
  const bytes = guest.byteLength;
  const results = guest.run("LSTM", [x, ...states, ...weights].map((each) => each.descriptor), 3);
  assert.deepEqual(results, recur(4, x, states, weights));
  assert.ok(guest.byteLength - bytes < 2 ** 22, `${guest.byteLength - bytes} bytes more`);
});

test("layers that do not fit are refused", () => {
  const guest = load();
  const tensor = (...shape) => guest.tensor("f32", shape, new Array(count(shape)).fill(1)).descriptor;
  const fine = [[5, 2, 3], [2, 4], [2, 4], [16, 3], [16, 4], [16], [16]];
  const cases = [
    [0, [5, 2], "input 0 must have axes [T, B, I], not shape (5, 2)"],
    [1, [4], "input 1 must be a matrix [B, H], not of shape (4)"],
    [1, [3, 4], "shape (2, 4) is needed of input 1, which has shape (3, 4)"],
    [2, [2, 5], "shape (2, 4) is needed of input 2, which has shape (2, 5)"],
    [3, [3, 16], "shape (16, 3) is needed of input 3, which has shape (3, 16)"],
    [4, [16, 3], "shape (16, 4) is needed of input 4, which has shape (16, 3)"],
    [5, [12], "shape (16) is needed of input 5, which has shape (12)"],
    [6, [16, 1], "shape (16) is needed of input 6, which has shape (16, 1)"],
  ];
  for (const [position, shape, message] of cases) {
    const { status, outputs } = guest.call("LSTM", [...fine.map((each, i) => tensor(...(i === position ? shape : each))), null, null, null]);
    assert.equal(status, -1);
    assert.equal(guest.error, `ValueError: LSTM: ${message}`);
    assert.deepEqual(outputs.slice(7), [0, 0, 0]);
  }
  const inputs = fine.map((each) => tensor(...each));
  const refuse = (outputs, message) => {
    assert.equal(guest.call("LSTM", [...inputs, ...outputs]).status, -1);
    assert.match(guest.error, message);
  };
  const state = tensor(2, 4);
  refuse([null, state, state], /^ValueError: LSTM: output 2 overlaps output 1$/);
  refuse([null, inputs[1], null], /^ValueError: LSTM: output 1 overlaps input 1$/);
  refuse([tensor(5, 2, 3), null, null], /^ValueError: LSTM: output 0 has shape \(5, 2, 3\), the result \(5, 2, 4\)$/);
  const none = (...shape) => guest.describe({ data: 64, type: "f32", shape });
  const huge = 2 ** 31 - 1; // four of it are no extent
  const wide = [none(5, 0, 3), none(0, huge), none(0, huge), none(0, 3), none(0, huge), none(0), none(0)];
  assert.equal(guest.call("LSTM", [...wide, null, null, null]).status, -1);
  assert.match(guest.error, /^ValueError: LSTM: shape \(8589934588, 3\) is needed of input 3, which has shape \(0, 3\)$/);
  const long = [none(huge, 0, 3), none(0, 4), none(0, 4), ...inputs.slice(3)];
  assert.deepEqual(guest.run("LSTM", long, 3)[0].shape, [huge, 0, 4]);
});

test("random arguments end in a result or an error", () => {
  const operators = { Sum: ["t", "l", "a"], MatMul: ["t", "t"], Dense: ["t", "m", "v"], GroupNorm: ["t", "v", "v", "a", "a"], LSTM: "tmmmmvv", GRU: "tmmmvv" };
  const outputs = { LSTM: 3, GRU: 2 };
  const odd = [-1n, 2n ** 31n - 1n, 2n ** 31n, 2n ** 32n, 2n ** 62n, 2n ** 63n - 1n, -(2n ** 63n), 2n ** 16n];
  let results = 0;
  for (let seed = 1; seed <= 15; ++seed) {
    const random = new Random(seed);
    const guest = load();
    const number = () => (random.chance(0.9) ? BigInt(random.integer(-2, 3)) : random.pick(odd));
    const shape = (rank) => Array.from({ length: rank }, () => (random.chance(0.97) ? random.integer(0, 2) * random.integer(1, 2) : random.pick([2 ** 16, 2 ** 31 - 1])));
    const area = guest.allocate(1 << 12);
    const tensor = (rank) => {
      const of = shape(rank);
      // What is large is one element again and again.
      const strides = count(of) > 500 ? of.map(() => 0) : random.chance(0.5) ? of.map(() => random.integer(-2, 2)) : null;
      return guest.describe({ data: area + 2048, type: random.chance(0.97) ? "f32" : "f64", shape: of, strides });
    };
    const make = {
      t: () => tensor(random.pick([0, 1, 2, 2, 3, 3, 3, random.integer(0, 8)])),
      m: () => tensor(random.chance(0.97) ? 2 : 3),
      v: () => tensor(random.chance(0.97) ? 1 : 2),
      l: () => list(guest, Array.from({ length: random.integer(0, 4) }, number)),
      a: () => ({ int: number() }),
    };
    for (let round = 0; round < 600; ++round) {
      const name = random.pick(Object.keys(operators));
      const args = [...operators[name]].map((kind) => make[kind]());
      const made = new Array(outputs[name] ?? 1).fill(null);
      let outcome;
      try {
        outcome = guest.call(name, [...args, ...made]);
      } catch (error) {
        assert.fail(`seed ${seed}, round ${round}: ${name}: ${error}`);
      }
      if (outcome.status === 0) {
        ++results;
        outcome.outputs.slice(-made.length).forEach((address) => guest.free(address));
      } else {
        assert.match(guest.error, new RegExp(`^(Type|Value|Memory)Error: ${name}: `));
        assert.deepEqual(outcome.outputs.slice(-made.length), made.map(() => 0));
      }
    }
  }
  assert.ok(results > 500, `${results} results`);
});
