// How this workstation is guarded: where it answers, by which key it is known, what vouches for it, how its tools are
// shut in, and how much it takes. And the one heavy lever: a new authority, which every device must trust anew.
import { fingerprintWords } from '@myspinbot/shared/pairing/fingerprint.ts';
import type { SecurityReport } from '@myspinbot/shared/wire/pairing.ts';
import { RotateCw } from 'lucide';
import { createSignal, Show } from 'solid-js';
import { useLive } from '../live/live.ts';
import { Button } from '../parts/button.tsx';
import { Confirm } from '../parts/confirm.tsx';
import { CopyLine } from '../parts/copy-line.tsx';
import { Notice } from '../parts/notice.tsx';
import { Tick } from '../parts/option-list.tsx';
import { Facts, Fold, Section, ShareBar } from '../parts/section.tsx';
import { useToasts } from '../parts/toast.tsx';
import { createAnswer, failureOf } from './answer.ts';
import { AnswerShown } from './answer-shown.tsx';
import { confinementWords, dateWords } from './device-words.ts';
import { bytesWords } from './time-words.ts';

export function Guarded(props: { onDone: () => void }) {
  const live = useLive();
  const toasts = useToasts();
  const report = createAnswer(() => live.devices.security());
  const [isRotating, setRotating] = createSignal(false);
  const [isAgreed, setAgreed] = createSignal(false);
  const [isBusy, setBusy] = createSignal(false);
  const [trouble, setTrouble] = createSignal<string>();
  const close = () => {
    setRotating(false);
    setAgreed(false);
    setTrouble(undefined);
  };
  const rotate = async () => {
    setBusy(true);
    setTrouble(undefined);
    try {
      await live.devices.rotateAuthority();
      toasts.show('The workstation has a new authority. Trust it on every device, also on this one.');
      close();
    } catch (error) {
      const failure = failureOf(error);
      setTrouble(`${failure.message} ${failure.hint}`);
    } finally {
      setBusy(false);
      void report.again();
      props.onDone();
    }
  };
  return (
    <Section title="How this workstation is guarded">
      <AnswerShown answer={report} what="How it is guarded" below>
        {(value) => (
          <>
            <Show
              when={value().addresses.length > 0}
              fallback={
                <Notice
                  tone="info"
                  title="It listens to this machine alone"
                  next="No other device can reach it. Start it without --local to let paired devices in."
                />
              }
            >
              <p class="text-small text-ink-soft">
                It answers in your own network only, and only to the devices above.
              </p>
            </Show>
            <Facts facts={factsOf(value())} />
            <div class="grid gap-1">
              <p class="text-small font-semibold">Its key</p>
              <CopyLine
                label="Copy the key's fingerprint"
                text={value().fingerprint}
                shown={fingerprintWords(value().fingerprint)}
              />
            </div>
            <Show when={value().authority}>
              {(authority) => (
                <Fold title="The authority that vouches for it">
                  <Facts
                    facts={[
                      ['Name', authority().name],
                      ['Good until', dateWords(authority().notAfter)],
                    ]}
                  />
                  <CopyLine
                    label="Copy the authority's fingerprint"
                    text={authority().sha256}
                    shown={authority().sha256.replaceAll(':', ' ')}
                  />
                  <p class="text-small text-ink-soft">
                    That is its SHA-256. Compare it with what a device shows before you trust it there. It can
                    vouch for addresses of home networks only, never for a site of the outside web.
                  </p>
                  <Button
                    tone="danger"
                    icon={RotateCw}
                    class="justify-self-start"
                    held={live.workstation().state !== 'here'}
                    onClick={() => live.workstation().state === 'here' && setRotating(true)}
                  >
                    Make a new authority
                  </Button>
                </Fold>
              )}
            </Show>
            <Notice
              tone={confinementWords(value().confinement).tone}
              title={confinementWords(value().confinement).text}
              next={confinementWords(value().confinement).next}
            />
            <Room quota={value().quota} />
          </>
        )}
      </AnswerShown>
      <Confirm
        open={isRotating()}
        title="Make a new authority?"
        text="Do this when somebody may have copied the workstation's files. Every device then shows a warning until the new authority is trusted on it, by hand, as on the first day. Devices stay paired. There is no way back to the old one."
        action="Make a new one"
        icon={RotateCw}
        busy={isBusy()}
        held={!isAgreed()}
        trouble={trouble()}
        onConfirm={() => void rotate()}
        onClose={close}
      >
        <Tick label="I will trust it again on every device" checked={isAgreed()} onChange={setAgreed} />
      </Confirm>
    </Section>
  );
}

function factsOf(report: SecurityReport): (readonly [string, string])[] {
  return [
    ...report.addresses.map((address, index) => [index === 0 ? 'Address' : '', address] as const),
    ...(report.leafNotAfter === null
      ? []
      : ([['Certificate', `until ${dateWords(report.leafNotAfter)}, renewed by itself`]] as const)),
  ];
}

function Room(props: { quota: SecurityReport['quota'] }) {
  const words = () => `${bytesWords(props.quota.usedBytes)} of ${bytesWords(props.quota.totalBytes)} used`;
  return (
    <div class="grid gap-2">
      <p class="text-small font-semibold">Room for files</p>
      <ShareBar label={words()} share={Math.min(1, props.quota.usedBytes / props.quota.totalBytes)} />
      <p class="figures text-small text-ink-soft">
        {words()}. One device may bring {bytesWords(props.quota.deviceBytes)}.
      </p>
    </div>
  );
}
