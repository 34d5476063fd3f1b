import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { prepare, repoRoot, type Toolchain } from '../src/index.ts';
import { SEAWEEDFS_WHEELS, TEMPORAL_WHEELS, TENSORFLOW_WHEELS } from '../src/setup/pins.ts';

// There is no Docker engine where these files were written: what can be checked without one is checked here.

interface Service {
  build?: { context: string; dockerfile: string; target: string; args?: Record<string, string> };
  command?: string[];
  environment?: Record<string, string>;
  depends_on?: Record<string, unknown>;
  ports?: string[];
}
interface Compose {
  services: Record<string, Service>;
  volumes?: Record<string, unknown>;
}

const infra = path.join(repoRoot, 'infra');
const read = (name: string) => fs.readFileSync(path.join(infra, name), 'utf8');
const compose = (name: string) => parse(read(name), { merge: true }) as Compose;
const dockerfile = read('Dockerfile');
const stages = [...dockerfile.matchAll(/^FROM (\S+) AS (\S+)$/gm)].map(([, from, name]) => ({ from, name }));
const stageNames = stages.map((stage) => stage.name);

let toolchain: Toolchain;
beforeAll(async () => void (toolchain = await prepare({ quiet: true })), 300_000);

describe('Dockerfile', () => {
  it('builds every stage from an image or from a stage above it', () => {
    const known = new Set<string>();
    for (const { from = '', name = '' } of stages) {
      const variants = from.includes('${VARIANT}')
        ? ['cpu', 'cuda'].map((v) => from.replace('${VARIANT}', v))
        : [from];
      for (const one of variants) {
        const isImage = one.includes(':') || /^\$\{(NODE|PYTHON)_IMAGE\}$/.test(one);
        expect(isImage || known.has(one), `${name} from ${one}`).toBe(true);
      }
      known.add(name);
    }
    for (const [, from] of dockerfile.matchAll(/--from=(\S+)/g)) expect(stageNames).toContain(from);
  });

  it('copies and runs files that exist', () => {
    const copied = [...dockerfile.matchAll(/^COPY (?!--from)(\S+) /gm)].map(([, file]) => file ?? '');
    expect(copied.length).toBeGreaterThan(2);
    for (const file of copied) expect(fs.existsSync(path.join(repoRoot, file)), file).toBe(true);
    const programs = [...dockerfile.matchAll(/^CMD \["(\S+)"\]$/gm)].map(([, file]) => file ?? '');
    expect(programs).toEqual(['apps/controller/src/main.ts', 'apps/trainer/src/main.ts']);
    for (const file of programs) expect(fs.existsSync(path.join(repoRoot, file)), file).toBe(true);
  });

  it('does not leave out of its context what it copies or runs', () => {
    const ignored = read('Dockerfile.dockerignore').split('\n');
    expect(ignored).toContain('**/node_modules');
    for (const needed of ['infra', 'apps', 'libs', 'tools', 'proto']) expect(ignored).not.toContain(needed);
  });

  it('pins the wheels that set-up pins', () => {
    const servers = read('requirements-servers.txt');
    const tensorflow = read('requirements-tensorflow-cpu.txt');
    for (const key of ['linux-x64', 'linux-arm64']) {
      for (const [pins, text] of [
        [TEMPORAL_WHEELS, servers],
        [SEAWEEDFS_WHEELS, servers],
        [TENSORFLOW_WHEELS, tensorflow],
      ] as const) {
        const pin = pins[key];
        expect(text).toContain(`sha256:${pin?.sha256}`);
        expect(text).toContain(pin?.requirement);
      }
    }
  });

  it('sets only variables that the programs read', () => {
    const sources = ['apps/controller/src/options.ts', 'apps/trainer/src/options.ts']
      .map((file) => fs.readFileSync(path.join(repoRoot, file), 'utf8'))
      .join('\n');
    const set = [
      ...[...dockerfile.matchAll(/\b(OVIS_[A-Z_]+)=/g)].map(([, name]) => name),
      ...['compose.yaml', 'compose.trainer.yaml'].flatMap((file) =>
        Object.values(compose(file).services).flatMap((service) => Object.keys(service.environment ?? {})),
      ),
    ].filter((name): name is string => Boolean(name?.startsWith('OVIS_')));
    // Read by libraries and by the demo, not by the options.
    const elsewhere = new Set(['OVIS_CACHE_DIR', 'OVIS_BUCKET']);
    const unknown = [...new Set(set)].filter((name) => !elsewhere.has(name) && !sources.includes(name));
    expect(unknown).toEqual([]);
    expect(set).toEqual(
      expect.arrayContaining(['OVIS_FLEET_PORT', 'OVIS_HOST', 'OVIS_ADVERTISE', 'OVIS_TRAINER_ID']),
    );
  });
});

