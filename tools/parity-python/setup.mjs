// Makes the Python environment that the comparison with transformers runs in: `node tools/parity-python/setup.mjs`.
// It takes some GB (PyTorch), so nothing else makes it: without it the specs that need it are skipped with a message.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, rename, rm } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const cache = process.env['OVIS_CACHE_DIR'] || join(homedir(), '.cache', 'ovis');
const target = join(cache, 'parity-python');
const python = join(
  target,
  ...(process.platform === 'win32' ? ['Scripts', 'python.exe'] : ['bin', 'python']),
);
const requirements = fileURLToPath(new URL('requirements.txt', import.meta.url));

if (existsSync(join(target, 'complete'))) {
  console.log(`there already: ${python}`);
} else {
  await rm(target, { recursive: true, force: true });
  await mkdir(cache, { recursive: true });
  run(process.env['OVIS_PYTHON'] ?? 'python3', ['-m', 'venv', target]);
  run(python, ['-m', 'pip', 'install', '--disable-pip-version-check', '--requirement', requirements]);
  run(python, [
    '-c',
    'import safetensors, torch, transformers; print(torch.__version__, transformers.__version__)',
  ]);
  // Written last: what was interrupted is made again.
  await mkdir(join(target, 'complete.new'));
  await rename(join(target, 'complete.new'), join(target, 'complete'));
  console.log(`made ${python}`);
}

function run(command, args) {
  const { status, error } = spawnSync(command, args, { stdio: 'inherit' });
  if (status === 0) return;
  console.error(`${command} ${args.join(' ')} failed${error ? `: ${error.message}` : ` with ${status}`}`);
  console.error('fix: install Python 3.10 or later with venv and pip, or name one with OVIS_PYTHON');
  process.exit(1);
}
