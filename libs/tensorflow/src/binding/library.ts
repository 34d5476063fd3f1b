import { closeSync, openSync } from 'node:fs';
import koffi from 'koffi';
import { EngineError } from '../errors.ts';

/**
 * The part of TensorFlow's C API that the engine calls, as koffi signatures.
 *
 * Pointers are declared `int64_t`: koffi then hands out plain JavaScript numbers (user-space addresses fit in 47 bits), which
 * are cheaper than its BigInt pointers. `void *` is used where a typed array is passed.
 */
const SIGNATURES = {
  TF_Version: ['str', []],
  TF_NewStatus: ['ptr', []],
  TF_DeleteStatus: ['void', ['ptr']],
  TF_GetCode: ['int', ['ptr']],
  TF_Message: ['str', ['ptr']],
  TF_NewBuffer: ['ptr', []],
  TF_DeleteBuffer: ['void', ['ptr']],
  TF_AllocateTensor: ['ptr', ['int', 'array', 'int', 'size']],
  // dtype, dims, their number, data, bytes, deallocator, its argument
  TF_NewTensor: ['ptr', ['int', 'array', 'int', 'array', 'size', 'ptr', 'ptr']],
  TF_DeleteTensor: ['void', ['ptr']],
  TF_TensorData: ['ptr', ['ptr']],
  TF_TensorByteSize: ['size', ['ptr']],
  TF_StringInit: ['void', ['ptr']],
  TF_StringCopy: ['void', ['ptr', 'array', 'size']],
  TF_StringGetDataPointer: ['ptr', ['ptr']],
  TF_StringGetSize: ['size', ['ptr']],
  TF_StringDealloc: ['void', ['ptr']],
  // Eager execution
  TFE_NewContextOptions: ['ptr', []],
  TFE_DeleteContextOptions: ['void', ['ptr']],
  TFE_ContextOptionsSetConfig: ['void', ['ptr', 'array', 'size', 'ptr']],
  TFE_NewContext: ['ptr', ['ptr', 'ptr']],
  TFE_ContextListDevices: ['ptr', ['ptr', 'ptr']],
  TF_DeviceListCount: ['int', ['ptr']],
  TF_DeviceListName: ['str', ['ptr', 'int', 'ptr']],
  TF_DeviceListType: ['str', ['ptr', 'int', 'ptr']],
  TF_DeleteDeviceList: ['void', ['ptr']],
  TFE_NewTensorHandle: ['ptr', ['ptr', 'ptr']],
  TFE_DeleteTensorHandle: ['void', ['ptr']],
  TFE_TensorHandleDataType: ['int', ['ptr']],
  TFE_TensorHandleNumDims: ['int', ['ptr', 'ptr']],
  TFE_TensorHandleDim: ['size', ['ptr', 'int', 'ptr']],
  TFE_TensorHandleResolve: ['ptr', ['ptr', 'ptr']],
  TFE_NewOp: ['ptr', ['ptr', 'str', 'ptr']],
  TFE_DeleteOp: ['void', ['ptr']],
  TFE_OpReset: ['void', ['ptr', 'str', 'str', 'ptr']],
  TFE_OpSetDevice: ['void', ['ptr', 'str', 'ptr']],
  TFE_OpAddInput: ['void', ['ptr', 'ptr', 'ptr']],
  TFE_OpAddInputList: ['void', ['ptr', 'array', 'int', 'ptr']],
  TFE_OpSetAttrType: ['void', ['ptr', 'str', 'int']],
  TFE_OpSetAttrBool: ['void', ['ptr', 'str', 'int']],
  TFE_OpSetAttrInt: ['void', ['ptr', 'str', 'size']],
  TFE_OpSetAttrFloat: ['void', ['ptr', 'str', 'float']],
  TFE_OpSetAttrString: ['void', ['ptr', 'str', 'array', 'size']],
  TFE_OpSetAttrIntList: ['void', ['ptr', 'str', 'array', 'int']],
  TFE_OpSetAttrTypeList: ['void', ['ptr', 'str', 'array', 'int']],
  TFE_OpSetAttrShape: ['void', ['ptr', 'str', 'array', 'int', 'ptr']],
  TFE_Execute: ['void', ['ptr', 'array', 'array', 'ptr']],
  TFE_ContextAddFunction: ['void', ['ptr', 'ptr', 'ptr']],
  TFE_ContextRemoveFunction: ['void', ['ptr', 'str', 'ptr']],
  // Graphs (what `compile` records)
  TF_NewGraph: ['ptr', []],
  TF_DeleteGraph: ['void', ['ptr']],
  TF_GraphGetOpDef: ['void', ['ptr', 'str', 'ptr', 'ptr']],
  TF_NewOperation: ['ptr', ['ptr', 'str', 'str']],
  TF_AddInput: ['void', ['ptr', 'output']],
  TF_AddInputList: ['void', ['ptr', 'array', 'int']],
  TF_AddControlInput: ['void', ['ptr', 'ptr']],
  TF_SetAttrType: ['void', ['ptr', 'str', 'int']],
  TF_SetAttrTypeList: ['void', ['ptr', 'str', 'array', 'int']],
  TF_SetAttrBool: ['void', ['ptr', 'str', 'int']],
  TF_SetAttrInt: ['void', ['ptr', 'str', 'size']],
  TF_SetAttrFloat: ['void', ['ptr', 'str', 'float']],
  TF_SetAttrString: ['void', ['ptr', 'str', 'array', 'size']],
  TF_SetAttrIntList: ['void', ['ptr', 'str', 'array', 'int']],
  TF_SetAttrShape: ['void', ['ptr', 'str', 'array', 'int']],
  TF_SetAttrTensor: ['void', ['ptr', 'str', 'ptr', 'ptr']],
  TF_FinishOperation: ['ptr', ['ptr', 'ptr']],
  TF_OperationOutputType: ['int', ['output']],
  TF_GraphGetTensorNumDims: ['int', ['ptr', 'output', 'ptr']],
  TF_GraphSetTensorShape: ['void', ['ptr', 'output', 'array', 'int', 'ptr']],
  TF_GraphGetTensorShape: ['void', ['ptr', 'output', 'array', 'int', 'ptr']],
  TF_GraphToFunctionWithControlOutputs: [
    'ptr',
    // graph, name, append hash; nodes; inputs; outputs and their names;
    // control outputs and their names, options, description, status
    [
      'ptr',
      'str',
      'int',
      'int',
      'array',
      'int',
      'array',
      'int',
      'array',
      'array',
      'int',
      'array',
      'array',
      'ptr',
      'str',
      'ptr',
    ],
  ],
  TF_FunctionSetAttrValueProto: ['void', ['ptr', 'str', 'array', 'size', 'ptr']],
  TF_DeleteFunction: ['void', ['ptr']],
  TF_SetAttrFuncName: ['void', ['ptr', 'str', 'str', 'size']],
  TF_GraphCopyFunction: ['void', ['ptr', 'ptr', 'ptr', 'ptr']],
} as const satisfies Record<string, readonly [CType, readonly CType[]]>;

