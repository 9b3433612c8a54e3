// Looking after devices, invitations, tokens and the certificate, as requests of owners (shared/wire/pairing.ts lists
// them). What may be done to a device is decided by the gate.
import type { Principal } from '@myspinbot/shared/access/access.ts';
import { roleSchema } from '@myspinbot/shared/access/access.ts';
import { Failure } from '@myspinbot/shared/failure/failure.ts';
import { type ProjectId, projectIdSchema } from '@myspinbot/shared/project/project.ts';
import { endpoints } from '@myspinbot/shared/wire/endpoints.ts';
import {
  AUDIT_PAGE,
  type DeviceRecord,
  deviceIdSchema,
  deviceNameSchema,
  invitationIdSchema,
  inviteSchema,
  newScriptTokenSchema,
  type SecurityReport,
} from '@myspinbot/shared/wire/pairing.ts';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { z } from 'zod';
import type { Gate } from '../pairing/port.ts';
import { schemaFailure } from './replies.ts';

const changeSchema = z.strictObject({
  name: deviceNameSchema.optional(),
  role: roleSchema.optional(),
  project: projectIdSchema.nullable().optional(),
});
const removalSchema = z.strictObject({ erase: z.enum(['true', 'false']).default('false') });
const pageSchema = z.strictObject({
  before: z.coerce.number().positive().optional(),
  limit: z.coerce.number().int().min(1).max(500).default(AUDIT_PAGE),
});
/** `here`: for a browser on the workstation itself, asked for on the workstation itself. */
const placeSchema = z.strictObject({ here: z.enum(['true', 'false']).default('false') });

const needs = { on: 'devices', may: 'manage' } as const;

export interface DevicesWorld {
  gate: Gate;
  /** Whether a socket of this device is open. */
  isConnected(device: string): boolean;
  /** Whether this workstation has it, and nobody deleted it. */
  hasProject(id: ProjectId): boolean;
  security(): Promise<SecurityReport>;
  /** Throws Failure `bad-input` where there is no authority. */
  rotateAuthority(): Promise<void>;
}

export function addDeviceRoutes(app: FastifyInstance, world: DevicesWorld): void {
  const { gate, isConnected } = world;
  const mustExist = (project: ProjectId | null | undefined) => {
    if (project === null || project === undefined || world.hasProject(project)) return;
    throw new Failure({
      code: 'not-found',
      message: `There is no project ${project} on this workstation.`,
      hint: 'Take its id from its address in the app: /project/p_… . One that was made while the workstation was out of reach comes with the next connection.',
    });
  };
  const owners = { config: { needs } };

  app.get(endpoints.devices, owners, async () => ({
    devices: gate
      .devices()
      .map((device): DeviceRecord => ({ ...device, isConnected: isConnected(device.id) })),
  }));
  app.patch<{ Params: { id: string } }>(`${endpoints.devices}/:id`, owners, async (request) => {
    const { name, role, project } = read(changeSchema, request.body, 'The body');
    const id = read(deviceIdSchema, request.params.id, 'The device');
    const change = {
      ...(name === undefined ? {} : { name }),
      ...(role === undefined ? {} : { role }),
      ...(project === undefined ? {} : { project }),
    };
    mustExist(project);
    await gate.changeDevice(id, change, asker(request), request.origin.address);
    return gate.device(id);
  });
  app.delete<{ Params: { id: string } }>(`${endpoints.devices}/:id`, owners, async (request, reply) => {
    const { erase } = read(removalSchema, request.query, 'The query');
    const id = read(deviceIdSchema, request.params.id, 'The device');
    await gate.removeDevice(id, { erase: erase === 'true' }, asker(request), request.origin.address);
    return reply.code(204).send();
  });

  app.post(endpoints.invitations, owners, async (request, reply) => {
    const invite = read(inviteSchema, request.body, 'The body');
    const { here } = read(placeSchema, request.query, 'The query');
    if (here === 'true' && !request.origin.isOwnMachine) {
      throw new Failure({
        code: 'bad-input',
        message: 'Only the workstation itself can invite its own browser.',
        hint: 'Leave "here" away, or ask on the workstation.',
      });
    }
    mustExist(invite.project);
    const invitation = gate.invite(invite, asker(request), {
      ownMachineOnly: here === 'true',
      from: request.origin.address,
    });
    return reply.code(201).send(invitation);
  });
  app.get<{ Params: { id: string } }>(`${endpoints.invitations}/:id`, owners, async (request) => {
    const invitation = gate.invitation(read(invitationIdSchema, request.params.id, 'The invitation'));
    if (invitation !== undefined) return invitation;
    throw new Failure({
      code: 'not-found',
      message: 'This invitation ended some time ago.',
      hint: 'Make a new one.',
    });
  });
  app.delete<{ Params: { id: string } }>(`${endpoints.invitations}/:id`, owners, async (request, reply) => {
    gate.withdraw(read(invitationIdSchema, request.params.id, 'The invitation'));
    return reply.code(204).send();
  });

  app.get(endpoints.scriptTokens, owners, async () => ({ tokens: gate.scripts() }));
  app.post(endpoints.scriptTokens, owners, async (request, reply) => {
    const { name, scope } = read(newScriptTokenSchema, request.body, 'The body');
    return reply.code(201).send(await gate.makeScript(name, scope, asker(request), request.origin.address));
  });
  app.delete<{ Params: { id: string } }>(`${endpoints.scriptTokens}/:id`, owners, async (request, reply) => {
    await gate.removeScript(request.params.id, asker(request), request.origin.address);
    return reply.code(204).send();
  });

  app.get(endpoints.audit, owners, async (request) => {
    const { before, limit } = read(pageSchema, request.query, 'The query');
    return { entries: await gate.audit({ before, limit }) };
  });
  app.get(endpoints.security, owners, () => world.security());
  app.post(endpoints.rotateAuthority, owners, async (request, reply) => {
    await world.rotateAuthority();
    gate.note(
      { kind: 'authority-rotated', what: 'A new certificate authority was made' },
      asker(request),
      request.origin.address,
    );
    return reply.code(204).send();
  });
}

function read<T>(schema: z.ZodType<T>, value: unknown, what: string): T {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw schemaFailure(what, parsed.error);
}

/** Admission let nobody in without one. */
function asker(request: FastifyRequest): Principal {
  if (request.who === undefined) throw new Error('an owner’s route was reached by nobody');
  return request.who;
}
