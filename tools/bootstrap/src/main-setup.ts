// What test.mjs runs before the tests: finds or fetches the parts, and writes their environment to the file it names.
import fs from 'node:fs';
import path from 'node:path';
import { describeError } from './errors.ts';
import { prepare, prepareSmollm2 } from './setup/prepare.ts';
import { toolchainEnv } from './setup/toolchain.ts';

const [envFile = ''] = process.argv.slice(2);
try {
  const toolchain = await prepare();
  fs.mkdirSync(path.dirname(envFile), { recursive: true });
  const env = toolchainEnv(toolchain);
  // The engine finds the cached library by itself, and its specs of that search must not see it named.
  if (['cached', 'fetched'].includes(toolchain.libtensorflow.source)) delete env.LIBTENSORFLOW_PATH;
  fs.writeFileSync(envFile, JSON.stringify(env));
  // The tests on real weights are skipped without them, with a word why.
  await prepareSmollm2().catch((error: unknown) => console.error(`warning: ${describeError(error)}`));
} catch (error) {
  console.error(`error: ${describeError(error)}`);
  process.exitCode = 1;
}
