import { codec, method } from './codec.ts';
import type * as m from './generated/messages.ts';
import { ovis } from './generated/ovis.js';
import { RpcClient, type BidiStream, type CallOptions, type ClientOptions } from './rpc-client.ts';
import { bidi, serve, unary, type RunningServer, type ServeOptions } from './rpc-server.ts';
import type { BidiHandler, UnaryHandler } from './rpc-server.ts';

const v1 = ovis.collective.v1;
const calls = v1.GroupService.prototype;

/** collective.v1.GroupService, built from the generated code. */
export const groupMethods = {
  join: method(
    calls.join,
    codec<m.MemberRequestInput, m.MemberRequest>(v1.MemberRequest),
    codec<m.GroupEventInput, m.GroupEvent>(v1.GroupEvent),
  ),
  getGroup: method(
    calls.getGroup,
    codec<m.GetGroupRequestInput, m.GetGroupRequest>(v1.GetGroupRequest),
    codec<m.GroupInput, m.Group>(v1.Group),
  ),
};

/** What a coordinator of groups implements. */
export interface GroupImplementation {
  join: BidiHandler<m.MemberRequest, m.GroupEventInput>;
  getGroup: UnaryHandler<m.GetGroupRequest, m.GroupInput>;
}

/** Serves GroupService. @throws ListenError */
export function serveGroups(impl: GroupImplementation, options: ServeOptions = {}): Promise<RunningServer> {
  const { join, getGroup } = groupMethods;
  return serve(
    {
      join: { method: join, handle: bidi(join, (q, c) => impl.join(q, c)) },
      getGroup: { method: getGroup, handle: unary(getGroup, (q, c) => impl.getGroup(q, c)) },
    },
    options,
  );
}

export interface GroupClient {
  readonly address: string;
  /** Send a join first; read generations from it. */
  join(options?: CallOptions): BidiStream<m.MemberRequestInput, m.GroupEvent>;
  getGroup(request: m.GetGroupRequestInput, options?: CallOptions): Promise<m.Group>;
  close(): void;
}

/** Calls a coordinator. Every failure is an RpcError that names the address. Call `close` when done. */
export function groupClient(address: string, options: ClientOptions = {}): GroupClient {
  const client = new RpcClient(address, options);
  const { join, getGroup } = groupMethods;
  return {
    address,
    join: (o) => client.bidi(join, o),
    getGroup: (request, o) => client.unary(getGroup, request, o),
    close: () => client.close(),
  };
}
