// The devices themselves: who they are, what they may do, and what an owner does about them. Renaming happens in
// place; removing is the one thing that cannot be undone, so it is asked.
import type { DeviceRecord } from '@myspinbot/shared/wire/pairing.ts';
import { deviceNameSchema } from '@myspinbot/shared/wire/pairing.ts';
import { PenLine, Plus, Trash2, UserCog } from 'lucide';
import { createMemo, createSignal, For, lazy, Show, Suspense } from 'solid-js';
import { useLive } from '../live/live.ts';
import { Button } from '../parts/button.tsx';
import { Confirm } from '../parts/confirm.tsx';
import { DeviceRow, DeviceRows } from '../parts/device-row.tsx';
import { Dialog } from '../parts/dialog.tsx';
import { Field } from '../parts/field.tsx';
import { Menu } from '../parts/menu.tsx';
import { Notice } from '../parts/notice.tsx';
import { Tick } from '../parts/option-list.tsx';
import { Fold, Section } from '../parts/section.tsx';
import { useToasts } from '../parts/toast.tsx';
import { type Answer, failureOf } from './answer.ts';
import { AnswerShown } from './answer-shown.tsx';
import { projectTitle } from './cast.ts';
import { useDesk } from './desk.ts';
import { deviceIcons } from './device-icons.ts';
import { broughtLine, deviceLine, isHere, removalLine } from './device-words.ts';
import { type ChosenRole, isComplete, RoleChoice } from './role-choice.tsx';
import { agoWords } from './time-words.ts';

const AddDevice = lazy(() => import('./device-invite.tsx'));

export function DeviceList(props: {
  devices: Answer<readonly DeviceRecord[]>;
  /** Something was done: whatever else tells of devices asks anew. */
  onDone: () => void;
}) {
  const live = useLive();
  const desk = useDesk();
  const toasts = useToasts();
  const [isAdding, setAdding] = createSignal(false);
  const [removing, setRemoving] = createSignal<DeviceRecord>();
  const [changing, setChanging] = createSignal<DeviceRecord>();
  const mine = () => {
    const access = live.access();
    return access.state === 'paired' ? access.device : undefined;
  };
  const welcome = createMemo(() =>
    (props.devices.value() ?? [])
      .filter((device) => device.removed === undefined)
      .sort(
        (one, other) => Number(other.id === mine()) - Number(one.id === mine()) || other.seenAt - one.seenAt,
      ),
  );
  const gone = createMemo(() =>
    (props.devices.value() ?? [])
      .filter((device) => device.removed !== undefined)
      .sort((one, other) => other.removed!.at - one.removed!.at),
  );
  const change = async (id: string, wish: Parameters<typeof live.devices.change>[1], said: string) => {
    try {
      await live.devices.change(id, wish);
      toasts.show(said);
    } catch (error) {
      const failure = failureOf(error);
      toasts.show(`${failure.message} ${failure.hint}`);
    }
    props.onDone();
  };

  return (
    <Section
      title="Who comes in"
      note={
        <Show when={live.workstation().state === 'here'}>
          <Button tone="quiet" icon={Plus} onClick={() => setAdding(true)}>
            Add a device
          </Button>
        </Show>
      }
    >
      <AnswerShown answer={props.devices} what="Devices">
        {() => (
          <>
            <DeviceRows label="Devices">
              {/* By id: an answer that is asked for again takes no row, and no focus, away. */}
              <For each={welcome().map(({ id }) => id)}>
                {(id) => {
                  const device = createMemo<DeviceRecord>(
                    (before) => welcome().find((each) => each.id === id) ?? before!,
                  );
                  return (
                    <OneDevice
                      device={device()}
                      isMine={id === mine()}
                      onRename={(name) => void change(id, { name }, `It is called ${name} now.`)}
                      onChange={() => setChanging(device())}
                      onRemove={() => setRemoving(device())}
                    />
                  );
                }}
              </For>
            </DeviceRows>
            <Show when={welcome().length < 2}>
              <p class="text-small text-ink-soft">
                Nobody else may come in. Add your phone, and whoever plays along.
              </p>
            </Show>
            <Show when={gone().length > 0}>
              <Fold title={`Removed (${gone().length})`}>
                <DeviceRows label="Removed devices">
                  <For each={gone()}>
                    {(device) => (
                      <DeviceRow
                        shape={deviceIcons[device.kind]}
                        name={device.name}
                        look="gone"
                        words={`Removed ${agoWords(device.removed!.at, desk.now())}`}
                        more={removalLine(device, desk.now())}
                      />
                    )}
                  </For>
                </DeviceRows>
              </Fold>
            </Show>
          </>
        )}
      </AnswerShown>
      <Dialog open={isAdding()} title="Add a device" onClose={() => setAdding(false)}>
        <Suspense>
          <AddDevice
            onPaired={props.onDone}
            onClose={() => {
              setAdding(false);
              props.onDone();
            }}
          />
        </Suspense>
      </Dialog>
      <RemoveDialog
        device={removing()}
        isMine={removing()?.id === mine()}
        onClose={() => setRemoving(undefined)}
        onRemoved={() => props.onDone()}
      />
      <RoleDialog
        device={changing()}
        isMine={changing()?.id === mine()}
        onClose={() => setChanging(undefined)}
        onChosen={(device, chosen) => {
          setChanging(undefined);
          void change(device.id, chosen, `${device.name} was told.`);
        }}
      />
    </Section>
  );
}

