// Run by `ovis doctor` as a process of its own: a library for another CPU may end the process that loads it.
import { initEngine } from '@ovis/tensorflow';
import { smokeStep } from './smoke-step.ts';

try {
  const info = await initEngine();
  console.log(JSON.stringify({ ...info, smoke: await smokeStep() }));
} catch (error) {
  const { message, hint } = error as { message?: string; hint?: string };
  console.log(JSON.stringify({ error: message ?? String(error), hint }));
}
process.exit(0);
