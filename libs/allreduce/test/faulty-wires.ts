import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import type { CollectiveListener } from '../src/index.ts';

/** What happens to the bytes that one rank sends another. */
export interface Fault {
  kind: 'cut' | 'stall' | 'corrupt' | 'slow';
  /** After as many bytes of that direction. */
  after: number;
}

/**
 * Proxies in front of listeners: ranks that are given their addresses talk through them, each direction of each pair in a connection of its
 * own, and any direction can be made to fail.
 */
export class FaultyWires {
  readonly addresses: string[] = [];
  /** By "from>to". */
  readonly faults = new Map<string, Fault>();
  readonly #servers: Server[] = [];
  readonly #sockets = new Set<Socket>();

  static async of(listeners: readonly CollectiveListener[]): Promise<FaultyWires> {
    const wires = new FaultyWires();
    for (const [from, listener] of listeners.entries()) {
      const server = createServer((near) => wires.#carry(near, from, listener)).listen(0, '127.0.0.1');
      await once(server, 'listening');
      wires.#servers.push(server);
      wires.addresses.push(`127.0.0.1:${(server.address() as AddressInfo).port}`);
    }
    return wires;
  }

  close(): void {
    for (const socket of this.#sockets) socket.destroy();
    for (const server of this.#servers) server.close();
  }

  /** `near` has dialled rank `from`, to read what it sends. */
  #carry(near: Socket, from: number, listener: CollectiveListener): void {
    const far = connect(Number(listener.address.split(':').at(-1)), '127.0.0.1');
    let passed = 0;
    let to = -1;
    for (const socket of [near, far]) {
      this.#sockets.add(socket);
      socket.setNoDelay(true);
      socket.on('error', () => {});
      socket.on('close', () => {
        this.#sockets.delete(socket);
        near.destroy();
        far.destroy();
      });
    }
    near.on('data', (chunk: Buffer) => {
      // The greeting is JSON behind a header.
      to = Number(/"rank":(\d+)/.exec(chunk.toString('latin1'))?.[1] ?? to);
      far.write(chunk);
    });
    far.on('data', (chunk: Buffer) => {
      const fault = this.faults.get(`${from}>${to}`);
      const begin = passed;
      passed += chunk.length;
      if (!fault || passed <= fault.after) return void near.write(chunk);
      const at = Math.max(0, fault.after - begin);
      if (fault.kind === 'slow') {
        far.pause();
        setTimeout(() => far.resume(), 5);
        near.write(chunk);
      } else if (fault.kind === 'corrupt') {
        if (at < chunk.length && begin <= fault.after) chunk[at]! ^= 4;
        near.write(chunk);
      } else {
        if (begin <= fault.after) near.write(chunk.subarray(0, at));
        if (fault.kind === 'cut') {
          near.destroy();
          far.destroy();
        }
      }
    });
  }
}
