#!/usr/bin/env node
// Only the first step of the launchers: Node's version and the locked dependencies (used by .ci/run and Docker).
import { installDependencies } from './install-dependencies.mjs';
import { repoRoot, requireSupportedNode } from './launch.mjs';

requireSupportedNode();
if (!(await installDependencies(repoRoot))) process.exitCode = 1;
