import {
  abiVersionExport, allocateExport, errorExport, freeExport, initializeExport, maxBodyCount, maxTableLength, maxTypeCount, memoryExport,
} from './abi.ts';
import { ByteReader } from './byteReader.ts';
import { checkCode } from './codeRules.ts';
import { WasmindError } from './error.ts';
import { SectionId, type Section } from './section.ts';
import type { Signature } from './signature.ts';

/** Sections in their order (core specification 5.5.2). Data count stands before the code. */
const order: readonly number[] = [
  SectionId.type, SectionId.import, SectionId.function, SectionId.table, SectionId.memory, SectionId.global,
  SectionId.export, SectionId.start, SectionId.element, SectionId.dataCount, SectionId.code, SectionId.data,
];

const functionType = 0x60, i32Type = 0x7f, functionReference = 0x70;
/** The first byte of limits with a maximum; of those without it is 0 (5.3.8). Others mean shared, 64 bits or other pages. */
const withMaximum = 1;
const functionExport = 0, memoryExportKind = 2;

/** Numbers, and references to functions and to what is the host's (5.3.1 to 5.3.4); vectors where there is the feature. */
const valueTypes: readonly number[] = [0x7f, 0x7e, 0x7d, 0x7c, functionReference, 0x6f], vectorType = 0x7b;

const invalid = (text: string): WasmindError => new WasmindError('InvalidModule', text);

/** Reads the section with this id, if there is one; `read` takes one item, and says whether it could. */
function readItems(sections: readonly Section[], id: number, name: string, read: (reader: ByteReader) => boolean): void {
  const section = sections.find(each => each.id === id);
  if (!section) return;
  const reader = new ByteReader(section.contents), count = reader.u32();
  // Every item has bytes.
  let isRead = count !== undefined && count <= reader.remaining;
  for (let i = 0; isRead && i < count!; i++) isRead = read(reader);
  if (!isRead || reader.remaining > 0)
    throw invalid(`the ${name} section is damaged, or uses what modules of the contract do not`);
}

function checkOrder(sections: readonly Section[]): void {
  let next = 0;
  sections.forEach(({ id }, i) => {
    if (id === SectionId.custom) return;
    const found = order.indexOf(id, next);
    if (found < 0) throw invalid(`section ${i} (id ${id}) is not one of a module of the contract, or is there twice or too late`);
    next = found + 1;
    if (id === SectionId.start) throw invalid('the module has a start function');
  });
}

function refuseImports(sections: readonly Section[]): void {
  readItems(sections, SectionId.import, 'import', reader => {
    const from = reader.name(), name = reader.name();
    throw invalid(`the module imports ${from !== undefined && name !== undefined ? `'${from}.${name}'` : 'something'}; `
      + 'wasmind modules import nothing');
  });
}

/** How many parameters and results a function has, and whether all are i32, as of those that a host calls. */
interface FunctionType {
  readonly parameterCount: number;
  readonly resultCount: number;
  readonly isCallable: boolean;
}

/** The type of every function. */
function readFunctions(sections: readonly Section[], hasVectors: boolean): FunctionType[] {
  const types: FunctionType[] = [], functions: FunctionType[] = [];
  readItems(sections, SectionId.type, 'type', reader => {
    // No arrays or structs: they have memory of the engine's.
    if (reader.byte() !== functionType) return false;
    const parameters = reader.counted(), results = reader.counted();
    if (!parameters || !results) return false;
    const isKnown = (type: number): boolean => valueTypes.includes(type) || (hasVectors && type === vectorType);
    const isI32 = (type: number): boolean => type === i32Type;
    if (!parameters.every(isKnown) || !results.every(isKnown)) return false;
    if (results.length > 1) throw invalid(`a function type has ${results.length} results; modules of the contract have one`);
    if (types.length === maxTypeCount) throw invalid(`the module has more than ${maxTypeCount} types`);
    types.push({
      parameterCount: parameters.length, resultCount: results.length, isCallable: parameters.every(isI32) && results.every(isI32),
    });
    return true;
  });
  readItems(sections, SectionId.function, 'function', reader => {
    const type = reader.u32();
    if (type === undefined || type >= types.length) return false;
    if (functions.length === maxBodyCount) throw invalid(`the module has more than ${maxBodyCount} functions`);
    functions.push(types[type]);
    return true;
  });
  return functions;
}

