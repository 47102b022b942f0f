#!/usr/bin/env node
// Operators of a library on Node, beside other runtimes: what `wasmind bench operators` starts. Takes the plan it writes, prints
// the report that tools/OperatorTimes.h describes, with {version} of Node; progress goes to standard error.
//   node bench/operators.mjs PLAN.json
import { readFileSync } from 'node:fs';
import { OperatorLibrary, Tensor } from 'wasmind';
import { compareTensors } from '../runtime/web/bin/verify.mjs';
import { oneNode } from './onnx.mjs';
import { importPeer } from './peers.mjs';

const shortestSampleMs = 0.5; // calls are repeated inside a sample until it lasts as long
const fmaRounds = 100_000, fmaFlops = fmaRounds * 48 * 8; // bench/limits.cpp

const load = file => OperatorLibrary.fromBytes(readFileSync(file));
const countOf = shape => shape.reduce((product, extent) => product * extent, 1);

/** OperatorCase::element of tools/OperatorCases.cpp. */
function element(isFloat, isPositive, index) {
  const unit = (Math.imul(index, 2654435761 | 0) >>> 16) / 65536;
  if (isFloat) return isPositive ? unit + 0.5 : 2 * unit - 1;
  return Math.trunc(7 * unit) + (isPositive ? 1 : -3);
}

function fill(data, { dtype, values }, isPositive) {
  const isFloat = dtype.startsWith('f'), as = dtype === 'i64' || dtype === 'u64' ? BigInt : Number;
  for (let i = 0; i < data.length; ++i) data[i] = as(values.length ? values[i] : element(isFloat, isPositive, i));
}

/** A dense tensor whose axis i is axis `axes[i]` of the given one. */
function transposed(tensor, axes) {
  if (!axes?.length) return tensor;
  const { dims } = tensor, steps = dims.map((_, axis) => countOf(dims.slice(axis + 1)));
  const shape = axes.map(axis => dims[axis]), by = axes.map(axis => steps[axis]), data = new tensor.data.constructor(tensor.data.length);
  const index = shape.map(() => 0);
  for (let i = 0, from = 0; i < data.length; ++i) {
    data[i] = tensor.data[from];
    for (let axis = shape.length - 1; axis >= 0; --axis) {
      from += by[axis];
      if (++index[axis] < shape[axis]) break;
      from -= by[axis] * shape[axis];
      index[axis] = 0;
    }
  }
  return new Tensor(tensor.dtype, data, shape);
}

async function sample(side) {
  const start = performance.now();
  if (side.isAsync) for (let i = 0; i < side.repeats; ++i) await side.run();
  else for (let i = 0; i < side.repeats; ++i) side.run();
  return performance.now() - start;
}

/** Warms every side up, since V8 recompiles hot functions in the background; then runs them in turn, three times at least. */
async function runInTurn(sides, seconds) {
  for (const side of sides) {
    Object.assign(side, { repeats: 1, times: [] });
    let fastest = Infinity;
    for (let spent = 0; spent < 1000 * seconds; ) {
      const elapsed = await sample(side);
      fastest = Math.min(fastest, elapsed);
      spent += Math.max(elapsed, 1e-3);
    }
    side.repeats = Math.max(1, Math.ceil(shortestSampleMs / Math.max(fastest, 1e-4)));
  }
  for (let round = 0, spent = 0; round < 3 || spent < 1000 * seconds * sides.length; ++round) {
    for (const side of sides) {
      const elapsed = await sample(side);
      side.times.push(elapsed / side.repeats);
      spent += elapsed;
    }
  }
}

function reportOf({ name, work, times }) {
  const sorted = Float64Array.from(times).sort(), ms = sorted[0];
  return { side: name, ms, medianMs: sorted[sorted.length >> 1], rate: work / ms / 1e6 };
}

/** Operands in the library's memory and copies of the caller's; what a call of each kind takes. */
function operandsOf(library, { inputs, output, attributes, isPositive }) {
  const guests = [...inputs, output].map(({ dtype, shape }) => library.tensor(dtype, shape));
  inputs.forEach((input, i) => fill(guests[i].data, input, isPositive));
  const copies = guests.map(({ dtype, data, dims }) => new Tensor(dtype, data.slice(), [...dims]));
  const out = guests.at(-1), copiedOut = copies.at(-1), tensorCount = inputs.filter(({ values }) => !values.length).length;
  return {
    guests, copies, tensors: copies.slice(0, tensorCount),
    given: guests.slice(0, -1), options: { ...attributes, out },
    copied: copies.slice(0, -1), copiedOptions: { ...attributes, out: copiedOut },
    tensorsOnly: guests.slice(0, tensorCount), out, copiedOut,
    result: () => new Tensor(out.dtype, out.data.slice(), [...out.dims]),
  };
}

