// Operators of images: layouts, groups, strided tensors and phases of transposed convolutions against loops over windows,
// what they refuse, and that no argument makes them trap. Their values in all element types are compared with numpy's in
// test/differential.
import assert from "node:assert/strict";
import { test } from "node:test";
import { Guest, count } from "./guest.mjs";
import { modules } from "./modules.mjs";
import { Random } from "./random.mjs";
import { each, stridedTensor } from "./strided.mjs";

const load = () => Guest.load(modules("image_ops.wasm"));
const MAX = 2n ** 63n - 1n;
const MIN = -(2n ** 63n);

const list = (guest, ...numbers) => guest.tensor("i64", [numbers.length], numbers.map(BigInt)).descriptor;
const flag = (value) => ({ bool: value ? 1 : 0 });

/** Values of a dense array by index: at(i, j, ...) */
const reader = (values, shape) => (...index) => values[index.reduce((at, x, axis) => at * shape[axis] + x, 0)];

/** The shape [N, C, H, W] in the order of a layout, and an index of that layout from it. */
const laidOut = ([n, c, h, w], last) => (last ? [n, h, w, c] : [n, c, h, w]);

/** Elements of images in a layout, by (n, y, x, c); outside the image `beyond`. */
function pixels(tensor, last, beyond) {
  const at = reader(tensor.values, tensor.shape);
  const [rows, columns] = last ? [tensor.shape[1], tensor.shape[2]] : [tensor.shape[2], tensor.shape[3]];
  return (n, y, x, c) => (y < 0 || x < 0 || y >= rows || x >= columns ? beyond : last ? at(n, y, x, c) : at(n, c, y, x));
}

/** All values of a result [N, C, H, W] in its layout. */
function results(shape, last, value) {
  const values = [];
  each(laidOut(shape, last), ([n, i, j, k]) => values.push(last ? value(n, i, j, k) : value(n, j, k, i)));
  return values;
}

const sizes = (random, low, high) => [random.integer(low, high), random.integer(low, high)];
const fits = (extent, size, stride, before, behind, dilation) => Math.floor((extent + before + behind - dilation * (size - 1) - 1) / stride) + 1;

/** A convolution's shapes and lists. */
function drawn(random) {
  const groups = random.pick([1, 1, 2, 3]);
  const [inputs, outputs] = [random.integer(1, 3), random.integer(1, 4)];
  return {
    groups, inputs, outputs, batch: random.integer(1, 2), kernel: sizes(random, 1, 3), strides: sizes(random, 1, 4), dilations: sizes(random, 1, 3),
    pads: [...sizes(random, 0, 3), ...sizes(random, 0, 3)], last: random.chance(0.5),
  };
}

/** Calls with a new and with a strided given output; both must be `values`, and nothing else may be written. */
function check(guest, random, name, args, shape, values, label, type = "f32") {
  assert.deepEqual(guest.run(name, args)[0], { type, shape, values }, label);
  const out = stridedTensor(guest, type, shape, random, { repeat: false });
  const bytes = out.bytes();
  assert.equal(guest.call(name, [...args, out.descriptor]).status, 0, guest.error);
  assert.deepEqual(guest.read(out.descriptor).values, values, label);
  out.write(out.values);
  assert.deepEqual(out.bytes(), bytes, `${label}: bytes between the elements`);
}

const lists = (guest, d) => [list(guest, ...d.strides), list(guest, ...d.pads), list(guest, ...d.dilations)];

