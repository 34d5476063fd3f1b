/** What a sample asks for; `description` is not scored. */
export type QuestionType = 'name' | 'category' | 'color' | 'yesno';

export interface Turn {
  from: 'human' | 'gpt';
  value: string;
}

/** One question about one drawing and its one right answer. */
export interface Question {
  type: QuestionType;
  question: string;
  answer: string;
}

const IMAGE = '<image>\n';

export function dialog(question: string, answer: string): Turn[] {
  return [
    { from: 'human', value: IMAGE + question },
    { from: 'gpt', value: answer },
  ];
}
