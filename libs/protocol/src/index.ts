export * from './generated/messages.ts';
export { AsyncQueue } from './async-queue.ts';
export { ListenError, RequestError, RpcError } from './errors.ts';
export { fleetClient, fleetMethods, serveFleet } from './fleet.ts';
export { keepWatching, type KeepWatchingOptions } from './keep-watching.ts';
export type { FleetClient, FleetImplementation } from './fleet.ts';
export { groupClient, groupMethods, serveGroups } from './groups.ts';
export type { GroupClient, GroupImplementation } from './groups.ts';
export type { BidiStream, CallOptions, ClientOptions } from './rpc-client.ts';
export type {
  BidiHandler,
  RunningServer,
  ServeOptions,
  ServerCall,
  StreamHandler,
  UnaryHandler,
} from './rpc-server.ts';
export { clientCredentials, serverCredentials } from './tls.ts';
export type { TlsOptions } from './tls.ts';
export { serveTrainer, trainerClient, trainerMethods } from './trainer.ts';
export type { TrainerClient, TrainerImplementation } from './trainer.ts';