test("convolutions of every layout and grouping are sums over windows", () => {
  for (let seed = 1; seed <= 250; ++seed) {
    const random = new Random(seed);
    const guest = load();
    const d = drawn(random);
    const name = random.pick(["Conv2D", "Conv2D", "DepthwiseConv2D"]);
    if (name === "DepthwiseConv2D") d.inputs = 1;
    const type = name === "Conv2D" && random.chance(0.3) ? "i8" : "f32";
    const [channels, all] = [d.groups * d.inputs, d.groups * d.outputs];
    const extent = d.kernel.map((k, i) => Math.max(1, d.dilations[i] * (k - 1) + 1 - d.pads[i] - d.pads[2 + i] + random.integer(0, 5)));
    const a = stridedTensor(guest, type, laidOut([d.batch, channels, ...extent], d.last), random);
    const weights = stridedTensor(guest, type, d.last ? [...d.kernel, d.inputs, all] : [all, d.inputs, ...d.kernel], random);
    const weight = reader(weights.values, weights.shape);
    const at = pixels(a, d.last, 0);
    const result = extent.map((e, i) => fits(e, d.kernel[i], d.strides[i], d.pads[i], d.pads[2 + i], d.dilations[i]));
    if (result.some((e) => e < 1)) continue;
    const shape = [d.batch, all, ...result];
    const values = results(shape, d.last, (n, y, x, o) => {
      let sum = 0;
      each([...d.kernel, d.inputs], ([i, j, c]) => {
        const from = Math.floor(o / d.outputs) * d.inputs + c;
        const pixel = at(n, y * d.strides[0] - d.pads[0] + i * d.dilations[0], x * d.strides[1] - d.pads[1] + j * d.dilations[1], from);
        sum += pixel * (d.last ? weight(i, j, c, o) : weight(o, c, i, j));
      });
      return sum;
    });
    const args = [a.descriptor, weights.descriptor, ...lists(guest, d), ...(name === "Conv2D" ? [{ int: d.groups }] : []), flag(d.last)];
    check(guest, random, name, args, laidOut(shape, d.last), values, `seed ${seed}: ${name}`, type === "i8" ? "i32" : "f32");
  }
});

test("transposed convolutions add what every element spreads", () => {
  for (let seed = 1; seed <= 250; ++seed) {
    const random = new Random(seed);
    const guest = load();
    const d = drawn(random);
    const channels = d.groups * d.inputs;
    const extent = sizes(random, 1, 4);
    const more = d.strides.map((s, i) => random.integer(0, Math.max(s, d.dilations[i]) - 1));
    const result = extent.map((e, i) => (e - 1) * d.strides[i] + d.dilations[i] * (d.kernel[i] - 1) + 1 - d.pads[i] - d.pads[2 + i] + more[i]);
    if (result.some((e) => e < 1)) continue;
    const a = stridedTensor(guest, "f32", laidOut([d.batch, channels, ...extent], d.last), random);
    const weights = stridedTensor(guest, "f32", d.last ? [...d.kernel, d.outputs, channels] : [channels, d.outputs, ...d.kernel], random);
    const weight = reader(weights.values, weights.shape);
    const at = pixels(a, d.last, 0);
    const shape = [d.batch, d.groups * d.outputs, ...result];
    const sums = new Map();
    each([d.batch, channels, d.outputs, ...extent, ...d.kernel], ([n, c, o, y, x, i, j]) => {
      const to = [n, y * d.strides[0] - d.pads[0] + i * d.dilations[0], x * d.strides[1] - d.pads[1] + j * d.dilations[1], Math.floor(c / d.inputs) * d.outputs + o].join();
      sums.set(to, (sums.get(to) ?? 0) + at(n, y, x, c) * (d.last ? weight(i, j, o, c) : weight(c, o, i, j)));
    });
    const values = results(shape, d.last, (...place) => sums.get(place.join()) ?? 0);
    const args = [a.descriptor, weights.descriptor, ...lists(guest, d), list(guest, ...more), { int: d.groups }, flag(d.last)];
    check(guest, random, "Conv2DTranspose", args, laidOut(shape, d.last), values, `seed ${seed}`);
  }
});

