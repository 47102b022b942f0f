import { abiVersion, maxExtent, maxSignatureByteLength, maxSignatureInteger } from './abi.ts';
import type { DType } from './dtype.ts';
import { refusing, WasmindError } from './error.ts';
import { isFeature, type Feature } from './feature.ts';
import { Field } from './field.ts';
import { parseJson } from './jsonRules.ts';
import { readLibrary, type Library } from './library.ts';
import type { WasmModule } from './platform.ts';
import { readSections, signatureSection, type Section } from './section.ts';
import { checkSignature } from './signatureRules.ts';
import { decodeUtf8 } from './utf8.ts';

/** A range of linear memory, in bytes. */
export interface Region {
  readonly offset: number;
  readonly byteLength: number;
}

/** `plus`, and `times` of each of some dims. */
export interface DimSum {
  readonly terms: readonly { readonly dim: string; readonly times: number }[];
  readonly plus: number;
}

/** A named run-time extent: min <= value <= max, one i32 at byte `offset` of the memory. */
export interface Dim {
  readonly name: string;
  readonly min: number;
  readonly max: number;
  readonly offset: number;
  /** Written by the module during a run; the others are written by the host before it. */
  readonly derived: boolean;
  /** An extent of state, which the module keeps from run to run: what it is before the first. */
  readonly initial?: number;
  /** Of which every value is a multiple; 1 of most. */
  readonly multipleOf: number;
  /** Of one that inputs give: what it must be by other dims. */
  readonly equals?: DimSum;
}

/** An input or output: dense and row-major at the actual extents, `byteLength` bytes are reserved for it. */
export interface TensorSpec extends Region {
  readonly name: string;
  readonly dtype: DType;
  /** Numbers, and names of `dims`; outermost first. */
  readonly shape: readonly (number | string)[];
  /** Of an input: a new instance holds its value already. */
  readonly default?: boolean;
}

/** A tensor that an instance keeps from one run of its entry to the next; its extents are numbers and kept dims. */
export interface StateSpec extends TensorSpec {
  /** The model's output that gives the next value. */
  readonly output: string;
  /** Where the first value lies among the weights; without it, zeros. */
  readonly initialOffset?: number;
}

/** An exported entry. */
export interface FunctionSpec {
  readonly name: string;
  readonly inputs: readonly TensorSpec[];
  readonly outputs: readonly TensorSpec[];
  readonly state: readonly StateSpec[];
}

/**
 * The parts of the linear memory; `pages` of 65536 bytes are its minimum and maximum. An operator library starts with
 * `pages` and grows.
 */
export interface MemoryMap {
  readonly pages: number;
  readonly stack: Region;
  readonly extents: Region;
  readonly arena: Region;
  readonly weights: Region;
}

/** Inline: in data segments. External: `file` lies beside the module and is copied to `offset` before the first run. */
export type Weights =
  | { readonly storage: 'inline' }
  | ({ readonly storage: 'external'; readonly file: string; readonly sha256: string } & Region);

/**
 * One kernel, for reports: `flops` and `bytes` of one call at the bounds, `calls` per run, and the part of the arithmetic,
 * 0 to 1, that vector instructions do.
 */
export interface Kernel {
  readonly name: string;
  readonly kind: string;
  readonly shape: string;
  readonly flops: number;
  readonly bytes: number;
  readonly vectorisedShare: number;
  readonly calls: number;
}

/** What a module says about itself in its custom section `wasmind`; abi/spec.md describes every field. */
export interface Signature {
  readonly compiler: string;
  readonly source: { readonly format: string; readonly name: string };
  readonly features: readonly Feature[];
  readonly dims: readonly Dim[];
  /** Empty in an operator library. */
  readonly functions: readonly FunctionSpec[];
  /** Only of an operator library. */
  readonly library?: Library;
  readonly memory: MemoryMap;
  readonly weights: Weights;
  /** How often each source operator occurs. */
  readonly operators: Readonly<Record<string, number>>;
  readonly kernels: readonly Kernel[];
}

function readSum(field: Field): DimSum {
  const terms = field.get('terms').elements().map(term => ({ dim: term.get('dim').text(), times: term.get('times').number() }));
  return { terms, plus: field.get('plus').number() };
}

function readDim(field: Field): Dim {
  const initial = field.find('initial')?.number(), equals = field.find('equals');
  return {
    name: field.get('name').text(),
    min: field.get('min').number(),
    max: field.get('max').number(),
    offset: field.get('offset').number(),
    derived: field.get('derived').boolean(),
    multipleOf: field.find('multipleOf')?.number() ?? 1,
    ...(initial !== undefined && { initial }),
    ...(equals && { equals: readSum(equals) }),
  };
}

