import { defaultMaxCodeByteLength, maxPageCount, pageByteLength } from './abi.ts';
import { WasmindError } from './error.ts';
import { supportedFeatures } from './feature.ts';
import { checkModule } from './moduleRules.ts';
import { isLost, show } from './arguments.ts';
import type { Address, Fetched, WasmExports, WasmModule } from './platform.ts';
import { readSections, SectionId, type Section } from './section.ts';
import { readSignature, readSignatureOf, type Signature } from './signature.ts';

/** Bytes in memory, or where to fetch them. A string is a URL. `file:` URLs are read where the environment has files. */
export type Source = ArrayBufferView | ArrayBuffer | Address | string | Fetched;

/** Worklets have no Response; there `fromModule` is the way in. */
const isResponse = (source: unknown): source is Response => typeof Response === 'function' && source instanceof Response;

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** What a module may ask for. */
export interface Limits {
  /** Refuses modules whose memory is larger, or, of an operator library, would become. Default: 4 GiB, all that wasm32 has. */
  readonly maxMemoryBytes?: number;
  /**
   * Refuses modules with more code. Default: 4 MiB. What engines need to compile code grows with it; docs/security.md says how far.
   */
  readonly maxCodeBytes?: number;
}

/** The members of `Limits`, for `checkOptions`. */
export const limitOptions = { maxMemoryBytes: 'bytes', maxCodeBytes: 'bytes' } as const;

/** All the memory that wasm32 has. */
export const allMemoryBytes = maxPageCount * pageByteLength;

/** A compiled module cannot be looked into: throws `InvalidArgument` when limits are given for one. */
function refuseLimits({ maxMemoryBytes, maxCodeBytes }: Limits): void {
  if (maxMemoryBytes !== undefined || maxCodeBytes !== undefined)
    throw new WasmindError('InvalidArgument', 'a compiled module cannot be held against limits: load the bytes with '
      + (maxMemoryBytes !== undefined ? 'maxMemoryBytes' : 'maxCodeBytes'));
}

/** Of this realm or another. */
const isBuffer = (source: unknown): source is ArrayBufferLike =>
  ['[object ArrayBuffer]', '[object SharedArrayBuffer]'].includes(Object.prototype.toString.call(source));

function viewBytes(source: ArrayBufferView | ArrayBuffer, buffer: ArrayBufferLike): Uint8Array {
  if (ArrayBuffer.isView(source) && !isLost(source)) return new Uint8Array(buffer, source.byteOffset, source.byteLength);
  try {
    // Refused of a buffer that was transferred; older engines do not say that it was.
    if (!ArrayBuffer.isView(source)) return new Uint8Array(buffer);
  } catch {
    // Said below.
  }
  throw new WasmindError('InvalidArgument', 'the buffer was transferred to somebody else or made shorter');
}

/**
 * The bytes of a buffer or view; what other threads could change or the owner resize is copied.
 *
 * @throws WasmindError `InvalidArgument` when `source` is neither, or was detached.
 */
export function bytesOf(source: ArrayBufferView | ArrayBuffer): Uint8Array<ArrayBuffer> {
  const buffer: unknown = ArrayBuffer.isView(source) ? source.buffer : source;
  if (!isBuffer(buffer)) throw new WasmindError('InvalidArgument', `${show(source)} is neither a buffer nor a view of one`);
  const view = viewBytes(source, buffer), { resizable, growable } = buffer as { resizable?: boolean; growable?: boolean };
  const isShared = Object.prototype.toString.call(buffer) === '[object SharedArrayBuffer]';
  // WebAssembly.compile refuses both.
  return isShared || resizable || growable ? new Uint8Array(view) : (view as Uint8Array<ArrayBuffer>);
}

/** What this library uses of `node:fs/promises`, which Node, Deno and Bun have. */
interface Files {
  readFile(url: URL): Promise<Uint8Array>;
}

/**
 * The file system, where there is one: Node's `fetch` refuses `file:` URLs. Asked of the environment, not imported, as a
 * bundler would have to find an import in a page.
 */
