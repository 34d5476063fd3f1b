import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, it } from 'vitest';
import { s3Answers } from './s3-server.ts';

it("another server at our S3 server's port is not taken for it", async () => {
  const asked: string[] = [];
  const refuse = '<Error><Code>InvalidAccessKeyId</Code><Message>no such key</Message></Error>';
  const list = '<ListAllMyBucketsResult><Buckets></Buckets></ListAllMyBucketsResult>';
  const server = http.createServer((request, answer) => {
    asked.push(request.url ?? '');
    const ours = request.headers.authorization?.includes('Credential=ours/');
    answer.writeHead(request.url === '/healthz' || ours ? 200 : 403, { 'content-type': 'application/xml' });
    answer.end(ours ? list : refuse);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const access = (accessKeyId: string) => ({
    endpoint: `http://127.0.0.1:${port}`,
    accessKeyId,
    secretAccessKey: 'secret',
    bucket: 'ovis',
    region: 'us-east-1',
  });
  try {
    await expect(s3Answers(access('theirs'))).rejects.toMatchObject({ name: 'InvalidAccessKeyId' });
    expect(await s3Answers(access('ours'))).toBe(true);
    expect(asked.length).toBe(2);
  } finally {
    server.close();
  }
});
