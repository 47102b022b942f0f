export {
  chooseBuild, parseBuildIndex, type Build, type BuildIndex, type IndexedFile,
} from './builds.ts';
export { arrayName, byteWidth, dtypeOf, type DType, type TypedArray } from './dtype.ts';
export { WasmindError, type ErrorCode } from './error.ts';
export type { TensorLike } from './extents.ts';
export { supportedFeatures, type Feature } from './feature.ts';
export { GuestTensor } from './guestTensor.ts';
export { Instance, type Inputs, type Outputs, type RunOptions } from './instance.ts';
export type { Attribute, Library, Operator, Variant } from './library.ts';
export type { Source } from './loading.ts';
export { Model, type LoadOptions, type ModuleOptions } from './model.ts';
export type { NamedArguments, NumberLike, Operand, Output } from './operatorCall.ts';
export { OperatorLibrary, type CallArguments, type GuestArguments, type LibraryOptions } from './operatorLibrary.ts';
export type { PreparedCall } from './preparedCall.ts';
export { readSections, SectionId, type Section } from './section.ts';
export {
  parseSignature, readSignature,
  type Dim, type FunctionSpec, type Kernel, type MemoryMap, type Region, type Signature, type StateSpec, type TensorSpec,
  type Weights,
} from './signature.ts';
export { Tensor } from './tensor.ts';
