import { tf } from '../tf.ts';
import { LibtensorflowBackend } from '../backend/backend.ts';
import { castTo } from '../backend/bfloat16.ts';
import { allowBfloat16 } from '../backend/bfloat16-engine.ts';
import { BACKEND_NAME, registerKernels } from '../backend/load-kernels.ts';
import { replaceGradients } from '../backend/gradients.ts';
import { replaceKernels } from '../backend/kernels.ts';
import { addWasmKernels } from '../backend/wasm-kernels.ts';
import { followVariables } from '../backend/variables.ts';
import { Binding } from '../binding/binding.ts';
import { loadLibrary } from '../binding/library.ts';
import { EngineError } from '../errors.ts';
import { configProto } from './config-proto.ts';
import type { LibraryFiles } from './find-library.ts';
import { findLibrary } from './find-library.ts';
import { startWasm } from './wasm.ts';
import { xlaFlags } from './xla-flags.ts';

export interface EngineOptions {
  /** Folder with libtensorflow_cc.so.2 and libtensorflow_framework.so.2, or the first file. Default: LIBTENSORFLOW_PATH, then the cache. */
  libtensorflow?: string;
  /** Threads inside one operation; default one per core (WASM: at most four). Trainers that share a machine should divide its cores. */
  intraOpThreads?: number;
  /** Operations of one graph that may run at the same time; default one per core. */
  interOpThreads?: number;
  /** `auto` (default) takes libtensorflow where it can be had, else WASM with a warning in {@link EngineInfo}. */
  backend?: 'auto' | 'libtensorflow' | 'wasm';
}

export interface EngineInfo {
  backend: 'libtensorflow' | 'wasm';
  /** Of libtensorflow, or of TF.js for wasm. */
  version: string;
  /** The loaded library file. */
  path?: string;
  devices: { name: string; type: 'CPU' | 'GPU' }[];
  gpu: boolean;
  /** Why a slower backend than asked for is in use. */
  warning?: string;
}

const FIX =
  'Run `npm start` once (it fetches the library), or set LIBTENSORFLOW_PATH to a folder that holds it.';

let pending: Promise<EngineInfo> | undefined;
let native: LibtensorflowBackend | undefined;
let info: EngineInfo | undefined;

/**
 * Makes the TF.js backend ready. The first call decides; later calls return the same engine whatever their options
 * (a failed call may be repeated).
 * @throws EngineError LIBRARY_NOT_FOUND / LIBRARY_LOAD_FAILED when `backend: 'libtensorflow'` or a path was asked for.
 */
export function initEngine(options: EngineOptions = {}): Promise<EngineInfo> {
  pending ??= start(options).catch((error: unknown) => {
    pending = undefined;
    throw error;
  });
  return pending;
}

/** The native backend, undefined on WASM. @throws EngineError NOT_INITIALISED before `initEngine` finished. */
export function nativeBackend(): LibtensorflowBackend | undefined {
  if (!info) {
    throw new EngineError(
      'NOT_INITIALISED',
      'The engine is not ready.',
      'Await initEngine() once before using tensors.',
    );
  }
  return native;
}

async function start(options: EngineOptions): Promise<EngineInfo> {
  const { backend = 'auto' } = options;
  if (backend !== 'wasm') {
    // A path that somebody named must work; only the search may come back empty.
    const files = findLibrary(options.libtensorflow);
    const mustWork =
      backend === 'libtensorflow' || options.libtensorflow || process.env['LIBTENSORFLOW_PATH'];
    if (files) {
      try {
        return (info = await startNative(files, options));
      } catch (error) {
        if (mustWork || !(error instanceof EngineError)) throw error;
        return (info = await fallBack(error.message, options));
      }
    }
    if (backend === 'libtensorflow') {
      throw new EngineError(
        'LIBRARY_NOT_FOUND',
        'No libtensorflow was found in LIBTENSORFLOW_PATH or the cache.',
        FIX,
      );
    }
  }
  return (info = await fallBack(backend === 'auto' ? 'No libtensorflow was found' : undefined, options));
}

async function startNative(files: LibraryFiles, options: EngineOptions): Promise<EngineInfo> {
  // By itself TensorFlow uses oneDNN on processors with AVX-512 VNNI or AVX-VNNI alone; with AVX2 it is the faster one, too.
  if (process.arch === 'x64') process.env['TF_ENABLE_ONEDNN_OPTS'] ??= '1';
  const library = loadLibrary(files);
  const version = library.TF_Version() ?? '';
  const flags = xlaFlags({ main: files.main, version });
  if (flags) process.env['XLA_FLAGS'] = flags; // read by the library when XLA compiles for the first time
  const binding = new Binding(library, configProto(options));
  native = new LibtensorflowBackend(binding);
  registerKernels(native);
  replaceKernels(native);
  replaceGradients(native);
  followVariables(native);
  const backend = native;
  allowBfloat16((x, dtype) => castTo(backend, x, dtype));
  await tf.setBackend(BACKEND_NAME);
  return {
    backend: 'libtensorflow',
    version,
    path: files.main,
    devices: binding.devices,
    gpu: binding.hasGpu,
  };
}

async function fallBack(reason: string | undefined, options: EngineOptions): Promise<EngineInfo> {
  const { threads, warning } = await startWasm(options.intraOpThreads);
  addWasmKernels();
  replaceGradients(undefined);
  const slow = reason && `${reason}: running on the WASM backend, which is 10 to 20 times slower. ${FIX}`;
  return {
    backend: 'wasm',
    version: tf.version_core,
    devices: [{ name: threads > 1 ? `wasm (${threads} threads)` : 'wasm', type: 'CPU' }],
    gpu: false,
    warning: [slow, warning].filter(Boolean).join(' ') || undefined,
  };
}
