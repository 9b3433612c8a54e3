// A live picture and one button, for machines whose camera has no app of its own. It emits one JPEG.
import { Camera } from 'lucide';
import { createSignal, Match, onCleanup, onMount, Switch } from 'solid-js';
import { Button } from './button.tsx';
import { Dialog } from './dialog.tsx';
import { Notice } from './notice.tsx';
import { type Refusal, refusalOf } from './refusal.ts';

export default function CameraDialog(props: { onClose: () => void; onPhoto: (photo: File) => void }) {
  const [stream, setStream] = createSignal<MediaStream>();
  const [refusal, setRefusal] = createSignal<Refusal>();
  let closed = false;
  let video: HTMLVideoElement | undefined;

  const stop = () => {
    for (const track of stream()?.getTracks() ?? []) track.stop();
  };
  onMount(async () => {
    try {
      const opened = await navigator.mediaDevices.getUserMedia({
        video: { facingMode: 'user', width: { ideal: 1920 }, height: { ideal: 1440 } },
      });
      setStream(opened);
      if (closed) stop();
    } catch (error) {
      setRefusal(refusalOf('camera', error));
    }
  });
  onCleanup(() => {
    closed = true;
    stop();
  });

  const shoot = () => {
    if (video === undefined) return;
    const canvas = document.createElement('canvas');
    canvas.width = video.videoWidth;
    canvas.height = video.videoHeight;
    canvas.getContext('2d')?.drawImage(video, 0, 0);
    canvas.toBlob(
      (blob) => blob !== null && props.onPhoto(new File([blob], 'camera.jpg', { type: 'image/jpeg' })),
      'image/jpeg',
      0.94,
    );
  };

  return (
    <Dialog open title="Look at the camera" onClose={props.onClose}>
      <Switch
        fallback={
          <div class="camera">
            <p>Opening the camera…</p>
          </div>
        }
      >
        <Match when={refusal()}>
          {(why) => <Notice tone="error" title={why().title} next={why().next} />}
        </Match>
        <Match when={stream()}>
          {(live) => (
            <>
              <div class="camera">
                <video
                  ref={(element) => {
                    video = element;
                    element.srcObject = live();
                  }}
                  autoplay
                  muted
                  playsinline
                />
                <span class="camera-oval" aria-hidden="true" />
              </div>
              <Button tone="curtain" icon={Camera} wide onClick={shoot}>
                Take the photo
              </Button>
            </>
          )}
        </Match>
      </Switch>
    </Dialog>
  );
}
