import { TENSORFLOW_VERSION, type WheelPin } from './pins.ts';

/** The only platform that TensorFlow's CUDA build exists for. */
export const CUDA_PLATFORM = 'linux-x64';

/**
 * Oldest NVIDIA driver for CUDA 12 libraries of any minor version
 * (NVIDIA's CUDA compatibility guide, "minor version compatibility").
 */
export const CUDA_MIN_DRIVER = '525.60.13';

/** Oldest GPUs that the wheel has code for: its build_info.py says sm_60, sm_70, sm_80, sm_89 and compute_90. */
export const CUDA_MIN_CAPABILITY = '6.0';

const nvidia = (
  requirement: string,
  platform: string,
  sha256: string,
  [bytes, unpackedBytes]: [number, number],
  folder: string,
  files: string[],
): WheelPin => ({
  requirement,
  platform,
  sha256,
  bytes,
  unpackedBytes,
  files: files.map((file) => `nvidia/${folder}/${file}`),
});

const [M2010, M2014, M225, M227] = [
  'manylinux2010_x86_64',
  'manylinux2014_x86_64',
  'manylinux_2_25_x86_64',
  'manylinux_2_27_x86_64',
];

/**
 * TensorFlow's CUDA build and the libraries of its `and-cuda` extra, in the newest versions it admits, as pip resolved them.
 *
 * Paths are those of a Python installation's site-packages: libtensorflow finds the libraries by its RUNPATH
 * (`$ORIGIN/../nvidia/cudnn/lib` ...), and they find each other in the same way. Of each wheel only what can be loaded is kept:
 * no headers, static libraries, device code for linking, profiler parts. nvidia-curand-cu12, the 13th of the extra, is left
 * out: TensorFlow 2.21 has no loader for it any more, and no other library here needs it.
 */
export const CUDA_WHEELS: readonly WheelPin[] = [
  {
    requirement: `tensorflow==${TENSORFLOW_VERSION}`,
    platform: M227,
    sha256: '9056fbc9ba04235810b71ae6cbd958a196e8804fb53bbcffbf3e23b56155f124',
    bytes: 572_440_367,
    unpackedBytes: 1_259_021_080,
    files: ['tensorflow/libtensorflow_cc.so.2', 'tensorflow/libtensorflow_framework.so.2'],
  },
  nvidia(
    'nvidia-cudnn-cu12==9.28.0.42',
    M227,
    '9ff58b7f36dacd0a93e89f8f2957b52466889217963701daa15e577317cfa375',
    [716_538_495, 1_162_393_472],
    'cudnn/lib',
    [
      'libcudnn.so.9',
      'libcudnn_adv.so.9',
      'libcudnn_cnn.so.9',
      'libcudnn_engines_precompiled.so.9',
      'libcudnn_engines_runtime_compiled.so.9',
      'libcudnn_engines_tensor_ir.so.9',
      'libcudnn_ext.so.9',
      'libcudnn_graph.so.9',
      'libcudnn_heuristic.so.9',
      'libcudnn_ops.so.9',
    ],
  ),
  nvidia(
    'nvidia-cublas-cu12==12.9.3.13',
    M227,
    'd7d51055f161b317c7105ddaae90e71eda059026074ffef93cf7cde2886bfe72',
    [581_217_458, 854_310_592],
    'cublas/lib',
    ['libcublas.so.12', 'libcublasLt.so.12'],
  ),
  nvidia(
    'nvidia-cusparse-cu12==12.5.10.65',
    M2014,
    '73060ce019ac064a057267c585bf1fd5a353734151f87472ff02b2c5c9984e78',
    [366_465_088, 486_556_368],
    'cusparse/lib',
    ['libcusparse.so.12'],
  ),
  nvidia(
    'nvidia-nccl-cu12==2.32.3',
    M227,
    'bb94b2348e4861d5e8aa00b36c3d12d9bdf9c6369b82cbb723de0b582280a21c',
    [351_526_311, 473_614_536],
    'nccl/lib',
    ['libnccl.so.2'],
  ),
  nvidia(
    'nvidia-cusolver-cu12==11.7.5.82',
    M227,
    '15da72d1340d29b5b3cf3fd100e3cd53421dde36002eda6ed93811af63c40d88',
    [338_117_415, 302_024_152],
    'cusolver/lib',
    ['libcusolver.so.11'],
  ),
  nvidia(
    'nvidia-cufft-cu12==11.4.1.4',
    M2014,
    'c67884f2a7d276b4b80eb56a79322a95df592ae5e765cf1243693365ccab4e28',
    [200_877_592, 291_507_928],
    'cufft/lib',
    ['libcufft.so.11'],
  ),
  nvidia(
    'nvidia-cuda-nvrtc-cu12==12.9.86',
    M2010,
    '210cf05005a447e29214e9ce50851e83fc5f4358df8b453155d5e1918094dcb4',
    [89_568_129, 113_447_240],
    'cuda_nvrtc/lib',
    ['libnvrtc.so.12', 'libnvrtc-builtins.so.12.9'],
  ),
  // ptxas and libdevice: XLA compiles with them.
  nvidia(
    'nvidia-cuda-nvcc-cu12==12.9.86',
    M2010,
    '5d6a0d32fdc7ea39917c20065614ae93add6f577d840233237ff08e9a38f58f0',
    [40_546_229, 35_417_224],
    'cuda_nvcc',
    ['bin/ptxas', 'nvvm/libdevice/libdevice.10.bc'],
  ),
  nvidia(
    'nvidia-nvjitlink-cu12==12.9.86',
    M2010,
    'e3f1171dbdc83c5932a45f0f4c99180a70de9bd2718c1ab77d14104f6d7147f9',
    [39_748_338, 95_935_344],
    'nvjitlink/lib',
    ['libnvJitLink.so.12'],
  ),
  nvidia(
    'nvidia-cuda-cupti-cu12==12.9.79',
    M225,
    '096bcf334f13e1984ba36685ad4c1d6347db214de03dbb6eebb237b41d9d934f',
    [10_814_997, 7_604_800],
    'cuda_cupti/lib',
    ['libcupti.so.12'],
  ),
  nvidia(
    'nvidia-cuda-runtime-cu12==12.9.79',
    M2014,
    '25bba2dfb01d48a9b59ca474a1ac43c6ebf7011f1b0b8cc44f54eb6ac48a96c3',
    [3_493_179, 741_088],
    'cuda_runtime/lib',
    ['libcudart.so.12'],
  ),
];
