// Looking after devices, invitations, tokens and the certificate, as requests of owners (shared/wire/pairing.ts lists
// them). What may be done to a device is decided by the gate.
import type { Principal } from '@myspinbot/shared/access/access.ts';
import { roleSchema } from '@myspinbot/shared/access/access.ts';
import { Failure } from '@myspinbot/shared/failure/failure.ts';
import { type ProjectId, projectIdSchema } from '@myspinbot/shared/project/project.ts';
import { endpoints } from '@myspinbot/shared/wire/endpoints.ts';
import {
  AUDIT_PAGE,
  auditEntrySchema,
  type DeviceRecord,
  deviceIdSchema,
  deviceNameSchema,
  deviceRecordSchema,
  invitationIdSchema,
  invitationSchema,
  inviteSchema,
  madeScriptTokenSchema,
  newScriptTokenSchema,
  type SecurityReport,
  scriptTokenSchema,
  securityReportSchema,
} from '@myspinbot/shared/wire/pairing.ts';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { z } from 'zod';
import type { Gate } from '../pairing/port.ts';
import type { Described } from './described.ts';
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
  /** For owners, with what the OpenAPI document tells of it. */
  const owners = (summary: string, described: Omit<Described, 'summary'> = {}) => ({
    config: { needs, described: { summary, ...described } },
  });

  app.get(
    endpoints.devices,
    owners('Paired and removed devices', { reply: z.object({ devices: z.array(deviceRecordSchema) }) }),
    async () => ({
      devices: gate
        .devices()
        .map((device): DeviceRecord => ({ ...device, isConnected: isConnected(device.id) })),
    }),
  );
  app.patch<{ Params: { id: string } }>(
    `${endpoints.devices}/:id`,
    owners('Renames a device or gives it another role', { body: changeSchema, reply: deviceRecordSchema }),
    async (request) => {
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
    },
  );
  app.delete<{ Params: { id: string } }>(
    `${endpoints.devices}/:id`,
    owners('Removes a device, at once', { query: removalSchema, status: 204 }),
    async (request, reply) => {
      const { erase } = read(removalSchema, request.query, 'The query');
      const id = read(deviceIdSchema, request.params.id, 'The device');
      await gate.removeDevice(id, { erase: erase === 'true' }, asker(request), request.origin.address);
      return reply.code(204).send();
    },
  );

  app.post(
    endpoints.invitations,
    owners('Invites one device for two minutes', {
      query: placeSchema,
      body: inviteSchema,
      reply: invitationSchema,
      status: 201,
    }),
    async (request, reply) => {
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
    },
  );
  app.get<{ Params: { id: string } }>(
    `${endpoints.invitations}/:id`,
    owners('What became of an invitation', { reply: invitationSchema }),
    async (request) => {
      const invitation = gate.invitation(read(invitationIdSchema, request.params.id, 'The invitation'));
      if (invitation !== undefined) return invitation;
      throw new Failure({
        code: 'not-found',
        message: 'This invitation ended some time ago.',
        hint: 'Make a new one.',
      });
    },
  );
  app.delete<{ Params: { id: string } }>(
    `${endpoints.invitations}/:id`,
    owners('Takes an invitation back', { status: 204 }),
    async (request, reply) => {
      gate.withdraw(read(invitationIdSchema, request.params.id, 'The invitation'));
      return reply.code(204).send();
    },
  );

  app.get(
    endpoints.scriptTokens,
    owners('Tokens of scripts, without the tokens themselves', {
      reply: z.object({ tokens: z.array(scriptTokenSchema) }),
    }),
    async () => ({ tokens: gate.scripts() }),
  );
  app.post(
    endpoints.scriptTokens,
    owners('Makes a token for a script; it is told once', {
      body: newScriptTokenSchema,
      reply: madeScriptTokenSchema,
      status: 201,
    }),
    async (request, reply) => {
      const { name, scope } = read(newScriptTokenSchema, request.body, 'The body');
      return reply.code(201).send(await gate.makeScript(name, scope, asker(request), request.origin.address));
    },
  );
  app.delete<{ Params: { id: string } }>(
    `${endpoints.scriptTokens}/:id`,
    owners('Removes a token, at once', { status: 204 }),
    async (request, reply) => {
      await gate.removeScript(request.params.id, asker(request), request.origin.address);
      return reply.code(204).send();
    },
  );

  app.get(
    endpoints.audit,
    owners('Who did what, newest first', {
      query: pageSchema,
      reply: z.object({ entries: z.array(auditEntrySchema) }),
    }),
    async (request) => {
      const { before, limit } = read(pageSchema, request.query, 'The query');
      return { entries: await gate.audit({ before, limit }) };
    },
  );
  app.get(
    endpoints.security,
    owners('Fingerprints, addresses, certificate, storage', { reply: securityReportSchema }),
    () => world.security(),
  );
  app.post(
    endpoints.rotateAuthority,
    owners('Makes a new certificate authority: every device must trust it anew', { status: 204 }),
    async (request, reply) => {
      await world.rotateAuthority();
      gate.note(
        { kind: 'authority-rotated', what: 'A new certificate authority was made' },
        asker(request),
        request.origin.address,
      );
      return reply.code(204).send();
    },
  );
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
