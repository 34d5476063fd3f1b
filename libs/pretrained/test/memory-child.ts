import type { StoredTensors } from '@ovis/checkpoint';
import { generateGreedy, parameterShapes, parseOvisConfig } from '@ovis/model';
import { allocatorMeter, initEngine, tf } from '@ovis/tensorflow';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { openForInference, openPretrained, planConversion, savePretrained } from '../src/index.ts';
import { fixture } from './samples.ts';

/**
 * `make FOLDER`: writes a model of some 300 MB in shards. `load FOLDER`, `convert FOLDER TARGET`: prints how far the resident
 * memory rose above where it was before, as JSON. `answer FOLDER`: what the engine holds when some tokens were made, and at most
 * while they were, as JSON; null where the engine does not tell.
 */
const [task = '', folder = '', target = ''] = process.argv.slice(2);

if (task === 'make') {
  const configJson = JSON.parse(readFileSync(join(fixture('ovis10_clip_llama3'), 'config.json'), 'utf8')) as {
    hidden_size: number;
    llm_config: Record<string, unknown>;
  };
  configJson.hidden_size = 1024;
  Object.assign(configJson.llm_config, { hidden_size: 1024, intermediate_size: 2816, num_hidden_layers: 6 });
  const config = parseOvisConfig(configJson);
  const tensors: StoredTensors = {};
  for (const [name, shape] of Object.entries(parameterShapes(config))) {
    const length = 4 * shape.reduce((product, n) => product * n, 1);
    const read = (begin: number, end: number) => Promise.resolve(new Uint8Array(end - begin).fill(60));
    tensors[name] = { dtype: 'F32', shape, pieces: [{ length, read }] };
  }
  await savePretrained(
    folder,
    { url: 'made', config, configJson: { ...configJson }, tensors, files: {} },
    { maxShardBytes: 50e6 },
  );
} else if (task === 'answer') {
  const meter = await allocatorMeter();
  const { config, params } = await openForInference(folder);
  const prompt = { inputIds: Array.from({ length: 20 }, (_, i) => i) };
  await generateGreedy(config, params, [prompt], { maxNewTokens: 4, eosTokenId: -1 });
  process.stdout.write(JSON.stringify(meter?.read() ?? null));
} else {
  await initEngine({ intraOpThreads: 1, interOpThreads: 1 });
  // The kernel forgets the highest mark so far.
  writeFileSync('/proc/self/clear_refs', '5');
  const before = kilobytes('VmRSS');
  if (task === 'load') tf.dispose((await openPretrained(folder)).params);
  else await (await planConversion(folder, target, { to: 'official', dtype: 'bf16' })).write();
  process.stdout.write(JSON.stringify({ risen: (kilobytes('VmHWM') - before) * 1024 }));
}

function kilobytes(key: string): number {
  const [, value] = new RegExp(`${key}:\\s+(\\d+) kB`).exec(readFileSync('/proc/self/status', 'utf8')) ?? [];
  return Number(value);
}
