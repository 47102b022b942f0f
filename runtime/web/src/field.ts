import { isDType, type DType } from './dtype.ts';
import { WasmindError, type ErrorCode } from './error.ts';
import { utf8ByteLength } from './utf8.ts';

/** A name, never a path: the file is looked for in the folder of what names it and nowhere else. */
export function isPlainFileName(file: string): boolean {
  return file !== '' && utf8ByteLength(file) <= 255 && file !== '.' && file !== '..' && !/[/\\:\u0000-\u001f\u007f]/.test(file);
}

export const isSha256 = (text: string): boolean => /^[0-9a-f]{64}$/.test(text);

/** One value of the JSON text, read with its type checked. The path to it is put together only when it must be told. */
export class Field {
  readonly value: unknown;
  private readonly parent: Field | undefined;
  private readonly key: string | number;
  private readonly whole: string;

  /**
   * `key` is the name of a member or the index of an element of `parent`; the whole text has neither, and is called `whole` in
   * errors.
   */
  constructor(value: unknown, parent?: Field, key: string | number = '', whole = parent?.whole ?? 'signature') {
    this.value = value;
    this.parent = parent;
    this.key = key;
    this.whole = whole;
  }

  private get where(): string {
    if (!this.parent) return '';
    const outer = this.parent.where;
    if (typeof this.key === 'number') return `${outer}[${this.key}]`;
    return outer ? `${outer}.${this.key}` : this.key;
  }

  fail(reason: string, code: ErrorCode = 'InvalidModule'): never {
    const { where } = this;
    throw new WasmindError(code, `${this.whole}: ${where ? `${where}: ` : ''}${reason}`);
  }

  private object(): Record<string, unknown> {
    if (typeof this.value !== 'object' || this.value === null || Array.isArray(this.value)) this.fail('not an object');
    return this.value as Record<string, unknown>;
  }

  /** The member `key`, or undefined when it is missing. */
  find(key: string): Field | undefined {
    const object = this.object();
    return Object.hasOwn(object, key) ? new Field(object[key], this, key) : undefined;
  }

  get(key: string): Field {
    return this.find(key) ?? new Field(undefined, this, key).fail('missing');
  }

  members(): [key: string, member: Field][] {
    return Object.keys(this.object()).map(key => [key, this.get(key)]);
  }

  elements(): Field[] {
    if (!Array.isArray(this.value)) this.fail('not an array');
    return this.value.map((value, i) => new Field(value, this, i));
  }

  text(): string {
    if (typeof this.value !== 'string') this.fail('not a string');
    if (this.value.includes('\0')) this.fail('contains a zero byte');
    return this.value;
  }

  fileName(): string {
    const name = this.text();
    return isPlainFileName(name) ? name : this.fail('not a plain file name');
  }

  sha256(): string {
    const digits = this.text();
    return isSha256(digits) ? digits : this.fail('not 64 lower-case hexadecimal digits');
  }

  boolean(): boolean {
    if (typeof this.value !== 'boolean') this.fail('not true or false');
    return this.value;
  }

  dtype(): DType {
    const name = this.text();
    return isDType(name) ? name : this.fail(`unknown element type '${name}'`, 'Unsupported');
  }

  number(max = 0xffffffff): number {
    const { value } = this;
    if (typeof value !== 'number' || !Number.isInteger(value) || value < 0) this.fail('not a non-negative integer');
    if (value > max) this.fail(`${BigInt(value)} is over ${max}`);
    return value + 0; // -0 is the integer 0
  }

  /** A number of 0 to 1. */
  share(): number {
    if (typeof this.value !== 'number' || !(this.value >= 0 && this.value <= 1)) this.fail('not a number of 0 to 1');
    return this.value;
  }

  region(): { offset: number; byteLength: number } {
    return { offset: this.get('offset').number(), byteLength: this.get('byteLength').number() };
  }
}
