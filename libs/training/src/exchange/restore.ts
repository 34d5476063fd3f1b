import { tf } from '@ovis/tensorflow';
import type { Params } from '@ovis/model';
import type { StoredTensors } from '../host-tensors.ts';
import type { StageSettings } from '../settings.ts';
import type { GangForm } from '../trainer-state.ts';
import { Residuals } from './residuals.ts';
import { LOCAL_WEIGHT, storedSites } from './site-tensors.ts';

/** Whether what belongs to single trainers of one gang fits the other's. */
export function isSameGang(a: GangForm | undefined, b: GangForm): boolean {
  return a?.world === b.world && a.sites === b.sites && a.buckets.join() === b.buckets.join();
}

/** A site's weights in a checkpoint, by parameter; the caller disposes them. */
export function siteWeights(names: readonly string[], own: StoredTensors): Params {
  return Object.fromEntries(
    names.flatMap((name) => {
      const stored = own[LOCAL_WEIGHT(name)];
      return stored ? [[name, tf.tensor(Float32Array.from(stored.data), [...stored.shape])]] : [];
    }),
  );
}

/** What a gang of another form cannot take from a checkpoint, in words. */
export function notesOf(stored: StoredTensors, gang: GangForm, settings: StageSettings): string[] {
  const notes: string[] = [];
  if (Residuals.stored(stored) && settings.gradientCompression === 'int8')
    notes.push('what compression had left unsent is of another gang and starts at zero');
  const sites = storedSites(stored);
  if (sites > 0 && sites !== gang.sites)
    notes.push(`${sites} sites had moments of their own: this gang of ${gang.sites} goes on with their mean`);
  return notes;
}
