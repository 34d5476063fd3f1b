import { describe, expect, it } from 'vitest';
import { space } from '../kernels/space.ts';
import { random } from '../../test/groups.ts';
import { takeSlot } from '../kernels/slots.ts';
import { controlFrame, encodeHeader, FrameType, headerBytes, type FrameHeader } from './frame.ts';
import { FrameReader } from './frame-reader.ts';

function dataFrame(sequence: number, payload: Uint8Array): Buffer {
  const header = encodeHeader({
    type: FrameType.DATA,
    collective: 'allReduce',
    algorithm: 'ring',
    part: 7,
    begun: 12,
    sequence,
    root: 3,
    payloadBytes: payload.byteLength,
    checksum: hash(payload),
    totalBytes: 2 ** 40 + 1,
    dtype: 'bf16',
    op: 'max',
    tagCrc: 0xfedcba98,
  });
  return Buffer.concat([header, payload]);
}

function hash(payload: Uint8Array): number {
  const slot = takeSlot();
  slot.memory.set(payload);
  slot.release();
  return space().kernels.hash(slot.address, payload.byteLength) >>> 0;
}

function recorder() {
  const frames: { header: FrameHeader; payload: Buffer }[] = [];
  const problems: string[] = [];
  const reader = new FrameReader({
    frame: ({ header, payload }) => frames.push({ header, payload: Buffer.from(payload) }),
    corrupt: (what) => problems.push(what),
  });
  return { reader, frames, problems };
}

describe('FrameReader', () => {
  it('finds the same frames however the bytes are cut, in a chunk buffer that is reused', () => {
    const next = random(3);
    const payloads = Array.from({ length: 60 }, () => {
      const length = next() < 0.3 ? 0 : Math.floor(next() * 5_000);
      return Uint8Array.from({ length }, () => Math.floor(next() * 256));
    });
    const stream = Buffer.concat(payloads.map((payload, i) => dataFrame(i, payload)));
    for (let round = 0; round < 24; round += 1) {
      const { reader, frames, problems } = recorder();
      const largest = round < 8 ? 3 : round < 16 ? 60 : 20_000;
      const chunk = new Uint8Array(largest);
      for (let at = 0; at < stream.length;) {
        const size = Math.min(1 + Math.floor(next() * largest), stream.length - at);
        chunk.set(stream.subarray(at, at + size));
        reader.feed(chunk.subarray(0, size));
        chunk.fill(255);
        at += size;
      }
      expect(problems).toEqual([]);
      expect(frames.map((f) => f.header.sequence)).toEqual(payloads.map((_, i) => i));
      expect(frames.every((f, i) => f.payload.equals(Buffer.from(payloads[i] as Uint8Array)))).toBe(true);
    }
  });

  it('reads large payloads to their place, whatever the cut, and not a byte beyond', () => {
    const next = random(5);
    const memory = space();
    const region = memory.allocate(400_000) as number;
    const all = memory.bytes.subarray(region, region + 400_000);
    const blank = Buffer.alloc(400_000, 0xee);
    const payloads = Array.from({ length: 30 }, (_, i) => {
      const length = i % 3 === 0 ? Math.floor(next() * 200) : 32_768 + Math.floor(next() * 60_000);
      return Uint8Array.from({ length }, () => Math.floor(next() * 256));
    });
    const stream = Buffer.concat(payloads.map((payload, i) => dataFrame(i, payload)));
    for (let round = 0; round < 12; round += 1) {
      const largest = [50, 5_000, 70_000, 400_000][round % 4]!;
      const places = payloads.map(() => 10 + Math.floor(next() * 1_000));
      const frames: number[] = [];
      const reader = new FrameReader({
        place: ({ sequence, payloadBytes }) =>
          sequence % 2 === 1 ? all.subarray(places[sequence], places[sequence]! + payloadBytes) : undefined,
        frame: ({ header: { sequence }, payload, slot }) => {
          expect(Buffer.from(payload).equals(Buffer.from(payloads[sequence]!))).toBe(true);
          if (!slot) {
            const begin = places[sequence]!;
            const end = begin + payload.byteLength;
            expect(blank.compare(all, 0, begin, 0, begin)).toBe(0);
            expect(blank.compare(all, end, all.length, end, all.length)).toBe(0);
          }
          all.fill(0xee);
          frames.push(sequence);
        },
        corrupt: (what) => expect.fail(what),
      });
      all.fill(0xee);
      for (let at = 0; at < stream.length;) {
        // As a socket does: it fills what it was given, or less.
        const room = reader.next();
        const size = Math.min(1 + Math.floor(next() * largest), room.byteLength, stream.length - at);
        room.set(stream.subarray(at, at + size));
        reader.filled(size);
        at += size;
      }
      expect(frames).toEqual(payloads.map((_, i) => i));
      reader.close();
    }
    memory.free(region);
  });

  it('keeps every field of the header', () => {
    const { reader, frames } = recorder();
    reader.feed(dataFrame(4_000_000_000, new Uint8Array(3)));
    expect(frames[0]?.header).toMatchObject({
      collective: 'allReduce',
      algorithm: 'ring',
      part: 7,
      begun: 12,
      sequence: 4_000_000_000,
      root: 3,
    });
    expect(frames[0]?.header).toMatchObject({ totalBytes: 2 ** 40 + 1, payloadBytes: 3 });
  });

  it('detects any single flipped bit, in header and payload, and reads nothing after it', () => {
    const payload = Uint8Array.from({ length: 16 }, (_, i) => i);
    const good = dataFrame(1, payload);
    for (let bit = 0; bit < good.length * 8; bit += 1) {
      const { reader, frames, problems } = recorder();
      const bad = Buffer.from(good);
      bad[bit >> 3] = (bad[bit >> 3] as number) ^ (1 << (bit & 7));
      reader.feed(bad);
      reader.feed(good);
      expect(frames, `bit ${bit}`).toEqual([]);
      expect(problems[0]).toMatch(bit < headerBytes * 8 ? /header of a frame is damaged/ : /have checksum/);
    }
  });

  it('reads control frames', () => {
    const { reader, frames } = recorder();
    reader.feed(controlFrame(FrameType.HELLO, { groupId: 'ä' }));
    expect(frames[0]?.header.type).toBe(FrameType.HELLO);
    expect(JSON.parse(String(frames[0]?.payload))).toEqual({ groupId: 'ä' });
  });
});
