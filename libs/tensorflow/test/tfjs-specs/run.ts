/**
 * Runs TF.js's own published specs (`@tensorflow/tfjs-core/dist`) on our backend, in the way of tfjs-node's test program:
 * `node --import tsx run.ts RESULT.json`. They are written for Jasmine and change global state: hence a process of their own.
 */
import { writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { initEngine } from '../../src/index.ts';
import { publishedIgnoreList } from './ignore-list.ts';

/** What the spec beside this folder reads. */
export interface SpecCounts {
  passed: number;
  /** Full name and first message of each. */
  failed: { name: string; message: string }[];
  /** Left out by tfjs-node's list. */
  ignored: number;
  /** Marked as pending by TF.js itself. */
  pending: number;
  /** Of Jasmine's run; `incomplete` would hide specs. */
  overallStatus: string;
}

interface Result {
  fullName: string;
  status: string;
  failedExpectations: { message: string }[];
}
interface JasmineEnv {
  configure(options: { random: boolean; specFilter: (spec: { getFullName(): string }) => boolean }): void;
  addReporter(reporter: { specDone(result: Result): void; suiteDone(result: Result): void }): void;
  execute(): Promise<{ overallStatus: string }>;
}
interface Jasmine {
  getEnv(): JasmineEnv;
  DEFAULT_TIMEOUT_INTERVAL: number;
}
interface JasmineUtil {
  setTestEnvs(
    envs: { name: string; backendName: string; flags: Record<string, never>; isDataSync: boolean }[],
  ): void;
}

const require = createRequire(import.meta.url);
const jasmine = (require('jasmine-core') as { boot(): Jasmine }).boot();
jasmine.DEFAULT_TIMEOUT_INTERVAL = 20_000;

const core = '@tensorflow/tfjs-core/dist';
require(`${core}/public/chained_ops/register_all_chained_ops`);
require(`${core}/register_all_gradients`);
// The published list names specs by this environment.
(require(`${core}/jasmine_util`) as JasmineUtil).setTestEnvs([
  { name: 'test-tensorflow', backendName: 'tensorflow', flags: {}, isDataSync: true },
]);
// After TF.js's gradients, so that ours are the ones that are tested.
await initEngine({ backend: 'libtensorflow', intraOpThreads: 2, interOpThreads: 2 });
require(`${core}/tests`);

const ignore = publishedIgnoreList();
const counts: SpecCounts = { passed: 0, failed: [], ignored: 0, pending: 0, overallStatus: 'incomplete' };
const fail = ({ fullName, failedExpectations }: Result): void => {
  counts.failed.push({ name: fullName, message: failedExpectations[0]?.message ?? '' });
};
const env = jasmine.getEnv();
env.configure({
  random: false,
  specFilter: (spec) => !ignore.some((part) => spec.getFullName().includes(part)),
});
env.addReporter({
  specDone: (result) => {
    if (result.status === 'passed') counts.passed++;
    else if (result.status === 'failed') fail(result);
    else if (result.status === 'excluded') counts.ignored++;
    else counts.pending++;
  },
  // A failing beforeAll or afterAll shows here only.
  suiteDone: (result) => {
    if (result.failedExpectations.length > 0) fail(result);
  },
});
const { overallStatus } = await env.execute();
counts.overallStatus = overallStatus;
writeFileSync(process.argv[2]!, JSON.stringify(counts));
