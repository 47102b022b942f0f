import { compileCostBase, maxBodyByteLength, maxBodyCompileCost, maxCompileCost } from './abi.ts';
import { ByteReader } from './byteReader.ts';

/**
 * Reads instructions (core specification 5.4, and relaxed-simd and threads), and counts those of which engines make several
 * blocks. It must take the bytes as engines do, or what it counts is not what they compile.
 */
class InstructionReader {
  /** How many branches there were so far. */
  branchCount = 0;
  private readonly reader: ByteReader;

  constructor(reader: ByteReader) {
    this.reader = reader;
  }

  /** Whether there was one. */
  readOne(): boolean {
    const code = this.reader.byte();
    if (code === undefined) return false;
    if (code >= 0x28 && code <= 0x3e) return this.memoryArgument(); // loads and stores
    if (code >= 0x45 && code <= 0xc4) { // numbers
      // Truncations that trap compare with both ends of the range first.
      if ((code >= 0xa8 && code <= 0xab) || (code >= 0xae && code <= 0xb1)) this.branchCount++;
      return true;
    }
    switch (code) {
      case 0x00: // unreachable
      case 0x01: // nop
      case 0x0b: // end
      case 0x0f: // return
      case 0x1a: // drop
      case 0x1b: // select
      case 0xd1: // ref.is_null
        return true;
      case 0x02: // block
      case 0x03: // loop
      case 0x04: // if
        this.branchCount++;
        return this.blockType();
      case 0x05: // else
        this.branchCount++;
        return true;
      case 0x0c: // br
      case 0x0d: // br_if
      case 0x25: // table.get
      case 0x26: // table.set
        this.branchCount++;
        return this.indices(1);
      case 0x0e: // br_table
        return this.branchTable();
      case 0x10: // call
      case 0x20: // local.get
      case 0x21: // local.set
      case 0x22: // local.tee
      case 0x23: // global.get
      case 0x24: // global.set
      case 0xd2: // ref.func
        return this.indices(1);
      case 0x11: // call_indirect
        this.branchCount++;
        return this.indices(2);
      case 0x1c: // select of a type
        return this.reader.counted() !== undefined;
      case 0x3f: // memory.size
      case 0xd0: // ref.null
        return this.reader.skip(1);
      case 0x40: // memory.grow
        this.branchCount++;
        return this.reader.skip(1);
      case 0x41: // i32.const
        return this.integer(5);
      case 0x42: // i64.const
        return this.integer(10);
      case 0x43: // f32.const
        return this.reader.skip(4);
      case 0x44: // f64.const
        return this.reader.skip(8);
      case 0xfc:
        return this.bulk();
      case 0xfd:
        return this.vector();
      case 0xfe:
        return this.atomic();
      default:
        return false;
    }
  }

  private indices(count: number): boolean {
    for (; count > 0; count--) if (this.reader.u32() === undefined) return false;
    return true;
  }

  /** LEB128 of at most that many bytes, with or without a sign. */
  private integer(maxByteLength: number): boolean {
    for (; maxByteLength > 0; maxByteLength--) {
      const next = this.reader.byte();
      if (next === undefined || next < 0x80) return next !== undefined;
    }
    return false;
  }

  /** None or one result; an index of a type would make as many values as that has parameters out of three bytes. */
  private blockType(): boolean {
    const type = this.reader.byte();
    return type !== undefined && type >= 0x40 && type < 0x80;
  }

  private branchTable(): boolean {
    const count = this.reader.u32();
    if (count === undefined || count > this.reader.remaining) return false;
    this.branchCount += count + 1;
    return this.indices(count + 1);
  }

  /** Alignment and offset; bit 6 of the first would name a memory. */
  private memoryArgument(): boolean {
    const alignment = this.reader.u32();
    return alignment !== undefined && alignment < 64 && this.indices(1);
  }

  private bulk(): boolean {
    const code = this.reader.u32();
    if (code === undefined || code > 17) return false;
    if (code < 8) return true; // truncations that saturate
    this.branchCount++;
    return this.indices(code === 8 || code === 10 || code === 12 || code === 14 ? 2 : 1); // init and copy have two
  }

  private vector(): boolean {
    const code = this.reader.u32();
    if (code === undefined || code > 0x113) return false;
    if (code <= 11 || code === 92 || code === 93) return this.memoryArgument(); // loads and stores
    if (code === 12 || code === 13) return this.reader.skip(16); // constants and shuffles
    if (code >= 21 && code <= 34) return this.reader.skip(1); // lanes
    if (code >= 84 && code <= 91) return this.memoryArgument() && this.reader.skip(1); // loads and stores of lanes
    return true;
  }

  private atomic(): boolean {
    const code = this.reader.u32();
    if (code === undefined || code > 0x4e) return false;
    this.branchCount++;
    return code === 3 ? this.reader.skip(1) : this.memoryArgument(); // 3 is a fence
  }
}

/** How many locals a body declares. */
function readLocals(reader: ByteReader): number | undefined {
  const groupCount = reader.u32();
  if (groupCount === undefined || groupCount > reader.remaining) return undefined;
  let localCount = 0;
  for (let group = 0; group < groupCount; group++) {
    const count = reader.u32();
    if (count === undefined || reader.byte() === undefined) return undefined;
    localCount += count;
  }
  return localCount;
}

/**
 * Holds the contents of a code section against abi/spec.md, "What compilation costs"; says what is wrong. `parameterCounts`
 * are those of the functions in their order. Linear in the bytes; whether the code is valid is the engine's to say.
 */
export function checkCode(code: Uint8Array, parameterCounts: readonly number[]): string | undefined {
  const reader = new ByteReader(code);
  if (reader.u32() !== parameterCounts.length) return 'the code section does not have one body of each function';
  let sum = 0;
  for (const [index, parameterCount] of parameterCounts.entries()) {
    const damaged = `the code of function ${index} is damaged, or uses what modules of the contract do not`;
    const body = reader.counted();
    if (!body) return damaged;
    if (body.length > maxBodyByteLength)
      return `function ${index} has ${body.length} bytes of code, over ${maxBodyByteLength}`;
    const inner = new ByteReader(body), declared = readLocals(inner);
    if (declared === undefined) return damaged;
    const instructions = new InstructionReader(inner);
    while (inner.remaining > 0) if (!instructions.readOne()) return damaged;
    const localCount = declared + parameterCount, { branchCount } = instructions;
    const cost = (localCount + compileCostBase) * (branchCount + 1);
    if (cost > maxBodyCompileCost)
      return `function ${index} has ${localCount} locals and ${branchCount} branches: together more than engines can be asked `
        + 'to compile';
    sum += cost;
  }
  if (sum > maxCompileCost) return 'the functions have more locals and branches than engines can be asked to compile';
  return reader.remaining > 0 ? 'there is more behind the code of the functions' : undefined;
}
