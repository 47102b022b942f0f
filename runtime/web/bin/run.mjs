#!/usr/bin/env node
// Runs a compiled model in the JavaScript engine at hand; the same command as `wasmind run`.
import { readFileSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { indexFileName } from '../dist/abi.js';
import { chooseBuild, Model, parseBuildIndex, readSections, readSignature, SectionId, WasmindError } from '../dist/index.js';
import { readNpy, readNpz, writeNpz } from './npz.mjs';
import { refuseOutput } from './outputPaths.mjs';
import { randomInputs } from './random.mjs';
import { cutToState, inputsPerRun, stackOutputs } from './stream.mjs';
import { compareTensors } from './verify.mjs';

const usage = `usage: run.mjs MODEL.wasm|FOLDER|INDEX.json [--inputs CASE.npz | --input NAME_OR_INDEX=X.npy ... | --random [--seed 1]]
               [--stream] [--outputs OUT.npz] [--repeat N] [--json] [--verify CASE.npz [--tolerance 1e-3]] [--entry NAME]

  Of a folder with an index of builds (wasmind.json), or of such an index, the best build is run that this engine runs.

  --inputs    arrays named like the inputs, with or without "in:" before the name
  --stream    runs once per element of a leading axis that the inputs have before the model's own; inputs without it are
              the same in every run, or as much of them as the state's extents ask for; outputs are stacked
  --repeat    timed runs after the first one (default 0: the first is the only one)
  --verify    also compares the outputs with the arrays "out:NAME" of CASE.npz; inputs come from there unless given
  --tolerance largest |difference| over largest |expected|, per output
`;

const exitCode = { ok: 0, wrongInput: 1, wrongUsage: 2, differs: 3 };
class UsageError extends Error {}

const optionTypes = {
  'inputs': { type: 'string' }, 'input': { type: 'string', multiple: true, default: [] }, 'random': { type: 'boolean' }, 'stream': { type: 'boolean' },
  'seed': { type: 'string', default: '1' }, 'outputs': { type: 'string' }, 'repeat': { type: 'string', default: '0' },
  'json': { type: 'boolean' }, 'verify': { type: 'string' }, 'tolerance': { type: 'string', default: '1e-3' },
  'entry': { type: 'string' }, 'help': { type: 'boolean', short: 'h' },
};

function parseCommandLine(args) {
  let parsed;
  try {
    parsed = parseArgs({ args, options: optionTypes, allowPositionals: true });
  } catch (error) {
    throw new UsageError(`${error.message.split('\n')[0]}; see --help`);
  }
  const { values, positionals } = parsed;
  if (values.help) return { help: true };
  if (positionals.length !== 1) throw new UsageError(positionals.length ? `one model at a time, not ${positionals.join(' ')}` : 'no model given');
  const natural = (name, max) => {
    const value = Number(values[name]);
    if (!/^\d+$/.test(values[name]) || value > max) throw new UsageError(`--${name}: '${values[name]}' is no number within 0..${max}`);
    return value;
  };
  const tolerance = Number(values.tolerance);
  if (values.tolerance.trim() === '' || !(tolerance >= 0)) throw new UsageError(`--tolerance: '${values.tolerance}' is no number`);
  if ((values.inputs !== undefined) + (values.input.length > 0) + Boolean(values.random) > 1)
    throw new UsageError('--inputs, --input and --random exclude each other');
  if (values.stream && values.random) throw new UsageError('--stream takes inputs from --inputs, --input or --verify, not from --random');
  return { ...values, file: positionals[0], seed: natural('seed', 2 ** 32 - 1), repeat: natural('repeat', 1e9), tolerance };
}

function readBytes(file) {
  try {
    return readFileSync(file);
  } catch (error) {
    throw new WasmindError('Io', `${file}: ${error.code === 'ENOENT' ? 'no such file' : error.message}`);
  }
}

/** The array of a case for a name, with or without the prefix that tells inputs and outputs of one name apart. */
const arrayFor = (arrays, prefix, name) => arrays.get(`${prefix}:${name}`) ?? arrays.get(name);

/** Reads a case. An array that nobody asks for is a mistake in a name. */
function readCase(spec, file) {
  const arrays = readNpz(file), has = (list, name) => list.some(tensor => tensor.name === name);
  for (const name of arrays.keys()) {
    const [, prefix, bare] = /^(in:|out:)?(.*)$/s.exec(name);
    const isKnown = (prefix !== 'out:' && has(spec.inputs, bare)) || (prefix !== 'in:' && has(spec.outputs, bare))
      || has(spec.inputs, name) || has(spec.outputs, name);
    if (!isKnown) throw new WasmindError('InvalidArgument', `${file}: array '${name}' is no input or output of the model`);
    // One of the two would be passed over.
    const isOnly = (list, kind) => has(list, name) && !arrays.has(kind + name);
    if (!prefix && !isOnly(spec.inputs, 'in:') && !isOnly(spec.outputs, 'out:'))
      throw new WasmindError('InvalidArgument',
        `${file}: arrays '${name}' and '${has(spec.inputs, name) ? 'in:' : 'out:'}${name}' are of one tensor; leave one of them out`);
  }
  return arrays;
}

function inputsFromCase(spec, file) {
  const arrays = readCase(spec, file);
  return Object.fromEntries(spec.inputs.flatMap(input => {
    const { name } = input, array = arrayFor(arrays, 'in', name);
    if (!array && !input.default) throw new WasmindError('InvalidArgument', `${file}: no array 'in:${name}' for input '${name}'`);
    return array ? [[name, array]] : [];
  }));
}

function inputsFromFiles(spec, assignments) {
  const inputs = {};
  for (const assignment of assignments) {
    const cut = assignment.lastIndexOf('=');
    if (cut < 1) throw new UsageError(`--input: '${assignment}' is not NAME_OR_INDEX=X.npy`);
    const label = assignment.slice(0, cut), byName = spec.inputs.find(({ name }) => name === label);
    const input = byName ?? (/^\d+$/.test(label) ? spec.inputs[Number(label)] : undefined);
    if (!input) throw new WasmindError('InvalidArgument', `--input: the model has no input '${label}'`);
    if (Object.hasOwn(inputs, input.name)) throw new UsageError(`--input: input '${input.name}' is given twice`);
    inputs[input.name] = readNpy(assignment.slice(cut + 1));
  }
  return inputs;
}

function readInputs(options, signature, spec) {
  if (options.random) return randomInputs(signature, spec, options.seed);
  if (options.input.length > 0) return inputsFromFiles(spec, options.input);
  const file = options.inputs ?? options.verify;
  if (file !== undefined) return inputsFromCase(spec, file);
  if (spec.inputs.some(input => !input.default)) throw new UsageError('the model has inputs: give --inputs, --input or --random');
  return {};
}

function verify(spec, outputs, { verify: file, tolerance }) {
  const arrays = readCase(spec, file);
  return Object.entries(outputs).map(([output, tensor]) => {
    const expected = arrayFor(arrays, 'out', output);
    if (!expected) throw new WasmindError('InvalidArgument', `${file}: no array 'out:${output}' for output '${output}'`);
    return { output, ...compareTensors(tensor, expected, tolerance) };
  });
}

const milliseconds = value => Math.round(value * 1000) / 1000;
const quantile = (sorted, q) => sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))];

