// The logger behind the four methods: pino, JSON lines on standard error, so that standard output stays free for
// what a command was asked for.
import pino from 'pino';
import type { Logger } from './logger.ts';

export type LogLevel = 'debug' | 'info' | 'warn' | 'error' | 'silent';

export function createPinoLogger(level: LogLevel): Logger {
  // Synchronous: a line that says why the process ended must not be lost with it.
  const destination = pino.destination({ dest: 2, sync: true });
  return wrap(pino({ level, base: null, timestamp: pino.stdTimeFunctions.isoTime }, destination));
}

function wrap(logger: pino.Logger): Logger {
  return {
    debug: (event, fields) => logger.debug({ ...fields, event }),
    info: (event, fields) => logger.info({ ...fields, event }),
    warn: (event, fields) => logger.warn({ ...fields, event }),
    error: (event, fields) => logger.error({ ...fields, event }),
    child: (fields) => wrap(logger.child(fields)),
  };
}