test("pools take the largest element or the mean of each window", () => {
  for (let seed = 1; seed <= 250; ++seed) {
    const random = new Random(seed);
    const guest = load();
    const d = drawn(random);
    const name = random.pick(["MaxPool", "AvgPool"]);
    if (name === "AvgPool") d.dilations = [1, 1];
    d.pads = d.pads.map((pad, i) => Math.min(pad, d.dilations[i % 2] * (d.kernel[i % 2] - 1)));
    const [isCeil, withPads] = [random.chance(0.5), random.chance(0.5)];
    const extent = d.kernel.map((k, i) => Math.max(1, d.dilations[i] * (k - 1) + 1 - d.pads[i] - d.pads[2 + i] + random.integer(0, 6)));
    const windows = extent.map((e, i) => {
      const whole = (e + d.pads[i] + d.pads[2 + i] - d.dilations[i] * (d.kernel[i] - 1) - 1) / d.strides[i];
      const last = isCeil ? Math.ceil(whole) : Math.floor(whole);
      return last * d.strides[i] >= e + d.pads[i] ? last : last + 1;
    });
    const a = stridedTensor(guest, "f32", laidOut([d.batch, d.inputs, ...extent], d.last), random);
    const at = pixels(a, d.last, null);
    const shape = [d.batch, d.inputs, ...windows];
    const values = results(shape, d.last, (n, y, x, c) => {
      const [inside, all] = [[], []];
      each(d.kernel, ([i, j]) => {
        const [row, column] = [y * d.strides[0] - d.pads[0] + i * d.dilations[0], x * d.strides[1] - d.pads[1] + j * d.dilations[1]];
        if (row < extent[0] + d.pads[2] && column < extent[1] + d.pads[3]) all.push(1);
        const pixel = at(n, row, column, c);
        if (pixel !== null) inside.push(pixel);
      });
      if (name === "MaxPool") return Math.max(...inside);
      return Math.fround(inside.reduce((sum, pixel) => sum + pixel, 0) / (withPads ? all.length : inside.length));
    });
    const pads = [list(guest, ...d.kernel), list(guest, ...d.strides), list(guest, ...d.pads)];
    const args = name === "MaxPool" ? [...pads, list(guest, ...d.dilations), flag(isCeil)] : [...pads, flag(isCeil), flag(withPads)];
    check(guest, random, name, [a.descriptor, ...args, flag(d.last)], laidOut(shape, d.last), values, `seed ${seed}: ${name}`);
  }
});

test("sizes are changed in every layout", () => {
  for (let seed = 1; seed <= 250; ++seed) {
    const random = new Random(seed);
    const guest = load();
    const last = random.chance(0.5);
    const [extent, size, channels, batch] = [sizes(random, 1, 5), sizes(random, 1, 7), random.pick([1, 3, 16, 35]), random.integer(1, 2)];
    const name = random.pick(["ResizeNearest", "ResizeBilinear", "AdaptiveAvgPool2D"]);
    const type = name === "ResizeNearest" ? random.pick(["f64", "f32", "f16", "u8"]) : random.pick(["f64", "f32"]);
    const a = stridedTensor(guest, type, laidOut([batch, channels, ...extent], last), random);
    const at = pixels(a, last, null);
    const [corners, centers] = random.pick([[false, false], [true, false], [false, true]]);
    const f = Math.fround;
    const scale = size.map((s, i) => (corners && s > 1 ? f((extent[i] - 1) / (s - 1)) : f(extent[i] / s)));
    const clamp = (x, i) => Math.max(0, Math.min(x, extent[i] - 1));
    const round = type === "f64" ? (x) => x : f;
    const models = {
      ResizeNearest: (n, y, x, c) => {
        const nearest = (k, i) => clamp(Math.floor(corners ? f(k * scale[i]) + 0.5 : f((centers ? k + 0.5 : k) * scale[i])), i);
        return at(n, nearest(y, 0), nearest(x, 1), c);
      },
      ResizeBilinear: (n, y, x, c) => {
        const place = (k, i) => (centers ? f(f((k + 0.5) * scale[i]) - 0.5) : f(k * scale[i]));
        const between = (one, other, part) => round(one + round(round(other - one) * part));
        const part = (k, i) => f(place(k, i) - Math.floor(place(k, i)));
        const ends = (k, i) => [clamp(Math.floor(place(k, i)), i), clamp(Math.ceil(place(k, i)), i)];
        const [left, right] = ends(x, 1);
        const [top, bottom] = ends(y, 0).map((row) => between(at(n, row, left, c), at(n, row, right, c), part(x, 1)));
        return between(top, bottom, part(y, 0));
      },
      AdaptiveAvgPool2D: (n, y, x, c) => {
        const range = (k, i) => [Math.floor((k * extent[i]) / size[i]), Math.ceil(((k + 1) * extent[i]) / size[i])];
        let [sum, total] = [0, 0];
        for (let row = range(y, 0)[0]; row < range(y, 0)[1]; ++row)
          for (let column = range(x, 1)[0]; column < range(x, 1)[1]; ++column, ++total) sum += at(n, row, column, c);
        return round(sum / total);
      },
    };
    const shape = [batch, channels, ...size];
    const flags = name === "AdaptiveAvgPool2D" ? [] : [flag(corners), flag(centers)];
    check(guest, random, name, [a.descriptor, list(guest, ...size), ...flags, flag(last)], laidOut(shape, last), results(shape, last, models[name]), `seed ${seed}: ${name}`, type);
  }
});

