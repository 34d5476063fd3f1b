// Started by cluster.spec.ts as a process of its own: a cluster of the servers only, until it is ended.
import { describeError, prepare, startCluster } from '../src/index.ts';

const [stateDir = ''] = process.argv.slice(2);
try {
  const toolchain = await prepare({ quiet: true });
  const cluster = await startCluster({ toolchain, trainers: 0, controller: false, stateDir });
  console.log(`READY ${JSON.stringify(cluster.env)}`);
  setInterval(() => {}, 1000);
} catch (error) {
  console.log(`FAILED ${describeError(error)}`);
  process.exitCode = 1;
}
