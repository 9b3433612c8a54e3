// The OpenAPI document against what the server really does: every route is in it, and real answers, refusals included, are
// what it says they are, down to fields that it does not name.
import { Ajv2020 } from 'ajv/dist/2020.js';
import fastify from 'fastify';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { smallPng } from '../media/testing/small-picture.ts';
import { type Answer, asker, ended } from './fixtures/ask.ts';
import { removeSmallAgents, type SmallAgent, startSmallAgent } from './fixtures/small-agent.ts';
import { addOpenApi } from './openapi.ts';

interface Operation {
  operationId: string;
  security?: object[];
  parameters: { name: string; in: string; required: boolean }[];
  requestBody?: { content: Record<string, { schema: object }> };
  responses: Record<string, { content?: Record<string, { schema: object }> }>;
}
interface Document {
  openapi: string;
  paths: Record<string, Record<string, Operation>>;
  components: { schemas: Record<string, object> };
}

let agent: SmallAgent;
let document: Document;
/** Operations of which an answer was held against the document. */
const checked = new Set<string>();
beforeAll(async () => {
  agent = await startSmallAgent();
  document = (await asker(agent)('GET', '/api/openapi.json')).body as Document;
});
afterAll(async () => {
  await agent.stop();
  await removeSmallAgents();
});

const operations = () =>
  Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ path, method, operation })),
  );

/** Asks, and holds the answer to the document. */
async function check(method: string, path: string, body?: unknown): Promise<Answer> {
  const answer = await asker(agent)(method, path, body);
  const plain = path.split('?', 1)[0]!;
  const found = operations().filter(
    (one) =>
      one.method === method.toLowerCase() &&
      new RegExp(`^${one.path.replace(/\{\w+\}/g, '[^/]+')}$`).test(plain),
  );
  // "/api/queue/rules" is no "/api/queue/{id}": the one with the fewest gaps is meant.
  const [operation] = found.sort((a, b) => a.path.split('{').length - b.path.split('{').length);
  expect(operation, `${method} ${path} is described`).toBeDefined();
  const { responses } = operation!.operation;
  const said = answer.status < 400 ? responses[String(answer.status)] : responses.default;
  expect(said, `${method} ${path} may answer ${answer.status}: ${JSON.stringify(answer.body)}`).toBeDefined();
  const schema = said?.content?.['application/json']?.schema;
  if (answer.body === undefined) expect(schema).toBeUndefined();
  else {
    expect(schema, `${method} ${path} ${answer.status} has a schema`).toBeDefined();
    const validate = validatorOf(schema!);
    expect([path, validate(answer.body), validate.errors]).toEqual([path, true, null]);
  }
  if (answer.status < 400) checked.add(operation!.operation.operationId);
  return answer;
}

function validatorOf(schema: object) {
  const ajv = new Ajv2020({ strict: false, allErrors: true, formats: { binary: true } });
  ajv.addSchema({ $id: 'document', components: document.components });
  return ajv.compile(
    JSON.parse(JSON.stringify(schema).replaceAll('"#/components/', '"document#/components/')) as object,
  );
}

test('every route that answers with anything but a page is in it, and nothing else is', () => {
  const pages = /^\/(?:\*|share|trust(?:\/\*)?)?$/;
  const routes = agent.routes
    .filter(({ method, url }) => method !== 'HEAD' && !pages.test(url))
    .map(({ method, url }) => `${method} ${url.replace(/:(\w+)/g, '{$1}')}`);
  const described = operations().map(({ path, method }) => `${method.toUpperCase()} ${path}`);
  expect(described.sort()).toEqual([...new Set(routes)].sort());
  expect(described.length).toBeGreaterThan(45);
});

test('a route of the API that does not say what it takes and answers cannot be added', async () => {
  const app = fastify();
  addOpenApi(app, '1');
  expect(() => app.get('/api/secret', async () => 1)).toThrow(/api\/secret does not say/);
  app.get('/page', async () => 1);
  await app.close();
});

test('it is OpenAPI 3.1: names are used once, gaps in paths are parameters, every schema is one', () => {
  expect(document.openapi).toBe('3.1.0');
  const names = operations().map(({ operation }) => operation.operationId);
  expect(new Set(names).size).toBe(names.length);
  for (const { path, operation } of operations()) {
    const gaps = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
    const inPath = operation.parameters.filter((one) => one.in === 'path');
    expect([path, inPath.map(({ name }) => name)]).toEqual([path, gaps]);
    expect(inPath.every(({ required }) => required)).toBe(true);
    const contents = [operation.requestBody, ...Object.values(operation.responses)];
    for (const { schema } of contents.flatMap((one) => Object.values(one?.content ?? {}))) {
      expect(() => validatorOf(schema), path).not.toThrow();
    }
  }
  // What ids and hashes look like is said, although their schemas give them a type of their own as well.
  const place = document.paths['/api/jobs/{id}/place']!.post!.requestBody!.content['application/json']!;
  expect(JSON.stringify(place.schema)).toContain('^j_[0-9a-z]{12,32}$');
  expect(document.paths['/api/pairing/start']!.post!.security).toEqual([]);
  expect(document.paths['/api/jobs']!.get!.security).toBeUndefined();
});

