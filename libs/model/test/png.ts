import { readFileSync } from 'node:fs';
import { inflateSync } from 'node:zlib';
import type { RgbImage } from '../src/image/resize.ts';

const CHANNELS: Record<number, number> = { 0: 1, 2: 3, 3: 1, 6: 4 };

/** Decodes the 8-bit PNGs of the fixtures to RGB: alpha dropped, grey replicated, palettes expanded. */
export function readPng(path: string): RgbImage {
  const file = readFileSync(path);
  let at = 8;
  let width = 0;
  let height = 0;
  let depth = 0;
  let colour = 0;
  let palette: Buffer = Buffer.alloc(0);
  const parts: Buffer[] = [];
  while (at < file.length) {
    const length = file.readUInt32BE(at);
    const body = file.subarray(at + 8, at + 8 + length);
    switch (file.toString('latin1', at + 4, at + 8)) {
      case 'IHDR':
        width = body.readUInt32BE(0);
        height = body.readUInt32BE(4);
        depth = body[8] as number;
        colour = body[9] as number;
        break;
      case 'PLTE':
        palette = body;
        break;
      case 'IDAT':
        parts.push(body);
        break;
    }
    at += 12 + length;
  }
  const channels = CHANNELS[colour];
  if (channels === undefined) throw new Error(`${path}: colour type ${colour}`);
  const bits = depth * channels;
  const stride = Math.ceil((width * bits) / 8);
  const rows = unfilter(inflateSync(Buffer.concat(parts)), height, stride, Math.max(1, bits / 8));
  const data = new Uint8Array(width * height * 3);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      for (let c = 0; c < 3; c++) {
        const to = (y * width + x) * 3 + c;
        if (colour === 3) {
          const bit = x * depth;
          const byte = rows[y * stride + (bit >> 3)] as number;
          const entry = (byte >> (8 - depth - (bit & 7))) & ((1 << depth) - 1);
          data[to] = palette[entry * 3 + c] as number;
        } else {
          data[to] = rows[y * stride + x * channels + (channels >= 3 ? c : 0)] as number;
        }
      }
    }
  }
  return { data, width, height };
}

function unfilter(raw: Buffer, height: number, stride: number, bpp: number): Uint8Array {
  const out = new Uint8Array(height * stride);
  for (let y = 0; y < height; y++) {
    const filter = raw[y * (stride + 1)] as number;
    for (let x = 0; x < stride; x++) {
      const to = y * stride + x;
      const left = x >= bpp ? (out[to - bpp] as number) : 0;
      const up = y > 0 ? (out[to - stride] as number) : 0;
      const corner = x >= bpp && y > 0 ? (out[to - stride - bpp] as number) : 0;
      const predicted = [0, left, up, (left + up) >> 1, paeth(left, up, corner)][filter] as number;
      out[to] = (raw[y * (stride + 1) + 1 + x] as number) + predicted;
    }
  }
  return out;
}

function paeth(left: number, up: number, corner: number): number {
  const estimate = left + up - corner;
  const [dl, du, dc] = [left, up, corner].map((v) => Math.abs(estimate - v)) as [number, number, number];
  if (dl <= du && dl <= dc) return left;
  return du <= dc ? up : corner;
}
