// The drawn character that ships with the app: its picture, name and lines, turned into a project of the
// person's own. Works offline once the app has been opened, because both files are part of it.
import { Failure } from '@myspinbot/shared/failure/failure.ts';
import { languages } from '@myspinbot/shared/project/options.ts';
import type { ProjectId } from '@myspinbot/shared/project/project.ts';
import { createEffect, createRoot, on } from 'solid-js';
import { z } from 'zod';
import type { Live } from '../live/live.ts';

export const SAMPLE_PORTRAIT = '/sample/portrait.png';
const SAMPLE_WORDS = '/sample/sample.json';

const sampleSchema = z.object({
  name: z.string().min(1),
  title: z.string().min(1).max(200),
  script: z.string().min(1),
  lang: z.enum(languages),
});
export type Sample = z.infer<typeof sampleSchema>;

/** Who the sample is; a Failure with a sentence when its files cannot be had. */
export async function loadSample(): Promise<Sample> {
  return sampleSchema.parse(await (await get(SAMPLE_WORDS)).json());
}

/** A new project with the sample's face and lines, ready to spin. */
export async function castSample(live: Live): Promise<ProjectId> {
  const [sample, portrait] = await Promise.all([
    loadSample(),
    get(SAMPLE_PORTRAIT).then((response) => response.blob()),
  ]);
  const asset = await live.keepFile(portrait, `${sample.name}.png`);
  const id = await live.createProject({ title: sample.title, lang: sample.lang });
  await new Promise<void>((resolve) =>
    createRoot((dispose) => {
      const project = live.openProject(id);
      createEffect(
        on(project.ready, (ready) => {
          if (!ready) return;
          project.addPhoto({ asset, addedAt: Date.now() });
          project.setScript(sample.script);
          queueMicrotask(() => {
            dispose();
            resolve();
          });
        }),
      );
    }),
  );
  return id;
}

async function get(path: string): Promise<Response> {
  const response = await fetch(path).catch(() => undefined);
  if (response?.ok !== true) {
    throw new Failure({
      code: 'not-found',
      message: 'The sample could not be loaded.',
      hint: 'Open the app once while the workstation is on; after that the sample works offline too.',
    });
  }
  return response;
}
