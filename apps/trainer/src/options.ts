import { hostname } from 'node:os';
import { parseArgs } from 'node:util';
import { TrainerError } from './errors.ts';

/** How one trainer process is started: flags first, then the environment, then defaults. */
export interface TrainerOptions {
  trainerId: string;
  /** "host:port" of the controller's FleetService. */
  fleetAddress: string;
  /** Interface to listen on, for gRPC and for the collective. */
  host: string;
  /** Ports to listen on; 0 picks free ones. */
  grpcPort: number;
  collectivePort: number;
  /** Host name or address that the controller and the peers dial; empty = `host`, or this host's name for a wildcard. */
  advertise: string;
  /** Threads of the engine; 0 = all cores. */
  threads: number;
  /** What a run may ask for (gang.require.labels). */
  labels: Record<string, string>;
  /** Port of the metrics; 0 picks a free one, undefined: none are served. */
  metricsPort?: number;
  /** Seconds from a signal to the end, whatever is unfinished then; 0 = no limit. */
  graceSeconds: number;
}

const USAGE = `ovis trainer: one GPU worker

  --id ID                 name in the fleet            (OVIS_TRAINER_ID; default host name and process id)
  --fleet HOST:PORT       the controller               (OVIS_FLEET_ADDRESS)
  --host ADDRESS          interface to listen on       (OVIS_HOST; default 127.0.0.1, 0.0.0.0 for all)
  --port PORT             gRPC port                    (OVIS_TRAINER_PORT; default a free one)
  --collective-port PORT  port of the collective       (OVIS_COLLECTIVE_PORT; default a free one)
  --advertise ADDRESS     what others dial             (OVIS_ADVERTISE)
  --threads N             engine threads               (OVIS_THREADS; default all cores)
  --label NAME=VALUE      what runs may ask for by gang.require.labels; repeatable (OVIS_LABELS: a=b,c=d)
  --metrics-port PORT     metrics for Prometheus at /metrics, 0 for a free port (OVIS_METRICS_PORT; default none)
  --grace SECONDS         after SIGTERM, time to finish the step and save a checkpoint before the process ends with 75
                                                       (OVIS_GRACE; default no limit)
`;

/** @throws TrainerError BAD_OPTION */
export function readOptions(argv: string[], env: NodeJS.ProcessEnv): TrainerOptions | 'help' {
  const text = { type: 'string' } as const;
  let values: Record<string, string | boolean | string[] | undefined>;
  try {
    values = parseArgs({
      args: argv,
      options: {
        id: text,
        fleet: text,
        host: text,
        port: text,
        'collective-port': text,
        advertise: text,
        threads: text,
        label: { type: 'string', multiple: true },
        grace: text,
        'metrics-port': text,
        help: { type: 'boolean', short: 'h' },
      },
    }).values;
  } catch (cause) {
    throw badOption(cause instanceof Error ? cause.message : String(cause));
  }
  if (values['help']) return 'help';
  const pick = (flag: string, variable: string) => (values[flag] as string | undefined) ?? env[variable];
  const fleetAddress = pick('fleet', 'OVIS_FLEET_ADDRESS');
  if (!fleetAddress)
    throw badOption('no controller is named: pass --fleet HOST:PORT or set OVIS_FLEET_ADDRESS');
  return {
    trainerId: pick('id', 'OVIS_TRAINER_ID') ?? `${hostname()}-${process.pid}`,
    fleetAddress,
    host: pick('host', 'OVIS_HOST') ?? '127.0.0.1',
    grpcPort: wholeNumber('--port', pick('port', 'OVIS_TRAINER_PORT'), 65535),
    collectivePort: wholeNumber('--collective-port', pick('collective-port', 'OVIS_COLLECTIVE_PORT'), 65535),
    advertise: pick('advertise', 'OVIS_ADVERTISE') ?? '',
    threads: wholeNumber('--threads', pick('threads', 'OVIS_THREADS'), 4096),
    labels: labelsOf((values['label'] as string[] | undefined) ?? env['OVIS_LABELS']?.split(',') ?? []),
    metricsPort: optionalPort(pick('metrics-port', 'OVIS_METRICS_PORT')),
    graceSeconds: wholeNumber('--grace', pick('grace', 'OVIS_GRACE'), 86_400),
  };
}

export function usage(): string {
  return USAGE;
}

function labelsOf(texts: string[]): Record<string, string> {
  const pairs = texts
    .filter((text) => text !== '')
    .map((text): [string, string] => {
      const equals = text.indexOf('=');
      if (equals <= 0) throw badOption(`'${text}' is no label: it has the form NAME=VALUE`);
      return [text.slice(0, equals).trim(), text.slice(equals + 1).trim()];
    });
  return Object.fromEntries(pairs);
}

function optionalPort(value: string | undefined): number | undefined {
  return value === undefined || value === '' ? undefined : wholeNumber('--metrics-port', value, 65535);
}

function wholeNumber(flag: string, value: string | undefined, most: number): number {
  if (value === undefined || value === '') return 0;
  const number = Number(value);
  if (!Number.isInteger(number) || number < 0 || number > most)
    throw badOption(`${flag} is '${value}', not a whole number from 0 to ${most}`);
  return number;
}

function badOption(message: string): TrainerError {
  return new TrainerError(
    'BAD_OPTION',
    message,
    'See --help for the options and their environment variables.',
    false,
  );
}
