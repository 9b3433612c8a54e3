// The names of the staging: backdrops, picture sizes, colours, tones, languages.
import {
  type Language,
  languages,
  type Scene,
  type Size,
  type Tone,
} from '@myspinbot/shared/project/options.ts';

export const sceneWords: Readonly<Record<Scene, string>> = {
  studio: 'Studio',
  newsroom: 'Newsroom',
  stage: 'Stage',
  'night-city': 'Night city',
  meadow: 'Meadow',
  classroom: 'Classroom',
  space: 'Space',
  plain: 'Plain',
};

export const sizeWords: Readonly<Record<Size, string>> = {
  '720x720': 'Square',
  '1080x1080': 'Large square',
  '720x1280': 'Upright',
  '1280x720': 'Wide',
};

export const toneWords: Readonly<Record<Tone, string>> = {
  casual: 'Casual',
  formal: 'Formal',
  playful: 'Playful',
  dramatic: 'Dramatic',
};

/** Backdrop colours on offer; they are part of a video, not of this app's look. */
export const backdropColours = [
  { value: '#f4efe6', name: 'Paper' },
  { value: '#f2c14e', name: 'Straw' },
  { value: '#e4572e', name: 'Tomato' },
  { value: '#5aa786', name: 'Mint' },
  { value: '#4a7fb5', name: 'Sky' },
  { value: '#7b5ea7', name: 'Plum' },
  { value: '#22223b', name: 'Night' },
  { value: '#00b140', name: 'Green screen' },
] as const;

/** Every language by its English name, with its own name where that differs, in English order. */
export function languageOptions(): { value: Language | 'auto'; label: string }[] {
  const english = new Intl.DisplayNames('en', { type: 'language' });
  const named = languages.map((value) => {
    const name = english.of(value) ?? value;
    const own = new Intl.DisplayNames(value, { type: 'language' }).of(value);
    return { value, label: own === undefined || own === name ? name : `${name} (${own})` };
  });
  named.sort((one, other) => one.label.localeCompare(other.label, 'en'));
  return [{ value: 'auto', label: 'Found from the text' }, ...named];
}
