// POST /api/generate: a multipart form, or options alone, becomes assets, a project and a job. Everything that can be wrong is said
// before a job exists. It writes the project as a device would, so that the app shows it like any other.
import { randomBytes } from 'node:crypto';
import type { Multipart, MultipartFile } from '@fastify/multipart';
import type { AssetHash, AssetRef } from '@myspinbot/shared/asset/asset.ts';
import { type Author, projectRoom } from '@myspinbot/shared/document/layout.ts';
import { openProjectDocument } from '@myspinbot/shared/document/project-document.ts';
import { openWorkspace } from '@myspinbot/shared/document/workspace.ts';
import { Failure } from '@myspinbot/shared/failure/failure.ts';
import type { JobId, JobRequest, StageName } from '@myspinbot/shared/job/job.ts';
import {
  assetsNamed,
  MAX_PHOTOS,
  MAX_SCRIPT_CHARS,
  type SpinOptions,
  spinOptionsSchema,
} from '@myspinbot/shared/project/options.ts';
import type { ProjectFields, ProjectId } from '@myspinbot/shared/project/project.ts';
import { firstWords } from '@myspinbot/shared/project/title.ts';
import type { FastifyRequest } from 'fastify';
import type { SocketHub } from '../hub/hub.ts';
import { cleanPicture } from '../media/clean-picture.ts';
import { preparePictures } from '../media/picture-process.ts';
import type { Queue } from '../queue/port.ts';
import type { Found, Staged, Vault } from '../vault/port.ts';
import { schemaFailure } from './replies.ts';

/** Largest picture and largest sound of a form. A bomb or an hour of WAV is refused by its content; these only bound
 * the disk. */
const MAX_PICTURE_BYTES = 120 * 1024 * 1024;
const MAX_SOUND_BYTES = 400 * 1024 * 1024;

export const multipartLimits = {
  files: MAX_PHOTOS + 3,
  fields: 8,
  parts: MAX_PHOTOS + 11,
  // Four bytes for the longest character, and the escapes of JSON.
  fieldSize: MAX_SCRIPT_CHARS * 8,
  fieldNameSize: 40,
  headerPairs: 20,
  fileSize: MAX_SOUND_BYTES,
};

interface Form {
  photos: AssetRef[];
  narration: AssetRef | undefined;
  voice: AssetRef | undefined;
  background: AssetRef | undefined;
  script: string | undefined;
  options: Record<string, unknown>;
}

export interface Generated {
  jobId: JobId;
  projectId: ProjectId;
}

/** The API writes documents as one more device. */
export const apiAuthor: Author = { role: 'device', id: 'api' };

export async function generate(
  request: FastifyRequest,
  world: {
    vault: Vault;
    hub: SocketHub;
    queue: Queue;
    now(): number;
    /** Told of every piece of a file that came in, and once more before anything is kept; may throw to end it. */
    received(bytes: number): void;
  },
): Promise<Generated> {
  const { vault } = world;
  if (!request.isMultipart()) {
    throw bad(
      'The request is not a form.',
      'Send multipart/form-data with the parts photo, script or narration, and options.',
    );
  }
  const staged: Staged[] = [];
  try {
    const take = (part: MultipartFile, kind: 'picture' | 'sound') =>
      stage(part, kind, vault, world.received).then((one) => {
        staged.push(one);
        return one.ref;
      });
    const form = await readForm(request, take).catch((cause: unknown) => {
      // The rest of the form is still coming: unread it would hold up the reply and the connection after it.
      request.raw.unpipe();
      request.raw.resume();
      throw cause;
    });
    const options = optionsOf(form);
    const assets = assetsOf(
      options,
      (hash) => staged.find(({ ref }) => ref.hash === hash)?.ref ?? vault.ref(hash),
    );
    // Only now, since nothing is wrong with any of it: what a refused form brought is nowhere. The form took its
    // time: whoever sent it may have been removed meanwhile.
    world.received(0);
    request.askAgain();
    for (const one of staged) await one.keep();
    return await spin(options, assets, world);
  } finally {
    for (const one of staged) await one.drop();
  }
}

/** The same of options alone, whose files are on the workstation. */
export async function generateOf(
  given: Record<string, unknown>,
  world: SpinWorld & { vault: Pick<Vault, 'ref'> },
): Promise<Generated> {
  const options = optionsOf({ ...emptyForm(), options: given });
  const assets = assetsOf(options, (hash) => world.vault.ref(hash));
  const { pipeline = 'portrait', fresh } = world;
  // Also says that a pipeline is not there or cannot run.
  await world.queue.plan({ pipeline, options, ...(fresh === undefined ? {} : { fresh }) });
  return spin(options, assets, world);
}

interface SpinWorld {
  hub: SocketHub;
  queue: Queue;
  now(): number;
  pipeline?: string;
  fresh?: StageName;
}