function files(): Files | undefined {
  const { process } = globalThis as { process?: { getBuiltinModule?: (name: string) => unknown } };
  return process?.getBuiltinModule?.('node:fs/promises') as Files | undefined;
}

/** The URL as a page or worker sees it; undefined when it is relative to nothing. */
function parseUrl(source: URL | string): URL | undefined {
  try {
    return new URL(source, globalThis.document?.baseURI ?? globalThis.location?.href);
  } catch {
    return undefined;
  }
}

async function request(source: URL | string): Promise<Response> {
  try {
    return await fetch(source);
  } catch (error) {
    const cause = error instanceof Error && error.cause !== undefined ? ` (${messageOf(error.cause)})` : '';
    const hint = parseUrl(source) ? '' : `; for a file beside the program pass new URL('${source}', import.meta.url), or its bytes`;
    throw new WasmindError('Io', `${source}: ${messageOf(error)}${cause}${hint}`, { cause: error });
  }
}

async function readFile(url: URL, from: Files): Promise<Uint8Array<ArrayBuffer>> {
  try {
    return bytesOf(await from.readFile(url));
  } catch (error) {
    const { code } = error as { code?: string };
    const reason = code === 'ENOENT' ? 'no such file'
      : code === 'EISDIR' ? 'a directory; the URL of one with an index of builds ends in a slash' : messageOf(error);
    throw new WasmindError('Io', `${url}: ${reason}`, { cause: error });
  }
}

/** Where a source will be fetched or was fetched, as far as it says so. */
export function urlOf(source: Source): string | undefined {
  if (typeof source === 'string') return source;
  if (isResponse(source)) return source.url || undefined;
  const href: unknown = (source as Address | null)?.href;
  return typeof href === 'string' ? href : undefined;
}

/** The bytes of `source`, and the URL they came from if any. Throws `Io`. */
export async function fetchBytes(source: Source): Promise<{ bytes: Uint8Array<ArrayBuffer>; url?: string }> {
  if (ArrayBuffer.isView(source) || isBuffer(source)) return { bytes: bytesOf(source) };
  if (typeof source !== 'string' && !isResponse(source) && typeof (source as Address | null)?.href !== 'string')
    throw new WasmindError('InvalidArgument', `${show(source)} is neither bytes, a URL nor a Response`);
  if (!isResponse(source)) {
    const url = parseUrl(source), from = url?.protocol === 'file:' ? files() : undefined;
    if (url && from) return { bytes: await readFile(url, from), url: url.href };
  }
  const response = isResponse(source) ? source : await request(source);
  const url = response.url || (isResponse(source) ? undefined : String(source)), name = url ?? 'the response';
  if (!response.ok)
    throw new WasmindError('Io', `${name}: the server answers ${`${response.status} ${response.statusText}`.trim()}`);
  try {
    return { bytes: new Uint8Array(await response.arrayBuffer()), url };
  } catch (error) {
    throw new WasmindError('Io', `${name}: ${messageOf(error)}`, { cause: error });
  }
}

/** What `use` makes of what was fetched; its errors name the URL. */
export async function named<Result>(url: string | undefined, use: () => Result | Promise<Result>): Promise<Result> {
  try {
    return await use();
  } catch (error) {
    if (url === undefined || !(error instanceof WasmindError)) throw error;
    throw new WasmindError(error.code, `${url}: ${error.message}`, { cause: error });
  }
}

/** Throws `Unsupported` when the engine lacks what the module was built for. */
export function checkFeatures(signature: Signature): void {
  if (signature.features.includes('threads'))
    throw new WasmindError('Unsupported', 'the module was built for threads, which this library does not run; '
      + 'compile it without --features=threads');
  const supported = supportedFeatures(), missing = signature.features.filter(feature => !supported.has(feature));
  if (missing.length > 0)
    throw new WasmindError('Unsupported', `this engine lacks ${missing.join(', ')}, which the module needs; `
      + 'compile it with --features=simd128 or use a newer engine');
}

/** What of a module is known before an engine sees it. */
export interface CheckedModule {
  readonly sections: readonly Section[];
  readonly signature: Signature;
}

