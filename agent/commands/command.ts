// What every small command of the command line has in common: options, the data folder, words for failures, exit
// codes. It knows no command.
import { homedir } from 'node:os';
import { type ParseArgsConfig, parseArgs } from 'node:util';
import { Failure } from '@myspinbot/shared/failure/failure.ts';
import { readConfig } from '../config.ts';
import { type Agent, findAgent } from './ask-agent.ts';

type Options = NonNullable<ParseArgsConfig['options']>;
type Values = Record<string, string | boolean | (string | boolean)[] | undefined>;

export interface Asked {
  readonly values: Values;
  readonly agent: Agent;
  readonly dataDir: string;
  /** A line on standard output, or lines. */
  say(text: string): void;
  /** For people, where standard output is for programs. */
  hint(text: string): void;
}

export interface Command {
  readonly help: string;
  readonly options: Options;
  /** Returns the exit code; nothing = 0. Throws Failure. */
  run(asked: Asked): Promise<number | undefined>;
}

/** Options of the command line that are wrong together or by themselves: exit code 2, with the help. */
export class BadUsage extends Error {}

/** Returns the exit code: 0 done, 1 failed, 2 bad usage. */
export async function runCommand(command: Command, argv: readonly string[]): Promise<number> {
  const everywhere: Options = { data: { type: 'string' }, help: { type: 'boolean', short: 'h' } };
  try {
    const { values } = parse(argv, { ...command.options, ...everywhere });
    if (values.help === true) {
      process.stdout.write(command.help);
      return 0;
    }
    const { dataDir } = readConfig(
      { dataDir: typeof values.data === 'string' && values.data !== '' ? values.data : undefined },
      { env: process.env, platform: process.platform, home: homedir() },
    );
    const agent = await findAgent(dataDir);
    const say = (text: string) => void process.stdout.write(`${text}\n`);
    const hint = (text: string) => void process.stderr.write(`${text}\n`);
    return (await command.run({ values, agent, dataDir, say, hint })) ?? 0;
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

function parse(argv: readonly string[], options: Options): { values: Values } {
  try {
    const { values } = parseArgs({ args: [...argv], strict: true, allowPositionals: false, options });
    return { values: values as Values };
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
