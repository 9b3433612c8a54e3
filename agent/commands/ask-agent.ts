// Speaks with the agent that runs on a data folder, as the account that owns it: by the token only that account can
// read. It knows where the agent is and how it answers, not what it is asked.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Failure, failureRecordSchema } from '@myspinbot/shared/failure/failure.ts';
import { endpoints } from '@myspinbot/shared/wire/endpoints.ts';
import { z } from 'zod';
import { readRunning } from '../running-file.ts';
import { askOwn } from './own-connection.ts';

export interface Agent {
  readonly url: string;
  /** Throws the agent's own Failure, or `engine-missing` when it says nothing that can be understood. */
  ask<T>(path: string, schema: z.ZodType<T>, question?: { method?: string; body?: unknown }): Promise<T>;
}

/** For answers that are empty. */
export const nothing = z.unknown().transform(() => undefined);

/** Throws Failure `engine-missing` when no agent runs on this folder, `refused` when its token cannot be read. */
export async function findAgent(dataDir: string): Promise<Agent> {
  const running = await readRunning(dataDir);
  if (running === undefined) throw notRunning(dataDir);
  const { url } = running;
  const token = await readFile(join(dataDir, 'local-token'), 'utf8').catch((cause: unknown) => {
    throw new Failure({
      code: 'refused',
      message: `The token of the agent in ${dataDir} cannot be read.`,
      hint: 'Use the account that runs the agent, or name its folder with --data DIR.',
      cause,
    });
  });
  return {
    url,
    async ask(path, schema, { method = 'GET', body } = {}) {
      const said = await askOwn({ url, token: token.trim(), path, method, body }).catch((cause: unknown) => {
        throw cause instanceof Failure ? cause : notRunning(dataDir, cause);
      });
      const json = jsonOf(said.text);
      if (said.isGood) return schema.parse(json);
      const refused = failureRecordSchema.partial({ retry: true }).safeParse(json);
      if (refused.success) throw new Failure({ ...refused.data, retry: refused.data.retry ?? 'never' });
      throw notRunning(dataDir, new Error(`${path} answered ${said.status}`));
    },
  };
}

/**
 * Whether the agent is there. Not that of a note whose process crashed, nor a program that took its port; one that is
 * there and says something else is.
 */
export async function isAnswering(agent: Agent): Promise<boolean> {
  try {
    await agent.ask(endpoints.health, nothing);
    return true;
  } catch (cause) {
    // Whether it is really gone is decided by the lock of its stores.
    if (cause instanceof Failure && (cause.code === 'engine-missing' || cause.code === 'refused'))
      return false;
    throw cause;
  }
}

function jsonOf(text: string): unknown {
  if (text === '') return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // the schema says what is wrong with it
  }
}

function notRunning(dataDir: string, cause?: unknown): Failure {
  return new Failure({
    code: 'engine-missing',
    message: `No agent is running on the data folder ${dataDir}.`,
    hint: 'Start it in another terminal: npm start. If it keeps its data elsewhere, add --data DIR.',
    cause,
  });
}
