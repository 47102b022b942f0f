// Inputs that come one after the other: arrays whose leading axis is time. The same rules as tools/Stream.h.
import { Tensor, WasmindError } from '../dist/index.js';

/**
 * What the inputs are in each run: an array with one axis more than its input has an element per run, any other is the
 * same in all of them.
 *
 * @returns a list of inputs by name.
 * @throws WasmindError `InvalidArgument` when none has the additional axis, when their lengths differ, or when there is
 *   no run.
 */
export function inputsPerRun(spec, inputs) {
  const streamed = spec.inputs.filter(({ name, shape }) => inputs[name]?.dims.length === shape.length + 1);
  const refuse = text => { throw new WasmindError('InvalidArgument', `--stream: ${text}`); };
  const [first] = streamed;
  if (!first) refuse('no array has one axis more than its input; the leading one counts the runs');
  const count = inputs[first.name].dims[0];
  for (const { name } of streamed)
    if (inputs[name].dims[0] !== count)
      refuse(`input '${first.name}' has ${count} runs and '${name}' has ${inputs[name].dims[0]}`);
  if (count === 0) refuse(`input '${first.name}' has no runs, its leading axis is 0`);
  const element = ({ dtype, data, dims }, run) => {
    const length = data.length / count;
    return new Tensor(dtype, data.subarray(run * length, (run + 1) * length), dims.slice(1));
  };
  return Array.from({ length: count }, (_, run) =>
    ({ ...inputs, ...Object.fromEntries(streamed.map(({ name }) => [name, element(inputs[name], run)])) }));
}

/** The leading `extent` elements along an axis. */
function leading({ dtype, data, dims }, axis, extent) {
  const rows = dims.slice(0, axis).reduce((a, b) => a * b, 1), inner = dims.slice(axis + 1).reduce((a, b) => a * b, 1);
  const cut = new data.constructor(rows * extent * inner);
  for (let row = 0; row < rows; row++)
    cut.set(data.subarray(row * dims[axis] * inner, (row * dims[axis] + extent) * inner), row * extent * inner);
  return new Tensor(dtype, cut, dims.with(axis, extent));
}

/**
 * Shortens inputs whose extents follow from state, such as a mask over what a cache holds, to the leading elements that
 * the instance's next run takes of them: along each axis whose dim is kept, or the sum of dims that are known.
 */
export function cutToState(instance, spec, inputs) {
  const dims = new Map(instance.signature.dims.map(dim => [dim.name, dim])), values = new Map();
  for (const { name, initial } of dims.values()) if (initial !== undefined) values.set(name, instance.extent(name));
  const axes = spec.inputs.flatMap(({ name, shape }) => shape.map((extent, axis) => ({ name, extent, axis })))
    .filter(({ name, extent, axis }) => typeof extent === 'string' && axis < (inputs[name]?.dims.length ?? 0));
  for (const { name, extent, axis } of axes)
    if (!values.has(extent) && !dims.get(extent).equals) values.set(extent, inputs[name].dims[axis]);
  const result = { ...inputs };
  for (const { name, extent, axis } of axes) {
    const { initial, equals } = dims.get(extent);
    const wanted = equals ? equals.terms.reduce((sum, { dim, times }) => sum + times * (values.get(dim) ?? NaN), equals.plus)
      : initial !== undefined ? values.get(extent) : NaN;
    if (wanted < result[name].dims[axis]) result[name] = leading(result[name], axis, wanted);
  }
  return result;
}

/**
 * The outputs of run after run as tensors with a leading axis.
 *
 * @throws WasmindError `InvalidArgument` when an output has another shape than in the runs before.
 */
export function stackOutputs(runs) {
  return Object.fromEntries(Object.keys(runs[0]).map(name => {
    const { dtype, dims, data } = runs[0][name], stacked = new data.constructor(runs.length * data.length);
    runs.forEach((outputs, run) => {
      const next = outputs[name];
      if (next.dims.join() !== dims.join())
        throw new WasmindError('InvalidArgument', `--stream: output '${name}' is [${next.dims.join(', ')}] in run ${run} `
          + 'and had another shape before; it cannot be stacked');
      stacked.set(next.data, run * data.length);
    });
    return [name, new Tensor(dtype, stacked, [runs.length, ...dims])];
  }));
}