test("dense images with channels last are not copied, also not by strides and pads", () => {
  const guest = load();
  const tensor = (...shape) => guest.tensor("f32", shape, new Array(count(shape)).fill(1)).descriptor;
  const lists = [list(guest, 2, 2), list(guest, 1, 1, 1, 1), list(guest, 1, 1)];
  const calls = (last) => [
    ["Conv2D", [last ? tensor(2, 9, 9, 8) : tensor(2, 8, 9, 9), last ? tensor(3, 3, 8, 4) : tensor(4, 8, 3, 3), ...lists, { int: 1 }, flag(last), last ? tensor(2, 5, 5, 4) : tensor(2, 4, 5, 5)]],
    ["MaxPool", [last ? tensor(2, 9, 9, 8) : tensor(2, 8, 9, 9), list(guest, 3, 3), ...lists, flag(false), flag(last), last ? tensor(2, 5, 5, 8) : tensor(2, 8, 5, 5)]],
  ];
  // A free block that a copy of the images would be written to; the call's arguments are.
  const byteLength = 4 * 2 * 9 * 9 * 8;
  const block = guest.allocate(byteLength);
  const guard = guest.allocate(64);
  const bytes = guest.array(Uint8Array, block, byteLength).fill(85);
  const touched = (name, args) => {
    bytes.fill(85);
    guest.free(block);
    assert.equal(guest.call(name, args).status, 0, guest.error);
    const count = guest.array(Uint8Array, block + 64, byteLength - 64).filter((byte) => byte !== 85).length;
    assert.equal(guest.allocate(byteLength), block);
    return count;
  };
  assert.ok(calls(true).every(([name, args]) => touched(name, args) < 256));
  assert.ok(calls(false).every(([name, args]) => touched(name, args) > byteLength / 4));
  guest.free(guard);
});