function checkTables(sections: readonly Section[]): void {
  let tableCount = 0;
  readItems(sections, SectionId.table, 'table', reader => {
    if (reader.byte() !== functionReference || reader.byte() !== withMaximum || ++tableCount > 1) return false;
    const minimum = reader.u32(), maximum = reader.u32();
    if (minimum === undefined || maximum === undefined) return false;
    if (maximum > maxTableLength) throw invalid(`the table may have ${maximum} elements, over ${maxTableLength}`);
    return minimum <= maximum;
  });
}

function checkMemory(sections: readonly Section[], { memory: { pages }, library }: Signature): void {
  let memoryCount = 0;
  readItems(sections, SectionId.memory, 'memory', reader => {
    const kind = reader.byte();
    if (kind === undefined || kind > withMaximum)
      throw invalid('the memory is shared, of 64 bits or of other pages than those of 65536 bytes');
    if (++memoryCount > 1) throw invalid('the module has more than one memory');
    const minimum = reader.u32(), maximum = kind === withMaximum ? reader.u32() : Infinity;
    if (minimum === undefined || maximum === undefined) return false;
    if (minimum !== pages || maximum !== (library ? Infinity : pages))
      throw invalid(`the memory has ${minimum}..${maximum === Infinity ? 'any number of' : maximum} pages where the signature `
        + `says ${library ? 'at least' : 'exactly'} ${pages}`);
    return true;
  });
  if (memoryCount === 0) throw invalid('the module has no memory');
}

function checkExports(sections: readonly Section[], signature: Signature, functions: readonly FunctionType[]): void {
  const exports = new Map<string, { kind: number; index: number }>();
  readItems(sections, SectionId.export, 'export', reader => {
    const name = reader.name(), kind = reader.byte(), index = reader.u32();
    if (name === undefined || kind === undefined || index === undefined) return false;
    if (exports.has(name)) throw invalid(`the export '${name}' is there twice`);
    exports.set(name, { kind, index });
    return true;
  });
  if (exports.get(memoryExport)?.kind !== memoryExportKind) throw invalid(`no exported memory '${memoryExport}'`);
  const require = (name: string, parameterCount: number, resultCount: number): void => {
    const found = exports.get(name);
    const type = found?.kind === functionExport ? functions[found.index] : undefined;
    if (type?.isCallable && type.parameterCount === parameterCount && type.resultCount === resultCount) return;
    throw invalid(`no exported function '${name}' of type (${Array(parameterCount).fill('i32').join(', ')}) -> `
      + (resultCount === 0 ? '()' : 'i32'));
  };
  for (const { name } of signature.functions) require(name, 0, 1);
  require(errorExport, 0, 1);
  require(abiVersionExport, 0, 1);
  if (!signature.library) return;
  require(allocateExport, 1, 1);
  require(freeExport, 1, 0);
  if (exports.has(initializeExport)) require(initializeExport, 0, 0);
  for (const operator of signature.library.operators) require(operator.export, 4, 1);
}

function checkBodies(sections: readonly Section[], functions: readonly FunctionType[]): void {
  const code = sections.find(({ id }) => id === SectionId.code);
  const text = code && checkCode(code.contents, functions.map(({ parameterCount }) => parameterCount));
  if (text !== undefined) throw invalid(text);
}

/**
 * Holds the sections of a module against abi/spec.md, "The module", so that nothing reaches the engine that takes more
 * memory than the signature says, runs at its loading, exports other than what the signature says, or cannot be compiled within
 * bounds. Linear in the bytes of the sections that it reads: all but globals, elements and data. The engine validates the rest.
 *
 * @throws WasmindError `InvalidModule`.
 */
export function checkModule(sections: readonly Section[], signature: Signature): void {
  checkOrder(sections);
  refuseImports(sections);
  const functions = readFunctions(sections, signature.features.some(feature => feature !== 'threads'));
  checkTables(sections);
  checkMemory(sections, signature);
  checkExports(sections, signature, functions);
  checkBodies(sections, functions);
}
