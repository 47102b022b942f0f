import { abiVersion, abiVersionExport, errorExport, memoryExport, pageByteLength } from './abi.ts';
import { checkOptions, show } from './arguments.ts';
import { viewArray, type TypedArray } from './dtype.ts';
import { refusing, WasmindError } from './error.ts';
import { errorTextAt } from './errorText.ts';
import { elementsFor, Extents, outputDims, type TensorLike } from './extents.ts';
import type { WasmExports } from './platform.ts';
import { initialByteLength } from './signatureRules.ts';
import type { Dim, FunctionSpec, Signature, TensorSpec } from './signature.ts';
import { elementCountOf, Tensor } from './tensor.ts';

export interface RunOptions {
  /** Name of the entry; needed only when the module has several and none is called `run`. */
  readonly entry?: string;
  /** false: the output tensors are views into the instance's memory and change with its next run. Default true. */
  readonly copy?: boolean;
}

const runOptions = { entry: 'text', copy: 'boolean' } as const;

/** Inputs by name. */
export type Inputs = Readonly<Record<string, TensorLike>>;
/** Outputs by name, in the order of the signature. */
export type Outputs = Record<string, Tensor>;

type Export = () => number;

/** Whether two views show bytes of one memory that are the same. */
function overlap(a: TypedArray, b: TypedArray): boolean {
  return a.buffer === b.buffer && a.byteOffset < b.byteOffset + b.byteLength && b.byteOffset < a.byteOffset + a.byteLength;
}

/** One entry of the module, with what the caller has put into its inputs so far. */
interface Entry {
  readonly spec: FunctionSpec;
  readonly call: Export;
  readonly inputs: ReadonlyMap<string, TensorSpec>;
  /** Extents of each input that holds data. Inputs survive a run, so they need not be given again. */
  readonly filled: Map<string, readonly number[]>;
}

/**
 * A module with a memory of its own. Everything on it is synchronous and allocates nothing in proportion to the model.
 * One call at a time; instances in different workers run in parallel. Dropping the last reference frees the memory.
 */
export class Instance {
  readonly signature: Signature;
  private readonly memory: WebAssembly.Memory;
  private readonly errorText: Export;
  private readonly entries = new Map<string, Entry>();
  private readonly dims: ReadonlyMap<string, Dim>;
  private broken = '';

  /**
   * Use `Model.instantiate`.
   *
   * @throws WasmindError `InvalidModule` when the exports are not those that the signature promises.
   */
  constructor(signature: Signature, exports: WasmExports, weights: Uint8Array | undefined) {
    this.signature = signature;
    this.dims = new Map(signature.dims.map(dim => [dim.name, dim]));
    const memory = exports[memoryExport];
    // By its form, not its class: pages may replace the class, and other realms have their own.
    if (typeof memory !== 'object' || memory === null || !('buffer' in memory))
      throw new WasmindError('InvalidModule', `no export '${memoryExport}'`);
    const promised = signature.memory.pages * pageByteLength;
    if (memory.buffer.byteLength !== promised)
      throw new WasmindError(
        'InvalidModule', `the memory has ${memory.buffer.byteLength} bytes, the signature says ${promised}`);
    this.memory = memory;
    Instance.refuseGrowth(memory);
    const version = Instance.call(Instance.functionOf(exports, abiVersionExport), abiVersionExport);
    if (version !== abiVersion)
      throw new WasmindError('InvalidModule', `${abiVersionExport} says ${version}, the signature says ${abiVersion}`);
    this.errorText = Instance.functionOf(exports, errorExport);
    for (const spec of signature.functions)
      this.entries.set(spec.name, {
        spec, call: Instance.functionOf(exports, spec.name), inputs: new Map(spec.inputs.map(input => [input.name, input])),
        filled: new Map(spec.inputs.filter(input => input.default).map(({ name, shape }) => [name, shape as number[]])),
      });
    if (weights && signature.weights.storage === 'external') {
      if (weights.length !== signature.weights.byteLength)
        throw new WasmindError('InvalidArgument', 'the buffer of the weights was transferred or made shorter after loading');
      new Uint8Array(memory.buffer).set(weights, signature.weights.offset);
    }
    this.writeState();
  }

  /** Bytes of the linear memory; fixed for the life of the instance. */
  get memoryBytes(): number {
    return this.memory.buffer.byteLength;
  }

