/**
 * The 256 printable characters that stand for bytes in byte-level BPE (the table of GPT-2): printable Latin-1 bytes
 * are themselves, the others are written with the characters from U+0100 on. In order of their code points.
 */
export function byteAlphabet(): string[] {
  const printable = (byte: number) =>
    (byte >= 0x21 && byte <= 0x7e) || (byte >= 0xa1 && byte <= 0xff && byte !== 0xad);
  const points: number[] = [];
  let next = 0x100;
  for (let byte = 0; byte < 256; byte++) points.push(printable(byte) ? byte : next++);
  return points.sort((a, b) => a - b).map((point) => String.fromCodePoint(point));
}
