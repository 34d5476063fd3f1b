/** Version of the wire format and of the collectives' algorithms: ranks must agree to sum alike. */
export const protocolVersion = 3;

/** The first frame of a connection: who dials, and for whom. */
export interface Hello {
  version: number;
  /** Address that was dialled: another listener may own the unix socket of the same port number. */
  to: string;
  groupId: string;
  generation: number;
  rank: number;
  /** The rank that was dialled. */
  toRank: number;
  world: number;
  /** What ranks of one machine have in common: see host-id.ts. */
  host: string;
}

/** The answer to a {@link Hello}. */
export interface Welcome {
  host: string;
}

/** Why a connection was refused; travels back to the peer that dialled. */
export interface Refusal {
  code: string;
  message: string;
  hint: string;
  /** The two ranks can never agree: the refusing side gives up too. */
  contradiction?: boolean;
  /** Somebody else answers at this address: try the next. */
  elsewhere?: boolean;
}

/** @returns undefined when the body is not a hello */
export function checkHello(body: unknown): Hello | undefined {
  const hello = (body ?? {}) as Partial<Hello>;
  const { version, generation, rank, world } = hello;
  const numbers = [version, generation, rank, world].every((n) => Number.isInteger(n) && (n as number) >= 0);
  return numbers && typeof hello.groupId === 'string' && typeof hello.to === 'string'
    ? (hello as Hello)
    : undefined;
}

interface Situation {
  /** Latest generation of the group that this process has seen; -1 for none. */
  latest: number;
  joining: { rank: number; world: number; expects(rank: number): boolean } | undefined;
  address: string;
}

/** Why this hello cannot be accepted, now or ever. */
export function refusal(hello: Hello, { latest, joining, address }: Situation): Refusal | undefined {
  const { groupId, generation, rank, toRank, world } = hello;
  const who = `rank ${rank} of group ${groupId}`;
  if (hello.version !== protocolVersion) {
    return {
      code: 'VERSION_MISMATCH',
      message: `${who} speaks collective protocol ${hello.version}, ${address} speaks ${protocolVersion}`,
      hint: 'run the same version of ovis on all trainers',
      contradiction: true,
    };
  }
  if (generation < latest) {
    return {
      code: 'STALE_GENERATION',
      message: `${who} came with generation ${generation}, but ${address} is at generation ${latest}`,
      hint: 'the group re-formed without this trainer: ask the controller for the current generation',
    };
  }
  if (!joining) {
    if (generation > latest) return undefined;
    return {
      code: 'STALE_GENERATION',
      message: `${who} came to generation ${generation}, which is complete or over at ${address}`,
      hint: 'a generation is joined once: ask the controller for the current one',
    };
  }
  if (world !== joining.world) {
    return {
      code: 'WORLD_MISMATCH',
      message: `${who} says that generation ${generation} has ${world} ranks, rank ${joining.rank} at ${address} says ${joining.world}`,
      hint: 'give every trainer the same list of addresses',
      contradiction: true,
    };
  }
  if (!joining.expects(rank)) {
    return {
      code: 'DUPLICATE_RANK',
      message: `rank ${joining.rank} at ${address} does not expect a connection from ${who}: two trainers have one rank`,
      hint: 'give every trainer a rank of its own',
    };
  }
  if (toRank !== joining.rank) {
    return {
      code: 'WRONG_RANK',
      message: `rank ${joining.rank} answers at ${address}, where ${who} looks for rank ${toRank}`,
      hint: 'give every trainer the same list of addresses',
      elsewhere: true,
    };
  }
  return undefined;
}
