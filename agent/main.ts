// The composition root of the daemon: the workshop where jobs are done, and around it who may come in, the documents,
// the sockets, the figures, the network and the server. It decides nothing; it hands each part what the part needs.
import { randomBytes } from 'node:crypto';
import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { AgentEntry } from '@myspinbot/shared/document/agent-entry.ts';
import { Failure } from '@myspinbot/shared/failure/failure.ts';
import { openCopies } from './at-rest.ts';
import { systemClock } from './clock.ts';
import { findComfyUi } from './comfyui/look-over.ts';
import { type Config, serversOf } from './config.ts';
import { openDataFolder, shutFolders } from './data-folder.ts';
import { builtinEngines } from './engines/catalog.ts';
import { askGpus } from './gpu/ask.ts';
import { watchGpus } from './gpu/watch.ts';
import { collectDaily } from './housekeeping/daily.ts';
import { createHousekeeping } from './housekeeping/housekeeping.ts';
import { createHub } from './hub/hub.ts';
import { createProjectAssets } from './hub/project-assets.ts';
import type { Logger } from './log/logger.ts';
import { findFfmpeg } from './media/ffmpeg.ts';
import { createMetrics } from './metrics/metrics.ts';
import { type Network, openNetwork } from './network.ts';
import packageRecord from './package.json' with { type: 'json' };
import { openGate } from './pairing/gate.ts';
import { createMirror } from './queue/mirror.ts';
import { createTrainedMirror } from './queue/trained-mirror.ts';
import { readRunning, runningFile } from './running-file.ts';
import { securityOf } from './security-report.ts';
import { jobView } from './server/job-view.ts';
import { startServer } from './server/server.ts';
import { createUploadLimits } from './server/upload-limits.ts';
import { createLive } from './transfer/live.ts';
import { createPeerLinks } from './transfer/peer-links.ts';
import { createSocketLinks } from './transfer/socket-links.ts';
import { createTransfers } from './transfer/transfers.ts';
import { createWebRtc } from './transfer/webrtc.ts';
import { keepTidy } from './vault/keep-tidy.ts';
import { openQuota } from './vault/quota.ts';
import { openWebhook } from './webhook/webhook.ts';
import { openWorkshop, type Workshop } from './workshop.ts';

export const version = packageRecord.version;

/** The browser on this machine is seldom opened at once, and the invitation is good for nobody else. */
const OWN_BROWSER_MS = 24 * 3600 * 1000;

export interface RunningAgent {
  /** "http://127.0.0.1:7777" */
  readonly url: string;
  readonly port: number;
  /** Opens the app in a browser on this machine and pairs it: good once. */
  readonly link: string;
  /** Where other devices find it, best first: "https://192.168.1.5:7777". Empty when it is for this machine alone. */
  addresses(): readonly string[];
  /** Stops listening and lets go of everything; a running job goes on at the next start. Idempotent. */
  close(): Promise<void>;
}

/**
 * Opens the data folder and listens. Throws Failure `refused` while another agent has the folder, `bad-input`
 * when the port is taken.
 */
