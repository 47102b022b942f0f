import { decodeUtf8 } from './utf8.ts';

/** A position in bytes that are not trusted. Every read gives undefined when the bytes end before it does. */
export class ByteReader {
  private readonly bytes: Uint8Array;
  private at = 0;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
  }

  /** How many bytes are left. */
  get remaining(): number {
    return this.bytes.length - this.at;
  }

  byte(): number | undefined {
    return this.at < this.bytes.length ? this.bytes[this.at++] : undefined;
  }

  /** Whether there were so many bytes. */
  skip(count: number): boolean {
    if (count > this.remaining) return false;
    this.at += count;
    return true;
  }

  /** Unsigned LEB128 of at most 32 bits (core specification 5.2.2). */
  u32(): number | undefined {
    for (let value = 0, unit = 1; unit < 2 ** 35 && this.at < this.bytes.length; unit *= 0x80) {
      const byte = this.bytes[this.at++]!;
      value += (byte & 0x7f) * unit;
      if (byte < 0x80) return value < 2 ** 32 ? value : undefined;
    }
    return undefined;
  }

  /** A view of the bytes behind their count. */
  counted(): Uint8Array | undefined {
    const count = this.u32();
    if (count === undefined || count > this.remaining) return undefined;
    this.at += count;
    return this.bytes.subarray(this.at - count, this.at);
  }

  /** A text behind the count of its bytes; undefined also when it is not well-formed. */
  name(): string | undefined {
    const text = this.counted();
    return text && decodeUtf8(text);
  }

  /** A view of all bytes that are left. */
  rest(): Uint8Array {
    return this.bytes.subarray(this.at);
  }
}
