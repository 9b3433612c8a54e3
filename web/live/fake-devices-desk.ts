import { Failure } from '@myspinbot/shared/failure/failure.ts';
import {
  AUDIT_PAGE,
  type DeviceRecord,
  type Invitation,
  type ScriptToken,
  type SecurityReport,
} from '@myspinbot/shared/wire/pairing.ts';
import { unwrap } from 'solid-js/store';
import { fingerprint, NOW, type World } from './fake-people.ts';
import type { DevicesDesk } from './live.ts';

/** Devices as an owner looks after them: everybody else is refused, as by the workstation. */
export function createFakeDesk(world: {
  world(): World;
  devices(change: (devices: DeviceRecord[]) => void): void;
  scripts(change: (scripts: ScriptToken[]) => void): void;
  next(): number;
}) {
  let refusal: Failure | undefined;
  let invitation: Invitation | undefined;
  const asked = () => {
    const thrown = refusal;
    refusal = undefined;
    if (thrown !== undefined) throw thrown;
    const { access, workstation } = world.world();
    if (workstation.state !== 'here') throw notReached();
    if (access.state !== 'paired' || access.role !== 'owner') throw ownersOnly();
  };
  const known = (id: string): DeviceRecord => {
    const device = world.world().devices.find((each) => each.id === id);
    if (device === undefined) throw notFound('That device is not known here.');
    return device;
  };
  const desk: DevicesDesk = {
    async list() {
      asked();
      return structuredClone(unwrap(world.world().devices));
    },
    async change(id, change) {
      asked();
      known(id);
      world.devices((devices) => {
        const device = devices.find((each) => each.id === id)!;
        if (change.name !== undefined) device.name = change.name;
        if (change.role !== undefined) device.role = change.role;
        if (change.project !== undefined) device.project = change.project;
      });
    },
    async remove(id, erase) {
      asked();
      known(id);
      world.devices((devices) => {
        devices.find((each) => each.id === id)!.removed = { at: NOW, erase };
      });
    },
    async invite(invite) {
      asked();
      const id = String(10 + (world.next() % 90));
      invitation = {
        id,
        role: invite.role,
        project: invite.project ?? null,
        code: `${id}-345-678`,
        trustLinks: ['http://192.168.1.5:7777/'],
        links: [`https://192.168.1.5:7777/#pair=${id}.${'A'.repeat(22)}.${fingerprint}`],
        expiresInMs: 120_000,
        attemptsLeft: 3,
        state: { state: 'open' },
      };
      return structuredClone(invitation);
    },
    async invitation(id) {
      asked();
      if (invitation?.id !== id) throw notFound('That invitation is not known any more.');
      return structuredClone(invitation);
    },
    async withdraw(id) {
      asked();
      if (invitation?.id === id) invitation = { ...invitation, state: { state: 'withdrawn' } };
    },
    async scripts() {
      asked();
      return structuredClone(unwrap(world.world().scripts));
    },
    async makeScript(name, scope) {
      asked();
      const record = { id: `t_${world.next()}`, name, scope, madeAt: NOW, seenAt: null };
      world.scripts((scripts) => void scripts.push(record));
      return { token: `msb_${'t'.repeat(43)}`, record };
    },
    async removeScript(id) {
      asked();
      world.scripts((scripts) => {
        const at = scripts.findIndex((each) => each.id === id);
        if (at >= 0) scripts.splice(at, 1);
      });
    },
    async audit(before = Number.POSITIVE_INFINITY) {
      asked();
      return structuredClone(unwrap(world.world().audit))
        .filter((entry) => entry.at < before)
        .slice(0, AUDIT_PAGE);
    },
    async security() {
      asked();
      return structuredClone(fakeSecurity);
    },
    async rotateAuthority() {
      asked();
    },
  };
  return {
    desk,
    refuseNext(failure: Failure) {
      refusal = failure;
    },
    invitationEnds(as: { name: string } | 'expired' | 'spent') {
      if (invitation === undefined) return;
      if (typeof as === 'string') {
        invitation = { ...invitation, state: { state: as } };
        return;
      }
      const device = `d_${String(world.next()).padStart(24, '0')}`;
      const { role, project } = invitation;
      world.devices(
        (devices) =>
          void devices.push({
            id: device,
            name: as.name,
            kind: 'phone',
            role,
            project,
            pairedAt: NOW,
            seenAt: NOW,
            isConnected: true,
            broughtBytes: 0,
          }),
      );
      invitation = { ...invitation, state: { state: 'used', device, name: as.name } };
    },
  };
}

export function guestRefused(): Failure {
  return new Failure({
    code: 'refused',
    message: 'A guest sees this project and changes nothing.',
    hint: 'Ask for another invitation to make something yourself.',
  });
}

function ownersOnly(): Failure {
  return new Failure({
    code: 'refused',
    message: 'Only an owner looks after devices.',
    hint: 'Ask whoever set up the workstation.',
  });
}

function notReached(): Failure {
  return new Failure({
    code: 'engine-missing',
    message: 'The workstation was not reached.',
    hint: 'Switch it on, or join its network, and try again.',
    retry: 'soon',
  });
}

function notFound(message: string): Failure {
  return new Failure({ code: 'not-found', message, hint: 'Load the page again.' });
}

const fakeSecurity: SecurityReport = {
  fingerprint,
  addresses: ['https://192.168.1.5:7777', 'https://myspinbot.local:7777'],
  authority: { name: 'MySpinBot Study', sha256: 'AB:'.repeat(31).concat('AB'), notAfter: NOW + 5e10 },
  leafNotAfter: NOW + 3e10,
  confinement: { network: true, files: true, memory: true, by: 'bubblewrap' },
  quota: { usedBytes: 2_400_000_000, totalBytes: 50_000_000_000, deviceBytes: 20_000_000_000 },
};
