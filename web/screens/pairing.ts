// One attempt after another to pair this device: what is going on, and what went wrong last. It knows no screen.
import type { Failure } from '@myspinbot/shared/failure/failure.ts';
import { deviceNameSchema } from '@myspinbot/shared/wire/pairing.ts';
import { type Accessor, createSignal } from 'solid-js';
import { type Live, useLive } from '../live/live.ts';
import { pairingTrouble, type TroubleWords } from './pairing-words.ts';

export interface Pairing {
  state: Accessor<'asking' | 'pairing' | 'paired'>;
  /** Of the last attempt. */
  trouble: Accessor<TroubleWords | undefined>;
  /** What this device will be called. */
  name: Accessor<string>;
  setName(name: string): void;
  /** Why that name cannot be used. */
  nameTrouble: Accessor<string | undefined>;
  /** True when this device is paired now. */
  pair(by: Parameters<Live['pair']>[0]): Promise<boolean>;
  forgetTrouble(): void;
}

/** Owned by the caller's root. `first`: what came of an attempt that was made before anybody was asked. */
export function createPairing(first?: Failure): Pairing {
  const live = useLive();
  const [state, setState] = createSignal<'asking' | 'pairing' | 'paired'>('asking');
  const [trouble, setTrouble] = createSignal<TroubleWords | undefined>(
    first === undefined ? undefined : pairingTrouble(first),
  );
  const [name, setName] = createSignal(live.deviceName);
  return {
    state,
    trouble,
    name,
    setName,
    nameTrouble: () =>
      name().trim() === ''
        ? 'Give it a name, so that you find it again.'
        : deviceNameSchema.safeParse(name()).success
          ? undefined
          : 'Use up to 60 ordinary letters.',
    async pair(by) {
      if (state() !== 'asking') return false;
      setState('pairing');
      setTrouble(undefined);
      try {
        await live.pair(by, name().trim());
        setState('paired');
        return true;
      } catch (error) {
        setTrouble(pairingTrouble(error));
        setState('asking');
        return false;
      }
    },
    forgetTrouble: () => setTrouble(undefined),
  };
}
