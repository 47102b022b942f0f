import { isDType, type DType } from './dtype.ts';
import { signatureError, type ErrorCode } from './error.ts';

/** One value of the JSON text, read with its type checked. The path to it is put together only when it must be told. */
export class Field {
  readonly value: unknown;
  private readonly parent: Field | undefined;
  private readonly key: string | number;

  /** `key` is the name of a member or the index of an element of `parent`; the whole text has neither. */
  constructor(value: unknown, parent?: Field, key: string | number = '') {
    this.value = value;
    this.parent = parent;
    this.key = key;
  }

  private get where(): string {
    if (!this.parent) return '';
    const outer = this.parent.where;
    if (typeof this.key === 'number') return `${outer}[${this.key}]`;
    return outer ? `${outer}.${this.key}` : this.key;
  }

  fail(reason: string, code?: ErrorCode): never {
    throw signatureError(this.where || 'signature', reason, code);
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
