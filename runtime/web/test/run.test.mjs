// The command line: bin/run.mjs and the file formats it reads and writes.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { linkSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { readNpy, readNpz, writeNpz } from '../bin/npz.mjs';
import { randomInputs } from '../bin/random.mjs';
import { compareTensors } from '../bin/verify.mjs';
import { Tensor, WasmindError } from '../dist/index.js';
import { assemble, doubling, op, signatureOf, tensorSpec } from './assemble.mjs';

// Written by numpy: savez_compressed of a f4[2,3], b i8[], c bool[2], d i2[2,3] in Fortran order, e f2[0,4]; and types we refuse.
const compressed = Buffer.from(
  'UEsDBC0AAAAIAAAAIQBP6QAq//////////8FABQAYS5ucHkBABAAmAAAAAAAAABVAAAAAAAAAJvsF+obEMnIUMZQrZ6SWpxcpG6loG6TZqKuo6'
  + 'Cell9UUpSYF59flJIKEndLzClOBYoXZyQWpAL5GkY6CsaaOgq1CmQDLgYwaLAHEg5ABMQNQLzAAQBQSwMELQAAAAgAAAAhALW/Gab/////////'
  + '/wUAFABiLm5weQEAEACIAAAAAAAAAEYAAAAAAAAAm+wX6hsQychQxlCtnpJanFykbqWgbpNpoa6joJ6WX1RSlJgXn1+UkgoSd0vMKU4FihdnJB'
  + 'akAvkamjoKtQoUAa7f/yEAAFBLAwQtAAAACAAAACEA7hm7Xf//////////BQAUAGMubnB5AQAQAIIAAAAAAAAARgAAAAAAAACb7BfqGxDJyFDG'
  + 'UK2eklqcXKRupaBek2SorqOgnpZfVFKUmBefX5SSChJ3S8wpTgWKF2ckFqQC+RpGOpo6CrUKFAAuRgYAUEsDBC0AAAAIAAAAIQBoxhgP//////'
  + '////8FABQAZC5ucHkBABAAjAAAAAAAAABRAAAAAAAAAJvsF+obEMnIUMZQrZ6SWpxcpG6loG6TaaSuo6Cell9UUpSYF59flJIKEg8pKk0FChdn'
  + 'JBakArkaRjoKxpo6CrUK5AMuBgZmBkYGFgYmBlYGAFBLAwQtAAAACAAAACEAF24axv//////////BQAUAGUubnB5AQAQAIAAAAAAAAAARgAAAA'
  + 'AAAACb7BfqGxDJyFDGUK2eklqcXKRupaBuk2akrqOgnpZfVFKUmBefX5SSChJ3S8wpTgWKF2ckFqQC+RoGOgommjoKtQpkAy4AUEsBAi0DLQAA'
  + 'AAgAAAAhAE/pACpVAAAAmAAAAAUAAAAAAAAAAAAAAIABAAAAAGEubnB5UEsBAi0DLQAAAAgAAAAhALW/GaZGAAAAiAAAAAUAAAAAAAAAAAAAAI'
  + 'ABjAAAAGIubnB5UEsBAi0DLQAAAAgAAAAhAO4Zu11GAAAAggAAAAUAAAAAAAAAAAAAAIABCQEAAGMubnB5UEsBAi0DLQAAAAgAAAAhAGjGGA9R'
  + 'AAAAjAAAAAUAAAAAAAAAAAAAAIABhgEAAGQubnB5UEsBAi0DLQAAAAgAAAAhABduGsZGAAAAgAAAAAUAAAAAAAAAAAAAAIABDgIAAGUubnB5UE'
  + 'sFBgAAAAAFAAUA/wAAAIsCAAAAAA==',
  'base64');
const strings = Buffer.from(
  'UEsDBC0AAAAAAAAAIQA/vDkb//////////8FABQAcy5ucHkBABAAhAAAAAAAAACEAAAAAAAAAJNOVU1QWQEAdgB7J2Rlc2NyJzogJzxVMScsIC'
  + 'dmb3J0cmFuX29yZGVyJzogRmFsc2UsICdzaGFwZSc6ICgxLCksIH0gICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAg'
  + 'ICAgICAgICAgICAgICAgICAKeAAAAFBLAQItAy0AAAAAAAAAIQA/vDkbhAAAAIQAAAAFAAAAAAAAAAAAAACAAQAAAABzLm5weVBLBQYAAAAAAQ'
  + 'ABADMAAAC7AAAAAAA=',
  'base64');
