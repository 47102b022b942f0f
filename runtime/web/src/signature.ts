import { abiVersion, maxExtent, type EngineHint } from './abi.ts';
import { isDType, type DType } from './dtype.ts';
import { signatureError, WasmindError, type ErrorCode } from './error.ts';
import { isFeature, type Feature } from './feature.ts';
import { signatureSection } from './section.ts';
import { checkSignature } from './signatureRules.ts';
import { decodeUtf8 } from './utf8.ts';

/** A range of linear memory, in bytes. */
export interface Region {
  readonly offset: number;
  readonly byteLength: number;
}

/** A named run-time extent: min <= value <= max, one i32 at byte `offset` of the memory. */
export interface Dim {
  readonly name: string;
  readonly min: number;
  readonly max: number;
  readonly offset: number;
  /** Written by the module during a run; the others are written by the host before it. */
  readonly derived: boolean;
}

/** An input or output: dense and row-major at the actual extents, `byteLength` bytes are reserved for it. */
export interface TensorSpec extends Region {
  readonly name: string;
  readonly dtype: DType;
  /** Numbers, and names of `dims`; outermost first. */
  readonly shape: readonly (number | string)[];
}

/** An exported entry. */
export interface FunctionSpec {
  readonly name: string;
  readonly inputs: readonly TensorSpec[];
  readonly outputs: readonly TensorSpec[];
}

/** The parts of the linear memory; `pages` of 65536 bytes are its minimum and maximum. */
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

/** One kernel, for reports: `flops` and `bytes` of one call at the bounds, `calls` per run. */
export interface Kernel {
  readonly name: string;
  readonly kind: string;
  readonly shape: string;
  readonly flops: number;
  readonly bytes: number;
  readonly vectorised: boolean;
  readonly calls: number;
}

/** What a module says about itself in its custom section `wasmind`; abi/spec.md describes every field. */
export interface Signature {
  readonly compiler: string;
  readonly source: { readonly format: string; readonly name: string };
  readonly features: readonly Feature[];
  readonly engineHint: EngineHint;
  readonly dims: readonly Dim[];
  readonly functions: readonly FunctionSpec[];
  readonly memory: MemoryMap;
  readonly weights: Weights;
  /** How often each source operator occurs. */
  readonly operators: Readonly<Record<string, number>>;
  readonly kernels: readonly Kernel[];
}

/** One value of the JSON text, with the path to it, read with its type checked. */
class Field {
  readonly value: unknown;
  readonly where: string;

  constructor(value: unknown, where: string) {
    this.value = value;
    this.where = where;
  }

  fail(reason: string, code?: ErrorCode): never {
    throw signatureError(this.where || 'signature', reason, code);
  }

  private object(): Record<string, unknown> {
    if (typeof this.value !== 'object' || this.value === null || Array.isArray(this.value)) this.fail('not an object');
    return this.value as Record<string, unknown>;
  }

  /** The member `key`, or undefined when it is missing. */
  find(key: string): Field | undefined {
    const object = this.object();
    return Object.hasOwn(object, key) ? new Field(object[key], this.where ? `${this.where}.${key}` : key) : undefined;
  }

  get(key: string): Field {
    return this.find(key) ?? new Field(undefined, this.where ? `${this.where}.${key}` : key).fail('missing');
  }

  members(): Field[] {
    return Object.keys(this.object()).map(key => this.get(key));
  }

  elements(): Field[] {
    if (!Array.isArray(this.value)) this.fail('not an array');
    return this.value.map((value, i) => new Field(value, `${this.where}[${i}]`));
  }

  text(): string {
    if (typeof this.value !== 'string') this.fail('not a string');
    if (this.value.includes('\0')) this.fail('contains a zero byte');
    return this.value;
  }

  boolean(): boolean {
    if (typeof this.value !== 'boolean') this.fail('not true or false');
    return this.value;
  }

  number(max = 0xffffffff): number {
    const { value } = this;
    if (typeof value !== 'number' || !Number.isInteger(value) || value < 0 || Object.is(value, -0))
      this.fail('not a non-negative integer');
    if (value > max) this.fail(`${value} is over ${max}`);
    return value;
  }

