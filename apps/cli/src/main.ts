#!/usr/bin/env node
import { processContext } from './context.ts';
import { createProgram, runProgram } from './program.ts';

const context = processContext();
// Commands that are made elsewhere join here, each a function that adds itself: setup, up, down, doctor, demo, pretrain.
const program = createProgram(context, []);

process.exitCode = await runProgram(program, process.argv.slice(2), context);
