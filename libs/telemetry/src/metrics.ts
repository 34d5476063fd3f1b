import { collectDefaultMetrics, Counter, Gauge, Registry } from 'prom-client';

export { Registry };

/** What a metric is: names and units by Prometheus' conventions (base units, `_total` for counters, `_ratio` for shares). */
type Definitions = Record<string, { help: string; labels?: readonly string[] }>;

/** A registry with the process's own memory, CPU time and event loop in it. */
export function processRegistry(): Registry {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  return registry;
}

/** Values that go up and down, under their names. */
export function gauges<D extends Definitions>(registry: Registry, definitions: D): Record<keyof D, Gauge> {
  return made(
    definitions,
    (name, help, labelNames) => new Gauge({ name, help, labelNames, registers: [registry] }),
  );
}

/** Values that only grow while the process lives, under their names. */
export function counters<D extends Definitions>(
  registry: Registry,
  definitions: D,
): Record<keyof D, Counter> {
  return made(
    definitions,
    (name, help, labelNames) => new Counter({ name, help, labelNames, registers: [registry] }),
  );
}

function made<D extends Definitions, M>(
  definitions: D,
  make: (name: string, help: string, labelNames: string[]) => M,
): Record<keyof D, M> {
  const entries = Object.entries(definitions).map(([name, { help, labels = [] }]) => [
    name,
    make(name, help, [...labels]),
  ]);
  return Object.fromEntries(entries) as Record<keyof D, M>;
}
