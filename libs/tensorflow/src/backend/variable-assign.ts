import { tf } from '../tf.ts';
import type { LibtensorflowBackend } from './backend.ts';

/** Lets `variable.assign` inside a traced function be recorded; outside it is TF.js's own. */
export function recordAssignments(backend: LibtensorflowBackend): void {
  const assign = tf.Variable.prototype.assign;
  tf.Variable.prototype.assign = function (newValue): void {
    const recorder = backend.recorder;
    if (recorder) recorder.assign(this, newValue);
    else assign.call(this, newValue);
  };
}
