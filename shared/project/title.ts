// What a project is called in lists: the title a person gave, else the first words it says.
import type { ProjectFields } from './project.ts';

const MAX_CHARS = 60;

/** The first words of a text on one line, cut at a word when there are more than 60 characters; '' for none. */
export function firstWords(text: string): string {
  const line = text.trim().replace(/\s+/g, ' ');
  // By characters, not by code units: half an emoji is not a title.
  const characters = [...line];
  if (characters.length <= MAX_CHARS) return line;
  const cut = characters.slice(0, MAX_CHARS).join('');
  const space = cut.lastIndexOf(' ');
  return `${space > 20 ? cut.slice(0, space) : cut}…`;
}

/** '' while there is neither a title nor a word. */
export function shownTitle(fields: Pick<ProjectFields, 'title' | 'mode' | 'topic'>, script: string): string {
  const title = fields.title.trim();
  return title === '' ? firstWords(fields.mode === 'topic' ? fields.topic : script) : title;
}
