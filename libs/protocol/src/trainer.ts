import { codec, method } from './codec.ts';
import type * as m from './generated/messages.ts';
import { ovis } from './generated/ovis.js';
import { RpcClient, type CallOptions, type ClientOptions } from './rpc-client.ts';
import { serve, serverStream, unary, type RunningServer, type ServeOptions } from './rpc-server.ts';
import type { StreamHandler, UnaryHandler } from './rpc-server.ts';

const v1 = ovis.trainer.v1;
const calls = v1.TrainerService.prototype;
const stageEvent = codec<m.StageEventInput, m.StageEvent>(v1.StageEvent);

/** trainer.v1.TrainerService, built from the generated code. */
export const trainerMethods = {
  reserve: method(
    calls.reserve,
    codec<m.ReserveRequestInput, m.ReserveRequest>(v1.ReserveRequest),
    codec<m.ReserveResponseInput, m.ReserveResponse>(v1.ReserveResponse),
  ),
  release: method(
    calls.release,
    codec<m.ReleaseRequestInput, m.ReleaseRequest>(v1.ReleaseRequest),
    codec<m.ReleaseResponseInput, m.ReleaseResponse>(v1.ReleaseResponse),
  ),
  runStage: method(
    calls.runStage,
    codec<m.RunStageRequestInput, m.RunStageRequest>(v1.RunStageRequest),
    stageEvent,
  ),
  prepare: method(
    calls.prepare,
    codec<m.PrepareRequestInput, m.PrepareRequest>(v1.PrepareRequest),
    codec<m.PrepareResponseInput, m.PrepareResponse>(v1.PrepareResponse),
  ),
  attach: method(calls.attach, codec<m.AttachRequestInput, m.AttachRequest>(v1.AttachRequest), stageEvent),
  stop: method(
    calls.stop,
    codec<m.StopRequestInput, m.StopRequest>(v1.StopRequest),
    codec<m.StopResponseInput, m.StopResponse>(v1.StopResponse),
  ),
  evaluate: method(
    calls.evaluate,
    codec<m.EvaluateRequestInput, m.EvaluateRequest>(v1.EvaluateRequest),
    codec<m.EvaluateEventInput, m.EvaluateEvent>(v1.EvaluateEvent),
  ),
  getStatus: method(
    calls.getStatus,
    codec<m.GetStatusRequestInput, m.GetStatusRequest>(v1.GetStatusRequest),
    codec<m.GetStatusResponseInput, m.GetStatusResponse>(v1.GetStatusResponse),
  ),
  diagnose: method(
    calls.diagnose,
    codec<m.DiagnoseRequestInput, m.DiagnoseRequest>(v1.DiagnoseRequest),
    codec<m.DiagnoseResponseInput, m.DiagnoseResponse>(v1.DiagnoseResponse),
  ),
};

/** What a trainer implements. A thrown error with `{code, hint}` reaches the client as RpcError with both. */
export interface TrainerImplementation {
  reserve: UnaryHandler<m.ReserveRequest, m.ReserveResponseInput>;
  release: UnaryHandler<m.ReleaseRequest, m.ReleaseResponseInput>;
  runStage: StreamHandler<m.RunStageRequest, m.StageEventInput>;
  prepare: UnaryHandler<m.PrepareRequest, m.PrepareResponseInput>;
  attach: StreamHandler<m.AttachRequest, m.StageEventInput>;
  stop: UnaryHandler<m.StopRequest, m.StopResponseInput>;
  evaluate: StreamHandler<m.EvaluateRequest, m.EvaluateEventInput>;
  getStatus: UnaryHandler<m.GetStatusRequest, m.GetStatusResponseInput>;
  diagnose: UnaryHandler<m.DiagnoseRequest, m.DiagnoseResponseInput>;
}

/** Serves TrainerService. @throws ListenError */
export function serveTrainer(
  impl: TrainerImplementation,
  options: ServeOptions = {},
): Promise<RunningServer> {
  const t = trainerMethods;
  return serve(
    {
      reserve: { method: t.reserve, handle: unary(t.reserve, (q, c) => impl.reserve(q, c)) },
      release: { method: t.release, handle: unary(t.release, (q, c) => impl.release(q, c)) },
      runStage: { method: t.runStage, handle: serverStream(t.runStage, (q, c) => impl.runStage(q, c)) },
      prepare: { method: t.prepare, handle: unary(t.prepare, (q, c) => impl.prepare(q, c)) },
      attach: { method: t.attach, handle: serverStream(t.attach, (q, c) => impl.attach(q, c)) },
      stop: { method: t.stop, handle: unary(t.stop, (q, c) => impl.stop(q, c)) },
      evaluate: { method: t.evaluate, handle: serverStream(t.evaluate, (q, c) => impl.evaluate(q, c)) },
      getStatus: { method: t.getStatus, handle: unary(t.getStatus, (q, c) => impl.getStatus(q, c)) },
      diagnose: { method: t.diagnose, handle: unary(t.diagnose, (q, c) => impl.diagnose(q, c)) },
    },
    options,
  );
}

export interface TrainerClient {
  readonly address: string;
  reserve(request: m.ReserveRequestInput, options?: CallOptions): Promise<m.ReserveResponse>;
  release(request: m.ReleaseRequestInput, options?: CallOptions): Promise<m.ReleaseResponse>;
  runStage(request: m.RunStageRequestInput, options?: CallOptions): AsyncIterable<m.StageEvent>;
  prepare(request: m.PrepareRequestInput, options?: CallOptions): Promise<m.PrepareResponse>;
  attach(request: m.AttachRequestInput, options?: CallOptions): AsyncIterable<m.StageEvent>;
  stop(request: m.StopRequestInput, options?: CallOptions): Promise<m.StopResponse>;
  evaluate(request: m.EvaluateRequestInput, options?: CallOptions): AsyncIterable<m.EvaluateEvent>;
  getStatus(options?: CallOptions): Promise<m.GetStatusResponse>;
  diagnose(options?: CallOptions): Promise<m.DiagnoseResponse>;
  close(): void;
}

/** Calls a trainer. Every failure is an RpcError that names the address. Call `close` when done. */
export function trainerClient(address: string, options: ClientOptions = {}): TrainerClient {
  const client = new RpcClient(address, options);
  const t = trainerMethods;
  return {
    address,
    reserve: (request, o) => client.unary(t.reserve, request, o),
    release: (request, o) => client.unary(t.release, request, o),
    runStage: (request, o) => client.serverStream(t.runStage, request, o),
    prepare: (request, o) => client.unary(t.prepare, request, o),
    attach: (request, o) => client.serverStream(t.attach, request, o),
    stop: (request, o) => client.unary(t.stop, request, o),
    evaluate: (request, o) => client.serverStream(t.evaluate, request, o),
    getStatus: (o) => client.unary(t.getStatus, {}, o),
    diagnose: (o) => client.unary(t.diagnose, {}, o),
    close: () => client.close(),
  };
}
