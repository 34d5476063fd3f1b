import { execFileSync } from 'node:child_process';
import { rmdirSync } from 'node:fs';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import net from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePorts } from '@ovis/bootstrap';
import { listCheckpoints } from '@ovis/checkpoint';
import { openStorage } from '@ovis/storage';
import { makeTinyRun } from '@ovis/tiny-run';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cleanEnv, ovis, spawnUp, startUp, type OvisResult, type Up } from '../src/index.ts';

/** A file system of this size, or why there is none. */
async function smallDisk(size: string): Promise<{ path: string; unmount: () => void } | string> {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return 'only root on Linux can mount a tmpfs';
  const path = await mkdtemp(join(tmpdir(), 'ovis-small-'));
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${size}`, 'tmpfs', path], { stdio: 'pipe' });
  } catch (error) {
    rmdirSync(path);
    return `this machine mounts no tmpfs: ${String(error)}`;
  }
  const unmount = () => {
    execFileSync('umount', [path]);
    rmdirSync(path);
  };
  return { path, unmount };
}

/** What every refusal has: exit code 1, one `error:` that says what and where, and a `fix:`. */
function expectRefusal({ code, err }: OvisResult, what: RegExp | string, fix: RegExp | string = /./): void {
  expect(err).toMatch(/(^|\n)error: /);
  expect(err).toMatch(what);
  expect(/\n +fix: (.*)/.exec(err)?.[1]).toMatch(fix);
  // Our users do not read stack traces.
  expect(err).not.toMatch(/\n +at /);
  expect(code).toBe(1);
}

describe('ovis up', () => {
  it('names the port that is in use, and starts nothing', async () => {
    const taken = net.createServer();
    await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve));
    const { port } = taken.address() as net.AddressInfo;
    for (const [variable, what] of [
      ['OVIS_TEMPORAL_PORT', 'the Temporal server'],
      ['OVIS_FLEET_PORT', "the controller's fleet service"],
    ] as const) {
      const up = await spawnUp({ trainers: 1, env: { [variable]: String(port) } });
      const code = await up.process.ended;
      const refusal = { code, out: up.process.out(), err: up.process.err() };
      expectRefusal(refusal, `port ${port} for ${what} (${variable}) is in use`, `unset ${variable}`);
      expect(up.processes()).toEqual([]);
      expect(await readdir(up.stateDir)).not.toContain('cluster.json');
      await rm(up.stateDir, { recursive: true });
    }
    await new Promise((resolve) => taken.close(resolve));
  });

  it('names the state directory that cannot be written', async () => {
    const file = join(await mkdtemp(join(tmpdir(), 'ovis-state-')), 'file');
    await writeFile(file, '');
    const up = await spawnUp({ trainers: 1, stateDir: join(file, 'state') });
    const code = await up.process.ended;
    const refusal = { code, out: up.process.out(), err: up.process.err() };
    expectRefusal(refusal, `${file}/state cannot be written (ENOTDIR)`, 'OVIS_STATE_DIR=');
    expect(up.processes()).toEqual([]);
    await rm(join(file, '..'), { recursive: true });
  });

  it('names the full disk of the state directory', async (test) => {
    const disk = await smallDisk('1m');
    if (typeof disk === 'string') return test.skip(disk);
    try {
      const up = await spawnUp({ trainers: 1, stateDir: disk.path });
      const code = await up.process.ended;
      const refusal = { code, out: up.process.out(), err: up.process.err() };
      expectRefusal(refusal, /the disk of the state directory .* is full: .* free, .* needed/, 'df -h');
      expect(up.processes()).toEqual([]);
      expect(await readdir(disk.path)).toEqual([]);
    } finally {
      disk.unmount();
    }
  });
});

describe('a run', () => {
  let up: Up;
  let file: string;
  let text: string;
  let bad = 0;
  beforeAll(async () => {
    up = await startUp({ trainers: 2 });
    ({ text } = await makeTinyRun('s3://ovis/tiny', { env: up.env }));
    file = await runFile(text);
  });
  afterAll(async () => {
    up?.process.child.kill('SIGINT');
    await up?.process.ended;
    if (up) await rm(up.stateDir, { recursive: true, force: true });
  });

  async function runFile(content: string): Promise<string> {
    const path = join(up.stateDir, `run-${++bad}.yaml`);
    await writeFile(path, content);
    return path;
  }
  const submit = (
    id: string,
    o: { changes?: string[]; env?: NodeJS.ProcessEnv; file?: string; wait?: boolean },
  ) => {
    const changes = (o.changes ?? []).flatMap((change) => ['--set', change]);
    const wait = o.wait ? ['--wait'] : [];
    return ovis(['submit', o.file ?? file, '--id', id, ...changes, ...wait], { ...up.env, ...o.env });
  };
  /** Nothing half-written: Temporal knows no such run and no bucket holds a file of it. */
  async function expectNothingOf(id: string): Promise<void> {
    const status = await ovis(['status', id], up.env);
    expectRefusal(status, `there is no run '${id}'`);
    expect(await filesOf(id)).toEqual([]);
  }
  async function filesOf(id: string): Promise<string[]> {
    const keys: string[] = [];
    for await (const { key } of openStorage('s3://ovis/tiny/runs', up.env).list(`${id}/`)) keys.push(key);
    return keys;
  }
  async function generationOf(id: string): Promise<unknown> {
    const { out } = await ovis(['status', id, '--json'], up.env);
    return (JSON.parse(out) as { progress: { generation: number } }).progress.generation;
  }

  it('with a run file that is wrong is refused with line, column and a suggestion', async () => {
    const wrong = text.replace('batchSize: 8', 'batchSise: 8').replace('steps: 6', "steps: 'six'");
    const lineOf = (part: string) => wrong.split('\n').findIndex((line) => line.includes(part)) + 1;
    const [result, syntax] = await Promise.all([
      submit('wrong', { file: await runFile(wrong) }),
      submit('syntax', { file: await runFile(text.replace('stages:', 'stages: [')) }),
    ]);
    expect(result.code).toBe(1);
    expect(result.err).toMatch(
      new RegExp(`\\.yaml:${lineOf('batchSise')}:5: stages.0.batchSise: .*did you mean 'batchSize'`),
    );
    expect(result.err).toMatch(new RegExp(`\\.yaml:${lineOf('six')}:\\d+: stages.0.steps: .*number`));
    expect(syntax.code).toBe(1);
    expect(syntax.err).toMatch(/\.yaml:\d+:\d+: .*end with a \]/);
    await expectNothingOf('wrong');
  });

  it('is refused when Temporal or S3 do not answer, the bucket is missing or the keys are wrong', async () => {
    const [nobody] = await freePorts(1);
    const [temporal, endpoint] = await Promise.all([
      submit('no-temporal', { env: { TEMPORAL_ADDRESS: `127.0.0.1:${nobody}` } }),
      submit('no-s3', { env: { AWS_ENDPOINT_URL: `http://127.0.0.1:${nobody}` } }),
    ]);
    expectRefusal(
      temporal,
      `cannot reach the Temporal server at 127.0.0.1:${nobody} (from TEMPORAL_ADDRESS)`,
      'ovis up',
    );
    expectRefusal(endpoint, `127.0.0.1:${nobody}`, /AWS_ENDPOINT_URL|endpoint/i);
    const [bucket, secret] = await Promise.all([
      submit('no-bucket', { changes: ['storage=s3://ovis-is-not-here/runs'] }),
      submit('no-keys', { env: { AWS_SECRET_ACCESS_KEY: 'wrong' } }),
    ]);
    expectRefusal(bucket, 'ovis-is-not-here', 's3 mb s3://ovis-is-not-here');
    expectRefusal(secret, /s3:\/\/ovis/, /AWS_SECRET_ACCESS_KEY|credentials/i);
    for (const id of ['no-temporal', 'no-s3', 'no-bucket', 'no-keys']) await expectNothingOf(id);
  });

  it('with a truncated shard fails once, naming the shard and the byte at which it ends', async () => {
    const data = openStorage('s3://ovis/tiny/data', up.env);
    for await (const { key } of data.list('captions/')) {
      const bytes = await data.get(key);
      const cut = key.endsWith('000003.tar') ? bytes.subarray(0, 3000) : bytes;
      await data.put(key.replace('captions/', 'cut/'), cut);
    }
    const dataset = 's3://ovis/tiny/data/cut/train-{000000..000007}.tar';
    const failed = await submit('cut', { changes: [`stages.0.dataset=${dataset}`], wait: true });
    expectRefusal(
      failed,
      /run 'cut' failed: stage 1: .*s3:\/\/ovis\/tiny\/data\/cut\/train-000003\.tar is truncated: it ends at byte 3000/,
      'again',
    );
    expect(await generationOf('cut')).toBe(1);
    // What was saved before the trainers came to that shard is whole. The run failed with the first of them; the other one ends meanwhile.
    await expect
      .poll(
        async () => {
          const saved = (await filesOf('cut')).flatMap((key) => /(stage\d-step\d+)\//.exec(key)?.[1] ?? []);
          const storage = openStorage('s3://ovis/tiny/runs', up.env);
          const complete = (await listCheckpoints(storage, 'cut/checkpoints')).map(({ id }) => id);
          return [...new Set(saved)].filter((id) => !complete.includes(id));
        },
        { timeout: 15_000 },
      )
      .toEqual([]);
    const { out } = await ovis(['trainers'], up.env);
    expect(out.match(/ idle /g)).toHaveLength(2);
  });

  it('whose data or backbones are not there fails once, naming what is missing', async () => {
    const nowhere = 's3://ovis/nowhere';
    const [data, bucket, backbones] = [
      await submit('no-data', {
        changes: [`stages.0.dataset=${nowhere}/train-{000000..000003}.tar`],
        wait: true,
      }),
      await submit('no-data-bucket', {
        changes: ['stages.0.dataset=s3://ovis-is-not-here/train-{000000..000003}.tar'],
        wait: true,
      }),
      await submit('no-backbones', { changes: [`model.backbones=${nowhere}`], wait: true }),
    ];
    expectRefusal(data, /s3:\/\/ovis\/nowhere\/train-00000\d\.tar/);
    expectRefusal(bucket, /ovis-is-not-here/);
    expectRefusal(backbones, /s3:\/\/ovis\/nowhere\/(vit|llm)\//);
    for (const id of ['no-data', 'no-data-bucket', 'no-backbones']) expect(await generationOf(id)).toBe(1);
  });

  it('whose disk is full fails with the folder, and leaves no half checkpoint', async (test) => {
    const disk = await smallDisk('256k');
    if (typeof disk === 'string') return test.skip(disk);
    try {
      const failed = await submit('full', { changes: [`storage=file://${disk.path}/runs`], wait: true });
      expectRefusal(failed, new RegExp(`file://${disk.path}/runs.*full`), 'df -h');
      expect(await generationOf('full')).toBe(1);
      const left = await readdir(join(disk.path, 'runs'), { recursive: true, withFileTypes: true });
      // The trainers' logs stay.
      const files = left.filter((entry) => entry.isFile() && !entry.name.endsWith('.jsonl'));
      expect(files.map(({ name }) => name)).toEqual(['run.json']);
    } finally {
      disk.unmount();
    }
  });
});

describe('without a cluster', () => {
  it('every command that needs one says how to start it', async () => {
    const env = { ...cleanEnv(), OVIS_STATE_DIR: join(tmpdir(), 'ovis-no-such-state') };
    const [status, down] = await Promise.all([ovis(['status'], env), ovis(['down'], env)]);
    expectRefusal(status, 'no cluster is known', 'ovis up');
    expectRefusal(down, 'no cluster runs in', 'up');
  });
});