  /**
   * The elements of an input, as a view into the instance's memory: fill it and `run` copies nothing.
   *
   * @param dims actual extents; may be left out where the shape is fixed.
   * @throws WasmindError `InvalidArgument` when the name is unknown or the extents do not fit the shape.
   */
  input(name: string, dims?: readonly number[], entryName?: string): TypedArray {
    return refusing('input', () => {
      this.refuseIfBroken();
      const entry = this.entryOf(entryName), spec = this.inputOf(entry, name);
      const extents = this.knownExtents();
      const actual = dims ?? spec.shape.map(extent => {
        if (typeof extent === 'number') return extent;
        throw new WasmindError('InvalidArgument', `input '${name}': pass the extents of [${spec.shape.join(', ')}]`);
      });
      extents.bind(spec, actual);
      entry.filled.set(name, [...actual]);
      return this.view(spec, actual);
    });
  }

  /**
   * Runs the model once. State of the entry is what its last run with success left.
   *
   * @param inputs tensors by name. An input that an earlier `run` or `input` filled, or that has a default value,
   *               keeps its elements when left out.
   * @returns one tensor per output, copied unless `copy: false`.
   * @throws WasmindError
   *   `InvalidArgument` - an input does not match the signature and nothing was executed, or the module found its inputs
   *                       impossible (the text is the module's). The instance stays usable.
   *   `InvalidModule`   - the module wrote extents that break its signature.
   *   `Trap`            - the module's code stopped by force. After this and the one before, the instance refuses all
   *                       further use.
   */
  run(inputs: Inputs = {}, options: RunOptions = {}): Outputs {
    return refusing('run', () => {
      this.refuseIfBroken();
      checkOptions(options, runOptions);
      if (typeof inputs !== 'object' || inputs === null || inputs instanceof Map)
        throw new WasmindError('InvalidArgument', `inputs: ${show(inputs)} is no object of tensors by name`
            + (inputs instanceof Map ? '; Object.fromEntries makes one of a Map' : ''));
      const entry = this.entryOf(options.entry);
      const extents = this.fill(entry, inputs);
      const table = new DataView(this.memory.buffer);
      for (const { dim, value } of extents.entries())
        if (dim.initial === undefined) table.setInt32(dim.offset, value, true);
      const status = this.breakable(() => Instance.call(entry.call, entry.spec.name));
      if (status !== 0) {
        const text = this.breakable(() => this.readErrorText());
        throw new WasmindError('InvalidArgument', `${entry.spec.name}: ${text ? text + extents.text() : `failed with code ${status}`}`);
      }
      this.breakable(() => this.checkKept(table));
      const extentOf = (dim: Dim): number => extents.find(dim.name) ?? table.getInt32(dim.offset, true);
      const outputs: [string, Tensor][] = entry.spec.outputs.map(spec => {
        const dims = this.breakable(() => outputDims(entry.spec, spec, this.dims, extentOf));
        const elements = this.view(spec, dims);
        return [spec.name, new Tensor(spec.dtype, options.copy === false ? elements : elements.slice(), dims)];
      });
      return Object.fromEntries(outputs);
    });
  }

  /**
   * Makes the state of all entries its initial value, as in a new instance. Inputs and outputs stay as they are.
   *
   * @throws WasmindError `InvalidArgument` when an earlier run stopped the instance.
   */
  reset(): void {
    this.refuseIfBroken();
    this.writeState();
  }

  /**
   * The value of a kept dim: the extent of state that the next run starts from.
   *
   * @throws WasmindError `InvalidArgument` when there is no kept dim of that name, or an earlier run stopped the instance.
   */
  extent(name: string): number {
    return refusing('extent', () => {
      this.refuseIfBroken();
      const dim = this.dims.get(name);
      if (dim?.initial === undefined)
        throw new WasmindError('InvalidArgument', dim ? `dim '${name}' is not kept by the module` : `no dim '${name}'`);
      return new DataView(this.memory.buffer).getInt32(dim.offset, true);
    });
  }

  private writeState(): void {
    const bytes = new Uint8Array(this.memory.buffer), table = new DataView(this.memory.buffer);
    for (const { state } of this.signature.functions)
      for (const spec of state) {
        const { offset, initialOffset } = spec, byteLength = initialByteLength(spec, this.dims);
        if (initialOffset === undefined) bytes.fill(0, offset, offset + byteLength);
        else bytes.copyWithin(offset, initialOffset, initialOffset + byteLength);
      }
    for (const { initial, offset } of this.signature.dims) if (initial !== undefined) table.setInt32(offset, initial, true);
  }

  /** The extents that are known before any input is: those of state. */
  private knownExtents(): Extents {
    const table = new DataView(this.memory.buffer);
    return new Extents(this.signature.dims, ({ offset }) => table.getInt32(offset, true));
  }

