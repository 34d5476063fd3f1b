import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { repoRoot } from '../paths.ts';
import { lastLine, runCommand } from '../setup/run-command.ts';

export interface CpuInfo {
  model: string;
  /** usable by this process: cgroup limits and affinity count */
  cores: number;
  /** instruction sets that matter to TensorFlow, best last */
  features: string[];
}

export interface GpuInfo {
  name: string;
  driver: string;
  /** bytes */
  memory: number;
}

/** What the engine found when it was started in a process of its own. */
export interface EngineReport {
  backend?: string;
  version?: string;
  path?: string;
  devices?: { name: string; type: string }[];
  gpu?: boolean;
  warning?: string;
  error?: string;
  hint?: string;
}

const FEATURES = [
  'sse4_2',
  'avx',
  'avx2',
  'fma',
  'avx512f',
  'avx512_bf16',
  'amx_bf16',
  'asimd',
  'bf16',
  'sve',
];

export function cpuInfo(): CpuInfo {
  let features: string[] = [];
  try {
    const text = fs.readFileSync('/proc/cpuinfo', 'utf8');
    const flags = new Set(/^(?:flags|Features)\s*:\s*(.*)$/m.exec(text)?.[1]?.split(' '));
    features = FEATURES.filter((name) => flags.has(name));
  } catch {
    // not Linux: not known
  }
  return { model: os.cpus()[0]?.model.trim() ?? os.arch(), cores: os.availableParallelism(), features };
}

/** NVIDIA GPUs by nvidia-smi; `problem` when the tool is there but fails (driver not loaded). */
export async function gpuInfo(): Promise<{ gpus: GpuInfo[]; problem?: string }> {
  const query = ['--query-gpu=name,driver_version,memory.total', '--format=csv,noheader,nounits'];
  const result = await runCommand('nvidia-smi', query, { timeoutMs: 15_000 });
  if (result.code === 127) return { gpus: [] };
  if (result.code !== 0) return { gpus: [], problem: lastLine(result.stdout + result.stderr) };
  return { gpus: parseGpus(result.stdout) };
}

/** Lines such as "NVIDIA H100 80GB HBM3, 550.54.15, 81559" (MiB). */
export function parseGpus(text: string): GpuInfo[] {
  return text
    .trim()
    .split('\n')
    .filter(Boolean)
    .map((line) => {
      const [name = '', driver = '', mebibytes = ''] = line.split(',').map((part) => part.trim());
      return { name, driver, memory: Number(mebibytes) * 1024 ** 2 };
    });
}

/** Starts the engine as a trainer would, in another process. */
export async function engineReport(env: NodeJS.ProcessEnv): Promise<EngineReport> {
  const script = path.join(path.dirname(fileURLToPath(import.meta.url)), 'probe-engine.ts');
  const result = await runCommand(process.execPath, ['--import', 'tsx', script], {
    cwd: repoRoot,
    env,
    timeoutMs: 60_000,
  });
  const line = result.stdout.split('\n').find((text) => text.startsWith('{'));
  if (line) return JSON.parse(line) as EngineReport;
  const why = lastLine(result.stderr) || `exit code ${result.code}`;
  return {
    error: `the engine ended without an answer: ${why}`,
    hint: 'a library built for another CPU does this: `unset LIBTENSORFLOW_PATH`, or remove the cached one and run setup',
  };
}
