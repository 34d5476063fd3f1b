import { ModelConfigError } from './errors.ts';

/** Typed access to one object of a config.json; every error names the full path of the key. */
export class JsonReader {
  readonly path: string;
  private readonly values: Record<string, unknown>;

  constructor(json: unknown, path: string) {
    if (typeof json !== 'object' || json === null || Array.isArray(json)) {
      throw new ModelConfigError(
        'BAD_CONFIG',
        `${path || 'config.json'} is ${describe(json)}, an object is needed`,
        'Pass the parsed content of an official config.json.',
      );
    }
    this.path = path;
    this.values = json as Record<string, unknown>;
  }

  /** The raw value; `null` counts as absent, as in Hugging Face configs. */
  get(key: string): unknown {
    return this.values[key] ?? undefined;
  }

  /** Whether the key is there with the value null, where that says something else than no key. */
  isNull(key: string): boolean {
    return this.values[key] === null;
  }

  /** Whether the key is there at all, be it `null`. */
  has(key: string): boolean {
    return key in this.values;
  }

  object(key: string): JsonReader {
    return new JsonReader(this.required(key), this.keyPath(key));
  }

  number(key: string, fallback?: number): number {
    const value = this.get(key) ?? fallback ?? this.required(key);
    if (typeof value !== 'number' || !Number.isFinite(value)) throw this.wrong(key, value, 'a number');
    return value;
  }

  /** A whole number above zero: every size and count of a model. */
  size(key: string, fallback?: number): number {
    const value = this.number(key, fallback);
    if (!Number.isInteger(value) || value < 1) throw this.wrong(key, value, 'a whole number above 0');
    return value;
  }

  boolean(key: string, fallback: boolean): boolean {
    const value = this.get(key) ?? fallback;
    if (typeof value !== 'boolean') throw this.wrong(key, value, 'true or false');
    return value;
  }

  string(key: string, fallback?: string): string {
    const value = this.get(key) ?? fallback ?? this.required(key);
    if (typeof value !== 'string') throw this.wrong(key, value, 'a string');
    return value;
  }

  oneOf<T extends string>(key: string, allowed: readonly T[], fallback?: T): T {
    const value = this.string(key, fallback);
    const found = allowed.find((candidate) => candidate === value);
    if (found === undefined) {
      throw this.unsupported(key, value, `one of ${allowed.map((a) => `"${a}"`).join(', ')}`);
    }
    return found;
  }

  unsupported(key: string, value: unknown, supported: string): ModelConfigError {
    return new ModelConfigError(
      'UNSUPPORTED',
      `${this.keyPath(key)} is ${describe(value)}, which this version does not do`,
      `Supported: ${supported}.`,
    );
  }

  wrong(key: string, value: unknown, wanted: string): ModelConfigError {
    return new ModelConfigError(
      'BAD_CONFIG',
      `${this.keyPath(key)} is ${describe(value)}, ${wanted} is needed`,
      `Correct "${key}" in config.json.`,
    );
  }

  private required(key: string): unknown {
    const value = this.get(key);
    if (value === undefined) {
      throw new ModelConfigError(
        'BAD_CONFIG',
        `${this.keyPath(key)} is missing`,
        `Add "${key}" to config.json.`,
      );
    }
    return value;
  }

  private keyPath(key: string): string {
    return this.path ? `${this.path}.${key}` : key;
  }
}

function describe(value: unknown): string {
  if (value === undefined) return 'missing';
  const text = JSON.stringify(value) ?? String(value);
  return text.length > 60 ? `${text.slice(0, 57)}...` : text;
}
