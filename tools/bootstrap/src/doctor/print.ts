import pc from 'picocolors';
import { formatBytes, formatSeconds } from '../setup/format.ts';
import type { GpuInfo } from '../setup/nvidia.ts';
import type { Part } from '../setup/toolchain.ts';
import { PORTS, type PortName } from '../cluster/ports.ts';
import type { Diagnosis } from './examine.ts';
import type { SmokeReport } from './smoke-step.ts';

/** The diagnosis for people: one line per fact, problems and their fixes last. */
export function describeDiagnosis(diagnosis: Diagnosis): string {
  const { versions, parts, devices, ports, memory, disk, cluster, problems } = diagnosis;
  const revision = versions.revision ? ` (git ${versions.revision})` : '';
  const { cpu, gpus, engine } = devices;
  const lines = [
    pc.bold('Versions'),
    row('ovis', `${versions.ovis}${revision}`),
    row('node', `${versions.node}, npm ${versions.npm ?? 'not found'}`),
    row('pip', versions.pip ?? 'not found'),
    row('system', versions.os),
    pc.bold('Parts'),
    row('Temporal', describePart(parts.temporal)),
    row('TensorFlow', describePart(parts.libtensorflow)),
    row('S3', describePart(parts.s3)),
    pc.bold('Devices'),
    row('CPU', `${cpu.model}, ${cpu.cores} cores${cpu.features.length ? `, ${cpu.features.join(' ')}` : ''}`),
    ...(gpus.length === 0 ? [row('GPU', 'none found (nvidia-smi)')] : []),
    ...gpus.map((gpu) => row('GPU', describeGpu(gpu))),
    row(
      'engine',
      engine.error ??
        `${engine.backend} ${engine.version}${devices.cudaBuild ? ' (CUDA build)' : ''}: ${engine.devices?.map((d) => shortDevice(d.name)).join(', ')}`,
    ),
    ...describeSmoke(engine.smoke),
    pc.bold('Machine'),
    row('memory', `${formatBytes(memory.free)} free of ${formatBytes(memory.total)}`),
    row('disk', `${formatBytes(disk.cacheFree)} free for the cache (${disk.cacheDir})`),
    row('', `${formatBytes(disk.stateFree)} free for state (${disk.stateDir})`),
    ...Object.entries(ports).map(([name, report], index) =>
      row(
        index === 0 ? 'ports' : '',
        `${report.port} ${report.state} (${PORTS[name as PortName].what}, ${report.variable})`,
      ),
    ),
    row('cluster', cluster ? describeCluster(cluster) : 'none running'),
    '',
  ];
  if (problems.length === 0) lines.push(pc.green('Nothing is missing.'));
  for (const problem of problems) {
    const sign = problem.level === 'error' ? pc.red('error:') : pc.yellow('warning:');
    lines.push(`${sign} ${problem.what}`, `  fix: ${problem.fix}`);
  }
  return lines.join('\n');
}

function row(name: string, text: string): string {
  return `  ${name.padEnd(12)}${text}`;
}

function describePart(part: Part | undefined): string {
  if (!part) return 'not here yet';
  if (part.kind === 'external') return `at ${part.address} (${part.from})`;
  if (part.kind === 'wasm') return 'no library, WASM backend';
  const from =
    part.from === part.path || part.path?.startsWith(part.from)
      ? part.source
      : `${part.source}: ${part.from}`;
  return `${part.version ?? 'version not known'}, ${from} (${part.path})`;
}

function describeGpu(gpu: GpuInfo): string {
  const memory = [
    ...(gpu.freeMemory === undefined ? [] : [`${formatBytes(gpu.freeMemory)} free of`]),
    gpu.memory === undefined ? 'memory not told' : formatBytes(gpu.memory),
  ].join(' ');
  const capability = gpu.capability ? `, compute capability ${gpu.capability}` : '';
  return `${gpu.name}, ${memory}${capability}, driver ${gpu.driver}`;
}

/** "/job:localhost/replica:0/task:0/device:GPU:0" is "GPU:0" to people. */
function shortDevice(name: string): string {
  return name.replace(/^.*device:/, '');
}

function describeSmoke(smoke: SmokeReport | undefined): string[] {
  return (smoke?.runs ?? []).map((run, index) => {
    const expected = smoke?.expected.map((loss) => loss.toFixed(4)).join(', ');
    const times = `first ${formatSeconds(run.firstMs)}, then ${run.stepMs.toFixed(1)} ms`;
    const verdict = run.ok
      ? `losses ${run.losses.map((loss) => loss.toFixed(4)).join(', ')} as computed in JavaScript (${expected}); ${times}`
      : pc.red(`failed: ${run.error}`);
    return row(
      index === 0 ? 'smoke step' : '',
      `${shortDevice(smoke?.device ?? '')}, ${run.mode}: ${verdict}`,
    );
  });
}

function describeCluster(cluster: NonNullable<Diagnosis['cluster']>): string {
  const processes = cluster.processes
    .map((one) => `${one.name} ${one.pid}${one.running ? '' : ' (ended)'}`)
    .join(', ');
  const state = cluster.running ? `running since ${cluster.startedAt}` : 'its supervisor is gone';
  return `pid ${cluster.supervisor}, ${state}: ${processes}`;
}
