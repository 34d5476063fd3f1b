import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { TORCH_VERSION, torchPython } from './torch.ts';

/** A Python without ensurepip, as Debian's: environments come without pip only, and what pip installs is a mark. */
const PYTHON = `#!/bin/sh
echo "$*" >> "$COMMANDS"
case "$*" in
  *--without-pip*)
    for folder in "$@"; do :; done
    mkdir -p "$folder/bin"
    printf '#!/bin/sh\\ncat "%s/version"\\n' "$folder" > "$folder/bin/python"
    chmod +x "$folder/bin/python" ;;
  '-m venv'*) echo 'ensurepip is not available' >&2; exit 1 ;;
  *' install '*) echo '${TORCH_VERSION}+cpu' > "$(dirname "$(dirname "$4")")/version" ;;
esac
`;

let root = '';
const before = { ...process.env };
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'ovis-torch-'));
  writeFileSync(join(root, 'python3'), PYTHON);
  chmodSync(join(root, 'python3'), 0o755);
  process.env['PATH'] = `${root}:${before['PATH']}`;
  process.env['COMMANDS'] = join(root, 'commands');
  process.env['OVIS_CACHE_DIR'] = root;
});
afterEach(() => {
  process.env = { ...before };
  rmSync(root, { recursive: true });
});

test.skipIf(process.platform === 'win32')(
  'where Python cannot put pip into an environment, the pip outside fills it',
  async () => {
    const folder = join(root, 'bench', 'torch');
    const python = await torchPython(() => undefined);
    expect(python).toBe(join(folder, 'bin', 'python'));
    const commands = readFileSync(join(root, 'commands'), 'utf8').trim().split('\n');
    expect(commands.slice(0, 3)).toEqual([
      `-m venv ${folder}`,
      `-m venv --clear --without-pip ${folder}`,
      `-m pip --python ${python} --version`,
    ]);
    expect(commands[3]).toMatch(`-m pip --python ${python} install`);
    expect(commands[3]).toContain(`torch==${TORCH_VERSION}`);
  },
);
