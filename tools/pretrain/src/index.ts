export {
  pretrainBackbones,
  type PretrainOptions,
  type PretrainProgress,
  type PretrainReport,
} from './backbones.ts';
export { recipe } from './recipe.ts';
