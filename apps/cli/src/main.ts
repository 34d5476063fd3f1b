#!/usr/bin/env node
import { addDoctor } from './commands/doctor.ts';
import { addDown } from './commands/down.ts';
import { addPretrain } from './commands/pretrain.ts';
import { addSetup } from './commands/setup.ts';
import { addUp } from './commands/up.ts';
import { processContext } from './context.ts';
import { createProgram, runProgram } from './program.ts';

const context = processContext();
const program = createProgram(context, [addSetup, addUp, addDown, addDoctor, addPretrain]);

process.exitCode = await runProgram(program, process.argv.slice(2), context);