export async function startAgent(config: Config, log: Logger): Promise<RunningAgent> {
  const { dataDir } = config;
  const clock = systemClock;
  /** What is to be let go, in this order: doors first, then the work, then what remembers. */
  const parts: { order: number; close(): Promise<void> | void }[] = [];
  const close = async () => {
    for (const part of parts.splice(0).sort((a, b) => a.order - b.order)) {
      try {
        await part.close();
      } catch (cause) {
        // The next part is let go all the same: half an agent must not stay.
        log.error('agent.close', { error: String(cause) });
      }
    }
  };

  try {
    await openDataFolder(dataDir, log);
    // First, because it is what keeps a second agent out: the system frees it when this process dies.
    const workshop = await openOnly(config, log);
    parts.push({ order: 5, close: () => workshop.close() });
    const { vault, queue, hosts } = workshop;
    const id = await readIdentity(dataDir);
    let network: Network | undefined;
    const gate = await openGate({
      dir: join(dataDir, 'pairing'),
      localTokenFile: join(dataDir, 'local-token'),
      agent: { id, name: config.name },
      clock,
      log: log.child({ room: 'pairing' }),
      addresses: () => network?.links('https') ?? [],
      ownMachineAddress: () => url,
    });
    // The last: whatever is still answered asks it.
    parts.push({ order: 9, close: () => gate.close() });
    const webrtc = createWebRtc({ clock, log: log.child({ room: 'direct' }) });
    const peers = createPeerLinks({
      agent: id,
      load: webrtc.load,
      sign: gate.signSignals,
      isSigned: gate.isSignedByDevice,
      // As in a URL, where IPv6 stands in brackets.
      addresses: () => [...(network?.hosts() ?? [])].map((host) => host.replace(/^\[(.*)\]$/, '$1')),
      clock,
      log: log.child({ room: 'direct' }),
    });
    parts.push({ order: 3, close: () => peers.close() });
    parts.push({ order: 4, close: () => webrtc.close() });
    const quota = openQuota({
      limits: config.quota,
      vault,
      documents: () => hub.bytes(),
      broughtBy: (device) => gate.device(device)?.broughtBytes ?? 0,
    });
    const hub = await createHub({
      dir: join(dataDir, 'documents'),
      clock,
      log: log.child({ room: 'hub' }),
      nameOf: (device) => gate.device(device)?.name,
      signals: peers.receive,
      quota,
    });
    parts.push({ order: 7, close: () => hub.close() });
    await shutFolders(dataDir, ['vault', 'documents', 'ledger', 'work'], log);
    const mirror = createMirror({
      queue,
      hub,
      agent: { id, name: config.name },
      clock,
      log: log.child({ room: 'mirror' }),
    });
    // After the queue: that the running job was interrupted is still shown.
    parts.push({ order: 6, close: () => mirror.close() });
    const trainedMirror = createTrainedMirror({
      queue,
      workspace: hub.workspace,
      agent: id,
      clock,
      log: log.child({ room: 'mirror' }),
    });
    parts.push({ order: 6, close: () => trainedMirror.close() });
    parts.push({ order: 4, close: keepTidy(vault, clock, log) });
    const housekeepingLog = log.child({ room: 'housekeeping' });
    const housekeeping = createHousekeeping({
      stores: { dataDir, vault, queue, documents: hub },
      version,
      machine: {
        ffmpeg: async () => (await findFfmpeg()).version,
        gpus: () => askGpus(),
        comfyui: () => findComfyUi(config.comfyui),
        engines: async (signal) => (await hosts.describe(signal)).engines,
      },
      mustFit: (bytes) => quota.check({ kind: 'local' }, bytes),
      openCopy: openCopies(clock, housekeepingLog),
      clock,
      log: housekeepingLog,
    });
    parts.push({ order: 3, close: collectDaily(housekeeping.collect, clock, housekeepingLog) });
    parts.push({ order: 4, close: () => housekeeping.close() });
    const projectAssets = createProjectAssets({ hub, queue });
    const transferLog = log.child({ room: 'transfer' });
    const live = createLive({ queue, clock, log: log.child({ room: 'live' }) });
    parts.push({ order: 4, close: live.close });
    const transfers = createTransfers({
      live,
      vault,
      quota,
      brought: (who, bytes) => gate.brought(who, bytes),
      assetsOf: projectAssets,
      now: () => performance.now(),
      log: transferLog,
    });
    const sockets = createSocketLinks({ transfers, log: transferLog });
    peers.onLink((link, who) => transfers.take(link, who));
    parts.push({
      order: 3,
      close: async () => {
        await transfers.close();
        sockets.close();
      },
    });
    const stopCutting = gate.onCut((principal) => {
      // Before the socket that tells the other end of it.
      peers.cut(principal);
      hub.cut(principal);
      transfers.cut(principal);
    });
    parts.push({ order: 4, close: stopCutting });
    const stopNoting = transfers.on((event) => {
      if (event.type !== 'ended' || event.direction !== 'out' || event.end.outcome !== 'done') return;
      gate.downloaded(event.end.ref, event.who, undefined);
    });
    parts.push({ order: 4, close: stopNoting });
    const gpus = watchGpus({ clock, log: log.child({ room: 'gpu' }) });
    parts.push({ order: 4, close: () => gpus.close() });
    const metrics = createMetrics({
      queue,
      hub,
      transfers,
      vault,
      quota,
      gate,
      offers: workshop.offers,
      gpus,
      dataDir,
      version,
      clock,
      log: log.child({ room: 'metrics' }),
    });
    parts.push({ order: 4, close: () => metrics.close() });
    const webhook = await openWebhook({
      file: join(dataDir, 'webhook.json'),
      configured: config.webhook,
      queue,
      view: (job) => jobView(job, undefined),
      clock,
      log: log.child({ room: 'webhook' }),
    });
    parts.push({ order: 6, close: () => webhook.close() });
    if (config.listen !== 'loopback') {
      network = await openNetwork({
        dir: join(dataDir, 'certificates'),
        listen: config.listen,
        mdns: config.mdns,
        agent: { id, name: config.name, fingerprint: gate.fingerprint, version },
        clock,
        log,
      });
      const { close } = network;
      parts.push({ order: 2, close });
    }

    let voices: AgentEntry['voices'] = [];
    let url = `http://127.0.0.1:${config.port}`;
    const server = await startServer(
      {
        version,
        webDir: config.webDir,
        vault,
        hub,
        sockets,
        quota,
        clock,
        queue,
        describe: () => ({ engines: workshop.offers(), voices }),
        inspectPhoto: (path, signal) => hosts.inspectPhoto(path, signal),
        metrics: metrics.scrape,
        monitor: metrics.monitor,
        now: clock.now,
        log: log.child({ room: 'server' }),
        onEvent: metrics.server,
        gate,
        housekeeping,
        webhook,
        uploads: createUploadLimits({
          clock,
          quota,
          gate,
          received: (bytes) => metrics.server({ type: 'moved', direction: 'in', bytes }),
        }),
        isOfProject: async (project, hash) => (await projectAssets(project)).has(hash),
        hosts: () => network?.hosts() ?? new Set(),
        trustPage: network?.trustPage,
        security: () => securityOf({ gate, network, quota }),
        rotateAuthority: () => rotate(network),
      },
      { port: config.port, listen: config.listen, tls: network?.certificates },
    );
    url = server.url;
    network?.appear(server.port);
    // The door is shut first, but counts as shut only when every socket is gone, and those end with the link and
    // the hub: waiting for it here would wait for ever while a page is open.
    let shut: Promise<void> = Promise.resolve();
    parts.push({
      order: 1,
      close: () => {
        shut = server.close();
        shut.catch(() => undefined); // told below, when it is waited for
      },
    });
    parts.push({ order: 8, close: () => shut });
    const note = runningFile(dataDir);
    await writeFile(note, JSON.stringify({ pid: process.pid, url: server.url }), { mode: 0o600 });
    parts.push({ order: 2, close: () => rm(note, { force: true }) });

    const startedAt = clock.now();
    const announce = () => {
      mirror.announce({
        id,
        name: config.name,
        version,
        startedAt,
        engines: [...workshop.offers()],
        voices,
      });
    };
    announce();
    parts.push({ order: 0, close: workshop.onOffers(announce) });
    // Engines are asked once the door is open: loading them takes longer than everything above.
    const asking = new AbortController();
    parts.push({ order: 0, close: () => asking.abort(new Error('the agent stops')) });
    const ask = () =>
      hosts.describe(asking.signal).then(
        (described) => {
          if (asking.signal.aborted) return;
          workshop.setOffers(described.engines);
          voices = described.voices;
          announce();
        },
        (cause: unknown) => {
          if (!asking.signal.aborted) log.error('agent.engines-silent', { error: String(cause) });
        },
      );
    void ask();
    // A tool that was missing may be there by the time the person taps Retry.
    const again = queue.on((event) => {
      if (event.type === 'run' && event.run.failure?.code === 'engine-missing') void ask();
    });
    parts.push({ order: 0, close: again });
    const forOwnBrowser = gate.invite(
      { role: 'owner' },
      { kind: 'local' },
      { ownMachineOnly: true, lastsMs: OWN_BROWSER_MS },
    );
    log.info('agent.listening', { url: server.url });
    return {
      url: server.url,
      port: server.port,
      link: forOwnBrowser.links[0]!,
      addresses: () => network?.links('https') ?? [],
      close,
    };
  } catch (cause) {
    await close();
    throw cause;
  }
}

