// The lines of the page that people paste into a terminal, pasted into one.
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, expect, test } from 'vitest';
import { derOf, makeAuthority } from '../../certificates/make.ts';
import { systems } from './steps.ts';

const run = promisify(execFile);
const hasCertutil = await run('certutil', ['--version']).then(
  () => true,
  (error: { code?: unknown }) => error.code !== 'ENOENT',
);
if (!hasCertutil) console.info('skipped: certutil is not installed (libnss3-tools)');

const homes: string[] = [];
afterEach(async () => {
  for (const home of homes.splice(0)) await rm(home, { recursive: true });
});

const linux = systems.find(({ id }) => id === 'linux')!;
const codeIn = (html: string, kind: string) => {
  const found = new RegExp(`<code${kind}>(.*?)</code>`).exec(html);
  return found![1]!.replaceAll('&amp;', '&');
};
const trust = codeIn(linux.steps({ name: 'MySpinBot', sha1: '' })[1]!.text, ' class="command"');
const undo = codeIn(linux.undo, '');

test.skipIf(!hasCertutil).each([
  ['a fresh account', undefined, '.local/share/pki/nssdb'],
  ['an account with a store at the old place', '.pki/nssdb', '.pki/nssdb'],
  ['an account with a store at the new place', '.local/share/pki/nssdb', '.local/share/pki/nssdb'],
])(
  'Linux: %s trusts the authority by the line that the page shows, twice too, and takes it back by the other',
  async (_, before, after) => {
    const home = await mkdtemp(join(tmpdir(), 'a home '));
    homes.push(home);
    if (before !== undefined) await mkdir(join(home, before), { recursive: true });
    await mkdir(join(home, 'Downloads'));
    const { pem } = await makeAuthority('MySpinBot', [], Date.now());
    await writeFile(join(home, 'Downloads', 'myspinbot-ca.crt'), derOf(pem));
    const paste = (line: string) => run('sh', ['-c', line], { env: { PATH: process.env.PATH, HOME: home } });
    const trusted = async () => (await run('certutil', ['-L', '-d', `sql:${join(home, after)}`])).stdout;
    await paste(trust);
    await paste(trust);
    expect(await trusted()).toMatch(/^MySpinBot\s+C,,/m);
    await paste(undo);
    expect(await trusted()).not.toContain('MySpinBot');
  },
);
