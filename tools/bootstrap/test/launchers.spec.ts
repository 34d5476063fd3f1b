import { spawn, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { nodeProblem } from '../launch.mjs';
import { closingLine } from '../test.mjs';
import { ENTRIES } from '../translated.mjs';
import { program, temporaryDirectory } from './fake-programs.ts';

const launchers = path.dirname(fileURLToPath(new URL('../launch.mjs', import.meta.url)));
const realModules = path.resolve(launchers, '../../node_modules');
let clone: string;

/** A clone in miniature: the launchers, a lock file, and an npm that installs what the lock says. */
beforeEach(() => {
  clone = temporaryDirectory();
  const target = path.join(clone, 'tools', 'bootstrap');
  fs.mkdirSync(target, { recursive: true });
  for (const file of fs.readdirSync(launchers).filter((name) => name.endsWith('.mjs'))) {
    fs.copyFileSync(path.join(launchers, file), path.join(target, file));
  }
  lock('1.0.0');
  for (const entry of ENTRIES) write(entry, '');
  const cli = `console.log('CLI', process.argv.slice(2).join(' ')); process.exit(Number(process.env.CLI_EXIT ?? 0))`;
  write('apps/cli/src/main.ts', cli);
  npm(`
    echo "$@" >> ${clone}/npm-calls
    mkdir -p node_modules
    for p in tsx typescript vitest esbuild; do ln -sfn ${realModules}/$p node_modules/$p; done
    cp package-lock.json node_modules/.package-lock.json`);
});
afterEach(() => fs.rmSync(clone, { recursive: true, force: true }));

function lock(version: string) {
  const packages = { '': { name: 'ovis' }, 'node_modules/tsx': { version }, 'libs/a': {} };
  fs.writeFileSync(path.join(clone, 'package-lock.json'), JSON.stringify({ packages }));
}

function write(file: string, text: string) {
  fs.mkdirSync(path.dirname(path.join(clone, file)), { recursive: true });
  fs.writeFileSync(path.join(clone, file), text);
}

function npm(body: string) {
  program(path.join(clone, 'bin', 'npm'), body);
}

function environment(more: Record<string, string> = {}): NodeJS.ProcessEnv {
  const { npm_execpath: _npm, npm_lifecycle_event: _event, ...rest } = process.env;
  return { ...rest, PATH: `${path.join(clone, 'bin')}:${process.env.PATH}`, ...more };
}

function launch(file: string, args: string[] = [], more: Record<string, string> = {}) {
  const script = path.join(clone, 'tools/bootstrap', file);
  return spawnSync(process.execPath, [script, ...args], {
    encoding: 'utf8',
    env: environment(more),
    cwd: clone,
  });
}

const npmCalls = () => fs.readFileSync(path.join(clone, 'npm-calls'), 'utf8').trim().split('\n').length;

describe('launchers', () => {
  it('install once, again when the lock changes, and not when npm was run by hand', () => {
    expect(launch('install.mjs').stderr).toMatch(/not installed yet; installing[\s\S]*packages installed in/);
    expect(launch('install.mjs').stderr).toBe('');
    expect(npmCalls()).toBe(1);
    lock('2.0.0');
    expect(launch('install.mjs').stderr).toMatch(/node_modules\/tsx is 1\.0\.0, locked is 2\.0\.0/);
    expect(npmCalls()).toBe(2);
    lock('3.0.0');
    fs.copyFileSync(
      path.join(clone, 'package-lock.json'),
      path.join(clone, 'node_modules/.package-lock.json'),
    );
    expect(launch('install.mjs').stderr).toBe('');
    expect(npmCalls()).toBe(2);
  });

  it('two at once run npm once', async () => {
    npm(`sleep 1; ${fs.readFileSync(path.join(clone, 'bin/npm'), 'utf8')}`);
    const one = () =>
      new Promise<number | null>((resolve) => {
        const script = path.join(clone, 'tools/bootstrap/install.mjs');
        spawn(process.execPath, [script], { env: environment(), stdio: 'ignore' }).once('exit', resolve);
      });
    expect(await Promise.all([one(), one(), one()])).toEqual([0, 0, 0]);
    expect(npmCalls()).toBe(1);
  });

  it.each([
    ['npm error code ENOTFOUND getaddrinfo', /registry cannot be reached/],
    ['npm error ENOSPC: no space left on device', /disk is full/],
    ['npm error code EUSAGE `npm ci` can only install packages when', /npm install/],
  ])('keep the output of a failed npm ("%s") and say what to do', (output, advice) => {
    npm(`echo '${output}' >&2; exit 7`);
    const { status, stderr } = launch('start.mjs');
    expect(status).toBe(1);
    expect(stderr).toContain(output);
    expect(stderr).toMatch(advice);
    expect(stderr).toContain('.ovis/logs/npm-ci.log');
    expect(fs.readFileSync(path.join(clone, '.ovis/logs/npm-ci.log'), 'utf8')).toContain(output);
  });

  it('pass on arguments and exit codes', () => {
    launch('install.mjs');
    const { stdout, status } = launch('start.mjs', ['--profile', 'smoke'], { CLI_EXIT: '5' });
    expect(stdout.trim()).toBe('CLI demo --profile smoke');
    expect(status).toBe(5);
    expect(launch('ovis.mjs', ['doctor', '--json']).stdout.trim()).toBe('CLI doctor --json');
  });

  it('pass on signals, and let the command finish its work', async () => {
    launch('install.mjs');
    const code = `process.on('SIGTERM', () => setTimeout(() => { console.log('cleaned up'); process.exit(9) }, 200));
      console.log('up'); setInterval(() => {}, 1000)`;
    write('apps/cli/src/main.ts', code);
    const script = path.join(clone, 'tools/bootstrap/start.mjs');
    const child = spawn(process.execPath, [script], {
      env: environment(),
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let output = '';
    child.stdout.on('data', (chunk: Buffer) => {
      output += chunk.toString();
      if (output === 'up\n') child.kill('SIGTERM');
    });
    expect(await new Promise((resolve) => child.once('close', resolve))).toBe(9);
    expect(output).toBe('up\ncleaned up\n');
  });

  it('start what the sources say now, and say where in them it failed', async () => {
    launch('install.mjs');
    const said = () => launch('ovis.mjs', ['status']).stdout.trim();
    expect(said()).toBe('CLI status');
    write('libs/one/src/index.ts', `export const where: string = import.meta.url;`);
    write(
      'apps/cli/src/main.ts',
      `import { where } from '../../../libs/one/src/index.ts';\nconsole.log(where);`,
    );
    expect(said()).toBe(pathToFileURL(path.join(fs.realpathSync(clone), 'libs/one/src/index.ts')).href);
    write('libs/one/src/index.ts', `export const where: string = 'changed';`);
    const script = path.join(clone, 'tools/bootstrap/ovis.mjs');
    const together = [1, 2, 3].map(
      () =>
        new Promise<string>((resolve) => {
          const child = spawn(process.execPath, [script], { env: environment() });
          let out = '';
          child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()));
          child.once('close', () => resolve(out.trim()));
        }),
    );
    expect(await Promise.all(together)).toEqual(['changed', 'changed', 'changed']);
    write(
      'libs/one/src/index.ts',
      `interface None { a: 1 }\nexport const where: string = (undefined as unknown as None).a;`,
    );
    expect(launch('ovis.mjs').stderr).toMatch(/libs\/one\/src\/index\.ts:2:\d+/);
    write('libs/one/src/index.ts', `export const where: = 1;`);
    const broken = launch('ovis.mjs');
    expect(broken.stderr).toMatch(/libs\/one\/src\/index\.ts:1:\d+: ERROR/);
    expect(broken.status).toBe(1);
  });

  it('are missed by the command when they are killed', async () => {
    const ended = path.join(clone, 'ended');
    const code = `const { spawn } = require('child_process');
      const c = spawn(process.execPath, ['--import', 'tsx', ${JSON.stringify(path.join(launchers, 'test/signal-process.ts'))}, ${JSON.stringify(ended)}],
        { stdio: ['ignore', 'inherit', 'inherit'], cwd: ${JSON.stringify(launchers)}, env: { ...process.env, OVIS_LAUNCHER_PID: String(process.pid) } });`;
    const launcher = spawn(process.execPath, ['-e', code], { stdio: ['ignore', 'pipe', 'inherit'] });
    await new Promise((resolve) => launcher.stdout.once('data', resolve));
    launcher.kill('SIGKILL');
    const deadline = Date.now() + 10_000;
    while (!fs.existsSync(ended) && Date.now() < deadline)
      await new Promise((resolve) => setTimeout(resolve, 50));
    expect(fs.readFileSync(ended, 'utf8')).toBe('the launcher is gone');
  });
});

describe('Node versions', () => {
  it.each(['20.11.0', '20.20.2', '22.1.0', '24.0.0', '26.0.0'])('%s is fine', (version) => {
    expect(nodeProblem(version)).toBeUndefined();
  });

  it.each(['16.20.0', '18.19.0', '20.10.0', '21.7.0', '23.1.0', '25.0.0'])(
    '%s is refused with a fix',
    (version) => {
      expect(nodeProblem(version)).toMatch(
        new RegExp(`this is Node ${version.replaceAll('.', '\\.')}[\\s\\S]*nvm install`),
      );
    },
  );
});

it('the closing line counts tests, files that could not run, and skipped ones', () => {
  const file = (status: string, ...tests: string[]) => ({
    status,
    assertionResults: tests.map((one) => ({ status: one })),
  });
  const results = { numPassedTests: 12, numFailedTests: 0, numPendingTests: 2, numTodoTests: 1 };
  expect(closingLine({ ...results, testResults: [file('passed', 'passed'), file('passed')] }, 61.4)).toBe(
    '12 tests passed, 3 skipped in 2 files in 61 s',
  );
  const bad = { ...results, numFailedTests: 1, testResults: [file('failed', 'failed'), file('failed')] };
  expect(closingLine(bad, 5)).toBe(
    '12 tests passed, 1 FAILED, 1 files could not run, 3 skipped in 2 files in 5 s',
  );
});
