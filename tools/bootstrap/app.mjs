#!/usr/bin/env node
// Runs one of the apps: `node tools/bootstrap/app.mjs apps/trainer/src/main.ts --id gpu-0`.
import { pathToFileURL } from 'node:url';
import { translated } from './translated.mjs';

const [, , entry] = process.argv;
const file = await translated(entry);
// The app sees its own arguments, as if it had been started directly.
process.argv.splice(1, 2, file);
// Stacks name the lines of the sources.
process.setSourceMapsEnabled(true);
await import(pathToFileURL(file).href);
