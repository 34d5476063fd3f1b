import fs from 'node:fs';
import net from 'node:net';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { program, temporalScript, temporaryDirectory } from '../../test/fake-programs.ts';
import { clusterFile } from '../cluster/state.ts';
import { examine } from './examine.ts';
import { describeDiagnosis } from './print.ts';

let root: string;
let env: NodeJS.ProcessEnv;
beforeEach(() => {
  root = temporaryDirectory();
  const {
    TEMPORAL_ADDRESS: _a,
    TEMPORAL_BIN: _b,
    WEED_BIN: _w,
    LIBTENSORFLOW_PATH: _l,
    ...rest
  } = process.env;
  env = { ...rest, OVIS_CACHE_DIR: path.join(root, 'cache'), OVIS_STATE_DIR: path.join(root, 'state') };
});
afterEach(() => fs.rmSync(root, { recursive: true }));

describe('doctor', () => {
  it('tells a missing part, which is fetched, from a wrong one, which is an error', async () => {
    env.TEMPORAL_BIN = program(path.join(root, 'temporal'), temporalScript('1.32.0'));
    env.WEED_BIN = program(path.join(root, 'weed'), 'echo broken >&2; exit 1');
    const server = net.createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    const { port } = server.address() as net.AddressInfo;
    env.OVIS_S3_PORT = String(port);
    // A cluster whose supervisor is gone.
    fs.mkdirSync(path.join(root, 'state'));
    const dead = { pid: 2 ** 22 - 1, startTime: '1', command: '' };
    const state = {
      supervisor: dead,
      startedAt: 'then',
      processes: [{ ...dead, name: 'temporal', port: 7233 }],
    };
    fs.writeFileSync(clusterFile(path.join(root, 'state')), JSON.stringify(state));

    const diagnosis = await examine(env);
    server.close();
    expect(diagnosis.ok).toBe(false);
    expect(diagnosis.parts.temporal).toMatchObject({ source: 'named', version: '1.9.1 (server 1.32.0)' });
    expect(diagnosis.ports.s3).toEqual({ port, state: 'in use', variable: 'OVIS_S3_PORT' });
    expect(diagnosis.cluster).toMatchObject({
      running: false,
      processes: [{ name: 'temporal', running: false }],
    });
    expect(diagnosis.devices).toMatchObject({ engine: { backend: 'wasm' }, cudaBuild: false });
    expect(diagnosis.devices.engine.smoke?.runs).toMatchObject([{ ok: true }]);
    expect(diagnosis.problems.filter((one) => one.level === 'error').map((one) => one.what)).toEqual([
      expect.stringMatching(/S3 server: WEED_BIN=.* cannot be used: broken/),
    ]);
    // It only looks: nothing was fetched.
    expect(fs.existsSync(path.join(root, 'cache'))).toBe(false);

    const text = describeDiagnosis(diagnosis);
    expect(text).toContain(`node        ${process.versions.node}`);
    expect(text).toContain(`${port} in use (the S3 server, OVIS_S3_PORT)`);
    expect(text).toMatch(/smoke step +wasm.*: losses .* as computed in JavaScript/);
    expect(text).toMatch(/engine: .*[\s\S]*fix: `npm run ovis -- setup`/);
    for (const problem of diagnosis.problems) expect(problem.fix).not.toBe('');
  });
});
