import { readFileSync } from 'node:fs';
import { ChannelCredentials, ServerCredentials } from '@grpc/grpc-js';

/**
 * TLS of a client or server. Files or PEM text. With `ca` on a server, clients must show a certificate that it signed
 * (mutual TLS); with `cert` and `key` on a client, the client shows one.
 */
export interface TlsOptions {
  ca?: string | Buffer;
  cert?: string | Buffer;
  key?: string | Buffer;
  /** Name in the server's certificate when it is not the host that is dialled. Clients only. */
  serverName?: string;
}

function pem(value: string | Buffer | undefined): Buffer | null {
  if (value === undefined) return null;
  if (typeof value !== 'string') return value;
  return value.includes('-----BEGIN') ? Buffer.from(value) : readFileSync(value);
}

/** Without `tls` the connection is in plain text. */
export function clientCredentials(tls?: TlsOptions): ChannelCredentials {
  return tls
    ? ChannelCredentials.createSsl(pem(tls.ca), pem(tls.key), pem(tls.cert))
    : ChannelCredentials.createInsecure();
}

export function serverCredentials(tls?: TlsOptions): ServerCredentials {
  if (!tls) return ServerCredentials.createInsecure();
  const key = pem(tls.key);
  const cert = pem(tls.cert);
  if (!key || !cert) throw new Error('a TLS server needs both `cert` and `key`');
  return ServerCredentials.createSsl(
    pem(tls.ca),
    [{ private_key: key, cert_chain: cert }],
    tls.ca !== undefined,
  );
}
