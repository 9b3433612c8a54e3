// The test device over real requests: what the agent's tests and journeys rely on.
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Failure } from '@myspinbot/shared/failure/failure.ts';
import { endpoints } from '@myspinbot/shared/wire/endpoints.ts';
import {
  challengeSchema,
  pairingFinishSchema,
  pairingStartSchema,
  tokenRequestSchema,
} from '@myspinbot/shared/wire/pairing.ts';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type GateWorld, local, openGateWorld } from './testing/gate-world.ts';
import { createTestDevice, fromNetwork } from './testing/paired-device.ts';

let world: GateWorld;
let server: Server;
beforeEach(async () => {
  world = await openGateWorld();
  const verbs: Record<string, (body: unknown) => Promise<unknown>> = {
    [endpoints.pairingStart]: (body) => world.gate.startPairing(pairingStartSchema.parse(body), fromNetwork),
    [endpoints.pairingFinish]: (body) =>
      world.gate.finishPairing(pairingFinishSchema.parse(body), fromNetwork),
    [endpoints.challenge]: (body) => world.gate.challenge(challengeSchema.parse(body), fromNetwork),
    [endpoints.token]: (body) => world.gate.grantToken(tokenRequestSchema.parse(body), fromNetwork),
  };
  server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    try {
      const said = await verbs[request.url!]!(JSON.parse(Buffer.concat(chunks).toString()));
      response.end(JSON.stringify(said));
    } catch (error) {
      const { code, message, hint } = error as Failure;
      response.writeHead(403).end(JSON.stringify({ code, message, hint }));
    }
  });
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
});
afterEach(async () => {
  server.close();
  await world.close();
});

test('a test device pairs over http, proves itself and hears of its removal', async () => {
  const device = await createTestDevice(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  const { id, code } = world.invite();
  await device.pair(code);
  expect(world.gate.identify((await device.headers()).Authorization, fromNetwork)).toMatchObject({
    id: device.id,
  });
  const protocols = (await device.proofProtocols('/transfer')).join(', ');
  expect(
    await world.gate.identifySocket({ protocols, authorization: undefined, path: '/transfer' }, fromNetwork),
  ).toMatchObject({ id: device.id });
  const unknown = String((Number(id) + 1) % 100).padStart(2, '0');
  const refused = await device.pair(`${unknown}-000-000`).catch((error: unknown) => error);
  expect(refused).toBeInstanceOf(Failure);
  expect(refused).toMatchObject({ code: 'wrong-code', message: 'The workstation knows no such code.' });
  await world.gate.removeDevice(device.id!, { erase: true }, local);
  expect(await device.challenge()).toMatchObject({ state: 'removed', erase: true });
});
