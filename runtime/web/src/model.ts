import { beside, checkBuild, checkBuildBytes, chooseBuild, indexUrlOf, readBuildIndex } from './builds.ts';
import { refusal, refusing, WasmindError } from './error.ts';
import { describeForeign } from './foreignFile.ts';
import { Instance, type Inputs, type Outputs, type RunOptions } from './instance.ts';
import {
  bytesOf, checkBytes, checkCompiled, compile, compileAsync, fetchBytes, instantiate, instantiateAsync, limitOptions, named,
  refuseImports, urlOf, type Limits, type Source,
} from './loading.ts';
import { checkOptions } from './arguments.ts';
import type { WasmModule } from './platform.ts';
import { sha256 } from './sha256.ts';
import type { Signature } from './signature.ts';

export interface LoadOptions extends Limits {
  /** The external weights, when they are not beside the module's URL or the module came without one. */
  readonly weights?: Source;
}

/** As `LoadOptions`, with weights that are at hand. They are not copied: nobody may change them later. */
export interface ModuleOptions extends LoadOptions {
  readonly weights?: ArrayBufferView | ArrayBuffer;
}

const checkLoadOptions = (options: LoadOptions): void => checkOptions(options, { ...limitOptions, weights: 'any' });

function refuseLibrary(signature: Signature): void {
  if (signature.library)
    throw new WasmindError('Unsupported', 'the module is an operator library; load it with OperatorLibrary');
}

/** The external weights as the signature describes them; undefined when they are inline. */
function checkWeights(signature: Signature, bytes: Uint8Array | undefined): Uint8Array | undefined {
  const { weights } = signature;
  if (weights.storage !== 'external') return undefined;
  if (!bytes)
    throw new WasmindError('Io', `the weights are in a file of their own, '${weights.file}': pass it as option weights`);
  if (bytes.length !== weights.byteLength) {
    const description = describeForeign(bytes);
    throw new WasmindError('InvalidModule', `weights '${weights.file}': ${bytes.length} bytes, the module needs `
      + `${weights.byteLength}${description && `; it is ${description}`}`);
  }
  if (sha256(bytes) !== weights.sha256)
    throw new WasmindError(
      'InvalidModule', `weights '${weights.file}': not the file this module was compiled with (SHA-256 differs)`);
  return bytes;
}

/** Of a source that is an index of builds, or a folder with one: the index. */
function indexOf(source: Source): Source | undefined {
  const url = urlOf(source);
  if (url === undefined) return undefined;
  const index = indexUrlOf(url);
  return index === url ? source : index;
}

/** A promise that is awaited later, whose failure must not go unhandled until then; wrapped, as it would be awaited. */
function settled<Result>(promise: Promise<Result>): { promise: Promise<Result> } {
  promise.catch(() => undefined);
  return { promise };
}

/**
 * A compiled module and its signature, ready to be instantiated. Immutable: share it freely; `module` can be posted to
 * workers and worklets, where `Model.fromModule` takes it.
 */
export class Model {
  readonly signature: Signature;
  readonly module: WasmModule;
  /** Of a model that was loaded from an index of builds: why better builds were passed over, and which one this is. */
  readonly notes: readonly string[];
  private readonly weights: Uint8Array | undefined;
  private own: Promise<Instance> | undefined;

  private constructor(signature: Signature, module: WasmModule, weights: Uint8Array | undefined, notes: readonly string[] = []) {
    refuseImports(module);
    this.signature = signature;
    this.module = module;
    this.weights = weights;
    this.notes = notes;
  }

