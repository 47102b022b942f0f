#!/usr/bin/env node
// The steps of a model's run on Node: what `wasmind bench --profile` starts. Takes the plan it writes, prints what tools/StepTimes.h
// describes, with {version} of Node; progress goes to standard error.
//   node bench/profile.mjs PLAN.json
import { readFileSync } from 'node:fs';
import { Model, OperatorLibrary } from 'wasmind';
import { readNpz } from '../runtime/web/bin/npz.mjs';

const warmUpMs = 1000; // V8 compiles hot functions again, in the background
const emptyCalls = 1000, leastMs = 1e-6; // tools/StepTimes.cpp
const fmaRounds = 100_000, fmaFlops = fmaRounds * 48 * 8; // bench/limits.cpp
const limitMs = 20, warmLimitMs = 100;

function timeOf(call) {
  const start = performance.now();
  call();
  return performance.now() - start;
}

const sorted = times => Float64Array.from(times).sort();
const medianOf = times => sorted(times)[times.length >> 1];
const leastOf = times => sorted(times)[0];

function measureSteps({ module, inputs, stepCount, begin, repeat }) {
  const instance = Model.fromBytes(readFileSync(module)).instantiate();
  const hasState = instance.signature.functions.find(({ name }) => name === 'run').state.length > 0;
  const first = instance.input('first', [], 'run_steps'), last = instance.input('last', [], 'run_steps');
  const piece = { entry: 'run_steps', copy: false }, whole = { entry: 'run', copy: false };
  const runSteps = (from, to) => {
    first[0] = from;
    last[0] = to;
    instance.run({}, piece);
  };
  const rewind = () => hasState && instance.reset(); // the next run starts from what the first one started from
  const prepareMs = begin ? timeOf(() => runSteps(0, 1)) : null;
  const given = Object.fromEntries([...(inputs ? readNpz(inputs) : [])].map(([name, tensor]) => [name.slice('in:'.length), tensor]));
  const firstMs = timeOf(() => instance.run(given, whole));
  const timeRun = () => {
    rewind();
    return timeOf(() => instance.run({}, whole));
  };
  for (let spent = 0; spent < warmUpMs; ) spent += Math.max(timeRun(), 1e-3);

  // What is done step by step is what is done in one piece.
  rewind();
  const expected = Object.entries(instance.run({}, whole)).map(([name, { data }]) => ({ name, data, elements: data.slice() }));
  rewind();
  for (const { data } of expected) new Uint8Array(data.buffer, data.byteOffset, data.byteLength).fill(0x55);
  runSteps(begin, stepCount);
  const bytesOf = array => Buffer.from(array.buffer, array.byteOffset, array.byteLength);
  for (const { name, data, elements } of expected)
    if (bytesOf(data).compare(bytesOf(elements)) !== 0)
      throw new Error(`${module}: a fault of the compiler, please report it: step by step it computes another '${name}' than in one piece`);

  const runs = [], times = Array.from({ length: stepCount }, () => []), calls = [];
  let told = performance.now();
  for (let round = 0; round < repeat; ++round) {
    if (performance.now() - told > 2000) {
      console.error(`wasmind: profile: node: round ${round + 1} of ${repeat}`);
      told = performance.now();
    }
    runs.push(timeRun());
    rewind();
    for (let step = begin; step < stepCount; ++step) times[step].push(timeOf(() => runSteps(step, step + 1)));
  }
  for (let call = 0; call < emptyCalls; ++call) calls.push(timeOf(() => runSteps(stepCount, stepCount)));
  const callMs = medianOf(calls), net = ms => Math.max(ms - callMs, leastMs);
  return {
    prepareMs, firstMs, wholeMs: medianOf(runs), wholeMinMs: leastOf(runs), callMs,
    steps: times.map(each => (each.length ? { ms: net(medianOf(each)), minMs: net(leastOf(each)) } : null)),
  };
}

/** Units of work per nanosecond of the fastest call. */
function bestRate(run, work) {
  const times = [];
  for (let spent = 0; spent < warmLimitMs; ) spent += Math.max(timeOf(run), 1e-3);
  for (let spent = 0; spent < limitMs || times.length < 3; spent += times.at(-1)) times.push(Math.max(timeOf(run), 1e-4));
  return work / leastOf(times) / 1e6;
}

/** As measureLimits of tools/OperatorTimes.h. */
function measureLimits(file) {
  const limits = OperatorLibrary.fromBytes(readFileSync(file)), copy = [], sum = limits.tensor('i8', [16]);
  for (let bytes = 1 << 14; bytes <= 1 << 26; bytes *= 4) {
    const from = limits.tensor('i8', [bytes]), out = limits.tensor('i8', [bytes]);
    const calls = Math.max(1, (1 << 20) / bytes); // a short call is mostly that
    copy.push({ bytes, gbs: bestRate(() => { for (let i = 0; i < calls; ++i) limits.call('limit_copy', from, { out }); }, 2 * bytes * calls) });
    from.free();
    out.free();
  }
  return { fmaGflops: bestRate(() => limits.call('limit_fma', fmaRounds, { out: sum }), fmaFlops), copy };
}

try {
  const plan = JSON.parse(readFileSync(process.argv[2], 'utf8'));
  console.log(JSON.stringify({ version: process.version, ...measureSteps(plan), limits: measureLimits(plan.limits) }));
} catch (error) {
  console.error(`wasmind: error: ${String(error?.message ?? error).split('\n')[0]}`);
  process.exitCode = 1;
}
