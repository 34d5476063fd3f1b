import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

const cache = process.env['OVIS_CACHE_DIR'] ?? join(homedir(), '.cache', 'ovis');

/** The Temporal server for specs: what `npm test` found (TEMPORAL_BIN), else where `ovis setup` puts it. */
export const temporalPath = process.env['TEMPORAL_BIN'] ?? join(cache, 'temporal', '1.9.1', 'temporal');

/** Appended to a suite's name; empty when there is a server. */
export const temporalMissing = existsSync(temporalPath)
  ? ''
  : ` [skipped: no Temporal server at ${temporalPath}; 'ovis setup' fetches it]`;
