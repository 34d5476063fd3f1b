import protobuf from 'protobufjs/minimal.js';
import type { Library } from '../binding/library.ts';
import { viewMemory } from '../binding/library.ts';
import { checkStatus } from '../binding/status.ts';

/** One input argument of a TensorFlow operation; list arguments name the attribute that holds their length. */
export interface InputArgument {
  name: string;
  numberAttr: string;
  typeListAttr: string;
}

const cache = new Map<string, InputArgument[]>();

/** The input arguments of an operation, from the library's own registry (field numbers: op_def.proto). */
export function inputArguments(lib: Library, graph: number, status: number, op: string): InputArgument[] {
  let args = cache.get(op);
  if (!args) {
    const buffer = lib.TF_NewBuffer();
    lib.TF_GraphGetOpDef(graph, op, buffer, status);
    checkStatus(lib, status, op);
    // struct TF_Buffer { const void* data; size_t length; ... }
    const [data, length] = new BigInt64Array(viewMemory(buffer, 16));
    args = parseOpDef(new Uint8Array(viewMemory(Number(data), Number(length))).slice());
    lib.TF_DeleteBuffer(buffer);
    cache.set(op, args);
  }
  return args;
}

function parseOpDef(bytes: Uint8Array): InputArgument[] {
  const reader = protobuf.Reader.create(bytes);
  const args: InputArgument[] = [];
  while (reader.pos < reader.len) {
    const tag = reader.uint32();
    if (tag >>> 3 === 2) args.push(parseArgDef(reader));
    else reader.skipType(tag & 7);
  }
  return args;
}

function parseArgDef(reader: protobuf.Reader): InputArgument {
  const end = reader.uint32() + reader.pos;
  const arg: InputArgument = { name: '', numberAttr: '', typeListAttr: '' };
  while (reader.pos < end) {
    const tag = reader.uint32();
    const field = tag >>> 3;
    if (field === 1) arg.name = reader.string();
    else if (field === 5) arg.numberAttr = reader.string();
    else if (field === 6) arg.typeListAttr = reader.string();
    else reader.skipType(tag & 7);
  }
  return arg;
}
