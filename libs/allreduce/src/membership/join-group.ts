import {
  groupClient,
  type BidiStream,
  type Group,
  type GroupClient,
  type GroupEvent,
  type MemberRequestInput,
  type TlsOptions,
} from '@ovis/protocol';
import { debugTo } from '../debug.ts';
import { JoinError, PeerLostError } from '../errors.ts';
import type { GroupOptions } from '../joining/connect.ts';
import type { CollectiveListener } from '../joining/listener.ts';
import { ProcessGroup } from '../process-group.ts';

export interface MembershipOptions {
  /** "host:port" of a GroupCoordinator. */
  coordinator: string;
  groupId: string;
  /** Names this process over all generations: ranks are those of the order in which members first came. */
  memberId: string;
  listener: CollectiveListener;
  /** Members of a generation: exactly `world`, or at least `min` (default 1) and at most `max` (default: as many as come). */
  world?: number;
  min?: number;
  max?: number;
  /** Others wait to be taken in: call `reform` when it suits. */
  onWanted?: (memberIds: string[]) => void;
  /** Of the connection to the coordinator. */
  tls?: TlsOptions;
  /** Of every generation's ProcessGroup. */
  group?: Omit<GroupOptions, 'groupId' | 'generation' | 'rank' | 'world' | 'addresses' | 'listener'>;
  /** A generation must be there within this time. Default 120,000. */
  waitMs?: number;
  log?: (line: string) => void;
}

/** Between attempts to reach a coordinator that is away. */
const RETRY_MS = 500;

/** Joins a group by its coordinator: resolves with the first generation that this process is part of. @throws JoinError */
export async function joinGroup(options: MembershipOptions): Promise<Membership> {
  const membership = new Membership(options);
  try {
    await membership.next();
    return membership;
  } catch (error) {
    await membership.leave();
    throw error;
  }
}

/** A process's place in a group over its generations. */
export class Membership {
  readonly #o: MembershipOptions;
  readonly #client: GroupClient;
  readonly #debug: (line: string) => void;
  #stream: BidiStream<MemberRequestInput, GroupEvent> | undefined;
  #group: ProcessGroup | undefined;
  #members: string[] = [];
  /** The latest generation that the coordinator told. */
  #told: Group | undefined;
  /** What was asked and is not answered: said again when the stream breaks. */
  #ask: MemberRequestInput | undefined;
  #left = false;
  #refused: JoinError | undefined;
  #wake: () => void = () => {};

  /** Use {@link joinGroup}. */
  constructor(o: MembershipOptions) {
    this.#o = o;
    this.#debug = debugTo(o.log);
    this.#client = groupClient(o.coordinator, { tls: o.tls });
    void this.#follow();
  }

  /** The ProcessGroup of the generation that this process is in. */
  get group(): ProcessGroup {
    if (!this.#group)
      throw new JoinError('NOT_JOINED', 'this process is in no generation', 'await joinGroup()');
    return this.#group;
  }

  /** Members of this generation, by rank. */
  get members(): readonly string[] {
    return this.#members;
  }

  /**
   * Leaves the generation, whatever it is doing, and comes into the next one with all that are left, those who waited included.
   * @param reason what went wrong, for the others' logs; a PeerLostError also says who is lost
   * @throws JoinError when there is none in time, or it goes on without this process
   */
  async reform(reason: Error | string): Promise<ProcessGroup> {
    const generation = this.#group?.generation ?? 0;
    const lost = reason instanceof PeerLostError ? [this.#members[reason.rank] as string] : [];
    await this.#group?.close();
    this.#ask = {
      reform: { generation, lost, reason: reason instanceof Error ? reason.message : reason },
    };
    void this.#stream?.send(this.#ask);
    return this.next();
  }
  /** Leaves for good: the others re-form without this process. */
  async leave(): Promise<void> {
    if (this.#left) return;
    this.#left = true;
    await this.#group?.close();
    const sent = this.#stream?.send({ leave: {} });
    await Promise.race([sent, new Promise((resolve) => setTimeout(resolve, 1_000).unref())]);
    this.#stream?.end();
    this.#client.close();
    this.#wake();
  }

  /** Waits for a generation newer than the one this process is in, and joins it. */
  async next(): Promise<ProcessGroup> {
    const deadline = Date.now() + (this.#o.waitMs ?? 120_000);
    for (;;) {
      const told = this.#told;
      if (this.#refused) throw this.#refused;
      if (told && told.generation > (this.#group?.generation ?? 0)) {
        try {
          return await this.#enter(told);
        } catch (error) {
          // One that was to be in it is gone already: the next one will be without it.
          if (this.#told === told && !(await this.#again(told, error as Error, deadline))) throw error;
          continue;
        }
      }
      if (Date.now() >= deadline) {
        const hint = 'see the coordinator: are enough members there?';
        throw new JoinError('JOIN_TIMEOUT', `no generation of group ${this.#o.groupId} in time`, hint);
      }
      await this.#changed(deadline - Date.now());
    }
  }

  async #again(told: Group, error: Error, deadline: number): Promise<boolean> {
    if (Date.now() >= deadline || this.#left) return false;
    this.#debug(`${this.#o.groupId}: generation ${told.generation} did not come together: ${error.message}`);
    this.#ask = { reform: { generation: told.generation, lost: [], reason: error.message } };
    void this.#stream?.send(this.#ask);
    await this.#changed(deadline - Date.now());
    return true;
  }

  async #enter(told: Group): Promise<ProcessGroup> {
    const { groupId, generation } = told;
    const members = [...told.members].sort((a, b) => a.rank - b.rank);
    const group = await ProcessGroup.join({
      ...this.#o.group,
      ...{ groupId, generation, listener: this.#o.listener },
      rank: members.findIndex(({ memberId }) => memberId === this.#o.memberId),
      world: members.length,
      addresses: members.map(({ address }) => address),
    });
    this.#group = group;
    this.#members = members.map(({ memberId }) => memberId);
    this.#ask = undefined;
    return group;
  }

  #changed(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, Math.max(1, ms));
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  /** Holds the stream to the coordinator, and opens it again whenever it breaks. */
  async #follow(): Promise<void> {
    const { groupId, memberId, listener, world, min = 1, max = 0, onWanted } = this.#o;
    while (!this.#left && !this.#refused) {
      const stream = this.#client.join();
      this.#stream = stream;
      void stream.send({
        join: {
          ...{ groupId, memberId, address: listener.address, generation: this.#group?.generation ?? 0 },
          ...{ minWorld: world ?? min, maxWorld: world ?? max },
        },
      });
      if (this.#ask) void stream.send(this.#ask);
      try {
        for await (const event of stream) {
          if (event.event === 'formed') this.#told = event.formed;
          if (event.event === 'wanted') onWanted?.(event.wanted.memberIds);
          if (event.event === 'refused') {
            const { code, message, hint } = event.refused;
            this.#refused = new JoinError(code, message, hint);
          }
          this.#wake();
        }
      } catch (error) {
        this.#debug(`${groupId}: the coordinator is away: ${(error as Error).message}`);
      }
      if (!this.#left && !this.#refused)
        await new Promise((resolve) => setTimeout(resolve, RETRY_MS).unref());
    }
  }
}
