// Node 20 runs TypeScript in a worker thread only when the thread itself registers the loader.
import { register } from 'tsx/esm/api';

register();
await import('./watchdog-worker.ts');
