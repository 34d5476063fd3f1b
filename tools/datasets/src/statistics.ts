import type { Drawing } from './catalog.ts';
import { HELD_OUT_ARTIST } from './icon-sets.ts';
import type { SampleSets, TextSample } from './samples.ts';

export interface AnswerStatistics {
  questions: number;
  answers: number;
  mostFrequent: string;
  /** Share of the questions that the most frequent answer would get right. */
  mostFrequentShare: number;
}

export interface DataStatistics {
  drawings: Record<string, number>;
  /** Things in all. */
  things: number;
  /** Things drawn by the held-out artist, all of which training artists drew too. */
  heldOutThings: number;
  /** Distinct words of all names. */
  nameWords: number;
  categories: Record<string, number>;
  mainColors: Record<string, number>;
  samples: Record<keyof SampleSets, number>;
  yesShare: { instructions: number; heldout: number };
  heldout: Record<string, AnswerStatistics>;
}

function countBy<T>(items: readonly T[], key: (item: T) => string | undefined): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const item of items) {
    const name = key(item);
    if (name !== undefined) counts[name] = (counts[name] ?? 0) + 1;
  }
  return Object.fromEntries(Object.entries(counts).sort((a, b) => b[1] - a[1]));
}

const typeOf = ({ json }: TextSample) => ('type' in json ? json.type : 'caption');
const answerOf = ({ json }: TextSample) =>
  'conversations' in json ? (json.conversations[1]?.value ?? '') : json.caption;

/** Share of "yes" among all answers that are yes or no. */
function yesShare(samples: TextSample[]): number {
  const answers = samples
    .flatMap(({ json }) => ('conversations' in json ? json.conversations : []))
    .map(({ value }) => value)
    .filter((value) => value === 'yes' || value === 'no');
  return answers.filter((answer) => answer === 'yes').length / Math.max(1, answers.length);
}

/** What is in the data: for the manifest and for people. */
export function dataStatistics(drawings: readonly Drawing[], sets: SampleSets): DataStatistics {
  const heldout: DataStatistics['heldout'] = {};
  for (const type of Object.keys(countBy(sets.heldout, typeOf)).sort()) {
    const answers = sets.heldout.filter((sample) => typeOf(sample) === type).map(answerOf);
    const [first] = Object.entries(countBy(answers, (answer) => answer));
    heldout[type] = {
      questions: answers.length,
      answers: new Set(answers).size,
      mostFrequent: first?.[0] ?? '',
      mostFrequentShare: (first?.[1] ?? 0) / answers.length,
    };
  }
  const held = drawings.filter(({ artist }) => artist === HELD_OUT_ARTIST);
  return {
    drawings: countBy(drawings, ({ artist }) => artist),
    things: new Set(drawings.map(({ thing }) => thing)).size,
    heldOutThings: held.length,
    nameWords: new Set(drawings.flatMap(({ name }) => name.split(' '))).size,
    categories: countBy(drawings, ({ category }) => category),
    mainColors: countBy(drawings, ({ main }) => main),
    samples: {
      captions: sets.captions.length,
      descriptions: sets.descriptions.length,
      instructions: sets.instructions.length,
      heldout: sets.heldout.length,
    },
    yesShare: { instructions: yesShare(sets.instructions), heldout: yesShare(sets.heldout) },
    heldout,
  };
}
