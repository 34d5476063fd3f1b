import fs from 'node:fs/promises';
import { lastLine, runCommand, type CommandResult } from './run-command.ts';

/** One NVIDIA GPU as nvidia-smi describes it. Numbers are absent where the tool prints "[N/A]". */
export interface GpuInfo {
  name: string;
  driver: string;
  /** bytes */
  memory?: number;
  /** bytes */
  freeMemory?: number;
  /** "9.0"; absent with drivers older than 510, which do not tell */
  capability?: string;
}

export interface GpuReport {
  gpus: GpuInfo[];
  /** nvidia-smi is there but fails (driver not loaded, a GPU that fell off the bus): its own words */
  problem?: string;
}

const FIELDS = ['name', 'driver_version', 'memory.total', 'memory.free', 'compute_cap'];

/** NVIDIA GPUs by nvidia-smi; none and no problem where the tool is not installed. */
export async function gpuInfo(env: NodeJS.ProcessEnv = process.env): Promise<GpuReport> {
  const ask = (fields: string[]) =>
    runCommand('nvidia-smi', [`--query-gpu=${fields.join(',')}`, '--format=csv,noheader,nounits'], {
      env,
      timeoutMs: 15_000,
    });
  let result = await ask(FIELDS);
  if (/not a valid field/i.test(result.stdout + result.stderr)) result = await ask(FIELDS.slice(0, -1));
  return readGpuReport(result);
}

/** What an answer of nvidia-smi means. */
export function readGpuReport(result: CommandResult): GpuReport {
  if (result.code === 127) return { gpus: [] };
  const gpus = parseGpus(result.stdout);
  const text = `${result.stderr}\n${result.stdout}`;
  // "No devices were found" comes with exit code 6, or 0 in some versions: the driver runs, but drives nothing.
  if (result.code === 0 && !/no devices were found/i.test(text)) return { gpus };
  const why = text.split('\n').find((line) => /fail|unable|error|no devices/i.test(line)) ?? lastLine(text);
  return { gpus, problem: why.trim() || `exit code ${result.code}` };
}

/** Lines such as "NVIDIA H100 80GB HBM3, 550.54.15, 81559, 81008, 9.0" (MiB); other lines are passed over. */
export function parseGpus(text: string): GpuInfo[] {
  return text.split('\n').flatMap((line) => {
    const [name, driver, total, free, capability] = line.split(',').map((part) => part.trim());
    if (!name || !driver || !/^\d+\.\d+/.test(driver)) return [];
    return [
      {
        name,
        driver,
        ...optional('memory', mebibytes(total)),
        ...optional('freeMemory', mebibytes(free)),
        ...optional('capability', capability && /^\d+\.\d+$/.test(capability) ? capability : undefined),
      },
    ];
  });
}

function mebibytes(text: string | undefined): number | undefined {
  return text && /^\d+$/.test(text) ? Number(text) * 1024 ** 2 : undefined;
}

function optional<K extends string, V>(key: K, value: V | undefined): { [P in K]?: V } {
  return value === undefined ? {} : ({ [key]: value } as { [P in K]: V });
}

/**
 * Cheap sign of an NVIDIA driver: its control device, or WSL's. A container may hold any of the GPUs' own device files,
 * /dev/nvidia3 for example, but always this one.
 */
export async function hasNvidiaDevice(): Promise<boolean> {
  for (const device of ['/dev/nvidiactl', '/dev/dxg']) {
    if (await fs.stat(device).catch(() => undefined)) return true;
  }
  return false;
}

/** Whether a CUDA build can find a GPU here, and in words why it is thought so. */
export async function findDriver(
  env: NodeJS.ProcessEnv = process.env,
  hasDevice: () => Promise<boolean> = hasNvidiaDevice,
): Promise<{ found: boolean; says: string }> {
  const { gpus, problem } = await gpuInfo(env);
  const [first] = gpus;
  if (first) {
    const more = gpus.length > 1 ? ` and ${gpus.length - 1} more` : '';
    return { found: true, says: `${first.name}${more}, driver ${first.driver}` };
  }
  if (problem) return { found: false, says: `nvidia-smi: ${problem}` };
  return (await hasDevice())
    ? { found: true, says: "the driver's device file (nvidia-smi is not installed)" }
    : { found: false, says: 'no nvidia-smi and no device file of the driver' };
}
