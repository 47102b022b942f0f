import { maxOperandCount, maxOperandRank, pageByteLength } from './abi.ts';
import { ArgumentFrame } from './argumentFrame.ts';
import { ArgumentPool } from './argumentPool.ts';
import { isDType, type DType } from './dtype.ts';
import { refusal, refusing, WasmindError } from './error.ts';
import { GuestMemory } from './guestMemory.ts';
import { allocateTensor, type GuestTensor } from './guestTensor.ts';
import type { Operator } from './library.ts';
import {
  allMemoryBytes, bytesOf, checkBytes, checkCompiled, compile, compileAsync, fetchBytes, instantiate, instantiateAsync, limitOptions,
  named, refuseImports, type Limits, type Source,
} from './loading.ts';
import { nearestNames } from './nearestNames.ts';
import { isNamed, OperatorCall, type NamedArguments, type NumberLike, type Operand, type Output } from './operatorCall.ts';
import { checkOptions, extentsOf, show } from './arguments.ts';
import type { WasmExports, WasmModule } from './platform.ts';
import { PreparedCall } from './preparedCall.ts';
import { boundMemory } from './section.ts';
import type { Signature } from './signature.ts';
import type { Tensor } from './tensor.ts';

/** Operands, then, if wanted, one object with attributes by name and `out`. */
export type CallArguments = readonly (Operand | NamedArguments)[];
/** Those of a call that leaves its result in the module's memory. */
export type GuestArguments = readonly (GuestTensor | { readonly [attribute: string]: NumberLike | undefined; readonly out?: undefined })[];

function refuseModel(signature: Signature): void {
  if (!signature.library) throw new WasmindError('Unsupported', 'the module is a model; load it with Model');
}

/** What the memory may grow to is rounded down to whole pages. */
export type LibraryOptions = Limits;

const checkLibraryOptions = (options: LibraryOptions): void => checkOptions(options, limitOptions);

/** The signature of a library, and its bytes with the limit in them; checked with all that only the bytes tell. */
function readBytes(bytes: Uint8Array<ArrayBuffer>, options: LibraryOptions): [Signature, Uint8Array<ArrayBuffer>] {
  const { sections, signature } = checkBytes(bytes, options, refuseModel), { maxMemoryBytes = allMemoryBytes } = options;
  if (maxMemoryBytes >= allMemoryBytes) return [signature, bytes];
  return [signature, boundMemory(bytes, sections, signature.memory.pages, Math.floor(maxMemoryBytes / pageByteLength))];
}

/**
 * A module of operators, with a memory of its own that grows as needed. Everything but `load` and `instantiateAsync` is
 * synchronous. One call at a time; libraries in different workers run in parallel. Dropping the last reference frees the
 * memory.
 *
 * After an error with code `Trap` or `InvalidModule` the library refuses all further use; `instantiate` makes a new one.
 */
export class OperatorLibrary {
  readonly signature: Signature;
  /** Can be posted to workers and worklets, where `OperatorLibrary.fromModule` takes it; its memory keeps its limit. */
  readonly module: WasmModule;
  private readonly limit: number | undefined;
  private readonly memory: GuestMemory;
  private readonly pool: ArgumentPool;
  private readonly calls: ReadonlyMap<string, OperatorCall>;
  /** The arguments of every call that is not prepared. */
  private readonly frame: ArgumentFrame;

  private constructor(signature: Signature, module: WasmModule, exports: WasmExports, limit: number | undefined) {
    this.signature = signature;
    this.module = module;
    this.limit = limit;
    this.memory = new GuestMemory(exports, signature.memory.pages, limit);
    this.pool = new ArgumentPool(this.memory);
    this.calls = new Map(this.operators.map(operator => [operator.name, new OperatorCall(this.memory, operator)]));
    this.frame = new ArgumentFrame(this.memory, maxOperandCount, 'arguments');
  }

