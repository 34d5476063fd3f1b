#!/usr/bin/env node
// `npm run chaos`: checks Node, installs what is missing, and hands over to TypeScript.
import { installDependencies } from '../bootstrap/install-dependencies.mjs';
import { repoRoot, requireSupportedNode, runNode } from '../bootstrap/launch.mjs';

requireSupportedNode();
if (!(await installDependencies(repoRoot))) process.exit(1);
// Only the exit code is set: stdout may still have bytes to flush.
process.exitCode = await runNode(['--import', 'tsx', 'tools/chaos/src/main.ts', ...process.argv.slice(2)]);
