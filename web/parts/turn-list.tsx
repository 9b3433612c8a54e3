// A list whose order a person changes: by dragging the grip with mouse, pen or finger, or with the arrow keys while it has
// the focus. It emits where something is put, and shows the order it is given.
import './turn-list.css';
import { GripVertical } from 'lucide';
import { createEffect, createSignal, createUniqueId, For, type JSX, on, onCleanup, Show } from 'solid-js';
import { Icon } from '../design/icon.tsx';

interface Drag {
  id: string;
  from: number;
  to: number;
  /** How far it was pulled, and how high it is. */
  by: number;
  height: number;
  /** Let go: it stays where it was put until the new order comes. */
  isDropped: boolean;
}

/** The order that was asked for comes within a moment, or not at all. */
const DROPPED_MS = 600;
/** Nearer to the edge of the window than this, the page moves along. */
const EDGE_PX = 72;
const EDGE_STEP_PX = 9;

export function TurnList<Item>(props: {
  label: string;
  items: readonly Item[];
  idOf: (item: Item) => string;
  nameOf: (item: Item) => string;
  /** Without it nobody may change the order. */
  onMove?: ((id: string, to: number) => void) | undefined;
  children: (item: Item, index: () => number) => JSX.Element;
}) {
  const hint = createUniqueId();
  const [drag, setDrag] = createSignal<Drag>();
  const [said, say] = createSignal('');
  let list: HTMLOListElement | undefined;
  let stop = () => {};
  /** What was moved where, to be said when it stands there; by keys its grip has the focus back. */
  let kept: { id: string; to: number; byKeys: boolean } | undefined;
  const isMovable = () => props.onMove !== undefined && props.items.length > 1;
  const ids = () => props.items.map(props.idOf).join(' ');

  createEffect(
    on(
      ids,
      () => {
        stop();
        setDrag(undefined);
        if (kept === undefined) return;
        const { id, to, byKeys } = kept;
        kept = undefined;
        const item = props.items[to];
        if (item === undefined || props.idOf(item) !== id) return;
        if (byKeys) gripOf(id)?.focus();
        say(`${props.nameOf(item)} is now ${to + 1} of ${props.items.length}.`);
      },
      { defer: true },
    ),
  );
  onCleanup(() => stop());

  const gripOf = (id: string) => list?.querySelector<HTMLElement>(`[data-turn="${id}"] .turn-grip`);
  const move = (id: string, to: number, byKeys: boolean) => {
    if (to < 0 || to >= props.items.length) return;
    kept = { id, to, byKeys };
    props.onMove?.(id, to);
  };

  const begin = (event: PointerEvent, id: string, from: number) => {
    if (event.button !== 0 || list === undefined || props.onMove === undefined) return;
    event.preventDefault();
    const grip = event.currentTarget as HTMLElement;
    grip.setPointerCapture(event.pointerId);
    const rows = [...list.children].map((row) => row.getBoundingClientRect());
    const height = rows[from]!.height;
    const highest = rows[0]!.top - rows[from]!.top;
    const lowest = rows.at(-1)!.bottom - rows[from]!.bottom;
    const began = { y: event.clientY, scroll: window.scrollY };
    let at = event.clientY;
    const follow = () => {
      const pulled = at - began.y + window.scrollY - began.scroll;
      const by = Math.max(highest, Math.min(lowest, pulled));
      const top = rows[from]!.top + by;
      // A row gives way when the pulled one covers its middle.
      const past = rows.filter(({ top: other, height: high }, index) => {
        const middle = other + high / 2;
        return index > from ? middle < top + height : index < from && middle > top;
      }).length;
      const to = by < 0 ? from - past : from + past;
      setDrag({ id, from, to, by, height, isDropped: false });
    };
    const edge = setInterval(() => {
      const step = at < EDGE_PX ? -EDGE_STEP_PX : at > window.innerHeight - EDGE_PX ? EDGE_STEP_PX : 0;
      if (step === 0) return;
      window.scrollBy(0, step);
      follow();
    }, 16);
    const moved = (next: PointerEvent) => {
      at = next.clientY;
      follow();
    };
    const drop = () => {
      const now = drag();
      stop();
      if (now === undefined || now.to === now.from) return setDrag(undefined);
      const by = rows[now.to]!.top - rows[from]!.top + (now.to > from ? rows[now.to]!.height - height : 0);
      setDrag({ ...now, by, isDropped: true });
      const late = setTimeout(() => setDrag(undefined), DROPPED_MS);
      stop = () => clearTimeout(late);
      move(id, now.to, false);
    };
    const leave = () => {
      stop();
      setDrag(undefined);
    };
    const onEscape = (event: KeyboardEvent) => {
      if (event.key === 'Escape') leave();
    };
    grip.addEventListener('pointermove', moved);
    grip.addEventListener('pointerup', drop);
    grip.addEventListener('pointercancel', leave);
    window.addEventListener('keydown', onEscape);
    stop = () => {
      clearInterval(edge);
      grip.removeEventListener('pointermove', moved);
      grip.removeEventListener('pointerup', drop);
      grip.removeEventListener('pointercancel', leave);
      window.removeEventListener('keydown', onEscape);
      stop = () => {};
    };
  };
  const keys = (event: KeyboardEvent, id: string, index: number) => {
    const to = {
      ArrowUp: index - 1,
      ArrowDown: index + 1,
      Home: 0,
      End: props.items.length - 1,
    }[event.key];
    if (to === undefined || drag() !== undefined) return;
    event.preventDefault();
    if (to !== index) move(id, to, true);
  };
  /** How far a row stands from its place while another is pulled past it. */
  const shift = (id: string, index: number): number => {
    const now = drag();
    if (now === undefined) return 0;
    if (now.id === id) return now.by;
    if (index > now.from && index <= now.to) return -now.height;
    return index < now.from && index >= now.to ? now.height : 0;
  };

  return (
    <>
      <ol class="turns" aria-label={props.label} ref={list}>
        <For each={props.items}>
          {(item, index) => {
            const id = props.idOf(item);
            return (
              <li
                class="turn"
                classList={{
                  'turn-fixed': !isMovable(),
                  'turn-pulled': drag()?.id === id,
                  'turn-aside': drag() !== undefined && drag()?.id !== id,
                  'turn-dropped': drag()?.isDropped === true,
                }}
                data-turn={id}
                style={{
                  transform: shift(id, index()) === 0 ? undefined : `translateY(${shift(id, index())}px)`,
                }}
              >
                <Show when={isMovable()}>
                  <button
                    type="button"
                    class="turn-grip"
                    aria-label={`Move ${props.nameOf(item)}, ${index() + 1} of ${props.items.length}`}
                    aria-describedby={hint}
                    title="Drag to move"
                    onPointerDown={(event) => begin(event, id, index())}
                    onKeyDown={(event) => keys(event, id, index())}
                  >
                    <Icon shape={GripVertical} />
                  </button>
                </Show>
                <div class="min-w-0">{props.children(item, index)}</div>
              </li>
            );
          }}
        </For>
      </ol>
      <p id={hint} hidden>
        Arrow keys move it up and down.
      </p>
      <p class="for-ears-only" role="status">
        {said()}
      </p>
    </>
  );
}
