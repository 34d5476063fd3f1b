import koffi from 'koffi';
import protobuf from 'protobufjs/minimal.js';
import { EngineError } from '../errors.ts';
import { initEngine } from './init-engine.ts';

/** What the operations of one kind took. */
export interface OperationTime {
  /** TensorFlow's name of the operation; {@link FUSED} stands for all fused pieces. */
  operation: string;
  calls: number;
  /** Of the threads that ran them, added up: operations run side by side, and threads inside an operation count once. */
  ms: number;
}

export interface OperationProfile {
  /** From the first function's start to the last one's end. */
  wallMs: number;
  /** The slowest first. */
  operations: OperationTime[];
}

/** Loops that XLA compiled, see `fused`. */
export const FUSED = 'fused pieces (XLA)';

/**
 * Runs `work` under TensorFlow's own profiler and tells what the operations of compiled functions took. A tool for finding out where
 * the time goes: profiling itself costs a little. It calls the C++ library behind the C API, which exports what it needs in 2.21.
 * @throws EngineError UNSUPPORTED on WASM and where the library does not export its profiler
 */
export async function profileOperations(work: () => Promise<void>): Promise<OperationProfile> {
  const { path } = await initEngine();
  const profiler = path === undefined ? undefined : openProfiler(path);
  if (!profiler) {
    throw new EngineError(
      'UNSUPPORTED',
      'This engine has no profiler.',
      'Use libtensorflow 2.21 (backend: libtensorflow).',
    );
  }
  const session = profiler.start();
  let space: Uint8Array;
  try {
    await work();
  } finally {
    space = profiler.stop(session);
  }
  return summary(readSpace(space));
}

/** What C++ objects of these classes need, and more. */
const OBJECT_BYTES = 4096;
/** ProfileOptions: host_tracer_level = 2 (operations), version = 1. */
const OPTIONS = Uint8Array.from([(2 << 3) | 0, 2, (5 << 3) | 0, 1]);

function openProfiler(path: string) {
  try {
    const library = koffi.load(path);
    const func = (name: string, result: string, args: string[]) => library.func(name, result, args);
    const arena = 'PN6google8protobuf5ArenaE';
    const newOptions = func(`_ZN10tensorflow14ProfileOptionsC1E${arena}`, 'void', ['void *', 'int64_t']);
    const parse = func('_ZN6google8protobuf11MessageLite14ParseFromArrayEPKvi', 'bool', [
      'void *',
      'void *',
      'int',
    ]);
    const create = func('_ZN3tsl15ProfilerSession6CreateERKN10tensorflow14ProfileOptionsE', 'void *', [
      'void *',
      'void *',
    ]);
    const newSpace = func(`_ZN10tensorflow8profiler6XSpaceC1E${arena}`, 'void', ['void *', 'int64_t']);
    const collect = func('_ZN3tsl15ProfilerSession11CollectDataEPN10tensorflow8profiler6XSpaceE', 'void *', [
      'void *',
      'int64_t',
      'void *',
    ]);
    const byteSize = func('_ZNK10tensorflow8profiler6XSpace12ByteSizeLongEv', 'int64_t', ['void *']);
    const serialize = func('_ZNK6google8protobuf11MessageLite16SerializeToArrayEPvi', 'bool', [
      'void *',
      'void *',
      'int',
    ]);
    return {
      /** The address of a ProfilerSession. */
      start(): number {
        const options = Buffer.alloc(OBJECT_BYTES);
        newOptions(options, 0);
        parse(options, OPTIONS, OPTIONS.length);
        const session = new BigInt64Array(1); // the unique_ptr that Create returns
        create(session, options);
        return Number(session[0]);
      },
      /** A serialized XSpace. */
      stop(session: number): Uint8Array {
        const space = Buffer.alloc(OBJECT_BYTES);
        newSpace(space, 0);
        collect(new BigInt64Array(1), session, space);
        const bytes = Buffer.alloc(Number(byteSize(space)));
        serialize(space, bytes, bytes.length);
        return bytes;
      },
    };
  } catch {
    return undefined;
  }
}

interface Event {
  name: string;
  startMs: number;
  ms: number;
}

/** The events of all threads; field numbers: xplane.proto. */
function readSpace(bytes: Uint8Array): Event[] {
  const events: Event[] = [];
  eachField(protobuf.Reader.create(bytes), bytes.length, (field, plane) => {
    if (field !== 1) return false;
    const names = new Map<number, string>();
    const raw: { id: number; startMs: number; ms: number }[] = [];
    eachMessage(plane, (inPlane, reader) => {
      if (inPlane === 3) readLine(reader, raw);
      else if (inPlane === 4) readName(reader, names);
      else return false;
      return true;
    });
    for (const { id, ...times } of raw) events.push({ name: names.get(id) ?? '', ...times });
    return true;
  });
  return events;
}

function readLine(reader: protobuf.Reader, into: { id: number; startMs: number; ms: number }[]): void {
  let lineMs = 0;
  const found: { id: number; offset: number; duration: number }[] = [];
  eachMessage(reader, (field, line) => {
    if (field === 3) lineMs = Number(line.int64()) / 1e6;
    else if (field === 4) {
      const event = { id: 0, offset: 0, duration: 0 };
      eachMessage(line, (inEvent, r) => {
        if (inEvent === 1) event.id = Number(r.int64());
        else if (inEvent === 2) event.offset = Number(r.int64());
        else if (inEvent === 3) event.duration = Number(r.int64());
        else return false;
        return true;
      });
      found.push(event);
    } else return false;
    return true;
  });
  for (const { id, offset, duration } of found)
    into.push({ id, startMs: lineMs + offset / 1e9, ms: duration / 1e9 });
}

/** An entry of the map from ids to XEventMetadata. */
function readName(reader: protobuf.Reader, into: Map<number, string>): void {
  let id = 0;
  let name = '';
  eachMessage(reader, (field, entry) => {
    if (field === 1) id = Number(entry.int64());
    else if (field === 2)
      eachMessage(entry, (inMetadata, r) => {
        if (inMetadata !== 2) return false;
        name = r.string();
        return true;
      });
    else return false;
    return true;
  });
  into.set(id, name);
}

/** The fields of the message that begins here with its length. `read` says whether it has read the field. */
function eachMessage(
  reader: protobuf.Reader,
  read: (field: number, reader: protobuf.Reader) => boolean,
): void {
  const length = reader.uint32();
  eachField(reader, reader.pos + length, read);
}

function eachField(
  reader: protobuf.Reader,
  end: number,
  read: (field: number, reader: protobuf.Reader) => boolean,
): void {
  while (reader.pos < end) {
    const tag = reader.uint32();
    if (!read(tag >>> 3, reader)) reader.skipType(tag & 7);
  }
}

/** Executors call their events "node name:Operation". */
const OPERATION = /^[\w/]+:(\w+)$/;

function summary(events: Event[]): OperationProfile {
  const found = new Map<string, OperationTime>();
  let [first, last] = [Infinity, -Infinity];
  for (const { name, startMs, ms } of events) {
    const fused = name === 'CpuExecutable::ExecuteAsyncOnStream';
    const operation = fused ? FUSED : OPERATION.exec(name)?.[1];
    if (!operation) continue;
    first = Math.min(first, startMs);
    last = Math.max(last, startMs + ms);
    const sum = found.get(operation) ?? { operation, calls: 0, ms: 0 };
    found.set(operation, { operation, calls: sum.calls + 1, ms: sum.ms + ms });
  }
  return {
    wallMs: found.size > 0 ? last - first : 0,
    operations: [...found.values()].sort((a, b) => b.ms - a.ms),
  };
}
