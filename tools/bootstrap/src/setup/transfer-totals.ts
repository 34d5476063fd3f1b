import type { WheelPin } from './pins.ts';
import type { TaskHandle } from './task-list.ts';

/**
 * One progress for several wheels that are fetched and unpacked at the same time: bytes fetched until all have arrived, then
 * bytes unpacked.
 * @returns for each wheel, what its fetch reports to
 */
export function transferTotals(
  pins: readonly WheelPin[],
  task: Pick<TaskHandle, 'progress'>,
): (pin: WheelPin) => TaskHandle['progress'] {
  const fetched = new Map<WheelPin, number>();
  const unpacked = new Map<WheelPin, number>();
  const sum = (values: Iterable<number>) => [...values].reduce((total, value) => total + value, 0);
  const toFetch = sum(pins.map((pin) => pin.bytes));
  const toUnpack = sum(pins.map((pin) => pin.unpackedBytes));
  return (pin) => (done, _total, what) => {
    if (what === 'unpacking') {
      fetched.set(pin, pin.bytes);
      unpacked.set(pin, done);
    } else fetched.set(pin, Math.max(done, fetched.get(pin) ?? 0)); // pip moves its files: they are missed for a moment
    const arrived = sum(fetched.values());
    if (arrived < toFetch) task.progress(arrived, toFetch, 'fetching');
    else task.progress(sum(unpacked.values()), toUnpack, 'unpacking');
  };
}
