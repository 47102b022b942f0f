import {
  abiVersionExport, errorExport, maxDimCount, maxExtent, maxFunctionCount, maxPageCount, maxRank, maxTensorCount, memoryExport,
  pageByteLength,
} from './abi.ts';
import { byteWidth } from './dtype.ts';
import { signatureError } from './error.ts';
import { isPlainFileName, isSha256 } from './field.ts';
import { checkLibrary } from './libraryRules.ts';
import type { Dim, FunctionSpec, Region, Signature, TensorSpec } from './signature.ts';

const endOf = (region: Region): number => region.offset + region.byteLength;
const describe = (region: Region): string => `bytes ${region.offset}..${endOf(region)}`;

function checkInside(where: string, region: Region, limit: number): void {
  if (endOf(region) > limit)
    throw signatureError(
      where, `offset ${region.offset} and byteLength ${region.byteLength} reach past the memory's ${limit} bytes`);
}

function checkApart(where: string, region: Region, otherName: string, other: Region): void {
  if (region.byteLength !== 0 && other.byteLength !== 0 && region.offset < endOf(other) && other.offset < endOf(region))
    throw signatureError(where, `${describe(region)} overlap ${otherName} (${describe(other)})`);
}

function checkMemory({ memory, weights }: Signature): void {
  if (memory.pages === 0 || memory.pages > maxPageCount)
    throw signatureError('memory.pages', `${memory.pages} is not within 1..${maxPageCount}`);
  const limit = memory.pages * pageByteLength;
  const parts: [string, Region][] = [
    ['memory.stack', memory.stack], ['memory.extents', memory.extents],
    ['memory.arena', memory.arena], ['memory.weights', memory.weights],
  ];
  for (const [name, region] of parts) checkInside(name, region, limit);
  for (let first = 0; first < parts.length; first++)
    for (let second = first + 1; second < parts.length; second++) checkApart(...parts[second], ...parts[first]);

  if (weights.storage !== 'external') return;
  checkInside('weights', weights, limit);
  checkApart('weights', weights, 'memory.stack', memory.stack);
  checkApart('weights', weights, 'memory.extents', memory.extents);
  if (!isPlainFileName(weights.file)) throw signatureError('weights.file', 'not a plain file name');
  if (!isSha256(weights.sha256))
    throw signatureError('weights.sha256', 'not 64 lower-case hexadecimal digits');
}

/** The terms are dims that have no sum of their own, so that hosts find their values first. */
function checkSum(where: string, dim: Dim, dims: ReadonlyMap<string, Dim>): void {
  const { terms, plus } = dim.equals!;
  if (dim.derived || dim.initial !== undefined) throw signatureError(where, 'only dims that inputs give have one');
  if (terms.length === 0 || plus > maxExtent) throw signatureError(where, 'not a sum of dims');
  terms.forEach((term, i) => {
    const known = dims.get(term.dim);
    if (!known) throw signatureError(`${where}.terms[${i}].dim`, `'${term.dim}' is not one of dims`);
    if (known.derived || known.equals) throw signatureError(`${where}.terms[${i}].dim`, `'${term.dim}' is derived or a sum itself`);
    if (term.times < 1 || term.times > maxExtent)
      throw signatureError(`${where}.terms[${i}].times`, `${term.times} is not within 1..${maxExtent}`);
  });
}

function checkCounts({ dims, functions }: Signature): void {
  const tensorCount = functions.reduce((sum, { inputs, outputs, state }) => sum + inputs.length + outputs.length + state.length, 0);
  if (dims.length > maxDimCount) throw signatureError('dims', `${dims.length} are over ${maxDimCount}`);
  if (functions.length > maxFunctionCount) throw signatureError('functions', `${functions.length} are over ${maxFunctionCount}`);
  if (tensorCount > maxTensorCount) throw signatureError('functions', `${tensorCount} tensors are over ${maxTensorCount}`);
}

