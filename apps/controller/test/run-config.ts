import { readFileSync } from 'node:fs';
import { parseRunConfig, type RunConfig } from '@ovis/config';

export const config: RunConfig = parseRunConfig(readFileSync(new URL('./run.yaml', import.meta.url), 'utf8'));
