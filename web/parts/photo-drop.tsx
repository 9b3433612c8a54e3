// Where photos come in: chosen files, dropped, pasted, or from the camera (the phone's own camera app, or a live
// picture on a desktop). It emits files as they come, whatever they are, and knows nothing of what becomes of them.
import './photo-drop.css';
import { Camera, ClipboardPaste, ImagePlus } from 'lucide';
import { createSignal, lazy, onCleanup, onMount, Show, Suspense } from 'solid-js';
import { Icon } from '../design/icon.tsx';
import { Button } from './button.tsx';

const CameraDialog = lazy(() => import('./camera-dialog.tsx'));

export interface PhotoDropProps {
  onFiles: (files: readonly File[]) => void;
  /** A small row instead of the large sheet, once there are photos. */
  small?: boolean;
}

/** What the file dialogue offers; what a file really is decides the store. */
const ACCEPT = 'image/jpeg,image/png,image/webp,image/avif,image/heic,image/heif,image/tiff,image/gif';

export function PhotoDrop(props: PhotoDropProps) {
  const [over, setOver] = createSignal(false);
  const [camera, setCamera] = createSignal(false);
  // A phone opens its own camera, which is better than any live picture in a page.
  const hasCameraApp = matchMedia('(pointer: coarse)').matches;
  const hasLiveCamera = typeof navigator.mediaDevices?.getUserMedia === 'function';

  const take = (files: Iterable<File>) => {
    const all = [...files];
    if (all.length > 0) props.onFiles(all);
  };

  onMount(() => {
    const onPaste = (event: ClipboardEvent) => {
      const files = event.clipboardData?.files;
      if (files === undefined || files.length === 0) return;
      event.preventDefault();
      take(files);
    };
    document.addEventListener('paste', onPaste);
    onCleanup(() => document.removeEventListener('paste', onPaste));
  });

  const fileWay = (label: string, shape: typeof Camera, capture: boolean, tone: 'quiet' | 'plain') => (
    <label class={`button button-${tone} file-way`}>
      <Icon shape={shape} />
      {label}
      <input
        type="file"
        accept={capture ? 'image/*' : ACCEPT}
        multiple={!capture}
        {...(capture ? { capture: 'user' as const } : {})}
        onChange={(event) => {
          take(event.currentTarget.files ?? []);
          event.currentTarget.value = '';
        }}
      />
    </label>
  );

  return (
    <section
      aria-label="Add photos"
      class="drop"
      classList={{ 'drop-over': over(), 'drop-small': props.small === true }}
      onDragOver={(event) => {
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={(event) => {
        if (!event.currentTarget.contains(event.relatedTarget as Node | null)) setOver(false);
      }}
      onDrop={(event) => {
        event.preventDefault();
        setOver(false);
        take(event.dataTransfer?.files ?? []);
      }}
    >
      <Show when={props.small !== true}>
        <p class="text-small text-ink-soft">
          A photo that looks at you, with one face and good light.
          <span class="hidden wide:inline"> Drop it here, or paste it.</span>
        </p>
      </Show>
      <div class="drop-ways">
        {fileWay(props.small === true ? 'Add another' : 'Choose a photo', ImagePlus, false, 'quiet')}
        <Show
          when={hasCameraApp}
          fallback={
            <Show when={hasLiveCamera}>
              <Button tone="quiet" icon={Camera} onClick={() => setCamera(true)}>
                Camera
              </Button>
            </Show>
          }
        >
          {fileWay('Camera', Camera, true, 'quiet')}
        </Show>
        <Show when={typeof navigator.clipboard?.read === 'function' && !hasCameraApp && props.small !== true}>
          <Button tone="plain" icon={ClipboardPaste} onClick={() => void paste().then(take)}>
            Paste
          </Button>
        </Show>
      </div>
      <Show when={camera()}>
        <Suspense>
          <CameraDialog
            onClose={() => setCamera(false)}
            onPhoto={(photo) => {
              setCamera(false);
              take([photo]);
            }}
          />
        </Suspense>
      </Show>
    </section>
  );
}

/** The pictures on the clipboard; none when the person refuses or there are none. */
async function paste(): Promise<File[]> {
  try {
    const items = await navigator.clipboard.read();
    const found = items.flatMap((item) => {
      const type = item.types.find((name) => name.startsWith('image/'));
      return type === undefined ? [] : [{ item, type }];
    });
    return await Promise.all(
      found.map(async ({ item, type }) => new File([await item.getType(type)], 'pasted', { type })),
    );
  } catch {
    return []; // the browser asked and the person said no; they know
  }
}
