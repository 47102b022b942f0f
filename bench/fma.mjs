// The speed limit of this machine's 128-bit fused multiply-add as WebAssembly reaches it: what a kernel can be compared with.

const accumulatorCount = 12, unroll = 4; // more chains than latency times ports of any current core; registers stay 16
const lanes = 4, flopsPerLane = 2;

const leb = value => (value < 128 ? [value] : [(value & 0x7f) | 0x80, ...leb(value >> 7)]);
const counted = bytes => [...leb(bytes.length), ...bytes];
const section = (id, bytes) => [id, ...counted(bytes)];

/**
 * (func (export "run") (param $rounds i32) (param $a f32) (param $b f32) (result f32)): every round adds a * b to each of
 * twelve vector accumulators four times; the result is a lane of their sum, so that no engine can leave the work out.
 */
function assemble() {
  const rounds = 0, a = 3, b = 4, first = 5, get = local => [0x20, local], set = local => [0x21, local];
  const splat = [0xfd, 0x13], extractLane = [0xfd, 0x1f, 0], addVectors = [0xfd, 0xe4, 0x01], relaxedMadd = [0xfd, 0x85, 0x02];
  const accumulators = Array.from({ length: accumulatorCount }, (_, i) => first + i);
  const round = accumulators.flatMap(acc => [...get(a), ...get(b), ...get(acc), ...relaxedMadd, ...set(acc)]);
  const body = [
    ...get(1), ...splat, ...set(a), ...get(2), ...splat, ...set(b),
    0x03, 0x40, // loop
    ...Array(unroll).fill(round).flat(),
    ...get(rounds), 0x41, 1, 0x6b, 0x22, rounds, 0x0d, 0, // br_if (local.tee $rounds (i32.sub $rounds 1))
    0x0b,
    ...get(first), ...accumulators.slice(1).flatMap(acc => [...get(acc), ...addVectors]), ...extractLane, 0x0b,
  ];
  return new Uint8Array([
    0, 0x61, 0x73, 0x6d, 1, 0, 0, 0,
    ...section(1, [1, 0x60, 3, 0x7f, 0x7d, 0x7d, 1, 0x7d]),
    ...section(3, [1, 0]),
    ...section(7, [1, 3, 0x72, 0x75, 0x6e, 0, 0]),
    ...section(10, [1, ...counted([1, accumulatorCount + 2, 0x7b, ...body])]),
  ]);
}

const { run } = new WebAssembly.Instance(new WebAssembly.Module(assemble())).exports;
const roundsPerCall = 200_000;

/** GFLOP/s of one thread over one call of about five milliseconds. Call it between other measurements and keep the best. */
export function measureFma() {
  const start = performance.now();
  run(roundsPerCall, 1e-3, 1e-3);
  return (roundsPerCall * accumulatorCount * unroll * lanes * flopsPerLane) / (performance.now() - start) / 1e6;
}
