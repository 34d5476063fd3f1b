import type { ModelPart } from '@ovis/checkpoint';
import { Command, InvalidArgumentError, Option } from 'commander';
import { exportCheckpoint, PARTS } from '../checkpoints/export.ts';
import { listAll } from '../checkpoints/list.ts';
import { remove } from '../checkpoints/remove.ts';
import { verify } from '../checkpoints/verify.ts';
import type { CliContext } from '../context.ts';

const SOURCE = 'a run, or the folder or URL of its checkpoints (STORAGE/RUN/checkpoints)';

interface ExportFlags {
  id?: string;
  part?: ModelPart[];
  format: 'safetensors' | 'hf';
  json: boolean;
}

/** `ovis checkpoints`: look at, check, take out and remove what runs have saved. */
export function checkpointsCommand(context: CliContext): Command {
  const checkpoints = new Command('checkpoints').description('list, verify, export and remove checkpoints');
  checkpoints
    .command('ls')
    .description('list the checkpoints of a run: step, loss, size, and what was written for each')
    .argument('<run>', SOURCE)
    .option('--json', 'print JSON', false)
    .action((run: string, o: { json: boolean }) => listAll(context, run, o));
  checkpoints
    .command('verify')
    .description('read every byte and compare it with the checksums; exit code 1 when something is damaged')
    .argument('<run>', `${SOURCE}, or one of them`)
    .argument('[ids...]', 'which ones; default the latest')
    .option('--all', 'all of them', false)
    .option('--json', 'print JSON', false)
    .action((run: string, ids: string[], o: { all: boolean; json: boolean }) => verify(context, run, ids, o));
  checkpoints
    .command('export')
    .description('write a model, or a part of it, as files that can be used alone')
    .argument('<run>', `${SOURCE}, or one of them`)
    .argument('<target>', 'new folder or URL')
    .option('--id <id>', 'which checkpoint; default the latest')
    .option(
      '--part <parts>',
      `some of ${PARTS.join(',')}; default all of the model`,
      (value: string): ModelPart[] => value.split(',').map(partOf),
    )
    .addOption(
      new Option(
        '--format <form>',
        'safetensors: a file per part, official names; hf: a Hugging Face folder, of the model or of the llm alone',
      )
        .choices(['safetensors', 'hf'])
        .default('safetensors'),
    )
    .option('--json', 'print JSON', false)
    .action((run: string, target: string, o: ExportFlags) => exportCheckpoint(context, run, target, o));
  checkpoints
    .command('rm')
    .description('remove checkpoints; files that others need stay')
    .argument('<run>', `${SOURCE}, or one of them`)
    .argument('[ids...]', 'which ones')
    .option('--force', 'also the latest one, and what a running run may need', false)
    .option('--dry-run', 'only say what would be freed', false)
    .option('--json', 'print JSON', false)
    .action((run: string, ids: string[], o: { force: boolean; dryRun: boolean; json: boolean }) =>
      remove(context, run, ids, o),
    );
  return checkpoints;
}

function partOf(name: string): ModelPart {
  const part = PARTS.find((known) => known === name.trim());
  if (part) return part;
  throw new InvalidArgumentError(`'${name}' is none of ${PARTS.join(', ')}.`);
}
