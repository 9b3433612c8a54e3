// What a thief of the authority's key would do: signs a server for any name at all. As a program:
//
//   tsx sign-stolen.ts <folder of the certificates> <name or address> <folder for key.pem and cert.pem>
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { makeLeaf, type Pair } from '../make.ts';

export async function signStolen(dir: string, name: string): Promise<Pair> {
  const [pem, keyPem] = await Promise.all(
    ['authority.pem', 'authority-key.pem'].map((file) => readFile(join(dir, file), 'utf8')),
  );
  const { pem: cert, keyPem: key } = await makeLeaf({ pem: pem!, keyPem: keyPem! }, [name], Date.now());
  return { pem: `${cert}\n${pem}`, keyPem: key };
}

const [, program, dir, name, out] = process.argv;
if (program !== undefined && import.meta.url === pathToFileURL(program).href) {
  if (dir === undefined || name === undefined || out === undefined)
    throw new Error('three arguments are needed');
  const { pem, keyPem } = await signStolen(dir, name);
  await mkdir(out, { recursive: true });
  await writeFile(join(out, 'cert.pem'), pem);
  await writeFile(join(out, 'key.pem'), keyPem, { mode: 0o600 });
}
