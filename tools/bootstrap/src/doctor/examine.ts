import fs from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { PORTS, isPortFree, type PortName } from '../cluster/ports.ts';
import { isSameProcess } from '../cluster/process-identity.ts';
import { readClusterState, type ClusterState } from '../cluster/state.ts';
import { BootstrapError } from '../errors.ts';
import { cacheDirectory, repoRoot, stateDirectory } from '../paths.ts';
import { freeBytes } from '../setup/disk.ts';
import { resolveLibtensorflow } from '../setup/libtensorflow.ts';
import { CUDA_PLATFORM } from '../setup/cuda-pins.ts';
import { gpuInfo, type GpuInfo, type GpuReport } from '../setup/nvidia.ts';
import { findPip, pipHint } from '../setup/pip.ts';
import { platformKey } from '../setup/pins.ts';
import { runCommand } from '../setup/run-command.ts';
import { resolveS3 } from '../setup/s3.ts';
import { resolveTemporal, type ResolveOptions } from '../setup/temporal.ts';
import type { Part } from '../setup/toolchain.ts';
import { cpuInfo, engineReport, type CpuInfo, type EngineReport } from './devices.ts';
import { judgeGpus, judgeSmoke } from './judge-gpus.ts';

export interface Problem {
  /** error: a run cannot work; warning: it works, but worse, or something will be fetched first */
  level: 'error' | 'warning';
  what: string;
  fix: string;
}

export interface PortReport {
  port: number;
  state: 'free' | 'ours' | 'in use';
  variable: string;
}

/** Everything `ovis doctor` knows; printed as it is with --json. */
export interface Diagnosis {
  ok: boolean;
  versions: { ovis: string; revision?: string; node: string; npm?: string; os: string; pip?: string };
  parts: { temporal?: Part; libtensorflow?: Part; s3?: Part };
  devices: { cpu: CpuInfo; gpus: GpuInfo[]; engine: EngineReport; cudaBuild: boolean };
  ports: Record<PortName, PortReport>;
  memory: { total: number; free: number };
  disk: { cacheDir: string; cacheFree: number; stateDir: string; stateFree: number };
  cluster?: {
    supervisor: number;
    running: boolean;
    startedAt: string;
    processes: { name: string; pid: number; running: boolean }[];
  };
  problems: Problem[];
}

/** Below these, a run is likely to fail. */
const LOW_MEMORY = 3e9;
const LOW_DISK = 2e9;

/** Looks at everything and changes nothing: nothing is fetched or started, except the engine in a process of its own. */
export async function examine(env: NodeJS.ProcessEnv = process.env): Promise<Diagnosis> {
  const problems: Problem[] = [];
  const [cacheDir, stateDir] = [cacheDirectory(env), stateDirectory(env)];
  const task: ResolveOptions['task'] = { update() {}, progress() {}, result() {}, warn: warnInto(problems) };
  const options: ResolveOptions = { cacheDir, env, task, fetch: false };
  const [temporal, libtensorflow, s3, versions, gpu] = await Promise.all([
    part(problems, 'Temporal server', () => resolveTemporal(options)),
    part(problems, 'libtensorflow', () => resolveLibtensorflow(options)),
    part(problems, 'S3 server', () => resolveS3(options)),
    findVersions(env),
    gpuInfo(env),
  ]);
  const engineEnv = { ...env, ...(libtensorflow?.path ? { LIBTENSORFLOW_PATH: libtensorflow.path } : {}) };
  const engine = await engineReport(engineEnv);
  const state = readClusterState(stateDir);
  const diagnosis: Diagnosis = {
    ok: true,
    versions,
    parts: { temporal, libtensorflow, s3 },
    devices: { cpu: cpuInfo(), gpus: gpu.gpus, engine, cudaBuild: await isCudaBuild(engine.path) },
    ports: await findPorts(env, state),
    memory: { total: os.totalmem(), free: await availableMemory() },
    disk: { cacheDir, cacheFree: await freeBytes(cacheDir), stateDir, stateFree: await freeBytes(stateDir) },
    ...(state ? { cluster: clusterReport(state) } : {}),
    problems,
  };
  judge(diagnosis, gpu, env);
  diagnosis.ok = !problems.some((problem) => problem.level === 'error');
  return diagnosis;
}

/** A part that is not there yet is no error when set-up will fetch it: only what the user named and is wrong is. */
async function part(
  problems: Problem[],
  name: string,
  resolve: () => Promise<Part>,
): Promise<Part | undefined> {
  try {
    return await resolve();
  } catch (error) {
    if (!(error instanceof BootstrapError)) throw error;
    const fetchable = error.code === 'PART_UNAVAILABLE';
    problems.push({
      level: fetchable ? 'warning' : 'error',
      what: fetchable ? `${name}: not here yet (${error.tried.join('; ')})` : `${name}: ${error.message}`,
      fix: fetchable ? '`npm run ovis -- setup` fetches it (so does `npm start`)' : error.hint,
    });
    return undefined;
  }
}

function warnInto(problems: Problem[]): (text: string) => void {
  return (text) => problems.push({ level: 'warning', what: text, fix: 'see above' });
}

