import { s3ServerBinary, startS3Server } from '@ovis/storage/test/s3-server';
import { runProgram } from './run-program.ts';
import { torchPython } from './torch.ts';

const REQUIREMENTS = ['safetensors==0.8.0', 'boto3==1.44.8'];
const IMPORTS = "import safetensors, boto3; print(safetensors.__version__ + ' ' + boto3.__version__)";

let ready: Promise<Record<string, string>> | undefined;

/**
 * What the peers of the checkpoint suite need beside PyTorch: its packages in PyTorch's environment, and an S3 server, which ends with
 * this process.
 * @returns the environment that leads to the server
 * @throws Error that says what is missing
 */
export function storagePeers(log: (line: string) => void): Promise<Record<string, string>> {
  ready ??= prepare(log);
  return ready;
}

async function prepare(log: (line: string) => void): Promise<Record<string, string>> {
  const python = await torchPython(log);
  const wanted = REQUIREMENTS.map((requirement) => requirement.split('==')[1]).join(' ');
  const found = await runProgram(python, ['-c', IMPORTS]).catch(() => '');
  if (found.trim() !== wanted) {
    log(`installing ${REQUIREMENTS.join(', ')}`);
    const flags = ['--disable-pip-version-check', '--no-input', '--quiet'];
    await runProgram(python, ['-m', 'pip', 'install', ...flags, ...REQUIREMENTS]);
  }
  const server = await startS3Server();
  if (server === undefined)
    throw new Error(`there is no S3 server at ${s3ServerBinary}: 'ovis setup' fetches it`);
  return Object.fromEntries(Object.entries(server.env).map(([name, value]) => [name, String(value)]));
}
