import { maxSectionCount, sectionName } from './abi.ts';
import { ByteReader } from './byteReader.ts';
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

/** Ids of sections (core specification 5.5.2). */
export const SectionId = {
  custom: 0, type: 1, import: 2, function: 3, table: 4, memory: 5, global: 6, export: 7, start: 8, element: 9, code: 10,
  data: 11, dataCount: 12,
} as const;

const preamble = [0, 0x61, 0x73, 0x6d, 1, 0, 0, 0];

/** What the bytes are instead of a module. */
function whatElse(bytes: Uint8Array): string {
  const description = describeForeign(bytes);
  return description ? `: it is ${description}` : " (no '\\0asm' version 1 at its start)";
}

/**
 * All sections of a module in file order; only headers are looked at.
 *
 * @throws WasmindError `InvalidModule` when the preamble is wrong, a section reaches past the end of `module`, or there are
 *   too many; `InvalidArgument` when `module` is no array of bytes.
 */
export function readSections(module: Uint8Array): Section[] {
  return refusing('readSections', () => {
    if (!(module instanceof Uint8Array)) throw new WasmindError('InvalidArgument', 'a module is given as a Uint8Array');
    if (preamble.some((byte, i) => module[i] !== byte))
      throw new WasmindError('InvalidModule', `not a WebAssembly module${whatElse(module)}`);
    const sections: Section[] = [], reader = new ByteReader(module.subarray(preamble.length));
    while (reader.remaining > 0) {
      if (sections.length === maxSectionCount)
        throw new WasmindError('InvalidModule', `the module has more than ${maxSectionCount} sections`);
      const id = reader.byte()!;
      let contents = reader.counted(), name = '';
      if (!contents)
        throw new WasmindError('InvalidModule', `section ${sections.length} (id ${id}) reaches past the end of the module: `
          + 'the file is truncated or corrupt');
      if (id === SectionId.custom) {
        const inner = new ByteReader(contents), text = inner.counted();
        if (!text) throw new WasmindError('InvalidModule', `custom section ${sections.length} has no complete name`);
        // A name that is no text is no name we look for; the engine refuses the module.
        name = decodeUtf8(text) ?? '';
        contents = inner.rest();
      }
      sections.push({ id, name, contents });
    }
    return sections;
  });
}

/**
 * The contents of the custom section that carries the signature.
 *
 * @throws WasmindError `InvalidModule` when there is none or more than one.
 */
export function signatureSection(source: readonly Section[] | WasmModule): Uint8Array {
  const found = source instanceof WebAssembly.Module
    ? WebAssembly.Module.customSections(source, sectionName).map(buffer => new Uint8Array(buffer))
    : source.filter(({ id, name }) => id === SectionId.custom && name === sectionName).map(({ contents }) => contents);
  if (found.length > 1) throw new WasmindError('InvalidModule', `more than one custom section '${sectionName}'`);
  if (found.length === 0)
    throw new WasmindError(
      'InvalidModule', `no custom section '${sectionName}': the module was not made by the wasmind compiler`);
  return found[0];
}

const endOf = (module: Uint8Array, { contents }: Section): number =>
  contents.byteOffset + contents.length - module.byteOffset;

/** Unsigned LEB128 (core specification 5.2.2). */
function writeU32(value: number): number[] {
  return value < 0x80 ? [value] : [(value & 0x7f) | 0x80, ...writeU32(value >>> 7)];
}

/**
 * A copy of `module` whose memory of at least `pages` pages, which has no maximum, cannot grow beyond `pageCount`: it is up to
 * the engine then, and what asks for more is told that there is none.
 */
export function boundMemory(module: Uint8Array, sections: readonly Section[], pages: number, pageCount: number): Uint8Array<ArrayBuffer> {
  const at = sections.findIndex(section => section.id === SectionId.memory);
  // A vector of one memory type: that there is a maximum, minimum and maximum (core specification 5.3.9).
  const bounded = [1, 1, ...writeU32(pages), ...writeU32(pageCount)], head = [SectionId.memory, ...writeU32(bounded.length)];
  const start = at === 0 ? preamble.length : endOf(module, sections[at - 1]), end = endOf(module, sections[at]);
  const copy = new Uint8Array(start + head.length + bounded.length + module.length - end);
  copy.set(module.subarray(0, start));
  copy.set([...head, ...bounded], start);
  copy.set(module.subarray(end), start + head.length + bounded.length);
  return copy;
}
