// What the workstation has and how it feels: links and what moves on them, room, documents, and the agent itself.
import type { Monitor } from '@myspinbot/shared/wire/monitor.ts';
import { createMemo, Index, Show } from 'solid-js';
import { LinkButton } from '../parts/button.tsx';
import { FigureTable, Gauge, Gauges } from '../parts/gauges.tsx';
import { Facts, Section, ShareBar } from '../parts/section.tsx';
import { linkTitle } from './link-words.ts';
import {
  betweenWords,
  cardShare,
  cardWords,
  figureWords,
  holdUpWords,
  powerWords,
  shareWords,
  sizeWords,
  speedWords,
} from './monitor-words.ts';
import { agoWords } from './time-words.ts';

export function LinksNow(props: { links: Monitor['links']; recent: Monitor['recent'] }) {
  const sum = (of: (link: Monitor['links'][number]) => number) =>
    props.links.reduce((all, link) => all + of(link), 0);
  const damaged = () => sum(({ damagedBlocks }) => damagedBlocks);
  return (
    <Section title="Files on the move">
      <Gauges>
        <Gauge
          name="To the workstation"
          value={speedWords(sum(({ inPerSecond }) => inPerSecond))}
          recent={props.recent.inPerSecond}
          recentWords={betweenWords(props.recent.inPerSecond, speedWords)}
          atLeast={100_000}
        />
        <Gauge
          name="From the workstation"
          value={speedWords(sum(({ outPerSecond }) => outPerSecond))}
          recent={props.recent.outPerSecond}
          recentWords={betweenWords(props.recent.outPerSecond, speedWords)}
          atLeast={100_000}
        />
      </Gauges>
      <FigureTable
        label="Links"
        heads={['Link', 'Open', 'In', 'Out', 'Average']}
        rows={props.links.map((one) => [
          linkTitle[one.link],
          figureWords(one.open),
          sizeWords(one.inBytes),
          sizeWords(one.outBytes),
          speedWords(one.averagePerSecond),
        ])}
      />
      <p class="text-small text-ink-soft">
        {damaged() === 0
          ? 'Every block came as it was sent.'
          : `${damaged()} ${damaged() === 1 ? 'block' : 'blocks'} came damaged and ${damaged() === 1 ? 'was' : 'were'} fetched again. Nothing is lost.`}
      </p>
    </Section>
  );
}

export function RoomNow(props: { disk: Monitor['disk']; documents: Monitor['documents'] }) {
  const used = createMemo(() => {
    const { usedBytes, quotaBytes } = props.disk;
    return usedBytes === null || quotaBytes === null || quotaBytes === 0
      ? undefined
      : { words: `${sizeWords(usedBytes)} of ${sizeWords(quotaBytes)} taken`, share: usedBytes / quotaBytes };
  });
  return (
    <Section title="Room on the workstation">
      <Show when={used()}>
        {(now) => (
          <>
            <p class="figures text-small">{now().words}</p>
            <ShareBar label={now().words} share={Math.min(1, now().share)} />
          </>
        )}
      </Show>
      <Facts
        facts={[
          ['Free on its disk', `${sizeWords(props.disk.freeBytes)} of ${sizeWords(props.disk.sizeBytes)}`],
          ['Files', figureWords(props.disk.assets)],
          ['Interrupted uploads', sizeWords(props.disk.unfinishedBytes)],
          ['Documents', sizeWords(props.documents.bytes)],
          ['Open sockets', figureWords(props.documents.sockets)],
          ['Edits since its start', figureWords(props.documents.updates)],
          ['Keys put back', figureWords(props.documents.restoredKeys)],
        ]}
      />
    </Section>
  );
}

/** Only where there is a card: without one there is nothing to look at, and nothing is missing. */
export function CardsNow(props: { gpus: Monitor['gpus'] }) {
  return (
    <Show when={props.gpus.state === 'read' || props.gpus.state === 'failing'}>
      <Section title={props.gpus.cards.length > 1 ? 'Graphics cards' : 'Graphics card'}>
        <Show when={props.gpus.state === 'failing'}>
          <p class="text-small">
            Its driver does not answer{props.gpus.trouble ? `: ${props.gpus.trouble}` : '.'} After a driver
            update the workstation has to be restarted.
          </p>
        </Show>
        <Index each={props.gpus.cards}>
          {(card) => (
            <>
              <p class="figures text-small">{cardWords(card())}</p>
              <ShareBar label={cardWords(card())} share={cardShare(card())} />
              <Facts
                facts={[
                  ['Busy', shareWords(card().busy)],
                  ['Temperature', card().celsius === null ? '–' : `${card().celsius} °C`],
                  ['Power', powerWords(card())],
                ]}
              />
            </>
          )}
        </Index>
      </Section>
    </Show>
  );
}

export function AgentNow(props: { figures: Monitor }) {
  const recent = () => props.figures.recent;
  return (
    <Section title="The agent itself" note={`started ${agoWords(props.figures.startedAt, props.figures.at)}`}>
      <Gauges>
        <Gauge
          name="Processor"
          value={shareWords(props.figures.agent.processor)}
          note="Of one, without stages"
          recent={recent().processor}
          recentWords={betweenWords(recent().processor, shareWords)}
          atLeast={0.25}
        />
        <Gauge
          name="Memory"
          value={sizeWords(props.figures.agent.memoryBytes)}
          recent={recent().memoryBytes}
          recentWords={betweenWords(recent().memoryBytes, sizeWords)}
        />
        <Gauge
          name="Held up"
          value={holdUpWords(props.figures.agent.loopSeconds)}
          note="At the longest, in half a minute"
          recent={recent().loopSeconds}
          recentWords={betweenWords(recent().loopSeconds, holdUpWords)}
          atLeast={0.05}
        />
      </Gauges>
      <Facts
        facts={[
          [
            'Load of the machine',
            `${props.figures.machine.load?.toFixed(1) ?? '–'} on ${figureWords(props.figures.machine.processors)} processors`,
          ],
          [
            'Its memory',
            `${sizeWords(props.figures.machine.memoryFreeBytes)} free of ${sizeWords(props.figures.machine.memorySizeBytes)}`,
          ],
          ['Engines', enginesWords(props.figures.engines)],
          ['Version', props.figures.version],
        ]}
      />
      <LinkButton tone="quiet" class="justify-self-start" href="/settings">
        Engines, one by one
      </LinkButton>
    </Section>
  );
}

/** "7 ready, 1 not". */
function enginesWords(engines: Monitor['engines']): string {
  const ready = engines.filter((engine) => engine.ready).length;
  return ready === engines.length ? `all ${ready} ready` : `${ready} ready, ${engines.length - ready} not`;
}
