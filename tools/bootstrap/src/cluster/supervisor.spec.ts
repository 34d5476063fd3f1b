import fs from 'node:fs';
import net from 'node:net';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { temporaryDirectory } from '../../test/fake-programs.ts';
import { threadsPerTrainer } from './app-specs.ts';
import type { ProcessSpec } from './managed-process.ts';
import { checkNamedPorts, choosePort, freePorts, isPortFree } from './ports.ts';
import { endRecorded, identify, isSameProcess } from './process-identity.ts';
import { Supervisor, TIER, type ProcessEvent } from './supervisor.ts';

let root: string;
let supervisor: Supervisor;
let events: ProcessEvent[];
beforeEach(() => {
  root = temporaryDirectory();
  events = [];
  const policy = { max: 2, windowMs: 60_000, firstDelayMs: 20 };
  supervisor = new Supervisor({ logDir: root, onChange: () => {}, policy });
  supervisor.onEvent((event) => events.push(event));
});
afterEach(async () => {
  await supervisor.stop();
  fs.rmSync(root, { recursive: true });
});

/** A Node program; `idle` lives until it is told to end. */
function spec(name: string, code: string): ProcessSpec {
  return { name, command: process.execPath, args: ['-e', code], env: process.env, cwd: root, stopMs: 400 };
}
const idle = 'setInterval(() => {}, 1000)';

