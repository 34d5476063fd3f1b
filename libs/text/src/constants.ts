/** Stands for one picture in a list of token ids until the model replaces it by the rows of the image (spec 2.5). */
export const IMAGE_TOKEN_ID = -200;

/** Label of a position that is not learned from: torch's default `ignore_index`. */
export const IGNORE_ID = -100;

/** How a picture is written in a prompt. */
export const IMAGE_PLACEHOLDER = '<image>';