function checkDims({ dims, memory: { extents } }: Signature): Map<string, Dim> {
  const named = new Map<string, Dim>(), offsets = new Set<number>(), all = new Map(dims.map(dim => [dim.name, dim]));
  dims.forEach((dim, i) => {
    const where = `dims[${i}]`;
    if (dim.name === '') throw signatureError(`${where}.name`, 'empty');
    if (named.has(dim.name)) throw signatureError(`${where}.name`, `'${dim.name}' is named twice`);
    if (dim.min > dim.max || dim.max > maxExtent)
      throw signatureError(where, `bounds ${dim.min}..${dim.max} are not within 0..${maxExtent} in this order`);
    if (dim.multipleOf < 1 || dim.multipleOf > maxExtent || (dim.multipleOf > 1 && dim.derived))
      throw signatureError(
        `${where}.multipleOf`, dim.derived ? 'a derived dim has none' : `${dim.multipleOf} is not within 1..${maxExtent}`);
    if (dim.equals) checkSum(`${where}.equals`, dim, all);
    if (dim.initial !== undefined && dim.derived) throw signatureError(`${where}.initial`, 'a derived dim has none');
    if (dim.initial !== undefined && (dim.initial < dim.min || dim.initial > dim.max))
      throw signatureError(`${where}.initial`, `${dim.initial} is not within ${dim.min}..${dim.max}`);
    if (dim.offset % 4 !== 0) throw signatureError(`${where}.offset`, `${dim.offset} is not a multiple of 4`);
    if (dim.offset < extents.offset || dim.offset + 4 > endOf(extents))
      throw signatureError(`${where}.offset`, `${dim.offset} is not inside memory.extents (${describe(extents)})`);
    if (offsets.has(dim.offset)) throw signatureError(`${where}.offset`, `${dim.offset} is used twice`);
    named.set(dim.name, dim);
    offsets.add(dim.offset);
  });
  return named;
}

/** Bytes of a tensor with every named extent at its bound, or at what `extentOf` says. */
export function boundedByteLength(
  tensor: TensorSpec, dims: ReadonlyMap<string, Dim>, extentOf = (dim: Dim): number => dim.max): number {
  const extents = tensor.shape.map(entry => (typeof entry === 'number' ? entry : extentOf(dims.get(entry)!)));
  // An empty tensor is empty whatever its other extents are, also when their product would be no finite number.
  return extents.includes(0) ? 0 : extents.reduce((product, extent) => product * extent, byteWidth(tensor.dtype));
}

function checkShape(where: string, tensor: TensorSpec, isInput: boolean, dims: ReadonlyMap<string, Dim>): void {
  if (tensor.shape.length > maxRank) throw signatureError(`${where}.shape`, `rank ${tensor.shape.length} is over ${maxRank}`);
  if (tensor.default && !isInput) throw signatureError(`${where}.default`, 'only inputs have one');
  let usesDerived = false;
  tensor.shape.forEach((entry, axis) => {
    if (typeof entry === 'number') return;
    const dim = dims.get(entry);
    if (!dim) throw signatureError(`${where}.shape[${axis}]`, `'${entry}' is not one of dims`);
    usesDerived ||= dim.derived;
    if (tensor.default)
      throw signatureError(`${where}.shape[${axis}]`, `'${entry}' is open, and a default value has one shape`);
    if (isInput && dim.derived)
      throw signatureError(`${where}.shape[${axis}]`, `'${entry}' is derived, so no host can know it before the run`);
  });
  // The space of an output with derived extents may be smaller than the product of their bounds: the module promises
  // that the actual product fits, and the actual product is compared with byteLength after the run.
  const bounded = boundedByteLength(tensor, dims);
  if (usesDerived ? tensor.byteLength > bounded : tensor.byteLength !== bounded)
    throw signatureError(`${where}.byteLength`, `${tensor.byteLength} where the shape at its bounds needs `
      + (bounded >= 2 ** 64 ? 'more than 2^64' : `${BigInt(bounded)}`));
}

function checkPlace(where: string, tensor: TensorSpec, isInput: boolean, { memory, weights }: Signature): void {
  checkInside(where, tensor, memory.pages * pageByteLength);
  if (tensor.offset % byteWidth(tensor.dtype) !== 0)
    throw signatureError(
      `${where}.offset`, `${tensor.offset} is not a multiple of the element's ${byteWidth(tensor.dtype)} bytes`);
  checkApart(where, tensor, 'memory.stack', memory.stack);
  checkApart(where, tensor, 'memory.extents', memory.extents);
  if (!isInput) return; // hosts write inputs; an output may be a constant and so lie in the weights
  checkApart(where, tensor, 'memory.weights', memory.weights);
  if (weights.storage === 'external') checkApart(where, tensor, 'weights', weights);
}

/** Writing one input must not change another. */
function checkInputsApart(list: string, inputs: readonly TensorSpec[]): void {
  const order = inputs.map((tensor, i) => ({ tensor, where: `${list}[${i}]` })).filter(({ tensor }) => tensor.byteLength !== 0);
  order.sort((a, b) => a.tensor.offset - b.tensor.offset);
  for (let next = 1; next < order.length; next++)
    checkApart(order[next].where, order[next].tensor, order[next - 1].where, order[next - 1].tensor);
}

