export { startTestCluster, type TestCluster, type TestClusterOptions } from './cluster.ts';
export { cleanEnv, isListening, markedEnv } from './environment.ts';
export { Fleet } from './fleet.ts';
export { ovis, spawnOvis, type OvisProcess, type OvisResult } from './ovis.ts';
export { processesOf, waitUntil } from './processes.ts';
export { RunRecorder } from './run-recorder.ts';
export { recorded, spawnUp, startUp, type Up, type UpOptions } from './up.ts';