test("what does not fit is refused with its reason, and nothing is written or allocated", () => {
  const guest = load();
  const tensor = (...shape) => guest.tensor("f32", shape, new Array(count(shape)).fill(1)).descriptor;
  const l = (...numbers) => list(guest, ...numbers);
  const [a, w, ones, none] = [tensor(1, 2, 4, 5), tensor(3, 2, 3, 3), l(1, 1), l(0, 0, 0, 0)];
  const conv = (image, weights, strides, pads, dilations, groups = 1) => [image, weights, strides, pads, dilations, { int: groups }, flag(false)];
  const max = (size, strides, pads, dilations = ones) => [a, size, strides, pads, dilations, flag(false), flag(false)];
  const transposed = (strides, pads, more, groups = 1) => [a, tensor(2, 3, 3, 3), strides, pads, ones, more, { int: groups }, flag(false)];
  const size = (name, of, flags = []) => [name, [a, of, ...flags, flag(false)]];
  const huge = guest.describe({ data: guest.allocate(8), type: "f32", shape: [2 ** 16, 1, 1, 2 ** 16], strides: [0, 0, 0, 0] });
  const wide = guest.describe({ data: guest.allocate(8), type: "f32", shape: [1, 2, 1, 2 ** 27], strides: [0, 0, 0, 0] });
  const cases = [
    ["Conv2D", conv(tensor(2, 4, 5), w, ones, none, ones), "ValueError: Conv2D: input 0 must have rank 4, not shape (2, 4, 5)"],
    ["Conv2D", conv(a, w, l(0, 1), none, ones), "ValueError: Conv2D: strides must be 1 to 2147483647, not (0, 1)"],
    ["Conv2D", conv(a, w, l(1, MAX), none, ones), "ValueError: Conv2D: strides must be 1 to 2147483647, not (1, 9223372036854775807)"],
    ["Conv2D", conv(a, w, ones, l(0, 0, -1, 0), ones), "ValueError: Conv2D: pads must be 0 to 2147483647, not (0, 0, -1, 0)"],
    ["Conv2D", conv(a, w, ones, l(0, 0), ones), "ValueError: Conv2D: input 3 must be a vector of 4 elements, not of shape (2)"],
    ["Conv2D", conv(a, w, ones, none, l(MIN, 1)), "ValueError: Conv2D: dilations must be 1 to 2147483647, not (-9223372036854775808, 1)"],
    ["Conv2D", conv(a, w, ones, none, l(2, 1)), "ValueError: Conv2D: windows over 5 rows do not fit into the 4 of shape (1, 2, 4, 5) and pads"],
    ["Conv2D", conv(a, w, ones, l(0, 1, 0, 1), l(1, 2147483647)), /windows over 4294967295 columns do not fit into the 7 of shape/],
    ["Conv2D", conv(a, w, ones, l(2147483647, 0, 2147483647, 0), ones), "ValueError: Conv2D: windows over 3 rows reach too far over the 4294967298 of shape (1, 2, 4, 5) and pads"],
    ["Conv2D", conv(a, w, ones, l(1073741824, 0, 0, 0), ones), /^MemoryError: Conv2D: output 0 would have over 2 GiB: shape \(1, 3, 1073741826, 3\)/],
    ["Conv2D", conv(a, w, ones, none, ones, 2), "ValueError: Conv2D: weights of shape (3, 2, 3, 3) do not fit shape (1, 2, 4, 5) in groups: 2"],
    ["Conv2D", conv(a, tensor(3, 1, 3, 3), ones, none, ones, 2), /do not fit shape \(1, 2, 4, 5\) in groups: 2$/],
    ["Conv2D", conv(a, w, ones, none, ones, 0), /in groups: 0$/],
    ["Conv2D", conv(a, w, ones, none, ones, MIN), /in groups: -9223372036854775808$/],
    ["Conv2D", conv(a, w, ones, none, ones, 2n ** 32n + 1n), /in groups: 4294967297$/],
    ["Conv2D", conv(a, tensor(3, 2, 3), ones, none, ones), "ValueError: Conv2D: weights of shape (3, 2, 3) do not fit shape (1, 2, 4, 5) in groups: 1"],
    ["Conv2D", conv(a, tensor(3, 2, 0, 3), ones, none, ones), "ValueError: Conv2D: weights of shape (3, 2, 0, 3) have no windows for shape (1, 2, 4, 5) in groups: 1"],
    ["Conv2D", conv(a, guest.tensor("i8", [3, 2, 3, 3]).descriptor, ones, none, ones), /^TypeError: Conv2D: not built for input types 5: f32, i8, i64, i64, i64$/],
    ["Conv2D", conv(huge, tensor(1, 1, 1, 1), ones, none, ones), /^MemoryError: Conv2D: input 0 has over 2 GiB/],
    ["DepthwiseConv2D", [a, w, ones, none, ones, flag(false)], "ValueError: DepthwiseConv2D: weights of shape (3, 2, 3, 3) do not fit shape (1, 2, 4, 5) in groups: 2"],
    ["DepthwiseConv2D", [tensor(1, 0, 4, 5), tensor(0, 1, 3, 3), ones, none, ones, flag(false)], /in groups: 0$/],
    ["Conv2DTranspose", transposed(ones, none, l(1, 0)), "ValueError: Conv2DTranspose: output_padding must be 0 to less than a stride or dilation, not (1, 0)"],
    ["Conv2DTranspose", transposed(l(2, 2), none, l(0, -1)), /output_padding must be 0 to less than a stride or dilation, not \(0, -1\)$/],
    ["Conv2DTranspose", transposed(ones, l(3, 0, 3, 0), l(0, 0)), "ValueError: Conv2DTranspose: pads (3, 0, 3, 0) leave nothing of a result of 6 rows"],
    ["Conv2DTranspose", transposed(l(1, 2147483647), none, l(0, 0)), "ValueError: Conv2DTranspose: pads (0, 0, 0, 0) leave too much of a result of 8589934591 columns"],
    ["Conv2DTranspose", transposed(ones, none, l(0, 0), 3), /weights of shape \(2, 3, 3, 3\) do not fit shape \(1, 2, 4, 5\) in groups: 3$/],
    ["MaxPool", max(l(0, 2), ones, none), "ValueError: MaxPool: sizes must be 1 to 2147483647, not (0, 2)"],
    ["MaxPool", max(l(2, 2), ones, l(0, 2, 0, 0)), "ValueError: MaxPool: pads must be less than windows cover, not (0, 2, 0, 0)"],
    ["MaxPool", max(l(2, 2147483647), ones, none, l(1, 2147483647)), /windows over 4611686011984936963 columns do not fit into the 5/],
    ["MaxPool", max(l(2, 6), ones, none), "ValueError: MaxPool: windows over 6 columns do not fit into the 5 of shape (1, 2, 4, 5) and pads"],
    ["MaxPool", [tensor(1, 2, 0, 5), l(1, 1), ones, none, ones, flag(false), flag(false)], "ValueError: MaxPool: images of shape (1, 2, 0, 5) have no pixels"],
    ["AvgPool", [a, l(3, 3), ones, l(3, 0, 0, 0), flag(false), flag(false), flag(false)], "ValueError: AvgPool: pads must be less than windows cover, not (3, 0, 0, 0)"],
    [...size("AdaptiveAvgPool2D", l(-1, 2)), "ValueError: AdaptiveAvgPool2D: sizes must be 0 to 2147483647, not (-1, 2)"],
    [...size("AdaptiveAvgPool2D", l(2 ** 20, 2 ** 20)), /^MemoryError: AdaptiveAvgPool2D: output 0 would have over 2 GiB/],
    [...size("ResizeNearest", l(2, MAX), [flag(false), flag(false)]), /sizes must be 0 to 2147483647/],
    [...size("ResizeNearest", l(2, 2), [flag(true), flag(true)]), "ValueError: ResizeNearest: align_corners and half_pixel_centers exclude each other"],
    ["ResizeBilinear", [tensor(1, 2, 4, 0), l(2, 2), flag(false), flag(false), flag(false)], "ValueError: ResizeBilinear: images of shape (1, 2, 4, 0) have no pixels"],
    ["ResizeBilinear", [wide, l(1), flag(false), flag(false), flag(false)], "ValueError: ResizeBilinear: input 1 must be a vector of 2 elements, not of shape (1)"],
  ];
  for (const [name, args, message] of cases) {
    const { status, outputs } = guest.call(name, [...args, null]);
    assert.equal(status, -1, `${name}: ${message}`);
    if (typeof message === "string") assert.equal(guest.error, message);
    else assert.match(guest.error, message);
    assert.equal(outputs.at(-1), 0, name);
  }
});