  region(): Region {
    return { offset: this.get('offset').number(), byteLength: this.get('byteLength').number() };
  }
}

function readDim(field: Field): Dim {
  return {
    name: field.get('name').text(),
    min: field.get('min').number(),
    max: field.get('max').number(),
    offset: field.get('offset').number(),
    derived: field.get('derived').boolean(),
  };
}

function readDType(field: Field): DType {
  const name = field.text();
  return isDType(name) ? name : field.fail(`unknown element type '${name}'`, 'Unsupported');
}

function readTensorSpec(field: Field): TensorSpec {
  const name = field.get('name').text(), dtype = readDType(field.get('dtype'));
  const shape = field.get('shape').elements().map(entry => {
    if (typeof entry.value !== 'string') return entry.number(maxExtent);
    return entry.text() || entry.fail('empty name');
  });
  return { name, dtype, shape, ...field.region() };
}

function readFunction(field: Field): FunctionSpec {
  return {
    name: field.get('name').text(),
    inputs: field.get('inputs').elements().map(readTensorSpec),
    outputs: field.get('outputs').elements().map(readTensorSpec),
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
    flops: field.find('flops')?.number(Infinity) ?? 0,
    bytes: field.find('bytes')?.number(Infinity) ?? 0,
    vectorised: field.find('vectorised')?.boolean() ?? false,
    calls: field.find('calls')?.number(Infinity) ?? 1,
  };
}

function readEngineHint(field: Field | undefined): EngineHint {
  const name = field?.text();
  // The hint of an engine from after this version is no more than a missed hint.
  return name === 'v8' || name === 'cranelift' ? name : 'any';
}

function readFeature(field: Field): Feature {
  const name = field.text();
  return isFeature(name) ? name : field.fail(`unknown feature '${name}'`, 'Unsupported');
}

/**
 * Reads and checks the JSON text of a signature.
 *
 * @throws WasmindError
 *   `InvalidModule` - not JSON, a field is missing or of the wrong type, or a rule of abi/spec.md is broken;
 *   `Unsupported`   - another ABI version, or a feature or element type that this version does not know.
 */
export function parseSignature(text: string): Signature {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    throw new WasmindError('InvalidModule', 'signature: not valid JSON');
  }
  const root = new Field(json, '');
  // The version comes first: nothing else can be trusted to mean the same under another one.
  const version = root.get('abi').number();
  if (version !== abiVersion)
    root.get('abi').fail(
      `version ${version}, this host reads version ${abiVersion}; compile the model again or update the host`, 'Unsupported');
  const compiler = root.get('compiler').text();
  const source = root.find('source');
  const signature: Signature = {
    compiler,
    source: { format: source?.get('format').text() ?? '', name: source?.get('name').text() ?? '' },
    features: root.get('features').elements().map(readFeature),
    engineHint: readEngineHint(root.find('engineHint')),
    dims: root.get('dims').elements().map(readDim),
    functions: root.get('functions').elements().map(readFunction),
    memory: {
      pages: root.get('memory').get('pages').number(),
      stack: root.get('memory').get('stack').region(),
      extents: root.get('memory').get('extents').region(),
      arena: root.get('memory').get('arena').region(),
      weights: root.get('memory').get('weights').region(),
    },
    weights: readWeights(root.get('weights')),
    operators: Object.fromEntries(
      (root.find('operators')?.members() ?? []).map(field => [field.where.slice('operators.'.length), field.number(Infinity)])),
    kernels: (root.find('kernels')?.elements() ?? []).map(readKernel),
  };
  checkSignature(signature);
  return signature;
}

/**
 * The signature of a module, without instantiating it; bytes are not even compiled.
 *
 * @throws WasmindError as `parseSignature`, and `InvalidModule` when there is no signature.
 */
export function readSignature(source: Uint8Array | WebAssembly.Module): Signature {
  const text = decodeUtf8(signatureSection(source));
  if (text === undefined) throw new WasmindError('InvalidModule', 'signature: not valid UTF-8');
  return parseSignature(text);
}
