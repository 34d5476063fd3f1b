import { findLibrary } from '@ovis/tensorflow';
import { fileURLToPath } from 'node:url';
import { runProgram } from '../peers/run-program.ts';

const PROGRAM = fileURLToPath(new URL('../../../bootstrap/src/main-engine.ts', import.meta.url));

/**
 * Fetches libtensorflow as `npm start` does, where there is none: the bench needs nothing that was done before.
 * @throws Error of a library that LIBTENSORFLOW_PATH names and that is none, or of the set-up
 */
export async function prepareEngine(log: (line: string) => void): Promise<void> {
  if (findLibrary()) return;
  log('fetching libtensorflow (274 MB, once)');
  const where = await runProgram(process.execPath, ['--import', import.meta.resolve('tsx'), PROGRAM]);
  if (where.trim()) process.env['LIBTENSORFLOW_PATH'] = where.trim();
}
