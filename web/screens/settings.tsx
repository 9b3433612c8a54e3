// Settings: how it looks, what this device is to the workstation, what is kept where, how to install it, the engines,
// what it honestly can and cannot do, and the way out.
import { Activity, Download, HardDrive, ListOrdered } from 'lucide';
import { createResource, For, Match, Show, Switch } from 'solid-js';
import { type Theme, themes } from '../design/theme.ts';
import { useLive } from '../live/live.ts';
import { Button, LinkButton } from '../parts/button.tsx';
import { Mark } from '../parts/mark.tsx';
import { Notice } from '../parts/notice.tsx';
import { Facts, Section, ShareBar } from '../parts/section.tsx';
import { Segmented } from '../parts/segmented.tsx';
import { Skeleton } from '../parts/skeleton.tsx';
import { WorkstationLine } from '../parts/workstation-line.tsx';
import { useDesk } from './desk.ts';
import { engineTitle } from './engine-words.ts';
import { seesMonitor } from './monitor-words.ts';
import { Connection } from './settings-connection.tsx';
import { Telling } from './settings-telling.tsx';
import { Leaving, ThisDevice } from './settings-this-device.tsx';
import { bytesWords } from './time-words.ts';
import { reachOf, workstationWords } from './workstation-words.ts';

const themeWords: Readonly<Record<Theme, string>> = { auto: 'System', light: 'Light', dark: 'Dark' };

export default function Settings() {
  const live = useLive();
  const desk = useDesk();
  const [storage] = createResource(() => live.storage.report());
  const agent = () => {
    const workstation = live.workstation();
    return live.access().state === 'paired' && workstation.state === 'here' ? workstation.agent : undefined;
  };
  return (
    <div class="mx-auto grid max-w-line gap-10 p-4 tablet:p-8">
      <h1>Settings</h1>
      <Section title="Theme">
        <Segmented
          label="Theme"
          value={desk.theme()}
          onChoose={desk.setTheme}
          options={themes.map((value) => ({ value, label: themeWords[value] }))}
        />
      </Section>

      <ThisDevice />

      <Section title="Workstation">
        <WorkstationLine words={workstationWords(reachOf(live), desk.now())} />
        <div class="flex flex-wrap gap-3">
          <LinkButton tone="quiet" icon={ListOrdered} href="/line">
            The line
          </LinkButton>
          <Show when={seesMonitor(live.access())}>
            <LinkButton tone="quiet" icon={Activity} href="/monitor">
              Monitor
            </LinkButton>
          </Show>
        </div>
        <Show when={live.mayEdit() && agent()}>
          {(entry) => (
            <ul class="grid gap-3">
              <For each={entry().engines}>
                {(engine) => (
                  <li class="grid gap-1 border-t border-line pt-3 text-small">
                    <span class="font-semibold">
                      {engineTitle(engine.capability)}, {engine.tier === 'builtin' ? 'built in' : engine.id}
                    </span>
                    <span class="text-ink-soft">
                      {engine.readiness.ready ? `Ready. ${engine.readiness.detail}` : engine.readiness.hint}
                    </span>
                  </li>
                )}
              </For>
            </ul>
          )}
        </Show>
      </Section>

      <Telling />

      <Connection />

      <Section title="Storage on this device">
        <Show when={storage.latest} fallback={<Skeleton shape="line" />}>
          {(report) => (
            <>
              <p class="figures text-small">
                {bytesWords(report().usedBytes)} used
                <Show when={report().quotaBytes}>
                  {(quota) => <> of {bytesWords(quota())} the browser allows</>}
                </Show>
              </p>
              <Show when={report().quotaBytes}>
                {(quota) => (
                  <ShareBar
                    label={`${bytesWords(report().usedBytes)} of ${bytesWords(quota())} used`}
                    share={report().usedBytes / quota()}
                  />
                )}
              </Show>
              <p class="text-small text-ink-soft">
                {report().persisted
                  ? 'The browser keeps your projects, even when space runs short.'
                  : 'When space runs short, the browser may clear this. You can ask it not to.'}
              </p>
              <LinkButton tone="quiet" icon={HardDrive} class="justify-self-start" href="/storage">
                Storage
              </LinkButton>
            </>
          )}
        </Show>
      </Section>

      <Section title="Install">
        <Switch
          fallback={
            <p class="text-small text-ink-soft">
              Your browser's menu has "Install" or "Add to home screen". The app then opens in its own window
              and works without a network.
            </p>
          }
        >
          <Match when={desk.install.state() === 'installed'}>
            <Notice tone="done" title="Installed. It works without a network, too." />
          </Match>
          <Match when={desk.install.state() === 'offered'}>
            <p class="text-small text-ink-soft">In its own window, and working without a network.</p>
            <Button
              tone="quiet"
              icon={Download}
              class="justify-self-start"
              onClick={() => void desk.install.ask()}
            >
              Install the app
            </Button>
          </Match>
          <Match when={desk.install.state() === 'ios'}>
            <ol class="grid list-decimal gap-2 ps-6 text-small">
              <li>Open this page in Safari.</li>
              <li>Tap the share sign, the square with an arrow.</li>
              <li>Choose "Add to Home Screen", then "Add".</li>
            </ol>
            <p class="text-small text-ink-soft">
              On iPhone and iPad that also keeps the browser from clearing your projects after a week without
              a visit.
            </p>
          </Match>
        </Switch>
      </Section>

      <Section title="About">
        <div class="flex items-center gap-4">
          <span class="block size-14">
            <Mark />
          </span>
          <p class="text-small text-ink-soft">
            Objectiveness is overrated, ditching it responsibly.
            <br />
            Free software, AGPL-3.0-or-later.
          </p>
        </div>
        <ul class="grid list-disc gap-2 ps-6 text-small text-ink-soft">
          <li>Photos, voices and videos stay on this device and your workstation. No account, no cloud.</li>
          <li>
            The built-in engine moves the mouth, eyes and head of your photo. It does not invent hands or a
            body.
          </li>
          <li>Voice matching follows pitch and tone of a clip. It does not copy a person's voice.</li>
          <li>
            "Let it write" fills templates: quick, cheerful, and without a notion of your topic. Where Ollama
            is ready, a language model writes instead, and may make things up.
          </li>
          <li>Use faces and voices of people who agreed to it.</li>
        </ul>
        <Show when={agent()}>
          {(entry) => (
            <Facts
              facts={[
                ['Workstation', entry().name],
                ['Version', entry().version],
              ]}
            />
          )}
        </Show>
      </Section>

      <Leaving />
    </div>
  );
}
