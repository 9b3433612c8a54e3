import { describe, expect, test } from 'vitest';
import { parseRender } from './options.ts';

const said = (...rest: string[]) => parseRender(['--photo', 'me.jpg', '--say', 'Hello', ...rest]);
const planOf = (...rest: string[]) => {
  const parsed = said(...rest);
  if (parsed.kind !== 'plan') throw new Error(JSON.stringify(parsed));
  return parsed.plan;
};

describe('the render command line', () => {
  test('the shortest form has sensible defaults', () => {
    expect(planOf()).toEqual({
      photos: ['me.jpg'],
      narration: { kind: 'say', text: 'Hello' },
      lang: 'auto',
      size: '720x720',
      fps: 25,
      captions: true,
      enlarge: false,
      seed: 1,
      out: 'bot.mp4',
      json: false,
    });
  });

  test('a picture is enlarged when that is asked for', () => {
    const parsed = parseRender(['--photo', 'me.jpg', '--say', 'Hi', '--enlarge']);
    expect(parsed).toMatchObject({ kind: 'plan', plan: { enlarge: true } });
  });

  test.each([
    ['keep', { kind: 'keep' }],
    ['blur', { kind: 'blur' }],
    ['#Fa0', { kind: 'colour', colour: '#Fa0' }],
    ['night-city', { kind: 'scene', scene: 'night-city' }],
    ['room.jpg', { kind: 'file', path: 'room.jpg' }],
  ])('--background %s', (word, background) => {
    expect(planOf('--background', word).background).toEqual(background);
  });

  test('faces are counted from one, as people do', () => {
    expect(planOf('--face', '2').face).toBe(1);
  });

  test.each<[string[], RegExp]>([
    [['--say', 'Hi'], /--photo FILE is needed/],
    [['--photo', 'a.jpg'], /what should it say/],
    [['--photo', 'a.jpg', '--say', 'x', '--topic', 'y'], /--say and --topic cannot be given together/],
    [['--photo', 'a.jpg', '--say', 'x', '--text', 'y'], /--text holds the words of a recording/],
    [['--photo', 'a.jpg', '--say', 'x', '--tone', 'formal'], /--tone goes with --topic/],
    [['--photo', 'a.jpg', '--narration', 'n.wav', '--voice', 'v.wav'], /used as it is/],
    [['--photo', 'a.jpg', '--topic', 'x', '--seconds', '600'], /from 5 to 60, not "600"/],
    [['--photo', 'a.jpg', '--say', 'x', '--size', '4000x4000'], /--size must be one of/],
    [['--photo', 'a.jpg', '--say', 'x', '--background', '#12'], /is no colour/],
    [['--photo', 'a.jpg', '--say', 'x', '--out', 'bot.avi'], /must end in \.mp4/],
    [['--photo', 'a.jpg', '--say', 'x', '--lang', 'xx'], /--lang must be one of/],
    [['--photo', 'a.jpg', '--say', 'x', '--seed', '1.5'], /--seed must be a whole number/],
    [['--photo', 'a.jpg', '--say', 'x', '--sayy', 'x'], /Unknown option '--sayy'/],
    [['--photo'], /argument missing/],
    [['me.jpg'], /Unexpected argument/],
  ])('%j is refused in a sentence', (argv, message) => {
    const parsed = parseRender(argv);
    expect(parsed).toMatchObject({ kind: 'wrong', message: expect.stringMatching(message) });
  });

  test('--help wins over everything that is missing', () => {
    expect(parseRender(['--help'])).toEqual({ kind: 'help' });
  });
});
