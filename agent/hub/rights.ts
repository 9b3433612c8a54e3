// Which rooms somebody may open, and what they may do there: the access table, asked about documents.
import { may, type Principal } from '@myspinbot/shared/access/access.ts';
import { guestRoomProject, roomProject } from '@myspinbot/shared/document/layout.ts';

/** Undefined = the room stays shut. */
export function rightsIn(room: string, who: Principal): 'read' | 'write' | undefined {
  const guestsOf = guestRoomProject(room);
  // Written by the agent alone.
  if (guestsOf !== undefined)
    return may(who, { on: 'project', may: 'read', project: guestsOf }) ? 'read' : undefined;
  if (may(who, { on: 'documents', may: 'write' })) return 'write';
  if (may(who, { on: 'documents', may: 'read' })) return 'read';
  const project = roomProject(room);
  if (project === undefined) return undefined;
  return may(who, { on: 'project', may: 'read', project }) ? 'read' : undefined;
}
