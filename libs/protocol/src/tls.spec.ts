import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { serveTrainer, trainerClient, type TrainerImplementation } from './index.ts';
import { idleTrainer } from '../test/idle-trainer.ts';

const impl: TrainerImplementation = {
  ...idleTrainer,
  getStatus: async () => ({ trainerId: 'secure' }),
};
const directory = mkdtempSync(join(tmpdir(), 'ovis-tls-'));
const file = (name: string) => join(directory, name);

beforeAll(() => {
  const openssl = (...args: string[]) => execFileSync('openssl', args, { cwd: directory, stdio: 'ignore' });
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  openssl(
    'req',
    '-x509',
    ...key,
    '-keyout',
    'ca.key',
    '-out',
    'ca.pem',
    '-subj',
    '/CN=test ca',
    '-days',
    '2',
  );
  openssl('req', ...key, '-keyout', 'own.key', '-out', 'own.csr', '-subj', '/CN=trainer.test');
  openssl(
    'x509',
    '-req',
    '-in',
    'own.csr',
    '-CA',
    'ca.pem',
    '-CAkey',
    'ca.key',
    '-CAcreateserial',
    '-out',
    'own.pem',
    '-days',
    '2',
  );
});
afterAll(() => rmSync(directory, { recursive: true, force: true }));

it('serves and calls with mutual TLS; refuses a client without a certificate', async () => {
  const tls = { ca: file('ca.pem'), cert: file('own.pem'), key: file('own.key') };
  const server = await serveTrainer(impl, { tls });
  const known = trainerClient(server.address, { tls: { ...tls, serverName: 'trainer.test' } });
  expect(await known.getStatus()).toMatchObject({ trainerId: 'secure' });
  const stranger = trainerClient(server.address, {
    tls: { ca: tls.ca, serverName: 'trainer.test' },
    deadlineMs: 2_000,
  });
  await expect(stranger.getStatus()).rejects.toMatchObject({ name: 'RpcError' });
  const plain = trainerClient(server.address, { deadlineMs: 2_000 });
  await expect(plain.getStatus()).rejects.toMatchObject({ name: 'RpcError' });
  for (const client of [known, stranger, plain]) client.close();
  await server.close();
});

it('names files that are missing', async () => {
  await expect(
    serveTrainer(impl, { tls: { cert: file('no.pem'), key: file('no.key') } }),
  ).rejects.toMatchObject({
    code: 'BAD_CREDENTIALS',
    message: expect.stringContaining('no.key'),
  });
});
