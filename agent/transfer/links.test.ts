// The contract of transfers, over every link this side can make to a real agent.
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { type HttpRequest, openHttpLink } from '@myspinbot/shared/transfer/http-link.ts';
import type { FrameLink } from '@myspinbot/shared/transfer/link.ts';
import { transferContract } from '@myspinbot/shared/transfer/transfer-contract.ts';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import WebSocket from 'ws';
import { removeSmallAgents, type SmallAgent, startSmallAgent } from '../server/fixtures/small-agent.ts';
import { socketLink } from './socket-links.ts';

const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');
let agent: SmallAgent;
beforeAll(async () => {
  agent = await startSmallAgent();
});
afterAll(async () => {
  await agent.stop();
  await removeSmallAgents();
});

const request: HttpRequest = async ({ method, path, headers, body }) => {
  const answer = await fetch(agent.url + path, {
    method,
    headers: { ...headers, ...agent.headers() },
    ...(body === undefined ? {} : { body: typeof body === 'string' ? body : Buffer.from(body) }),
  });
  return {
    status: answer.status,
    json: () => answer.json().catch(() => undefined),
    pieces: () => answer.body![Symbol.asyncIterator](),
  };
};

const links: Record<string, () => Promise<FrameLink>> = {
  async socket() {
    const socket = new WebSocket(`${agent.url.replace('http', 'ws')}/transfer`, { headers: agent.headers() });
    // Before it is open: the agent speaks first, at once.
    const link = socketLink(socket);
    await once(socket, 'open');
    return link;
  },
  http: async () => openHttpLink(request),
};

describe.each(Object.entries(links))('a transfer over %s', (kind, connect) => {
  for (const { name, run } of transferContract({
    sha256,
    seed: Object.keys(links).indexOf(kind) + 1,
    connect,
    there: {
      put: (bytes) => agent.vault.put(bytes),
      kept: async (hash) =>
        agent.vault.has(hash) ? sha256(await readFile(agent.vault.path(hash))) : undefined,
    },
  })) {
    test(name, run);
  }
});

test('a link of requests ends when the workstation does not answer', async () => {
  const link = openHttpLink(async () => {
    throw new Error('no route');
  });
  const why = new Promise<string>((resolve) => link.onClose(resolve));
  await link.send('{"type":"transfer/hello","version":2}');
  await link.send(`{"type":"transfer/ask","hash":"${'ab'.repeat(32)}"}`);
  expect(await why).toBe('no route');
});
