import { describe, expect, it } from 'vitest';
import { standingWords, trustAddress, workstationWords } from './workstation-words.ts';

const page = (address: string) => new URL(address) as unknown as Location;

describe('a workstation that is away', () => {
  it.each([
    ['https://192.168.1.5:7777/devices', 'http://192.168.1.5:7777'],
    ['https://myspinbot.local:7777/', 'http://myspinbot.local:7777'],
    ['https://127.0.0.1:7777/', undefined],
    ['https://localhost:7777/', undefined],
    ['https://[::1]:7777/', undefined],
    ['http://127.0.0.1:7777/', undefined],
  ])('may have a new certificate: %s leads to %s', (address, there) => {
    expect(trustAddress(page(address))).toBe(there);
    expect(workstationWords({ state: 'away', since: 0 }, 1, page(address)).trustAt).toBe(there);
  });

  it('says nothing of that while it is here', () => {
    const words = workstationWords({ state: 'here', agent: undefined }, 1, page('https://192.168.1.5:7777/'));
    expect(words.trustAt).toBeUndefined();
  });
});

describe('why nothing leaves this device', () => {
  it('warns before pairing with another workstation, also after the scene that did', () => {
    const words = standingWords({ state: 'forgotten', agentName: 'Study', why: 'another-workstation' });
    expect(words?.next).toContain('Do not pair before you know why');
    expect(words?.next).toContain('still on this device');
  });

  it('does not promise what was erased', () => {
    const standing = { state: 'removed', agentName: 'Study' } as const;
    expect(standingWords({ ...standing, erase: true })?.next).toBe(
      'Everything the app kept here was erased, as an owner wished. An owner can invite it again.',
    );
    expect(standingWords({ ...standing, erase: false })?.next).toContain('What is here stays here');
  });
});
