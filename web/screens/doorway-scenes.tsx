// The scenes before the house. Each says how it stands, what is kept, and what can be done; none of them loses
// anything without being asked twice.
import { fingerprintStart } from '@myspinbot/shared/pairing/fingerprint.ts';
import type { InvitationLink } from '@myspinbot/shared/pairing/invitation.ts';
import { useNavigate } from '@solidjs/router';
import { Link, Trash2 } from 'lucide';
import { createSignal, Match, onCleanup, Show, Switch } from 'solid-js';
import { useLive } from '../live/live.ts';
import { Button, LinkButton } from '../parts/button.tsx';
import { Foyer, Nobody } from '../parts/foyer.tsx';
import { Medallion } from '../parts/medallion.tsx';
import { Notice } from '../parts/notice.tsx';
import { Facts } from '../parts/section.tsx';
import { failureOf } from './answer.ts';
import type { Doorway, Scene } from './doorway.ts';
import { Arrived } from './doorway-arrived.tsx';
import { Stray } from './doorway-stray.tsx';
import { createPairing } from './pairing.ts';
import { PairingDone } from './pairing-done.tsx';
import { PairingName, PairingTrouble } from './pairing-name.tsx';

/** Long enough to read who it is paired with; a press goes on at once. */
const DONE_MS = 2_600;

export default function DoorwayScene(props: { doorway: Doorway; scene: Scene }) {
  const only = <Kind extends Scene['kind']>(kind: Kind) =>
    props.scene.kind === kind ? (props.scene as Extract<Scene, { kind: Kind }>) : undefined;
  return (
    <Switch>
      <Match when={only('erased')}>
        <Erased />
      </Match>
      <Match when={only('invited')}>
        {(scene) => <Invited doorway={props.doorway} link={scene().link} />}
      </Match>
      <Match when={only('arrived')}>
        <Arrived doorway={props.doorway} />
      </Match>
      <Match when={only('stray')}>{(scene) => <Stray doorway={props.doorway} link={scene().link} />}</Match>
      <Match when={only('removed')}>{(scene) => <Removed doorway={props.doorway} {...scene()} />}</Match>
      <Match when={only('forgotten')}>{(scene) => <Forgotten doorway={props.doorway} {...scene()} />}</Match>
    </Switch>
  );
}

function Invited(props: { doorway: Doorway; link: InvitationLink }) {
  const navigate = useNavigate();
  const pairing = createPairing(useLive().invitationTrouble());
  const [isLeaving, setLeaving] = createSignal(false);
  let clock: ReturnType<typeof setTimeout> | undefined;
  onCleanup(() => clearTimeout(clock));

  const leave = () => {
    clearTimeout(clock);
    navigate('/');
    setLeaving(true);
  };
  const pair = async () => {
    if (pairing.nameTrouble() !== undefined) return;
    if (await pairing.pair({ kind: 'link', link: props.link })) clock = setTimeout(leave, DONE_MS);
  };
  const typeCode = () => {
    props.doorway.leaveInvitation();
    props.doorway.setPairingOpen(true);
  };
  const heading = () => {
    const trouble = pairing.trouble();
    if (trouble?.isSerious === true) return 'Stop here';
    return trouble?.mayTryAgain === false ? 'This invitation is over' : 'You are invited';
  };
  const keyFacts = (): (readonly [string, string])[] => {
    const promised = fingerprintStart(props.link.fingerprint);
    const answered = pairing.trouble()?.answeredWith;
    if (answered === undefined) return [['Its key begins with', promised]];
    return [
      ['The key of the invitation begins with', promised],
      ['The key that answered', fingerprintStart(answered)],
    ];
  };
  const ring = () => ({ asking: undefined, pairing: 'waiting', paired: 'done' }) as const;

  return (
    <Foyer
      label="Pair this device"
      opening={isLeaving()}
      onOpened={() => props.doorway.leaveInvitation()}
      actor={
        <Show when={pairing.trouble()?.isSerious !== true} fallback={<Nobody />}>
          <Medallion
            name={pairing.name()}
            seed={props.link.fingerprint}
            size="large"
            state={ring()[pairing.state()]}
            progress={pairing.state() === 'paired' ? 1 : undefined}
            spinning={pairing.state() !== 'asking'}
            decorative
          />
        </Show>
      }
    >
      <Show
        when={pairing.state() !== 'paired'}
        fallback={<PairingDone name={pairing.name()} onRaise={leave} />}
      >
        <div class="grid gap-1">
          <h1>{heading()}</h1>
          <Show when={pairing.trouble() === undefined}>
            <p class="text-small text-ink-soft">
              Your workstation wants to know this device. Afterwards your projects and videos move between the
              two, and to nobody else.
            </p>
          </Show>
        </div>
        <Facts facts={[['Workstation', location.host], ...keyFacts()]} />
        <Show when={pairing.trouble()?.mayTryAgain !== false}>
          <PairingName pairing={pairing} />
        </Show>
        <PairingTrouble pairing={pairing} />
        <div class="grid gap-2">
          <Show
            when={pairing.trouble()?.mayTryAgain !== false}
            fallback={
              <>
                <Show when={pairing.trouble()?.isSerious !== true}>
                  <Button tone="curtain" wide onClick={typeCode}>
                    Type another code
                  </Button>
                </Show>
                <Button tone="quiet" wide onClick={() => props.doorway.leaveInvitation()}>
                  Go on without pairing
                </Button>
              </>
            }
          >
            <Button
              tone="curtain"
              icon={Link}
              wide
              busy={pairing.state() === 'pairing'}
              onClick={() => void pair()}
            >
              {pairing.state() === 'pairing' ? 'Pairing…' : 'Pair this device'}
            </Button>
            <Show when={pairing.state() !== 'pairing'}>
              <Button tone="plain" wide onClick={() => props.doorway.leaveInvitation()}>
                Not now
              </Button>
            </Show>
          </Show>
        </div>
      </Show>
    </Foyer>
  );
}