/** The peer's side; its session computes the case from its own copies of the feeds. */
async function peerSide(peer, name, of, operands) {
  const tensors = operands.tensors.map((tensor, i) => transposed(tensor, of.onnx.inputAxes[i]));
  const outputShape = of.onnx.outputAxes.length ? undefined : of.output.shape;
  const model = oneNode(of.onnx.op, tensors, { dtype: of.output.dtype, dims: outputShape }, of.onnx.attributes);
  const { session } = await peer.load(model);
  const feeds = peer.feedsOf(session, Object.fromEntries(tensors.map((tensor, i) => [`input${i}`, tensor])));
  const { output } = peer.outputsOf(await session.run(feeds));
  return { name: `${name} ${peer.version}`, run: () => session.run(feeds), isAsync: true, work: of.work, result: transposed(output, of.onnx.outputAxes),
    base: 'wasmind, copied', end: () => session.release?.() };
}

function limitSide(limits, { isArithmetic, work }) {
  const half = Math.ceil(work / 2); // bytes that are read, and written
  const out = limits.tensor('i8', [isArithmetic ? 16 : half]), from = isArithmetic ? fmaRounds : limits.tensor('i8', [half]);
  return isArithmetic
    ? { name: 'fma', run: () => limits.call('limit_fma', from, { out }), work: fmaFlops, end: () => out.free() }
    : { name: 'memory.copy', run: () => limits.call('limit_copy', from, { out }), work, end: () => { from.free(); out.free(); } };
}

async function measureCase(library, limits, peers, of, seconds) {
  const operands = operandsOf(library, of), sides = [], refused = [];
  const add = (name, run, result) => {
    for (const { data } of [operands.out, operands.copiedOut]) data.fill(typeof data[0] === 'bigint' ? 0n : 0);
    run();
    sides.push({ name, run, work: of.work, result: result(), base: 'wasmind' });
  };
  add('wasmind', () => library.call(of.name, ...operands.given, operands.options), operands.result);
  add('wasmind, copied', () => library.call(of.name, ...operands.copied, operands.copiedOptions), () => new Tensor(of.output.dtype, operands.copiedOut.data.slice(), of.output.shape));
  const kernels = library.operators.filter(({ name, origin }) => origin === 'linked' && new RegExp(of.kernels).test(name));
  for (const { name } of kernels) {
    try {
      add(name, () => library.call(name, ...operands.tensorsOnly, { out: operands.out }), operands.result);
    } catch (error) {
      refused.push({ side: name, refused: error.message });
    }
  }
  for (const [name, peer] of of.onnx.op ? peers : []) {
    try {
      sides.push(await peerSide(peer, name, of, operands));
    } catch (error) {
      refused.push({ side: `${name} ${peer.version}`, refused: String(error?.message ?? error).split('\n')[0].slice(0, 200) });
    }
  }
  sides.push(limitSide(limits, of));
  await runInTurn(sides, seconds);
  const tolerance = of.dtype === 'f32' || of.dtype === 'f64' ? 1e-4 : 0, ours = sides[0];
  const rows = sides.map(side => {
    const row = reportOf(side);
    if (!side.result || side === ours) return row;
    const base = sides.find(({ name }) => name === side.base), compared = compareTensors(side.result, ours.result, tolerance);
    return { ...row, ratio: row.ms / Math.min(...base.times), difference: compared.relative, isEqual: compared.ok, reason: compared.reason };
  });
  for (const { end } of sides) await end?.();
  operands.guests.forEach(tensor => tensor.free());
  return { case: of.name, dtype: of.dtype, unit: of.unit, shapes: of.shapes, sides: [...rows, ...refused] };
}

/** Microseconds of an Add of four f32, as measureCalls of tools/OperatorTimes.cpp; besides, of a prepared call. */
async function measureCalls(library, seconds) {
  const a = library.tensor('f32', [4]), sum = library.tensor('f32', [4]), given = Tensor.from(new Float32Array(4).fill(1));
  const made = Tensor.from(new Float32Array(4)), into = { out: sum }, copiedInto = { out: made };
  a.data.fill(1);
  const prepared = library.prepare('Add', a, a, into);
  const sides = [
    { name: 'prepared', run: () => prepared.run() },
    { name: 'intoGuest', run: () => library.call('Add', a, a, into) },
    { name: 'newGuest', run: () => library.call('Add', a, a).free() },
    { name: 'copied', run: () => library.call('Add', given, given, copiedInto) },
  ];
  await runInTurn(sides, seconds);
  if (sum.data[3] !== 2 || made.data[3] !== 2) throw new Error('Add gave a wrong result');
  return Object.fromEntries(sides.map(({ name, times }) => [name, 1000 * Math.min(...times)]));
}

try {
  const plan = JSON.parse(readFileSync(process.argv[2], 'utf8'));
  const peers = [];
  for (const name of plan.peers) peers.push([name, await importPeer(name)]);
  const library = load(plan.library), limits = load(plan.limits), cases = [];
  for (const [number, of] of plan.cases.entries()) {
    console.error(`[${number + 1}/${plan.cases.length}] node: ${of.name} ${of.dtype}`);
    cases.push(await measureCase(library, limits, peers, of, plan.seconds));
  }
  const calls = plan.calls ? { calls: await measureCalls(library, plan.seconds) } : {};
  console.log(JSON.stringify({ version: process.version, cases, ...calls }));
} catch (error) {
  console.error(`wasmind: error: ${String(error?.message ?? error).split('\n')[0]}`);
  process.exitCode = 1;
}
