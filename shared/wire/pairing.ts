// The conversation by which a device is paired, proves itself afterwards, and by which devices are looked after.
// All of it is JSON over HTTP requests of the agent's own page (docs/api.md).
//
//   device                                            agent
//   pairing/start  {invitation, key, name, share} ->           (one attempt is spent)
//                                                 <-  {session, agent, share, confirm}
//   (knows now that the agent knows the password)
//   pairing/finish {session, confirm, signature}  ->           (knows that the device knows it, and holds its key)
//                                                 <-  {device, role, signature}
//
//   auth/challenge {device, nonce, signature}     ->
//                                                 <-  {nonce, signature, role}  or a removal, signed
//   auth/token     {device, nonce, signature}     ->           (good once, for this purpose)
//                                                 <-  {token, expiresInMs}
//   socket         Sec-WebSocket-Protocol: myspinbot, proof.<device>.<nonce>.<signature>
//
// Keys are SPKI of P-256, nonces 16 random bytes, all base64url. What is signed: pairing/statements.ts.
import { z } from 'zod';
import { roleSchema, scopeSchema } from '../access/access.ts';
import { projectIdSchema } from '../project/project.ts';

/** 1 (2026-11): first. 2 (2026-11): links with a secret are https alone; what a device may is told to who signs. */
export const PAIRING_VERSION = 2;
/** Largest body of this conversation. */
export const MAX_PAIRING_BYTES = 4096;

const base64url = (bytes: number) => z.string().regex(new RegExp(`^[\\w-]{${Math.ceil((bytes * 4) / 3)}}$`));
/** SPKI of an uncompressed P-256 key: always 91 bytes. */
export const publicKeySchema = base64url(91);
export const nonceSchema = base64url(16);
export const signatureSchema = base64url(64);
export const fingerprintSchema = base64url(32);
const shareSchema = base64url(65);
const confirmSchema = base64url(32);
export const deviceIdSchema = z.string().regex(/^d_[0-9a-f]{24}$/);
export const invitationIdSchema = z.string().regex(/^\d{2}$/);

export const deviceKinds = ['phone', 'tablet', 'laptop', 'desktop', 'browser'] as const;
export const deviceNameSchema = z
  .string()
  .trim()
  .min(1)
  .max(60)
  // Shown in a terminal too: no control characters, nothing that turns the text around.
  .regex(/^[^\p{Cc}\p{Cf}\p{Zl}\p{Zp}]*$/u);

export const pairingStartSchema = z.strictObject({
  version: z.literal(PAIRING_VERSION),
  invitation: invitationIdSchema,
  device: z.strictObject({ key: publicKeySchema, name: deviceNameSchema, kind: z.enum(deviceKinds) }),
  share: shareSchema,
  /** Which of the invitation's passwords the share was made with. */
  password: z.enum(['secret', 'code']),
});
export type PairingStart = z.infer<typeof pairingStartSchema>;

export const agentIdentitySchema = z.object({
  id: z.string().max(60),
  name: z.string().max(80),
  key: publicKeySchema,
});
/** The agent as a device remembers it. */
export type AgentIdentity = z.infer<typeof agentIdentitySchema>;

export const pairingStartedSchema = z.object({
  session: nonceSchema,
  agent: agentIdentitySchema,
  share: shareSchema,
  confirm: confirmSchema,
});
export type PairingStarted = z.infer<typeof pairingStartedSchema>;

export const pairingFinishSchema = z.strictObject({
  session: nonceSchema,
  confirm: confirmSchema,
  signature: signatureSchema,
});
export type PairingFinish = z.infer<typeof pairingFinishSchema>;

export const pairedSchema = z.object({
  device: deviceIdSchema,
  role: roleSchema,
  /** A guest's project; null for everybody else. */
  project: projectIdSchema.nullable(),
  signature: signatureSchema,
});
export type Paired = z.infer<typeof pairedSchema>;

