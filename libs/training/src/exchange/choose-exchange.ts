import { tf } from '@ovis/tensorflow';
import type { Params } from '@ovis/model';
import type { Collective } from '../collective.ts';
import { StageError } from '../errors.ts';
import { joinSlices } from '../flat-layout.ts';
import type { Share } from '../flat-state.ts';
import { WHOLE } from '../flat-state.ts';
import type { StoredTensors } from '../host-tensors.ts';
import type { StageSettings } from '../settings.ts';
import { AloneExchange } from './alone.ts';
import type { Exchange, ExchangeContext } from './exchange.ts';
import type { SiteCollectives } from './local-steps.ts';
import { LocalStepsExchange } from './local-steps.ts';
import { PlainExchange } from './plain.ts';
import { ShardedExchange } from './sharded.ts';

/** Whom a trainer works with, and how. */
export interface Gang {
  collective: Collective;
  /** Set when the gang's sites take local steps. */
  sites: SiteCollectives | undefined;
  /** The optimizer is shared out. */
  sharded: boolean;
}

/** @throws StageError BAD_SETTINGS when sites are needed and not given */
export function gangOf(
  settings: StageSettings,
  collective: Collective,
  sites: SiteCollectives | undefined,
): Gang {
  const several = collective.world > 1;
  const local = several && (settings.localSteps ?? 1) > 1;
  if (local && !sites) {
    throw new StageError(
      'BAD_SETTINGS',
      `Stage ${settings.stage}: localSteps is ${settings.localSteps}, but the trainer was not told of its site.`,
      'Create it with `sites`.',
    );
  }
  return {
    collective,
    sites: local && sites!.between.world > 1 ? sites : undefined,
    sharded: several && (settings.shardOptimizer ?? false),
  };
}

/** The ranks that add up gradients in every step. */
export function innerCollective({ collective, sites }: Gang): Collective {
  return sites?.site ?? collective;
}

/** The part of the moments that this rank keeps. */
export function momentsOf({ collective, sharded }: Gang): Share {
  return sharded ? { part: collective.rank, parts: collective.world } : WHOLE;
}

export interface ExchangeStart {
  /** Weights where the sites were one. */
  anchor: Params;
  /** The optimizer's tensors of a checkpoint. */
  stored?: StoredTensors;
  /** Whether that is of a gang of the same form. */
  sameGang: boolean;
}

export function createExchange(context: ExchangeContext, gang: Gang, start: ExchangeStart): Exchange {
  const { collective, sites } = gang;
  const stored = start.sameGang ? start.stored : undefined;
  if (collective.world === 1) return new AloneExchange(context);
  if (gang.sharded) return new ShardedExchange(context, collective);
  if (!sites) return new PlainExchange(context, collective, stored);
  // Only what goes between sites is worth compressing.
  const inside = { ...context, settings: { ...context.settings, gradientCompression: 'none' as const } };
  const inner = sites.site.world === 1 ? new AloneExchange(inside) : new PlainExchange(inside, sites.site);
  const anchor = (bucket: number) =>
    tf.tidy(() => joinSlices(context.layout.buckets[bucket]!, ({ name }) => start.anchor[name]));
  return new LocalStepsExchange(context, inner, collective, sites, {
    anchor,
    stored: start.stored,
    residuals: start.sameGang,
  });
}
