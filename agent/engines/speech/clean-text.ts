// From a text as a person pastes it to what can be spoken: no markup, addresses, emoji or control characters,
// each left out with a note. It does not spell out numbers or abbreviations: the engines read those.

export interface CleanText {
  text: string;
  notes: string[];
}

const emoji =
  /\p{Extended_Pictographic}|\p{Emoji_Modifier}|\p{Regional_Indicator}|\u{20e3}|[\u{e0020}-\u{e007f}]/u;
/** Signs that are also emoji in Unicode's tables, but are read as words. */
const signs = /[©®™#*0-9]/;

export function cleanText(raw: string): CleanText {
  const notes: string[] = [];
  let text = raw.normalize('NFC').replace(/\r\n?|\u2028|\u2029/g, '\n');

  let links = 0;
  text = text.replace(/!?\[([^\][\n]{0,500})\]\((?:[^()\n]{0,2000})\)/g, (_, shown: string) => {
    links++;
    return shown;
  });
  text = text.replace(/\b(?:https?:\/\/|ftp:\/\/|www\.)[^\s<>"')\]]{1,2000}/gi, (address) => {
    links++;
    return /[.,!?;:]$/.exec(address)?.[0] ?? ' ';
  });
  if (links > 0) notes.push(`${count(links, 'web address', 'web addresses')} left out.`);

  let markup = 0;
  const drop = (pattern: RegExp, instead: string) => {
    text = text.replace(pattern, () => {
      markup++;
      return instead;
    });
  };
  drop(/<!--[\s\S]{0,10000}?-->|<(?:script|style)\b[\s\S]{0,10000}?<\/(?:script|style)>/gi, ' ');
  drop(/<\/?(?:p|div|br|li|ul|ol|h[1-6]|tr|table|section|article)\b[^<>]{0,500}>/gi, '\n');
  drop(/<\/?(?:a|abbr|b|code|em|font|i|mark|s|small|span|strong|sub|sup|u)(?:\s[^<>]{0,500})?>/gi, '');
  drop(/<\/?[a-z][a-z0-9:-]{0,30}(?:\s[^<>]{0,500})?\/?>/gi, ' ');
  drop(/^[ \t]{0,3}(?:#{1,6}[ \t]+|>[ \t]?|[-*+][ \t]+|```.*$)/gm, '');
  drop(/(\*\*|__|~~|`)(?=\S)/g, '');
  drop(/(?<=\S)(\*\*|__|~~|`)/g, '');
  drop(/(?<![\p{L}\p{N}])[*_](?=\S)|(?<=\S)[*_](?![\p{L}\p{N}])/gu, '');
  text = text
    .replace(/&amp;/g, '&')
    .replace(/&lt;/g, '<')
    .replace(/&gt;/g, '>')
    .replace(/&quot;/g, '"')
    .replace(/&(?:#39|apos);/g, "'")
    .replace(/&nbsp;/g, ' ');
  if (markup > 0) notes.push('Formatting marks left out.');

  let pictures = 0;
  const segmenter = new Intl.Segmenter('en', { granularity: 'grapheme' });
  if (emoji.test(text)) {
    let kept = '';
    for (const { segment } of segmenter.segment(text)) {
      const isEmoji = emoji.test(segment) && !(signs.test(segment) && !/\ufe0f|\u20e3/.test(segment));
      if (isEmoji) pictures++;
      kept += isEmoji ? ' ' : segment;
    }
    text = kept;
  }
  if (pictures > 0) notes.push(`${count(pictures, 'emoji', 'emoji')} left out.`);

  // Private use, unassigned and lone surrogates cannot be spoken; direction marks order letters for the eye.
  const unseen = /[\p{Cc}\p{Cf}\p{Co}\p{Cs}\p{Cn}]|\ufe0e|\ufe0f/gu;
  text = text.replace(/\u00ad/g, '');
  let controls = 0;
  text = text.replace(unseen, (letter) => {
    if (letter === '\n' || letter === '\u200c' || letter === '\u200d') return letter;
    if (letter === '\t') return ' ';
    // Direction and width marks come with ordinary right-to-left text: nothing a person wrote is lost.
    if (!/[\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]|\ufe0e|\ufe0f/.test(letter)) controls++;
    return '';
  });
  if (controls > 0)
    notes.push(`${count(controls, 'unreadable character', 'unreadable characters')} left out.`);

  text = text
    // A letter held down ("aaaaaaaaaa") or a row of marks is read once, not for a minute.
    .replace(/(\p{L})\1{5,}/gu, '$1$1$1')
    .replace(/([!?])[!?]{2,}/g, '$1')
    .replace(/\.{4,}/g, '...')
    .replace(/[-_=~*#]{3,}/g, ' ')
    .replace(/[^\S\n]+/g, ' ')
    .replace(/ ?\n ?/g, '\n')
    .replace(/\n{3,}/g, '\n\n')
    .trim();
  return { text, notes };
}

function count(amount: number, one: string, many: string): string {
  return `${amount} ${amount === 1 ? one : many}`;
}