describe('compose files', () => {
  it('run the processes of npm start', () => {
    const { services, volumes } = compose('compose.yaml');
    expect(Object.keys(services)).toEqual(['temporal', 's3', 'controller', 'trainer-1', 'trainer-2']);
    expect(Object.keys(volumes ?? {})).toEqual(['temporal', 's3']);
    expect(Object.keys(compose('compose.cuda.yaml').services)).toEqual(['trainer-1', 'trainer-2']);
  });

  it.each(['compose.yaml', 'compose.trainer.yaml'])(
    '%s builds targets that exist and depends on services that exist',
    (file) => {
      const { services } = compose(file);
      for (const [name, service] of Object.entries(services)) {
        expect(stageNames, name).toContain(service.build?.target);
        const context = path.resolve(infra, service.build?.context ?? '');
        expect(context).toBe(repoRoot);
        expect(fs.existsSync(path.join(context, service.build?.dockerfile ?? '')), name).toBe(true);
        for (const other of Object.keys(service.depends_on ?? {}))
          expect(Object.keys(services)).toContain(other);
      }
    },
  );

  it('publishes nothing beyond this host unless asked to', () => {
    for (const service of Object.values(compose('compose.yaml').services)) {
      for (const port of service.ports ?? [])
        expect(port).toMatch(/^(127\.0\.0\.1|\$\{OVIS_BIND:-127\.0\.0\.1\}):/);
    }
  });

  it('takes its secrets from the environment, and the example leaves them empty', () => {
    const example = read('.env.example');
    for (const name of ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY']) {
      expect(read('compose.yaml')).toContain(`\${${name}:?`);
      expect(example).toMatch(new RegExp(`^${name}=$`, 'm'));
    }
    const wanted = [...`${read('compose.yaml')}`.matchAll(/\$\{([A-Z_]+)/g)].map(([, name]) => name);
    for (const name of new Set(wanted)) expect(example).toContain(`${name}=`);
  });

  it('give the servers only options that their programs know', () => {
    const { temporal, s3 } = compose('compose.yaml').services;
    const options = (service: Service | undefined) =>
      (service?.command ?? []).filter((word) => word.startsWith('-')).map((word) => word.replace(/=.*/, ''));
    const help = (part: { path?: string }, ...args: string[]) => {
      const result = spawnSync(part.path ?? '', args, { encoding: 'utf8' });
      return `${result.stdout}${result.stderr}`;
    };
    if (toolchain.temporal.path) {
      const global = help(toolchain.temporal, 'options');
      const known = help(toolchain.temporal, 'server', 'start-dev', '--help') + global;
      for (const option of options(temporal)) expect(known, option).toMatch(new RegExp(`${option}\\b`));
    }
    if (toolchain.s3.path) {
      const known = help(toolchain.s3, 'help', 'server');
      for (const option of options(s3)) expect(known, option).toMatch(new RegExp(`^\\s+${option}\\b`, 'm'));
    }
    expect(options(s3).length + options(temporal).length).toBeGreaterThan(15);
  });
});
