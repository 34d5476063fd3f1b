// Watches over the processes of a cluster: when its stdin ends, because the supervisor is gone in whatever way, it ends
// them. Plain JavaScript: a second Node that transpiles TypeScript would cost twice the memory and start-up.
//
// stdin, one JSON per line: {"watch": {"pid", "startTime"}} | {"forget": pid} | {"done": true}
import fs from 'node:fs';
import { execFileSync } from 'node:child_process';
import readline from 'node:readline';

const GRACE_MS = 5000;
const watched = new Map();

// Signals to the terminal's group or to the supervisor are not for the guard: only the end of the pipe counts.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => {});

const lines = readline.createInterface({ input: process.stdin });
lines.on('line', (line) => {
  const message = JSON.parse(line);
  if (message.watch) watched.set(message.watch.pid, message.watch.startTime);
  if (message.forget) watched.delete(message.forget);
  if (message.done) process.exit(0);
});
lines.on('close', endAll);

async function endAll() {
  // Last started first: trainers and controller before the servers they talk to.
  const pids = [...watched.keys()].reverse();
  for (const pid of pids) if (isSame(pid)) signal(pid, 'SIGTERM');
  const deadline = Date.now() + GRACE_MS;
  while (pids.some(isSame) && Date.now() < deadline) await new Promise((resolve) => setTimeout(resolve, 50));
  for (const pid of pids) {
    if (isSame(pid)) signal(pid, 'SIGKILL');
    signal(-pid, 'SIGKILL'); // what it started itself and left behind
  }
  process.exit(0);
}

/** Never a process that merely got the same pid later. */
function isSame(pid) {
  return startTime(pid) === watched.get(pid);
}

function startTime(pid) {
  try {
    if (process.platform !== 'linux') {
      const options = { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] };
      const line = execFileSync('ps', ['-o', 'state=,lstart=', '-p', String(pid)], options).trim();
      const [state = 'Z', ...date] = line.split(/\s+/);
      return state.startsWith('Z') ? undefined : date.join(' ');
    }
    const stat = fs.readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return fields[0] === 'Z' || fields[0] === 'X' ? undefined : fields[19];
  } catch {
    return undefined;
  }
}

function signal(pid, name) {
  try {
    process.kill(pid, name);
  } catch {
    // gone already
  }
}
