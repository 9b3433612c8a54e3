// The files a project names: in its document, in its jobs and in what they made. It is all that a guest of the project
// may fetch.
import { type AssetHash, assetHashSchema } from '@myspinbot/shared/asset/asset.ts';
import { projectRoom } from '@myspinbot/shared/document/layout.ts';
import { openProjectDocument } from '@myspinbot/shared/document/project-document.ts';
import { openWorkspace } from '@myspinbot/shared/document/workspace.ts';
import type { ProjectId } from '@myspinbot/shared/project/project.ts';
import type { Queue } from '../queue/port.ts';
import type { SocketHub } from './hub.ts';

const reader = { role: 'agent', id: 'project-assets' } as const;

export function createProjectAssets(world: {
  hub: Pick<SocketHub, 'workspace' | 'read'>;
  queue: Pick<Queue, 'jobs' | 'progress'>;
}): (project: ProjectId) => Promise<ReadonlySet<AssetHash>> {
  const { hub, queue } = world;
  const workspace = openWorkspace(hub.workspace, reader);
  return async (project) => {
    const named: unknown[] = [];
    for (const { request, run } of queue.jobs()) {
      if (request.project !== project) continue;
      named.push(...request.assets.map(({ hash }) => hash), queue.progress(request.id)?.preview?.hash);
      const { video, poster, vtt, srt } = run.result ?? {};
      named.push(video?.hash, poster?.hash, vtt?.hash, srt?.hash);
    }
    named.push(workspace.project(project)?.cover?.hash);
    await hub.read(projectRoom(project), (doc) => {
      const opened = openProjectDocument(doc, reader);
      const { voiceClip, recording, backgroundImage } = opened.fields();
      named.push(voiceClip?.hash, recording?.hash, backgroundImage?.hash);
      for (const { asset } of opened.photos()) named.push(asset.hash);
    });
    return new Set(named.flatMap((hash) => assetHashSchema.safeParse(hash).data ?? []));
  };
}
