import { join } from 'node:path';

/** Pre-trained backbones that come with the repository; `ovis pretrain` makes them. */
export const BACKBONES = join('tools', 'pretrain', 'backbones', 'icons');
