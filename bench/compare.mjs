#!/usr/bin/env node
// Times one model as our module and as another runtime runs it: both in this process, one thread, run by run in turn, so
// that both see the same machine. Only the ratios mean anything elsewhere.
//   node bench/compare.mjs MODEL.onnx MODEL.wasm [CASE.npz] [--peer onnxruntime-web] [--settle 2] [--runs 20] [--budget 30] [--json]
// CASE.npz  inputs as in:NAME (or NAME), expected outputs as out:NAME; without it the peer draws random inputs
// --peer    a module of bench/peers
// --settle  seconds of warm-up per side at least: V8 recompiles hot functions in the background
// --budget  seconds of timed runs after which no further one starts (three per side are always made)
import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { parseArgs } from 'node:util';
import { Model, readSections, SectionId } from 'wasmind';
import { readNpz } from '../runtime/web/bin/npz.mjs';
import { compareTensors } from '../runtime/web/bin/verify.mjs';
import { measureFma } from './fma.mjs';
import { importPeer } from './peers.mjs';
import { rounded, summarise } from './statistics.mjs';

const usage = 'usage: node bench/compare.mjs MODEL.onnx MODEL.wasm [CASE.npz] [--peer onnxruntime-web] [--settle 2] [--runs 20] [--budget 30] [--json]';

function parseCommandLine() {
  const text = value => ({ type: 'string', default: value });
  const { values, positionals } = parseArgs({
    allowPositionals: true, options: { peer: text('onnxruntime-web'), settle: text('2'), runs: text('20'), budget: text('30'), json: { type: 'boolean' } },
  });
  if (positionals.length < 2 || positionals.length > 3) throw new Error(usage);
  const [onnxFile, moduleFile, caseFile] = positionals;
  return { onnxFile, moduleFile, caseFile, peerName: values.peer, settleMs: 1000 * values.settle, runs: Number(values.runs), budgetMs: 1000 * values.budget, json: values.json };
}

/** The inputs and the expected outputs of a case. */
function splitCase(arrays) {
  const inputs = {}, expected = {};
  for (const [name, tensor] of arrays) {
    if (name.startsWith('out:')) expected[name.slice(4)] = tensor;
    else inputs[name.replace(/^in:/, '')] = tensor;
  }
  return { inputs, expected };
}

function loadOurs(file, inputs) {
  const start = performance.now(), bytes = readFileSync(file);
  const instance = Model.fromBytes(bytes).instantiate(), loadMs = performance.now() - start;
  const { signature } = instance;
  const known = Object.fromEntries(signature.functions[0].inputs.map(({ name }) => [name, inputs[name]]));
  const code = readSections(bytes).filter(({ id }) => id === SectionId.code).reduce((sum, { contents }) => sum + contents.length, 0);
  return { instance, inputs: known, facts: { loadMs: rounded(loadMs), memoryBytes: instance.memoryBytes, codeBytes: code, moduleBytes: bytes.length, weightBytes: signature.memory.weights.byteLength } };
}

/** Floating-point operations of one run; undefined when the signature counts them at bounds that this case is not at. */
function flopsOf({ signature, inputs }) {
  const atBounds = signature.functions[0].inputs.every(({ name, byteLength }) => inputs[name].byteLength === byteLength);
  const flops = signature.kernels.reduce((sum, kernel) => sum + kernel.flops * kernel.calls, 0);
  return atBounds && flops > 0 ? flops : undefined;
}

/** The largest relative difference of outputs from what is expected of them, over the floating-point ones. */
function worstDifference(outputs, expected) {
  const checks = Object.entries(expected).filter(([name]) => outputs[name]).map(([name, tensor]) => compareTensors(outputs[name], tensor, Infinity));
  return checks.length ? Math.max(...checks.map(({ relative }) => relative)) : undefined;
}

