import { readdirSync, readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';

/** One execution of a workflow, as Temporal's command line prints it. */
export interface RecordedHistory {
  scenario: string;
  workflowId: string;
  history: object;
}

/** A file of compressed JSON per recording: `zcat FILE | less`. */
export const historiesFolder = new URL('histories/', import.meta.url);

/** All histories of the repository, by the name of their recording. */
export function recordings(): { name: string; histories: RecordedHistory[] }[] {
  return readdirSync(historiesFolder)
    .filter((file) => file.endsWith('.json.gz'))
    .map((file) => ({
      name: file.slice(0, -'.json.gz'.length),
      histories: JSON.parse(
        gunzipSync(readFileSync(new URL(file, historiesFolder))).toString(),
      ) as RecordedHistory[],
    }));
}