/** The job of what was asked for, and the project it is of. */
async function spin(options: SpinOptions, assets: AssetRef[], world: SpinWorld): Promise<Generated> {
  const at = world.now();
  const job: JobRequest = {
    id: `j_${randomBytes(12).toString('hex')}` as JobId,
    project: `p_${randomBytes(12).toString('hex')}` as ProjectId,
    pipeline: world.pipeline ?? 'portrait',
    options,
    assets,
    device: apiAuthor.id,
    requestedAt: at,
    ...(world.fresh === undefined ? {} : { fresh: world.fresh }),
  };
  await writeProject(world.hub, job, at);
  await world.queue.request(job);
  return { jobId: job.id, projectId: job.project };
}

function emptyForm(): Form {
  return {
    photos: [],
    narration: undefined,
    voice: undefined,
    background: undefined,
    script: undefined,
    options: {},
  };
}

async function readForm(
  request: FastifyRequest,
  take: (part: MultipartFile, kind: 'picture' | 'sound') => Promise<AssetRef>,
): Promise<Form> {
  const form = emptyForm();
  for await (const part of partsOf(request)) {
    if (part.type === 'file') {
      const name = part.fieldname;
      if (name === 'photo') form.photos.push(await take(part, 'picture'));
      else if (name === 'narration') form.narration = await take(part, 'sound');
      else if (name === 'voice') form.voice = await take(part, 'sound');
      else if (name === 'background') form.background = await take(part, 'picture');
      else throw unknownPart(name);
      continue;
    }
    if (part.valueTruncated) {
      throw bad(`The field ${part.fieldname} is too long.`, `At most ${MAX_SCRIPT_CHARS} characters.`);
    }
    const text = String(part.value);
    if (part.fieldname === 'script') form.script = text;
    else if (part.fieldname === 'options') form.options = parseOptions(text);
    else throw unknownPart(part.fieldname);
  }
  return form;
}

/** The parts as they come; a form that is broken or breaks off is the sender's fault, and said so. */
async function* partsOf(request: FastifyRequest): AsyncGenerator<Multipart> {
  try {
    yield* request.parts({ limits: multipartLimits });
  } catch (cause) {
    throw (cause as { statusCode?: number }).statusCode === undefined ? brokenForm(cause) : cause;
  }
}

function brokenForm(cause: unknown): Failure {
  return new Failure({
    code: 'bad-input',
    message: `The form is broken or ended early: ${cause instanceof Error ? cause.message : String(cause)}.`,
    hint: 'Send it again.',
    cause,
  });
}

/** A sound is kept as it came; a picture is made anew, and the one that came is not kept. */
function stage(
  part: MultipartFile,
  kind: 'picture' | 'sound',
  vault: Vault,
  received: (bytes: number) => void,
): Promise<Staged> {
  const check = (found: Found) => {
    const what = `The file of ${part.fieldname}`;
    if (found.bytes === 0) throw bad(`${what} is empty.`, 'Choose another file.');
    // A container without known tracks may still hold sound: ffprobe decides later.
    const fits =
      kind === 'picture'
        ? found.type.startsWith('image/')
        : /^(?:audio|video)\//.test(found.type) || found.type === 'application/octet-stream';
    if (!fits) throw bad(`${what} is not a ${kind} but ${found.type}.`, `Send a ${kind} instead.`);
  };
  const isPicture = kind === 'picture';
  if (isPicture) preparePictures();
  return vault.stage(bounded(part, isPicture ? MAX_PICTURE_BYTES : MAX_SOUND_BYTES, received), {
    name: part.filename || undefined,
    check,
    ...(isPicture ? { make: async (from: string) => (await cleanPicture(from)).bytes } : {}),
  });
}

async function* bounded(
  part: MultipartFile,
  limit: number,
  received: (bytes: number) => void,
): AsyncGenerator<Uint8Array> {
  const pieces = (part.file as AsyncIterable<Uint8Array>)[Symbol.asyncIterator]();
  const next = () =>
    pieces.next().catch((cause: unknown) => {
      throw brokenForm(cause);
    });
  let bytes = 0;
  try {
    for (let piece = await next(); piece.done !== true; piece = await next()) {
      bytes += piece.value.length;
      received(piece.value.length);
      if (bytes > limit) break;
      yield piece.value;
    }
  } finally {
    await pieces.return?.();
  }
  if (bytes > limit || part.file.truncated) {
    throw bad(`The file of ${part.fieldname} is larger than ${limit / 2 ** 20} MB.`, 'Send a smaller file.');
  }
}

function parseOptions(text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
      return value as Record<string, unknown>;
    }
  } catch {
    // Said below, together with JSON of another shape.
  }
  throw bad(
    'The field options is not a JSON object.',
    'Send for example {"size":"1280x720","captions":false}.',
  );
}

