// Figures of trust: who is paired, and what became of tries to be. Names, codes and addresses are nowhere among them.
import { roles, scopes } from '@myspinbot/shared/access/access.ts';
import { failureCodes } from '@myspinbot/shared/failure/failure.ts';
import { endpoints } from '@myspinbot/shared/wire/endpoints.ts';
import type { Gate } from '../pairing/port.ts';
import type { Figures } from './figures.ts';
import type { Answered } from './requests.ts';

/** Returns the listener for answers of the server: pairing begins and ends in two requests. */
export function pairingFigures(
  figures: Figures,
  gate: Pick<Gate, 'devices' | 'scripts'>,
): (answer: Answered) => void {
  figures.readEach('myspinbot_pairing_devices', 'Paired devices, by role.', ['role'], function* counted() {
    const paired = gate.devices().filter(({ removed }) => removed === undefined);
    for (const role of roles) yield [{ role }, paired.filter((one) => one.role === role).length];
  });
  figures.readEach(
    'myspinbot_pairing_scripts',
    'Tokens of scripts, by scope.',
    ['scope'],
    function* counted() {
      const tokens = gate.scripts();
      for (const scope of scopes) yield [{ scope }, tokens.filter((one) => one.scope === scope).length];
    },
  );
  const attempts = figures.counter(
    'myspinbot_pairing_attempts_total',
    'Tries to be paired, by outcome: begun, paired, or why not.',
    ['outcome'],
    ['begun', 'paired', ...failureCodes].map((outcome) => ({ outcome })),
  );
  return ({ route, status, code }) => {
    if (route !== endpoints.pairingStart && route !== endpoints.pairingFinish) return;
    if (status < 400) attempts.inc({ outcome: route === endpoints.pairingStart ? 'begun' : 'paired' });
    else attempts.inc({ outcome: code ?? 'bad-input' });
  };
}
