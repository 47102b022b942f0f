import { pageByteLength } from './abi.ts';
import { WasmindError } from './error.ts';
import { supportedFeatures } from './feature.ts';
import type { Address, Fetched, WasmExports, WasmModule } from './platform.ts';
import { readSections, SectionId } from './section.ts';
import type { Signature } from './signature.ts';

/** Bytes in memory, or where to fetch them. A string is a URL. `file:` URLs are read where the environment has files. */
export type Source = ArrayBufferView | ArrayBuffer | Address | string | Fetched;

/** Worklets have no Response; there `fromModule` is the way in. */
const isResponse = (source: unknown): source is Response => typeof Response === 'function' && source instanceof Response;

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** The bytes of a buffer or view; shared memory is copied. */
export function bytesOf(source: ArrayBufferView | ArrayBuffer): Uint8Array<ArrayBuffer> {
  if (source instanceof ArrayBuffer) return new Uint8Array(source);
  const view = new Uint8Array(source.buffer, source.byteOffset, source.byteLength);
  // WebAssembly.compile refuses shared memory, which other threads could change while it reads.
  return view.buffer instanceof ArrayBuffer ? (view as Uint8Array<ArrayBuffer>) : new Uint8Array(view);
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
    const reason = (error as { code?: string }).code === 'ENOENT' ? 'no such file' : messageOf(error);
    throw new WasmindError('Io', `${url}: ${reason}`, { cause: error });
  }
}

/** The bytes of `source`, and the URL they came from if any. Throws `Io`. */
export async function fetchBytes(source: Source): Promise<{ bytes: Uint8Array<ArrayBuffer>; url?: string }> {
  if (source instanceof ArrayBuffer || ArrayBuffer.isView(source)) return { bytes: bytesOf(source) };
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

/** Throws `Limit` when the memory that a module starts with has more than `limit` bytes, if there is a limit. */
export function checkMemoryLimit(signature: Signature, limit: number | undefined): void {
  const byteLength = signature.memory.pages * pageByteLength;
  if (limit !== undefined && byteLength > limit)
    throw new WasmindError('Limit', `the module's memory of ${byteLength} bytes is over the limit of ${limit}`);
}

/** Refuses code that runs before the host could check anything. A compiled `WebAssembly.Module` no longer tells. */
export function refuseStart(bytes: Uint8Array): void {
  if (readSections(bytes).some(section => section.id === SectionId.start))
    throw new WasmindError('InvalidModule', 'the module has a start function');
}

/** Throws `InvalidModule` when the module imports anything. */
export function refuseImports(module: WasmModule): void {
  const imported = WebAssembly.Module.imports(module)[0];
  if (imported)
    throw new WasmindError(
      'InvalidModule', `the module imports '${imported.module}.${imported.name}'; wasmind modules import nothing`);
}

function compileError(error: unknown): Error {
  if (error instanceof WebAssembly.CompileError)
    return new WasmindError('InvalidModule', `the engine refuses the module: ${error.message}`, { cause: error });
  return error instanceof Error ? error : new Error(String(error));
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

/** As `instantiate`, without blocking the thread. */
export async function instantiateAsync(module: WasmModule): Promise<WasmExports> {
  try {
    return (await WebAssembly.instantiate(module)).exports;
  } catch (error) {
    throw instantiateError(error);
  }
}
