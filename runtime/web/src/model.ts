import { pageByteLength } from './abi.ts';
import { WasmindError } from './error.ts';
import { supportedFeatures } from './feature.ts';
import { Instance, type Inputs, type Outputs, type RunOptions } from './instance.ts';
import { readSections, SectionId } from './section.ts';
import { sha256 } from './sha256.ts';
import { readSignature, type Signature } from './signature.ts';

/** Bytes in memory, or where to fetch them. A string is a URL. */
export type Source = ArrayBufferView | ArrayBuffer | URL | string | Response;

export interface LoadOptions {
  /** The external weights, when they are not beside the module's URL or the module came without one. */
  readonly weights?: Source;
  /** Refuses modules whose memory is larger. Default: 4 GiB, all that wasm32 has. */
  readonly maxMemoryBytes?: number;
}

/** As `LoadOptions`, with weights that are at hand. */
export interface ModuleOptions extends LoadOptions {
  readonly weights?: ArrayBufferView | ArrayBuffer;
}

/** Worklets have no Response; there `fromModule` is the way in. */
const isResponse = (source: unknown): source is Response => typeof Response === 'function' && source instanceof Response;

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

function bytesOf(source: ArrayBufferView | ArrayBuffer): Uint8Array<ArrayBuffer> {
  if (source instanceof ArrayBuffer) return new Uint8Array(source);
  const view = new Uint8Array(source.buffer, source.byteOffset, source.byteLength);
  // WebAssembly.compile refuses shared memory, which other threads could change while it reads.
  return view.buffer instanceof ArrayBuffer ? (view as Uint8Array<ArrayBuffer>) : new Uint8Array(view);
}

/** The bytes of `source`, and the URL they came from if any. */
async function fetchBytes(source: Source): Promise<{ bytes: Uint8Array<ArrayBuffer>; url?: string }> {
  if (source instanceof ArrayBuffer || ArrayBuffer.isView(source)) return { bytes: bytesOf(source) };
  const name = isResponse(source) ? source.url : String(source);
  let response: Response;
  try {
    response = isResponse(source) ? source : await fetch(source);
  } catch (error) {
    throw new WasmindError('Io', `${name}: ${messageOf(error)}`, { cause: error });
  }
  if (!response.ok) throw new WasmindError('Io', `${name}: HTTP status ${response.status}`);
  try {
    return { bytes: new Uint8Array(await response.arrayBuffer()), url: response.url || name || undefined };
  } catch (error) {
    throw new WasmindError('Io', `${name}: ${messageOf(error)}`, { cause: error });
  }
}

function checkFeatures(signature: Signature): void {
  if (signature.features.includes('threads'))
    throw new WasmindError('Unsupported', 'the module was built for threads, which this library does not run; '
      + 'compile it without --features=threads');
  const supported = supportedFeatures(), missing = signature.features.filter(feature => !supported.has(feature));
  if (missing.length > 0)
    throw new WasmindError('Unsupported', `this engine lacks ${missing.join(', ')}, which the module needs; `
      + 'compile it with --features=simd128 or use a newer engine');
}

/** Checks everything that needs neither engine nor instance. */
function checkSignatureOfHost(signature: Signature, options: LoadOptions): void {
  checkFeatures(signature);
  const memoryBytes = signature.memory.pages * pageByteLength;
  if (options.maxMemoryBytes !== undefined && memoryBytes > options.maxMemoryBytes)
    throw new WasmindError('Limit', `the module needs ${memoryBytes} bytes of memory, the limit is ${options.maxMemoryBytes}`);
}

/** Code that runs before the host could check anything. A compiled `WebAssembly.Module` no longer tells. */
function refuseStart(bytes: Uint8Array): void {
  if (readSections(bytes).some(section => section.id === SectionId.start))
    throw new WasmindError('InvalidModule', 'the module has a start function');
}

/** The external weights as the signature describes them; undefined when they are inline. */
function checkWeights(signature: Signature, bytes: Uint8Array | undefined): Uint8Array | undefined {
  const { weights } = signature;
  if (weights.storage !== 'external') return undefined;
  if (!bytes)
    throw new WasmindError('Io', `the weights are in a file of their own, '${weights.file}': pass it as option weights`);
  if (bytes.length !== weights.byteLength)
    throw new WasmindError(
      'InvalidModule', `weights '${weights.file}': ${bytes.length} bytes, the module needs ${weights.byteLength}`);
  if (sha256(bytes) !== weights.sha256)
    throw new WasmindError(
      'InvalidModule', `weights '${weights.file}': not the file this module was compiled with (SHA-256 differs)`);
  return bytes;
}

/**
 * A compiled module and its signature, ready to be instantiated. Immutable: share it freely; `module` can be posted to
 * workers and worklets, where `Model.fromModule` takes it.
 */
export class Model {
  readonly signature: Signature;
  readonly module: WebAssembly.Module;
  private readonly weights: Uint8Array | undefined;
  private own: Promise<Instance> | undefined;

  private constructor(signature: Signature, module: WebAssembly.Module, weights: Uint8Array | undefined) {
    const imported = WebAssembly.Module.imports(module)[0];
    if (imported)
      throw new WasmindError(
        'InvalidModule', `the module imports '${imported.module}.${imported.name}'; wasmind modules import nothing`);
    this.signature = signature;
    this.module = module;
    this.weights = weights;
  }

