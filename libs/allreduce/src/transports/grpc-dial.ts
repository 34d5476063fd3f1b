import { Client, type ServiceError } from '@grpc/grpc-js';
import { clientCredentials } from '@ovis/protocol';
import type { FrameReader } from '../wire/frame-reader.ts';
import { connectMethod, dataOf, GrpcWire } from './grpc-wire.ts';
import type { TlsCredentials } from './tls-files.ts';
import type { Wire } from './wire.ts';

const channelOptions = {
  'grpc.enable_http_proxy': 0,
  'grpc.use_local_subchannel_pool': 1,
  'grpc.max_receive_message_length': 16 * 1024 * 1024,
  'grpc.keepalive_time_ms': 20_000,
  'grpc.keepalive_timeout_ms': 20_000,
  // What the other side may send before this one has read it: the dialler receives the bulk.
  'grpc-node.flow_control_window': 8 * 1024 * 1024,
};

/** Dials a rank's CollectiveService; what comes goes to `reader`. */
export function dialGrpc(
  address: string,
  reader: FrameReader,
  o: { tls: TlsCredentials | undefined; opened(wire: Wire): void },
): Wire {
  const { serverName } = o.tls ?? {};
  const named =
    serverName === undefined
      ? {}
      : { 'grpc.ssl_target_name_override': serverName, 'grpc.default_authority': serverName };
  const client = new Client(address, clientCredentials(o.tls), { ...channelOptions, ...named });
  const { path, requestSerialize, responseDeserialize } = connectMethod;
  const call = client.makeBidiStreamRequest(path, requestSerialize, responseDeserialize);
  const wire = new GrpcWire(call, { remote: `grpc://${address}`, cancel: () => call.cancel() });
  call.on('metadata', () => o.opened(wire));
  call.on('data', (chunk: Buffer) => {
    const data = dataOf(chunk);
    if (data) reader.feed(data);
    else wire.destroy();
  });
  // Follows as `status`, too.
  call.on('error', (_: ServiceError) => {});
  call.on('status', ({ code, details }) => {
    wire.closed(code === 0 ? 'the connection was closed by the other side' : details);
  });
  wire.onClosed(() => {
    reader.close();
    client.close();
  });
  return wire;
}
