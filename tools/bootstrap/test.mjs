#!/usr/bin/env node
// `npm test`: from a bare clone, installs what is missing, fetches what the tests need, runs them, and ends with one line
// that counts them. Arguments go to vitest: `npm test -- --project model`.
import fs from 'node:fs';
import path from 'node:path';
import { installDependencies } from './install-dependencies.mjs';
import { repoRoot, requireSupportedNode, runNode } from './launch.mjs';

/**
 * The closing line of a test run.
 * @param {object} results vitest's JSON report
 * @param {number} seconds wall time
 */
export function closingLine(results, seconds) {
  const {
    numPassedTests: passed,
    numFailedTests: failed,
    numPendingTests: skipped,
    numTodoTests: todo,
  } = results;
  const files = results.testResults.length;
  const brokenFiles = results.testResults.filter(
    (file) => file.status === 'failed' && !file.assertionResults.some((test) => test.status === 'failed'),
  ).length;
  const parts = [`${passed} tests passed`];
  if (failed > 0) parts.push(`${failed} FAILED`);
  if (brokenFiles > 0) parts.push(`${brokenFiles} files could not run`);
  parts.push(`${skipped + todo} skipped`);
  return `${parts.join(', ')} in ${files} files in ${Math.round(seconds)} s`;
}

async function main() {
  requireSupportedNode();
  if (!(await installDependencies(repoRoot))) return 1;

  const envFile = path.join(repoRoot, '.ovis', 'test-env.json');
  const setup = await runNode(['--import', 'tsx', 'tools/bootstrap/src/main-setup.ts', envFile]);
  if (setup !== 0) return setup;
  const env = JSON.parse(fs.readFileSync(envFile, 'utf8'));

  const report = path.join(repoRoot, '.ovis', 'test-results.json');
  fs.rmSync(report, { force: true });
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`];
  const began = Date.now();
  const code = await runNode(
    ['node_modules/vitest/vitest.mjs', 'run', ...reporters, ...process.argv.slice(2)],
    env,
  );
  if (!fs.existsSync(report)) {
    console.log(`The tests did not come to an end (vitest: exit code ${code}).`);
    return code || 1;
  }
  const results = JSON.parse(fs.readFileSync(report, 'utf8'));
  if (code !== 0 && results.success) console.log('Errors outside of tests, see above: the run failed.');
  console.log(closingLine(results, (Date.now() - began) / 1000));
  return code;
}

// Imported by its own spec, too.
if (
  process.argv[1] &&
  fs.realpathSync(process.argv[1]) === fs.realpathSync(new URL(import.meta.url).pathname)
) {
  process.exitCode = await main();
}
