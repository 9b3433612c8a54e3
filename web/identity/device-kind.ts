// What a device is called when nobody says otherwise, and which kind it is, from what its browser says of itself.
import type { DeviceRecord } from '@myspinbot/shared/wire/pairing.ts';

export interface DeviceLook {
  /** One or two words: "Android phone". */
  name: string;
  kind: DeviceRecord['kind'];
}

const looks: readonly (readonly [RegExp, string, DeviceLook['kind']])[] = [
  [/iPhone/, 'iPhone', 'phone'],
  [/iPad/, 'iPad', 'tablet'],
  [/Android.*Mobile/, 'Android phone', 'phone'],
  [/Android/, 'Android tablet', 'tablet'],
  [/Macintosh/, 'Mac', 'laptop'],
  [/Windows/, 'Windows PC', 'desktop'],
  [/CrOS/, 'Chromebook', 'laptop'],
  [/Linux/, 'Linux PC', 'desktop'],
];

/** `touchPoints` tells an iPad, which calls itself a Macintosh, from one. */
export function deviceLook(agent: string, touchPoints = 0): DeviceLook {
  const found = looks.find(([pattern]) => pattern.test(agent));
  if (found === undefined) return { name: 'Browser', kind: 'browser' };
  const [, name, kind] = found;
  return name === 'Mac' && touchPoints > 1 ? { name: 'iPad', kind: 'tablet' } : { name, kind };
}