/** Sizes of the module's code and of its weights, wherever they are. */
function sizesOf(bytes, { memory, weights }) {
  const code = readSections(bytes).filter(({ id }) => id === SectionId.code);
  return {
    codeBytes: code.reduce((sum, { contents }) => sum + contents.length, 0),
    weightBytes: weights.storage === 'external' ? weights.byteLength : memory.weights.byteLength,
  };
}

/** The file of an assignment NAME_OR_INDEX=X.npy. */
const fileOf = assignment => assignment.slice(assignment.lastIndexOf('=') + 1);

/** All that a run reads, the files of the model among it, against what it writes. */
function checkPaths({ inputs, input, verify, outputs }, modelFiles) {
  if (outputs === undefined) return;
  const read = [...modelFiles, inputs, verify, ...input.map(fileOf)].filter(each => each !== undefined);
  const refusal = refuseOutput(read, outputs);
  if (refusal) throw new UsageError(refusal);
}

/** Of a file that means an index of builds - a folder with one, or *.json -: where that is. */
function indexOf(file) {
  if (!statSync(file, { throwIfNoEntry: false })?.isDirectory()) return file.endsWith('.json') ? file : undefined;
  const index = join(file, indexFileName);
  if (statSync(index, { throwIfNoEntry: false })) return index;
  throw new WasmindError('Io',
    `cannot read ${file}: it is a folder without ${indexFileName}, the index of a model's builds; name a module in it`);
}

/** The model in a module, and that module's bytes. */
function loadModule(options) {
  const bytes = readBytes(options.file), { weights } = readSignature(bytes);
  const weightsFile = weights.storage === 'external' ? join(dirname(options.file), weights.file) : undefined;
  checkPaths(options, [options.file, weightsFile]);
  const beside = weightsFile === undefined ? undefined : readBytes(weightsFile);
  return { bytes, model: Model.fromBytes(bytes, { weights: beside }) };
}

