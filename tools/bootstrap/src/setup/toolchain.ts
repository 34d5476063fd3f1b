/** How a part was found, in the order of preference. */
export type PartSource = 'named' | 'installed' | 'cached' | 'fetched' | 'fallback';

/** One part of the toolchain and where it came from. */
export interface Part {
  /** external: something that runs elsewhere; binary/library: a path on this machine; wasm: no library, slower fallback */
  kind: 'external' | 'binary' | 'library' | 'wasm';
  source: PartSource;
  /** What named or held it: "TEMPORAL_BIN", "PATH", the cache directory ... */
  from: string;
  /** Version text, for example "1.9.1 (server 1.32.0)"; absent when it cannot be known. */
  version?: string;
  /** File of a binary, directory of a library. */
  path?: string;
  /** host:port of an external Temporal, URL of an external S3 endpoint. */
  address?: string;
  warning?: string;
}

/** Everything a run needs besides npm packages. Made by {@link prepare}. */
export interface Toolchain {
  cacheDir: string;
  temporal: Part;
  libtensorflow: Part;
  s3: Part;
}

/** Environment that makes child processes use exactly these parts (nothing is set for external ones: they are in the environment already). */
export function toolchainEnv(toolchain: Toolchain): Record<string, string> {
  const env: Record<string, string> = {};
  if (toolchain.temporal.kind === 'binary' && toolchain.temporal.path)
    env.TEMPORAL_BIN = toolchain.temporal.path;
  if (toolchain.s3.kind === 'binary' && toolchain.s3.path) env.WEED_BIN = toolchain.s3.path;
  if (toolchain.libtensorflow.path) env.LIBTENSORFLOW_PATH = toolchain.libtensorflow.path;
  return env;
}
