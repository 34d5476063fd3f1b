import type { MethodDefinition } from '@grpc/grpc-js';

/** A generated message class, as far as this library uses it. */
interface GeneratedMessage<Input> {
  encode(message: Input): { finish(): Uint8Array };
  decode(bytes: Uint8Array): object;
  toObject(message: object, options: object): object;
}

/** Bytes <-> plain objects. `Output` has every field present, oneofs named by their discriminator. */
export interface Codec<Input, Output> {
  encode(message: Input): Buffer;
  decode(bytes: Uint8Array): Output;
}

const plain = { defaults: true, arrays: true, objects: true, oneofs: true };

export function codec<Input, Output>(type: GeneratedMessage<Input>): Codec<Input, Output> {
  return {
    encode: (message) => {
      const bytes = type.encode(message).finish();
      return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    },
    // Class instances keep defaults on their prototype, where spread and JSON lose them: hand out plain objects.
    decode: (bytes) => type.toObject(type.decode(bytes), plain) as Output,
  };
}

/** One method of a service: how a client encodes its request and a server its response. */
export interface Method<RequestInput, Request, ResponseInput, Response> {
  path: string;
  request: Codec<RequestInput, Request>;
  response: Codec<ResponseInput, Response>;
  /** For `new grpc.Server().addService`. */
  definition: MethodDefinition<unknown, unknown>;
}

/** Builds a method from the properties that the generated service class carries (path and stream flags). */
export function method<RequestInput, Request, ResponseInput, Response>(
  generated: { readonly path: string; readonly requestStream?: boolean; readonly responseStream?: boolean },
  request: Codec<RequestInput, Request>,
  response: Codec<ResponseInput, Response>,
): Method<RequestInput, Request, ResponseInput, Response> {
  return {
    path: generated.path,
    request,
    response,
    definition: {
      path: generated.path,
      requestStream: generated.requestStream ?? false,
      responseStream: generated.responseStream ?? false,
      requestSerialize: (value) => request.encode(value as RequestInput),
      requestDeserialize: (bytes) => request.decode(bytes),
      responseSerialize: (value) => response.encode(value as ResponseInput),
      responseDeserialize: (bytes) => response.decode(bytes),
    },
  };
}
