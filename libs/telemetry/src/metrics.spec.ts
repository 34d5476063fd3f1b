import { afterEach, describe, expect, it } from 'vitest';
import { counters, gauges, processRegistry, serveMetrics, type MetricsServer } from './index.ts';

let server: MetricsServer | undefined;
afterEach(() => server?.close());

describe('serveMetrics', () => {
  it('answers with the text that Prometheus reads, at /metrics alone', async () => {
    const registry = processRegistry();
    const own = {
      ...gauges(registry, { ovis_loss: { help: 'Loss of the last step.', labels: ['stage'] } }),
      ...counters(registry, { ovis_steps_total: { help: 'Steps done.' } }),
    };
    own.ovis_loss.set({ stage: 2 }, 1.5);
    own.ovis_steps_total.inc(3);
    server = await serveMetrics(registry, { host: '127.0.0.1', port: 0 });
    const response = await fetch(server.url);
    expect(response.headers.get('content-type')).toMatch(/^text\/plain; version=0\.0\.4/);
    const text = await response.text();
    expect(text).toContain('# TYPE ovis_loss gauge\novis_loss{stage="2"} 1.5\n');
    expect(text).toContain('# TYPE ovis_steps_total counter\novis_steps_total 3\n');
    expect(text).toMatch(/^process_resident_memory_bytes \d+/m);
    expect((await fetch(server.url.replace('/metrics', '/'))).status).toBe(404);
  });

  it('says what to do about a port that is taken', async () => {
    server = await serveMetrics(processRegistry(), { host: '127.0.0.1', port: 0 });
    const port = Number(new URL(server.url).port);
    await expect(serveMetrics(processRegistry(), { host: '127.0.0.1', port })).rejects.toMatchObject({
      code: 'METRICS_PORT',
      hint: expect.stringContaining('--metrics-port'),
    });
  });
});
