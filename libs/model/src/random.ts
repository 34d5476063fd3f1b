/** A small deterministic generator (sfc32) with its own stream per name, so that the order of use does not matter. */
export class RandomStream {
  private a: number;
  private b: number;
  private c: number;
  private counter = 1;

  /** @param seed any integer  @param name what the numbers are for, for instance a parameter's name */
  constructor(seed: number, name: string) {
    this.a = hash(name, 0x9e3779b9 ^ seed);
    this.b = hash(name, Math.imul(seed, 0x85ebca6b) ^ 0x243f6a88);
    this.c = hash(`${seed}`, 0xb7e15162);
    for (let i = 0; i < 12; i++) this.next();
  }

  /** Uniform in the open interval (0, 1). */
  uniform(): number {
    return (this.next() + 0.5) / 4294967296;
  }

  /** `size` draws of a uniform distribution. */
  uniforms(size: number, low: number, high: number): Float32Array {
    return Float32Array.from({ length: size }, () => low + (high - low) * this.uniform());
  }

  /** `size` draws of a normal distribution (Box-Muller). */
  normals(size: number, mean: number, std: number): Float32Array {
    const values = new Float32Array(size);
    for (let i = 0; i < size; i += 2) {
      const radius = Math.sqrt(-2 * Math.log(this.uniform()));
      const angle = 2 * Math.PI * this.uniform();
      values[i] = mean + std * radius * Math.cos(angle);
      if (i + 1 < size) values[i + 1] = mean + std * radius * Math.sin(angle);
    }
    return values;
  }

  private next(): number {
    const t = (this.a + this.b + this.counter++) | 0;
    this.a = this.b ^ (this.b >>> 9);
    this.b = (this.c + (this.c << 3)) | 0;
    this.c = ((this.c << 21) | (this.c >>> 11)) + t;
    return t >>> 0;
  }
}

/** FNV-1a with an avalanche at the end. */
function hash(text: string, seed: number): number {
  let h = (0x811c9dc5 ^ seed) >>> 0;
  for (let i = 0; i < text.length; i++) h = Math.imul(h ^ text.charCodeAt(i), 0x01000193);
  h = Math.imul(h ^ (h >>> 16), 0x21f0aaad);
  h = Math.imul(h ^ (h >>> 15), 0x735a2d97);
  return (h ^ (h >>> 15)) | 0;
}
