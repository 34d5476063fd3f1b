import {
  AsyncQueue,
  serveGroups,
  type GroupEventInput,
  type GroupImplementation,
  type GroupInput,
  type MemberRequest,
  type RunningServer,
  type ServeOptions,
} from '@ovis/protocol';
import { debugTo } from '../debug.ts';
import { GroupState, type GroupTimes, type MemberStream } from './group-state.ts';
import { Journal } from './journal.ts';

export interface CoordinatorOptions extends Partial<GroupTimes> {
  /** A file that remembers generations: a coordinator that starts with it goes on where the last one was. */
  journal?: string;
  /** For lines about generations. They also go to NODE_DEBUG=allreduce. */
  log?: (line: string) => void;
}

/**
 * Says who belongs to which generation of a group. It takes no part in collectives: groups go on without it, and their members come back to it
 * when it is there again. Anyone can host it: {@link serve}, or its {@link implementation} in another server.
 */
export class GroupCoordinator {
  readonly #groups = new Map<string, GroupState>();
  readonly #journal: Journal;
  readonly #times: GroupTimes;
  readonly #debug: (line: string) => void;
  readonly #queues = new Set<AsyncQueue<GroupEventInput>>();

  constructor(o: CoordinatorOptions = {}) {
    this.#times = { settleMs: o.settleMs ?? 500, reformMs: o.reformMs ?? 30_000 };
    this.#debug = debugTo(o.log);
    this.#journal = new Journal(o.journal);
    for (const entry of this.#journal.entries.values()) this.#groups.set(entry.groupId, this.#stateOf(entry));
  }

  /** Serves it over gRPC. @throws ListenError */
  serve(options: ServeOptions = {}): Promise<RunningServer> {
    return serveGroups(this.implementation, options);
  }

  get implementation(): GroupImplementation {
    return {
      join: (requests) => this.#member(requests),
      getGroup: async ({ groupId }) => this.latest(groupId),
    };
  }

  /** The latest generation of a group; 0 of one that is not known. */
  latest(groupId: string): GroupInput {
    const state = this.#groups.get(groupId);
    const members = state?.members.map((member, rank) => ({ rank, ...member })) ?? [];
    return { groupId, generation: state?.generation ?? 0, members, reason: state?.reason ?? '' };
  }

  /** Ends all members' streams; they try to come back. */
  close(): void {
    for (const state of this.#groups.values()) state.close();
    for (const queue of this.#queues) queue.end();
  }

  #member(requests: AsyncIterable<MemberRequest>): AsyncIterable<GroupEventInput> {
    const queue = new AsyncQueue<GroupEventInput>({ onReturn: () => this.#queues.delete(queue) });
    this.#queues.add(queue);
    const stream: MemberStream = { send: (event) => queue.push(event) };
    void this.#follow(requests, stream).finally(() => {
      queue.end();
      this.#queues.delete(queue);
    });
    return queue;
  }

  async #follow(requests: AsyncIterable<MemberRequest>, stream: MemberStream): Promise<void> {
    let state: GroupState | undefined;
    let memberId = '';
    try {
      for await (const request of requests) {
        if (request.request === 'join') {
          const { join } = request;
          if (state || join.groupId === '' || join.memberId === '' || join.address === '') {
            const hint = 'a stream begins with one join, with groupId, memberId and address';
            stream.send({
              refused: { code: 'BAD_REQUEST', message: 'not a join that can be followed', hint },
            });
            return;
          }
          memberId = join.memberId;
          state = this.#groups.get(join.groupId);
          if (!state) this.#groups.set(join.groupId, (state = this.#stateOf(join)));
          state.join(join, stream);
        } else if (request.request === 'reform') {
          state?.reform(memberId, request.reform, stream);
        } else if (request.request === 'leave') {
          state?.leave(memberId);
          return;
        }
      }
    } finally {
      state?.disconnected(memberId, stream);
      if (state?.empty) this.#groups.delete(state.groupId);
    }
  }

  #stateOf(start: ConstructorParameters<typeof GroupState>[0]): GroupState {
    return new GroupState(start, this.#times, (entry) => {
      this.#journal.append(entry);
      const names = entry.members.map((member) => member.memberId).join(', ');
      this.#debug(`group ${entry.groupId} is at generation ${entry.generation}: ${names}`);
    });
  }
}