type CType = 'void' | 'ptr' | 'str' | 'int' | 'size' | 'float' | 'array' | 'output';

/** `TF_Output` of the C API: one output of one operation of a graph. */
export interface GraphOutput {
  oper: number;
  index: number;
}

interface CTypes {
  void: void;
  ptr: number;
  str: string | null;
  int: number;
  size: number;
  float: number;
  array: ArrayBufferView | null;
  output: GraphOutput;
}
type CArguments<A extends readonly CType[]> = { -readonly [I in keyof A]: CTypes[A[I]] };
type CFunction<R extends CType, A extends readonly CType[]> = ((...args: CArguments<A>) => CTypes[R]) & {
  async(...args: [...CArguments<A>, (error: Error | null, result: CTypes[R]) => void]): void;
};

/** libtensorflow's C functions, callable from JavaScript; `.async` runs the call on another thread. */
export type Library = {
  readonly [N in keyof typeof SIGNATURES]: CFunction<(typeof SIGNATURES)[N][0], (typeof SIGNATURES)[N][1]>;
} & {
  /** Address of a C function that does nothing that matters, whatever it is called with: a deallocator of memory that is not TensorFlow's. */
  readonly doNothing: number;
};

/**
 * Loads both shared objects and resolves every function above.
 * @throws EngineError LIBRARY_LOAD_FAILED naming the file and the loader's own message.
 */
