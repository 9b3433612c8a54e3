// What every small command of the command line has in common: options, the data folder, words for failures, exit
// codes. It knows no command.
import { homedir } from 'node:os';
import { type ParseArgsConfig, parseArgs } from 'node:util';
import { Failure } from '@myspinbot/shared/failure/failure.ts';
import { readConfig } from '../config.ts';
import { type Agent, findAgent, isAnswering } from './ask-agent.ts';

type Options = NonNullable<ParseArgsConfig['options']>;
type Values = Record<string, string | boolean | (string | boolean)[] | undefined>;

export interface Asked {
  readonly values: Values;
  /** What the command names in order, as many as `words` of the command. */
  readonly words: readonly string[];
  readonly agent: Agent;
  readonly dataDir: string;
  /** A line on standard output, or lines. */
  say(text: string): void;
  /** For people, where standard output is for programs. */
  hint(text: string): void;
}

interface CommandLine {
  readonly help: string;
  readonly options: Options;
  /** What stands without an option, in order: "FILE". All of it is needed. */
  readonly words?: readonly string[];
}

export interface Command extends CommandLine {
  /** Returns the exit code; nothing = 0. Throws Failure. */
  run(asked: Asked): Promise<number | undefined>;
}

/** A command that asks the agent where one runs, and does the work itself where none does. */
export interface LoneCommand extends CommandLine {
  readonly worksAlone: true;
  run(asked: Omit<Asked, 'agent'> & { agent: Agent | undefined }): Promise<number | undefined>;
}

/** Options of the command line that are wrong together or by themselves: exit code 2, with the help. */
export class BadUsage extends Error {}

/** Returns the exit code: 0 done, 1 failed, 2 bad usage. */
export async function runCommand(command: Command | LoneCommand, argv: readonly string[]): Promise<number> {
  const everywhere: Options = { data: { type: 'string' }, help: { type: 'boolean', short: 'h' } };
  try {
    const { values, words } = parse(argv, { ...command.options, ...everywhere });
    if (values.help === true) {
      process.stdout.write(command.help);
      return 0;
    }
    checkWords(words, command.words ?? []);
    const { dataDir } = readConfig(
      { dataDir: typeof values.data === 'string' && values.data !== '' ? values.data : undefined },
      { env: process.env, platform: process.platform, home: homedir() },
    );
    const say = (text: string) => void process.stdout.write(`${text}\n`);
    const hint = (text: string) => void process.stderr.write(`${text}\n`);
    const asked = { values, words, dataDir, say, hint };
    if ('worksAlone' in command) {
      return (await command.run({ ...asked, agent: await findIfRunning(dataDir) })) ?? 0;
    }
    return (await command.run({ ...asked, agent: await findAgent(dataDir) })) ?? 0;
  } catch (cause) {
    if (cause instanceof BadUsage) {
      process.stderr.write(`${cause.message}\n\n${command.help}`);
      return 2;
    }
    if (!(cause instanceof Failure)) throw cause;
    process.stderr.write(`${cause.message}\n${cause.hint}\n`);
    return cause.code === 'bad-input' ? 2 : 1;
  }
}

/** The agent, when one answers. A note that a crashed one left behind is none. */
async function findIfRunning(dataDir: string): Promise<Agent | undefined> {
  try {
    const agent = await findAgent(dataDir);
    return (await isAnswering(agent)) ? agent : undefined;
  } catch (cause) {
    if (cause instanceof Failure && cause.code === 'engine-missing') return undefined;
    throw cause;
  }
}

function checkWords(given: readonly string[], wanted: readonly string[]): void {
  const missing = wanted[given.length];
  if (missing !== undefined) throw new BadUsage(`${missing} is missing.`);
  const more = given[wanted.length];
  if (more !== undefined) throw new BadUsage(`Unexpected argument '${more.slice(0, 60)}'.`);
}

function parse(argv: readonly string[], options: Options): { values: Values; words: readonly string[] } {
  try {
    const { values, positionals } = parseArgs({
      args: [...argv],
      strict: true,
      allowPositionals: true,
      options,
    });
    return { values: values as Values, words: positionals };
  } catch (cause) {
    throw new BadUsage(cause instanceof Error ? cause.message : String(cause));
  }
}

/** An option that must be one of these words, when it is there. */
export function oneOf<T extends string>(values: Values, name: string, words: readonly T[]): T | undefined {
  const value = values[name];
  if (value === undefined) return undefined;
  const found = words.find((word) => word === value);
  if (found === undefined) throw new BadUsage(`--${name} must be one of ${words.join(', ')}.`);
  return found;
}

/** Throws BadUsage when more than one of these is there: each is a wish of its own, and none is left undone unsaid. */
export function oneAtATime(values: Values, names: readonly string[]): void {
  const given = names.filter((name) => values[name] !== undefined).map((name) => `--${name}`);
  if (given.length > 1) throw new BadUsage(`${given.join(' and ')} are done one by one.`);
}

/** Throws BadUsage when this option is there without any of those it belongs to. */
export function onlyWith(values: Values, name: string, others: readonly string[]): void {
  if (values[name] === undefined || others.some((other) => values[other] !== undefined)) return;
  throw new BadUsage(`--${name} belongs to ${others.map((other) => `--${other}`).join(' or ')}.`);
}

/** An option that is a text, when it is there. */
export function textOf(values: Values, name: string): string | undefined {
  const value = values[name];
  return typeof value === 'string' ? value : undefined;
}
