// Who may do what, as one pure table: roles of devices, scopes of scripts, and the actions they are asked about.
// It does not know how anybody proved who they are.
import { z } from 'zod';
import type { ProjectId } from '../project/project.ts';

/** owner: everything, also devices. member: makes and sees. guest: sees one project. */
export const roles = ['owner', 'member', 'guest'] as const;
export const roleSchema = z.enum(roles);
export type Role = (typeof roles)[number];

/** What a token for a script is good for. read: looks. jobs: looks and makes. all: everything an owner may. */
export const scopes = ['read', 'jobs', 'all'] as const;
export const scopeSchema = z.enum(scopes);
export type Scope = (typeof scopes)[number];

/** Somebody who has proved who they are. */
export type Principal =
  | { kind: 'device'; id: string; role: 'owner' | 'member' }
  | { kind: 'device'; id: string; role: 'guest'; project: ProjectId }
  | { kind: 'script'; id: string; scope: Scope }
  /** Whoever can read the agent's own files, on the agent's own machine. */
  | { kind: 'local' };

export type Action =
  /** The Yjs documents: the workspace and every project. */
  | { on: 'documents'; may: 'read' | 'write' }
  /** One project's document, jobs and files. */
  | { on: 'project'; may: 'read'; project: ProjectId }
  /** Files by hash, whichever project they belong to; the check of a photo. */
  | { on: 'assets'; may: 'read' | 'write' }
  | { on: 'jobs'; may: 'read' | 'write' }
  /** Devices, invitations, tokens, certificates and the log of who did what. */
  | { on: 'devices'; may: 'manage' }
  | { on: 'metrics'; may: 'read' }
  /** How the workstation is doing: the queue, its stages, links and disk. */
  | { on: 'monitor'; may: 'read' };

/** Whether `who` may do that. Closed: what is not named here is not allowed. */
export function may(who: Principal, action: Action): boolean {
  if (who.kind === 'local') return true;
  if (who.kind === 'script') return scriptMay(who.scope, action);
  switch (who.role) {
    case 'owner':
      return true;
    case 'member':
      return action.on !== 'devices' && action.on !== 'metrics';
    case 'guest':
      return action.on === 'project' && action.project === who.project;
  }
}

function scriptMay(scope: Scope, action: Action): boolean {
  if (scope === 'all') return true;
  if (action.on === 'devices') return false;
  if (action.may === 'read') return true;
  return scope === 'jobs' && (action.on === 'jobs' || action.on === 'assets');
}

/** One word for the log and for limits: whose this is. */
export function principalId(who: Principal): string {
  return who.kind === 'local' ? 'local' : who.id;
}
