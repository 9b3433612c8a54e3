import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { AssetHash, AssetRef } from '../asset/asset.ts';
import { assetsNamed, MAX_PHOTOS, MAX_SCRIPT_CHARS, spinOptionsSchema } from './options.ts';
import { type Photo, type ProjectFields, projectFieldsSchema } from './project.ts';
import { draftSpin } from './spin.ts';

const asset = (digit: string, type: AssetRef['type'] = 'image/png'): AssetRef => ({
  hash: digit.repeat(64) as AssetHash,
  bytes: 10,
  type,
});
const photo: Photo = { asset: asset('a'), addedAt: 1 };
const clip = asset('b', 'audio/wav');
const recording = asset('c', 'audio/wav');
const picture = asset('d');
const fields = (change: Partial<ProjectFields> = {}): ProjectFields => ({
  ...projectFieldsSchema.parse({}),
  ...change,
});

test('an empty project says everything it lacks, in reading order', () => {
  expect(draftSpin(fields(), ' \n', [])).toEqual({ ready: false, missing: ['photo', 'script'] });
  expect(draftSpin(fields({ mode: 'recording' }), '', [photo])).toEqual({
    ready: false,
    missing: ['recording'],
  });
  expect(draftSpin(fields({ mode: 'topic', topic: ' ' }), 'kept', [photo])).toEqual({
    ready: false,
    missing: ['topic'],
  });
  const image = fields({ background: { kind: 'image', image: picture.hash } });
  expect(draftSpin(image, 'Hello', [photo])).toEqual({ ready: false, missing: ['background-image'] });
});

test('text and a voice clip: the clip is matched and travels along', () => {
  const draft = draftSpin(fields({ voiceClip: clip, voiceName: 'anna' }), 'Hello', [photo]);
  expect(draft).toMatchObject({
    ready: true,
    options: { narration: { kind: 'text', text: 'Hello' }, voiceClip: clip.hash, voiceName: 'anna' },
  });
  expect(draft.ready && draft.assets).toEqual([photo.asset, clip]);
});

test('a recording is spoken as it is: no clip, no voice, its words when they are known', () => {
  const mode = fields({ mode: 'recording', recording, voiceClip: clip, voiceName: 'anna' });
  const draft = draftSpin(mode, 'The words', [photo]);
  expect(draft).toMatchObject({
    ready: true,
    options: { narration: { kind: 'recording', audio: recording.hash, text: 'The words' } },
  });
  expect(draft.ready && draft.assets).toEqual([photo.asset, recording]);
  expect(draft.ready && draft.options).not.toHaveProperty('voiceClip');
  expect(draft.ready && draft.options).not.toHaveProperty('voiceName');
  const silent = draftSpin(mode, '  ', [photo]);
  expect(silent.ready && silent.options.narration).not.toHaveProperty('text');
});

test('a topic carries tone, persona and length', () => {
  const mode = fields({
    mode: 'topic',
    topic: 'the sea',
    tone: 'dramatic',
    persona: 'a pirate',
    seconds: 30,
  });
  expect(draftSpin(mode, '', [photo])).toMatchObject({
    options: {
      narration: { kind: 'topic', topic: 'the sea', tone: 'dramatic', persona: 'a pirate', seconds: 30 },
    },
  });
});

test("the person's face, size, background, captions and seed are what is asked for", () => {
  const asked = {
    face: 1,
    size: '1280x720',
    captions: false,
    seed: 9,
    background: { kind: 'scene', scene: 'space' },
  } as const;
  expect(draftSpin(fields(asked), 'Hello', [photo])).toMatchObject({ options: asked });
});

test('a background picture is the one that was kept, and is waited for', () => {
  const mode = fields({ background: { kind: 'image', image: asset('0').hash }, backgroundImage: picture });
  const draft = draftSpin(mode, 'Hello', [photo]);
  expect(draft).toMatchObject({ options: { background: { kind: 'image', image: picture.hash } } });
  expect(draft.ready && assetsNamed(draft.options)).toContain(picture.hash);
});

test('what two devices made too much of together is said, not thrown', () => {
  const many = Array.from({ length: MAX_PHOTOS + 1 }, () => photo);
  const long = 'x'.repeat(MAX_SCRIPT_CHARS + 1);
  expect(draftSpin(fields(), long, many)).toEqual({
    ready: false,
    missing: ['fewer-photos', 'shorter-script'],
  });
  expect(draftSpin(fields({ mode: 'topic', topic: 'the sea' }), long, [photo]).ready).toBe(true);
});

const anyFields: fc.Arbitrary<ProjectFields> = fc
  .record({
    mode: fc.constantFrom('text', 'recording', 'topic'),
    topic: fc.constantFrom('', 'the sea'),
    voiceClip: fc.constantFrom(null, clip),
    voiceName: fc.constantFrom(null, 'anna'),
    recording: fc.constantFrom(null, recording),
    face: fc.constantFrom(null, 0, 3),
    background: fc.constantFrom(
      { kind: 'keep' as const },
      { kind: 'blur' as const },
      { kind: 'image' as const, image: picture.hash },
    ),
    backgroundImage: fc.constantFrom(null, picture),
  })
  .map((change) => fields(change as Partial<ProjectFields>));

test('a ready draft is valid, repeatable, and names exactly the assets it brings', () => {
  fc.assert(
    fc.property(
      anyFields,
      fc.constantFrom('', 'Hello'),
      fc.constantFrom([], [photo]),
      (some, script, photos) => {
        const draft = draftSpin(some, script, photos);
        expect(draftSpin(some, script, photos)).toEqual(draft);
        if (!draft.ready) {
          expect(draft.missing.length).toBeGreaterThan(0);
          return;
        }
        expect(spinOptionsSchema.parse(draft.options)).toEqual(draft.options);
        expect(new Set(draft.assets.map((one) => one.hash))).toEqual(new Set(assetsNamed(draft.options)));
      },
    ),
  );
});
