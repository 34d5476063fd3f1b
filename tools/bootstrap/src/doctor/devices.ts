import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { repoRoot } from '../paths.ts';
import { lastLine, runCommand } from '../setup/run-command.ts';
import type { SmokeReport } from './smoke-step.ts';

export interface CpuInfo {
  model: string;
  /** usable by this process: cgroup limits and affinity count */
  cores: number;
  /** instruction sets that matter to TensorFlow, best last */
  features: string[];
}

/** What the engine found when it was started in a process of its own. */
export interface EngineReport {
  backend?: string;
  version?: string;
  path?: string;
  devices?: { name: string; type: string }[];
  gpu?: boolean;
  /** absent when the engine did not start */
  smoke?: SmokeReport;
  /** what libtensorflow said of GPUs while it started, where it could not use any: the reason */
  log?: string[];
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

/** Starts the engine as a trainer would, in another process. */
export async function engineReport(env: NodeJS.ProcessEnv): Promise<EngineReport> {
  const script = path.join(path.dirname(fileURLToPath(import.meta.url)), 'probe-engine.ts');
  const result = await runCommand(process.execPath, ['--import', 'tsx', script], {
    cwd: repoRoot,
    // The library's own messages are kept, not shown: they say why a GPU is not used.
    env: { TF_CPP_MIN_LOG_LEVEL: '0', ...env },
    // XLA compiles for a GPU of a kind that is not in the library for the first time.
    timeoutMs: 120_000,
  });
  const line = result.stdout.split('\n').find((text) => text.startsWith('{'));
  if (line) {
    const report = JSON.parse(line) as EngineReport;
    const log = report.gpu || report.backend !== 'libtensorflow' ? [] : gpuMessages(result.stderr);
    return log.length > 0 ? { ...report, log } : report;
  }
  const why = lastLine(result.stderr) || `exit code ${result.code}`;
  return {
    error: `the engine ended without an answer: ${why}`,
    hint: 'a library built for another CPU does this: `unset LIBTENSORFLOW_PATH`, or remove the cached one and run setup',
  };
}

/** libtensorflow's warnings and errors of GPUs and their libraries, without time, thread and place in its source. */
export function gpuMessages(stderr: string): string[] {
  const messages = stderr.split('\n').flatMap((line) => {
    const message = /^(?:[\d-]+ [\d:.]+: )?[WEF]\S*\s.*?\.cc:\d+\]\s*(.*)$/.exec(line)?.[1];
    return message && /cuda|cudnn|gpu|dlopen|dso_loader|libcu|nvidia/i.test(message) ? [message.trim()] : [];
  });
  return [...new Set(messages)];
}
