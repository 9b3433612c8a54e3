// Reads every import of the house and holds it to the arrows between its rooms: who may know whom.
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, posix } from 'node:path';
import { expect, test } from 'vitest';
import { inRepo } from './harness/place.ts';

interface Import {
  /** Path of the importing file from the repository's root: "agent/queue/runner.ts". */
  from: string;
  /** A path from the root for our own files, else the package's name ("node:fs", "yjs"). */
  to: string;
}

const ours = /^(agent|web|shared|e2e)\//;
const isTest = /(\.test\.tsx?|\/contract\.ts|\/(testing|fixtures)\/.*)$/;

function sourceFiles(folder: string): string[] {
  return readdirSync(inRepo(folder), { withFileTypes: true }).flatMap((entry) => {
    const path = `${folder}/${entry.name}`;
    if (entry.isDirectory()) {
      return ['node_modules', 'dist', 'out', 'public'].includes(entry.name) ? [] : sourceFiles(path);
    }
    return /\.tsx?$/.test(entry.name) ? [path] : [];
  });
}

function importsOf(file: string): Import[] {
  const source = readFileSync(inRepo(file), 'utf8')
    .replaceAll(/\/\*[\s\S]*?\*\//g, '')
    .replaceAll(/^\s*\/\/.*$/gm, '');
  const pattern =
    /(?:^|\n)\s*(?:import|export)\b[^'";]*?\bfrom\s*['"]([^'"]+)['"]|(?:^|\n)\s*import\s*['"]([^'"]+)['"]|\bimport\(\s*['"]([^'"]+)['"]\s*\)/g;
  return [...source.matchAll(pattern)].map((match) => ({
    from: file,
    to: resolved(file, match[1] ?? match[2] ?? match[3] ?? ''),
  }));
}

