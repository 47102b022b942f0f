/*
 * Types of the platform, as far as the program that uses this package declares it: the libraries DOM and WebWorker declare all
 * of them, Node's types have no WebAssembly. Public declarations name these only, so that they hold without either library.
 */

/** Stands for what has no declaration: it can be handed on, not made. */
type Unnamed<Name extends string> = { readonly [name in Name]: never };

/** `WebAssembly.Module` */
export type WasmModule = typeof globalThis extends { WebAssembly: { Module: { prototype: infer T } } } ? T : Unnamed<'WebAssembly.Module'>;
/** `WebAssembly.Exports` */
export type WasmExports = typeof globalThis extends { WebAssembly: { Instance: { prototype: { exports: infer T } } } } ? T : Unnamed<'WebAssembly.Exports'>;
/** `URL` */
export type Address = typeof globalThis extends { URL: { prototype: infer T } } ? T : never;
/** `Response` of fetch */
export type Fetched = typeof globalThis extends { Response: { prototype: infer T } } ? T : never;
