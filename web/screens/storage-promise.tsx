// Whether the browser may clear what is here by itself, asking it not to, and what helps when it says no.
import { Download, Lock } from 'lucide';
import { createSignal, Match, Show, Switch } from 'solid-js';
import { type StorageReport, useLive } from '../live/live.ts';
import { Button } from '../parts/button.tsx';
import { Notice } from '../parts/notice.tsx';
import { useDesk } from './desk.ts';

export function StoragePromise(props: { report: StorageReport; onAsked: () => void }) {
  const live = useLive();
  const desk = useDesk();
  const [saidNo, setSaidNo] = createSignal(false);
  const ask = async () => {
    setSaidNo(!(await live.storage.persist()));
    props.onAsked();
  };
  return (
    <Show
      when={!props.report.persisted}
      fallback={<Notice tone="done" title="The browser keeps your projects, even when space runs short." />}
    >
      <Show
        when={saidNo()}
        fallback={
          <>
            <p class="text-small text-ink-soft">
              When space runs short on this device, the browser may clear all of this by itself. Ask it not
              to.
            </p>
            <Button tone="quiet" icon={Lock} class="justify-self-start" onClick={() => void ask()}>
              Keep my projects
            </Button>
          </>
        }
      >
        <Notice
          tone="waiting"
          title="The browser said no for now."
          next={helps[desk.install.state()]}
          kept="Until then: whatever was sent is on your workstation too, and comes back from there."
          actions={
            <Switch>
              <Match when={desk.install.state() === 'offered'}>
                <Button icon={Download} onClick={() => void desk.install.ask()}>
                  Install the app
                </Button>
              </Match>
            </Switch>
          }
        />
        <Button tone="plain" class="justify-self-start" onClick={() => void ask()}>
          Ask again
        </Button>
      </Show>
    </Show>
  );
}

/** No browser asks the person: each decides by whether the app is used, or installed. */
const helps = {
  offered: 'Installing the app usually changes its mind.',
  ios: 'Add the app to the home screen (share sign, then "Add to Home Screen"): Safari then keeps it.',
  unknown: "Install the app from the browser's menu, then ask again: that usually changes its mind.",
  installed: 'It decides by how often the app is used. Ask again in a few days.',
} as const;
