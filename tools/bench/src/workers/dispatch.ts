import { dispatchWork } from '../models/dispatch.ts';
import { serve, startEngine } from '../worker.ts';

serve(async (params) => {
  await startEngine(params);
  return dispatchWork(params['count'] as number);
});
