// Started by launchers.spec.ts: says into a file why it was told to stop.
import fs from 'node:fs';
import { stopOnSignals } from '../src/cluster/stop-signals.ts';

const [file = ''] = process.argv.slice(2);
stopOnSignals(async (reason) => fs.writeFileSync(file, reason));
setInterval(() => {}, 1000);
console.log('up');
