import { Command } from 'commander';
import { readFile, writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { createInterface } from 'node:readline';
import type { AnswerFacts, AnswerOptions, Chat, Picture } from '@ovis/pretrained';
import { decodeImage } from '@ovis/webdataset';
import type { CliContext } from '../context.ts';
import { CliError, explain } from '../errors.ts';
import { findModel } from '../find-model.ts';
import { collect } from './config.ts';

interface Options {
  image: string[];
  question?: string;
  system?: string;
  maxNewTokens: string;
  temperature: string;
  topK: string;
  topP: string;
  seed?: string;
  maxPartition?: string;
  transcript?: string;
  json: boolean;
}

const HELP = `/image FILE...  show pictures with the next question
/reset          forget the conversation
/save FILE      write the conversation as JSON (the format of training data)
/quit           end (as Ctrl-D)`;

/** `ovis chat`: pictures and questions, answers as they are made. */
export function chatCommand(context: CliContext): Command {
  return new Command('chat')
    .description('talk to a model about pictures; answers are printed as they are made')
    .argument('<model>', 'a run, or the folder or URL of a model or checkpoint')
    .option('-i, --image <file>', 'a picture for the first question (repeatable)', collect, [])
    .option(
      '-q, --question <text>',
      'ask this, print the answer, end; default: a conversation, /help lists commands',
    )
    .option('--system <text>', "replaces the model family's own system prompt")
    .option('--max-new-tokens <n>', 'longest answer', '256')
    .option('--temperature <t>', 'above 0: draw tokens instead of taking the best one', '0')
    .option('--top-k <n>', 'draw among this many best tokens; 0: all', '0')
    .option('--top-p <p>', 'draw among the fewest tokens with this much probability', '1')
    .option('--seed <n>', 'makes drawing repeatable')
    .option('--max-partition <n>', 'most tiles per picture (Ovis 1.6 and later; default 9)')
    .option('--transcript <file>', 'write the conversation here at the end')
    .option('--json', 'with --question: print answer and timings as JSON', false)
    .action((model: string, options: Options) => chat(context, model, options));
}

async function chat(context: CliContext, model: string, o: Options): Promise<void> {
  const answering = answerOptions(o, context);
  if (o.json && o.question === undefined)
    throw new CliError('USAGE', '--json without --question', 'add --question TEXT');
  const { url, env } = await findModel(context, model);
  context.err(`opening ${url}`);
  // Loads TensorFlow, which other commands do without.
  const [{ Chat: Conversation, openForInference }, { initEngine }] = await Promise.all([
    import('@ovis/pretrained'),
    import('@ovis/tensorflow'),
  ]);
  await initEngine();
  const session = new Conversation(await openForInference(url, { env }), o.system);
  const files = o.image.map((file) => resolve(context.cwd, file));
  if (o.question !== undefined) {
    const facts = await answer(context, session, { text: o.question, files, quiet: o.json }, answering);
    if (o.json) context.out(JSON.stringify({ question: o.question, images: files, ...facts }));
  } else await converse(context, session, files, answering);
  if (o.transcript !== undefined) await save(context, session, o.transcript);
}

interface Answering extends AnswerOptions {
  maxPartition?: number;
}

function answerOptions(o: Options, context: CliContext): Answering {
  const number = (name: string, text: string) => {
    const value = Number(text);
    if (text.trim() === '' || !Number.isFinite(value))
      throw new CliError('USAGE', `--${name} is '${text}'`, 'give a number');
    return value;
  };
  return {
    maxNewTokens: number('max-new-tokens', o.maxNewTokens),
    temperature: number('temperature', o.temperature),
    topK: number('top-k', o.topK),
    topP: number('top-p', o.topP),
    ...(o.seed === undefined ? {} : { seed: number('seed', o.seed) }),
    ...(o.maxPartition === undefined ? {} : { maxPartition: number('max-partition', o.maxPartition) }),
    signal: context.signal,
  };
}

async function answer(
  context: CliContext,
  session: Chat,
  { text, files, quiet }: { text: string; files: readonly string[]; quiet?: boolean },
  o: Answering,
): Promise<AnswerFacts> {
  const parts = session.ask(text, await readPictures(session, files, o), o);
  for (;;) {
    const next = await parts.next();
    if (next.done) {
      if (!quiet) context.write('\n');
      return next.value;
    }
    if (!quiet) context.write(next.value);
  }
}

async function readPictures(
  session: Chat,
  files: readonly string[],
  { maxPartition }: Answering,
): Promise<Picture[]> {
  const partition = maxPartition === undefined ? {} : { maxPartition };
  return Promise.all(
    files.map(async (file) => {
      const image = await decodeImage(await bytesOf(file), `the picture ${file}`);
      return session.prepare(file, image, partition);
    }),
  );
}

async function bytesOf(file: string): Promise<Uint8Array> {
  try {
    return await readFile(file);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new CliError(
      'NO_FILE',
      `cannot read the picture ${file}: ${why}`,
      'give the path of a picture',
      error,
    );
  }
}

async function converse(
  context: CliContext,
  session: Chat,
  first: readonly string[],
  o: Answering,
): Promise<void> {
  const interactive = context.terminal !== undefined;
  const lines = createInterface({
    input: context.input,
    ...(interactive ? { output: context.terminal, prompt: '> ' } : {}),
  });
  let files = [...first];
  if (interactive) context.err('ask a question; /help lists commands');
  lines.prompt();
  for await (const raw of lines) {
    const line = raw.trim();
    const [command, ...rest] = line.split(/\s+/);
    try {
      if (command === '/quit') break;
      else if (command === '/help') context.err(HELP);
      else if (command === '/reset') {
        session.reset();
        files = [];
      } else if (command === '/image') files.push(...rest.map((file) => resolve(context.cwd, file)));
      else if (command === '/save') await save(context, session, rest.join(' '));
      else if (command?.startsWith('/')) context.err(`there is no command ${command}; /help lists them`);
      else if (line !== '') {
        await answer(context, session, { text: line, files }, o);
        files = [];
      }
    } catch (error) {
      if (context.signal.aborted) throw error;
      // A picture that cannot be read or a question that is too long does not end the conversation.
      explain(error).forEach(context.err);
      files = [];
    }
    lines.prompt();
  }
  lines.close();
}

async function save(context: CliContext, session: Chat, file: string): Promise<void> {
  if (file === '') throw new CliError('USAGE', '/save without a file', 'write /save FILE');
  const path = resolve(context.cwd, file);
  await writeFile(path, `${JSON.stringify(session.transcript(), null, 2)}\n`);
  context.err(`written to ${path}`);
}
