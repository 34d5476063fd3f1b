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

/** A conversation about one picture, which stands before the first question. */
export function dialog(...questions: Pick<Question, 'question' | 'answer'>[]): Turn[] {
  return questions.flatMap(({ question, answer }, index): Turn[] => [
    { from: 'human', value: index === 0 ? IMAGE + question : question },
    { from: 'gpt', value: answer },
  ]);
}
