import { WasmindError } from './error.ts';

/** What a member of an options object may be; other members are mistakes in a name. */
type Kind = 'bytes' | 'boolean' | 'text' | 'any';

const fits: Readonly<Record<Kind, (value: unknown) => boolean>> = {
  bytes: value => Number.isSafeInteger(value) && (value as number) >= 0,
  boolean: value => typeof value === 'boolean',
  text: value => typeof value === 'string',
  any: () => true,
};
const wanted: Readonly<Record<Kind, string>> = {
  bytes: 'a number of bytes: a natural number', boolean: 'true or false', text: 'a string', any: '',
};

/** A value in a message, whatever it is. */
export function show(value: unknown): string {
  if (typeof value === 'string') return `'${value}'`;
  if (typeof value === 'object' && value !== null) return Array.isArray(value) ? 'an array' : 'an object';
  return typeof value === 'function' ? 'a function' : String(value);
}

/**
 * Holds an options object against its members. A limit under a name that is not known would be none.
 *
 * @throws WasmindError `InvalidArgument`.
 */
export function checkOptions(options: unknown, members: Readonly<Record<string, Kind>>): void {
  if (typeof options !== 'object' || options === null)
    throw new WasmindError('InvalidArgument', `options: ${show(options)} is no object`);
  for (const [name, value] of Object.entries(options)) {
    if (!Object.hasOwn(members, name))
      throw new WasmindError('InvalidArgument', `no option '${name}'; there are ${Object.keys(members).join(', ')}`);
    const kind = members[name];
    if (value !== undefined && !fits[kind](value))
      throw new WasmindError('InvalidArgument', `option ${name}: ${show(value)} is not ${wanted[kind]}`);
  }
}