export const challengeSchema = z.strictObject({
  device: deviceIdSchema,
  nonce: nonceSchema,
  /** Of the device: it is told then what it is called and may do, and the owner that a removed one has heard of it. */
  signature: signatureSchema.optional(),
});
export type Challenge = z.infer<typeof challengeSchema>;
export const challengedSchema = z.discriminatedUnion('state', [
  z.object({
    state: z.literal('known'),
    nonce: nonceSchema,
    signature: signatureSchema,
    /** What the device is now; the owner may have changed it. Told to a device that signed its question. */
    seat: z
      .object({ name: deviceNameSchema, role: roleSchema, project: projectIdSchema.nullable() })
      .optional(),
  }),
  z.object({ state: z.literal('removed'), erase: z.boolean(), signature: signatureSchema }),
  /** The agent never knew this device, or lost its memory: not signed, so nothing is erased because of it. */
  z.object({
    state: z.literal('unknown'),
    /** Who says so: a device that was paired with another one knows then what happened. */
    agent: z.string().max(60).optional(),
  }),
]);
export type Challenged = z.infer<typeof challengedSchema>;

export const tokenRequestSchema = z.strictObject({
  device: deviceIdSchema,
  nonce: nonceSchema,
  signature: signatureSchema,
});
export type TokenRequest = z.infer<typeof tokenRequestSchema>;
export const tokenGrantSchema = z.object({ token: z.string().max(100), expiresInMs: z.number().positive() });
export type TokenGrant = z.infer<typeof tokenGrantSchema>;

/** The subprotocol that is spoken, and the one that carries the proof. */
export const SOCKET_PROTOCOL = 'myspinbot';
/** Close code of a socket whose device was removed or has other rights now: it proves itself anew, or is told. */
export const REMOVED_CLOSE = 4003;
export function proofProtocol(proof: TokenRequest): string {
  return `proof.${proof.device}.${proof.nonce}.${proof.signature}`;
}
/** Reads a Sec-WebSocket-Protocol header; undefined without a well-formed proof. */
export function parseProofProtocol(header: string | undefined): TokenRequest | undefined {
  const proofs = (header ?? '')
    .slice(0, 400)
    .split(',')
    .map((word) => word.trim())
    .filter((word) => word.startsWith('proof.'));
  if (proofs.length !== 1) return undefined;
  const [, device, nonce, signature, ...rest] = proofs[0]!.split('.');
  if (rest.length > 0) return undefined;
  const parsed = tokenRequestSchema.safeParse({ device, nonce, signature });
  return parsed.success ? parsed.data : undefined;
}

// Looking after devices: an owner's page, the command line, scripts with scope "all".
//
//   GET    devices                          {devices: DeviceRecord[]}
//   PATCH  devices/<id>    {name?, role?, project?}
//   DELETE devices/<id>?erase=true          (without the question: it keeps what it has)
//   POST   invitations     Invite           Invitation
//   GET    invitations/<id>                 Invitation
//   DELETE invitations/<id>
//   GET    tokens                           {tokens: ScriptToken[]}
//   POST   tokens          {name, scope}    {token, record}
//   DELETE tokens/<id>
//   GET    audit?before=<at>                {entries: AuditEntry[]}, newest first, AUDIT_PAGE at a time
//   GET    security                         SecurityReport
//   POST   security/rotate-authority
//
// What answers with nothing is empty or any JSON. A refusal is {code, message, hint, retry}.

export const deviceRecordSchema = z.object({
  id: deviceIdSchema,
  name: deviceNameSchema,
  kind: z.enum(deviceKinds),
  role: roleSchema,
  project: projectIdSchema.nullable(),
  pairedAt: z.number(),
  seenAt: z.number(),
  /** Whether a connection of it is open; said in lists alone, and remembered by nobody. */
  isConnected: z.boolean().optional(),
  /** Bytes of files this device has brought to the workstation. */
  broughtBytes: z.number(),
  /** Absent while it is welcome. */
  removed: z
    .object({
      at: z.number(),
      erase: z.boolean(),
      /** When the device called and was told so; absent until then. */
      toldAt: z.number().optional(),
    })
    .optional(),
});
export type DeviceRecord = z.infer<typeof deviceRecordSchema>;