  /**
   * Loads a library.
   *
   * @throws WasmindError
   *   `Io`            - a URL cannot be read;
   *   `InvalidModule` - the bytes are no wasmind module, or break the contract;
   *   `Unsupported`   - the module is a model, or needs another ABI version or a feature that this engine lacks;
   *   `Limit`         - the memory exceeds `maxMemoryBytes`, the code `maxCodeBytes`, or the engine cannot provide the memory;
   *   `InvalidArgument` - a source or an option of another type, or a limit for a module that is compiled already; give it
   *                       where it is compiled.
   */
  static async load(source: Source | WasmModule, options: LibraryOptions = {}): Promise<OperatorLibrary> {
    try {
      if (source instanceof WebAssembly.Module) {
        const signature = checkCompiled(source, options, checkLibraryOptions, refuseModel);
        refuseImports(source);
        return new OperatorLibrary(signature, source, (await instantiateAsync(source)).exports, undefined);
      }
      checkLibraryOptions(options);
      const fetched = await fetchBytes(source);
      // In one step: what was checked is what is compiled, whoever writes to the bytes meanwhile.
      const { signature, module } = await named(fetched.url, async () => {
        const [read, bytes] = readBytes(fetched.bytes, options);
        return { signature: read, module: await compileAsync(bytes) };
      });
      const { exports } = await instantiateAsync(module);
      return new OperatorLibrary(signature, module, exports, options.maxMemoryBytes ?? allMemoryBytes);
    } catch (error) {
      throw refusal('load', error);
    }
  }

  /**
   * The synchronous `load`, for worklets and workers: of a module that was compiled elsewhere. Errors as `load`. A compiled
   * module is not checked but for its signature and imports: take only what `load` or `fromBytes` has made.
   */
  static fromModule(module: WasmModule): OperatorLibrary {
    return refusing('fromModule', () => {
      const signature = checkCompiled(module, {}, checkLibraryOptions, refuseModel);
      refuseImports(module);
      return new OperatorLibrary(signature, module, instantiate(module), undefined);
    });
  }

  /** The synchronous `load` of bytes. Browsers' main threads bound the size of what they compile this way. */
  static fromBytes(source: ArrayBufferView | ArrayBuffer, options: LibraryOptions = {}): OperatorLibrary {
    return refusing('fromBytes', () => {
      checkLibraryOptions(options);
      const [signature, bytes] = readBytes(bytesOf(source), options), module = compile(bytes);
      return new OperatorLibrary(signature, module, instantiate(module), options.maxMemoryBytes ?? allMemoryBytes);
    });
  }

  /**
   * Another library of the same compiled module, with a memory of its own and the same limit; neither takes the other's
   * tensors. Synchronous; browsers' main threads bound the size of the module here, so use `instantiateAsync` there.
   *
   * @throws WasmindError `Limit` when the engine cannot provide the memory.
   */
  instantiate(): OperatorLibrary {
    return new OperatorLibrary(this.signature, this.module, instantiate(this.module), this.limit);
  }

  /** As `instantiate`, without blocking the thread. */
  async instantiateAsync(): Promise<OperatorLibrary> {
    return new OperatorLibrary(this.signature, this.module, (await instantiateAsync(this.module)).exports, this.limit);
  }

  /** What the library offers, with the names of inputs, attributes and outputs and the element types built in. */
  get operators(): readonly Operator[] {
    return this.signature.library!.operators;
  }

  /** Bytes of the module's memory as of now. */
  get memoryBytes(): number {
    return this.memory.byteLength;
  }

