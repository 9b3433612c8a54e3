// Looking after devices from here: each verb one question to the workstation, which decides whether an owner asks.

import { endpoints } from '@myspinbot/shared/wire/endpoints.ts';
import {
  auditEntrySchema,
  deviceRecordSchema,
  invitationSchema,
  madeScriptTokenSchema,
  scriptTokenSchema,
  securityReportSchema,
} from '@myspinbot/shared/wire/pairing.ts';
import { z } from 'zod';
import { type Asking, ask } from '../identity/ask.ts';
import type { DevicesDesk } from './live.ts';

const nothing = z.unknown().transform(() => undefined);

/** `fetch` proves who asks. */
export function createDevicesDesk(world: Asking): DevicesDesk {
  const one = (base: string, id: string) => `${base}/${encodeURIComponent(id)}`;
  return {
    list: () =>
      ask(
        world,
        { path: endpoints.devices, method: 'GET' },
        z.object({ devices: z.array(deviceRecordSchema) }),
      ).then(({ devices }) => devices),
    change: (id, change) =>
      ask(world, { path: one(endpoints.devices, id), method: 'PATCH', body: change }, nothing),
    remove: (id, erase) =>
      ask(
        world,
        { path: `${one(endpoints.devices, id)}${erase ? '?erase=true' : ''}`, method: 'DELETE' },
        nothing,
      ),
    invite: (invite) => ask(world, { path: endpoints.invitations, body: invite }, invitationSchema),
    invitation: (id) => ask(world, { path: one(endpoints.invitations, id), method: 'GET' }, invitationSchema),
    withdraw: (id) => ask(world, { path: one(endpoints.invitations, id), method: 'DELETE' }, nothing),
    scripts: () =>
      ask(
        world,
        { path: endpoints.scriptTokens, method: 'GET' },
        z.object({ tokens: z.array(scriptTokenSchema) }),
      ).then(({ tokens }) => tokens),
    makeScript: (name, scope) =>
      ask(world, { path: endpoints.scriptTokens, body: { name, scope } }, madeScriptTokenSchema),
    removeScript: (id) => ask(world, { path: one(endpoints.scriptTokens, id), method: 'DELETE' }, nothing),
    audit: (before) =>
      ask(
        world,
        { path: `${endpoints.audit}${before === undefined ? '' : `?before=${before}`}`, method: 'GET' },
        z.object({ entries: z.array(auditEntrySchema) }),
      ).then(({ entries }) => entries),
    security: () => ask(world, { path: endpoints.security, method: 'GET' }, securityReportSchema),
    rotateAuthority: () => ask(world, { path: endpoints.rotateAuthority }, nothing),
  };
}
