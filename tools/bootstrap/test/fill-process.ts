// Started by cache.spec.ts: fills a cache slot slowly, in two halves.
import fs from 'node:fs';
import path from 'node:path';
import { fillSlot } from '../src/setup/cache.ts';

const [cacheDir = '', milliseconds = '0'] = process.argv.slice(2);
const { filled } = await fillSlot(
  { cacheDir, name: 'part', version: '1' },
  {
    files: ['file'],
    fill: async (stage) => {
      fs.writeFileSync(path.join(stage, 'file'), Buffer.alloc(1_500_000));
      process.send?.('begun');
      await new Promise((resolve) => setTimeout(resolve, Number(milliseconds)));
      fs.appendFileSync(path.join(stage, 'file'), Buffer.alloc(1_500_000));
      return 'another process';
    },
  },
);
process.send?.(filled);
process.disconnect();