export const inviteSchema = z
  .strictObject({ role: roleSchema, project: projectIdSchema.optional() })
  .refine((invite) => (invite.role === 'guest') === (invite.project !== undefined), {
    error: 'a guest is invited to one project, others to none',
    path: ['project'],
  });
export type Invite = z.infer<typeof inviteSchema>;

export const invitationSchema = z.object({
  id: invitationIdSchema,
  role: roleSchema,
  project: projectIdSchema.nullable(),
  /** "12-345-678" */
  code: z.string().max(20),
  /**
   * Where a device goes that has never been here, best address first: over plain http to the page about trust, without
   * any secret. Empty for the workstation's own browser.
   */
  trustLinks: z.array(z.string().max(300)).max(20),
  /**
   * Where a device goes that trusts this workstation, best address first; each with the secret in its fragment, and over
   * https, so that nobody else reads it (over the loopback on the workstation itself).
   */
  links: z.array(z.string().max(300)).max(20),
  expiresInMs: z.number().min(0),
  attemptsLeft: z.number().int().min(0),
  state: z.discriminatedUnion('state', [
    z.object({ state: z.literal('open') }),
    z.object({ state: z.literal('used'), device: deviceIdSchema, name: deviceNameSchema }),
    z.object({ state: z.literal('expired') }),
    z.object({ state: z.literal('spent') }),
    z.object({ state: z.literal('withdrawn') }),
  ]),
});
export type Invitation = z.infer<typeof invitationSchema>;

export const scriptTokenSchema = z.object({
  id: z.string().max(40),
  name: deviceNameSchema,
  scope: scopeSchema,
  madeAt: z.number(),
  seenAt: z.number().nullable(),
});
export type ScriptToken = z.infer<typeof scriptTokenSchema>;
export const newScriptTokenSchema = z.strictObject({ name: deviceNameSchema, scope: scopeSchema });
export const madeScriptTokenSchema = z.object({ token: z.string().max(100), record: scriptTokenSchema });

/** Entries of one answer, unless another number is asked for; an answer with fewer is the end. */
export const AUDIT_PAGE = 100;
export const auditKinds = [
  'invited',
  'paired',
  'pairing-failed',
  'removed',
  'changed',
  'token-made',
  'token-removed',
  'refused',
  'downloaded',
  'authority-rotated',
] as const;
export const auditEntrySchema = z.object({
  at: z.number(),
  kind: z.enum(auditKinds),
  /** Whose doing: a device, a script token, "local", or null for somebody unknown. */
  who: z.string().max(60).nullable(),
  name: z.string().max(80).nullable(),
  /** Where from: an address of the network. */
  from: z.string().max(60).nullable(),
  /** One short sentence; never a secret, a code or what somebody wrote. */
  what: z.string().max(200),
});
export type AuditEntry = z.infer<typeof auditEntrySchema>;

/** What an owner may know about how this agent is reached and guarded. */
export const securityReportSchema = z.object({
  fingerprint: fingerprintSchema,
  /** "https://192.168.1.5:7777", best first; empty when the agent is for this machine alone. */
  addresses: z.array(z.string().max(100)).max(40),
  authority: z
    .object({
      name: z.string().max(120),
      sha256: z.string().max(100),
      notAfter: z.number(),
      /** There was another before it, which devices may still trust. */
      replaced: z.object({ at: z.number(), why: z.string().max(300) }).optional(),
    })
    .nullable(),
  leafNotAfter: z.number().nullable(),
  /** How far tools that open strangers' files are shut in on this machine. */
  confinement: z.object({
    network: z.boolean(),
    files: z.boolean(),
    memory: z.boolean(),
    by: z.string().max(40),
  }),
  quota: z.object({
    /** Files, interrupted uploads and documents. */
    usedBytes: z.number(),
    unfinishedBytes: z.number().optional(),
    documentBytes: z.number().optional(),
    totalBytes: z.number(),
    deviceBytes: z.number(),
  }),
});
export type SecurityReport = z.infer<typeof securityReportSchema>;
