export {
  loadCatalog,
  pixelsOf,
  type Catalog,
  type CatalogOptions,
  type Drawing,
  type Progress,
} from './catalog.ts';
export { COLORS, type Color } from './colors.ts';
export type { Question, QuestionType, Turn } from './dialogs.ts';
export { DatasetError } from './errors.ts';
export { CATEGORIES, type Category } from './icon-categories.ts';
export {
  makeIconData,
  type DataSetName,
  type IconData,
  type IconDataManifest,
  type IconDataOptions,
} from './icon-data.ts';
export { iconImages, type IconImage, type IconImages } from './icon-images.ts';
export { ARTISTS, HELD_OUT_ARTIST, TRAINING_ARTISTS, type Artist } from './icon-sets.ts';
export { iconTexts, type IconTexts } from './icon-texts.ts';
export type { Layout } from './layout.ts';
export type { DataStatistics } from './statistics.ts';
