// The socket that tells of jobs as they go: whoever is connected names the jobs they want to hear of, or all they may see.
// Only what is new is sent; to a reader that does not keep up, the newest. It knows the queue by its events; who may see a
// job is the access table's to say.
//
//   to the agent     {"type":"SUBSCRIBE"|"UNSUBSCRIBE","jobId":"j_..."|"*"}
//   to the reader    {"type":"SUBSCRIBED"|"UNSUBSCRIBED","jobId"}, {"type":"JOB","job":JobView},
//                    {"type":"PROGRESS","progress":JobProgress}, {"type":"REST","rest"},
//                    {"type":"ERROR","code","message","hint"}
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { may, type Principal, principalId } from '@myspinbot/shared/access/access.ts';
import type { FailureCode } from '@myspinbot/shared/failure/failure.ts';
import { type JobId, jobIdSchema } from '@myspinbot/shared/job/job.ts';
import { REMOVED_CLOSE, SOCKET_PROTOCOL } from '@myspinbot/shared/wire/pairing.ts';
import type { JobProgress } from '@myspinbot/shared/wire/presence.ts';
import { type WebSocket, WebSocketServer } from 'ws';
import { z } from 'zod';
import type { Clock } from '../clock.ts';
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
const MAX_SOCKETS = 256;
/** Of a long line whoever says "*" is told the beginning; GET /api/jobs has the rest. */
const MAX_TOLD_AT_ONCE = 100;
/** From the word that a socket ends to its end. */
const LEAVE_MS = 300;
/** What may wait for a slow reader; beyond it only the newest progress is kept, and one that never reads is let go. */
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
  /** The newest progress of each job that was left out while the reader was behind. */
  readonly late: Map<JobId, JobProgress>;
  all: boolean;
  isAlive: boolean;
  faults: number;
}

export function createEventsSocket({
  queue,
  clock,
}: {
  queue: Pick<Queue, 'on' | 'job' | 'line' | 'progress' | 'rest'>;
  clock: Clock;
}): EventsSocket {
  const sockets = new WebSocketServer({
    noServer: true,
    maxPayload: MAX_MESSAGE_BYTES,
    perMessageDeflate: false,
    // Never a device's proof, which is offered beside it.
    handleProtocols: (offered) => (offered.has(SOCKET_PROTOCOL) ? SOCKET_PROTOCOL : false),
  });
  const readers = new Set<Reader>();
  const idOf = principalId;
  const maySee = ({ who }: Reader, { request }: QueuedJob) =>
    may(who, { on: 'project', may: 'read', project: request.project });
  const send = (reader: Reader, message: object) => {
    const { socket } = reader;
    if (socket.readyState !== socket.OPEN) return;
    if (socket.bufferedAmount > MAX_BACKLOG_BYTES) return socket.terminate();
    socket.send(JSON.stringify(message), () => catchUp(reader));
  };
  const isBehind = ({ socket }: Reader) => socket.bufferedAmount >= SLOW_BYTES;
  /** What was left out, when there is room again. */
  const catchUp = (reader: Reader) => {
    if (reader.late.size === 0 || isBehind(reader)) return;
    const late = [...reader.late.values()];
    reader.late.clear();
    for (const progress of late) send(reader, { type: 'PROGRESS', progress });
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
      if (event.type === 'run') {
        reader.late.delete(event.job); // it tells how far the job is
        tellJob(reader, job);
      } else if (isBehind(reader)) reader.late.set(event.job, event.progress);
      else send(reader, { type: 'PROGRESS', progress: event.progress });
    }
  };

  const complain = (reader: Reader, code: FailureCode, message: string, hint: string) => {
    send(reader, { type: 'ERROR', code, message, hint });
    reader.faults += 1;
    if (reader.faults > FAULTS_BORNE) reader.socket.close(1008, 'too many mistakes');
  };
  const receive = (reader: Reader, data: Buffer, isBinary: boolean) => {
    const message = messageSchema.safeParse(isBinary ? undefined : jsonOf(data));
    if (!message.success) {
      return complain(
        reader,
        'bad-input',
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
      const seen = queue.line().filter((job) => maySee(reader, job));
      for (const job of seen.slice(0, MAX_TOLD_AT_ONCE)) tellJob(reader, job);
      return;
    }
    const job = queue.job(jobId);
    if (job === undefined || !maySee(reader, job)) {
      return complain(reader, 'not-found', `There is no job ${jobId}.`, 'GET /api/jobs lists the jobs.');
    }
    if (!reader.jobs.has(jobId) && reader.jobs.size >= MAX_SUBSCRIPTIONS) {
      return complain(
        reader,
        'too-often',
        `At most ${MAX_SUBSCRIPTIONS} jobs on one socket.`,
        'Subscribe to "*".',
      );
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
      if (mine.length >= MAX_SOCKETS_EACH || readers.size >= MAX_SOCKETS) {
        raw.end('HTTP/1.1 429 Too Many Requests\r\nConnection: close\r\nContent-Length: 0\r\n\r\n');
        return;
      }
      sockets.handleUpgrade(request, raw, head, (socket) => {
        const reader: Reader = {
          socket,
          who,
          jobs: new Set(),
          late: new Map(),
          all: false,
          isAlive: true,
          faults: 0,
        };
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
      for (const reader of readers) {
        if (idOf(reader.who) !== id) continue;
        // Deaf and dumb from now on, whether or not it answers.
        readers.delete(reader);
        reader.socket.removeAllListeners('message');
        reader.socket.close(REMOVED_CLOSE, 'removed');
        clock.after(LEAVE_MS, () => reader.socket.terminate());
      }
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
