// `render` on the real process: standard streams, Ctrl+C, the data folder and the built-in engines.
import { homedir } from 'node:os';
import { Failure } from '@myspinbot/shared/failure/failure.ts';
import { readConfig, serversOf } from '../config.ts';
import { builtinEngines } from '../engines/catalog.ts';
import { createPinoLogger } from '../log/pino-logger.ts';
import { renderCommand } from './command.ts';
import type { Screen } from './report.ts';

/** What a shell reports of a program that was stopped by Ctrl+C. */
const STOPPED = 130;

export async function runRender(argv: readonly string[]): Promise<number> {
  const stop = new AbortController();
  const onSignal = () => {
    // A second Ctrl+C does not wait for the clean-up.
    if (stop.signal.aborted) process.exit(STOPPED);
    stop.abort(new Error('stopped by the person'));
  };
  process.on('SIGINT', onSignal);
  process.on('SIGTERM', onSignal);
  try {
    const config = readConfig({}, { env: process.env, platform: process.platform, home: homedir() });
    const code = await renderCommand({
      argv,
      dataDir: config.dataDir,
      catalog: builtinEngines,
      // On a terminal a warning would tear the bar; what matters is told by the report.
      log: createPinoLogger(config.logLevel === 'warn' ? 'error' : config.logLevel),
      out: screenOf(process.stdout),
      err: screenOf(process.stderr),
      signal: stop.signal,
      tools: serversOf(config),
    });
    return stop.signal.aborted ? STOPPED : code;
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    process.stderr.write(`${error.message}\n${error.hint}\n`);
    return error.code === 'bad-input' ? 2 : 1;
  } finally {
    process.off('SIGINT', onSignal);
    process.off('SIGTERM', onSignal);
  }
}

function screenOf(stream: NodeJS.WriteStream): Screen {
  return {
    write: (text) => void stream.write(text),
    get columns() {
      return stream.isTTY ? stream.columns : undefined;
    },
  };
}
