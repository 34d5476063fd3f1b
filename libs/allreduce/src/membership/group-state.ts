import type { GroupEventInput, JoinRequest, ReformRequest } from '@ovis/protocol';
import type { JournalEntry } from './journal.ts';

/** A member's stream, as its group sees it. */
export interface MemberStream {
  send(event: GroupEventInput): void;
}

interface Member {
  memberId: string;
  address: string;
  /** Undefined while its stream is broken. */
  stream: MemberStream | undefined;
  /** It has asked for the next generation, or is new. */
  ready: boolean;
}

export interface GroupTimes {
  /** When as many as are needed are there, more may come for this long. */
  settleMs: number;
  /** A member that does not ask for the next generation within this time after the first one did is left out of it. */
  reformMs: number;
}

/**
 * One group: who is in its generation, who waits, and when the next one forms. It forms when all members of the last one that are left have asked
 * for it (or `reformMs` is over), at least `minWorld` are ready, and `maxWorld` are or nobody has come for `settleMs`.
 */
export class GroupState {
  readonly groupId: string;
  generation = 0;
  minWorld: number;
  maxWorld: number;
  reason = '';
  readonly #times: GroupTimes;
  readonly #remember: (entry: JournalEntry) => void;
  /** In rank order of the latest generation; those who wait come last. */
  #members: Member[] = [];
  /** Members of the latest generation. */
  #world = 0;
  #reforming = true;
  /** Members that others called lost since the last generation formed. */
  readonly #lost = new Set<string>();
  #timer: NodeJS.Timeout | undefined;
  #deadline: NodeJS.Timeout | undefined;

  constructor(
    start: { groupId: string; minWorld: number; maxWorld: number } | JournalEntry,
    times: GroupTimes,
    remember: (entry: JournalEntry) => void,
  ) {
    this.groupId = start.groupId;
    this.minWorld = start.minWorld;
    this.maxWorld = start.maxWorld;
    this.#times = times;
    this.#remember = remember;
    if (!('members' in start)) return;
    this.generation = start.generation;
    this.#members = start.members.map((member) => ({ ...member, stream: undefined, ready: false }));
    this.#world = start.members.length;
    this.#reforming = false;
  }

  get members(): { memberId: string; address: string }[] {
    return this.#members.slice(0, this.#world).map(({ memberId, address }) => ({ memberId, address }));
  }

  /** Nobody is there, and nothing is to be remembered of a generation. */
  get empty(): boolean {
    return this.#members.length === 0 && this.generation === 0;
  }

