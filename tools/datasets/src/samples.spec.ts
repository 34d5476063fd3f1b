import { describe, expect, it } from 'vitest';
import type { Drawing } from './catalog.ts';
import { exclusive, makeDenials } from './denials.ts';
import { describe as describeDrawing, layoutSentences } from './descriptions.ts';
import { colorQuestion, nameQuestion } from './questions.ts';
import { seedRandom } from './random.ts';
import { capAnswers, interleave, makeSamples, type TextSample } from './samples.ts';

function drawing(artist: Drawing['artist'], name: string, rest: Partial<Drawing>): Drawing {
  const thing = name.replaceAll(' ', '-');
  return {
    key: `${artist}-${thing}`,
    artist,
    thing,
    name,
    category: 'food',
    colors: ['red'],
    main: 'red',
    layout: {},
    twins: [],
    ...rest,
  };
}

const NAMES: [string, Partial<Drawing>][] = [
  ['red apple', { colors: ['red', 'green'] }],
  ['green apple', { main: 'green', colors: ['green'] }],
  ['cherries', {}],
  ['tomato', {}],
  ['lemon', { main: 'yellow', colors: ['yellow'] }],
  ['dog', { category: 'animals', main: 'brown', colors: ['brown'] }],
  ['cat', { category: 'animals', main: undefined, colors: ['orange', 'white'] }],
  ['frog', { category: 'animals', main: 'green', colors: ['green'] }],
  ['bus', { category: 'vehicles', main: 'yellow', colors: ['yellow', 'blue'] }],
  ['taxi', { category: 'vehicles', main: 'yellow', colors: ['yellow'], twins: ['automobile'] }],
];
const drawings = (['noto', 'twemoji', 'fluent-emoji-flat'] as const).flatMap((artist) =>
  NAMES.map(([name, rest]) => drawing(artist, name, rest)),
);

const json = (sample: TextSample) => {
  if (!('conversations' in sample.json)) throw new Error(`${sample.key} is a caption`);
  return sample.json;
};

describe('makeSamples', () => {
  const sets = makeSamples(drawings, 3);

  it('is the same for the same seed and another for another', () => {
    expect(makeSamples(drawings, 3)).toEqual(sets);
    expect(makeSamples(drawings, 4)).not.toEqual(sets);
  });

  it('never trains on the held-out artist nor asks about others', () => {
    for (const name of ['captions', 'descriptions', 'instructions'] as const) {
      expect(sets[name].length).toBeGreaterThanOrEqual(20);
      for (const sample of sets[name]) expect(sample.key).toMatch(/^(noto|twemoji)-[a-z0-9-]+$/);
    }
    for (const sample of sets.heldout) expect(sample.key).toMatch(/^fluent-emoji-flat-[a-z0-9-]+$/);
  });

  it('uses each key once', () => {
    for (const set of Object.values(sets)) expect(new Set(set.map(({ key }) => key)).size).toBe(set.length);
  });

  /** Every question of a set with its answer and the drawing it is about. */
  const asked = (samples: TextSample[]) =>
    samples.flatMap((sample) => {
      const { conversations } = json(sample);
      return conversations.flatMap(({ from, value }, at) =>
        from === 'human'
          ? [{ question: value, answer: conversations[at + 1]!.value, of: drawings[sample.drawing]! }]
          : [],
      );
    });

  it('never asks what an answer before has settled', () => {
    const kind = (question: string) =>
      /categ|kind|belong/.test(question) ? 'category' : /color|mostly/.test(question) ? 'color' : 'name';
    const pairs = sets.instructions.map((sample) => asked([sample]).map(({ question }) => kind(question)));
    expect(pairs.some(({ length }) => length === 2)).toBe(true);
    for (const kinds of pairs) {
      expect(new Set(kinds).size).toBe(kinds.length);
      expect(kinds).not.toEqual(['name', 'category']);
    }
  });

  it('shows the picture before the first question only', () => {
    for (const sample of [...sets.instructions, ...sets.heldout]) {
      const [first, ...others] = json(sample).conversations;
      expect(first!.value).toMatch(/^<image>\n[A-Z].*[?.]$/);
      for (const { value } of others) expect(value).not.toContain('<image>');
    }
  });

  it('tells the truth in every question with an open answer', () => {
    for (const { question, answer, of } of asked([...sets.instructions, ...sets.heldout])) {
      if (answer === 'yes' || answer === 'no') continue;
      const truth = /category|kind/.test(question) ? of.category : /color/.test(question) ? of.main : of.name;
      expect(answer, question).toBe(truth);
    }
  });

  it('answers as many questions with yes as with no, and truly', () => {
    for (const set of [sets.instructions, sets.heldout]) {
      const closed = asked(set).filter(({ answer }) => answer === 'yes' || answer === 'no');
      const yes = closed.filter(({ answer }) => answer === 'yes').length;
      // Each of the three kinds may begin with one yes more.
      expect(Math.abs(yes * 2 - closed.length)).toBeLessThanOrEqual(set === sets.heldout ? 0 : 3);
      expect(closed.length).toBeGreaterThan(0);
      for (const { question, answer, of } of closed) {
        const word = /(?:called|show|category|to|color|mostly) ([a-z ]+)\?$/.exec(question)![1];
        expect([of.name, of.category, of.main].includes(word) ? 'yes' : 'no', question).toBe(answer);
      }
    }
  });

  it('repeats the answer beside the held-out conversations', () => {
    for (const sample of sets.heldout) expect(json(sample).answer).toBe(json(sample).conversations[1]!.value);
  });
});