const bigEndian = Buffer.from(
  'UEsDBC0AAAAAAAAAIQBN18NB//////////8FABQAby5ucHkBABAAhAAAAAAAAACEAAAAAAAAAJNOVU1QWQEAdgB7J2Rlc2NyJzogJz5mNCcsIC'
  + 'dmb3J0cmFuX29yZGVyJzogRmFsc2UsICdzaGFwZSc6ICgxLCksIH0gICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAg'
  + 'ICAgICAgICAgICAgICAgICAKP4AAAFBLAQItAy0AAAAAAAAAIQBN18NBhAAAAIQAAAAFAAAAAAAAAAAAAACAAQAAAABvLm5weVBLBQYAAAAAAQ'
  + 'ABADMAAAC7AAAAAAA=',
  'base64');

const folder = mkdtempSync(join(tmpdir(), 'wasmind-run-'));
after(() => rmSync(folder, { recursive: true }));
const path = name => join(folder, name);
const save = (name, bytes) => {
  writeFileSync(path(name), bytes);
  return path(name);
};
const command = fileURLToPath(new URL('../bin/run.mjs', import.meta.url));
const run = (...args) => spawnSync(process.execPath, [command, ...args], { encoding: 'utf8' });
const expectError = (result, status, pattern) => {
  assert.equal(result.status, status, result.stderr);
  assert.match(result.stderr, /^wasmind: error: /);
  assert.match(result.stderr.split('\n')[0], pattern);
  assert.equal(result.stderr.split('\n').length, 2, `one line: ${result.stderr}`);
  assert.equal(result.stdout, '');
};

const copyOf = (file, name) => save(name, readFileSync(file));

const model = save('double.wasm', doubling());
const f32 = (...values) => Tensor.from(new Float32Array(values));
const caseFile = path('case.npz');
writeNpz(caseFile, { 'in:x': f32(1, 2, 3), 'out:y': f32(2, 4, 6) });

test('runs on a case, writes outputs, reports as JSON', () => {
  const out = path('out.npz'), result = run(model, '--inputs', caseFile, '--outputs', out, '--repeat', '5', '--json');
  assert.equal(result.status, 0, result.stderr);
  const report = JSON.parse(result.stdout);
  assert.deepEqual(Object.keys(report), ['loadMs', 'firstMs', 'medianMs', 'minMs', 'p95Ms', 'memoryBytes', 'codeBytes', 'weightBytes']);
  assert.equal(report.memoryBytes, 131072);
  assert.equal(report.weightBytes, 1024);
  assert.ok(report.codeBytes > 30 && report.codeBytes < 200);
  assert.ok(report.minMs <= report.medianMs && report.medianMs <= report.p95Ms);
  assert.deepEqual(readNpz(out), new Map([['y', f32(2, 4, 6)]]));
  assert.deepEqual(readdirSync(folder).filter(name => name.startsWith('out.npz')), ['out.npz']);
});

test('takes single arrays by name or index, and random inputs', () => {
  const npz = readFileSync(caseFile), start = npz.indexOf('\x93NUMPY', 0, 'latin1');
  const file = save('x.npy', npz.subarray(start, start + 128 + 12));
  for (const label of ['x', '0']) assert.match(run(model, '--input', `${label}=${file}`).stdout, /^y: f32 \[3\]$/m);
  expectError(run(model, '--input', `x=${file}`, '--input', `0=${file}`), 2, /input 'x' is given twice/);
  assert.match(run(model, '--random').stdout, /^y: f32 \[8\]/m);
  assert.equal(run(model, '--random', '--seed', '7', '--outputs', path('r.npz')).status, 0);
  const spec = signatureOf({ inputs: [tensorSpec('x', 'f32', [8], 65600)] }), { x } = randomInputs(spec, spec.functions[0], 7);
  assert.deepEqual([...readNpz(path('r.npz')).get('y').data], [...x.data.map(value => value + value)]);
});

test('verifies against a case: 0 when equal, 3 when not', () => {
  assert.equal(run(model, '--verify', caseFile).status, 0);
  writeNpz(path('wrong.npz'), { 'in:x': f32(1, 2), 'out:y': f32(2, 4.1) });
  const result = run(model, '--verify', path('wrong.npz'));
  assert.equal(result.status, 3);
  assert.match(result.stdout, /^y: largest difference 0\.100 of 4\.10, relative 0\.0244: over the tolerance$/m);
  assert.equal(run(model, '--verify', path('wrong.npz'), '--tolerance', '0.05').status, 0);
  const [check] = JSON.parse(run(model, '--verify', path('wrong.npz'), '--json').stdout).verify;
  assert.equal(check.output, 'y');
  assert.equal(check.ok, false);
});

test('external weights are read from beside the module', () => {
  const weights = Buffer.from('0123'), sha256 = createHash('sha256').update(weights).digest('hex');
  const signature = signatureOf({ weights: { storage: 'external', file: 'w.bin', sha256, offset: 70000, byteLength: 4 } });
  const file = save('external.wasm', assemble({ run: op.i32(0) }, { signature }));
  expectError(run(file), 1, /w\.bin: no such file/);
  save('w.bin', weights);
  assert.equal(run(file).status, 0);
  save('w.bin', '0124');
  expectError(run(file), 1, /external\.wasm: weights 'w\.bin': not the file/);
});

