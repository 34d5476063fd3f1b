import { parseArgs } from 'node:util';
import { casesOf, GANGS, SUITES } from './cases/index.ts';
import type { BenchCase } from './harness/bench-case.ts';
import { profileCase, profileTable } from './harness/profile-case.ts';
import { json, table } from './harness/report.ts';
import type { CaseResult } from './harness/result.ts';
import { runCase } from './harness/run-case.ts';

const ABOUT: Record<string, { about: string }> = { ...SUITES, ...GANGS };
const NAMES = Object.keys(ABOUT);

const USAGE = `npm run bench -- ${NAMES.join('|')} [--only case,case] [--rounds N] [--cpus 0,1] [--json] [--list] [--profile]

${NAMES.map((name) => `  ${name.padEnd(10)}  ${ABOUT[name]!.about}`).join('\n')}
  --only      these cases
  --rounds    measured turns of each variant (default: the case's own)
  --cpus      confine every worker to these processors (taskset)
  --json      one JSON object on stdout (the table goes to stderr)
  --list      names of the cases
  --profile   instead: where our side's time goes, by operation (name the cases with --only)`;

async function main(args: string[]): Promise<number> {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      only: { type: 'string' },
      rounds: { type: 'string' },
      cpus: { type: 'string' },
      json: { type: 'boolean', default: false },
      list: { type: 'boolean', default: false },
      profile: { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  if (values.help) {
    console.log(USAGE);
    return 0;
  }
  const [suite] = positionals;
  if (positionals.length !== 1 || suite === undefined || !NAMES.includes(suite))
    return refuse(`Which suite? There are: ${NAMES.join(', ')}`);
  const rounds = values.rounds === undefined ? undefined : Number(values.rounds);
  if (rounds !== undefined && !(Number.isInteger(rounds) && rounds > 0)) {
    return refuse(`--rounds needs a whole number above 0, not '${values.rounds}'`);
  }
  const gangs = GANGS[suite];
  const all = gangs ? gangs.cases.map((name) => ({ name })) : await casesOf(suite);
  const names = values.only?.split(',').map((name) => name.trim()) ?? all.map((c) => c.name);
  const unknown = names.filter((name) => !all.some((c) => c.name === name));
  if (unknown.length > 0) {
    return refuse(`No case is called ${unknown.join(', ')}. There are: ${all.map((c) => c.name).join(', ')}`);
  }
  if (values.list) {
    console.log(names.join('\n'));
    return 0;
  }

  const chosen = all.filter((c): c is BenchCase => !gangs && names.includes(c.name));
  if (values.profile) {
    if (gangs) return refuse(`--profile is not for ${suite}`);
    for (const benchCase of chosen) {
      console.log(profileTable(benchCase.name, await profileCase(benchCase, values.cpus)));
    }
    return 0;
  }

  const log = (line: string) => console.error(line);
  const results: CaseResult[] = (await gangs?.run({ only: names, rounds, log })) ?? [];
  for (const benchCase of chosen) {
    results.push(await runCase(benchCase, { rounds, cpus: values.cpus, log }));
  }
  if (values.json) {
    console.error(table(results));
    console.log(json(results));
  } else {
    console.log(table(results));
  }
  // A missing peer is a note in the table; a case without our own number has failed.
  return results.length > 0 && results.every((r) => r.ours !== null) ? 0 : 1;
}

function refuse(message: string): number {
  console.error(`${message}\n\n${USAGE}`);
  return 2;
}

process.exitCode = await main(process.argv.slice(2)).catch((error: unknown) =>
  refuse(error instanceof Error ? error.message : String(error)),
);
