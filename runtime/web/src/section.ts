import { sectionName } from './abi.ts';
import { refusing, WasmindError } from './error.ts';
import { describeForeign } from './foreignFile.ts';
import type { WasmModule } from './platform.ts';
import { decodeUtf8 } from './utf8.ts';

/** One section of a module (core specification 5.5). `contents` is a view behind id, length and, if custom, name. */
export interface Section {
  readonly id: number;
  /** Of a custom section, otherwise empty. */
  readonly name: string;
  readonly contents: Uint8Array;
}

/** Ids of the sections this library looks at (core specification 5.5.2). */
export const SectionId = { custom: 0, memory: 5, start: 8, code: 10, data: 11 } as const;

const preamble = [0, 0x61, 0x73, 0x6d, 1, 0, 0, 0];

/** Unsigned LEB128 of at most 32 bits at `at` (core specification 5.2.2); undefined when cut off or too long. */
function readU32(bytes: Uint8Array, at: number): { value: number; next: number } | undefined {
  let value = 0;
  for (let n = 0; n < 5 && at + n < bytes.length; n++) {
    const byte = bytes[at + n];
    value += (byte & 0x7f) * 2 ** (7 * n);
    if (byte < 0x80) return value < 2 ** 32 ? { value, next: at + n + 1 } : undefined;
  }
  return undefined;
}

/** The first `length` bytes behind the length field at `at`, and where they end. */
function readCounted(bytes: Uint8Array, at: number): { contents: Uint8Array; next: number } | undefined {
  const length = readU32(bytes, at);
  if (!length || length.value > bytes.length - length.next) return undefined;
  const next = length.next + length.value;
  return { contents: bytes.subarray(length.next, next), next };
}

/** What the bytes are instead of a module. */
function whatElse(bytes: Uint8Array): string {
  const description = describeForeign(bytes);
  return description ? `: it is ${description}` : " (no '\\0asm' version 1 at its start)";
}

/**
 * All sections of a module in file order; only headers are looked at.
 *
 * @throws WasmindError `InvalidModule` when the preamble is wrong or a section reaches past the end of `module`.
 */
export function readSections(module: Uint8Array): Section[] {
  return refusing('readSections', () => {
    if (preamble.some((byte, i) => module[i] !== byte))
      throw new WasmindError('InvalidModule', `not a WebAssembly module${whatElse(module)}`);
    const sections: Section[] = [];
    for (let at = preamble.length; at < module.length;) {
      const id = module[at], section = readCounted(module, at + 1);
      if (!section)
        throw new WasmindError('InvalidModule', `section ${sections.length} (id ${id}) reaches past the end of the module: `
          + 'the file is truncated or corrupt');
      let { contents } = section, name = '';
      if (id === SectionId.custom) {
        const counted = readCounted(contents, 0);
        if (!counted) throw new WasmindError('InvalidModule', `custom section ${sections.length} has no complete name`);
        // A name that is no text is no name we look for; the engine refuses the module.
        name = decodeUtf8(counted.contents) ?? '';
        contents = contents.subarray(counted.next);
      }
      sections.push({ id, name, contents });
      at = section.next;
    }
    return sections;
  });
}

/**
 * The contents of the custom section that carries the signature.
 *
 * @throws WasmindError `InvalidModule` when there is none or more than one.
 */
export function signatureSection(source: Uint8Array | WasmModule): Uint8Array {
  const found = source instanceof WebAssembly.Module
    ? WebAssembly.Module.customSections(source, sectionName).map(buffer => new Uint8Array(buffer))
    : readSections(source).filter(section => section.id === SectionId.custom && section.name === sectionName)
      .map(section => section.contents);
  if (found.length > 1) throw new WasmindError('InvalidModule', `more than one custom section '${sectionName}'`);
  if (found.length === 0)
    throw new WasmindError(
      'InvalidModule', `no custom section '${sectionName}': the module was not made by the wasmind compiler`);
  return found[0];
}

/**
 * Refuses a memory with a maximum. A compiled `WebAssembly.Module` no longer tells.
 *
 * @throws WasmindError `InvalidModule`.
 */
export function refuseMemoryMaximum(module: Uint8Array): void {
  // A vector of one memory type, which starts with its flags (core specification 5.3.9); bit 0: there is a maximum.
  const memory = readSections(module).find(section => section.id === SectionId.memory);
  if (memory && (memory.contents[1] & 1) !== 0)
    throw new WasmindError('InvalidModule', "the memory has a maximum; that of an operator library grows");
}

const endOf = (module: Uint8Array, { contents }: Section): number => contents.byteOffset + contents.length - module.byteOffset;

/** Unsigned LEB128 (core specification 5.2.2). */
function writeU32(value: number): number[] {
  return value < 0x80 ? [value] : [(value & 0x7f) | 0x80, ...writeU32(value >>> 7)];
}

/**
 * A copy of `module` whose memory, which has no maximum, cannot grow beyond `pageCount` pages: it is up to the engine
 * then, and what asks for more is told that there is none.
 */
export function boundMemory(module: Uint8Array, pageCount: number): Uint8Array<ArrayBuffer> {
  const sections = readSections(module), at = sections.findIndex(section => section.id === SectionId.memory);
  if (at < 0) return new Uint8Array(module);
  // A vector of one memory type: flags, minimum, and now a maximum (core specification 5.3.9).
  const { contents } = sections[at], bounded = [1, contents[1] | 1, ...contents.subarray(2), ...writeU32(pageCount)];
  const head = [SectionId.memory, ...writeU32(bounded.length)];
  const start = at === 0 ? preamble.length : endOf(module, sections[at - 1]), end = endOf(module, sections[at]);
  const copy = new Uint8Array(start + head.length + bounded.length + module.length - end);
  copy.set(module.subarray(0, start));
  copy.set([...head, ...bounded], start);
  copy.set(module.subarray(end), start + head.length + bounded.length);
  return copy;
}