async function rotate(network: Network | undefined): Promise<void> {
  if (network !== undefined) return network.certificates.rotate();
  throw new Failure({
    code: 'bad-input',
    message: 'This agent is for its own machine alone and has no certificate.',
    hint: 'Start it without --local.',
  });
}

/** Opens the workshop, or says where the agent is that has it. */
async function openOnly(config: Config, log: Logger): Promise<Workshop> {
  const { dataDir } = config;
  try {
    return await openWorkshop({ dir: dataDir, log, catalog: builtinEngines, world: serversOf(config) });
  } catch (cause) {
    if (!(cause instanceof Failure) || cause.code !== 'refused') throw cause;
    // It may be just starting, or have lost its note: the message is less precise then, nothing else.
    const running = await readRunning(dataDir);
    const where = running === undefined ? '' : ` at ${running.url} (process ${running.pid})`;
    throw new Failure({
      code: 'refused',
      message: `An agent is already running${where} on the data folder ${dataDir}.`,
      hint: 'Use that one, stop it first, or start this one with another folder: --data DIR.',
      cause,
    });
  }
}

/** The agent's id, made once per data folder. */
async function readIdentity(dataDir: string): Promise<string> {
  const path = join(dataDir, 'agent-id');
  const known = await readFile(path, 'utf8').catch(() => '');
  if (/^a_[0-9a-f]{24}$/.test(known.trim())) return known.trim();
  const id = `a_${randomBytes(12).toString('hex')}`;
  await writeFile(`${path}.temp`, `${id}\n`);
  await rename(`${path}.temp`, path);
  return id;
}