function readTensorSpec(field: Field): TensorSpec {
  const name = field.get('name').text(), dtype = field.get('dtype').dtype();
  const shape = field.get('shape').elements().map(entry => {
    if (typeof entry.value !== 'string') return entry.number(maxExtent);
    return entry.text() || entry.fail('empty name');
  });
  const hasDefault = field.find('default')?.boolean() ?? false;
  return { name, dtype, shape, ...field.region(), ...(hasDefault ? { default: true } : {}) };
}

function readStateSpec(field: Field): StateSpec {
  const tensor = readTensorSpec(field), output = field.get('output').text();
  const initialOffset = field.find('initialOffset')?.number();
  return { ...tensor, output, ...(initialOffset !== undefined && { initialOffset }) };
}

function readFunction(field: Field): FunctionSpec {
  return {
    name: field.get('name').text(),
    inputs: field.get('inputs').elements().map(readTensorSpec),
    outputs: field.get('outputs').elements().map(readTensorSpec),
    state: (field.find('state')?.elements() ?? []).map(readStateSpec),
  };
}

function readWeights(field: Field): Weights {
  const storage = field.get('storage').text();
  if (storage === 'inline') return { storage };
  if (storage !== 'external') return field.get('storage').fail(`'${storage}' is neither inline nor external`);
  return { storage, file: field.get('file').text(), sha256: field.get('sha256').text(), ...field.region() };
}

function readKernel(field: Field): Kernel {
  return {
    name: field.get('name').text(),
    kind: field.find('kind')?.text() ?? '',
    shape: field.find('shape')?.text() ?? '',
    flops: field.find('flops')?.number(maxSignatureInteger) ?? 0,
    bytes: field.find('bytes')?.number(maxSignatureInteger) ?? 0,
    vectorisedShare: field.find('vectorisedShare')?.share() ?? 0,
    calls: field.find('calls')?.number(maxSignatureInteger) ?? 1,
  };
}

function readFeature(field: Field): Feature {
  const name = field.text();
  return isFeature(name) ? name : field.fail(`unknown feature '${name}'`, 'Unsupported');
}

/**
 * Reads and checks the JSON text of a signature.
 *
 * @throws WasmindError
 *   `InvalidArgument` - not a text;
 *   `InvalidModule` - not JSON, a field is missing or of the wrong type, or a rule of abi/spec.md is broken;
 *   `Unsupported`   - another ABI version, or a feature or element type that this version does not know.
 */
export function parseSignature(text: string): Signature {
  return refusing('parseSignature', () => {
    if (typeof text !== 'string') throw new WasmindError('InvalidArgument', 'a signature is given as a string');
    const root = new Field(parseJson(text, 'signature', maxSignatureByteLength));
    // The version comes first: nothing else can be trusted to mean the same under another one.
    const version = root.get('abi').number();
    if (version !== abiVersion)
      root.get('abi').fail(
        `version ${version}, this host reads version ${abiVersion}; compile the model again or update the host`, 'Unsupported');
    const compiler = root.get('compiler').text();
    const source = root.find('source'), library = root.find('library');
    const signature: Signature = {
      compiler,
      source: { format: source?.get('format').text() ?? '', name: source?.get('name').text() ?? '' },
      features: root.get('features').elements().map(readFeature),
      dims: root.get('dims').elements().map(readDim),
      functions: root.get('functions').elements().map(readFunction),
      ...(library && { library: readLibrary(library) }),
      memory: {
        pages: root.get('memory').get('pages').number(),
        stack: root.get('memory').get('stack').region(),
        extents: root.get('memory').get('extents').region(),
        arena: root.get('memory').get('arena').region(),
        weights: root.get('memory').get('weights').region(),
      },
      weights: readWeights(root.get('weights')),
      operators: Object.fromEntries(
        (root.find('operators')?.members() ?? []).map(([name, count]) => [name, count.number(maxSignatureInteger)])),
      kernels: (root.find('kernels')?.elements() ?? []).map(readKernel),
    };
    checkSignature(signature);
    return signature;
  });
}

/** As `readSignature`, of the sections of a module. */
export function readSignatureOf(source: readonly Section[] | WasmModule): Signature {
  const bytes = signatureSection(source);
  if (bytes.length > maxSignatureByteLength)
    throw new WasmindError('InvalidModule', `signature: ${bytes.length} bytes are over ${maxSignatureByteLength}`);
  const text = decodeUtf8(bytes);
  if (text === undefined) throw new WasmindError('InvalidModule', 'signature: not valid UTF-8');
  return parseSignature(text);
}

/**
 * The signature of a module, without instantiating it; bytes are not even compiled.
 *
 * @throws WasmindError as `parseSignature`, `InvalidModule` when there is no signature, and `InvalidArgument` when `source` is
 *   neither bytes nor a compiled module.
 */
export function readSignature(source: Uint8Array | WasmModule): Signature {
  return readSignatureOf(source instanceof WebAssembly.Module ? source : readSections(source));
}
