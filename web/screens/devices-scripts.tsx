// Tokens for scripts: made once, shown once, removed when they are no longer needed.
import { type Scope, scopes } from '@myspinbot/shared/access/access.ts';
import { deviceNameSchema, type ScriptToken } from '@myspinbot/shared/wire/pairing.ts';
import { KeyRound, Plus, Trash2 } from 'lucide';
import { createMemo, createSignal, For, Show } from 'solid-js';
import { useLive } from '../live/live.ts';
import { Button, IconButton } from '../parts/button.tsx';
import { Confirm } from '../parts/confirm.tsx';
import { CopyLine } from '../parts/copy-line.tsx';
import { DeviceRow, DeviceRows } from '../parts/device-row.tsx';
import { Dialog } from '../parts/dialog.tsx';
import { Field } from '../parts/field.tsx';
import { Notice } from '../parts/notice.tsx';
import { OptionList } from '../parts/option-list.tsx';
import { Section } from '../parts/section.tsx';
import { useToasts } from '../parts/toast.tsx';
import { createAnswer, failureOf } from './answer.ts';
import { AnswerShown } from './answer-shown.tsx';
import { useDesk } from './desk.ts';
import { scopeWords } from './device-words.ts';
import type { Rounds } from './rounds.ts';
import { agoWords } from './time-words.ts';

export function Scripts(props: { rounds: Rounds }) {
  const live = useLive();
  const desk = useDesk();
  const toasts = useToasts();
  const tokens = createAnswer(() => live.devices.scripts(), props.rounds);
  const [isMaking, setMaking] = createSignal(false);
  const [removing, setRemoving] = createSignal<ScriptToken>();
  const [trouble, setTrouble] = createSignal<string>();
  const remove = async (token: ScriptToken) => {
    setTrouble(undefined);
    try {
      await live.devices.removeScript(token.id);
      setRemoving(undefined);
      toasts.show(`The token "${token.name}" is good for nothing any more.`);
    } catch (error) {
      const failure = failureOf(error);
      setTrouble(`${failure.message} ${failure.hint}`);
    }
    props.rounds.next();
  };
  const line = (token: ScriptToken) =>
    `${scopeWords[token.scope].label} · ${
      token.seenAt === null ? 'never used' : `used ${agoWords(token.seenAt, desk.now())}`
    }`;
  return (
    <Section
      title="Scripts"
      note={
        <Show when={live.workstation().state === 'here'}>
          <Button tone="quiet" icon={Plus} onClick={() => setMaking(true)}>
            Make a token
          </Button>
        </Show>
      }
    >
      <AnswerShown answer={tokens} what="Tokens for scripts" below>
        {(list) => (
          <Show
            when={list().length > 0}
            fallback={
              <p class="text-small text-ink-soft">
                No script has a token. One lets a program of yours ask the workstation, for a backup or from
                your own code.
              </p>
            }
          >
            <DeviceRows label="Tokens for scripts">
              {/* By id: one that was just used keeps its row, and its button the focus. */}
              <For each={list().map(({ id }) => id)}>
                {(id) => {
                  const token = createMemo<ScriptToken>(
                    (before) => list().find((each) => each.id === id) ?? before!,
                  );
                  return (
                    <DeviceRow
                      shape={KeyRound}
                      name={token().name}
                      words={line(token())}
                      more={`Made ${agoWords(token().madeAt, desk.now())}`}
                      actions={
                        <IconButton
                          shape={Trash2}
                          label={`Remove the token ${token().name}`}
                          onClick={() => setRemoving(token())}
                        />
                      }
                    />
                  );
                }}
              </For>
            </DeviceRows>
          </Show>
        )}
      </AnswerShown>
      <Dialog open={isMaking()} title="A token for a script" onClose={() => setMaking(false)}>
        <MakeToken onMade={() => props.rounds.next()} onClose={() => setMaking(false)} />
      </Dialog>
      <Confirm
        open={removing() !== undefined}
        title={`Remove "${removing()?.name ?? ''}"?`}
        text="Whatever uses this token is refused from now on. There is no undo: a new token is another one."
        action="Remove"
        icon={Trash2}
        trouble={trouble()}
        onConfirm={() => void remove(removing()!)}
        onClose={() => {
          setTrouble(undefined);
          setRemoving(undefined);
        }}
      />
    </Section>
  );
}

function MakeToken(props: { onMade: () => void; onClose: () => void }) {
  const live = useLive();
  const [name, setName] = createSignal('');
  const [scope, setScope] = createSignal<Scope>('read');
  const [made, setMade] = createSignal<string>();
  const [isBusy, setBusy] = createSignal(false);
  const [nameTrouble, setNameTrouble] = createSignal<string>();
  const [trouble, setTrouble] = createSignal<{ title: string; next: string }>();
  const make = async (event: Event) => {
    event.preventDefault();
    const read = deviceNameSchema.safeParse(name());
    if (!read.success) {
      setNameTrouble('Give it a name of up to 60 letters, so that you know it again.');
      return;
    }
    if (isBusy()) return;
    setBusy(true);
    setTrouble(undefined);
    try {
      setMade((await live.devices.makeScript(read.data, scope())).token);
      props.onMade();
    } catch (error) {
      const failure = failureOf(error);
      setTrouble({ title: failure.message, next: failure.hint });
    } finally {
      setBusy(false);
    }
  };
  return (
    <Show
      when={made()}
      fallback={
        <form class="grid gap-4" onSubmit={(event) => void make(event)}>
          <Field
            label="What it is for"
            placeholder="backup-script"
            value={name()}
            maxLength={60}
            error={nameTrouble()}
            first
            onText={(text) => {
              setNameTrouble(undefined);
              setName(text);
            }}
          />
          <OptionList
            label="What it may do"
            value={scope()}
            onChoose={setScope}
            options={scopes.map((value) => ({ value, ...scopeWords[value] }))}
          />
          <Show when={trouble()}>
            {(words) => <Notice tone="error" title={words().title} next={words().next} />}
          </Show>
          <Button type="submit" tone="curtain" icon={KeyRound} wide busy={isBusy()}>
            Make the token
          </Button>
        </form>
      }
    >
      {(token) => (
        <div class="grid gap-4">
          <Notice
            tone="waiting"
            title="Shown this once"
            next="Copy it to where the script reads it. The workstation keeps only a fingerprint of it and cannot show it again."
          />
          <CopyLine label="Copy the token" text={token()} />
          <p class="text-small text-ink-soft">A script sends it with every request, like this:</p>
          <CopyLine
            label="Copy the header"
            text={`Authorization: Bearer ${token()}`}
            shown="Authorization: Bearer …"
          />
          <Button tone="quiet" wide onClick={() => props.onClose()}>
            I have it
          </Button>
        </div>
      )}
    </Show>
  );
}
