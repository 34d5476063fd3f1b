#!/usr/bin/env node
// The `ovis` command from a bare clone: `npm run ovis -- doctor`, or `node tools/bootstrap/ovis.mjs doctor`.
import { launchCli } from './launch.mjs';

launchCli(process.argv.slice(2));
