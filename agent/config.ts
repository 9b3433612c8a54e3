// The only reader of the environment and of the config file: from words and variables to one plain record.
// An option on the command line goes before a variable, a variable before the file, the file before the default.
import { readFileSync } from 'node:fs';
import { isIP } from 'node:net';
import { hostname } from 'node:os';
import { join, resolve } from 'node:path';
import { Failure } from '@myspinbot/shared/failure/failure.ts';
import { type WebhookTarget, webhookSchema } from '@myspinbot/shared/wire/webhook.ts';
import { z } from 'zod';
import { isPrivateAddress } from './certificates/private-address.ts';

export const DEFAULT_PORT = 7777;

export type Listen = 'all' | 'loopback' | readonly string[];

export interface Config {
  /** Absolute. Holds everything the agent keeps: vault, documents, ledger. */
  readonly dataDir: string;
  /** 0 = any free port. */
  readonly port: number;
  /** Besides the loopback: every private address of this machine, none, or these alone. */
  readonly listen: Listen;
  /** Whether `myspinbot.local` is announced in the network. */
  readonly mdns: boolean;
  /** How much may be kept: in all, and brought by one device. */
  readonly quota: { readonly totalBytes: number; readonly deviceBytes: number };
  /** The name people see for this workstation. */
  readonly name: string;
  readonly logLevel: 'debug' | 'info' | 'warn' | 'error' | 'silent';
  /** Folder of the built app; absent = the API alone is served. */
  readonly webDir: string | undefined;
  /** The language model server of this house; what is absent is left to the engine. */
  readonly ollama: { readonly url?: string; readonly model?: string };
  /** Where the ends of jobs are told, unless an owner says otherwise while it runs. */
  readonly webhook: WebhookTarget | undefined;
  /** Where a ComfyUI is looked for, unless nobody said: then where it is by itself. */
  readonly comfyui: string | undefined;
}

/** What the command line may say; everything else comes from the environment, the file or the default. */
export interface ConfigOptions {
  dataDir?: string | undefined;
  port?: number | undefined;
  logLevel?: Config['logLevel'] | undefined;
  listen?: Listen | undefined;
  mdns?: boolean | undefined;
  webDir?: string | undefined;
}

const portSchema = z.coerce.number().int().min(0).max(65_535);
const levelSchema = z.enum(['debug', 'info', 'warn', 'error', 'silent']);
const addressSchema = z
  .string()
  .refine((text) => isIP(text) !== 0, { error: 'not an IP address' })
  .transform(plainAddress);
const listenSchema = z.union([z.enum(['all', 'loopback']), z.array(addressSchema).min(1).max(16)]);
/** In the variable several addresses are separated by commas. */
const listenWordSchema = z
  .string()
  .transform((text) => (['all', 'loopback'].includes(text) ? text : text.split(',').map((one) => one.trim())))
  .pipe(listenSchema);
const switchSchema = z.enum(['on', 'off']).transform((word) => word === 'on');
/** What somebody tells a model, and the faces that are sent to one, go no further than the house: names could lead anywhere. */
const houseUrlSchema = z
  .string()
  .max(200)
  .transform((text) => (text.includes('://') ? text : `http://${text}`))
  .refine(isInTheHouse, {
    error: 'it must be localhost or an address of this machine or the private network, without a path',
  })
  .transform((text) => new URL(text).origin);
const modelSchema = z
  .string()
  .max(120)
  .regex(/^[\w./:-]+$/, 'a model is named like "llama3.2" or "qwen3:8b"');
const gibSchema = z.coerce.number().positive().max(1_000_000);
const GIB = 1024 ** 3;
/** A video has some MB, an hour of uncompressed sound 0.6 GiB. */
const QUOTA_GIB = { total: 200, device: 50 };
/** `config.json` in the data folder. */
const fileSchema = z
  .strictObject({
    port: portSchema,
    name: z.string().min(1).max(80),
    logLevel: levelSchema,
    listen: listenSchema,
    mdns: z.boolean(),
    quota: z.strictObject({ totalGiB: gibSchema, deviceGiB: gibSchema }).partial(),
    ollama: z.strictObject({ url: houseUrlSchema, model: modelSchema }).partial(),
    webhook: webhookSchema,
    comfyui: houseUrlSchema,
  })
  .partial();

/**
 * Reads everything once. Throws Failure `bad-input` naming the variable or field that cannot be used.
 * `env`, `platform` and `home` are the world, so that a test can be on any machine.
 */
