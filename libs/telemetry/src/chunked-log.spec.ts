import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { ChunkedLog } from './chunked-log.ts';
import { createLogger, tapLog } from './logger.ts';

function recording(fail: () => boolean = () => false) {
  const chunks: [number, string][] = [];
  const problems: unknown[] = [];
  const put = async (firstMs: number, text: string) => {
    if (fail()) throw new Error('away');
    chunks.push([firstMs, text]);
  };
  return { chunks, problems, put, onProblem: (error: unknown) => problems.push(error) };
}

it('writes lines in chunks, after a while or when there are many', async () => {
  const { chunks, put } = recording();
  const log = new ChunkedLog({ put, everyMs: 20, chunkBytes: 10 });
  log.add('one');
  log.add('two\n');
  await sleep(60);
  log.add('a line that is long enough');
  await log.flush();
  expect(chunks.map(([, text]) => text)).toEqual(['one\ntwo\n', 'a line that is long enough\n']);
  expect(chunks[1]![0]).toBeGreaterThan(chunks[0]![0]);
});

it('keeps lines while nothing can be written, the last ones, and says how many are lost', async () => {
  let away = true;
  const { chunks, problems, put, onProblem } = recording(() => away);
  const log = new ChunkedLog({ put, onProblem, keptBytes: 20 });
  for (let i = 0; i < 8; i++) {
    log.add(`line ${i}`);
    await log.flush();
  }
  expect(problems).toHaveLength(1);
  away = false;
  await log.flush();
  expect(chunks.map(([, text]) => text)).toEqual([
    '{"level":"warn","msg":"6 lines were lost here"}\nline 6\nline 7\n',
  ]);
});

it('a tap sees every line of the process as JSON, until it is taken off', () => {
  const lines: string[] = [];
  const destination = { write: () => true } as unknown as NodeJS.WritableStream;
  const log = createLogger({ name: 'x', level: 'info', pretty: true, destination });
  const untap = tapLog((line) => lines.push(line));
  log.info({ step: 1 }, 'one');
  log.debug('not this');
  untap();
  log.info('two');
  expect(lines.map((line) => JSON.parse(line) as object)).toMatchObject([{ name: 'x', step: 1, msg: 'one' }]);
});
