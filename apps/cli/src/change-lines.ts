import type { ChangeMeaning } from '@ovis/config';

const effects: Record<ChangeMeaning['effect'], string> = {
  applies: '',
  later: '',
  none: 'no effect: ',
  warn: 'careful: ',
  refused: 'refused: ',
};

/** What changes in the config of a run that goes on, a line each. */
export function changeLines(changes: readonly ChangeMeaning[]): string[] {
  return changes.map(
    ({ path, before, after, effect, why }) =>
      `changes     ${path}: ${shown(before)} -> ${shown(after)} (${effects[effect]}${why})`,
  );
}

function shown(value: unknown): string {
  return value === undefined ? 'not set' : typeof value === 'string' ? value : JSON.stringify(value);
}
