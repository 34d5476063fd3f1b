import { expect, it } from 'vitest';
import { readOptions } from './options.ts';

const read = (argv: string[], env: NodeJS.ProcessEnv = {}) => readOptions(['--fleet', 'c:1', ...argv], env);

it('reads labels and the grace period, flags before the environment', () => {
  expect(read(['--label', 'zone=a', '--label', 'disk = ssd', '--grace', '30'])).toMatchObject({
    labels: { zone: 'a', disk: 'ssd' },
    graceSeconds: 30,
  });
  const env = { OVIS_LABELS: 'zone=b,x=1', OVIS_GRACE: '5' };
  expect(read([], env)).toMatchObject({ labels: { zone: 'b', x: '1' }, graceSeconds: 5 });
  expect(read(['--label', 'zone=a'], env)).toMatchObject({ labels: { zone: 'a' } });
  expect(read([])).toMatchObject({ labels: {}, graceSeconds: 0 });
});

it('serves metrics when a port is named, 0 for a free one', () => {
  expect(read([])).toMatchObject({ metricsPort: undefined });
  expect(read(['--metrics-port', '0'])).toMatchObject({ metricsPort: 0 });
  expect(read([], { OVIS_METRICS_PORT: '9400' })).toMatchObject({ metricsPort: 9400 });
  expect(() => read(['--metrics-port', 'any'])).toThrow("--metrics-port is 'any'");
});

it('says what is wrong with a label or a number', () => {
  expect(() => read(['--label', 'zone'])).toThrow("'zone' is no label: it has the form NAME=VALUE");
  expect(() => read(['--grace', 'long'])).toThrow("--grace is 'long', not a whole number");
});