  /**
   * Calls an operator: `call('Add', a, b)`, `call('Softmax', x, { axis: -1 })`, `call('Add', a, b, { out: c })`.
   *
   * @param args operands in the operator's order: tensors, bare typed arrays (one axis), or numbers (in place of a
   *   tensor: a scalar of the element type that the tensors leave for it). Last, if wanted, an object with attributes by name, which
   *   otherwise have their defaults, and `out`: the tensor, or the tensors in order, to write to. A linked operator
   *   takes its operands as they are given, and then those of `out`; only these are written back.
   * @returns what was given as `out`. Else the output, of several outputs an array: guest tensors, which the caller
   *   frees, when all inputs were guest tensors (then nothing is copied), copies otherwise. A linked operator without
   *   `out` returns undefined.
   * @throws WasmindError
   *   `InvalidArgument` - an unknown operator or attribute, element types that are not built in, or what the operator
   *                       itself says of its arguments (shapes that do not fit); nothing was written;
   *   `Limit`           - the memory cannot grow enough; what is in `out` is undefined;
   *   `InvalidModule`   - the module broke its contract;
   *   `Trap`            - the module's code stopped by force. After this and the one before, the library refuses use.
   */
  call<Result extends GuestTensor | GuestTensor[] = GuestTensor>(name: string, ...args: GuestArguments): Result;
  call<Result extends Tensor | readonly Output[] | Output | undefined = Tensor>(name: string, ...args: CallArguments): Result;
  call(name: string, ...args: CallArguments): unknown {
    try {
      const last = args.length > 0 ? args[args.length - 1] : undefined;
      const named = isNamed(last) ? last : undefined, count = named ? args.length - 1 : args.length;
      const call = this.callOf(name).taking(args, count), out = named?.out, argumentCount = call.argumentCount(count, out);
      this.memory.refuseIfStopped();
      let results: unknown = out;
      const hosts = call.place(this.frame, this.pool, args, count, named);
      call.invoke(this.frame, argumentCount);
      if (out === undefined) {
        const outputs = call.takeOutputs(this.frame, hosts === undefined);
        results = outputs.length > 1 ? outputs : outputs[0];
      } else if (hosts) {
        call.copyOut(hosts, count);
      }
      return results;
    } catch (error) {
      throw refusal('call', error);
    } finally {
      this.pool.release();
    }
  }

  /**
   * A call with its arguments already in place, for calling it many times: takes what `call` does, but guest tensors
   * only, `out` included. Its `run` allocates nothing.
   *
   * @throws WasmindError as `call`, before anything is executed.
   */
  prepare(name: string, ...args: CallArguments): PreparedCall {
    return refusing('prepare', () => {
      const last = args.length > 0 ? args[args.length - 1] : undefined;
      const named = isNamed(last) ? last : undefined, count = named ? args.length - 1 : args.length;
      return new PreparedCall(this.memory, this.callOf(name).taking(args, count), args, count, named);
    });
  }

  /**
   * A new tensor of zeros in the module's memory; fill its `data`, and operators read it without a copy.
   *
   * @param dims at most 8 extents, outermost first.
   * @throws WasmindError `InvalidArgument` for an unknown element type or extents that are none, `Limit` when the memory
   *   cannot grow enough.
   */
  tensor(dtype: DType, dims: readonly number[]): GuestTensor {
    return refusing('tensor', () => {
      this.memory.refuseIfStopped();
      if (!isDType(dtype)) throw new WasmindError('InvalidArgument', `unknown element type ${show(dtype)}`);
      const shape = extentsOf(dims, '', maxOperandRank), what = `${dtype} tensor of shape [${shape.join(', ')}]`;
      const tensor = allocateTensor(this.memory, dtype, shape, what), { buffer, byteOffset, byteLength } = tensor.data;
      new Uint8Array(buffer, byteOffset, byteLength).fill(0);
      return tensor;
    });
  }

  private callOf(name: string): OperatorCall {
    const call = this.calls.get(name);
    if (call) return call;
    const near = typeof name === 'string' ? nearestNames(name, [...this.calls.keys()]).map(known => `'${known}'`) : [];
    throw new WasmindError('InvalidArgument', `no operator ${show(name)}; `
      + (near.length === 0 ? `the library has ${this.calls.size}, listed in operators`
        : `the nearest ${near.length === 1 ? 'is' : 'are'} ${near.join(', ')}`));
  }
}
