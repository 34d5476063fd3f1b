export { BootstrapError, describeError, type BootstrapErrorCode } from './errors.ts';
export { appRunner, cacheDirectory, repoRoot, stateDirectory } from './paths.ts';
export { formatBytes, formatSeconds } from './setup/format.ts';
export { prepare, prepareSmollm2, taskListFor, type PrepareOptions } from './setup/prepare.ts';
export {
  TaskList,
  type TaskHandle,
  type TaskListOptions,
  type TaskMode,
  type TaskSpec,
} from './setup/task-list.ts';
export { toolchainEnv, type Part, type PartSource, type Toolchain } from './setup/toolchain.ts';
export { startCluster, type Cluster, type ClusterOptions } from './cluster/start-cluster.ts';
export { freePorts } from './cluster/ports.ts';
export { stopCluster, type StopResult } from './cluster/stop-cluster.ts';
export {
  clusterEnv,
  readClusterState,
  runningCluster,
  type ClusterState,
  type ProcessRecord,
  type S3Access,
} from './cluster/state.ts';
export { type ProcessEvent } from './cluster/supervisor.ts';
export { examine, type Diagnosis, type Problem } from './doctor/examine.ts';
export { describeDiagnosis } from './doctor/print.ts';
export {
  runDoctor,
  runDown,
  runSetup,
  runUp,
  type OutputOptions,
  type SetupOptions,
  type UpOptions,
} from './commands.ts';
