// `myspinbot start`: the agent in the foreground until it is asked to stop.
import { isIP } from 'node:net';
import { homedir } from 'node:os';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { Failure } from '@myspinbot/shared/failure/failure.ts';
import { type Config, DEFAULT_PORT, readConfig } from './config.ts';
import type { RunningAgent } from './main.ts';
import { collectSeldom } from './process/collector.ts';

const help = `myspinbot start: run the agent and serve the app

  --data DIR     where everything is kept (also MYSPINBOT_DATA)
  --port N       port on this machine, 0 for any free one (also MYSPINBOT_PORT; default ${DEFAULT_PORT})
  --no-open      do not open the browser
  --local        for this machine alone: nothing listens on the network
  --address IP   listen on this address only, besides the loopback; repeat it for more (0.0.0.0, :: = all)
  --no-mdns      do not announce myspinbot.local in the network
  --json         say what happens as lines of JSON on standard output
  --log LEVEL    debug | info | warn | error | silent, lines of JSON on standard error (default warn)
  --help         this
`;

/** How long a stop may take before the process ends anyway; what was not finished goes on at the next start. */
const STOP_LIMIT_MS = 10_000;

const levels = ['debug', 'info', 'warn', 'error', 'silent'] as const;

/** Runs until SIGINT or SIGTERM. Returns the exit code: 0 stopped, 1 could not run, 2 bad usage. */
export async function start(argv: readonly string[]): Promise<number> {
  const asked = parse(argv);
  if (asked.kind === 'help') {
    process.stdout.write(help);
    return 0;
  }
  if (asked.kind === 'wrong') {
    process.stderr.write(`${asked.message}\n\n${help}`);
    return 2;
  }
  const say = asked.json
    ? (event: string, fields: Record<string, unknown>) =>
        process.stdout.write(`${JSON.stringify({ event, ...fields })}\n`)
    : undefined;
  collectSeldom();
  try {
    const config = readConfig(asked.options, {
      env: process.env,
      platform: process.platform,
      home: homedir(),
    });
    const [{ startAgent, version }, { createPinoLogger }] = await Promise.all([
      import('./main.ts'),
      import('./log/pino-logger.ts'),
    ]);
    const stopped = untilAskedToStop();
    const agent = await startAgent(config, createPinoLogger(config.logLevel));
    if (say !== undefined) {
      say('listening', {
        url: agent.url,
        port: agent.port,
        link: agent.link,
        addresses: agent.addresses(),
        data: config.dataDir,
        pid: process.pid,
        version,
      });
    } else {
      process.stdout.write(welcome(agent, config.dataDir));
    }
    const signal = await stopped;
    say?.('stopping', { signal });
    setTimeout(() => process.exit(0), STOP_LIMIT_MS).unref();
    await agent.close();
    say?.('stopped', {});
    return 0;
  } catch (cause) {
    return explain(cause, asked.json);
  }
}

/** The first address is what opens the app, paired: it is the one that is opened in a browser. */
function welcome(agent: RunningAgent, dataDir: string): string {
  const [best] = agent.addresses();
  const lines = [
    `MySpinBot is here. In a browser on this machine, open`,
    `  ${agent.link}`,
    ...(best === undefined
      ? ['It is for this machine alone.']
      : ['For a phone or another computer, run here: npx myspinbot pair', `In the network it is ${best}`]),
    `Everything is kept in ${dataDir}`,
    'Stop with Ctrl+C.',
  ];
  return `${lines.join('\n')}\n`;
}

type Asked =
  | { kind: 'start'; options: Parameters<typeof readConfig>[0]; json: boolean }
  | { kind: 'help' }
  | { kind: 'wrong'; message: string };

function parse(argv: readonly string[]): Asked {
  let values: {
    data?: string;
    port?: string;
    log?: string;
    json?: boolean;
    help?: boolean;
    'no-open'?: boolean;
    local?: boolean;
    address?: string[];
    'no-mdns'?: boolean;
  };
  try {
    ({ values } = parseArgs({
      args: [...argv],
      strict: true,
      allowPositionals: false,
      options: {
        data: { type: 'string' },
        port: { type: 'string' },
        log: { type: 'string' },
        json: { type: 'boolean' },
        help: { type: 'boolean', short: 'h' },
        // Opening is done by what starts this process, which knows whether there is a screen.
        'no-open': { type: 'boolean' },
        local: { type: 'boolean' },
        address: { type: 'string', multiple: true },
        'no-mdns': { type: 'boolean' },
      },
    }));
  } catch (cause) {
    return { kind: 'wrong', message: cause instanceof Error ? cause.message : String(cause) };
  }
  if (values.help === true) return { kind: 'help' };
  const { data, port, log } = values;
  if (port !== undefined && !(/^\d{1,5}$/.test(port) && Number(port) <= 65_535)) {
    return { kind: 'wrong', message: `--port must be a number from 0 to 65535, not "${port.slice(0, 40)}".` };
  }
  const logLevel = levels.find((level) => level === log);
  if (log !== undefined && logLevel === undefined) {
    return {
      kind: 'wrong',
      message: `--log must be one of ${levels.join(', ')}, not "${log.slice(0, 40)}".`,
    };
  }
  const wrongAddress = values.address?.find((one) => isIP(one) === 0);
  if (wrongAddress !== undefined) {
    return { kind: 'wrong', message: `--address needs an IP address, not "${wrongAddress.slice(0, 60)}".` };
  }
  if (values.local === true && values.address !== undefined) {
    return { kind: 'wrong', message: '--local and --address exclude each other.' };
  }
  if (data === '') return { kind: 'wrong', message: '--data needs a folder.' };
  return {
    kind: 'start',
    json: values.json === true,
    options: {
      dataDir: data,
      port: port === undefined ? undefined : Number(port),
      logLevel,
      listen: values.local === true ? 'loopback' : values.address,
      mdns: values['no-mdns'] === true ? false : undefined,
      webDir: builtApp(),
    },
  };
}

/** Where the build puts the app: beside the built agent, or in dist/ when run from sources. */
function builtApp(): Config['webDir'] {
  const beside = import.meta.url.endsWith('.ts') ? '../dist/web' : '../web';
  return fileURLToPath(new URL(beside, import.meta.url));
}

function untilAskedToStop(): Promise<NodeJS.Signals> {
  return new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
      process.once(signal, () => {
        resolve(signal);
        // A second time means: now.
        process.once(signal, () => process.exit(130));
      });
    }
  });
}

function explain(cause: unknown, json: boolean): number {
  const failure =
    cause instanceof Failure
      ? cause
      : new Failure({
          code: 'internal',
          message: `The agent could not start: ${cause instanceof Error ? cause.message : String(cause)}`,
          hint: 'If the data folder is readable and the disk is not full, please report this.',
          cause,
        });
  if (json) process.stdout.write(`${JSON.stringify({ event: 'failed', ...failure.toRecord() })}\n`);
  process.stderr.write(`${failure.message}\n${failure.hint}\n`);
  if (!(cause instanceof Failure) && cause instanceof Error) process.stderr.write(`${cause.stack}\n`);
  return 1;
}
