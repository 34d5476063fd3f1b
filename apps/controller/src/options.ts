import { parseArgs } from 'node:util';
import { taskQueue as defaultTaskQueue } from '@ovis/workflows';
import { ControllerError } from './errors.ts';

/** How one controller is started: flags first, then the environment, then defaults. */
export interface ControllerOptions {
  temporalAddress: string;
  namespace: string;
  taskQueue: string;
  /** Interface and port of FleetService; port 0 picks a free one. */
  host: string;
  port: number;
  /** Host name or address that trainers dial; empty: `host`, or this host's name for a wildcard. */
  advertise: string;
  /** Port of the metrics; 0 picks a free one, undefined: none are served. */
  metricsPort?: number;
}

export const usage = `ovis controller: runs the workflows and keeps the fleet

  --temporal HOST:PORT   the Temporal server             (TEMPORAL_ADDRESS; default 127.0.0.1:7233)
  --namespace NAME       its namespace                   (TEMPORAL_NAMESPACE; default 'default')
  --task-queue NAME      queue to work on                (OVIS_TASK_QUEUE; default '${defaultTaskQueue}')
  --listen [HOST:]PORT   where trainers register         (OVIS_FLEET_PORT, or the port of OVIS_FLEET_ADDRESS;
                           default 127.0.0.1:7400, 0 = any)
  --metrics-port PORT    metrics for Prometheus at /metrics, 0 for a free port (OVIS_METRICS_PORT; default none)
  --advertise HOST       what trainers on other hosts dial (OVIS_ADVERTISE)

Storage credentials come from AWS_* variables. The log goes to stderr; stdout has one line of JSON when it is ready.`;

/** @throws ControllerError BAD_OPTION */
export function readOptions(argv: string[], env: NodeJS.ProcessEnv): ControllerOptions | 'help' {
  const text = { type: 'string' } as const;
  let values: Partial<Record<string, string | boolean>>;
  try {
    values = parseArgs({
      args: argv,
      options: {
        temporal: text,
        namespace: text,
        'task-queue': text,
        listen: text,
        advertise: text,
        'metrics-port': text,
        help: { type: 'boolean', short: 'h' },
      },
    }).values;
  } catch (error) {
    throw badOption(error instanceof Error ? error.message : String(error));
  }
  if (values['help'] === true) return 'help';
  const pick = (flag: string, variable: string, otherwise: string): string => {
    const value = values[flag];
    return typeof value === 'string' ? value : env[variable] || otherwise;
  };
  const { host, port } = splitListen(
    pick('listen', 'OVIS_FLEET_PORT', portOf(env['OVIS_FLEET_ADDRESS']) ?? '7400'),
  );
  return {
    temporalAddress: pick('temporal', 'TEMPORAL_ADDRESS', '127.0.0.1:7233'),
    namespace: pick('namespace', 'TEMPORAL_NAMESPACE', 'default'),
    taskQueue: pick('task-queue', 'OVIS_TASK_QUEUE', defaultTaskQueue),
    host,
    port,
    advertise: pick('advertise', 'OVIS_ADVERTISE', ''),
    metricsPort: metricsPort(pick('metrics-port', 'OVIS_METRICS_PORT', '')),
  };
}

/** Where trainers and people look for this controller is where it should listen. */
function portOf(address: string | undefined): string | undefined {
  return /:(\d+)$/.exec(address ?? '')?.[1];
}

function metricsPort(value: string): number | undefined {
  if (value === '') return undefined;
  const port = Number(value);
  if (!Number.isInteger(port) || port < 0 || port > 65535)
    throw badOption(`--metrics-port is '${value}', not a whole number from 0 to 65535`);
  return port;
}

function splitListen(value: string): { host: string; port: number } {
  const colon = value.lastIndexOf(':');
  const host = colon < 0 ? '127.0.0.1' : value.slice(0, colon).replace(/^\[|\]$/g, '');
  const port = Number(value.slice(colon + 1));
  const wrong = value === '' || host === '' || !Number.isInteger(port) || port < 0 || port > 65535;
  if (wrong) throw badOption(`'${value}' is not a port or HOST:PORT`);
  return { host, port };
}

function badOption(message: string): ControllerError {
  return new ControllerError(
    'BAD_OPTION',
    message,
    'See --help for the options and their environment variables.',
  );
}
