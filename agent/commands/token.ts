// `myspinbot token`: tokens for scripts. The token itself is all that goes to standard output, so that a shell can
// keep it in a variable.
import { scopes } from '@myspinbot/shared/access/access.ts';
import { endpoints } from '@myspinbot/shared/wire/endpoints.ts';
import {
  deviceNameSchema,
  madeScriptTokenSchema,
  scriptTokenSchema,
} from '@myspinbot/shared/wire/pairing.ts';
import { z } from 'zod';
import { nothing } from './ask-agent.ts';
import { columns } from './columns.ts';
import { BadUsage, type Command, oneAtATime, oneOf, textOf } from './command.ts';

export const token: Command = {
  help: `myspinbot token: let a script use the API

  --name NAME      what it is for
  --scope SCOPE    read (looks) | jobs (looks and makes) | all (an owner)
  --list           the tokens there are
  --remove ID      takes one back, at once
  --data DIR       the agent's data folder
  --help           this

A new token is printed once and kept nowhere:  TOKEN=$(npx myspinbot token --name backup --scope read)
`,
  options: {
    name: { type: 'string' },
    scope: { type: 'string' },
    list: { type: 'boolean' },
    remove: { type: 'string' },
  },
  async run({ values, agent, say, hint }) {
    oneAtATime(values, ['list', 'remove', 'name']);
    oneAtATime(values, ['list', 'remove', 'scope']);
    const remove = textOf(values, 'remove');
    if (remove !== undefined) {
      await agent.ask(`${endpoints.scriptTokens}/${encodeURIComponent(remove)}`, nothing, {
        method: 'DELETE',
      });
      hint('The token was removed.');
      return 0;
    }
    if (values.list === true) {
      const { tokens } = await agent.ask(
        endpoints.scriptTokens,
        z.object({ tokens: z.array(scriptTokenSchema) }),
      );
      const day = (time: number | null) =>
        time === null ? 'never' : new Date(time).toISOString().slice(0, 16).replace('T', ' ');
      if (tokens.length === 0) hint('There are no tokens.');
      else {
        say(
          columns([
            ['ID', 'NAME', 'SCOPE', 'MADE (UTC)', 'LAST USED'],
            ...tokens.map((one) => [one.id, one.name, one.scope, day(one.madeAt), day(one.seenAt)]),
          ]),
        );
      }
      return 0;
    }
    const name = textOf(values, 'name');
    const scope = oneOf(values, 'scope', scopes);
    if (name === undefined || scope === undefined) throw new BadUsage('A token needs --name and --scope.');
    if (!deviceNameSchema.safeParse(name).success) {
      throw new BadUsage('--name needs 1 to 60 characters, and no control characters.');
    }
    const made = await agent.ask(endpoints.scriptTokens, madeScriptTokenSchema, {
      method: 'POST',
      body: { name, scope },
    });
    say(made.token);
    hint(
      `For ${made.record.name}, good for ${made.record.scope}. It is not shown again; take it back with: npx myspinbot token --remove ${made.record.id}`,
    );
    return 0;
  },
};