describe('questions without one right answer', () => {
  it('are not asked', () => {
    const random = seedRandom(1);
    expect(
      nameQuestion(
        drawings.find(({ name }) => name === 'taxi')!,
        random,
      ),
    ).toBeUndefined();
    expect(
      colorQuestion(
        drawings.find(({ name }) => name === 'cat')!,
        random,
      ),
    ).toBeUndefined();
  });
});

describe('makeDenials', () => {
  it('denies only what is false, of the same category where it can', () => {
    const denials = makeDenials(drawings);
    for (let i = 0; i < 200; i++) {
      const random = seedRandom('denials', i);
      const apple = drawings[0]!;
      expect(['green apple', 'cherries', 'tomato', 'lemon']).toContain(denials.name(apple, random));
      expect(denials.category(apple, random)).not.toBe('food');
      expect(['green', 'yellow']).toContain(denials.color(apple, random));
    }
  });

  it('takes names for exclusive only when both have a word of their own', () => {
    expect(exclusive('man running', 'person running')).toBe(false);
    expect(exclusive('cat', 'cat face')).toBe(false);
    expect(exclusive('man', 'woman judge')).toBe(false);
    expect(exclusive('large blue diamond', 'small blue diamond')).toBe(false);
    expect(exclusive('red apple', 'green apple')).toBe(true);
  });
});

describe('describe', () => {
  it('names the thing, its category and all its colours', () => {
    const apple = { ...drawings[0]!, layout: { size: 'large', shape: 'square', mass: 'center' } as const };
    for (let i = 0; i < 20; i++) {
      const { answer } = describeDrawing(apple, seedRandom(i), i);
      for (const word of ['red apple', 'food', 'red', 'green']) expect(answer).toContain(word);
      expect(answer.split('. ').length).toBe(4);
    }
  });

  it('tells another layout fact in another copy', () => {
    const apple = { ...drawings[0]!, layout: { size: 'large', mass: 'center' } as const };
    const facts = [0, 1].map((copy) => describeDrawing(apple, seedRandom(1), copy).answer.split('. ').pop());
    expect(facts.sort()).toEqual(['It fills the picture.', 'It is in the center.']);
  });

  it('turns every layout fact into a sentence', () => {
    expect(
      layoutSentences({ layout: { size: 'small', shape: 'tall', mass: 'left', symmetric: false } }),
    ).toEqual(['It is small.', 'It is tall.', 'Most of it is at the left.', 'Its two halves differ.']);
    expect(layoutSentences({ layout: {} })).toEqual([]);
  });
});

describe('capAnswers', () => {
  it('keeps every answer below the cap and the rest whole', () => {
    const sample = (answer: string): TextSample => ({
      key: answer,
      drawing: 0,
      json: { conversations: [], type: 'color', answer },
    });
    const counts = { red: 50, blue: 10, green: 8, pink: 2 };
    const all = Object.entries(counts).flatMap(([color, count]) =>
      Array.from({ length: count }, () => sample(color)),
    );
    const kept = capAnswers(all, 0.4).map(({ key }) => key);
    const count = (color: string) => kept.filter((key) => key === color).length;
    expect([count('blue'), count('green'), count('pink')]).toEqual([10, 8, 2]);
    expect(count('red')).toBe(13);
    expect(count('red') / kept.length).toBeLessThanOrEqual(0.4);
  });
});

describe('interleave', () => {
  it('spreads each list over the whole', () => {
    expect(
      interleave([
        ['a', 'b', 'c', 'd'],
        ['x', 'y'],
      ]).join(''),
    ).toBe('axbcyd');
  });
});
