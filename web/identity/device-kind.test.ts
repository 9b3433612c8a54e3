import { expect, test } from 'vitest';
import { deviceLook } from './device-kind.ts';

test.each([
  ['Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X)', 5, 'iPhone', 'phone'],
  ['Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7)', 0, 'Mac', 'laptop'],
  ['Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7)', 5, 'iPad', 'tablet'],
  ['Mozilla/5.0 (Linux; Android 15; Pixel 9) Mobile Safari/537.36', 5, 'Android phone', 'phone'],
  ['Mozilla/5.0 (Linux; Android 15; SM-X710) Safari/537.36', 5, 'Android tablet', 'tablet'],
  ['Mozilla/5.0 (X11; CrOS x86_64 14541.0.0)', 0, 'Chromebook', 'laptop'],
  ['Mozilla/5.0 (X11; Linux x86_64)', 0, 'Linux PC', 'desktop'],
  ['Mozilla/5.0 (Windows NT 10.0; Win64; x64)', 0, 'Windows PC', 'desktop'],
  ['Something new', 0, 'Browser', 'browser'],
])('%s with %i touch points is a device called %s', (agent, touchPoints, name, kind) => {
  expect(deviceLook(agent, touchPoints)).toEqual({ name, kind });
});