async function until(condition: () => boolean): Promise<void> {
  const deadline = Date.now() + 10_000;
  while (!condition()) {
    if (Date.now() > deadline) throw new Error('did not happen within 10 s');
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

describe('supervisor', () => {
  it('starts a killed program again, with another pid, and says so', async () => {
    const trainer = await supervisor.start(spec('trainer-1', idle), { tier: TIER.trainer });
    const before = trainer.pid ?? 0;
    process.kill(before, 'SIGKILL');
    await until(() => events.some((event) => event.type === 'restarting'));
    expect(events.map((event) => event.type)).toEqual(['exited', 'restarting']);
    expect(events[1]?.message).toMatch(/^trainer-1 ended with SIGKILL; started again \(1 of 2\)/);
    expect(trainer.pid).not.toBe(before);
    expect(supervisor.records().map((one) => one.pid)).toEqual([trainer.pid]);
  });

  it('gives up on a program that ends again and again', async () => {
    await supervisor.start(spec('trainer-1', 'setTimeout(() => process.exit(3), 30)'), {
      tier: TIER.trainer,
    });
    await until(() => events.some((event) => event.type === 'gave-up'));
    expect(events.filter((event) => event.type === 'restarting')).toHaveLength(2);
    expect(events.at(-1)?.message).toMatch(/exit code 3 and is not started again: 2 restarts did not help/);
    expect(supervisor.records()).toEqual([]);
  });

  it('does not start a trainer again that was asked to leave', async () => {
    await supervisor.start(spec('trainer-1', 'setTimeout(() => process.exit(0), 30)'), {
      tier: TIER.trainer,
    });
    await until(() => events.length > 0);
    expect(events.map(({ type, message }) => [type, message])).toEqual([
      ['left', 'trainer-1 has left and is not started again'],
    ]);
  });

  it('stops trainers before the controller before servers, and kills what ignores SIGTERM', async () => {
    const order = path.join(root, 'order');
    const polite = (name: string) =>
      `process.on('SIGTERM', () => { require('fs').appendFileSync(${JSON.stringify(order)}, '${name} '); process.exit(0) }); ${idle}; console.log('up')`;
    const up = (name: string) => async () =>
      fs.readFileSync(path.join(root, `${name}.log`), 'utf8').includes('up');
    for (const [name, tier] of [
      ['s3', 0],
      ['controller', 1],
      ['trainer-1', 2],
    ] as const) {
      await supervisor.start(spec(name, polite(name)), { tier, ready: up(name) });
    }
    const stubborn = `process.on('SIGTERM', () => {}); ${idle}; console.log('up')`;
    await supervisor.start(spec('stubborn', stubborn), { tier: TIER.trainer, ready: up('stubborn') });
    const recorded = supervisor.records();
    expect(recorded).toHaveLength(4);
    await supervisor.stop();
    expect(fs.readFileSync(order, 'utf8')).toBe('trainer-1 controller s3 ');
    expect(recorded.filter(isSameProcess)).toEqual([]);
    expect(events).toEqual([]);
  });

  it('ends what a program started itself and left behind', async () => {
    const child = path.join(root, 'child');
    const code = `const c = require('child_process').spawn(process.execPath, ['-e', ${JSON.stringify(idle)}]);
      require('fs').writeFileSync(${JSON.stringify(child)}, String(c.pid)); ${idle}; console.log('up')`;
    const ready = async () => fs.existsSync(child) && fs.readFileSync(child, 'utf8') !== '';
    await supervisor.start(spec('parent', code), { tier: TIER.trainer, ready });
    const pid = Number(fs.readFileSync(child, 'utf8'));
    expect(identify(pid)).toBeDefined();
    await supervisor.stop();
    await until(() => identify(pid) === undefined);
  });

  it('reports a program that cannot start with the end of its log', async () => {
    const failing = spec('s3', `console.log('bind: address already in use'); process.exit(1)`);
    await expect(
      supervisor.start(failing, { tier: TIER.server, ready: async () => false }),
    ).rejects.toMatchObject({
      code: 'START_FAILED',
      message: expect.stringMatching(
        /s3 ended with exit code 1; the end of its log:\s+bind: address already in use/,
      ),
    });
    const absent = { ...failing, command: path.join(root, 'absent') };
    await expect(supervisor.start(absent, { tier: TIER.server, ready: async () => false })).rejects.toThrow(
      /ENOENT/,
    );
    expect(supervisor.records()).toEqual([]);
  });
});

describe('recorded processes', () => {
  it('are ended only when they are the same: a pid that was given anew is left alone', async () => {
    const one = await supervisor.start(spec('one', idle), { tier: TIER.trainer });
    const [record] = supervisor.records();
    if (!record) throw new Error('no record');
    expect(await endRecorded([{ ...record, startTime: '1' }])).toEqual([]);
    expect(identify(one.pid ?? 0)).toBeDefined();
    expect(await endRecorded([record])).toEqual([record]);
  });
});

describe('ports', () => {
  const listen = async (port = 0) => {
    const server = net.createServer();
    await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
    return { server, port: (server.address() as net.AddressInfo).port };
  };

  it('a named port that is taken is an error; the usual one is replaced with a note', async () => {
    const { server, port } = await listen();
    expect(await isPortFree(port)).toBe(false);
    await expect(choosePort('temporal', { OVIS_TEMPORAL_PORT: String(port) })).rejects.toMatchObject({
      code: 'PORT_IN_USE',
      message: expect.stringContaining(`port ${port}`),
    });
    await expect(choosePort('s3', { OVIS_S3_PORT: 'abc' })).rejects.toMatchObject({ code: 'PORT_IN_USE' });
    server.close();
    expect(await choosePort('temporal', { OVIS_TEMPORAL_PORT: String(port) })).toEqual({ port });
    const chosen = await choosePort('fleet', {}, { avoidUsual: true });
    expect(chosen.note).toMatch(/port 7400 is in use: .* is on \d+ instead \(OVIS_FLEET_PORT/);
  });

  it('free ports are different and free', async () => {
    const ports = await freePorts(8);
    expect(new Set(ports).size).toBe(8);
    expect(await Promise.all(ports.map(isPortFree))).toEqual(Array(8).fill(true));
  });

  it('none is given out twice, also before anybody listens on it', async () => {
    const lots = await Promise.all(Array.from({ length: 4 }, () => freePorts(1000)));
    const named = String(lots[0]?.[0]);
    await checkNamedPorts(['s3'], { OVIS_S3_PORT: named });
    const later = await freePorts(2000);
    expect(new Set([...lots.flat(), ...later]).size).toBe(6000);
  });
});

it('shares the cores between trainers, at least one each', () => {
  expect([
    threadsPerTrainer(1, 2),
    threadsPerTrainer(2, 4),
    threadsPerTrainer(3, 8),
    threadsPerTrainer(4, 2),
  ]).toEqual([2, 2, 2, 1]);
});
