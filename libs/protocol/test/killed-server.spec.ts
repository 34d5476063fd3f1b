import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { trainerClient } from '../src/index.ts';

it('says CONNECTION_LOST for a stream and a unary call when the server is killed', async () => {
  const script = fileURLToPath(new URL('serve-trainer.ts', import.meta.url));
  const child = spawn(process.execPath, ['--import', 'tsx', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [line] = (await once(child.stdout, 'data')) as [Buffer];
  const address = line.toString().trim();
  const client = trainerClient(address);
  const lost = { code: 'CONNECTION_LOST', message: expect.stringContaining(address) };
  const stopping = expect(client.stop({ gangId: 'g' })).rejects.toMatchObject(lost);
  let killedAt = 0;
  const streaming = expect(
    (async () => {
      for await (const event of client.runStage({})) {
        expect(event.event).toBe('step');
        killedAt = Date.now();
        child.kill('SIGKILL');
      }
    })(),
  ).rejects.toMatchObject(lost);
  await Promise.all([stopping, streaming]);
  expect(Date.now() - killedAt).toBeLessThan(1_000);
  await expect(client.getStatus()).rejects.toMatchObject({ code: 'UNREACHABLE' });
  client.close();
});
