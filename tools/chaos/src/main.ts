import { parseArgs } from 'node:util';
import { runChaos } from './chaos.ts';
import { PROFILES, type Profile } from './profiles.ts';
import { closingLines, faultLines, heading, problemsOf } from './report.ts';
import { KINDS, type FaultKind } from './schedule.ts';

const USAGE = `npm run chaos -- [--seed N] [--every SECONDS] [--kinds a,b] [--profile ${PROFILES.join('|')}] [--json]

Trains twice on a cluster of its own, the second time with faults, and compares what came out.
  --seed      order, moments and victims of the faults (default 1)
  --every     seconds from fault to fault (default 60)
  --kinds     of: ${KINDS.join(', ')}
  --profile   demo: the model and data of npm start (default); tiny: a model of width 32
  --json      one JSON object on stdout; everything else goes to stderr`;

async function main(args: string[]): Promise<number> {
  const { values } = parseArgs({
    args,
    options: {
      seed: { type: 'string', default: '1' },
      every: { type: 'string', default: '60' },
      kinds: { type: 'string', default: KINDS.join(',') },
      profile: { type: 'string', default: 'demo' },
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  if (values.help) {
    console.log(USAGE);
    return 0;
  }
  const seed = Number(values.seed);
  const everyS = Number(values.every);
  const kinds = values.kinds.split(',').map((name) => name.trim()) as FaultKind[];
  const unknown = kinds.filter((name) => !KINDS.includes(name));
  if (!Number.isInteger(seed)) return refuse(`--seed is '${values.seed}', not a whole number`);
  if (!(everyS >= 5)) return refuse(`--every is '${values.every}', not at least 5 seconds`);
  if (unknown.length > 0) return refuse(`there is no fault '${unknown.join("', '")}'`);
  const profile = values.profile as Profile;
  if (!PROFILES.includes(profile)) return refuse(`there is no profile '${profile}'`);

  const stop = new AbortController();
  for (const [signal, code] of [
    ['SIGINT', 130],
    ['SIGTERM', 143],
    ['SIGHUP', 129],
  ] as const) {
    process.once(signal, () => {
      process.exitCode = code;
      stop.abort(new Error(`stopped by ${signal}`));
    });
  }
  // The launcher may be killed without a word.
  const parent = process.ppid;
  const orphaned = () => process.ppid !== parent && stop.abort(new Error('the launcher is gone'));
  setInterval(orphaned, 1_000).unref();
  const say = values.json ? console.error : console.log;
  let first = true;
  const result = await runChaos({
    ...{ seed, everyS, kinds, profile, signal: stop.signal },
    log: (line) => console.error(`chaos: ${line}`),
    onFault: (report) => {
      if (first) say(heading);
      first = false;
      faultLines(report).forEach((line) => say(line));
    },
  });
  closingLines(result).forEach((line) => say(line));
  if (values.json) console.log(JSON.stringify(result));
  return problemsOf(result).length === 0 ? 0 : 1;
}

function refuse(message: string): number {
  console.error(`${message}\n\n${USAGE}`);
  return 2;
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  console.error(`error: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode ||= 1;
}
// What was waited for when it was stopped still waits.
setTimeout(() => process.exit(), 1_000).unref();
