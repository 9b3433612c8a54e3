// The names of the Yjs documents, their rooms and their top-level keys: the only home of these strings.
//
//   workspace document            room "workspace"
//     projects   Y.Map id -> ProjectEntry (plain value)         written by devices
//     requests   Y.Map job -> JobRequest (plain value, once)    written by devices
//     cancels    Y.Map job -> { cancelledAt }                   written by devices
//     retries    Y.Map job -> { retry, hidden, from? }          written by devices
//     pauses     Y.Map job -> { pausedAt }                      written by devices
//     places     Y.Map job -> { place?, now? }                  written by devices
//     rules      Y.Map "queue" -> QueueRules                    written by devices
//     runs       Y.Map job -> JobRun (plain value)              written by the agent alone
//     history    Y.Map job -> HistoryLine (plain value)         written by the agent alone, in place of an old job's entries
//     trained    Y.Map project/fingerprint -> TrainedVersion    written by the agent alone
//     discards   Y.Map project/fingerprint -> { madeAt }        written by devices
//     agents     Y.Map agent -> AgentEntry (plain value)        written by that agent alone
//   project document              room "project/<id>"
//     fields     Y.Map name -> value (one key per field)        written by devices
//     script     Y.Text                                         written by devices
//     photos     Y.Map asset hash -> Photo (plain value)        written by devices
//   guest document                room "guest/<id>"
//     the workspace's keys, with what belongs to that project   written by the agent alone
//
// Plain values, never two writing sides on one key: nothing concurrent can lose a cancel, and a document of
// plain values costs a seventh of the memory of nested maps.
import type { ProjectId } from '../project/project.ts';

export const WORKSPACE_ROOM = 'workspace';

export function projectRoom(id: ProjectId): string {
  return `project/${id}`;
}

/** The project a room belongs to; undefined for the workspace and for any other string. */
export function roomProject(room: string): ProjectId | undefined {
  const match = /^project\/(p_[0-9a-z]{12,32})$/.exec(room);
  return match === null ? undefined : (match[1] as ProjectId);
}

/** What a guest of a project sees instead of the workspace. */
export function guestRoom(id: ProjectId): string {
  return `guest/${id}`;
}

/** The project whose guests a room is for; undefined for any other room. */
export function guestRoomProject(room: string): ProjectId | undefined {
  const match = /^guest\/(p_[0-9a-z]{12,32})$/.exec(room);
  return match === null ? undefined : (match[1] as ProjectId);
}

export function isRoom(room: string): boolean {
  return room === WORKSPACE_ROOM || roomProject(room) !== undefined || guestRoomProject(room) !== undefined;
}

/** Transaction origin of our own verbs; anything else came from storage or the network. */
export interface Author {
  readonly role: 'device' | 'agent';
  readonly id: string;
}

export const keys = {
  projects: 'projects',
  requests: 'requests',
  cancels: 'cancels',
  retries: 'retries',
  pauses: 'pauses',
  places: 'places',
  rules: 'rules',
  runs: 'runs',
  history: 'history',
  trained: 'trained',
  discards: 'discards',
  agents: 'agents',
  fields: 'fields',
  script: 'script',
  photos: 'photos',
} as const;
