// What this device is to the workstation, the way to the other devices, and the way out.

import type { Role } from '@myspinbot/shared/access/access.ts';
import { fingerprintWords } from '@myspinbot/shared/pairing/fingerprint.ts';
import { MonitorSmartphone, Trash2 } from 'lucide';
import { createSignal, Show } from 'solid-js';
import { useLive } from '../live/live.ts';
import { Button, LinkButton } from '../parts/button.tsx';
import { Confirm } from '../parts/confirm.tsx';
import { Facts, Section } from '../parts/section.tsx';
import { createAnswer, failureOf } from './answer.ts';
import { projectTitle } from './cast.ts';
import { useDesk } from './desk.ts';
import { roleWords } from './device-words.ts';
import { StandingCard } from './standing-card.tsx';

export function ThisDevice() {
  const live = useLive();
  const paired = () => {
    const access = live.access();
    return access.state === 'paired' ? access : undefined;
  };
  return (
    <Section title="This device">
      <Show when={paired()} fallback={<StandingCard />}>
        {(access) => (
          <>
            <Show when={access().role === 'owner'} fallback={<About />}>
              <AboutNamed />
            </Show>
            <Show
              when={access().role === 'owner'}
              fallback={
                <p class="text-small text-ink-soft">
                  {access().role === 'member'
                    ? 'Devices are looked after by whoever set up the workstation. Ask them to add another one.'
                    : 'You are a guest: you see what is made of one project. To make something yourself, ask for another invitation.'}
                </p>
              }
            >
              <LinkButton tone="quiet" icon={MonitorSmartphone} class="justify-self-start" href="/devices">
                Devices
              </LinkButton>
            </Show>
          </>
        )}
      </Show>
    </Section>
  );
}

/** An owner may ask what this device is called now: it hears of another name only when it proves itself again. */
function AboutNamed() {
  const live = useLive();
  const devices = createAnswer(() => live.devices.list());
  const name = () => {
    const access = live.access();
    return access.state === 'paired'
      ? devices.value()?.find((device) => device.id === access.device)?.name
      : undefined;
  };
  return <About name={name()} />;
}

function About(props: { name?: string | undefined }) {
  const live = useLive();
  const facts = (): (readonly [string, string])[] => {
    const access = live.access();
    if (access.state !== 'paired') return [];
    const name = props.name ?? access.deviceName;
    return [
      ...(name === undefined ? [] : ([['Name', name]] as const)),
      [
        'May do',
        mayDo(access.role, access.project === null ? undefined : projectTitle(live, access.project)),
      ],
      ['Workstation', access.agent.name],
      ['Its key', fingerprintWords(access.agent.fingerprint)],
    ];
  };
  return <Facts facts={facts()} />;
}

function mayDo(role: Role, project: string | undefined): string {
  return project === undefined ? roleWords[role].short : `Sees "${project}"`;
}

/** The last thing on the screen, and the last thing anybody should do by accident. */
export function Leaving() {
  const live = useLive();
  const desk = useDesk();
  const [isAsking, setAsking] = createSignal(false);
  const [isBusy, setBusy] = createSignal(false);
  const [trouble, setTrouble] = createSignal<string>();
  const isPaired = () => live.access().state === 'paired';
  const erase = async () => {
    setBusy(true);
    setTrouble(undefined);
    try {
      await desk.doorway.erase();
      setAsking(false);
    } catch (error) {
      const failure = failureOf(error);
      setTrouble(`${failure.message} ${failure.hint}`);
    } finally {
      setBusy(false);
    }
  };
  return (
    <Section title="Leave">
      <p class="text-small text-ink-soft">
        Erases the projects, photos, voices and videos that the app keeps on this device
        {isPaired() ? ', and the key it is paired with. What the workstation has stays there.' : '.'}
      </p>
      <Button tone="danger" icon={Trash2} class="justify-self-start" onClick={() => setAsking(true)}>
        Erase everything on this device
      </Button>
      <Confirm
        open={isAsking()}
        title="Erase everything on this device?"
        text={
          isPaired()
            ? 'Whatever the workstation has not got yet is lost: look whether everything is saved there first. To come back, this device has to be paired again. This cannot be undone.'
            : 'This device is not paired, so nothing of it is anywhere else: all of it is lost. This cannot be undone.'
        }
        action="Erase everything"
        icon={Trash2}
        busy={isBusy()}
        trouble={trouble()}
        onConfirm={() => void erase()}
        onClose={() => setAsking(false)}
      />
    </Section>
  );
}
