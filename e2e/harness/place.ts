// Where things lie in this checkout, for tests: the built product, generated fixtures, pictures of the run.
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Absolute path inside the checkout. */
export function inRepo(path: string): string {
  return fileURLToPath(new URL(`../../${path}`, import.meta.url));
}

/** The agent's command line as it is shipped. Throws when nothing was built. */
export function builtAgent(): string {
  const entry = inRepo('dist/agent/cli.js');
  if (!existsSync(entry)) throw new Error(`${entry} is missing: run npm run build first`);
  return entry;
}

/** Absolute path of a file under e2e/out/ (never committed); its folder exists. */
export function outFile(name: string): string {
  const path = inRepo(`e2e/out/${name}`);
  mkdirSync(dirname(path), { recursive: true });
  return path;
}

/** The drawn portrait that ships as the sample character: what tests use for a person's photo. */
export function drawnPortrait(): string {
  return inRepo('dist/web/sample/portrait.png');
}

/** What the sample character's project is called. */
export function sampleTitle(): string {
  const { title } = JSON.parse(readFileSync(inRepo('dist/web/sample/sample.json'), 'utf8')) as {
    title: string;
  };
  return title;
}

/** A photo of a real person beside the checkout; undefined on machines that have none. */
export function realPhoto(): string | undefined {
  const path = inRepo('../shared/photos/astronaut.png');
  return existsSync(path) ? path : undefined;
}
