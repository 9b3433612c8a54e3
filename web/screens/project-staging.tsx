// The staging: what stands behind the person, the picture's shape, captions, and which take.
import type { AssetHash } from '@myspinbot/shared/asset/asset.ts';
import { Failure } from '@myspinbot/shared/failure/failure.ts';
import { type Background, scenes, sizePixels, sizes } from '@myspinbot/shared/project/options.ts';
import { Dices, ImagePlus, ImageUp } from 'lucide';
import { createSignal, Show } from 'solid-js';
import { Icon } from '../design/icon.tsx';
import { type OpenProject, useLive } from '../live/live.ts';
import { Button } from '../parts/button.tsx';
import { Notice } from '../parts/notice.tsx';
import '../parts/photo-drop.css';
import { tintOf } from '../parts/medallion.tsx';
import { type SceneOption, SceneStrip } from '../parts/scene-strip.tsx';
import { Section } from '../parts/section.tsx';
import { SizeFrames } from '../parts/size-frames.tsx';
import { Swatches } from '../parts/swatches.tsx';
import { Switch } from '../parts/switch.tsx';
import { enlargeWords } from './engine-words.ts';
import { backdropColours, sceneWords, sizeWords } from './staging-words.ts';

/** Stands for a picture that is not chosen yet; draftSpin asks for `backgroundImage` and never sends this. */
const NO_PICTURE = '0'.repeat(64) as AssetHash;

function startColour(background: Background): string {
  return background.kind === 'colour' ? background.colour : backdropColours[0].value;
}

export function ProjectStaging(props: { project: OpenProject; cover: string | undefined }) {
  const live = useLive();
  const fields = () => props.project.fields();
  const engines = () => {
    const workstation = live.workstation();
    return workstation.state === 'here' ? (workstation.agent?.engines ?? []) : [];
  };
  const [refused, setRefused] = createSignal<{ title: string; next: string }>();
  // The colour last chosen is kept while another backdrop is tried.
  const [colour, setColour] = createSignal<string>(startColour(fields().background));
  const own = live.assetUrl(() => fields().backgroundImage ?? undefined);

  const value = () => {
    const background = fields().background;
    return background.kind === 'scene' ? background.scene : background.kind;
  };
  const options = (): SceneOption[] => [
    { value: 'keep', label: 'As it is', picture: props.cover, actor: props.cover === undefined },
    {
      value: 'blur',
      label: 'Blurred',
      picture: props.cover,
      blurred: true,
      actor: props.cover === undefined,
    },
    { value: 'colour', label: 'Colour', colour: colour(), actor: true },
    {
      value: 'image',
      label: 'Your picture',
      picture: own(),
      ...(fields().backgroundImage === null ? { icon: ImagePlus } : { actor: true }),
    },
    ...scenes.map((scene) => ({
      value: scene,
      label: sceneWords[scene],
      picture: `/art/scenes/${scene}.jpg`,
      colour: tintOf(scene),
      actor: true,
    })),
  ];
  const choose = (next: string) => {
    const scene = scenes.find((name) => name === next);
    if (scene !== undefined) props.project.set({ background: { kind: 'scene', scene } });
    else if (next === 'blur') props.project.set({ background: { kind: 'blur' } });
    else if (next === 'colour') props.project.set({ background: { kind: 'colour', colour: colour() } });
    else if (next === 'image') {
      const image = fields().backgroundImage;
      // Without a picture yet the wish is kept and the spin says what is missing.
      props.project.set({ background: { kind: 'image', image: image?.hash ?? NO_PICTURE } });
    } else props.project.set({ background: { kind: 'keep' } });
  };
  const keep = async (file: File) => {
    setRefused(undefined);
    try {
      const asset = await live.keepFile(file, file.name);
      props.project.set({ backgroundImage: asset, background: { kind: 'image', image: asset.hash } });
    } catch (error) {
      setRefused(
        error instanceof Failure
          ? { title: error.message, next: error.hint }
          : {
              title: 'The picture could not be kept on this device.',
              next: 'Free some space and try again.',
            },
      );
    }
  };

  return (
    <div class="grid min-w-0 gap-10">
      <Section title="Staging" id="staging">
        <SceneStrip
          label="What stands behind"
          options={options()}
          value={value()}
          onChoose={choose}
          face={props.cover}
        />
        <Show when={value() === 'colour'}>
          <Swatches
            label="Colour of the backdrop"
            colours={backdropColours}
            value={colour()}
            onChoose={(next) => {
              setColour(next);
              props.project.set({ background: { kind: 'colour', colour: next } });
            }}
          />
        </Show>
        <Show when={value() === 'image'}>
          <label class="button button-quiet file-way">
            <Icon shape={ImageUp} />
            {fields().backgroundImage === null ? 'Choose a picture' : 'Choose another picture'}
            <input
              type="file"
              accept="image/*"
              onChange={(event) => {
                const file = event.currentTarget.files?.[0];
                if (file !== undefined) void keep(file);
                event.currentTarget.value = '';
              }}
            />
          </label>
        </Show>
        <Show when={refused()}>{(why) => <Notice tone="error" title={why().title} next={why().next} />}</Show>
      </Section>
      <Section title="Picture">
        <SizeFrames
          label="Shape of the picture"
          value={fields().size}
          onChoose={(size) => props.project.set({ size })}
          options={sizes.map((size) => ({ value: size, label: sizeWords[size], ...sizePixels(size) }))}
        />
        <Switch
          label="Captions"
          hint="The words, drawn into the picture as they are said."
          checked={fields().captions}
          onChange={(captions) => props.project.set({ captions })}
        />
        <Switch
          label="Enlarged"
          hint={enlargeWords(fields().size, engines())}
          checked={fields().enlarged}
          onChange={(enlarged) => props.project.set({ enlarged })}
        />
        <div class="flex items-center gap-3">
          <p class="min-w-0 flex-1 text-small">
            <span class="font-semibold">Take {fields().seed}</span>
            <span class="block text-fine text-ink-faint">
              Every take blinks and nods a little differently. The same take looks the same again.
            </span>
          </p>
          <Button
            tone="quiet"
            icon={Dices}
            onClick={() => props.project.set({ seed: (fields().seed % 999) + 1 })}
          >
            Another
          </Button>
        </div>
      </Section>
    </div>
  );
}
