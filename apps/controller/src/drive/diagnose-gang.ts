import { trainerClient, type DiagnoseResponse } from '@ovis/protocol';
import type { Gang, GangMember } from '@ovis/workflows';
import { phaseNames } from './drive-times.ts';

/** What one trainer says when it is asked why nothing moves. */
export interface Diagnosis {
  trainerId: string;
  rank: number;
  /** Absent when it did not answer. */
  answer?: DiagnoseResponse;
  error?: string;
}

/** A trainer whose main thread does not answer for so long is stuck. */
const answerMs = 2_000;

/** Asks every trainer of the gang what it does. */
export async function diagnoseGang(gang: Gang): Promise<Diagnosis[]> {
  return Promise.all(
    gang.trainers.map(async ({ trainerId, rank, grpcAddress }) => {
      const client = trainerClient(grpcAddress, { deadlineMs: answerMs });
      try {
        return { trainerId, rank, answer: await client.diagnose() };
      } catch (error) {
        return { trainerId, rank, error: error instanceof Error ? error.message : String(error) };
      } finally {
        client.close();
      }
    }),
  );
}

/**
 * Who keeps the others: one that does not answer; else the one that a collective of the others waits for; else the one that was silent
 * longest.
 */
export function culpritOf(gang: Gang, diagnoses: readonly Diagnosis[], silent: GangMember): GangMember {
  const mute = diagnoses.find(({ answer }) => answer === undefined);
  if (mute !== undefined) return gang.trainers[mute.rank] ?? silent;
  const missed = new Map<number, number>();
  for (const { answer } of diagnoses) {
    for (const rank of waitsFor(answer)) missed.set(rank, (missed.get(rank) ?? 0) + 1);
  }
  const [worst] = [...missed].sort(([, a], [, b]) => b - a);
  return (worst === undefined ? undefined : gang.trainers[worst[0]]) ?? silent;
}

/** Ranks that the collective under way has not heard of. */
function waitsFor(answer: DiagnoseResponse | undefined): number[] {
  const last = collectivesOf(answer).at(-1);
  if (last === undefined || last.durationMs !== undefined) return [];
  // JSON writes undefined as null.
  return (last.waitMs ?? []).flatMap((wait, rank) => (wait === null || wait === undefined ? [rank] : []));
}

interface Collective {
  collective?: string;
  tag?: string;
  sequence?: number;
  durationMs?: number;
  waitMs?: (number | null | undefined)[];
}

function collectivesOf(answer: DiagnoseResponse | undefined): Collective[] {
  try {
    return JSON.parse(answer?.collectivesJson || '[]') as Collective[];
  } catch {
    return [];
  }
}

/** A line per trainer, for the failure's message. */
export function describeDiagnoses(diagnoses: readonly Diagnosis[]): string {
  return diagnoses
    .map(({ trainerId, answer, error }) => {
      if (answer === undefined) return `${trainerId} does not answer (${error ?? 'no reason'})`;
      const last = collectivesOf(answer).at(-1);
      const waits = waitsFor(answer);
      const where =
        last === undefined || last.durationMs !== undefined
          ? 'in no collective'
          : `in ${last.collective ?? 'a collective'} #${last.sequence ?? 0}${waits.length > 0 ? `, waits for rank ${waits.join(', ')}` : ''}`;
      const stack =
        answer.blockedMs > 1_000 ? `, main thread was blocked ${Math.round(answer.blockedMs / 1000)} s` : '';
      return `${trainerId} ${phaseNames[answer.phase]}, step ${answer.step}, ${where}${stack}`;
    })
    .join('; ');
}
