import { PassThrough } from 'node:stream';
import { afterEach, expect, it } from 'vitest';
import { createLogger } from './index.ts';

afterEach(() => delete process.env['OVIS_LOG_LEVEL']);

function sink(isTTY = false) {
  const stream = Object.assign(new PassThrough(), { isTTY });
  return { stream, text: () => String(stream.read() ?? '') };
}

class HintedError extends Error {
  readonly code = 'NO_BUCKET';
  readonly hint = 'create it';
}

it('writes JSON lines with name, level and fields when there is no terminal', () => {
  const { stream, text } = sink();
  createLogger({ name: 'trainer-0', destination: stream }).info({ step: 3 }, 'trained');
  expect(JSON.parse(text())).toMatchObject({ name: 'trainer-0', level: 'info', step: 3, msg: 'trained' });
});

it('keeps code and hint of an error in JSON', () => {
  const { stream, text } = sink();
  createLogger({ name: 'x', destination: stream }).error({ err: new HintedError('no bucket "b"') }, 'failed');
  expect(JSON.parse(text()).err).toMatchObject({
    message: 'no bucket "b"',
    code: 'NO_BUCKET',
    hint: 'create it',
  });
});

it('writes readable lines on a terminal: no JSON, hint without stack, stack without hint', () => {
  const { stream, text } = sink(true);
  process.env['NO_COLOR'] = '1';
  const log = createLogger({ name: 'trainer-0', destination: stream });
  delete process.env['NO_COLOR'];
  log.info({ step: 3, loss: 0.5 }, 'trained');
  expect(text()).toMatch(/^\d\d:\d\d:\d\d\.\d{3} INFO {2}trainer-0: trained step=3 loss=0\.5\n$/);
  log.error({ err: new HintedError('no bucket "b"') }, 'failed');
  expect(text()).toMatch(/failed\n {2}NO_BUCKET: no bucket "b"\n {2}hint: create it\n$/);
  log.error({ err: new TypeError('a bug') }, 'failed');
  expect(text()).toContain('logger.spec.ts');
});

it('takes its level from the options, then the environment, and refuses an unknown one', () => {
  const { stream, text } = sink();
  createLogger({ name: 'x', level: 'warn', destination: stream }).info('hidden');
  expect(text()).toBe('');
  process.env['OVIS_LOG_LEVEL'] = 'debug';
  createLogger({ name: 'x', destination: stream }).debug('shown');
  expect(text()).toContain('shown');
  process.env['OVIS_LOG_LEVEL'] = 'loud';
  expect(() => createLogger({ name: 'x', destination: stream })).toThrow('unknown log level "loud"');
});