  /**
   * Loads a module and, where it has them, its external weights (by default from beside the module's URL).
   *
   * @throws WasmindError
   *   `Io`              - a URL cannot be read, or external weights are needed and nothing says where they are;
   *   `InvalidModule`   - the bytes are no wasmind module, or the weights are not those of this module;
   *   `Unsupported`     - the module needs another ABI version, or a feature that this engine lacks;
   *   `Limit`           - the module's memory exceeds `maxMemoryBytes`.
   */
  static async load(source: Source | WebAssembly.Module, options: LoadOptions = {}): Promise<Model> {
    if (source instanceof WebAssembly.Module) {
      const signature = readSignature(source);
      checkSignatureOfHost(signature, options);
      return new Model(signature, source, await Model.fetchWeights(signature, undefined, options));
    }
    const { bytes, url } = await fetchBytes(source);
    const signature = readSignature(bytes);
    refuseStart(bytes);
    checkSignatureOfHost(signature, options);
    const weights = Model.fetchWeights(signature, url, options);
    // Awaited below; until then a failure of the compiler must not leave this one unhandled.
    weights.catch(() => undefined);
    const module = await Model.compiling(() => WebAssembly.compile(bytes));
    return new Model(signature, module, await weights);
  }

  /** The synchronous `load`, for worklets and workers: of a module that was compiled elsewhere. Errors as `load`. */
  static fromModule(module: WebAssembly.Module, options: ModuleOptions = {}): Model {
    const signature = readSignature(module);
    checkSignatureOfHost(signature, options);
    return new Model(signature, module, checkWeights(signature, options.weights && bytesOf(options.weights)));
  }

  /** The synchronous `load` of bytes. Browsers' main threads bound the size of what they compile this way. */
  static fromBytes(source: ArrayBufferView | ArrayBuffer, options: ModuleOptions = {}): Model {
    const bytes = bytesOf(source), signature = readSignature(bytes);
    refuseStart(bytes);
    checkSignatureOfHost(signature, options);
    const weights = checkWeights(signature, options.weights && bytesOf(options.weights));
    try {
      return new Model(signature, new WebAssembly.Module(bytes), weights);
    } catch (error) {
      throw Model.compileError(error);
    }
  }

  /**
   * A new instance with a memory of its own; synchronous. Browsers' main threads bound the size of the module here, so
   * use `instantiateAsync` there.
   *
   * @throws WasmindError `Limit` when the engine cannot provide the memory, `InvalidModule` when the exports are not
   *   those of the signature.
   */
  instantiate(): Instance {
    let instance: WebAssembly.Instance;
    try {
      instance = new WebAssembly.Instance(this.module);
    } catch (error) {
      throw Model.instantiateError(error);
    }
    return new Instance(this.signature, instance.exports, this.weights);
  }

  /** As `instantiate`, without blocking the thread. */
  async instantiateAsync(): Promise<Instance> {
    let instance: WebAssembly.Instance;
    try {
      instance = await WebAssembly.instantiate(this.module);
    } catch (error) {
      throw Model.instantiateError(error);
    }
    return new Instance(this.signature, instance.exports, this.weights);
  }

  /** Runs the model once on an instance that the model keeps for this; errors as `Instance.run`. */
  async run(inputs: Inputs, options: RunOptions = {}): Promise<Outputs> {
    this.own ??= this.instantiateAsync();
    const own = this.own;
    try {
      return (await own).run(inputs, options);
    } catch (error) {
      // A stopped instance is of no further use, and neither is a failed start.
      if (!(error instanceof WasmindError) || error.code !== 'InvalidArgument')
        if (this.own === own) this.own = undefined;
      throw error;
    }
  }

  private static async fetchWeights(
    signature: Signature, url: string | undefined, options: LoadOptions): Promise<Uint8Array | undefined> {
    if (signature.weights.storage !== 'external') return undefined;
    const source = options.weights ?? (url === undefined ? undefined : Model.beside(url, signature.weights.file));
    return checkWeights(signature, source === undefined ? undefined : (await fetchBytes(source)).bytes);
  }

  /** The URL of a file in the same folder; relative URLs stay relative to the page. */
  private static beside(url: string, file: string): string {
    const path = url.replace(/[?#].*$/s, '');
    return path.slice(0, path.lastIndexOf('/') + 1) + encodeURIComponent(file);
  }

  private static async compiling(compile: () => Promise<WebAssembly.Module>): Promise<WebAssembly.Module> {
    try {
      return await compile();
    } catch (error) {
      throw Model.compileError(error);
    }
  }

  private static compileError(error: unknown): Error {
    if (error instanceof WebAssembly.CompileError)
      return new WasmindError('InvalidModule', `the engine refuses the module: ${error.message}`, { cause: error });
    return error instanceof Error ? error : new Error(String(error));
  }

  private static instantiateError(error: unknown): WasmindError {
    // The memory is the only resource that a module without imports asks for.
    if (error instanceof RangeError)
      return new WasmindError('Limit', `the engine cannot provide the module's memory: ${error.message}`, { cause: error });
    return new WasmindError('InvalidModule', `the module does not start: ${messageOf(error)}`, { cause: error });
  }
}
