/** The category words, the same for every artist. */
export const CATEGORIES = [
  'people',
  'faces',
  'animals',
  'nature',
  'food',
  'vehicles',
  'places',
  'activities',
  'objects',
  'symbols',
  'flags',
] as const;
export type Category = (typeof CATEGORIES)[number];

const OWN: Record<string, Category> = {
  'People Body': 'people',
  'Smileys Emotion': 'faces',
  'Animals Nature': 'animals',
  'Food Drink': 'food',
  'Travel Places': 'places',
  Activities: 'activities',
  Objects: 'objects',
  Symbols: 'symbols',
  Flags: 'flags',
};

const words = (text: string) => text.trim().split(/\s+/);

/**
 * Where a set's category holds two kinds of things ("Animals & Nature", "Travel & Places", "Smileys & Emotion"), the
 * second kind goes where one would look for it in the picture. Slugs, or patterns that match a whole slug.
 */
const MOVES: [from: string, to: Category, slugs: string[]][] = [
  [
    'Animals Nature',
    'nature',
    words(`blossom bouquet cactus cherry-blossom coral deciduous-tree evergreen-tree fallen-leaf four-leaf-clover
      herb hibiscus hyacinth leaf-fluttering-in-wind leafless-tree lotus maple-leaf microbe mushroom palm-tree
      potted-plant rose rosette seedling shamrock sheaf-of-rice sunflower tulip white-flower wilted-flower`),
  ],
  [
    'Travel Places',
    'nature',
    words(`cloud.* comet .*-moon .*-moon-face cyclone droplet fire fog full-moon glowing-star globe-showing-.*
      high-voltage meteor milky-way new-moon rainbow ringed-planet rock shooting-star snowflake snowman.* star sun
      sun-.* tornado water-wave wind-face wood`),
  ],
  [
    'Travel Places',
    'vehicles',
    words(`aerial-tramway airplane.* ambulance articulated-lorry auto-rickshaw automobile bicycle bullet-train bus
      canoe delivery-truck ferry fire-engine flying-saucer helicopter high-speed-train kick-scooter light-rail
      locomotive manual-wheelchair metro minibus monorail motor-boat motor-scooter motorcycle motorized-wheelchair
      mountain-cableway mountain-railway oncoming-.* passenger-ship pickup-truck police-car racing-car railway-car
      rocket roller-skate sailboat satellite ship skateboard small-airplane speedboat sport-utility-vehicle
      suspension-railway taxi tractor train tram tram-car trolleybus`),
  ],
  [
    'Travel Places',
    'objects',
    words(`.*-oclock .*-thirty alarm-clock anchor barber-pole bellhop-bell brick closed-umbrella compass construction
      fuel-pump globe-with-meridians horizontal-traffic-light hourglass.* luggage mantelpiece-clock oil-drum parachute
      police-car-light ring-buoy seat stop-sign stopwatch thermometer timer-clock umbrella umbrella-with-rain-drops
      vertical-traffic-light watch wheel map-of-japan world-map`),
  ],
  [
    'Smileys Emotion',
    'symbols',
    words(`.*-heart heart-.* two-hearts revolving-hearts anger-symbol collision dashing-away dizzy
      eye-in-speech-bubble fight-cloud hole hundred-points kiss-mark left-speech-bubble right-anger-bubble
      speech-balloon sweat-droplets thought-balloon zzz`),
  ],
  ['Smileys Emotion', 'objects', words('love-letter')],
  ['Activities', 'symbols', words('club-suit diamond-suit heart-suit spade-suit')],
];

const MOVE_PATTERNS = MOVES.map(([from, to, slugs]) => ({
  from,
  to,
  pattern: new RegExp(`^(?:${slugs.join('|')})$`),
}));

/**
 * The category word of a thing.
 * @param slug the thing's canonical slug
 * @param own the category most of the training artists' sets give it
 * @returns undefined when the sets' category is not one that several sets share (OpenMoji's extras)
 */
export function categoryOf(slug: string, own: string): Category | undefined {
  const move = MOVE_PATTERNS.find(({ from, pattern }) => from === own && pattern.test(slug));
  return move?.to ?? OWN[own];
}
