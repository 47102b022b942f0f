import { compileCostBase, maxBodyByteLength, maxBodyCompileCost, maxCompileCost } from './abi.ts';

/**
 * What follows the code of an instruction (core specification 5.4, and relaxed-simd and threads). It must be read as engines
 * read it, or what is counted is not what they compile. 0 is none that modules of the contract use.
 */
const none = 1, oneByte = 2, fourBytes = 3, eightBytes = 4, sixteenBytes = 5, index = 6, twoIndices = 7, integer32 = 8,
  integer64 = 9, memory = 10, memoryAndLane = 11, blockType = 12, valueTypes = 13, branchTable = 14, secondCode = 15;

/** Added to the above for instructions of which engines make several blocks. */
const branches = 16;

/** Of the prefixes 0xfc, 0xfd and 0xfe: where their second codes stand in `immediates`, and how many there are. */
const prefixes: Readonly<Record<number, { readonly base: number; readonly count: number }>> = {
  252: { base: 0x100, count: 18 }, 253: { base: 0x120, count: 0x114 }, 254: { base: 0x240, count: 0x4f },
};

/** By code. A table, as most code is read once, before an engine has optimised what reads it. */
const immediates = new Uint8Array(0x290);
{
  const setRange = (immediate: number, first: number, last: number): unknown => immediates.fill(immediate, first, last + 1);
  const set = (immediate: number, ...codes: readonly number[]): void => {
    for (const code of codes) immediates[code] = immediate;
  };
  set(none, 0x00, 0x01, 0x0b, 0x0f, 0x1a, 0x1b, 0xd1); // unreachable, nop, end, return, drop, select, ref.is_null
  set(blockType + branches, 0x02, 0x03, 0x04); // block, loop, if
  set(none + branches, 0x05); // else
  set(index + branches, 0x0c, 0x0d, 0x25, 0x26); // br, br_if, table.get, table.set
  set(branchTable, 0x0e);
  set(index, 0x10, 0x20, 0x21, 0x22, 0x23, 0x24, 0xd2); // call; get, set and tee of locals; get and set of globals; ref.func
  set(twoIndices + branches, 0x11); // call_indirect
  set(valueTypes, 0x1c); // select of a type
  setRange(memory, 0x28, 0x3e); // loads and stores
  set(oneByte, 0x3f, 0xd0); // memory.size, ref.null
  set(oneByte + branches, 0x40); // memory.grow
  set(integer32, 0x41);
  set(integer64, 0x42);
  set(fourBytes, 0x43);
  set(eightBytes, 0x44);
  setRange(none, 0x45, 0xc4); // numbers
  setRange(none + branches, 0xa8, 0xab); // truncations that trap compare with both ends of the range first
  setRange(none + branches, 0xae, 0xb1);
  set(secondCode, 0xfc, 0xfd, 0xfe);

  const bulk = prefixes[0xfc].base, vector = prefixes[0xfd].base, atomic = prefixes[0xfe].base;
  setRange(none, bulk, bulk + 7); // truncations that saturate
  setRange(index + branches, bulk + 8, bulk + 17);
  set(twoIndices + branches, bulk + 8, bulk + 10, bulk + 12, bulk + 14); // init and copy
  setRange(none, vector, vector + 0x113);
  setRange(memory, vector, vector + 11); // loads and stores
  set(memory, vector + 92, vector + 93);
  set(sixteenBytes, vector + 12, vector + 13); // constants and shuffles
  setRange(oneByte, vector + 21, vector + 34); // lanes
  setRange(memoryAndLane, vector + 84, vector + 91);
  setRange(memory + branches, atomic, atomic + 0x4e);
  set(oneByte + branches, atomic + 3); // atomic.fence
}

/** A position in code that is not trusted. Bytes behind `end` are no part of it: who reads over it finds out afterwards. */
class CodeReader {
  at = 0;
  end: number;
  private readonly code: Uint8Array;

  constructor(code: Uint8Array) {
    this.code = code;
    this.end = code.length;
  }

  /** Unsigned LEB128 of at most 32 bits (core specification 5.2.2); -1 when there is none. */
  u32(): number {
    for (let value = 0, unit = 1; unit < 2 ** 35 && this.at < this.end; unit *= 0x80) {
      const byte = this.code[this.at++];
      value += (byte & 0x7f) * unit;
      if (byte < 0x80) return value < 2 ** 32 ? value : -1;
    }
    return -1;
  }

  /** How many locals a body declares; -1 when that is damaged. */
  localCount(): number {
    const groupCount = this.u32();
    if (groupCount < 0 || groupCount > this.end - this.at) return -1;
    let localCount = 0;
    for (let group = 0; group < groupCount; group++) {
      const count = this.u32();
      if (count < 0 || this.at++ >= this.end) return -1;
      localCount += count;
    }
    return localCount;
  }

