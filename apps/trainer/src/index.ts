export { startTrainer, type RunningTrainer } from './trainer.ts';
export { readOptions, type TrainerOptions } from './options.ts';
