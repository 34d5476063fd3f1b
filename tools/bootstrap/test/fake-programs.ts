import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import zlib from 'node:zlib';
import type { TaskHandle } from '../src/setup/task-list.ts';

export function temporaryDirectory(): string {
  return fs.mkdtempSync(path.join(os.tmpdir(), 'ovis-bootstrap-'));
}

/** A shell script that plays a program. */
export function program(file: string, body: string): string {
  fs.mkdirSync(path.dirname(file), { recursive: true });
  fs.writeFileSync(file, `#!/bin/sh\n${body}\n`, { mode: 0o755 });
  return file;
}

export const temporalScript = (server: string, cli = '1.9.1') =>
  `echo "temporal version ${cli} (Server ${server}, UI 2.54.1)"`;

/** A task that keeps what it is told. */
export function silentTask(): TaskHandle & { warnings: string[]; results: string[]; updates: string[] } {
  const [warnings, results, updates]: string[][] = [[], [], []];
  return {
    warnings: warnings ?? [],
    results: results ?? [],
    updates: updates ?? [],
    update: (text) => updates?.push(text),
    progress: () => {},
    result: (text) => results?.push(text),
    warn: (text) => warnings?.push(text),
  };
}

/** A zip archive as bytes; entries are deflated unless `stored`. */
export function zip(entries: { name: string; data: Buffer; stored?: boolean }[]): Buffer {
  const locals: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const { name, data, stored } of entries) {
    const body = stored ? data : zlib.deflateRawSync(data);
    const common = Buffer.alloc(26);
    common.writeUInt16LE(20, 0);
    common.writeUInt16LE(stored ? 0 : 8, 4);
    common.writeUInt32LE(crc32(data), 10);
    common.writeUInt32LE(body.length, 14);
    common.writeUInt32LE(data.length, 18);
    common.writeUInt16LE(name.length, 22);
    // The local header has an extra field that the directory has not, as real archives do.
    common.writeUInt16LE(4, 24);
    const local = Buffer.concat([
      Buffer.from('PK\x03\x04'),
      common,
      Buffer.from(name),
      Buffer.from([1, 2, 0, 0]),
      body,
    ]);
    const entry = Buffer.alloc(46);
    entry.write('PK\x01\x02', 0, 'latin1');
    common.copy(entry, 6);
    entry.writeUInt16LE(0, 30);
    entry.writeUInt32LE(offset, 42);
    directory.push(Buffer.concat([entry, Buffer.from(name)]));
    locals.push(local);
    offset += local.length;
  }
  const size = directory.reduce((total, entry) => total + entry.length, 0);
  const end = Buffer.alloc(22);
  end.write('PK\x05\x06', 0, 'latin1');
  end.writeUInt16LE(entries.length, 8);
  end.writeUInt16LE(entries.length, 10);
  end.writeUInt32LE(size, 12);
  end.writeUInt32LE(offset, 16);
  return Buffer.concat([...locals, ...directory, end]);
}

/** Bit by bit: independent of what the reader uses. */
function crc32(data: Buffer): number {
  let crc = 0xffffffff;
  for (const byte of data) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit += 1) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
  }
  return (crc ^ 0xffffffff) >>> 0;
}
