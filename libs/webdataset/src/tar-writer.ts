import { BLOCK, checksum } from './tar-header.ts';

const NAME_BYTES = 100;
const PREFIX_BYTES = 155;
/** A ustar size has 11 octal digits. */
const MAX_BYTES = 8 ** 11;

/**
 * Collects a ustar archive in memory. The bytes depend on names and data only: no time, owner or host is recorded. Long
 * names get a pax header, which every tar of the last twenty years reads.
 */
export class TarWriter {
  readonly #pieces: Uint8Array[] = [];
  #size = 0;

  /** Bytes so far, without the end mark. */
  get size(): number {
    return this.#size;
  }

  /** Adds a file; the data is not copied before `finish`. */
  add(name: string, data: Uint8Array | string): void {
    const bytes = typeof data === 'string' ? new TextEncoder().encode(data) : data;
    const fields = splitLongName(name);
    if (bytes.length >= MAX_BYTES)
      throw new RangeError(`${name} is too large for a shard: ${bytes.length} bytes`);
    if (fields === undefined) {
      const records = new TextEncoder().encode(paxRecord('path', name));
      this.#append(header({ name: 'pax', prefix: '', size: records.length, type: 'x' }));
      this.#appendPadded(records);
    }
    const short = fields ?? { name: 'long-name', prefix: '' };
    this.#append(header({ ...short, size: bytes.length, type: '0' }));
    this.#appendPadded(bytes);
  }

  /** The whole archive. */
  finish(): Uint8Array {
    const archive = new Uint8Array(this.#size + 2 * BLOCK);
    let at = 0;
    for (const piece of this.#pieces) {
      archive.set(piece, at);
      at += piece.length;
    }
    return archive;
  }

  #appendPadded(data: Uint8Array): void {
    this.#append(data);
    const rest = data.length % BLOCK;
    if (rest > 0) this.#append(new Uint8Array(BLOCK - rest));
  }

  #append(piece: Uint8Array): void {
    this.#pieces.push(piece);
    this.#size += piece.length;
  }
}

function header(o: { name: string; prefix: string; size: number; type: string }): Uint8Array {
  const block = Buffer.alloc(BLOCK);
  block.write(o.name, 0, 'utf8');
  block.write('0000644\0', 100, 'latin1');
  block.write('0000000\0', 108, 'latin1');
  block.write('0000000\0', 116, 'latin1');
  block.write(`${o.size.toString(8).padStart(11, '0')}\0`, 124, 'latin1');
  block.write('00000000000\0', 136, 'latin1');
  block.write(o.type, 156, 'latin1');
  block.write('ustar\0' + '00', 257, 'latin1');
  block.write(o.prefix, 345, 'utf8');
  block.write(`${checksum(block).toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
  return block;
}

/** The name as ustar's two fields, split at a slash; undefined when it does not fit or is not plain ASCII. */
function splitLongName(name: string): { name: string; prefix: string } | undefined {
  // ustar leaves the encoding open; pax names are UTF-8 by definition.
  if (!/^[\x20-\x7e]+$/.test(name)) return undefined;
  if (name.length <= NAME_BYTES) return { name, prefix: '' };
  const slash = name.indexOf('/', name.length - NAME_BYTES - 1);
  if (slash <= 0 || slash > PREFIX_BYTES || slash === name.length - 1) return undefined;
  return { name: name.slice(slash + 1), prefix: name.slice(0, slash) };
}

/** `length key=value\n`, where the length counts its own digits. */
function paxRecord(key: string, value: string): string {
  const rest = new TextEncoder().encode(` ${key}=${value}\n`).length;
  let length = rest;
  while (`${length}`.length + rest !== length) length = `${length}`.length + rest;
  return `${length} ${key}=${value}\n`;
}
