// From a project as edited to the job it asks for: the one place that turns fields into options and says
// what is still missing, before anything is queued.
import type { AssetRef } from '../asset/asset.ts';
import { MAX_PHOTOS, MAX_SCRIPT_CHARS, type SpinOptions, spinOptionsSchema } from './options.ts';
import type { Photo, ProjectFields } from './project.ts';

export type Missing =
  | 'photo'
  | 'script'
  | 'recording'
  | 'topic'
  | 'background-image'
  // Two devices that edited apart can together exceed what each alone respected.
  | 'fewer-photos'
  | 'shorter-script';

export type SpinDraft =
  | { ready: true; pipeline: 'portrait' | 'portrait-large'; options: SpinOptions; assets: AssetRef[] }
  | { ready: false; missing: Missing[] };

/** Pure: the same project always asks for the same job. */
export function draftSpin(fields: ProjectFields, script: string, photos: readonly Photo[]): SpinDraft {
  const missing: Missing[] = [];
  if (photos.length === 0) missing.push('photo');
  if (fields.mode === 'text' && script.trim() === '') missing.push('script');
  if (fields.mode === 'recording' && fields.recording === null) missing.push('recording');
  if (fields.mode === 'topic' && fields.topic.trim() === '') missing.push('topic');
  if (fields.background.kind === 'image' && fields.backgroundImage === null) missing.push('background-image');
  if (photos.length > MAX_PHOTOS) missing.push('fewer-photos');
  if (fields.mode !== 'topic' && script.length > MAX_SCRIPT_CHARS) missing.push('shorter-script');
  if (missing.length > 0) return { ready: false, missing };

  const assets: AssetRef[] = photos.map((photo) => photo.asset);
  const speaksWithVoice = fields.mode !== 'recording';
  if (speaksWithVoice && fields.voiceClip !== null) assets.push(fields.voiceClip);
  if (fields.mode === 'recording' && fields.recording !== null) assets.push(fields.recording);
  if (fields.background.kind === 'image' && fields.backgroundImage !== null)
    assets.push(fields.backgroundImage);

  const narration =
    fields.mode === 'text'
      ? { kind: 'text' as const, text: script, lang: fields.lang }
      : fields.mode === 'recording'
        ? {
            kind: 'recording' as const,
            audio: fields.recording!.hash,
            lang: fields.lang,
            ...(script.trim() === '' ? {} : { text: script }),
          }
        : {
            kind: 'topic' as const,
            topic: fields.topic,
            tone: fields.tone,
            persona: fields.persona,
            seconds: fields.seconds,
            lang: fields.lang,
          };
  const background =
    fields.background.kind === 'image'
      ? { kind: 'image' as const, image: fields.backgroundImage!.hash }
      : fields.background;
  const options = spinOptionsSchema.parse({
    photos: photos.map((photo) => photo.asset.hash),
    ...(fields.face === null ? {} : { face: fields.face }),
    narration,
    ...(fields.look === null ? {} : { look: fields.look }),
    ...(speaksWithVoice && fields.voice !== null ? { voice: fields.voice } : {}),
    ...(speaksWithVoice && fields.voiceClip !== null ? { voiceClip: fields.voiceClip.hash } : {}),
    ...(speaksWithVoice && fields.voiceName !== null ? { voiceName: fields.voiceName } : {}),
    size: fields.size,
    background,
    captions: fields.captions,
    seed: fields.seed,
  });
  return { ready: true, pipeline: fields.enlarged ? 'portrait-large' : 'portrait', options, assets };
}