function OneDevice(props: {
  device: DeviceRecord;
  isMine: boolean;
  onRename: (name: string) => void;
  onChange: () => void;
  onRemove: () => void;
}) {
  const live = useLive();
  const desk = useDesk();
  const [isRenaming, setRenaming] = createSignal(false);
  let actions: HTMLDivElement | undefined;
  const isReached = () => live.workstation().state === 'here';
  const project = () =>
    props.device.project === null ? undefined : projectTitle(live, props.device.project);
  return (
    <Show
      when={!isRenaming()}
      fallback={
        <Rename
          device={props.device}
          onName={(name) => {
            setRenaming(false);
            actions?.querySelector('button')?.focus();
            if (name !== undefined && name !== props.device.name) props.onRename(name);
          }}
        />
      }
    >
      <DeviceRow
        shape={deviceIcons[props.device.kind]}
        name={props.device.name}
        mark={props.isMine ? 'This device' : undefined}
        look={isReached() && (props.isMine || isHere(props.device)) ? 'live' : undefined}
        words={deviceLine(props.device, {
          project: project(),
          now: desk.now(),
          isMine: props.isMine,
          isReached: isReached(),
        })}
        more={broughtLine(props.device)}
        actions={
          <Show when={isReached()}>
            <div ref={actions}>
              <Menu
                label={`More for ${props.device.name}`}
                actions={[
                  { label: 'Rename', icon: PenLine, act: () => setRenaming(true) },
                  { label: 'Change what it may do', icon: UserCog, act: () => props.onChange() },
                  { label: 'Remove', icon: Trash2, danger: true, act: () => props.onRemove() },
                ]}
              />
            </div>
          </Show>
        }
      />
    </Show>
  );
}

function Rename(props: { device: DeviceRecord; onName: (name: string | undefined) => void }) {
  const [name, setName] = createSignal(props.device.name);
  const [trouble, setTrouble] = createSignal<string>();
  const save = (event: Event) => {
    event.preventDefault();
    const read = deviceNameSchema.safeParse(name());
    if (read.success) props.onName(read.data);
    else setTrouble('Use 1 to 60 ordinary letters.');
  };
  return (
    <li class="py-3">
      <form
        class="grid gap-3"
        onSubmit={save}
        onKeyDown={(event) => {
          if (event.key === 'Escape') props.onName(undefined);
        }}
      >
        <Field
          label={`New name of ${props.device.name}`}
          value={name()}
          maxLength={60}
          error={trouble()}
          first
          onText={(text) => {
            setTrouble(undefined);
            setName(text);
          }}
        />
        <div class="flex gap-3">
          <Button type="submit">Save the name</Button>
          <Button tone="plain" onClick={() => props.onName(undefined)}>
            Keep the old one
          </Button>
        </div>
      </form>
    </li>
  );
}

function RemoveDialog(props: {
  device: DeviceRecord | undefined;
  isMine: boolean;
  onClose: () => void;
  onRemoved: () => void;
}) {
  const live = useLive();
  const toasts = useToasts();
  const [erase, setErase] = createSignal(false);
  const [isBusy, setBusy] = createSignal(false);
  const [trouble, setTrouble] = createSignal<string>();
  const close = () => {
    setErase(false);
    setTrouble(undefined);
    props.onClose();
  };
  const remove = async (device: DeviceRecord) => {
    setBusy(true);
    setTrouble(undefined);
    try {
      await live.devices.remove(device.id, erase());
      toasts.show(`${device.name} is out. Nothing reaches it any more.`);
      close();
    } catch (error) {
      const failure = failureOf(error);
      setTrouble(`${failure.message} ${failure.hint}`);
    } finally {
      setBusy(false);
      props.onRemoved();
    }
  };
  return (
    <Confirm
      open={props.device !== undefined}
      title={`Remove ${props.device?.name ?? ''}?`}
      text={`${
        props.isMine
          ? 'This is the device you are holding: you will be out at once.'
          : 'It is cut off at once, and gets nothing any more.'
      } There is no undo: to come back, it has to be paired again. What it brought stays on the workstation.`}
      action={erase() ? 'Remove and erase' : 'Remove'}
      icon={Trash2}
      busy={isBusy()}
      trouble={trouble()}
      onConfirm={() => void remove(props.device!)}
      onClose={close}
    >
      <Tick
        label="Also erase what the app keeps on that device, the next time it calls"
        checked={erase()}
        onChange={setErase}
      />
    </Confirm>
  );
}

function RoleDialog(props: {
  device: DeviceRecord | undefined;
  isMine: boolean;
  onClose: () => void;
  onChosen: (device: DeviceRecord, chosen: ChosenRole) => void;
}) {
  return (
    <Dialog
      open={props.device !== undefined}
      title={`What may ${props.device?.name ?? 'it'} do?`}
      onClose={() => props.onClose()}
    >
      <Show when={props.device} keyed>
        {(device) => {
          const [chosen, setChosen] = createSignal<ChosenRole>({
            role: device.role,
            project: device.project,
          });
          return (
            <>
              <RoleChoice chosen={chosen()} onChoose={setChosen} />
              <Show when={props.isMine && chosen().role !== 'owner'}>
                <Notice
                  tone="waiting"
                  title="This is the device you are holding."
                  next="You can then no longer look after devices from here. Another owner has to give it back to you."
                />
              </Show>
              <Button
                tone="curtain"
                wide
                held={!isComplete(chosen())}
                onClick={() => isComplete(chosen()) && props.onChosen(device, chosen())}
              >
                Save the change
              </Button>
            </>
          );
        }}
      </Show>
    </Dialog>
  );
}
