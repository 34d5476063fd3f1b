import { expect, test } from 'vitest';
import { parseReply } from './protocol.ts';

test('an answer is told from what else a worker prints', () => {
  expect(parseReply('{"ok":true,"wallMs":[1.5]}')).toEqual({ ok: true, wallMs: [1.5] });
  expect(parseReply('{"ok":false,"error":"no"}')).toEqual({ ok: false, error: 'no' });
  for (const line of ['', 'hello', '{broken', '{"level":"info"}', '[1]', 'null']) {
    expect(parseReply(line), line).toBeUndefined();
  }
});
