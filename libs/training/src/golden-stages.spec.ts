import { describe } from 'vitest';
import { GoldenCase } from '../test/golden.ts';
import { describeOfficialStages } from '../test/official-stages.ts';

describe.each(['ovis10_clip_qwen2'])('%s', (name) => {
  describeOfficialStages(new GoldenCase(name));
});
