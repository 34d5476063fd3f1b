import { connect } from 'node:net';
import { Client, Connection } from '@temporalio/client';
import type { Cluster } from './cluster.ts';
import { CliError } from './errors.ts';

/** Runs `work` with a client and closes it. @throws CliError TEMPORAL_UNREACHABLE, NO_NAMESPACE */
export async function withTemporal<T>(cluster: Cluster, work: (client: Client) => Promise<T>): Promise<T> {
  const { temporalAddress: address, temporalNamespace: namespace } = cluster;
  let connection: Connection;
  try {
    // gRPC would try again until its time is over; a refused connection is an answer.
    await probe(address);
    connection = await Connection.connect({ address, connectTimeout: '5 seconds' });
  } catch (error) {
    throw new CliError(
      'TEMPORAL_UNREACHABLE',
      `cannot reach the Temporal server at ${address} (from ${cluster.source}): ${error instanceof Error ? error.message : String(error)}`,
      "start a local cluster with 'ovis up', or set TEMPORAL_ADDRESS to the one to use",
      error,
    );
  }
  try {
    return await work(new Client({ connection, namespace }));
  } catch (error) {
    if (error instanceof Error && /namespace .*not found/i.test(error.message)) {
      throw new CliError(
        'NO_NAMESPACE',
        `the Temporal server at ${address} has no namespace '${namespace}'`,
        'set TEMPORAL_NAMESPACE to one that exists',
        error,
      );
    }
    throw error;
  } finally {
    await connection.close();
  }
}

function probe(address: string): Promise<void> {
  const colon = address.lastIndexOf(':');
  const port = Number(address.slice(colon + 1));
  const host = address.slice(0, colon).replace(/^\[|\]$/g, '');
  return new Promise((resolve, reject) => {
    if (colon <= 0 || !Number.isInteger(port)) return reject(new Error('not of the form HOST:PORT'));
    const socket = connect({ host, port, timeout: 5_000 });
    socket.once('connect', () => resolve(void socket.destroy()));
    socket.once('timeout', () => socket.destroy(new Error('no answer within 5 s')));
    // With several addresses of a host (::1 and 127.0.0.1) the message is in the parts.
    socket.once('error', (error) => {
      const first = error instanceof AggregateError ? (error.errors[0] as Error | undefined) : error;
      reject(first ?? error);
    });
  });
}