function resolved(file: string, specifier: string): string {
  if (specifier.startsWith('.')) return posix.normalize(join(dirname(file), specifier));
  return specifier.replace(/^@myspinbot\//, '');
}

const imports = ['shared', 'agent', 'web', 'e2e'].flatMap(sourceFiles).flatMap(importsOf);
const ofProduct = imports.filter(({ from }) => !isTest.test(from));

/** Imports that go from one place to another, as lines a person can look up. */
function arrows(from: RegExp, to: RegExp, except = /(?!)/): string[] {
  return ofProduct
    .filter((one) => from.test(one.from) && to.test(one.to) && !except.test(one.to))
    .map((one) => `${one.from} -> ${one.to}`);
}

test('the imports of the house are found at all', () => {
  expect(imports.filter(({ to }) => ours.test(to)).length).toBeGreaterThan(50);
  expect(imports).toContainEqual({ from: 'e2e/arrows.test.ts', to: 'e2e/harness/place.ts' });
});

test('shared knows neither side, no Node and no browser package', () => {
  expect(arrows(/^shared\//, /^(agent|web|e2e)\//)).toEqual([]);
  expect(
    arrows(/^shared\//, /^(?!shared\/)/, /^(yjs|zod|@matter\/general|lib0\/.*|y-protocols\/.*)$/),
  ).toEqual([]);
});

test('the app and the agent know each other only through shared', () => {
  expect(arrows(/^agent\//, /^(web|e2e)\//)).toEqual([]);
  expect(arrows(/^web\//, /^(agent|e2e)\//)).toEqual([]);
});

test('the app imports nothing of Node', () => {
  expect(arrows(/^web\//, /^node:/)).toEqual([]);
});

test('end-to-end tests know no insides', () => {
  const inside = imports.filter(({ from, to }) => from.startsWith('e2e/') && /^(agent|web)\//.test(to));
  expect(inside.filter(({ from }) => !/^e2e\/(judge|device)\//.test(from))).toEqual([]);
});

test('the device that chaos and benchmarks drive is made of the app’s own links and store, and knows no screen', () => {
  expect(arrows(/^e2e\/device\//, /^(agent|web)\//, /^web\/(link|vault|identity|live\/keep-file)/)).toEqual(
    [],
  );
});

test('the judge knows the face models, and nothing that makes a video', () => {
  const judge = /^e2e\/judge\/(?!train-opening|closures)/;
  const faceModels = /^agent\/engines\/look\/(models|face\/(detect|mesh|raster))\.ts$/;
  expect(arrows(judge, /^(agent|web)\//, faceModels)).toEqual([]);
  // Where p, b and m are said is asked of the alignment, which knows no mouth shapes either.
  const words = /^agent\/(engines\/timing\/builtin|log\/logger)\.ts$/;
  expect(arrows(/^e2e\/judge\/closures\.ts$/, /^(agent|web)\//, words)).toEqual([]);
  expect(arrows(judge, /^shared\//, /^shared\/puppet\/face-mesh\.ts$/)).toEqual([]);
});

test('the queue knows stages and ports, never a tool, a socket or a screen', () => {
  expect(arrows(/^agent\/queue\//, /^agent\/(hub|server|transfer|media|metrics)\//, /\/port\.ts$/)).toEqual(
    [],
  );
  // Choosing among engines is a pure function over what they say of themselves.
  expect(arrows(/^agent\/queue\//, /^agent\/engines\//, /\/(port|engine|select)\.ts$/)).toEqual([]);
});

test('housekeeping knows the queue and the documents by what they promise, and nobody who asks for it', () => {
  expect(arrows(/^agent\/housekeeping\//, /^agent\/queue\//, /\/port\.ts$/)).toEqual([]);
  expect(arrows(/^agent\/housekeeping\//, /^agent\/(server|commands|pairing|transfer|process)\//)).toEqual(
    [],
  );
});

test('stages know capabilities, never tools: of engines only the ports', () => {
  const stages = /^agent\/stages\//;
  expect(arrows(stages, /^agent\/engines\//, /\/(port|engine)\.ts$/)).toEqual([]);
  expect(arrows(stages, /^agent\/(process|vault|transfer|hub|server|queue|metrics)\//)).toEqual([]);
});

test('engines know no stage, no queue and no server', () => {
  // The registry names what a stage is given: the shape of it is the one thing it takes from there.
  expect(
    arrows(
      /^agent\/engines\//,
      /^agent\/(stages|queue|vault|transfer|hub|server|metrics)\//,
      /stages\/stage\.ts$/,
    ),
  ).toEqual([]);
});

test('the cards and ComfyUI know nobody who uses them', () => {
  const users = /^agent\/(engines|stages|queue|vault|transfer|hub|server|metrics|housekeeping)\//;
  expect(arrows(/^agent\/(gpu|comfyui)\//, users)).toEqual([]);
  expect(arrows(/^agent\/gpu\//, /^agent\/comfyui\//)).toEqual([]);
});

test('what is concrete is wired where everything is wired, and nowhere else', () => {
  const wiring =
    /^agent\/(main|cli|workshop|process\/(?:stage-host|serve-stages|run-stage)|render\/.*|art\/.*|engines\/.*)\.ts$/;
  const wired = ofProduct.filter(
    ({ from, to }) =>
      from.startsWith('agent/') &&
      !wiring.test(from) &&
      /^agent\/engines\//.test(to) &&
      !/\/(port|engine|select)\.ts$/.test(to),
  );
  expect(wired).toEqual([]);
});

test('whoever proves who somebody is knows neither requests nor documents, and those know only a principal', () => {
  expect(arrows(/^agent\/pairing\//, /^agent\/(server|hub|transfer|vault|engines|queue)\//)).toEqual([]);
  expect(arrows(/^agent\/(hub|transfer)\//, /^agent\/(pairing|server|certificates|nearby)\//)).toEqual([]);
});

test('certificates know where the machine is, and nobody who asks', () => {
  expect(
    arrows(
      /^agent\/(certificates|nearby)\//,
      /^agent\/(?!certificates\/)[^/]+\//,
      /^agent\/log\/logger\.ts$/,
    ),
  ).toEqual([]);
});

test('screens are built of parts and see the world only through live', () => {
  expect(arrows(/^web\/screens\//, /^web\/(vault|link|pwa)\//)).toEqual([]);
  expect(arrows(/^web\/screens\//, /^(yjs|dexie|y-websocket|y-protocols)/)).toEqual([]);
});

test('parts take props: they import no data', () => {
  expect(arrows(/^web\/parts\//, /^web\/(screens|live|vault|link|pwa)\//)).toEqual([]);
  expect(arrows(/^web\/parts\//, /^(yjs|dexie|y-websocket|y-protocols)/)).toEqual([]);
});

test('live bridges stores and links to the screens, and knows no screen', () => {
  expect(arrows(/^web\/live\//, /^web\/(screens|parts)\//)).toEqual([]);
  expect(arrows(/^web\/(vault|link)\//, /^web\/(screens|parts|live)\//)).toEqual([]);
});
