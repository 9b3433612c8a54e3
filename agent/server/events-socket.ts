// The socket that tells of jobs as they go: whoever is connected names the jobs they want to hear of, or all they may see.
// Only what is new is sent; to a reader that does not keep up, the newest. It knows the queue by its events; who may see a
// job is the access table's to say.
//
//   to the agent     {"type":"SUBSCRIBE"|"UNSUBSCRIBE","jobId":"j_..."|"*"}
//   to the reader    {"type":"SUBSCRIBED"|"UNSUBSCRIBED","jobId"}, {"type":"JOB","job":JobView},
//                    {"type":"PROGRESS","progress":JobProgress}, {"type":"REST","rest"}, {"type":"ERROR","message","hint"}
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { may, type Principal } from '@myspinbot/shared/access/access.ts';
import { type JobId, jobIdSchema } from '@myspinbot/shared/job/job.ts';
import { type WebSocket, WebSocketServer } from 'ws';
import { z } from 'zod';
import type { Clock } from '../queue/clock.ts';
import type { Queue, QueuedJob, QueueEvent } from '../queue/port.ts';
import { jobView } from './job-view.ts';

const messageSchema = z.strictObject({
  type: z.enum(['SUBSCRIBE', 'UNSUBSCRIBE']),
  jobId: z.union([z.literal('*'), jobIdSchema]),
});
const MAX_MESSAGE_BYTES = 1024;
/** Of one socket; whoever wants more says "*". */
const MAX_SUBSCRIPTIONS = 500;
const MAX_SOCKETS_EACH = 16;
/** What may wait for a slow reader; progress beyond it is left out, and one that never reads is let go. */
const SLOW_BYTES = 256 * 1024;
const MAX_BACKLOG_BYTES = 4 * 1024 * 1024;
const HEARTBEAT_MS = 15_000;
const FAULTS_BORNE = 20;

export interface EventsSocket {
  accept(request: IncomingMessage, socket: Duplex, head: Buffer, who: Principal): void;
  /** Ends every socket of somebody who was removed. */
  cut(id: string): void;
  close(): void;
}

interface Reader {
  readonly socket: WebSocket;
  readonly who: Principal;
  readonly jobs: Set<JobId>;
  all: boolean;
  isAlive: boolean;
  faults: number;
}

export function createEventsSocket({ queue, clock }: { queue: Queue; clock: Clock }): EventsSocket {
  const sockets = new WebSocketServer({
    noServer: true,
    maxPayload: MAX_MESSAGE_BYTES,
    perMessageDeflate: false,
  });
  const readers = new Set<Reader>();
  const idOf = (who: Principal) => (who.kind === 'local' ? 'local' : who.id);
  const maySee = ({ who }: Reader, { request }: QueuedJob) =>
    may(who, { on: 'project', may: 'read', project: request.project });
  const send = ({ socket }: Reader, message: object) => {
    if (socket.readyState !== socket.OPEN) return;
    if (socket.bufferedAmount > MAX_BACKLOG_BYTES) return socket.terminate();
    socket.send(JSON.stringify(message));
  };
  const tellJob = (reader: Reader, job: QueuedJob) =>
    send(reader, { type: 'JOB', job: jobView(job, queue.progress(job.request.id)) });

  const onEvent = (event: QueueEvent) => {
    if (readers.size === 0) return;
    if (event.type === 'rest') {
      for (const reader of readers) {
        if (may(reader.who, { on: 'jobs', may: 'read' }))
          send(reader, { type: 'REST', rest: event.rest ?? null });
      }
      return;
    }
    if (event.type !== 'run' && event.type !== 'progress') return;
    const job = queue.job(event.job);
    if (job === undefined) return;
    for (const reader of readers) {
      if (!(reader.all || reader.jobs.has(event.job)) || !maySee(reader, job)) continue;
      if (event.type === 'run') tellJob(reader, job);
      // The next one says the same and more.
      else if (reader.socket.bufferedAmount < SLOW_BYTES) {
        send(reader, { type: 'PROGRESS', progress: event.progress });
      }
    }
  };

  const complain = (reader: Reader, message: string, hint: string) => {
    send(reader, { type: 'ERROR', message, hint });
    reader.faults += 1;
    if (reader.faults > FAULTS_BORNE) reader.socket.close(1008, 'too many mistakes');
  };
  const receive = (reader: Reader, data: Buffer, isBinary: boolean) => {
    const message = messageSchema.safeParse(isBinary ? undefined : jsonOf(data));
    if (!message.success) {
      return complain(
        reader,
        'This message was not understood.',
        'Send {"type":"SUBSCRIBE","jobId":"j_…"}, or "*" for all jobs; UNSUBSCRIBE likewise.',
      );
    }
    const { type, jobId } = message.data;
    if (type === 'UNSUBSCRIBE') {
      if (jobId === '*') reader.all = false;
      else reader.jobs.delete(jobId);
      return send(reader, { type: 'UNSUBSCRIBED', jobId });
    }
    if (jobId === '*') {
      reader.all = true;
      send(reader, { type: 'SUBSCRIBED', jobId });
      for (const job of queue.line()) if (maySee(reader, job)) tellJob(reader, job);
      return;
    }
    const job = queue.job(jobId);
    if (job === undefined || !maySee(reader, job)) {
      return complain(reader, `There is no job ${jobId}.`, 'GET /api/jobs lists the jobs.');
    }
    if (reader.jobs.size >= MAX_SUBSCRIPTIONS) {
      return complain(reader, `At most ${MAX_SUBSCRIPTIONS} jobs on one socket.`, 'Subscribe to "*".');
    }
    reader.jobs.add(jobId);
    send(reader, { type: 'SUBSCRIBED', jobId });
    tellJob(reader, job);
  };

  const stopListening = queue.on(onEvent);
  let stopBeating = () => {};
  const beat = () => {
    stopBeating = clock.after(HEARTBEAT_MS, () => {
      for (const reader of readers) {
        if (!reader.isAlive) reader.socket.terminate();
        reader.isAlive = false;
        reader.socket.ping();
      }
      beat();
    });
  };
  beat();

  return {
    accept(request, raw, head, who) {
      const mine = [...readers].filter((one) => idOf(one.who) === idOf(who));
      if (mine.length >= MAX_SOCKETS_EACH) {
        raw.end('HTTP/1.1 429 Too Many Requests\r\nConnection: close\r\nContent-Length: 0\r\n\r\n');
        return;
      }
      sockets.handleUpgrade(request, raw, head, (socket) => {
        const reader: Reader = { socket, who, jobs: new Set(), all: false, isAlive: true, faults: 0 };
        readers.add(reader);
        socket.on('message', (data: Buffer, isBinary: boolean) => receive(reader, data, isBinary));
        socket.on('pong', () => {
          reader.isAlive = true;
        });
        socket.on('error', () => socket.terminate());
        socket.on('close', () => readers.delete(reader));
        const rest = queue.rest();
        if (rest !== undefined && may(who, { on: 'jobs', may: 'read' })) send(reader, { type: 'REST', rest });
      });
    },
    cut(id) {
      for (const { socket, who } of readers) if (idOf(who) === id) socket.terminate();
    },
    close() {
      stopListening();
      stopBeating();
      for (const { socket } of readers) socket.terminate();
      sockets.close();
    },
  };
}

function jsonOf(data: Buffer): unknown {
  try {
    return JSON.parse(data.toString('utf8'));
  } catch {
    return undefined; // the schema refuses it
  }
}
