// What every part of the transfer's chaos stands on: an agent that can be killed and started again, lines to it through a
// bad network, devices on them, and one place where everything is counted. It knows the agent's outside alone.
import { createHash } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { Agent, request as httpRequest } from 'node:http';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { setTimeout as pause } from 'node:timers/promises';
import { type AssetHash, type AssetRef, BLOCK_BYTES } from '@myspinbot/shared/asset/asset.ts';
import { endpoints } from '@myspinbot/shared/wire/endpoints.ts';
import { WebSocket } from 'ws';
import { type Device, openDevice, type Ways } from '../../device/device.ts';
import { wavHeader } from '../../device/kept-file.ts';
import { type RunningAgent, startAgent } from '../../harness/agent.ts';
import type { Chance } from '../../harness/chance.ts';
import { jsonLines } from '../../harness/command-line.ts';
import { type Direction, type Fault, type FaultProxy, startFaultProxy } from '../../harness/fault-proxy.ts';

export interface Counts {
  /** Files that were to arrive, and those that arrived whole. */
  files: number;
  whole: number;
  faults: Partial<Record<Fault['kind'], number>>;
  /** Links that were opened, by kind. */
  links: Record<string, number>;
  agentKills: number;
  deviceDeaths: number;
  pageKills: number;
  browserKills: number;
  savedFiles: number;
  /** Times a killed browser threw its whole database away by itself. */
  browserLostAll: number;
  /** Connections that somebody had to end because nothing moved on them any more. */
  nudges: number;
  fileBytes: number;
  wireBytes: number;
  /** Connections that ended or were damaged in the middle, and what was sent again on their account. */
  breaks: number;
  againBytes: number;
}

/** Which kinds of link a device has. */
export type Links = 'both' | 'socket' | 'http';

export interface ChaosFile {
  ref: AssetRef;
  blocks: readonly string[];
  bytes: Uint8Array<ArrayBuffer>;
}

/** A device's own line to the agent. */
export interface Line {
  readonly proxy: FaultProxy;
  /** The device on it, opened (again). */
  device(): Device;
  close(): Promise<void>;
}

export interface World {
  readonly scratch: string;
  readonly chance: Chance;
  readonly counts: Counts;
  /** What broke a promise, in sentences. */
  readonly broken: string[];
  /** Of the device's side, in words; not promises. */
  readonly troubles: Map<string, number>;
  agent(): RunningAgent;
  /** SIGKILL, and a start on the same data and port. */
  killAgent(): Promise<void>;
  /** `who`: by which of the agent's tokens, so that two lines can be two devices. */
  line(
    name: string,
    faults: (connection: number) => readonly Fault[],
    options?: { who?: number; links?: Links },
  ): Promise<Line>;
  /** A file nobody had before. */
  newFile(bytes: number): ChaosFile;
  /** Puts a file into the agent by a line of its own, without faults. */
  bring(file: ChaosFile): Promise<void>;
  /** Waits until nothing is left to be moved by the device; ends connections on which nothing moves. */
  settled(line: Line, device: () => Device): Promise<void>;
  expectOnAgent(file: ChaosFile): Promise<void>;
  expectOnDevice(file: ChaosFile, device: Device): Promise<void>;
  check(isTrue: boolean, sentence: string): void;
  /** Looks at what is left lying about, and ends it all. */
  close(): Promise<void>;
}

/** Without a byte on the wire for so long, the app would have noticed that the workstation is away. */
const QUIET_MS = 5000;
/** A file that is not there after this never comes. */
const FILE_MS = 120_000;