test('wrong input is 1, wrong usage is 2', () => {
  expectError(run(path('none.wasm')), 1, /none\.wasm: no such file/);
  expectError(run(caseFile), 1, /case\.npz: not a WebAssembly module/);
  expectError(run(model, '--inputs', path('none.npz')), 1, /none\.npz: no such file/);
  expectError(run(model, '--inputs', model), 1, /double\.wasm: not a \.npz file/);
  writeNpz(path('other.npz'), { z: f32(1) });
  expectError(run(model, '--inputs', path('other.npz')), 1, /array 'z' is no input or output of the model/);
  writeNpz(path('twice.npz'), { x: f32(1), 'in:x': f32(2) });
  expectError(run(model, '--inputs', path('twice.npz')), 1, /arrays 'x' and 'in:x' are of one tensor; leave one of them out/);
  writeNpz(path('half.npz'), { 'out:y': f32(1) });
  expectError(run(model, '--inputs', path('half.npz')), 1, /no array 'in:x' for input 'x'/);
  writeNpz(path('half.npz'), { x: f32(1) });
  expectError(run(model, '--verify', path('half.npz')), 1, /no array 'out:y' for output 'y'/);
  expectError(run(model, '--input', 'q=x.npy'), 1, /no input 'q'/);
  writeNpz(path('long.npz'), { x: f32(...Array(9).fill(0)) });
  expectError(run(model, '--inputs', path('long.npz')), 1, /double\.wasm: input 'x': axis 0 is 9, outside 1\.\.8/);
  expectError(run(model, '--random', '--outputs', path('no/such/out.npz')), 1, /out\.npz/);
  expectError(run(model, '--random', '--entry', 'main'), 1, /no entry 'main'/);

  expectError(run(), 2, /no model given/);
  expectError(run(model), 2, /give --inputs, --input or --random/);
  expectError(run(model, model), 2, /one model at a time/);
  expectError(run(model, '--frobnicate'), 2, /--frobnicate/);
  expectError(run(model, '--random', '--inputs', caseFile), 2, /exclude each other/);
  expectError(run(model, '--random', '--repeat', 'often'), 2, /--repeat/);
  expectError(run(model, '--random', '--seed', 'x'), 2, /--seed: 'x'/);
  expectError(run(model, '--verify', caseFile, '--tolerance', 'low'), 2, /--tolerance: 'low'/);
  expectError(run(model, '--input', 'x.npy'), 2, /is not NAME_OR_INDEX=X\.npy/);
  assert.match(run('--help').stdout, /^usage: /);
});

test('no input is written over', () => {
  const own = copyOf(caseFile, 'own.npz'), before = readFileSync(own);
  linkSync(own, path('hard.npz'));
  symlinkSync('own.npz', path('symbolic.npz'));
  symlinkSync('.', path('here'));
  for (const name of ['own.npz', './own.npz', 'here/own.npz', 'hard.npz', 'symbolic.npz'])
    for (const given of [['--inputs', own], ['--verify', own]])
      expectError(run(model, ...given, '--outputs', join(folder, name)), 2, /which it would overwrite; name another output/);
  expectError(run(model, '--random', '--outputs', model), 2, /double\.wasm: is an input/);
  expectError(run(model, '--random', '--outputs', folder), 2, /it is a folder; name a file/);
  expectError(run(model, '--random', '--outputs', '/dev/null'), 2, /it is no regular file; name a file/);
  assert.deepEqual(readFileSync(own), before);
  assert.equal(run(model, '--inputs', own, '--outputs', path('here/new.npz')).status, 0);
});

test('reads what numpy writes', () => {
  const arrays = readNpz(save('numpy.npz', compressed));
  assert.deepEqual(arrays.get('a'), new Tensor('f32', new Float32Array([0, 1, 2, 3, 4, 5]), [2, 3]));
  assert.deepEqual(arrays.get('b'), new Tensor('i64', new BigInt64Array([-5n]), []));
  assert.deepEqual(arrays.get('c'), new Tensor('bool', new Uint8Array([1, 0]), [2]));
  assert.deepEqual(arrays.get('d'), new Tensor('i16', new Int16Array([0, 1, 2, 3, 4, 5]), [2, 3]));
  assert.deepEqual(arrays.get('e'), new Tensor('f16', new Uint16Array(0), [0, 4]));
  assert.throws(() => readNpz(save('strings.npz', strings)), /'s': numpy type '<U1' is not supported/);
  assert.throws(() => readNpz(save('big.npz', bigEndian)), /'o': numpy type '>f4' is not supported/);
});