function checkFunction(where: string, entry: FunctionSpec, signature: Signature, dims: ReadonlyMap<string, Dim>): void {
  if (['', memoryExport, errorExport, abiVersionExport].includes(entry.name))
    throw signatureError(`${where}.name`, `'${entry.name}' cannot be the name of an entry`);
  for (const list of ['inputs', 'outputs'] as const) {
    const names = new Set<string>();
    entry[list].forEach((tensor, i) => {
      const place = `${where}.${list}[${i}]`;
      if (tensor.name === '') throw signatureError(`${place}.name`, 'empty');
      if (names.has(tensor.name)) throw signatureError(`${place}.name`, `'${tensor.name}' is named twice`);
      names.add(tensor.name);
      checkShape(place, tensor, list === 'inputs', dims);
      checkPlace(place, tensor, list === 'inputs', signature);
    });
  }
  checkInputsApart(`${where}.inputs`, entry.inputs);
}

/** What a state holds before the first run. */
export function initialByteLength(state: TensorSpec, dims: ReadonlyMap<string, Dim>): number {
  return boundedByteLength(state, dims, ({ initial, max }) => initial ?? max);
}

function checkState(where: string, entry: FunctionSpec, signature: Signature, dims: ReadonlyMap<string, Dim>): void {
  const { arena, weights } = signature.memory, names = new Set(entry.inputs.map(({ name }) => name));
  entry.state.forEach((state, i) => {
    const place = `${where}.state[${i}]`;
    if (state.name === '') throw signatureError(`${place}.name`, 'empty');
    if (names.has(state.name))
      throw signatureError(`${place}.name`, `'${state.name}' is named twice among inputs and state`);
    names.add(state.name);
    if (state.output === '') throw signatureError(`${place}.output`, 'empty');
    state.shape.forEach((extent, axis) => {
      const dim = dims.get(String(extent));
      if (typeof extent === 'string' && dim && dim.initial === undefined)
        throw signatureError(`${place}.shape[${axis}]`, `'${extent}' is neither a number nor a dim that the module keeps`);
    });
    checkShape(place, state, true, dims);
    checkPlace(place, state, true, signature);
    checkApart(place, state, 'memory.arena', arena);
    if (state.initialOffset === undefined) return;
    const initial = { offset: state.initialOffset, byteLength: initialByteLength(state, dims) };
    if (initial.offset < weights.offset || endOf(initial) > endOf(weights))
      throw signatureError(
        `${place}.initialOffset`, `${describe(initial)} are not inside memory.weights (${describe(weights)})`);
  });
}

/** What a state holds outlives the run, so nothing else of any entry lies in it. */
function checkStateApart(functions: readonly FunctionSpec[]): void {
  const placesOf = (list: 'inputs' | 'outputs' | 'state') => functions.flatMap(
    (entry, i) => entry[list].map((region, at) => ({ region: region as Region, where: `functions[${i}].${list}[${at}]` })));
  const states = placesOf('state').filter(({ region }) => region.byteLength !== 0);
  states.sort((a, b) => a.region.offset - b.region.offset);
  for (let next = 1; next < states.length; next++)
    checkApart(states[next].where, states[next].region, states[next - 1].where, states[next - 1].region);
  for (const { region, where } of [...placesOf('inputs'), ...placesOf('outputs')]) {
    // The first state that ends behind the tensor's start; the states are apart, so their ends are in order, too.
    let low = 0, high = states.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (region.offset < endOf(states[middle].region)) high = middle;
      else low = middle + 1;
    }
    if (low < states.length) checkApart(states[low].where, states[low].region, where, region);
  }
}

/**
 * Checks a signature against every rule of abi/spec.md that needs no look at the module itself.
 *
 * @throws WasmindError `InvalidModule` naming the first broken one.
 */
export function checkSignature(signature: Signature): void {
  checkMemory(signature);
  if (signature.library) return checkLibrary(signature);
  checkCounts(signature);
  const dims = checkDims(signature);
  if (signature.functions.length === 0) throw signatureError('functions', 'empty');
  const names = new Set<string>();
  signature.functions.forEach((entry, i) => {
    if (names.has(entry.name)) throw signatureError(`functions[${i}].name`, `'${entry.name}' is named twice`);
    names.add(entry.name);
    checkFunction(`functions[${i}]`, entry, signature, dims);
    checkState(`functions[${i}]`, entry, signature, dims);
  });
  checkStateApart(signature.functions);
}