test('real answers are what it says', async () => {
  const photo = (await agent.vault.put(Buffer.from('a photo'), 'photo.png')).hash;
  const project = await check('POST', '/api/projects', {
    title: 'Mina',
    script: 'Hello',
    photos: [photo],
    background: { kind: 'image', image: photo },
  });
  const { id } = project.body as { id: string };
  await check('GET', '/api/projects');
  await check('GET', `/api/projects/${id}`);
  await check('PATCH', `/api/projects/${id}`, { title: 'Nina' });
  await check('POST', '/api/plan', { project: id });
  const { body: made } = await check('POST', '/api/generate', { project: id });
  expect(await ended(agent, made.jobId)).toBe('succeeded');
  const { body: trained } = await check('POST', '/api/train', { project: id, photos: [photo] });
  expect(await ended(agent, trained.jobId)).toBe('succeeded');
  await check('GET', `/api/projects/${id}/trained`);
  for (const one of [made.jobId, trained.jobId]) {
    for (const path of [`/api/jobs/${one}`, `/api/status/${one}`, `/api/jobs/${one}/artifacts`]) {
      await check('GET', path);
    }
  }
  await check('GET', '/api/jobs?state=succeeded,failed&limit=5');

  await check('PUT', '/api/queue/rules', { paused: true, quiet: { from: '22:00', to: '07:00' } });
  await check('GET', '/api/queue/rules');
  const { body: again } = await check('POST', `/api/jobs/${made.jobId}/again`, { options: { seed: 2 } });
  const { body: more } = await check('POST', `/api/jobs/${made.jobId}/again`, { options: { seed: 3 } });
  const waits = `/api/jobs/${again.jobId}`;
  await check('POST', `${waits}/pause`);
  await check('POST', `${waits}/resume`);
  await check('POST', `${waits}/place`, { after: more.jobId });
  await check('GET', '/api/queue');
  await check('GET', '/api/jobs?order=line');
  await check('POST', `${waits}/cancel`);
  await check('POST', `${waits}/retry`, { from: 'speech' });

  await check('GET', `/api/assets/${photo}/blocks`);
  await check('POST', '/api/inspect/photo', { hash: photo });
  const picture = { hash: 'ab'.repeat(32), bytes: smallPng().length, type: 'image/png' };
  await check('POST', '/api/uploads', { asset: picture, blocks: ['cd'.repeat(32)] });
  for (const path of ['/health', '/api/capabilities', '/api/monitor', '/api/security', '/api/devices']) {
    await check('GET', path);
  }
  const { body: token } = await check('POST', '/api/tokens', { name: 'backup', scope: 'read' });
  await check('GET', '/api/tokens');
  await check('DELETE', `/api/tokens/${token.record.id}`);
  const { body: invitation } = await check('POST', '/api/invitations', { role: 'member' });
  await check('GET', `/api/invitations/${invitation.id}`);
  await check('DELETE', `/api/invitations/${invitation.id}`);
  await check('GET', '/api/audit?limit=10');
  await check('PUT', '/api/webhook', { url: 'http://127.0.0.1:1/hook', secret: 'a long secret' });
  await check('GET', '/api/webhook');
  await check('DELETE', '/api/webhook');
  const { body: task } = await check('POST', '/api/housekeeping', { what: 'collect', dryRun: true });
  await check('GET', `/api/housekeeping/${task.id}`);
  await check('DELETE', `/api/housekeeping/${task.id}`);
  await check('DELETE', `/api/projects/${id}`);
  // What is left is pairing, files themselves, and what would turn the agent over.
  expect(checked.size).toBeGreaterThanOrEqual(40);
});

test.each([
  ['GET', '/api/jobs?limit=0', 400],
  ['GET', '/api/jobs?state=dancing', 400],
  ['GET', '/api/jobs/j_000000000000', 404],
  ['GET', '/api/jobs/j_000000000000/artifacts', 404],
  ['GET', '/api/projects/p_000000000000', 404],
  ['POST', '/api/plan', 400, { options: { photos: 'all' } }],
  ['POST', '/api/plan', 404, { job: 'j_000000000000' }],
  ['POST', '/api/generate', 400, { options: { photos: [] } }],
  ['POST', '/api/generate', 404, { project: 'p_000000000000' }],
  ['PUT', '/api/queue/rules', 400, { pausd: true }],
  ['PUT', '/api/webhook', 400, { url: 'ftp://house.local' }],
  ['POST', '/api/train', 404, { photos: ['ab'.repeat(32)] }],
] as const)('%s %s is refused with %s, as it says', async (method, path, status, body?: unknown) => {
  const answer = await check(method, path, body);
  expect([answer.status, answer.body.hint === '']).toEqual([status, false]);
});