/**
 * The signature of a module that keeps all rules which need no engine, and the limits.
 *
 * @param checkKind throws when the signature is not of the kind that is loaded.
 * @throws WasmindError `InvalidModule`, `Unsupported` or `Limit`.
 */
export function checkBytes(bytes: Uint8Array, limits: Limits, checkKind: (signature: Signature) => void): CheckedModule {
  const sections = readSections(bytes), signature = readSignatureOf(sections);
  checkKind(signature);
  checkFeatures(signature);
  const { maxMemoryBytes = allMemoryBytes, maxCodeBytes = defaultMaxCodeByteLength } = limits;
  const codeBytes = sections.find(({ id }) => id === SectionId.code)?.contents.length ?? 0;
  if (codeBytes > maxCodeBytes)
    throw new WasmindError('Limit', `the module's code of ${codeBytes} bytes is over the limit of ${maxCodeBytes}`);
  checkModule(sections, signature);
  const memoryBytes = signature.memory.pages * pageByteLength;
  if (memoryBytes > maxMemoryBytes)
    throw new WasmindError('Limit', `the module's memory of ${memoryBytes} bytes is over the limit of ${maxMemoryBytes}`);
  return { sections, signature };
}

/**
 * The signature of a module that somebody compiled.
 *
 * @param checkKind as for `checkBytes`.
 * @throws WasmindError `InvalidArgument`, also for limits; what reading the signature throws; `Unsupported`.
 */
export function checkCompiled<Options extends Limits>(
  module: WasmModule, options: Options, checkOwnOptions: (options: Options) => void, checkKind: (signature: Signature) => void,
): Signature {
  if (!(module instanceof WebAssembly.Module))
    throw new WasmindError('InvalidArgument', `${show(module)} is no WebAssembly.Module`);
  checkOwnOptions(options);
  refuseLimits(options);
  const signature = readSignature(module);
  checkKind(signature);
  checkFeatures(signature);
  return signature;
}

/** Throws `InvalidModule` when the module imports anything. */
export function refuseImports(module: WasmModule): void {
  const imported = WebAssembly.Module.imports(module)[0];
  if (imported)
    throw new WasmindError(
      'InvalidModule', `the module imports '${imported.module}.${imported.name}'; wasmind modules import nothing`);
}

function compileError(error: unknown): WasmindError {
  if (error instanceof WebAssembly.CompileError)
    return new WasmindError('InvalidModule', `the engine refuses the module: ${error.message}`, { cause: error });
  // What is left is that the engine has no room.
  return new WasmindError('Limit', `the engine cannot compile the module: ${messageOf(error)}`, { cause: error });
}

/** Throws `InvalidModule` when the engine refuses the bytes. */
export function compile(bytes: Uint8Array<ArrayBuffer>): WasmModule {
  try {
    return new WebAssembly.Module(bytes);
  } catch (error) {
    throw compileError(error);
  }
}

/** As `compile`, without blocking the thread. */
export async function compileAsync(bytes: Uint8Array<ArrayBuffer>): Promise<WasmModule> {
  try {
    return await WebAssembly.compile(bytes);
  } catch (error) {
    throw compileError(error);
  }
}

function instantiateError(error: unknown): WasmindError {
  // The memory is the only resource that a module without imports asks for.
  if (error instanceof RangeError)
    return new WasmindError('Limit', `the engine cannot provide the module's memory: ${error.message}`, { cause: error });
  return new WasmindError('InvalidModule', `the module does not start: ${messageOf(error)}`, { cause: error });
}

/** The exports of a new instance. Throws `Limit` when the engine cannot provide the memory, or `InvalidModule`. */
export function instantiate(module: WasmModule): WasmExports {
  try {
    return new WebAssembly.Instance(module).exports;
  } catch (error) {
    throw instantiateError(error);
  }
}

/** As `instantiate`, without blocking the thread. Not the exports themselves: one called `then` would make them a promise. */
export async function instantiateAsync(module: WasmModule): Promise<{ exports: WasmExports }> {
  try {
    const { exports } = await WebAssembly.instantiate(module);
    return { exports };
  } catch (error) {
    throw instantiateError(error);
  }
}