export function readConfig(
  options: ConfigOptions,
  world: { env: Record<string, string | undefined>; platform: NodeJS.Platform; home: string },
): Config {
  const { env } = world;
  const dataDir = resolve(options.dataDir ?? env.MYSPINBOT_DATA ?? defaultDataDir(world));
  const file = readConfigFile(join(dataDir, 'config.json'));
  const named = <T>(name: string, schema: z.ZodType<T>): T | undefined => {
    const value = env[name];
    if (value === undefined || value === '') return undefined;
    const parsed = schema.safeParse(value);
    if (parsed.success) return parsed.data;
    throw new Failure({
      code: 'bad-input',
      message: `The variable ${name} is "${value.slice(0, 60)}", which cannot be used: ${parsed.error.issues[0]?.message}.`,
      hint: `Change or unset ${name} and start again.`,
    });
  };
  const url = named('MYSPINBOT_OLLAMA', houseUrlSchema) ?? file.ollama?.url;
  const model = named('MYSPINBOT_OLLAMA_MODEL', modelSchema) ?? file.ollama?.model;
  return {
    dataDir,
    port: options.port ?? named('MYSPINBOT_PORT', portSchema) ?? file.port ?? DEFAULT_PORT,
    listen: asWritten(options.listen) ?? named('MYSPINBOT_LISTEN', listenWordSchema) ?? file.listen ?? 'all',
    mdns: options.mdns ?? named('MYSPINBOT_MDNS', switchSchema) ?? file.mdns ?? true,
    quota: {
      totalBytes: (named('MYSPINBOT_QUOTA_GIB', gibSchema) ?? file.quota?.totalGiB ?? QUOTA_GIB.total) * GIB,
      deviceBytes:
        (named('MYSPINBOT_DEVICE_QUOTA_GIB', gibSchema) ?? file.quota?.deviceGiB ?? QUOTA_GIB.device) * GIB,
    },
    name: (env.MYSPINBOT_NAME ?? file.name ?? hostname()).slice(0, 80),
    logLevel: options.logLevel ?? named('MYSPINBOT_LOG', levelSchema) ?? file.logLevel ?? 'warn',
    webDir: options.webDir,
    ollama: {
      ...(url === undefined ? {} : { url }),
      ...(model === undefined ? {} : { model }),
    },
    webhook: file.webhook,
    comfyui: named('MYSPINBOT_COMFYUI', houseUrlSchema) ?? file.comfyui,
  };
}

/** What stage hosts are told of the servers of this house. */
export function serversOf({ ollama, comfyui }: Config) {
  return { ollama, ...(comfyui === undefined ? {} : { comfyui }) };
}

/** Only an address can be judged: what a name means is decided elsewhere, and by others. */
function isInTheHouse(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, hostname, username, password, pathname, search, hash } = new URL(text);
  const isPlain = `${username}${password}${search}${hash}` === '' && pathname === '/';
  const host = plainAddress(hostname.replace(/^\[(.*)\]$/, '$1'));
  return /^https?:$/.test(protocol) && isPlain && (host === 'localhost' || isPrivateAddress(host));
}

/** An address is written in one way only: "0::0" is "::", and IPv4 in IPv6 clothes is IPv4. */
function plainAddress(address: string): string {
  if (isIP(address) !== 6 || address.includes('%')) return address;
  const short = new URL(`http://[${address}]`).hostname.slice(1, -1);
  const [, high, low] = /^::ffff:([0-9a-f]{1,4}):([0-9a-f]{1,4})$/.exec(short) ?? [];
  if (high === undefined || low === undefined) return short;
  const bytes = Buffer.from(high.padStart(4, '0') + low.padStart(4, '0'), 'hex');
  return bytes.join('.');
}

function asWritten(listen: Listen | undefined): Listen | undefined {
  return typeof listen === 'object' ? listen.map(plainAddress) : listen;
}

/** Where data of an application belongs on this system. */
export function defaultDataDir(world: {
  env: Record<string, string | undefined>;
  platform: NodeJS.Platform;
  home: string;
}): string {
  const { env, platform, home } = world;
  if (platform === 'darwin') return join(home, 'Library', 'Application Support', 'myspinbot');
  if (platform === 'win32') return join(env.LOCALAPPDATA ?? join(home, 'AppData', 'Local'), 'myspinbot');
  // The XDG rules: a relative path in the variable is to be ignored.
  const base = env.XDG_DATA_HOME?.startsWith('/') ? env.XDG_DATA_HOME : join(home, '.local', 'share');
  return join(base, 'myspinbot');
}

function readConfigFile(path: string): z.infer<typeof fileSchema> {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return {};
    throw unusable(
      path,
      'it cannot be read',
      cause,
      'Start as the account that owns it, or name another folder with --data DIR.',
    );
  }
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (cause) {
    throw unusable(path, 'it is not JSON', cause);
  }
  const parsed = fileSchema.safeParse(json);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  throw unusable(path, `${issue?.path.join('.') || 'a field'}: ${issue?.message}`, parsed.error);
}

function unusable(
  path: string,
  why: string,
  cause: unknown,
  hint = 'Correct the file or remove it, then start again.',
): Failure {
  return new Failure({
    code: 'bad-input',
    message: `The config file ${path} cannot be used: ${why}.`,
    hint,
    cause,
  });
}
