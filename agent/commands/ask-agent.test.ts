// A command finds its agent, and tells its secret to nobody else: not to a program that listens where an agent was, nor
// to one that stands between.
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { connect, createServer as createRawServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { endpoints } from '@myspinbot/shared/wire/endpoints.ts';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { runningFile } from '../running-file.ts';
import { removeSmallAgents, type SmallAgent, startSmallAgent } from '../server/fixtures/small-agent.ts';
import { findAgent } from './ask-agent.ts';

let agent: SmallAgent;
const closing: (() => unknown)[] = [];
beforeAll(async () => {
  agent = await startSmallAgent();
});
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});
afterAll(async () => {
  await agent.stop();
  await removeSmallAgents();
});

const tokenOf = async () => (await readFile(join(agent.dir, 'local-token'), 'utf8')).trim();
const runsAt = (url: string) => writeFile(runningFile(agent.dir), JSON.stringify({ pid: 1, url }));
async function listening(server: Pick<Server, 'listen' | 'address' | 'once' | 'close'>): Promise<string> {
  server.listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', () => resolve(undefined)));
  closing.push(() => server.close());
  return `http://127.0.0.1:${(server.address() as { port: number }).port}`;
}

test('the agent is asked, and what it refuses is said in its words', async () => {
  await runsAt(agent.url);
  const found = await findAgent(agent.dir);
  expect(await found.ask(endpoints.scriptTokens, z.object({ tokens: z.array(z.unknown()) }))).toEqual({
    tokens: [],
  });
  const made = await found.ask(endpoints.scriptTokens, z.object({ token: z.string() }), {
    method: 'POST',
    body: { name: 'backup', scope: 'read' },
  });
  expect(made.token).toMatch(/^msb_/);
  await expect(found.ask(`${endpoints.jobs}/j_none`, z.unknown())).rejects.toMatchObject({
    code: 'not-found',
  });
});

describe('a program that took the place of the agent', () => {
  test.each<[string, (nonce: string) => Promise<string> | string]>([
    ['knows nothing', () => '{"status":"ok"}'],
    ['makes a proof up', () => JSON.stringify({ proof: 'x'.repeat(43) })],
    [
      'passes the question on to the real agent elsewhere',
      async (nonce) => (await fetch(`${agent.url}${endpoints.ownMachine}?nonce=${nonce}`)).text(),
    ],
  ])('and %s is not told the token', async (_what, answer) => {
    const heard: string[] = [];
    const impostor = createServer(async (asked, reply) => {
      heard.push(JSON.stringify(asked.rawHeaders) + asked.url);
      reply.end(await answer(new URL(asked.url!, 'http://x').searchParams.get('nonce') ?? ''));
    });
    await runsAt(await listening(impostor));
    await expect((await findAgent(agent.dir)).ask(endpoints.devices, z.unknown())).rejects.toMatchObject({
      code: 'refused',
      message: expect.stringContaining('is not the agent'),
    });
    expect(heard).toHaveLength(1);
    expect(heard.join()).not.toContain(await tokenOf());
    expect(heard.join()).not.toContain('Bearer');
  });

  test('and hands every byte on to the real agent is not told it, either', async () => {
    const heard: Buffer[] = [];
    const between = createRawServer((near) => {
      const far = connect(agent.port, '127.0.0.1');
      near.on('data', (piece) => heard.push(piece));
      near.pipe(far).pipe(near);
      for (const socket of [near, far]) socket.on('error', () => undefined);
    });
    await runsAt(await listening(between as unknown as Server));
    await expect((await findAgent(agent.dir)).ask(endpoints.devices, z.unknown())).rejects.toThrow();
    expect(String(Buffer.concat(heard))).toContain(endpoints.ownMachine);
    expect(String(Buffer.concat(heard))).not.toContain('Bearer');
  });

  test('and answers nothing that can be understood is not there', async () => {
    const impostor = createRawServer((socket) => {
      socket.on('error', () => undefined);
      socket.end('220 mail at your service\r\n');
    });
    await runsAt(await listening(impostor as unknown as Server));
    await expect((await findAgent(agent.dir)).ask(endpoints.devices, z.unknown())).rejects.toMatchObject({
      code: 'engine-missing',
    });
  });
});

test('without a note nobody runs, and without a token nobody may ask', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'ask-agent-'));
  closing.push(() => rm(dir, { recursive: true, force: true }));
  await expect(findAgent(dir)).rejects.toMatchObject({ code: 'engine-missing' });
  await writeFile(runningFile(dir), JSON.stringify({ pid: 1, url: 'http://127.0.0.1:9' }));
  await expect(findAgent(dir)).rejects.toMatchObject({ code: 'refused' });
});
