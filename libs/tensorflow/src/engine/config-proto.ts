import protobuf from 'protobufjs/minimal.js';

/** Serialized tensorflow.ConfigProto (field numbers: tensorflow/core/protobuf/config.proto). 0 threads = one per core. */
export function configProto(options: { intraOpThreads?: number; interOpThreads?: number }): Uint8Array {
  const writer = protobuf.Writer.create();
  if (options.intraOpThreads) writer.uint32((2 << 3) | 0).int32(options.intraOpThreads);
  if (options.interOpThreads) writer.uint32((5 << 3) | 0).int32(options.interOpThreads);
  // gpu_options { allow_growth: true }: several trainers may share a GPU, and it keeps memory reports honest.
  writer
    .uint32((6 << 3) | 2)
    .fork()
    .uint32((4 << 3) | 0)
    .bool(true)
    .ldelim();
  writer.uint32((7 << 3) | 0).bool(true); // allow_soft_placement: ops without a GPU kernel run on the CPU
  return writer.finish();
}