function Removed(props: { doorway: Doorway; agentName: string; erased: boolean }) {
  return (
    <Foyer label="This device was removed">
      <Show
        when={!props.erased}
        fallback={
          <>
            <h1>This device was removed</h1>
            <p class="text-ink-soft">
              {props.agentName} does not let it in any more, and asked for everything the app kept here to be
              erased. That is done: no project, photo, voice or key is left on this device.
            </p>
            <p class="text-small text-ink-soft">An owner can invite it again.</p>
            <Button tone="quiet" wide onClick={() => props.doorway.lookAround()}>
              Begin afresh
            </Button>
          </>
        }
      >
        <EraseOrStay
          title="This device was removed"
          lead={`${props.agentName} does not let it in any more. What is here is still here: your projects, photos and videos. Nothing new comes, and nothing leaves.`}
          doorway={props.doorway}
          stay="Keep looking at what is here"
        />
      </Show>
    </Foyer>
  );
}

function Forgotten(props: {
  doorway: Doorway;
  agentName: string;
  why: 'unknown-here' | 'another-workstation';
}) {
  return (
    <Foyer
      label="Pair this device again"
      actor={
        // Whoever answers there is not the one this device knows.
        <Show when={props.why === 'unknown-here'} fallback={<Nobody />}>
          <Medallion name={props.agentName} seed={props.agentName} size="large" decorative />
        </Show>
      }
    >
      <Show
        when={props.why === 'another-workstation'}
        fallback={
          <>
            <h1>{props.agentName} does not know this device</h1>
            <p class="text-ink-soft">
              It may have been set up anew. Everything you made is still on this device; pair it again, and it
              goes on.
            </p>
          </>
        }
      >
        <h1>This is not {props.agentName}</h1>
        <p class="text-ink-soft">
          Another workstation answers at this address, with another key. If yours was set up anew, or you
          moved to a new one, pair again. If not, somebody in this network may pretend to be it: do not pair,
          and look at the workstation itself.
        </p>
        <Notice tone="info" title="Nothing was sent to it. What is on this device is untouched." />
      </Show>
      <div class="grid gap-2">
        <Button tone="curtain" icon={Link} wide onClick={() => props.doorway.setPairingOpen(true)}>
          Pair it again
        </Button>
        <Button tone="plain" wide onClick={() => props.doorway.lookAround()}>
          Keep looking at what is here
        </Button>
      </div>
    </Foyer>
  );
}

/** Asked twice, in place: what is erased here is nowhere else, perhaps. */
function EraseOrStay(props: { title: string; lead: string; doorway: Doorway; stay: string }) {
  const [isSure, setSure] = createSignal(false);
  const [isErasing, setErasing] = createSignal(false);
  const [trouble, setTrouble] = createSignal<string>();
  const erase = async () => {
    setErasing(true);
    setTrouble(undefined);
    try {
      await props.doorway.erase();
    } catch (error) {
      const failure = failureOf(error);
      setTrouble(`${failure.message} ${failure.hint}`);
      setErasing(false);
    }
  };
  return (
    <Show
      when={!isSure()}
      fallback={
        <>
          <h1 tabIndex={-1} data-first="">
            Erase everything here?
          </h1>
          <p class="text-ink-soft">
            Projects, photos, voices and videos on this device, and its key. What the workstation has stays
            there. This cannot be undone.
          </p>
          <Show when={trouble()}>{(words) => <Notice tone="error" title={words()} />}</Show>
          <div class="grid gap-2">
            <Button tone="danger" icon={Trash2} wide busy={isErasing()} onClick={() => void erase()}>
              Erase everything
            </Button>
            <Button tone="plain" wide onClick={() => setSure(false)}>
              Keep it
            </Button>
          </div>
        </>
      }
    >
      <h1 tabIndex={-1} data-first="">
        {props.title}
      </h1>
      <p class="text-ink-soft">{props.lead}</p>
      <div class="grid gap-2">
        <Button tone="quiet" wide onClick={() => props.doorway.lookAround()}>
          {props.stay}
        </Button>
        <Button tone="danger" icon={Trash2} wide onClick={() => setSure(true)}>
          Erase everything on this device
        </Button>
      </div>
    </Show>
  );
}

function Erased() {
  return (
    <Foyer label="Everything is erased">
      <h1>Everything is erased</h1>
      <p class="text-ink-soft">
        No project, photo, voice or key of MySpinBot is left on this device. You can close this page, or begin
        afresh.
      </p>
      <LinkButton tone="quiet" wide href="/" rel="external">
        Begin afresh
      </LinkButton>
    </Foyer>
  );
}
