import { indexFileName, indexVersion, maxBuildCount, maxIndexByteLength, maxSignatureInteger } from './abi.ts';
import { refusing, toLine, WasmindError } from './error.ts';
import { isFeature, supportedFeatures } from './feature.ts';
import { Field } from './field.ts';
import { describeForeign } from './foreignFile.ts';
import { parseJson } from './jsonRules.ts';
import { sha256 } from './sha256.ts';
import type { Signature } from './signature.ts';
import { decodeUtf8 } from './utf8.ts';

/** A file beside the index, by a plain name. */
export interface IndexedFile {
  readonly file: string;
  readonly byteLength: number;
  /** Of the whole file, 64 lower-case hexadecimal digits. */
  readonly sha256: string;
}

/** A module among several builds of one model. */
export interface Build extends IndexedFile {
  /** What the engine must offer. A name may be one that only later versions know. */
  readonly features: readonly string[];
  /** The module's external weights. */
  readonly weights?: IndexedFile;
}

/** The file `wasmind.json` beside several builds of one model; abi/spec.md describes every field. */
export interface BuildIndex {
  readonly compiler: string;
  readonly source: { readonly format: string; readonly name: string };
  /** The best one first. */
  readonly builds: readonly Build[];
}

const whole = 'index of builds';

function readFile(field: Field): IndexedFile {
  return {
    file: field.get('file').fileName(),
    byteLength: field.get('byteLength').number(maxSignatureInteger),
    sha256: field.get('sha256').sha256(),
  };
}

function readBuild(field: Field): Build {
  const features = field.get('features').elements().map(name => name.text()), weights = field.find('weights');
  return { features, ...readFile(field), ...(weights && { weights: readFile(weights) }) };
}

const isSame = (one: IndexedFile, other: IndexedFile): boolean =>
  one.file === other.file && one.byteLength === other.byteLength && one.sha256 === other.sha256;

/** Modules are files of their own, and files of one name are described alike. */
function readBuilds(field: Field): Build[] {
  const places = field.elements(), known = new Map<string, IndexedFile>();
  if (places.length < 1 || places.length > maxBuildCount) field.fail(`there are ${places.length}, not 1 to ${maxBuildCount}`);
  return places.map(place => {
    const build = readBuild(place), { file, weights } = build;
    if (known.has(file)) place.get('file').fail(`'${file}' is there twice`);
    known.set(file, build);
    if (weights && !isSame(known.get(weights.file) ?? weights, weights))
      place.get('weights').fail(`'${weights.file}' is described in two ways`);
    if (weights) known.set(weights.file, weights);
    return build;
  });
}

/**
 * Reads and checks the text of an index of builds.
 *
 * @throws WasmindError
 *   `InvalidArgument` - not a text;
 *   `InvalidModule` - not JSON, a field is missing or of the wrong type, or a rule of abi/spec.md is broken;
 *   `Unsupported`   - another version of the index.
 */
export function parseBuildIndex(text: string): BuildIndex {
  return refusing('parseBuildIndex', () => {
    if (typeof text !== 'string') throw new WasmindError('InvalidArgument', 'an index of builds is given as a string');
    const root = new Field(parseJson(text, whole, maxIndexByteLength), undefined, '', whole);
    // The version comes first: nothing else can be trusted to mean the same under another one.
    const version = root.get('version').number();
    if (version !== indexVersion)
      root.get('version').fail(
        `${version}, this host reads version ${indexVersion}; compile the model again or update the host`, 'Unsupported');
    const compiler = root.get('compiler').text(), source = root.find('source');
    return {
      compiler,
      source: { format: source?.get('format').text() ?? '', name: source?.get('name').text() ?? '' },
      builds: readBuilds(root.get('builds')),
    };
  });
}

/** As `parseBuildIndex`, of the bytes of the file. */
export function readBuildIndex(bytes: Uint8Array): BuildIndex {
  if (bytes.length > maxIndexByteLength)
    throw new WasmindError('InvalidModule', `${whole}: ${bytes.length} bytes are over ${maxIndexByteLength}`);
  const text = decodeUtf8(bytes), foreign = describeForeign(bytes);
  if (text !== undefined && (foreign === '' || foreign === 'JSON')) return parseBuildIndex(text);
  throw new WasmindError('InvalidModule', `${whole}: not valid JSON${foreign && `; it is ${foreign}`}`);
}

/**
 * The first build of an index whose features the engine at hand has, and why better ones were passed over. `Model.load` does
 * this; it is for who fetches files in a way of their own.
 *
 * @throws WasmindError `Unsupported` when the engine lacks something for each of them.
 */
export function chooseBuild(index: BuildIndex): { build: Build; notes: readonly string[] } {
  return refusing('chooseBuild', () => {
    const supported = supportedFeatures(), lacks: string[] = [], notes: string[] = [];
    for (const build of index.builds) {
      const { file, features } = build;
      const lack = features.find(name => name === 'threads' || !isFeature(name) || !supported.has(name));
      if (lack === undefined) {
        notes.push(toLine(`${file} is loaded, the build for ${features.join(', ') || 'no features'}`));
        return { build, notes };
      }
      const reason = `${lack}, which ${isFeature(lack) && lack !== 'threads' ? 'this engine lacks' : 'this host does not run'}`;
      notes.push(toLine(`${file} is passed over: it needs ${reason}`));
      lacks.push(`${file} needs ${reason}`);
    }
    throw new WasmindError('Unsupported',
      `no build runs here: ${lacks.join('; ')}; compile the model with simd128 among --variants`);
  });
}

/** Throws `InvalidModule` when the bytes of a build's module are not those that the index describes. */
export function checkBuildBytes(build: Build, bytes: Uint8Array): void {
  const foreign = describeForeign(bytes);
  if (bytes.length !== build.byteLength)
    throw new WasmindError('InvalidModule', `${bytes.length} bytes where the index says ${build.byteLength}: `
      + (foreign ? `it is ${foreign}` : 'it was damaged or belongs to another compilation'));
  if (sha256(bytes) !== build.sha256)
    throw new WasmindError('InvalidModule',
      'another SHA-256 than the index says: it was damaged or belongs to another compilation');
}

/** Throws `InvalidModule` when a build and the signature of its module contradict each other. */
export function checkBuild({ features, weights: listed }: Build, signature: Signature): void {
  const { weights } = signature, isExternal = weights.storage === 'external';
  const named = (names: readonly string[]): string => [...new Set(names)].sort().join();
  const differs = named(features) !== named(signature.features) ? 'features'
    : isExternal !== (listed !== undefined) || (isExternal && listed && !isSame(weights, listed)) ? 'weights' : undefined;
  if (differs !== undefined)
    throw new WasmindError('InvalidModule',
      `the signature has other ${differs} than the ${whole} says; compile the model again`);
}

/** The URL of a file in the same folder; relative URLs stay relative to the page. */
export function beside(url: string, file: string): string {
  const path = url.replace(/[?#].*$/s, '');
  return path.slice(0, path.lastIndexOf('/') + 1) + encodeURIComponent(file);
}

/**
 * Of a URL that means an index of builds - a folder's, which ends in a slash, or one of a file *.json -: that of the index. A data:
 * URL has no files beside it, and may end in anything.
 */
export function indexUrlOf(url: string): string | undefined {
  if (/^\s*data:/i.test(url)) return undefined;
  const path = url.replace(/[?#].*$/s, '');
  if (path.endsWith('/')) return beside(path, indexFileName);
  return path.endsWith('.json') ? url : undefined;
}