  /**
   * Loads a module and, where it has them, its external weights (by default from beside the module's URL). A URL that ends in
   * a slash is a folder with an index of builds, and one that ends in .json such an index: of these the first build is loaded
   * whose features the engine has, and `notes` says which one that is.
   *
   * @throws WasmindError
   *   `Io`              - a URL cannot be read (the text has the server's answer), or external weights are needed and nothing says where they are;
   *   `InvalidModule`   - the bytes are no wasmind module, or the weights are not those of this module;
   *   `Unsupported`     - the module, or each of several builds, needs another ABI version, or a feature that this engine lacks;
   *   `Limit`           - the module's memory exceeds `maxMemoryBytes`, or its code `maxCodeBytes`;
   *   `InvalidArgument` - a source or an option of another type, or limits for a module that is compiled already.
   */
  static async load(source: Source | WasmModule, options: LoadOptions = {}): Promise<Model> {
    try {
      if (source instanceof WebAssembly.Module) {
        const signature = checkCompiled(source, options, checkLoadOptions, refuseLibrary);
        return new Model(signature, source, await Model.fetchWeights(signature, undefined, options));
      }
      checkLoadOptions(options);
      const index = indexOf(source);
      if (index !== undefined) return await Model.loadBuild(index, options);
      const { bytes, url } = await fetchBytes(source);
      // In one step: what was checked is what is compiled, whoever writes to the bytes meanwhile.
      const { signature, module, weights } = await named(url, () => {
        const checked = checkBytes(bytes, options, refuseLibrary), started = compileAsync(bytes);
        return { signature: checked.signature, module: settled(started), weights: settled(Model.fetchWeights(checked.signature, url, options)) };
      });
      return new Model(signature, await named(url, () => module.promise), await weights.promise);
    } catch (error) {
      throw refusal('load', error);
    }
  }

  /**
   * The synchronous `load`, for worklets and workers: of a module that was compiled elsewhere. Errors as `load`. A compiled
   * module is not checked but for its signature, imports and memory: take only what `load` or `fromBytes` has made.
   */
  static fromModule(module: WasmModule, options: ModuleOptions = {}): Model {
    return refusing('fromModule', () => {
      const signature = checkCompiled(module, options, checkLoadOptions, refuseLibrary);
      return new Model(signature, module, checkWeights(signature, options.weights && bytesOf(options.weights)));
    });
  }

  /** The synchronous `load` of bytes. Browsers' main threads bound the size of what they compile this way. */
  static fromBytes(source: ArrayBufferView | ArrayBuffer, options: ModuleOptions = {}): Model {
    return refusing('fromBytes', () => {
      checkLoadOptions(options);
      const bytes = bytesOf(source), { signature } = checkBytes(bytes, options, refuseLibrary);
      const weights = checkWeights(signature, options.weights && bytesOf(options.weights));
      return new Model(signature, compile(bytes), weights);
    });
  }

  /**
   * A new instance with a memory of its own; synchronous. Browsers' main threads bound the size of the module here, so
   * use `instantiateAsync` there.
   *
   * @throws WasmindError `Limit` when the engine cannot provide the memory, `InvalidModule` when the exports are not
   *   those of the signature.
   */
  instantiate(): Instance {
    return new Instance(this.signature, instantiate(this.module), this.weights);
  }

  /** As `instantiate`, without blocking the thread. */
  async instantiateAsync(): Promise<Instance> {
    return new Instance(this.signature, (await instantiateAsync(this.module)).exports, this.weights);
  }

  /**
   * Runs the model once on an instance that the model keeps for this; errors as `Instance.run`. State is that instance's:
   * take an instance of your own where it matters.
   */
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

  private static async loadBuild(source: Source, options: LoadOptions): Promise<Model> {
    const { bytes: index, url = '' } = await fetchBytes(source);
    const { build, notes } = await named(url, () => chooseBuild(readBuildIndex(index)));
    // Asked for together: the index says both names.
    const weights = build.weights && settled(fetchBytes(options.weights ?? beside(url, build.weights.file)));
    const module = await fetchBytes(beside(url, build.file));
    const { signature, started } = await named(module.url, () => {
      checkBuildBytes(build, module.bytes);
      const checked = checkBytes(module.bytes, options, refuseLibrary);
      checkBuild(build, checked.signature);
      return { signature: checked.signature, started: settled(compileAsync(module.bytes)) };
    });
    const compiled = await named(module.url, () => started.promise);
    return new Model(signature, compiled, checkWeights(signature, weights && (await weights.promise).bytes), notes);
  }

  private static async fetchWeights(
    signature: Signature, url: string | undefined, options: LoadOptions): Promise<Uint8Array | undefined> {
    if (signature.weights.storage !== 'external') return undefined;
    const source = options.weights ?? (url === undefined ? undefined : beside(url, signature.weights.file));
    return checkWeights(signature, source === undefined ? undefined : (await fetchBytes(source)).bytes);
  }
}
