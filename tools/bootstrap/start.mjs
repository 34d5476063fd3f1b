#!/usr/bin/env node
// `npm start`: the demo, from a bare clone. Arguments go to it: `npm start -- --profile smoke --json out.json`.
import { launchCli } from './launch.mjs';

launchCli(['demo', ...process.argv.slice(2)]);