test("without elements there is nothing to do, and sums of nothing are zero", () => {
  const guest = load();
  const tensor = (...shape) => guest.tensor("f32", shape, new Array(count(shape)).fill(1)).descriptor;
  const [ones, none, padded] = [list(guest, 1, 1), list(guest, 0, 0, 0, 0), list(guest, 1, 1, 1, 1)];
  const run = (name, ...args) => guest.run(name, args)[0];
  assert.deepEqual(run("Conv2D", tensor(0, 2, 4, 4), tensor(3, 2, 2, 2), ones, none, ones, { int: 1 }, flag(false)).shape, [0, 3, 3, 3]);
  assert.deepEqual(run("Conv2D", tensor(1, 0, 4, 4), tensor(1, 0, 3, 3), ones, none, ones, { int: 1 }, flag(false)).values, [0, 0, 0, 0]);
  assert.deepEqual(run("Conv2D", tensor(1, 1, 0, 1), tensor(1, 1, 2, 2), ones, padded, ones, { int: 1 }, flag(false)).values, [0, 0]);
  assert.deepEqual(run("Conv2D", tensor(1, 2, 4, 4), tensor(0, 2, 2, 2), ones, none, ones, { int: 1 }, flag(false)).shape, [1, 0, 3, 3]);
  assert.deepEqual(run("Conv2DTranspose", tensor(1, 0, 1, 1), tensor(0, 1, 2, 1), ones, none, ones, list(guest, 0, 0), { int: 1 }, flag(false)).values, [0, 0]);
  assert.deepEqual(run("MaxPool", tensor(0, 2, 4, 4), list(guest, 2, 2), ones, none, ones, flag(false), flag(false)).shape, [0, 2, 3, 3]);
  assert.deepEqual(run("AvgPool", tensor(2, 0, 4, 4), list(guest, 2, 2), ones, none, flag(false), flag(false), flag(false)).shape, [2, 0, 3, 3]);
  assert.deepEqual(run("AdaptiveAvgPool2D", tensor(1, 2, 4, 4), list(guest, 0, 3), flag(false)).shape, [1, 2, 0, 3]);
  assert.deepEqual(run("ResizeBilinear", tensor(1, 2, 4, 4), list(guest, 3, 0), flag(false), flag(false), flag(false)).shape, [1, 2, 3, 0]);
});

