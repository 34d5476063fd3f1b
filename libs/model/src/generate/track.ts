import type { Plan } from './options.ts';

/** New tokens of one prompt. */
export interface NewTokens {
  /** Index of the prompt. */
  prompt: number;
  /** Without the end token; empty when the sequence ended right behind what came before. */
  ids: number[];
  /** No more come: the end token or `maxNewTokens`. */
  last: boolean;
}

/** What one sequence has got so far. */
export class Track {
  ended = false;
  private readonly prompt: number;
  private readonly plan: Plan;
  private count = 0;

  constructor(prompt: number, plan: Plan) {
    this.prompt = prompt;
    this.plan = plan;
  }

  /** Column `column` of `ids` `[steps, size]`, up to the end token. */
  take(ids: Int32Array, column: number, size: number): NewTokens[] {
    if (this.ended) return [];
    const all = Array.from({ length: ids.length / size }, (_, step) => ids[step * size + column]!);
    const cut = all.findIndex((id) => this.plan.ends.includes(id));
    const own = cut < 0 ? all : all.slice(0, cut);
    this.count += own.length;
    this.ended = cut >= 0 || this.count >= this.plan.maxNewTokens;
    return [{ prompt: this.prompt, ids: own, last: this.ended }];
  }
}
