// Settings: whether this device says when a video is done.
import { Show } from 'solid-js';
import { useBell } from '../live/bell.ts';
import { Section } from '../parts/section.tsx';
import { Switch } from '../parts/switch.tsx';

export function Telling() {
  const bell = useBell();
  return (
    <Show when={bell?.state() !== 'none' && bell}>
      {(own) => (
        <Section title="Notifications">
          <Switch
            label="Tell me when a video is done"
            hint={
              own().state() === 'blocked'
                ? 'The browser shows nothing of this app. Allow notifications in its settings for this page first.'
                : 'While the app is open but not in front of you. No push service: nothing leaves your network for it.'
            }
            checked={own().state() === 'on'}
            onChange={(is) => (is ? void own().turnOn() : own().turnOff())}
          />
        </Section>
      )}
    </Show>
  );
}
