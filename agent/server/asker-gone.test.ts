// Whoever asks may go in the middle of a sentence: a phone that leaves the house is not a fault of the agent's.
import { once } from 'node:events';
import { connect } from 'node:net';
import { BLOCK_BYTES } from '@myspinbot/shared/asset/asset.ts';
import { describeAsset, noise } from '@myspinbot/shared/transfer/store-contract.ts';
import { endpoints } from '@myspinbot/shared/wire/endpoints.ts';
import { afterAll, expect, test } from 'vitest';
import { hashOf } from '../vault/contract.ts';
import { removeSmallAgents, startSmallAgent } from './fixtures/small-agent.ts';

afterAll(removeSmallAgents);

test('an upload that breaks off in the middle of a block is no error in the log', async () => {
  const agent = await startSmallAgent();
  const { ref, blocks } = describeAsset(noise(BLOCK_BYTES + 5, 9), hashOf);
  const { authorization } = agent.headers();
  await fetch(`${agent.url}${endpoints.uploads}`, {
    method: 'POST',
    headers: { authorization, 'Content-Type': 'application/json' },
    body: JSON.stringify({ asset: ref, blocks }),
  });
  const { port, host } = new URL(agent.url);
  const socket = connect({ host: '127.0.0.1', port: Number(port) });
  socket.write(
    [
      `PUT ${endpoints.uploads}/${ref.hash} HTTP/1.1`,
      `Host: ${host}`,
      `Authorization: ${authorization}`,
      'Content-Type: application/octet-stream',
      `Content-Range: bytes 0-${BLOCK_BYTES + 4}/${BLOCK_BYTES + 5}`,
      `Content-Length: ${BLOCK_BYTES + 5}`,
      'Expect: 100-continue',
      '\r\n',
    ].join('\r\n'),
  );
  // The agent reads the body from here on.
  await once(socket, 'data');
  socket.write(new Uint8Array(1000));
  socket.resetAndDestroy();
  await agent.stop();
  expect(agent.logged.filter(({ event }) => event === 'server.failed')).toEqual([]);
});