/** The same of the build that an index has for this engine. */
async function loadBuild(options, index) {
  const model = await Model.load(pathToFileURL(index)), folder = dirname(index);
  const listed = parseBuildIndex(readBytes(index).toString());
  const files = listed.builds.flatMap(({ file, weights }) => (weights ? [file, weights.file] : [file]));
  checkPaths(options, [index, ...files.map(file => join(folder, file))]);
  return { bytes: readBytes(join(folder, chooseBuild(listed).build.file)), model };
}

async function run(options) {
  const start = performance.now(), index = indexOf(options.file);
  const { bytes, model } = index === undefined ? loadModule(options) : await loadBuild(options, index);
  const { notes } = model, instance = model.instantiate();
  const loadMs = performance.now() - start;

  const { signature } = instance, { functions } = signature;
  const spec = functions.find(({ name }) => name === (options.entry ?? 'run')) ?? functions[0];
  if (options.entry !== undefined && spec.name !== options.entry)
    throw new WasmindError('InvalidArgument', `no entry '${options.entry}'; the module has ${functions.map(({ name }) => `'${name}'`).join(', ')}`);
  const inputs = readInputs(options, signature, spec);
  const timed = (given, copy) => {
    const began = performance.now(), outputs = instance.run(given, { entry: spec.name, copy });
    return { outputs, elapsed: performance.now() - began };
  };
  const runs = (options.stream ? inputsPerRun(spec, inputs) : [inputs]).map(given => timed(options.stream ? cutToState(instance, spec, given) : given, true));
  const outputs = options.stream ? stackOutputs(runs.map(each => each.outputs)) : runs[0].outputs;
  const [firstMs, ...later] = runs.map(({ elapsed }) => elapsed);
  // Inputs survive a run, so what is timed from here on is the model alone.
  const times = [...later, ...Array.from({ length: options.repeat }, () => timed({}, false).elapsed)].sort((a, b) => a - b);
  if (times.length === 0) times.push(firstMs);

  const report = {
    loadMs: milliseconds(loadMs), firstMs: milliseconds(firstMs), medianMs: milliseconds(quantile(times, 0.5)),
    minMs: milliseconds(times[0]), p95Ms: milliseconds(quantile(times, 0.95)),
    memoryBytes: instance.memoryBytes, ...sizesOf(bytes, signature), ...(notes.length > 0 && { notes }),
  };
  const checks = options.verify === undefined ? undefined : verify(spec, outputs, options);
  if (options.outputs !== undefined) writeNpz(options.outputs, outputs);
  print(options, report, outputs, checks);
  return checks?.some(({ ok }) => !ok) ? exitCode.differs : exitCode.ok;
}

function describe({ reason, maxDifference, maxExpected, relative, ok }) {
  return reason || `largest difference ${maxDifference.toPrecision(3)} of ${maxExpected.toPrecision(3)}, `
    + `relative ${relative.toPrecision(3)}: ${ok ? 'equal within the tolerance' : 'over the tolerance'}`;
}

function print(options, report, outputs, checks) {
  if (options.json) {
    console.log(JSON.stringify(checks ? { ...report, verify: checks } : report));
    return;
  }
  for (const note of report.notes ?? []) process.stderr.write(`wasmind: note: ${note}\n`);
  for (const [name, { dtype, dims }] of Object.entries(outputs)) console.log(`${name}: ${dtype} [${dims.join(', ')}]`);
  for (const check of checks ?? []) console.log(`${check.output}: ${describe(check)}`);
  console.log(`load ${report.loadMs} ms, first run ${report.firstMs} ms, median ${report.medianMs} ms, min ${report.minMs} ms, p95 ${report.p95Ms} ms`);
  console.log(`memory ${report.memoryBytes} bytes, code ${report.codeBytes} bytes, weights ${report.weightBytes} bytes`);
}

async function main(args) {
  let options;
  try {
    options = parseCommandLine(args);
    if (options.help) {
      process.stdout.write(usage);
      return exitCode.ok;
    }
    return await run(options);
  } catch (error) {
    if (error instanceof UsageError) {
      process.stderr.write(`wasmind: error: ${error.message}\n`);
      return exitCode.wrongUsage;
    }
    if (!(error instanceof WasmindError)) throw error;
    const place = error.message.includes(options.file) ? '' : `${basename(options.file)}: `;
    process.stderr.write(`wasmind: error: ${place}${error.message}\n`);
    return exitCode.wrongInput;
  }
}

process.exitCode = await main(process.argv.slice(2));
