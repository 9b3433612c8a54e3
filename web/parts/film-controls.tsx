// What can be done with a film that plays without the browser's own controls: let it play or stand, hear it or not.
import { Pause, Play, Volume2, VolumeX } from 'lucide';
import { Show } from 'solid-js';
import { Button } from './button.tsx';

export function FilmControls(props: {
  isPlaying: boolean;
  isMuted: boolean;
  onPlay: () => void;
  onPause: () => void;
  onMute: (muted: boolean) => void;
}) {
  return (
    <Show
      when={props.isPlaying}
      fallback={
        <Button tone="quiet" icon={Play} onClick={() => props.onPlay()}>
          Watch it so far
        </Button>
      }
    >
      <Button tone="plain" icon={Pause} onClick={() => props.onPause()}>
        Pause
      </Button>
      <Button
        tone={props.isMuted ? 'quiet' : 'plain'}
        icon={props.isMuted ? VolumeX : Volume2}
        onClick={() => props.onMute(!props.isMuted)}
      >
        {props.isMuted ? 'Sound on' : 'Sound off'}
      </Button>
    </Show>
  );
}
