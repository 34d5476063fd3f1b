// Plain JavaScript without dependencies: this runs before anything is installed, so it may import only Node.
// It checks Node, installs the locked dependencies when they are missing or changed, and hands over to TypeScript.
import { execFileSync, spawn } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { installDependencies } from './install-dependencies.mjs';

export const repoRoot = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..', '..');

/**
 * Says whether this Node can run ovis.
 * @param {string} version for example "20.11.0"
 * @returns {string | undefined} what is wrong, with the fix; undefined when all is well
 */
export function nodeProblem(version) {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  if ((major === 20 && minor >= 11) || major === 22 || major === 24 || major > 25) return undefined;
  const why =
    major < 20 || major === 20
      ? 'it is too old'
      : 'odd-numbered releases have no long-term support and native packages skip them';
  return (
    `ovis needs Node 20.11 or later, 22, or 24; this is Node ${version} (${why}).\n` +
    `  running: ${process.execPath}\n` +
    '  fix:     install a supported one, for example `nvm install 22 && nvm use 22`, or from https://nodejs.org'
  );
}

/** Ends the process with a message when Node is not one of the supported versions. */
export function requireSupportedNode() {
  const problem = nodeProblem(process.versions.node);
  if (!problem) return;
  console.error(problem);
  process.exit(1);
}

/**
 * Runs Node with arguments and passes signals and the exit code through.
 * @param {string[]} args what follows `node`
 * @param {Record<string, string>} [env] additional environment
 * @returns {Promise<number>} exit code (128 + signal number when it was ended by a signal)
 */
export function runNode(args, env = {}) {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, args, {
      cwd: repoRoot,
      stdio: 'inherit',
      // The child compares its parent with this and stops its cluster when the launcher is gone (SIGKILL).
      env: {
        // The AWS SDK tells Node 20 about its plans for 2027 in every process.
        AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
        ...process.env,
        ...env,
        OVIS_LAUNCHER_PID: String(process.pid),
      },
    });
    const forward = (signal) => child.kill(signal);
    const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'];
    for (const signal of signals) process.on(signal, forward);
    const watch = watchNpm(() => child.kill('SIGTERM'));
    child.on('error', (error) => {
      console.error(`cannot start ${process.execPath}: ${error.message}`);
      resolve(1);
    });
    child.on('exit', (code, signal) => {
      clearInterval(watch);
      for (const name of signals) process.off(name, forward);
      resolve(code ?? 128 + (SIGNAL_NUMBERS[signal] ?? 1));
    });
  });
}

const SIGNAL_NUMBERS = { SIGHUP: 1, SIGINT: 2, SIGQUIT: 3, SIGABRT: 6, SIGKILL: 9, SIGSEGV: 11, SIGTERM: 15 };

/** Under `npm start` the parent is npm, or the shell that npm runs us by: when npm is killed outright, end the child too. */
function watchNpm(onGone) {
  if (!process.env.npm_lifecycle_event) return undefined;
  const ancestry = () => {
    const shell = describeProcess(process.ppid);
    return /^\S*sh -c .*tools\/bootstrap/.test(shell.command)
      ? `${process.ppid} ${shell.parent}`
      : `${process.ppid}`;
  };
  const atStart = ancestry();
  const timer = setInterval(() => {
    if (ancestry() === atStart) return;
    clearInterval(timer);
    onGone();
  }, 1000);
  timer.unref();
  return timer;
}

/** Parent and command line of a process; empty when it is gone. */
function describeProcess(pid) {
  try {
    if (process.platform === 'linux') {
      const stat = fs.readFileSync(`/proc/${pid}/stat`, 'utf8');
      const command = fs.readFileSync(`/proc/${pid}/cmdline`, 'utf8').replace(/\0/g, ' ');
      return { parent: stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1], command };
    }
    const line = execFileSync('ps', ['-o', 'ppid=,command=', '-p', String(pid)], { encoding: 'utf8' }).trim();
    const [parent = '', ...command] = line.split(/\s+/);
    return { parent, command: command.join(' ') };
  } catch {
    return { parent: '', command: '' };
  }
}

/**
 * Checks Node, installs dependencies, and runs the `ovis` command line.
 * @param {string[]} args the command and its arguments
 */
export async function launchCli(args) {
  requireSupportedNode();
  if (!(await installDependencies(repoRoot))) process.exit(1);
  // Only the exit code is set: stdout may still have bytes to flush.
  process.exitCode = await runNode(['tools/bootstrap/app.mjs', 'apps/cli/src/main.ts', ...args]);
}
