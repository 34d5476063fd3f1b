import { codec, method } from './codec.ts';
import type * as m from './generated/messages.ts';
import { ovis } from './generated/ovis.js';
import { RpcClient, type BidiStream, type CallOptions, type ClientOptions } from './rpc-client.ts';
import { bidi, serve, serverStream, unary, type RunningServer, type ServeOptions } from './rpc-server.ts';
import type { BidiHandler, StreamHandler, UnaryHandler } from './rpc-server.ts';

const v1 = ovis.fleet.v1;
const calls = v1.FleetService.prototype;

/** fleet.v1.FleetService, built from the generated code. */
export const fleetMethods = {
  watch: method(
    calls.watch,
    codec<m.TrainerReportInput, m.TrainerReport>(v1.TrainerReport),
    codec<m.FleetCommandInput, m.FleetCommand>(v1.FleetCommand),
  ),
  listTrainers: method(
    calls.listTrainers,
    codec<m.ListTrainersRequestInput, m.ListTrainersRequest>(v1.ListTrainersRequest),
    codec<m.ListTrainersResponseInput, m.ListTrainersResponse>(v1.ListTrainersResponse),
  ),
  watchRun: method(
    calls.watchRun,
    codec<m.WatchRunRequestInput, m.WatchRunRequest>(v1.WatchRunRequest),
    codec<m.RunEventInput, m.RunEvent>(v1.RunEvent),
  ),
  drainTrainer: method(
    calls.drainTrainer,
    codec<m.DrainTrainerRequestInput, m.DrainTrainerRequest>(v1.DrainTrainerRequest),
    codec<m.DrainTrainerResponseInput, m.DrainTrainerResponse>(v1.DrainTrainerResponse),
  ),
};

/** What the controller implements. `watch` may return an AsyncQueue, to push commands at any time. */
export interface FleetImplementation {
  watch: BidiHandler<m.TrainerReport, m.FleetCommandInput>;
  listTrainers: UnaryHandler<m.ListTrainersRequest, m.ListTrainersResponseInput>;
  watchRun: StreamHandler<m.WatchRunRequest, m.RunEventInput>;
  drainTrainer: UnaryHandler<m.DrainTrainerRequest, m.DrainTrainerResponseInput>;
}

/** Serves FleetService. @throws ListenError */
export function serveFleet(impl: FleetImplementation, options: ServeOptions = {}): Promise<RunningServer> {
  const f = fleetMethods;
  return serve(
    {
      watch: { method: f.watch, handle: bidi(f.watch, (q, c) => impl.watch(q, c)) },
      listTrainers: {
        method: f.listTrainers,
        handle: unary(f.listTrainers, (q, c) => impl.listTrainers(q, c)),
      },
      watchRun: { method: f.watchRun, handle: serverStream(f.watchRun, (q, c) => impl.watchRun(q, c)) },
      drainTrainer: {
        method: f.drainTrainer,
        handle: unary(f.drainTrainer, (q, c) => impl.drainTrainer(q, c)),
      },
    },
    options,
  );
}

export interface FleetClient {
  readonly address: string;
  /** Send the registration first, then heartbeats; read commands from it. */
  watch(options?: CallOptions): BidiStream<m.TrainerReportInput, m.FleetCommand>;
  listTrainers(options?: CallOptions): Promise<m.Trainer[]>;
  /** The trainers and the gangs that wait for some. */
  listFleet(options?: CallOptions): Promise<m.ListTrainersResponse>;
  watchRun(request: m.WatchRunRequestInput, options?: CallOptions): AsyncIterable<m.RunEvent>;
  drainTrainer(request: m.DrainTrainerRequestInput, options?: CallOptions): Promise<m.DrainTrainerResponse>;
  close(): void;
}

/** Calls the controller. Every failure is an RpcError that names the address. Call `close` when done. */
export function fleetClient(address: string, options: ClientOptions = {}): FleetClient {
  const client = new RpcClient(address, options);
  const f = fleetMethods;
  return {
    address,
    watch: (o) => client.bidi(f.watch, o),
    listTrainers: async (o) => (await client.unary(f.listTrainers, {}, o)).trainers,
    listFleet: (o) => client.unary(f.listTrainers, {}, o),
    watchRun: (request, o) => client.serverStream(f.watchRun, request, o),
    drainTrainer: (request, o) => client.unary(f.drainTrainer, request, o),
    close: () => client.close(),
  };
}
