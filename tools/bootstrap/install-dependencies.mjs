// Installs the locked npm dependencies when they are missing or when package-lock.json changed.
// Plain JavaScript without dependencies, see launch.mjs.
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';

/** Packages the launchers themselves need next; a tree without them is not installed, whatever the stamp says. */
const MUST_EXIST = ['tsx/package.json', 'typescript/package.json', 'vitest/package.json'];

/**
 * @param {string} root repository root
 * @returns {Promise<boolean>} true when the dependencies are there; false after an error message was printed
 */
export async function installDependencies(root) {
  if (!whatIsMissing(root)) return true;
  const release = await takeLock(path.join(root, '.ovis', 'install.lock'));
  try {
    const problem = whatIsMissing(root);
    if (!problem) return true;
    console.error(`Dependencies: ${problem}; installing the locked ones with npm ci`);
    return await npmCi(root);
  } finally {
    release();
  }
}

/**
 * Compares node_modules with the lock file.
 * @param {string} root
 * @returns {string | undefined} why an installation is needed
 */
export function whatIsMissing(root) {
  const lockFile = path.join(root, 'package-lock.json');
  const modules = path.join(root, 'node_modules');
  if (!fs.existsSync(modules)) return 'not installed yet';
  const absent = MUST_EXIST.find((file) => !fs.existsSync(path.join(modules, file)));
  if (absent) return `${path.dirname(absent)} is missing`;
  const stampFile = path.join(modules, '.ovis-install.json');
  const stamp = stampFor(lockFile);
  if (readJson(stampFile) === undefined || JSON.stringify(readJson(stampFile)) !== JSON.stringify(stamp)) {
    // Somebody may have run npm by hand: then the tree is right although the stamp is not.
    const difference = treeDifference(lockFile, path.join(modules, '.package-lock.json'));
    if (difference) return difference;
    fs.writeFileSync(stampFile, JSON.stringify(stamp));
  }
  return undefined;
}

/** What an installation depends on: the lock file's bytes, and for native packages the platform. */
function stampFor(lockFile) {
  const lock = createHash('sha256').update(fs.readFileSync(lockFile)).digest('hex');
  return { lock, platform: process.platform, arch: process.arch };
}

/** First package whose installed version (npm's own record of the tree) is not the locked one. */
function treeDifference(lockFile, recordFile) {
  const locked = readJson(lockFile)?.packages;
  const installed = readJson(recordFile)?.packages;
  if (!locked) return 'package-lock.json cannot be read';
  if (!installed) return 'node_modules has no record of what it holds';
  for (const [where, entry] of Object.entries(locked)) {
    if (!where.includes('node_modules/') || entry.link) continue;
    const have = installed[where];
    if (!have && (entry.optional || entry.peer)) continue; // for another platform, or left out by npm
    if (!have) return `${where} is missing`;
    if (have.version !== entry.version) return `${where} is ${have.version}, locked is ${entry.version}`;
  }
  return undefined;
}

/** Runs `npm ci`, shows the time that passes, keeps the output, explains a failure. */
async function npmCi(root) {
  const log = path.join(root, '.ovis', 'logs', 'npm-ci.log');
  fs.mkdirSync(path.dirname(log), { recursive: true });
  const began = Date.now();
  const seconds = () => `${Math.round((Date.now() - began) / 1000)} s`;
  const tty = process.stderr.isTTY;
  const tick = setInterval(
    () =>
      tty ? process.stderr.write(`\r  npm ci ... ${seconds()} `) : console.error(`  npm ci ... ${seconds()}`),
    tty ? 500 : 10_000,
  );
  const { code, output } = await run(npmCommand(), ['ci', '--include=dev', '--no-progress'], root);
  clearInterval(tick);
  if (tty) process.stderr.write('\r\x1b[2K');
  fs.writeFileSync(log, output);
  if (code === 0) {
    const modules = path.join(root, 'node_modules');
    fs.writeFileSync(
      path.join(modules, '.ovis-install.json'),
      JSON.stringify(stampFor(path.join(root, 'package-lock.json'))),
    );
    const count = Object.keys(readJson(path.join(modules, '.package-lock.json'))?.packages ?? {}).length;
    console.error(`  ${count} packages installed in ${seconds()}`);
    return true;
  }
  const tail = output.trimEnd().split('\n').slice(-15).join('\n    ');
  console.error(`npm ci failed after ${seconds()} (exit code ${code}). Its last lines:\n    ${tail}`);
  console.error(`  all of it: ${path.relative(root, log)}`);
  console.error(`  fix:       ${installHint(output)}`);
  return false;
}

/**
 * One line of advice for an npm failure.
 * @param {string} output what npm printed
 */
export function installHint(output) {
  if (/ENOSPC|no space left/i.test(output))
    return 'the disk is full: free about 1 GB, then run the same command again';
  if (/EACCES|EPERM|EROFS/.test(output))
    return 'node_modules cannot be written: check its owner (`ls -ld node_modules`), or remove it, then try again';
  if (/ENOTFOUND|ECONNREFUSED|ECONNRESET|ETIMEDOUT|EAI_AGAIN|network/i.test(output))
    return 'the npm registry cannot be reached: check the network, a proxy (`npm config get proxy`) or a mirror (`npm config get registry`)';
  if (/can only install packages when|not in sync|EUSAGE/i.test(output))
    return 'package.json and package-lock.json disagree: run `npm install` and commit the lock file';
  if (/EINTEGRITY/.test(output))
    return 'a package in the npm cache is damaged: `npm cache verify`, then try again';
  if (/spawn .*ENOENT/.test(output))
    return 'npm is not on the PATH: it comes with Node, see https://nodejs.org';
  return 'read the log, then try `npm ci` by hand';
}

/** The npm that runs us, else the one on the PATH. */
function npmCommand() {
  const entry = process.env.npm_execpath;
  return entry && /npm-cli\.js$/.test(entry) ? [process.execPath, entry] : ['npm'];
}

function run([command, ...first], args, cwd) {
  return new Promise((resolve) => {
    let output = '';
    const child = spawn(command, [...first, ...args], { cwd, stdio: ['ignore', 'pipe', 'pipe'] });
    child.stdout.on('data', (chunk) => (output += chunk));
    child.stderr.on('data', (chunk) => (output += chunk));
    child.on('error', (error) => resolve({ code: 127, output: `${output}${error.message}\n` }));
    child.on('close', (code) => resolve({ code: code ?? 1, output }));
  });
}

/** Two launchers at once must not run npm ci over each other: the second waits for the first. */
async function takeLock(file) {
  fs.mkdirSync(path.dirname(file), { recursive: true });
  for (let told = false; ;) {
    try {
      fs.writeFileSync(file, String(process.pid), { flag: 'wx' });
      return () => fs.rmSync(file, { force: true });
    } catch (error) {
      if (error.code !== 'EEXIST') throw error;
      const owner = Number(readText(file));
      if (owner ? !isAlive(owner) : ageMs(file) > 2000) {
        fs.rmSync(file, { force: true });
        continue;
      }
      if (!told) console.error(`Dependencies: waiting for process ${owner}, which is installing them`);
      told = true;
      await new Promise((resolve) => setTimeout(resolve, 500));
    }
  }
}

function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
}

/** Age of a file; a lock without a pid that is this new is one being written. */
function ageMs(file) {
  try {
    return Date.now() - fs.statSync(file).mtimeMs;
  } catch {
    return 0;
  }
}

function readText(file) {
  try {
    return fs.readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}

function readJson(file) {
  try {
    return JSON.parse(fs.readFileSync(file, 'utf8'));
  } catch {
    return undefined;
  }
}