export function loadLibrary(files: { framework?: string; main: string }): Library {
  // libtensorflow tells of its CPU features on stderr; keep that quiet unless the user asked for it.
  const quiet = process.env['TF_CPP_MIN_LOG_LEVEL'] === undefined;
  if (quiet) process.env['TF_CPP_MIN_LOG_LEVEL'] = '2';
  try {
    // Asynchronous calls run on koffi's own stacks; grappler and XLA recurse deeply (its default is 128 KiB).
    koffi.config({ async_stack_size: 8 << 20, sync_stack_size: 8 << 20 });
  } catch {
    // Another part of the process loaded a library first: koffi's settings are then fixed.
  }
  try {
    // The main library finds its sibling through RUNPATH=$ORIGIN; loading it first also covers copies in other folders.
    const load = (): ReturnType<typeof koffi.load> => {
      if (files.framework) pin(files.framework);
      pin(files.main);
      return koffi.load(files.main);
    };
    const handle = quiet ? withoutStderr(load) : load();
    const outputType = koffi.struct({ oper: 'int64_t', index: 'int' });
    const types = {
      void: 'void',
      ptr: 'int64_t',
      str: 'str',
      int: 'int',
      size: 'int64_t',
      float: 'float',
      array: 'void *',
      output: outputType,
    } as const;
    const entries = Object.entries(SIGNATURES).map(([name, [result, args]]) => [
      name,
      handle.func(
        name,
        types[result],
        args.map((a) => types[a]),
      ),
    ]);
    const doNothing = Number(koffi.address(handle.symbol('TF_Version', 'char')));
    return { ...Object.fromEntries(entries), doNothing } as Library;
  } catch (error) {
    throw new EngineError(
      'LIBRARY_LOAD_FAILED',
      `Could not load libtensorflow from ${files.main}: ${error instanceof Error ? error.message : String(error)}`,
      'The file must be a 64-bit libtensorflow_cc of TensorFlow 2.16 or newer for this platform, with libtensorflow_framework beside it.',
    );
  }
}

/**
 * Opens a library so that it is never unloaded. koffi closes its libraries when the process (or a worker thread) ends, but
 * TensorFlow's thread pools are still running then: they would crash on code that is gone.
 */
function pin(file: string): void {
  if (process.platform === 'win32') return;
  const RTLD_NOW = 2;
  const RTLD_NODELETE = process.platform === 'darwin' ? 0x80 : 0x1000;
  const dlopen = koffi.load(null).func('dlopen', 'void *', ['str', 'int']);
  // A null result is left to koffi.load, which reports the loader's message.
  dlopen(file, RTLD_NOW | RTLD_NODELETE);
}

/** Runs `fn` with the process's stderr closed: two messages of the library's static initialisers heed no log level. */
function withoutStderr<T>(fn: () => T): T {
  if (process.platform === 'win32') return fn();
  const libc = koffi.load(null);
  const dup = libc.func('dup', 'int', ['int']);
  const dup2 = libc.func('dup2', 'int', ['int', 'int']);
  const nowhere = openSync('/dev/null', 'w');
  const saved = dup(2) as number;
  dup2(nowhere, 2);
  try {
    return fn();
  } finally {
    dup2(saved, 2);
    closeSync(saved);
    closeSync(nowhere);
  }
}

/** Where an array lies. */
export function addressOf(array: ArrayBufferView): number {
  return Number(koffi.address(array));
}

/** Memory at a native address as an ArrayBuffer, without a copy. Valid only as long as its owner is. */
export function viewMemory(address: number, bytes: number): ArrayBuffer {
  return bytes === 0 ? new ArrayBuffer(0) : koffi.view(address, bytes);
}
