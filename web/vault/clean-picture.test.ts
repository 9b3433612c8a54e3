import { expect, test } from 'vitest';
import { cleanPicture } from './clean-picture.ts';

const heic = new Blob(['\0\0\0\x1cftypheic, taken at 51 30 N'], { type: 'image/heic' });

test('what only a browser can open is drawn anew, and what comes of it is a JPEG', async () => {
  const drawn = new Blob(['drawn'], { type: 'image/jpeg' });
  const asked: Blob[] = [];
  const clean = await cleanPicture(heic, 'image/heic', async (picture) => {
    asked.push(picture);
    return drawn;
  });
  expect(asked).toEqual([heic]);
  expect(clean).toEqual({ blob: drawn, type: 'image/jpeg' });
});

test('what this browser cannot open is refused and not sent as it is', async () => {
  for (const type of ['image/heic', 'image/tiff', 'image/avif'] as const) {
    const refused = cleanPicture(heic, type, () => Promise.reject(new Error('cannot be decoded')));
    await expect(refused).rejects.toMatchObject({
      code: 'bad-input',
      message: expect.stringContaining(type.slice(6).toUpperCase()),
      hint: expect.stringContaining('JPEG'),
    });
  }
});