export async function openWorld(scratch: string, chance: Chance): Promise<World> {
  const data = join(scratch, 'data');
  let agent = await startAgent({ data });
  const { port } = agent;
  const logs: string[] = [];
  /** Sent as what they are: scripts with every right, as many as there are devices. */
  const tokens = await Promise.all(['One', 'Two'].map((name) => newToken(agent, name)));
  const counts: Counts = {
    files: 0,
    whole: 0,
    faults: {},
    links: {},
    agentKills: 0,
    deviceDeaths: 0,
    pageKills: 0,
    browserKills: 0,
    savedFiles: 0,
    browserLostAll: 0,
    nudges: 0,
    fileBytes: 0,
    wireBytes: 0,
    breaks: 0,
    againBytes: 0,
  };
  const broken: string[] = [];
  const troubles = new Map<string, number>();
  let names = 0;

  const world: World = {
    scratch,
    chance,
    counts,
    broken,
    troubles,
    agent: () => agent,
    async killAgent() {
      counts.agentKills++;
      await agent.kill();
      logs.push(agent.log());
      agent = await startAgent({ data, port });
    },
    async line(name, faults, { who = 0, links = 'both' } = {}) {
      const proxy = await startFaultProxy({ to: { port }, faults });
      const unique = `${name}-${names++}`;
      const devices: Device[] = [];
      return {
        proxy,
        device() {
          const device = openDevice({
            name: unique,
            ways: waysThrough(proxy, port, tokens[who]!, links),
            onLink(kind) {
              counts.links[kind] = (counts.links[kind] ?? 0) + 1;
            },
            onTrouble(what, cause) {
              const words = `${what}: ${String(cause).slice(0, 100)}`;
              troubles.set(words, (troubles.get(words) ?? 0) + 1);
            },
          });
          devices.push(device);
          device.reach(true);
          return device;
        },
        async close() {
          for (const device of devices) await device.close().catch(() => undefined); // dead ones cannot
          await proxy.close();
          for (const { happened } of proxy.passages) {
            for (const { kind } of happened) counts.faults[kind] = (counts.faults[kind] ?? 0) + 1;
          }
        },
      };
    },
    newFile(bytes) {
      const content = chance.bytes(bytes);
      // Sound, so that the agent takes it for what it says; the first bytes differ anyway, by their length.
      if (bytes > 100) content.set(wavHeader(bytes - 44));
      return describe(content);
    },
    async bring(file) {
      const line = await world.line('bring', () => []);
      const device = line.device();
      await device.keep(file.ref, file.blocks, file.bytes);
      await world.settled(line, () => device);
      await line.close();
    },
    async settled(line, device) {
      const until = Date.now() + FILE_MS;
      let moved = -1;
      let movedAt = Date.now();
      while (Date.now() < until) {
        const { left, refused } = await device()
          .open()
          .catch(() => ({ left: ['dead'], refused: [] }));
        if (left.length === 0) return;
        const { up, down } = line.proxy.bytes();
        if (up + down !== moved) {
          moved = up + down;
          movedAt = Date.now();
        } else if (Date.now() - movedAt > QUIET_MS || (refused.length > 0 && Date.now() - movedAt > 500)) {
          counts.nudges++;
          line.proxy.cut();
          device().reach(false);
          device().reach(true);
          movedAt = Date.now();
        }
        await pause(10);
      }
      broken.push(`a file was not there after ${FILE_MS / 1000} s: ${JSON.stringify(await device().open())}`);
    },
    async expectOnAgent(file) {
      counts.files++;
      counts.fileBytes += file.bytes.length;
      const answer = await agent.ask(`${endpoints.assets}/${file.ref.hash}`);
      const bytes = new Uint8Array(await answer.arrayBuffer());
      if (answer.status === 200 && sha256(bytes) === file.ref.hash) counts.whole++;
      else
        broken.push(
          `a file of ${file.bytes.length} bytes is not whole on the workstation (${answer.status})`,
        );
    },
    async expectOnDevice(file, device) {
      counts.files++;
      counts.fileBytes += file.bytes.length;
      const bytes = await device.bytes(file.ref.hash);
      if (bytes !== undefined && sha256(bytes) === file.ref.hash) counts.whole++;
      else broken.push(`a file of ${file.bytes.length} bytes is not whole on the device`);
    },
    check(isTrue, sentence) {
      if (!isTrue) broken.push(sentence);
    },
    async close() {
      await agent.stop();
      logs.push(agent.log());
      for (const folder of ['partial', 'temp']) {
        const left = readdirSync(join(data, 'vault', folder));
        world.check(
          left.length === 0,
          `${left.length} left in the vault's folder ${folder}: ${left.slice(0, 3)}`,
        );
      }
      for (const line of logs.flatMap(jsonLines)) {
        const isError = Number(line.level) >= PINO_ERROR;
        world.check(!isError, `the agent's log has an error: ${JSON.stringify(line).slice(0, 300)}`);
      }
      const loose = logs.join('').match(/^(?!\{).*(Error|unhandled|Warning).*$/gim);
      world.check(loose === null, `the agent said something nobody expected: ${loose?.[0]}`);
    },
  };
  return world;
}

const PINO_ERROR = 50;

/** The ways of a device through a proxy. The agent is spoken to by its own name: it answers to no other. */
function waysThrough(proxy: FaultProxy, port: number, token: string, links: Links): Ways {
  const own = { Host: `127.0.0.1:${port}`, Authorization: `Bearer ${token}` };
  const connect = () => {
    const socket = new WebSocket(`ws://127.0.0.1:${proxy.port}${endpoints.transfer}`, { headers: own });
    socket.on('error', () => undefined); // its end says enough
    return socket;
  };
  const keeping = new Agent({ keepAlive: true, maxSockets: 4 });
  const request: Ways['request'] = ({ method, path, headers, body }) =>
    new Promise((resolve, reject) => {
      const asked = httpRequest(
        {
          host: '127.0.0.1',
          port: proxy.port,
          agent: keeping,
          method,
          path,
          headers: { ...headers, ...own },
        },
        (answer) =>
          resolve({
            status: answer.statusCode!,
            json: async () => {
              try {
                return JSON.parse((await buffer(answer)).toString('utf8')) as unknown;
              } catch {
                return undefined; // it is not JSON, or not all of it came
              }
            },
            pieces: () => answer[Symbol.asyncIterator](),
          }),
      );
      asked.on('error', reject);
      // As a browser does, which waits for no answer for ever.
      asked.setTimeout(2 * QUIET_MS, () => asked.destroy(new Error('no answer')));
      asked.end(body);
    });
  return { ...(links === 'http' ? {} : { connect }), ...(links === 'socket' ? {} : { request }) };
}

/** Bytes of a file's own direction that crossed the wire, told to the counts. */
export function onTheWire(world: World, line: Line, direction: Direction): number {
  const bytes = line.proxy.bytes()[direction];
  world.counts.wireBytes += bytes;
  return bytes;
}

/** What a connection says besides the bytes: the handshake, hello, offers, and a name before every piece. */
export function overhead(fileBytes: number, connections: number): number {
  return (connections + 1) * (4096 + 80 * Math.ceil(fileBytes / BLOCK_BYTES)) + fileBytes / 500;
}

export function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

function describe(bytes: Uint8Array<ArrayBuffer>): ChaosFile {
  const blocks: string[] = [];
  for (let start = 0; start < bytes.length; start += BLOCK_BYTES) {
    blocks.push(sha256(bytes.subarray(start, start + BLOCK_BYTES)));
  }
  const ref: AssetRef = { hash: sha256(bytes) as AssetHash, bytes: bytes.length, type: 'audio/wav' };
  return { ref, blocks, bytes };
}

async function newToken(agent: RunningAgent, name: string): Promise<string> {
  const answer = await agent.ask(endpoints.scriptTokens, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ name, scope: 'all' }),
  });
  if (!answer.ok) throw new Error(`no token: ${answer.status} ${await answer.text()}`);
  return ((await answer.json()) as { token: string }).token;
}
