// What test.mjs runs before the tests: finds or fetches the parts, and writes their environment to the file it names.
import fs from 'node:fs';
import path from 'node:path';
import { describeError } from './errors.ts';
import { prepare } from './setup/prepare.ts';
import { toolchainEnv } from './setup/toolchain.ts';

const [envFile = ''] = process.argv.slice(2);
try {
  const toolchain = await prepare();
  fs.mkdirSync(path.dirname(envFile), { recursive: true });
  fs.writeFileSync(envFile, JSON.stringify(toolchainEnv(toolchain)));
} catch (error) {
  console.error(`error: ${describeError(error)}`);
  process.exitCode = 1;
}
