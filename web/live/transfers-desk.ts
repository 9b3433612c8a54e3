// What a person sees and wishes of transfers: over which link they move and how fast, whether they move at all. The
// worker that moves them follows the wishes wherever they were made; here they are read and written.
import { createSignal, onCleanup } from 'solid-js';
import type { LinkStates } from '../link/link-states.ts';
import { type TransferWishes, watchTransferWishes, wishTransfers } from '../link/transfer-wishes.ts';
import type { AppDatabase } from '../vault/database.ts';
import type { TransfersDesk } from './live.ts';

export function createTransfersDesk(world: {
  db: AppDatabase;
  states: Pick<LinkStates, 'listen'>;
}): TransfersDesk {
  const [link, setLink] = createSignal<ReturnType<TransfersDesk['link']>>();
  const [wishes, setWishes] = createSignal<TransferWishes>({ link: undefined, isPaused: false });
  onCleanup(world.states.listen(setLink));
  onCleanup(
    // That the store cannot be read is said by `saved`.
    watchTransferWishes(world.db, setWishes, () => undefined),
  );
  return { link, wishes, wish: (wish) => wishTransfers(world.db, wish) };
}
