// Adding a device: first what it may do; then two pictures for its camera, to trust and to pair, with the code for its
// keyboard always beside them; and at last its name when it is in. The invitation ends when this is closed.
import { MAX_ATTEMPTS } from '@myspinbot/shared/pairing/invitation.ts';
import type { Invitation, Invite } from '@myspinbot/shared/wire/pairing.ts';
import { Check, QrCode as QrShape, RotateCw } from 'lucide';
import { createSignal, lazy, Match, onCleanup, Show, Suspense, Switch } from 'solid-js';
import { Icon } from '../design/icon.tsx';
import { Button } from '../parts/button.tsx';
import { CodeShown } from '../parts/code-field.tsx';
import { CopyLine } from '../parts/copy-line.tsx';
import { CountdownRing } from '../parts/countdown-ring.tsx';
import { Medallion } from '../parts/medallion.tsx';
import { Notice } from '../parts/notice.tsx';
import { Fold } from '../parts/section.tsx';
import { Segmented } from '../parts/segmented.tsx';
import { Skeleton } from '../parts/skeleton.tsx';
import { useToasts } from '../parts/toast.tsx';
import { addressOf, invitationEnd } from './device-words.ts';
import { createInvitation, type WatchedInvitation } from './invitation.ts';
import { type ChosenRole, isComplete, RoleChoice } from './role-choice.tsx';

const QrCode = lazy(() => import('../parts/qr-code.tsx').then((module) => ({ default: module.QrCode })));

export default function AddDevice(props: { onPaired: () => void; onClose: () => void }) {
  const watched = createInvitation(() => props.onPaired());
  const toasts = useToasts();
  // Before the invitation itself ends: what is cleaned up last was made first.
  onCleanup(() => {
    if (watched.invitation()?.state.state === 'open') toasts.show('The code was taken back.');
  });
  const [chosen, setChosen] = createSignal<ChosenRole>({ role: 'member', project: null });
  const make = () => {
    const { role, project } = chosen();
    if (!isComplete(chosen()) || watched.isMaking()) return;
    const invite: Invite = project === null ? { role } : { role, project };
    void watched.make(invite);
  };
  const used = () => {
    const invitation = watched.invitation();
    return invitation?.state.state === 'used' ? invitation : undefined;
  };
  return (
    <Switch
      fallback={
        <div class="grid gap-4">
          <p class="text-small text-ink-soft">What may the new device do? You can change it later.</p>
          <RoleChoice chosen={chosen()} onChoose={setChosen} />
          <Show when={watched.failure()}>
            {(failure) => <Notice tone="error" title={failure().message} next={failure().hint} />}
          </Show>
          <Button
            tone="curtain"
            icon={QrShape}
            wide
            busy={watched.isMaking()}
            held={!isComplete(chosen())}
            onClick={make}
          >
            Show the code
          </Button>
        </div>
      }
    >
      <Match when={used()}>
        {(invitation) => (
          <CameIn invitation={invitation()} onMore={() => watched.drop()} onClose={() => props.onClose()} />
        )}
      </Match>
      <Match when={watched.invitation()}>
        {(invitation) => <Waiting watched={watched} invitation={invitation()} onAgain={make} />}
      </Match>
    </Switch>
  );
}

const steps = {
  trust: {
    label: '1. New here',
    picture: 'Where a new device learns to trust this workstation, as a picture for its camera',
    words:
      'For a device that has never been here. Its camera opens a page that says how to trust this workstation, once. Take your time: the code below is renewed meanwhile.',
  },
  pair: {
    label: '2. Pair',
    picture: 'The link as a picture, for the camera of the new device',
    words:
      'For a device that trusts this workstation already. Its camera opens the app, which pairs it; or open the app there and type the code. Each is good for one device.',
  },
} as const;
type Step = keyof typeof steps;

