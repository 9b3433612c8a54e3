// `myspinbot ca`: the certificate authority that devices trust: its file, its fingerprint, a new one.
import { join } from 'node:path';
import { Failure } from '@myspinbot/shared/failure/failure.ts';
import { fingerprintWords } from '@myspinbot/shared/pairing/fingerprint.ts';
import { endpoints } from '@myspinbot/shared/wire/endpoints.ts';
import { securityReportSchema } from '@myspinbot/shared/wire/pairing.ts';
import { nothing } from './ask-agent.ts';
import { type Command, oneAtATime } from './command.ts';

export const ca: Command = {
  help: `myspinbot ca: the certificate authority of this workstation

  --path           only the path of its certificate (PEM), for curl --cacert
  --rotate         makes a new one: every device must trust it anew, and the old one can be deleted there
  --data DIR       the agent's data folder
  --help           this
`,
  options: { path: { type: 'boolean' }, rotate: { type: 'boolean' } },
  async run({ values, agent, dataDir, say, hint }) {
    oneAtATime(values, ['path', 'rotate']);
    if (values.rotate === true) await agent.ask(endpoints.rotateAuthority, nothing, { method: 'POST' });
    const { authority, leafNotAfter, fingerprint } = await agent.ask(
      endpoints.security,
      securityReportSchema,
    );
    if (authority === null) {
      throw new Failure({
        code: 'not-found',
        message: 'This agent is for its own machine alone and has no certificate.',
        hint: 'Start it without --local.',
      });
    }
    const path = join(dataDir, 'certificates', 'authority.pem');
    if (values.path === true) {
      say(path);
      return 0;
    }
    const day = (time: number) => new Date(time).toISOString().slice(0, 10);
    say(
      [
        `Name      ${authority.name}`,
        `SHA-256   ${authority.sha256}`,
        `Until     ${day(authority.notAfter)}${leafNotAfter === null ? '' : ` (what it signed for this machine: ${day(leafNotAfter)})`}`,
        `File      ${path}`,
        `Key       ${fingerprintWords(fingerprint)} (the workstation's own; the app says how it begins)`,
      ].join('\n'),
    );
    const { replaced } = authority;
    if (values.rotate === true) {
      hint('Delete the old one from every device, and trust this one: open the http:// address there.');
    } else if (replaced !== undefined) {
      hint(
        [
          `It took the place of another on ${day(replaced.at)}: ${replaced.why}.`,
          'A device that knows only the other one: open the http:// address there, trust this one, delete the old one.',
        ].join('\n'),
      );
    }
    return 0;
  },
};