async function compare({ onnxFile, moduleFile, caseFile, peerName, settleMs, runs, budgetMs }) {
  const peer = await importPeer(peerName);
  const { session, loadMs, weightBytes } = await peer.load(onnxFile);
  const { inputs, expected } = caseFile ? splitCase(readNpz(caseFile)) : { inputs: peer.drawInputs(session), expected: {} };
  const timed = async run => {
    const start = performance.now(), result = await run();
    return { result, elapsed: performance.now() - start };
  };

  const ours = loadOurs(moduleFile, inputs);
  const runOurs = () => ours.instance.run(ours.inputs, { copy: false });
  const ourFirst = await timed(() => ours.instance.run(ours.inputs));
  const feeds = peer.feedsOf(session, inputs), runPeer = () => session.run(feeds);
  const peerFirst = await timed(runPeer);

  for (let spent = [0, 0]; spent[0] < settleMs || spent[1] < settleMs;) {
    if (spent[0] < settleMs) spent[0] += (await timed(runOurs)).elapsed;
    if (spent[1] < settleMs) spent[1] += (await timed(runPeer)).elapsed;
  }
  for (let i = 0; i < 10; ++i) measureFma(); // V8 recompiles it, too
  const ourTimes = [], peerTimes = [];
  let limit = 0;
  for (const began = performance.now(); ourTimes.length < 3 || (ourTimes.length < runs && performance.now() - began < budgetMs);) {
    ourTimes.push((await timed(runOurs)).elapsed);
    peerTimes.push((await timed(runPeer)).elapsed);
    limit = Math.max(limit, measureFma());
  }

  const us = { ...ours.facts, firstMs: rounded(ourFirst.elapsed), ...summarise(ourTimes) };
  const them = { loadMs: rounded(loadMs), firstMs: rounded(peerFirst.elapsed), ...summarise(peerTimes), memoryBytes: peer.memoryBytes(),
    codeBytes: peer.codeBytes, weightBytes };
  const flops = flopsOf({ signature: ours.instance.signature, inputs: ours.inputs });
  return {
    model: basename(onnxFile, '.onnx'), node: process.version, peer: `${peerName} ${peer.version}`, runs: ourTimes.length,
    ours: us, theirs: them,
    ratio: { median: rounded(them.medianMs / us.medianMs), min: rounded(them.minMs / us.minMs), start: rounded((them.loadMs + them.firstMs) / (us.loadMs + us.firstMs)) },
    fmaGflops: rounded(limit),
    ...(flops && { gflops: rounded(flops / us.minMs / 1e6), shareOfFma: rounded(flops / us.minMs / 1e6 / limit) }),
    difference: { ours: worstDifference(ourFirst.result, expected), theirs: worstDifference(peer.outputsOf(peerFirst.result), expected) },
  };
}

function print(report) {
  const { ours, theirs, ratio, difference } = report;
  const row = (name, side) => `${name.padEnd(24)} ${[side.loadMs, side.firstMs, side.medianMs, side.minMs, side.p95Ms].map(value => value.toFixed(2).padStart(10)).join('')}`
    + `${[side.memoryBytes, side.codeBytes].map(value => String(value).padStart(14)).join('')}`;
  console.log(`${report.model}: ${report.runs} runs each, in turn, one thread, Node ${report.node}`);
  console.log(`${'milliseconds'.padEnd(24)} ${['load', 'first', 'median', 'min', 'p95'].map(name => name.padStart(10)).join('')}${'memory bytes'.padStart(14)}${'code bytes'.padStart(14)}`);
  console.log(row('wasmind', ours));
  console.log(row(report.peer, theirs));
  console.log(`ratio: median ${ratio.median.toFixed(2)}, min ${ratio.min.toFixed(2)}, start to first result ${ratio.start.toFixed(1)}`);
  const share = report.gflops ? `; this model ${report.gflops.toFixed(1)} GFLOP/s, ${(100 * report.shareOfFma).toFixed(0)} %` : '';
  console.log(`128-bit FMA limit of this machine: ${report.fmaGflops.toFixed(1)} GFLOP/s${share}`);
  if (difference.ours !== undefined) console.log(`largest relative difference from the case: wasmind ${difference.ours.toExponential(1)}, peer ${difference.theirs.toExponential(1)}`);
}

try {
  const options = parseCommandLine(), report = await compare(options);
  if (options.json) console.log(JSON.stringify(report));
  else print(report);
} catch (error) {
  console.error(`wasmind: error: ${String(error?.message ?? error).split('\n')[0]}`);
  process.exitCode = error.message === usage ? 2 : 1;
}