function Waiting(props: { watched: WatchedInvitation; invitation: Invitation; onAgain: () => void }) {
  const [step, setStep] = createSignal<Step>('trust');
  const end = () => (props.watched.isRenewing() ? undefined : invitationEnd(props.invitation));
  const links = () => (step() === 'trust' ? props.invitation.trustLinks : props.invitation.links);
  const attempts = () => props.invitation.attemptsLeft;
  return (
    <div class="grid gap-4">
      <Show
        when={links()[0]}
        fallback={
          <Notice
            tone="info"
            title="This workstation listens to itself alone"
            next="No other device can reach it. Start it without --local, then make a code again."
          />
        }
      >
        {(link) => (
          <div class="grid justify-items-center gap-3">
            <div class="w-full">
              <Segmented
                label="How far the new device is"
                value={step()}
                onChoose={setStep}
                options={(Object.keys(steps) as Step[]).map((value) => ({
                  value,
                  label: steps[value].label,
                }))}
              />
            </div>
            <Suspense fallback={<Skeleton shape="block" />}>
              <QrCode
                text={link()}
                label={steps[step()].picture}
                over={
                  end() === undefined || step() === 'trust' ? undefined : (
                    <Button
                      tone="quiet"
                      icon={RotateCw}
                      busy={props.watched.isMaking()}
                      onClick={props.onAgain}
                    >
                      New code
                    </Button>
                  )
                }
              />
            </Suspense>
            <p class="max-w-line text-center text-small text-ink-soft">{steps[step()].words}</p>
            <CopyLine label="Copy the address" text={addressOf(link())} />
          </div>
        )}
      </Show>
      <div class="grid gap-3 border-t border-line pt-4">
        {/* Read out when it changes by itself. */}
        <div aria-live="polite" aria-atomic="true">
          <CodeShown code={props.invitation.code} spent={end() !== undefined} />
        </div>
        <div class="flex items-center justify-center gap-4">
          <CountdownRing
            label="Time left"
            leftMs={end() === undefined ? props.watched.leftMs() : 0}
            wholeMs={props.watched.wholeMs}
          />
          <div class="grid text-small" role="status">
            <Show
              when={end()}
              fallback={
                <>
                  <span class="font-semibold">Waiting for the device</span>
                  <span class="text-ink-soft">
                    {props.watched.isFresh() && attempts() === MAX_ATTEMPTS
                      ? 'A fresh code: the one before is over'
                      : attempts() === 1
                        ? 'One try left'
                        : `${attempts()} tries left`}
                  </span>
                </>
              }
            >
              {(words) => (
                <>
                  <span class="font-semibold">{words().title}</span>
                  <span class="text-ink-soft">{words().next}</span>
                </>
              )}
            </Show>
          </div>
        </div>
        <Show when={end() !== undefined && step() === 'trust'}>
          <Button
            tone="quiet"
            icon={RotateCw}
            wide
            busy={props.watched.isMaking()}
            onClick={() => props.onAgain()}
          >
            New code
          </Button>
        </Show>
        <Show when={props.watched.failure()}>
          {(failure) => <Notice tone="error" title={failure().message} next={failure().hint} />}
        </Show>
      </div>
      <Show when={links().length > 1}>
        <Fold title="Other addresses of the workstation">
          <ul class="grid gap-2 text-small text-ink-soft">
            {links()
              .slice(1)
              .map((link) => (
                <li>{addressOf(link)}</li>
              ))}
          </ul>
        </Fold>
      </Show>
    </div>
  );
}

function CameIn(props: { invitation: Invitation; onMore: () => void; onClose: () => void }) {
  const name = () => (props.invitation.state.state === 'used' ? props.invitation.state.name : '');
  const words = () => invitationEnd(props.invitation);
  return (
    <div class="grid justify-items-center gap-4 py-4 text-center" role="status">
      <Medallion name={name()} seed={name()} size="large" state="done" progress={1} spinning decorative />
      <div class="grid gap-1">
        <p class="heading text-lead" tabIndex={-1} data-first="">
          {words()?.title}
        </p>
        <p class="text-small text-ink-soft">{words()?.next}</p>
      </div>
      <div class="grid w-full gap-2">
        <Button tone="quiet" wide onClick={() => props.onClose()}>
          <Icon shape={Check} />
          Good
        </Button>
        <Button tone="plain" wide onClick={() => props.onMore()}>
          Add another device
        </Button>
      </div>
    </div>
  );
}