  /** How many branches there are from here to the end; -1 when an instruction is damaged or not known. */
  branchCount(): number {
    const { code, end } = this;
    let at = this.at, count = 0;
    while (at < end) {
      const first = code[at++];
      let immediate = immediates[first];
      if (immediate === secondCode) {
        this.at = at;
        const { base, count: codeCount } = prefixes[first], second = code[at] < 0x80 ? code[this.at++] : this.u32();
        if (second < 0 || second >= codeCount) return -1;
        immediate = immediates[base + second];
        at = this.at;
      }
      if (immediate >= branches) {
        count++;
        immediate -= branches;
      }
      if (immediate === none) continue;
      if (immediate === index && code[at] < 0x80) {
        at++;
      } else if (immediate === memory && code[at] < 64 && code[at + 1] < 0x80) {
        at += 2;
      } else {
        this.at = at;
        const further = this.skip(immediate);
        if (further < 0) return -1;
        count += further;
        at = this.at;
      }
    }
    return at === end ? count : -1;
  }

  /** Reads an immediate; how many branches it names, or -1. */
  private skip(immediate: number): number {
    switch (immediate) {
      case oneByte:
        return this.bytes(1);
      case fourBytes:
        return this.bytes(4);
      case eightBytes:
        return this.bytes(8);
      case sixteenBytes:
        return this.bytes(16);
      case index:
        return this.indices(1);
      case twoIndices:
        return this.indices(2);
      case integer32:
        return this.integer(5);
      case integer64:
        return this.integer(10);
      case memory:
        return this.memoryArgument();
      case memoryAndLane:
        return this.memoryArgument() < 0 ? -1 : this.bytes(1);
      case blockType: {
        // None or one result; an index of a type would make as many values as that has parameters out of three bytes.
        const type = this.code[this.at++];
        return type >= 0x40 && type < 0x80 ? 0 : -1;
      }
      case valueTypes: {
        const count = this.u32();
        return count < 0 ? -1 : this.bytes(count);
      }
      case branchTable: {
        const count = this.u32();
        if (count < 0 || count > this.end - this.at) return -1;
        return this.indices(count + 1) < 0 ? -1 : count + 1;
      }
      default:
        return -1;
    }
  }

  private bytes(count: number): number {
    this.at += count;
    return this.at <= this.end ? 0 : -1;
  }

  private indices(count: number): number {
    for (; count > 0; count--) if (this.u32() < 0) return -1;
    return 0;
  }

  /** LEB128 of at most that many bytes, with or without a sign. */
  private integer(maxByteLength: number): number {
    for (; maxByteLength > 0 && this.at < this.end; maxByteLength--) if (this.code[this.at++] < 0x80) return 0;
    return -1;
  }

  /** Alignment and offset; bit 6 of the first would name a memory. */
  private memoryArgument(): number {
    const alignment = this.u32();
    return alignment >= 0 && alignment < 64 ? this.indices(1) : -1;
  }
}

/**
 * Holds the contents of a code section against abi/spec.md, "What compilation costs"; says what is wrong. `parameterCounts`
 * are those of the functions in their order. Linear in the bytes; whether the code is valid is the engine's to say.
 */
export function checkCode(code: Uint8Array, parameterCounts: readonly number[]): string | undefined {
  const reader = new CodeReader(code);
  if (reader.u32() !== parameterCounts.length) return 'the code section does not have one body of each function';
  let sum = 0;
  for (let index = 0; index < parameterCounts.length; index++) {
    const damaged = (): string => `the code of function ${index} is damaged, or uses what modules of the contract do not`;
    reader.end = code.length;
    const byteLength = reader.u32(), end = reader.at + byteLength;
    if (byteLength < 0 || end > code.length) return damaged();
    if (byteLength > maxBodyByteLength)
      return `function ${index} has ${byteLength} bytes of code, over ${maxBodyByteLength}`;
    reader.end = end;
    const declared = reader.localCount(), branchCount = declared < 0 ? -1 : reader.branchCount();
    if (branchCount < 0) return damaged();
    reader.at = end;
    const localCount = declared + parameterCounts[index], cost = (localCount + compileCostBase) * (branchCount + 1);
    if (cost > maxBodyCompileCost)
      return `function ${index} has ${localCount} locals and ${branchCount} branches: together more than engines can be asked `
        + 'to compile';
    sum += cost;
  }
  if (sum > maxCompileCost) return 'the functions have more locals and branches than engines can be asked to compile';
  return reader.at < code.length ? 'there is more behind the code of the functions' : undefined;
}