async function findVersions(env: NodeJS.ProcessEnv): Promise<Diagnosis['versions']> {
  const manifest = JSON.parse(await fs.readFile(path.join(repoRoot, 'package.json'), 'utf8')) as {
    version: string;
  };
  const [npm, git, status, { pip }] = await Promise.all([
    runCommand('npm', ['--version'], { timeoutMs: 20_000 }),
    runCommand('git', ['rev-parse', '--short', 'HEAD'], { cwd: repoRoot }),
    runCommand('git', ['status', '--porcelain', '--untracked-files=no'], { cwd: repoRoot }),
    findPip(env),
  ]);
  const dirty = status.stdout.trim() ? ', with local changes' : '';
  return {
    ovis: manifest.version,
    ...(git.code === 0 ? { revision: `${git.stdout.trim()}${dirty}` } : {}),
    node: process.versions.node,
    ...(npm.code === 0 ? { npm: npm.stdout.trim() } : {}),
    os: `${os.type()} ${os.release()} ${os.arch()}`,
    ...(pip ? { pip: `${pip.version} (${pip.command.join(' ')})` } : {}),
  };
}

async function findPorts(env: NodeJS.ProcessEnv, state: ClusterState | undefined) {
  const ours = new Set(state?.processes.filter(isSameProcess).map((one) => one.port));
  if (state?.temporalUi && ours.size > 0) ours.add(Number(new URL(state.temporalUi).port));
  const entries = Object.entries(PORTS).map(async ([name, { variable, usual }]) => {
    const port = Number(env[variable]) || usual;
    const use = ours.has(port) ? 'ours' : (await isPortFree(port)) ? 'free' : 'in use';
    return [name, { port, state: use, variable }] as const;
  });
  return Object.fromEntries(await Promise.all(entries)) as Record<PortName, PortReport>;
}

/** Memory that programs can still get; Node's `freemem` counts the page cache as used on some systems. */
async function availableMemory(): Promise<number> {
  const text = await fs.readFile('/proc/meminfo', 'utf8').catch(() => '');
  const kibibytes = /^MemAvailable:\s*(\d+)/m.exec(text)?.[1];
  return kibibytes ? Number(kibibytes) * 1024 : os.freemem();
}

function clusterReport(state: ClusterState): Diagnosis['cluster'] {
  const running = isSameProcess(state.supervisor);
  const processes = state.processes.map((one) => ({
    name: one.name,
    pid: one.pid,
    running: isSameProcess(one),
  }));
  return { supervisor: state.supervisor.pid, running, startedAt: state.startedAt, processes };
}

/** What follows from the facts. */
function judge(diagnosis: Diagnosis, report: GpuReport, env: NodeJS.ProcessEnv): void {
  const { problems, devices, versions, memory, disk, ports, parts, cluster } = diagnosis;
  const add = (level: Problem['level'], what: string, fix: string) => problems.push({ level, what, fix });
  if (!versions.pip && (!parts.temporal || !parts.s3 || parts.libtensorflow?.kind !== 'library')) {
    add('error', 'no pip to fetch the missing parts with', pipHint());
  }
  const { engine, cudaBuild } = devices;
  if (engine.error) add('error', `engine: ${engine.error}`, engine.hint ?? '`npm run ovis -- setup`');
  else if (engine.backend === 'wasm' && versions.pip) {
    add(
      'warning',
      `engine: ${engine.warning ?? 'the WASM backend, 5 to 50 times slower'}`,
      '`npm run ovis -- setup`',
    );
  }
  const available = platformKey() === CUDA_PLATFORM;
  problems.push(...judgeGpus({ report, engine, cudaBuild, available, env }), ...judgeSmoke(engine));
  if (memory.free < LOW_MEMORY)
    add('warning', 'less than 3 GB of memory are free', 'close other programs, or use fewer trainers');
  for (const [where, free] of [
    [disk.cacheDir, disk.cacheFree],
    [disk.stateDir, disk.stateFree],
  ] as const) {
    if (free < LOW_DISK)
      add(
        'warning',
        `less than 2 GB are free for ${where}`,
        'free some space, or set OVIS_CACHE_DIR / OVIS_STATE_DIR',
      );
  }
  for (const [name, report] of Object.entries(ports)) {
    if (report.state !== 'in use') continue;
    add(
      'warning',
      `port ${report.port} (${PORTS[name as PortName].what}) is in use`,
      `a free one is chosen at start; to name one: ${report.variable}=...`,
    );
  }
  const left = cluster?.running === false ? cluster.processes.filter((one) => one.running) : [];
  if (left.length > 0) {
    add(
      'warning',
      `${left.length} processes of a dead start still run`,
      '`npm run ovis -- down` ends them (so does the next start)',
    );
  }
}

/** NVIDIA's libraries lie beside a CUDA build, in the cache and in a Python installation. */
async function isCudaBuild(library: string | undefined): Promise<boolean> {
  if (!library) return false;
  const libraries = path.join(path.dirname(library), '..', 'nvidia', 'cudnn', 'lib');
  return (await fs.stat(libraries).catch(() => undefined)) !== undefined;
}