  /** A member comes, or comes again after its stream broke. */
  join(request: JoinRequest, stream: MemberStream): void {
    const { memberId, address, minWorld, maxWorld, generation } = request;
    if (minWorld !== this.minWorld || maxWorld !== this.maxWorld) {
      const sizes = `${this.minWorld} to ${this.maxWorld || 'any number of'} members`;
      return refuse(stream, {
        code: 'OTHER_GROUP_SIZE',
        message: `group ${this.groupId} is one of ${sizes}, ${memberId} wants ${minWorld} to ${maxWorld || 'any number'}`,
        hint: 'give every member the same sizes',
      });
    }
    const known = this.#members.findIndex((member) => member.memberId === memberId);
    const inGeneration = known >= 0 && known < this.#world;
    if (generation > 0 && generation < this.generation) {
      if (!inGeneration) return refuse(stream, this.#stale(memberId, generation));
      // It asked, and its stream broke before the answer came.
      this.#members[known] = { memberId, address, stream, ready: false };
      if (!this.#reforming) return stream.send({ formed: this.#group() });
    }
    // This coordinator forgot, or never knew: numbers go on from what members say.
    if (generation > this.generation) this.generation = generation;
    const member: Member = {
      memberId,
      address,
      stream,
      ready: !(inGeneration && generation === this.generation),
    };
    if (known >= 0) this.#members[known] = member;
    else this.#members.push(member);
    // One that is in the generation has its connections: its stream is all that was gone.
    if (!member.ready && !this.#reforming) return;
    // One that was in it and has started anew cannot go on in it.
    if (inGeneration && member.ready) this.#reform(`${memberId} started again`);
    if (!this.#reforming) {
      const waiting = this.#members.slice(this.#world).map((one) => one.memberId);
      for (const one of this.#members.slice(0, this.#world))
        one.stream?.send({ wanted: { memberIds: waiting } });
    }
    this.#tell();
    this.#tryForm(true);
  }

  /** A member asks for the next generation. */
  reform(memberId: string, { generation, lost, reason }: ReformRequest, stream: MemberStream): void {
    const member = this.#members.find((one) => one.memberId === memberId);
    if (!member || generation < this.generation) return refuse(stream, this.#stale(memberId, generation));
    member.ready = true;
    this.#reform(reason || `${memberId} asked for it`);
    this.#startClock();
    for (const id of lost) this.#lost.add(id);
    this.#dropLost();
    this.#tryForm(false);
  }

  /** A member leaves for good. */
  leave(memberId: string): void {
    const member = this.#members.find((one) => one.memberId === memberId);
    if (!member) return;
    const inGeneration = this.#members.indexOf(member) < this.#world;
    this.#remove(member);
    if (inGeneration && this.#members.length > 0) this.#reform(`${memberId} left`);
    this.#tryForm(false);
  }

  /** A member's stream broke: it keeps its place until the group re-forms. */
  disconnected(memberId: string, stream: MemberStream): void {
    const member = this.#members.find((one) => one.memberId === memberId);
    if (!member || member.stream !== stream) return;
    member.stream = undefined;
    this.#dropLost();
    // One that only waited is gone.
    if (this.#members.indexOf(member) >= this.#world) this.#remove(member);
    this.#tryForm(false);
  }

  close(): void {
    clearTimeout(this.#timer);
    clearTimeout(this.#deadline);
  }

  #reform(reason: string): void {
    if (this.#reforming) return;
    this.#reforming = true;
    this.reason = reason;
  }

  /** From the first request on: who has not asked in time does not take part. */
  #startClock(): void {
    this.#deadline ??= setTimeout(() => {
      for (const member of this.#members.slice(0, this.#world)) if (!member.ready) this.#remove(member);
      this.#tryForm(false);
    }, this.#times.reformMs);
  }

  /** Who is called lost may be there, and says so by asking, too; but not if its stream is broken as well. */
  #dropLost(): void {
    for (const member of [...this.#members])
      if (this.#lost.has(member.memberId) && !member.stream && this.#reforming) this.#remove(member);
  }

  #remove(member: Member): void {
    const at = this.#members.indexOf(member);
    if (at < 0) return;
    this.#members.splice(at, 1);
    if (at < this.#world) this.#world -= 1;
  }

  /** @param settle more may come soon */
  #tryForm(settle: boolean): void {
    if (!this.#reforming || this.#members.slice(0, this.#world).some(({ ready }) => !ready)) return;
    const ready = this.#members.filter((member) => member.ready && member.stream);
    if (ready.length < this.minWorld || ready.length === 0) return;
    const full = this.maxWorld > 0 && ready.length >= this.maxWorld;
    clearTimeout(this.#timer);
    if (full || !settle) return this.#form(ready);
    this.#timer = setTimeout(() => this.#tryForm(false), this.#times.settleMs);
  }

  #form(ready: readonly Member[]): void {
    this.close();
    this.#timer = this.#deadline = undefined;
    this.#lost.clear();
    const world = this.maxWorld > 0 ? Math.min(this.maxWorld, ready.length) : ready.length;
    const members = ready.slice(0, world);
    this.#members = [...members, ...this.#members.filter((one) => !members.includes(one) && one.stream)];
    this.#world = world;
    this.#reforming = false;
    this.generation += 1;
    const { groupId, generation, minWorld, maxWorld } = this;
    this.#remember({ groupId, generation, minWorld, maxWorld, members: this.members });
    for (const member of members) member.ready = false;
    for (const member of members) member.stream?.send({ formed: this.#group() });
  }

  #group() {
    const { groupId, generation, reason } = this;
    return { groupId, generation, reason, members: this.members.map((one, rank) => ({ rank, ...one })) };
  }

  #tell(): void {
    const present = this.#members.filter(({ ready, stream }) => ready && stream).length;
    for (const { ready, stream } of this.#members)
      if (ready) stream?.send({ waiting: { present, needed: Math.max(this.minWorld, 1) } });
  }

  #stale(memberId: string, generation: number) {
    return {
      code: 'STALE_GENERATION',
      message: `${memberId} speaks of generation ${generation}, but group ${this.groupId} is at generation ${this.generation}`,
      hint: 'the group re-formed without this member: join it anew',
    };
  }
}

function refuse(stream: MemberStream, refused: { code: string; message: string; hint: string }): void {
  stream.send({ refused });
}