/** `lang` beside the options is a shorthand for the language of `script` or `narration`. */
function optionsOf(form: Form): SpinOptions {
  const { lang, ...given } = form.options;
  const spoken = lang === undefined ? {} : { lang };
  const narration =
    form.narration !== undefined
      ? {
          kind: 'recording',
          audio: form.narration.hash,
          ...(form.script === undefined || form.script.trim() === '' ? {} : { text: form.script }),
          ...spoken,
        }
      : form.script !== undefined
        ? { kind: 'text', text: form.script, ...spoken }
        : given.narration;
  if (narration === undefined) {
    throw new Failure({
      code: 'text-empty',
      message: 'There is nothing to say: neither a script nor a narration was sent.',
      hint: 'Send the words in the field script, or a recording in the part narration.',
    });
  }
  const parsed = spinOptionsSchema.strict().safeParse({
    ...given,
    narration,
    photos: form.photos.length > 0 ? form.photos.map((photo) => photo.hash) : (given.photos ?? []),
    ...(form.voice === undefined ? {} : { voiceClip: form.voice.hash }),
    ...(form.background === undefined ? {} : { background: { kind: 'image', image: form.background.hash } }),
  });
  if (!parsed.success) {
    const field = parsed.error.issues[0]?.path.join('.');
    if (field === 'photos') {
      throw bad(
        `Between 1 and ${MAX_PHOTOS} photos are needed.`,
        'Send a picture of a face in the part photo.',
      );
    }
    if (field === 'narration.text') {
      throw new Failure({
        code: 'text-too-long',
        message: `The script is longer than ${MAX_SCRIPT_CHARS} characters.`,
        hint: 'Shorten it, or make several videos.',
      });
    }
    throw schemaFailure('The options', parsed.error);
  }
  const options = parsed.data;
  if (options.narration.kind === 'text' && options.narration.text.trim() === '') {
    throw new Failure({
      code: 'text-empty',
      message: 'The script is empty.',
      hint: 'Write what the bot should say in the field script.',
    });
  }
  return options;
}

/** Records of everything the options name. Throws Failure `not-found`. */
function assetsOf(options: SpinOptions, refOf: (hash: AssetHash) => AssetRef | undefined): AssetRef[] {
  return assetsNamed(options).map((hash) => {
    const ref = refOf(hash);
    if (ref !== undefined) return ref;
    throw new Failure({
      code: 'not-found',
      message: `The file ${hash.slice(0, 12)} named in the options is not on the workstation.`,
      hint: 'Send the file itself as a part of the form.',
    });
  });
}

/** The project and the request, as the app would write them. */
async function writeProject(hub: SocketHub, job: JobRequest, at: number): Promise<void> {
  const { options } = job;
  const { narration, background } = options;
  const words = narration.kind === 'topic' ? narration.topic : (narration.text ?? '');
  const title = firstWords(words) || 'Recording';
  const asset = (hash: AssetHash) => job.assets.find((ref) => ref.hash === hash) ?? null;
  const fields: Partial<ProjectFields> = {
    title,
    mode: narration.kind,
    lang: narration.lang,
    size: options.size,
    captions: options.captions,
    seed: options.seed,
    face: options.face ?? null,
    voiceName: options.voiceName ?? null,
    voiceClip: options.voiceClip === undefined ? null : asset(options.voiceClip),
    recording: narration.kind === 'recording' ? asset(narration.audio) : null,
    ...(background === undefined ? {} : { background }),
    backgroundImage: background?.kind === 'image' ? asset(background.image) : null,
    ...(narration.kind === 'topic'
      ? {
          topic: narration.topic,
          tone: narration.tone,
          persona: narration.persona,
          seconds: narration.seconds,
        }
      : {}),
  };
  const photos = options.photos.flatMap((hash) => asset(hash) ?? []);
  await hub.edit(projectRoom(job.project), (doc) => {
    doc.transact(() => {
      const project = openProjectDocument(doc, apiAuthor);
      project.set(fields);
      if (narration.kind !== 'topic') project.setScript(words);
      for (const [order, photo] of photos.entries()) {
        project.addPhoto({ asset: photo, addedAt: at + order });
      }
    }, apiAuthor);
  });
  hub.workspace.transact(() => {
    const workspace = openWorkspace(hub.workspace, apiAuthor);
    const [cover] = photos;
    workspace.putProject({
      id: job.project,
      title,
      createdAt: at,
      updatedAt: at,
      deleted: false,
      ...(cover === undefined ? {} : { cover }),
    });
    workspace.request(job);
  }, apiAuthor);
  await hub.flush();
}

function bad(message: string, hint: string): Failure {
  return new Failure({ code: 'bad-input', message, hint });
}

/** The name is the sender's to leave away. */
function unknownPart(name: string | undefined): Failure {
  return bad(
    name === undefined
      ? 'The form has a part without a name.'
      : `The form has a part called ${name.slice(0, 40)}, which means nothing here.`,
    'Parts are photo, narration, script, voice, background and options.',
  );
}
