import { execFile } from 'node:child_process';
import { userInfo } from 'node:os';
import { promisify } from 'node:util';

/** What made a run, for the record beside its results: code revision, versions, who. */
export async function originOf(cwd: string): Promise<Record<string, string>> {
  const git = async (...args: string[]) => {
    try {
      return (await promisify(execFile)('git', args, { cwd, timeout: 5_000 })).stdout.trim();
    } catch {
      // Not every copy is a clone.
      return undefined;
    }
  };
  const [revision, changes] = await Promise.all([
    git('rev-parse', 'HEAD'),
    git('status', '--porcelain', '-uno'),
  ]);
  let user = '';
  try {
    user = userInfo().username;
  } catch {
    // A container's user may have no name.
  }
  return {
    node: process.versions.node,
    ovis: '0.1.0',
    submittedAt: new Date().toISOString(),
    ...(user === '' ? {} : { user }),
    ...(revision === undefined ? {} : { revision: changes ? `${revision} with changes` : revision }),
  };
}
