// A small agent with projects in it, for tests of housekeeping: documents as a device writes them, jobs that really ran,
// files in a real vault.
import { randomBytes } from 'node:crypto';
import { utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { AssetRef } from '@myspinbot/shared/asset/asset.ts';
import { projectRoom } from '@myspinbot/shared/document/layout.ts';
import { openProjectDocument } from '@myspinbot/shared/document/project-document.ts';
import { openWorkspace, type Workspace } from '@myspinbot/shared/document/workspace.ts';
import type { JobId, JobResult } from '@myspinbot/shared/job/job.ts';
import { isEnded } from '@myspinbot/shared/job/life.ts';
import type { ProjectId } from '@myspinbot/shared/project/project.ts';
import { requestFor } from '../../queue/fixtures/job-requests.ts';
import { type SmallAgent, startSmallAgent } from '../../server/fixtures/small-agent.ts';
import { DAY_MS } from '../names.ts';
import type { Stores } from '../stores.ts';

const device = { role: 'device', id: 'd_phone' } as const;

export interface House {
  readonly agent: SmallAgent;
  readonly stores: Stores;
  readonly workspace: Workspace;
  /** A project with one photo, made by a device. */
  project(title: string, script?: string): Promise<{ id: ProjectId; photo: AssetRef }>;
  /** Spins and waits for the end. */
  spin(of: { id: ProjectId; photo: AssetRef }, text: string): Promise<{ id: JobId; result: JobResult }>;
  /** An asset nobody names. */
  stray(bytes: string): Promise<AssetRef>;
  /** Makes every file look as if it had come so many days ago. */
  age(days: number): Promise<void>;
  stop(): Promise<void>;
}

export async function openHouse(dir?: string): Promise<House> {
  const agent = await startSmallAgent(dir === undefined ? {} : { dir });
  await writeFile(join(agent.dir, 'agent-id'), `a_${'0'.repeat(24)}\n`);
  const { vault, hub, queue } = agent;
  const workspace = openWorkspace(hub.workspace, device);
  return {
    agent,
    stores: { dataDir: agent.dir, vault, queue, documents: hub },
    workspace,
    async project(title, script = title) {
      const id = `p_${randomBytes(8).toString('hex')}` as ProjectId;
      const photo = await vault.put(randomBytes(300), `${title}.png`);
      await hub.edit(projectRoom(id), (doc) => {
        const project = openProjectDocument(doc, device);
        project.set({ title });
        project.setScript(script);
        project.addPhoto({ asset: photo, addedAt: 1 });
      });
      const at = Date.now();
      workspace.putProject({ id, title, createdAt: at, updatedAt: at, deleted: false });
      await hub.flush();
      return { id, photo };
    },
    async spin({ id, photo }, text) {
      const request = { ...requestFor(photo, text, { requestedAt: Date.now() }), project: id };
      const ended = new Promise<JobResult>((resolve, reject) => {
        const stop = queue.on((event) => {
          if (event.type !== 'run' || event.job !== request.id || !isEnded(event.run.state)) return;
          stop();
          const { result, failure } = event.run;
          if (result === undefined) reject(new Error(failure?.message ?? event.run.state));
          else resolve(result);
        });
      });
      workspace.request(request);
      const result = await ended;
      await hub.flush();
      return { id: request.id, result };
    },
    stray: (bytes) => vault.put(Buffer.from(bytes), 'stray.bin'),
    async age(days) {
      const at = new Date(Date.now() - days * DAY_MS);
      for (const hash of vault.hashes()) await utimes(vault.path(hash), at, at);
    },
    stop: () => agent.stop(),
  };
}
