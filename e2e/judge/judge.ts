// `npm run judge -- VIDEO [--photo P] [--json FILE] [--text T]`: measures a finished talking video and holds it
// against the limits of figures.ts. Independent of the renderer: it sees the file as anybody would, decoded
// frame by frame, and knows nothing of the tracks that moved the face.
// Exit codes: 0 every limit kept, 1 a limit missed, 2 bad usage or a file that cannot be judged.
import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { parseArgs } from 'node:util';
import { alignWords } from './closures.ts';
import { figuresOf, type Row } from './figures.ts';
import { measureVideo } from './measure.ts';

const usage = `npm run judge -- VIDEO [--photo PHOTO] [--json FILE] [--text WORDS]

Measures a finished talking video: does the mouth follow the sound, do head, lids and brows live, is the file
what it should be. A table with the limits; exit code 1 when one is missed.

  --photo PHOTO   the photo it was made from: sharpness and the closed mouth are compared with it
  --text WORDS    what is said: do the lips meet at p, b and m, and how fast it is spoken
  --json FILE     the same figures as JSON: {name, video, rows: [{figure, value, limit, unit, pass}]}
`;

process.exitCode = await main(process.argv.slice(2));

async function main(args: string[]): Promise<number> {
  let options: {
    video: string;
    photo: string | undefined;
    json: string | undefined;
    text: string | undefined;
  };
  try {
    const { values, positionals } = parseArgs({
      args,
      allowPositionals: true,
      options: {
        photo: { type: 'string' },
        json: { type: 'string' },
        text: { type: 'string' },
        help: { type: 'boolean', short: 'h' },
      },
    });
    if (values.help === true) {
      process.stdout.write(usage);
      return 0;
    }
    const [video] = positionals;
    if (video === undefined || positionals.length > 1) throw new Error('Name one video.');
    for (const file of [video, values.photo]) {
      if (file !== undefined && !existsSync(file)) throw new Error(`There is no file ${file}.`);
    }
    options = { video, photo: values.photo, json: values.json, text: values.text };
  } catch (error) {
    process.stderr.write(`${(error as Error).message}\n\n${usage}`);
    return 2;
  }
  const { video, photo, json, text } = options;
  let rows: Row[];
  try {
    const measured = await measureVideo(video, photo);
    const spoken = text === undefined ? undefined : { words: text, phones: await alignWords(video, text) };
    rows = figuresOf(measured, spoken);
  } catch (error) {
    process.stderr.write(`${(error as Error).message}\n`);
    return 2;
  }
  process.stdout.write(table(basename(video), rows));
  if (json !== undefined) {
    await writeFile(json, `${JSON.stringify({ name: 'judge', video: basename(video), rows }, null, 2)}\n`);
  }
  return rows.some(({ pass }) => pass === false) ? 1 : 0;
}

function table(video: string, rows: readonly Row[]): string {
  const cells = rows.map(({ figure, value, limit, unit, pass, why }) => [
    figure,
    value === null ? '-' : typeof value === 'string' ? value : `${Number(value.toPrecision(3))}`,
    unit,
    limit ?? '',
    pass === undefined ? (why ?? '') : pass ? 'ok' : 'MISSED',
  ]);
  const all = [['figure', 'value', 'unit', 'limit', ''], ...cells];
  const widths = all[0]!.map((_, column) => Math.max(...all.map((row) => row[column]!.length)));
  const lines = all.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column]!))
      .join('  ')
      .trimEnd(),
  );
  const missed = rows.filter(({ pass }) => pass === false).length;
  const judged = rows.filter(({ pass }) => pass !== undefined).length;
  return `\n${video}\n\n${lines.join('\n')}\n\n${judged - missed} of ${judged} limits kept\n`;
}