  private checkKept(table: DataView): void {
    for (const { name, initial, offset, min, max } of this.signature.dims) {
      const value = table.getInt32(offset, true);
      if (initial !== undefined && (value < min || value > max))
        throw new WasmindError('InvalidModule', `the module left '${name}' at ${value}, outside ${min}..${max}`);
    }
  }

  /** Checks all inputs of a call, then copies the given ones into place. */
  private fill(entry: Entry, inputs: Inputs): Extents {
    const extents = this.knownExtents();
    const given = Object.keys(inputs).map(name => {
      const spec = this.inputOf(entry, name);
      return { spec, ...elementsFor(spec, inputs[name]) };
    });
    // Extents that are known go first: they may settle those of bare arrays.
    for (const spec of entry.spec.inputs) {
      if (Object.hasOwn(inputs, spec.name)) continue;
      const dims = entry.filled.get(spec.name);
      if (!dims) throw new WasmindError('InvalidArgument', `input '${spec.name}' is missing`);
      extents.bind(spec, dims);
    }
    for (const { spec, dims } of given) if (dims) extents.bind(spec, dims);
    const settled = given.map(({ spec, data, dims }) => {
      const actual = dims ?? extents.infer(spec, data.length);
      if (!dims) extents.bind(spec, actual);
      return { spec, data, actual };
    });
    extents.checkSums();
    // Elements may be views of this memory: what an earlier copy would overwrite is put aside first.
    const written: TypedArray[] = [];
    const copies = settled.map(({ spec, data, actual }) => {
      const place = this.view(spec, actual), source = written.some(other => overlap(other, data)) ? data.slice() : data;
      if (data.buffer !== place.buffer || data.byteOffset !== place.byteOffset) written.push(place);
      return { place, source };
    });
    copies.forEach(({ place, source }) => (place as Uint8Array).set(source as Uint8Array));
    for (const { spec, actual } of settled) entry.filled.set(spec.name, actual);
    return extents;
  }

  /** Runs a step after whose failure the instance cannot be trusted. */
  private breakable<Result>(step: () => Result): Result {
    try {
      return step();
    } catch (error) {
      this.broken = (error as Error).message;
      throw error;
    }
  }

  /** The module's own text of its last error; empty when it has none that can be read. */
  private readErrorText(): string {
    const address = Instance.call(this.errorText, errorExport) >>> 0;
    return errorTextAt(new Uint8Array(this.memory.buffer), address);
  }

  private view(spec: TensorSpec, dims: readonly number[]): TypedArray {
    return viewArray(spec.dtype, this.memory.buffer, spec.offset, elementCountOf(dims));
  }

  private entryOf(name?: string): Entry {
    const only = this.entries.size === 1 ? this.entries.values().next().value : undefined;
    const entry = name === undefined ? this.entries.get('run') ?? only : this.entries.get(name);
    if (entry) return entry;
    const names = [...this.entries.keys()].map(known => `'${known}'`).join(', ');
    throw new WasmindError('InvalidArgument',
      name === undefined ? `the module has several entries; name one of ${names}`
        : `no entry ${show(name)}; the module has ${names}`);
  }

  private inputOf(entry: Entry, name: string): TensorSpec {
    const spec = entry.inputs.get(name);
    if (spec) return spec;
    const names = entry.spec.inputs.map(input => `'${input.name}'`).join(', ') || 'none';
    throw new WasmindError('InvalidArgument', `no input ${show(name)}; the model's inputs are ${names}`);
  }

  private refuseIfBroken(): void {
    if (this.broken) throw new WasmindError('InvalidArgument', `this instance stopped before (${this.broken}); make a new one`);
  }

  /** A fixed memory cannot grow by one page. Asked by trying: the engine's API does not tell a memory's maximum. */
  private static refuseGrowth(memory: WebAssembly.Memory): void {
    try {
      memory.grow(1);
    } catch {
      return;
    }
    throw new WasmindError('InvalidModule', 'the memory can grow; minimum and maximum must be equal');
  }

  private static functionOf(exports: WasmExports, name: string): Export {
    const found = exports[name];
    if (typeof found !== 'function') throw new WasmindError('InvalidModule', `no exported function '${name}'`);
    if (found.length !== 0) throw new WasmindError('InvalidModule', `exported function '${name}' takes arguments`);
    return found as Export;
  }

  /** Calls into the module; a wasm trap, also an exhausted stack, becomes a `Trap`. */
  private static call(target: Export, name: string): number {
    let result: unknown;
    try {
      result = target();
    } catch (error) {
      throw new WasmindError('Trap', `${name}: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
    }
    if (typeof result !== 'number' || (result | 0) !== result)
      throw new WasmindError('InvalidModule', `exported function '${name}' does not return an i32`);
    return result;
  }
}
