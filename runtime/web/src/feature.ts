import { features, type Feature } from './abi.ts';

export type { Feature };

/** Smallest modules that are valid only where the feature exists. */
const probes: Readonly<Record<Feature, readonly number[]>> = {
  // (func (result v128) (i32.const 0) (i8x16.splat))
  'simd128': [0, 0x61, 0x73, 0x6d, 1, 0, 0, 0, 1, 5, 1, 0x60, 0, 1, 0x7b, 3, 2, 1, 0, 10, 8, 1, 6, 0, 0x41, 0, 0xfd, 0x0f, 0x0b],
  // (func (param v128) (result v128) local.get 0 three times, f32x4.relaxed_madd)
  'relaxed-simd': [0, 0x61, 0x73, 0x6d, 1, 0, 0, 0, 1, 6, 1, 0x60, 1, 0x7b, 1, 0x7b, 3, 2, 1, 0,
    10, 13, 1, 11, 0, 0x20, 0, 0x20, 0, 0x20, 0, 0xfd, 0x85, 0x02, 0x0b],
  // (memory 1 1 shared)
  'threads': [0, 0x61, 0x73, 0x6d, 1, 0, 0, 0, 5, 4, 1, 3, 1, 1],
};

export function isFeature(name: string): name is Feature {
  return Object.hasOwn(probes, name);
}

/** The features that the engine at hand offers, to choose among several builds of one model before loading any. */
export function supportedFeatures(): ReadonlySet<Feature> {
  return new Set(features.filter(name => WebAssembly.validate(new Uint8Array(probes[name]))));
}
