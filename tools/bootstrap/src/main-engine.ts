// What the bench runs on a machine without libtensorflow: finds or fetches it and prints where it is.
import { describeError } from './errors.ts';
import { prepareEngine } from './setup/prepare.ts';

try {
  const { path, warning } = await prepareEngine({ json: true });
  if (path) console.log(path);
  else throw new Error(warning ?? 'there is no libtensorflow');
} catch (error) {
  console.error(`error: ${describeError(error)}`);
  process.exitCode = 1;
}
