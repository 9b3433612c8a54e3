// The tabs of one browser, for tests: notes go to every other tab, a microtask later.
import type { TabChannel } from './tab-channel.ts';

/** Makes the channel of one more tab. */
export function createMemoryTabs(): () => TabChannel {
  const tabs = new Set<{ heard: Set<(room: string) => void> }>();
  return () => {
    const mine = { heard: new Set<(room: string) => void>() };
    tabs.add(mine);
    return {
      tell(room) {
        for (const tab of tabs) {
          if (tab === mine) continue;
          for (const heard of tab.heard) queueMicrotask(() => heard(room));
        }
      },
      listen(heard) {
        mine.heard.add(heard);
        return () => mine.heard.delete(heard);
      },
      close: () => void tabs.delete(mine),
    };
  };
}
