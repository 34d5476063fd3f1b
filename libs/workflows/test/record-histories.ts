import { writeFile } from 'node:fs/promises';
import { gzipSync } from 'node:zlib';
import { historyToJSON } from '@temporalio/common/lib/proto-utils.js';
import { stageWorkflowId } from '../src/index.ts';
import { historiesFolder, type RecordedHistory } from './histories.ts';
import { startTemporal } from './harness.ts';
import { play, scenarioNames } from './scenarios.ts';

/*
 * Records the histories of whole runs, with a name, beside those of earlier versions, which stay: a deploy must not break a run that began
 * before it.
 *
 *   node --import tsx libs/workflows/test/record-histories.ts NAME
 */
const [name] = process.argv.slice(2);
if (name === undefined) throw new Error('usage: record-histories.ts NAME');
const env = await startTemporal();
const recorded: RecordedHistory[] = [];
try {
  for (const scenario of scenarioNames) {
    const runId = await play(scenario, env);
    for (const workflowId of [runId, ...[1, 2, 3].map((stage) => stageWorkflowId(runId, stage))]) {
      const executions = env.client.workflow.list({ query: `WorkflowId = '${workflowId}'` });
      for await (const { runId: execution } of executions) {
        const history = await env.client.workflow.getHandle(workflowId, execution).fetchHistory();
        recorded.push({ scenario, workflowId, history: JSON.parse(historyToJSON(history)) as object });
        process.stdout.write(`${scenario}: ${workflowId}, ${history.events?.length ?? 0} events\n`);
      }
    }
  }
} finally {
  await env.teardown();
}
const file = new URL(`${name}.json.gz`, historiesFolder);
await writeFile(file, gzipSync(JSON.stringify(recorded), { level: 9 }));
process.stdout.write(`${recorded.length} histories in ${file.pathname}\n`);
process.exit(0);
