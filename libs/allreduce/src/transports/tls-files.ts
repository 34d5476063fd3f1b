import { readFileSync } from 'node:fs';
import type { ConnectionOptions, TlsOptions } from 'node:tls';

/** Encrypts what goes over TCP; both sides must prove who they are. Each is PEM text or a file. */
export interface TlsCredentials {
  cert: string;
  key: string;
  /** What has signed the certificates of all ranks. */
  ca: string;
  /** Name that the certificates carry, where it is not the host that is dialled. */
  serverName?: string;
}

export function serverTls(o: TlsCredentials): TlsOptions {
  return { ...pems(o), requestCert: true, rejectUnauthorized: true, minVersion: 'TLSv1.3' };
}

export function clientTls(o: TlsCredentials, host: string): ConnectionOptions {
  const name = o.serverName ?? host;
  // A server name must not be an address; the certificate is checked against the host all the same.
  const checked = o.serverName === undefined ? {} : { servername: name };
  return { ...pems(o), ...checked, rejectUnauthorized: true, minVersion: 'TLSv1.3' };
}

function pems({ cert, key, ca }: TlsCredentials) {
  return { cert: pem(cert), key: pem(key), ca: pem(ca) };
}

function pem(value: string): string {
  return value.includes('-----BEGIN') ? value : readFileSync(value, 'utf8');
}