test('an .npz file comes back as it was written', () => {
  const tensors = { scalar: new Tensor('f64', new Float64Array([1]), []), half: new Tensor('bf16', new Uint16Array([1, 2]), [2, 1]), 'größe/1': f32(1, 2) };
  writeNpz(path('round.npz'), tensors);
  assert.deepEqual(Object.fromEntries(readNpz(path('round.npz'))), tensors);
});

test('no damaged .npz file does more than be refused', () => {
  let state = 99;
  const next = n => (state = (Math.imul(state, 1664525) + 1013904223) >>> 0) % n;
  const originals = [compressed, readFileSync(caseFile)];
  for (let i = 0; i < 1000; i++) {
    const bytes = Buffer.from(originals[i % 2]);
    for (let n = next(4); n >= 0; n--) bytes[next(bytes.length)] = [0, 1, 0x7f, 0x80, 0xff, next(256)][next(6)];
    const file = save('damaged.npz', next(5) ? bytes : bytes.subarray(0, next(bytes.length)));
    for (const read of [readNpz, readNpy])
      try {
        read(file);
      } catch (error) {
        assert.ok(error instanceof WasmindError, `${error.stack}`);
      }
  }
});

test('comparison follows the tolerance, NaN and infinities', () => {
  const close = (a, e, allowed = 1e-3) => compareTensors(f32(...a), f32(...e), allowed).ok;
  assert.ok(close([1000, 1], [1000.5, 1.4]));
  assert.ok(!close([1000, 1], [1002, 1]));
  assert.ok(close([NaN, Infinity, 1], [NaN, Infinity, 1]));
  assert.ok(!close([NaN], [1]) && !close([1], [NaN]) && !close([-Infinity], [Infinity]));
  assert.ok(!close([0.1], [0]) && close([0], [0]) && close([], []));
  assert.match(compareTensors(f32(1), new Tensor('f32', new Float32Array(1), [1, 1]), 1).reason, /shape \[1\] instead of \[1, 1\]/);
  const i64 = (...values) => Tensor.from(new BigInt64Array(values));
  assert.ok(compareTensors(i64(2n ** 60n), i64(2n ** 60n), 0).ok);
  assert.match(compareTensors(i64(2n ** 60n), i64(2n ** 60n + 1n), 1).reason, /element 0/);
  const f16 = bits => new Tensor('f16', new Uint16Array(bits), [bits.length]);
  assert.ok(compareTensors(f16([0x3c00, 0x7e00]), f16([0x3c00, 0x7e01]), 0).ok);
  assert.equal(compareTensors(f16([0x3c01]), f16([0x3c00]), 1).maxDifference, 2 ** -10);
});

test('random inputs are those of every host', () => {
  const inputs = ['f32', 'f16', 'bf16', 'i32', 'i64', 'bool'].map((dtype, i) => tensorSpec(dtype, dtype, [4], 65600 + 64 * i));
  const signature = signatureOf({ inputs }), drawn = randomInputs(signature, signature.functions[0], 1);
  assert.deepEqual(Object.fromEntries(Object.entries(drawn).map(([name, { data }]) => [name, [...data].map(Number)])), {
    f32: [-0.26424896717071533, -0.8367738723754883, 0.6410714387893677, 0.40243375301361084],
    f16: [47513, 11273, 11406, 14557],
    bf16: [16196, 16012, 15936, 16029],
    i32: [0, 1, 1, 0],
    i64: [0, 0, 1, 1],
    bool: [0, 1, 1, 0],
  });
});

test('archives are bounded before they are inflated', () => {
  const file = path('bomb.npz');
  /** An archive with the central directory changed: [offset in a member's entry, value] of every member. */
  const forged = (names, changes) => {
    writeNpz(file, Object.fromEntries(names.map((_, i) => [`m${i}`, f32(1, 2)])));
    const bytes = readFileSync(file);
    let at = bytes.readUInt32LE(bytes.length - 6);
    names.forEach(name => {
      bytes.write(name, at + 46, 'latin1');
      for (const [offset, value] of changes) bytes.writeUInt32LE(value, at + offset);
      at += 46 + bytes.readUInt16LE(at + 28);
    });
    writeFileSync(file, bytes);
    return () => readNpz(file);
  };
  assert.throws(forged(['ab.npy', 'ab.npy'], []), /'ab\.npy' is there twice/);
  assert.throws(forged(['ab.npy'], [[24, 2 ** 31]]), /136 bytes cannot hold the 2147483648/);
  assert.throws(forged(['ab.npy', 'cd.npy', 'ef.npy'], [[20, 0xfffffff0], [24, 0xfffffff0]]), /past the end|over 4 GiB/);
  // Names are names, whatever they look like.
  assert.deepEqual([...forged(['../../'], [])().keys()], ['../../']);
});
