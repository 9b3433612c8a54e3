// The device's half of a pairing: proves that both sides know the invitation's password, that the workstation holds
// the key the link names, and that this device holds its own. Nothing is kept unless all of that held. The exchange is
// heavy (70 kB), so this file is loaded when somebody pairs, and is no part of the first load.
import { Failure } from '@myspinbot/shared/failure/failure.ts';
import { toBase64Url } from '@myspinbot/shared/pairing/bytes.ts';
import { type InvitationLink, parseCode } from '@myspinbot/shared/pairing/invitation.ts';
import { deviceExchange } from '@myspinbot/shared/pairing/pake.ts';
import { agentAccepts, deviceJoins, pairingContext } from '@myspinbot/shared/pairing/statements.ts';
import { endpoints } from '@myspinbot/shared/wire/endpoints.ts';
import {
  PAIRING_VERSION,
  type PairingFinish,
  type PairingStart,
  pairedSchema,
  pairingStartedSchema,
} from '@myspinbot/shared/wire/pairing.ts';
import { type Asking, ask } from './ask.ts';
import type { DeviceLook } from './device-kind.ts';
import type { Standing } from './identity.ts';
import { fingerprintOf, isSignedBy, makeDeviceKey, signed } from './keys.ts';
import { OtherKey } from './other-key.ts';

export type PairBy = { kind: 'link'; link: InvitationLink } | { kind: 'code'; code: string };

/**
 * Pairs under this name; the caller keeps what it returns. Throws Failure `wrong-code` (wrong, used, expired, spent),
 * `too-often`, `refused` when somebody else answers than the link names, `engine-missing` while nobody is reached,
 * `bad-input` for what is no code at all.
 */
export async function pairDevice(
  by: PairBy,
  device: DeviceLook,
  world: Asking,
): Promise<{ standing: Omit<NonNullable<Standing>, 'state'>; key: CryptoKey }> {
  const invited = read(by);
  const key = await makeDeviceKey();
  const exchange = await deviceExchange(invited.password, invited.invitation);

  const start: PairingStart = {
    version: PAIRING_VERSION,
    invitation: invited.invitation,
    device: { key: key.publicKey, name: device.name, kind: device.kind },
    share: exchange.share,
    password: by.kind === 'link' ? 'secret' : 'code',
  };
  const started = await ask(world, { path: endpoints.pairingStart, body: start }, pairingStartedSchema);

  // Before anything else: is it the one that was meant? Whoever made the link has told its key.
  const fingerprint = await fingerprintOf(started.agent.key);
  if (fingerprint === undefined) throw somebodyElse();
  if (invited.fingerprint !== undefined && invited.fingerprint !== fingerprint) {
    throw somebodyElse(new OtherKey(fingerprint));
  }

  const context = {
    invitation: invited.invitation,
    agentKey: started.agent.key,
    deviceKey: key.publicKey,
    deviceName: device.name,
    deviceKind: device.kind,
  };
  const confirm = await exchange.finish(pairingContext(context), {
    share: started.share,
    confirm: started.confirm,
  });
  if (confirm === undefined) throw await refused(by.kind, started.session, world);

  const joins = deviceJoins(context, { device: exchange.share, agent: started.share });
  const finish: PairingFinish = {
    session: started.session,
    confirm,
    signature: await signed(key.privateKey, joins),
  };
  const paired = await ask(world, { path: endpoints.pairingFinish, body: finish }, pairedSchema);
  const accepts = agentAccepts(context, {
    device: paired.device,
    role: paired.role,
    project: paired.project ?? '',
  });
  if (!(await isSignedBy(started.agent.key, accepts, paired.signature))) throw somebodyElse();

  return {
    standing: {
      agent: { ...started.agent, fingerprint },
      device: paired.device,
      deviceName: device.name,
      role: paired.role,
      project: paired.project,
    },
    key: key.privateKey,
  };
}

/**
 * Tells the workstation that nothing comes of this attempt, by a proof that is none: it settles the attempt at once, and
 * says how many are left. Its word is asked for, not believed: it proved nothing.
 */
async function refused(kind: PairBy['kind'], session: string, world: Asking): Promise<Failure> {
  const noProof: PairingFinish = { session, confirm: noise(32), signature: noise(64) };
  const said = await ask(world, { path: endpoints.pairingFinish, body: noProof }, pairedSchema).catch(
    (cause: unknown) => cause,
  );
  return wrong(kind, said instanceof Failure && said.code === 'wrong-code' ? said : undefined);
}

function noise(bytes: number): string {
  return toBase64Url(crypto.getRandomValues(new Uint8Array(bytes)));
}

function read(by: PairBy): { invitation: string; password: string; fingerprint: string | undefined } {
  if (by.kind === 'link') {
    const { invitation, secret, fingerprint } = by.link;
    return { invitation, password: secret, fingerprint };
  }
  const code = parseCode(by.code);
  if (code === undefined) {
    throw new Failure({
      code: 'bad-input',
      message: 'A code has eight digits, like 12-345-678.',
      hint: 'Type all of them as the workstation shows them.',
    });
  }
  return { invitation: code.invitation, password: code.digits, fingerprint: undefined };
}

function wrong(kind: PairBy['kind'], said: Failure | undefined): Failure {
  if (kind === 'link') {
    return new Failure({
      code: 'wrong-code',
      message: 'That link does not belong to the invitation that is open now.',
      hint: 'Make a new invitation on the workstation, or with a device that is already paired.',
    });
  }
  const isOver = said?.retry === 'never';
  const next = said?.hint ?? 'Look at it again: a code has three tries and two minutes.';
  return new Failure({
    code: 'wrong-code',
    message: isOver
      ? 'That is not the code, and it was the last try: this code is good no more.'
      : 'That is not the code that the workstation shows.',
    hint: `${next} If you are sure of it, somebody in this network may stand in between; then use the QR code of a new one.`,
    retry: isOver ? 'never' : 'soon',
  });
}

function somebodyElse(cause?: OtherKey): Failure {
  return new Failure({
    code: 'refused',
    message: 'Whoever answered is not the workstation you were invited to: its key is another one.',
    hint: 'Somebody in this network may stand in between. Make a new invitation on the workstation itself and compare the key it shows.',
    cause,
  });
}