test("random arguments end in a result or an error", () => {
  const operators = {
    Conv2D: "twlplaa", DepthwiseConv2D: "twlpla", Conv2DTranspose: "twlpllaa", MaxPool: "tllplaa", AvgPool: "tllpaaa", ResizeNearest: "tlaaa", ResizeBilinear: "tlaaa", AdaptiveAvgPool2D: "tla",
  };
  let successes = 0;
  for (let seed = 1; seed <= 20; ++seed) {
    const random = new Random(seed);
    const guest = load();
    const area = guest.allocate(1 << 14);
    const odd = () => random.pick([-1n, 2n ** 31n - 1n, 2n ** 31n, 2n ** 32n, 2n ** 62n, MAX, MIN, -(2n ** 31n), 70000n]);
    const number = () => (random.chance(0.97) ? BigInt(random.integer(0, 3)) : odd());
    const numbers = (length) => list(guest, ...Array.from({ length: random.chance(0.98) ? length : random.integer(0, 5) }, number));
    for (let round = 0; round < 600; ++round) {
      const name = random.pick(Object.keys(operators));
      const images = () => {
        const shape = Array.from({ length: random.chance(0.98) ? 4 : 3 }, () => (random.chance(0.99) ? random.integer(0, 4) : random.pick([2 ** 16, 2 ** 31 - 1])));
        const strides = count(shape) > 500 ? shape.map(() => 0) : random.chance(0.5) ? shape.map(() => random.integer(-3, 3)) : null;
        return guest.describe({ data: area + (1 << 13), type: "f32", shape, strides });
      };
      const make = { t: images, w: images, l: () => numbers(2), p: () => numbers(4), a: () => ({ int: random.chance(0.95) ? random.integer(0, 1) : odd() }) };
      const args = [...operators[name]].map((kind) => make[kind]());
      let outcome;
      try {
        outcome = guest.call(name, [...args, null]);
      } catch (error) {
        assert.fail(`seed ${seed}, round ${round}: ${name}: ${error}`);
      }
      if (outcome.status === 0) {
        ++successes;
        guest.free(outcome.outputs.at(-1));
      } else {
        assert.match(guest.error, new RegExp(`^(TypeError|ValueError|MemoryError): ${name}: `));
        assert.equal(outcome.outputs.at(-1), 0);
      }
    }
  }
  assert.ok(successes > 1000, `${successes} results`);
});
