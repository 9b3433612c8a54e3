// Looking after devices as an owner does, over a whole live world in memory.
import { Failure } from '@myspinbot/shared/failure/failure.ts';
import { SHOWING_MS } from '@myspinbot/shared/pairing/invitation.ts';
import { AUDIT_PAGE } from '@myspinbot/shared/wire/pairing.ts';
import { cleanup, fireEvent, render, screen, waitFor, within } from '@solidjs/testing-library';
import { afterEach, beforeEach, describe, expect, it, type MockInstance, vi } from 'vitest';
import { createFakeLive, type FakeLive, type FakeLiveOptions } from '../live/fake-live.ts';
import { fakeAccess, seeded, seededDevices } from '../live/fake-people.ts';
import { LiveContext } from '../live/live.ts';
import { App } from './app.tsx';

const WAIT = { timeout: 20_000 };
vi.setConfig({ testTimeout: 40_000 });

function open(options: FakeLiveOptions = {}, prepare: (live: FakeLive) => void = () => {}): FakeLive {
  const live = createFakeLive('people', options);
  prepare(live);
  history.replaceState(null, '', '/devices');
  render(() => (
    <LiveContext.Provider value={live}>
      <App />
    </LiveContext.Provider>
  ));
  return live;
}
const list = async () => within(await screen.findByRole('list', { name: 'Devices' }, WAIT));
/** Its movement begins by hand: a dialog that never began to appear would wait for the end of its disappearing. */
const dialog = async (name: string) => {
  const shown = await screen.findByRole('dialog', { name }, WAIT);
  fireEvent.animationStart(shown);
  return within(shown);
};
const act = async (device: string, action: string) => {
  const trigger = (await list()).getByRole('button', { name: `More for ${device}` });
  fireEvent.keyDown(trigger, { key: 'Enter' });
  fireEvent.click(trigger);
  const item = await screen.findByRole('menuitem', { name: action }, WAIT);
  fireEvent.keyDown(item, { key: 'Enter' });
};
beforeEach(() => localStorage.clear());
afterEach(() => {
  cleanup();
  vi.useRealTimers();
});

describe('the list', () => {
  it('shows who comes in, this device first, and who was removed apart', async () => {
    open();
    const rows = (await list()).getAllByRole('listitem').map((row) => row.textContent);
    expect(rows[0]).toContain('Android phone');
    expect(rows[0]).toContain('This device');
    expect(rows.find((row) => row?.includes('Grandpa'))).toContain('Guest of "Robin says hello"');
    expect(rows.some((row) => row?.includes('Old phone'))).toBe(false);
    expect(screen.getByText('Removed (1)')).toBeTruthy();
  });

  it('renames in place', async () => {
    const live = open();
    await act('Grandpa', 'Rename');
    const name = await screen.findByLabelText<HTMLInputElement>('New name of Grandpa');
    fireEvent.input(name, { target: { value: 'Grandpa Otto' } });
    fireEvent.submit(name.form!);
    expect(await screen.findByText('Grandpa Otto', {}, WAIT)).toBeTruthy();
    expect((await live.devices.list()).map((device) => device.name)).toContain('Grandpa Otto');
  });

  it('removes after saying that there is no undo, and erases only when ticked', async () => {
    const live = open();
    const remove = vi.spyOn(live.devices, 'remove');
    await act('Grandpa', 'Remove');
    const sure = await dialog('Remove Grandpa?');
    expect(sure.getByText(/There is no undo/)).toBeTruthy();
    fireEvent.click(sure.getByRole('checkbox'));
    fireEvent.click(sure.getByRole('button', { name: 'Remove and erase' }));
    await waitFor(() => expect(remove).toHaveBeenCalledWith(seededDevices.guest, true));
    expect(await screen.findByText('Removed (2)', {}, WAIT)).toBeTruthy();
  });

  it('changes what a device may do', async () => {
    const live = open();
    await act("Ada's laptop", 'Change what it may do');
    const role = await dialog("What may Ada's laptop do?");
    fireEvent.click(role.getByRole('radio', { name: 'Owner' }));
    fireEvent.click(role.getByRole('button', { name: 'Save the change' }));
    await waitFor(async () =>
      expect((await live.devices.list()).find(({ id }) => id === seededDevices.member)?.role).toBe('owner'),
    );
  });

  it('says what the workstation said when it refuses, and asks again', async () => {
    open({}, (live) =>
      live.stage.refuseNextDevices(
        new Failure({ code: 'engine-missing', message: 'It was not reached.', hint: 'Look at it.' }),
      ),
    );
    const alert = await screen.findByRole('alert', {}, WAIT);
    expect(alert.textContent).toContain('It was not reached.');
    fireEvent.click(screen.getByRole('button', { name: 'Ask again' }));
    expect(await list()).toBeTruthy();
    expect(screen.queryByRole('alert')).toBeNull();
  });

  it('asks again when somebody looks again: what another owner did is there', async () => {
    const live = open();
    await list();
    await live.devices.change(seededDevices.guest, { name: 'Grandpa Otto' });
    expect(screen.queryByText('Grandpa Otto')).toBeNull();
    window.dispatchEvent(new Event('focus'));
    expect(await screen.findByText('Grandpa Otto', {}, WAIT)).toBeTruthy();
  });

  it('says once that the workstation went away, and of nobody that they are here now', async () => {
    const live = open();
    const rows = await list();
    await screen.findByRole('heading', { name: 'What happened' }, WAIT);
    expect(rows.getAllByText(/here now/).length).toBeGreaterThan(1);
    const gone = new Failure({ code: 'engine-missing', message: 'It was not reached.', hint: 'Look at it.' });
    for (const ask of ['list', 'audit', 'scripts', 'security'] as const) {
      vi.spyOn(live.devices, ask).mockRejectedValue(gone);
    }
    window.dispatchEvent(new Event('focus'));
    expect((await screen.findAllByText('It was not reached.', {}, WAIT)).length).toBe(1);
    live.stage.workstation({ state: 'away', since: 0 });
    expect(await screen.findByText('Your workstation is out of reach', {}, WAIT)).toBeTruthy();
    expect(screen.queryByText('It was not reached.')).toBeNull();
    expect(rows.queryByText(/here now/)).toBeNull();
  });

  it('waits for a workstation that is away, and fills when it comes', async () => {
    const live = open({}, (before) => before.stage.workstation({ state: 'away', since: 0 }));
    expect(await screen.findByText('Your workstation is out of reach', {}, WAIT)).toBeTruthy();
    live.stage.workstation({ state: 'here', agent: undefined });
    expect(await list()).toBeTruthy();
  });

  it.each(['member', 'guest'] as const)('is not for a %s, who is told why', async (role) => {
    const live = open({ access: fakeAccess[role] });
    const asked = vi.spyOn(live.devices, 'list');
    expect(await screen.findByText('Not from this device', {}, WAIT)).toBeTruthy();
    expect(asked).not.toHaveBeenCalled();
  });
});

describe('adding a device', () => {
  const ask = async () => {
    fireEvent.click(await screen.findByRole('button', { name: 'Add a device' }, WAIT));
    const add = await dialog('Add a device');
    await add.findByRole('radio', { name: 'Member' }, WAIT);
    return add;
  };

  it('shows a picture, the address without its secret, and a code, and says who came in', async () => {
    const live = open();
    const add = await ask();
    fireEvent.click(add.getByRole('button', { name: 'Show the code' }));
    const code = await add.findByText(/^\d\d-345-678$/, {}, WAIT);
    expect(code).toBeTruthy();
    // First where trust is learnt, over plain http and without any secret; then the link itself. The code stays.
    expect(await add.findByRole('img', { name: /learns to trust/ }, WAIT)).toBeTruthy();
    expect(add.getByText('http://192.168.1.5:7777')).toBeTruthy();
    fireEvent.click(add.getByRole('radio', { name: '2. Pair' }));
    expect(await add.findByRole('img', { name: /link as a picture/ }, WAIT)).toBeTruthy();
    expect(add.getByText('https://192.168.1.5:7777')).toBeTruthy();
    expect(add.getByText(/^\d\d-345-678$/)).toBeTruthy();
    expect(add.getByText('3 tries left')).toBeTruthy();
    expect(add.getByRole('timer')).toBeTruthy();
    live.stage.invitationEnds({ name: 'Pixel 9' });
    expect(await add.findByText('Pixel 9 is paired', {}, WAIT)).toBeTruthy();
    await waitFor(async () =>
      expect((await live.devices.list()).some((device) => device.name === 'Pixel 9')).toBe(true),
    );
  });

  it('invites a guest to one project', async () => {
    const live = open();
    const invite = vi.spyOn(live.devices, 'invite');
    const add = await ask();
    fireEvent.click(add.getByRole('radio', { name: 'Guest' }));
    fireEvent.click(add.getByRole('button', { name: 'Show the code' }));
    await waitFor(() => expect(invite).toHaveBeenCalledWith({ role: 'guest', project: seeded.robin }));
  });

  it('takes the invitation back when it is closed', async () => {
    const live = open();
    const withdraw = vi.spyOn(live.devices, 'withdraw');
    const add = await ask();
    fireEvent.click(add.getByRole('button', { name: 'Show the code' }));
    await add.findByText(/^\d\d-345-678$/, {}, WAIT);
    fireEvent.click(add.getByRole('button', { name: 'Close' }));
    await waitFor(() => expect(withdraw).toHaveBeenCalledTimes(1));
    expect(await screen.findByText('The code was taken back.', {}, WAIT)).toBeTruthy();
  });

  it('keeps the focus in the dialog, on what is new there', async () => {
    const live = open();
    const add = await ask();
    const show = add.getByRole('button', { name: 'Show the code' });
    show.focus();
    fireEvent.click(show);
    const code = await add.findByText(/^\d\d-345-678$/, {}, WAIT);
    await waitFor(() => expect(document.activeElement).toBe(code.parentElement));
    live.stage.invitationEnds({ name: 'Pixel 9' });
    await add.findByText('Pixel 9 is paired', {}, WAIT);
    expect(screen.getByRole('dialog').contains(document.activeElement)).toBe(true);
  });

  it.each(['expired', 'spent'] as const)(
    'puts a fresh code in the place of one that is %s, by itself',
    async (end) => {
      const live = open();
      const invite = vi.spyOn(live.devices, 'invite');
      const add = await ask();
      fireEvent.click(add.getByRole('button', { name: 'Show the code' }));
      const first = (await add.findByText(/^\d\d-345-678$/, {}, WAIT)).textContent;
      live.stage.invitationEnds(end);
      expect(await add.findByText('A fresh code: the one before is over', {}, WAIT)).toBeTruthy();
      expect(invite).toHaveBeenCalledTimes(2);
      const second = add.getByText(/^\d\d-345-678$/);
      expect(second.textContent).not.toBe(first);
      expect(second.closest('[aria-live="polite"]')).not.toBeNull();
    },
  );

  it('stops when nobody came for a quarter of an hour, and offers a new code', async () => {
    const live = open();
    const invite = vi.spyOn(live.devices, 'invite');
    const add = await ask();
    fireEvent.click(add.getByRole('button', { name: 'Show the code' }));
    await add.findByText(/^\d\d-345-678$/, {}, WAIT);
    const now = Date.now();
    vi.spyOn(Date, 'now').mockReturnValue(now + SHOWING_MS);
    live.stage.invitationEnds('expired');
    expect(await add.findByText('This code is over', {}, WAIT)).toBeTruthy();
    expect(invite).toHaveBeenCalledTimes(1);
    vi.mocked(Date.now).mockRestore();
    fireEvent.click(await add.findByRole('button', { name: 'New code' }, WAIT));
    await waitFor(() => expect(invite).toHaveBeenCalledTimes(2));
    expect(await add.findByText('Waiting for the device', {}, WAIT)).toBeTruthy();
  });
});

describe('scripts', () => {
  it('get a token that is shown once', async () => {
    const live = open();
    fireEvent.click(await screen.findByRole('button', { name: 'Make a token' }, WAIT));
    const make = await dialog('A token for a script');
    const name = make.getByLabelText<HTMLInputElement>('What it is for');
    fireEvent.submit(name.form!);
    expect(make.getByText(/Give it a name/)).toBeTruthy();
    fireEvent.input(name, { target: { value: 'nightly' } });
    fireEvent.click(make.getByRole('radio', { name: 'Look and spin' }));
    fireEvent.submit(name.form!);
    expect(await make.findByText('Shown this once', {}, WAIT)).toBeTruthy();
    expect(make.getByText(/^msb_t+$/)).toBeTruthy();
    fireEvent.click(make.getByRole('button', { name: 'I have it' }));
    await waitFor(() => expect(screen.queryByText(/^msb_t+$/)).toBeNull());
    expect((await live.devices.scripts()).find((token) => token.name === 'nightly')?.scope).toBe('jobs');
    expect(await screen.findByText('nightly')).toBeTruthy();
  });

  it('lose it when it is removed', async () => {
    const live = open();
    fireEvent.click(await screen.findByRole('button', { name: 'Remove the token backup' }, WAIT));
    const sure = await dialog('Remove "backup"?');
    fireEvent.click(sure.getByRole('button', { name: 'Remove' }));
    await waitFor(async () => expect(await live.devices.scripts()).toHaveLength(0));
    expect(await screen.findByText(/No script has a token/)).toBeTruthy();
  });
});

describe('what happened and how it is guarded', () => {
  it('is told in sentences, and nobody is asked for more than there is', async () => {
    open();
    expect(await screen.findByText('A wrong code; 2 tries were left.', {}, WAIT)).toBeTruthy();
    expect(screen.getByText('Somebody unknown, from 192.168.1.77')).toBeTruthy();
    expect(screen.queryByRole('button', { name: 'Show more' })).toBeNull();
  });

  it('comes in pages until there is no more', async () => {
    const at = Date.now();
    const all = Array.from({ length: AUDIT_PAGE + 20 }, (_, count) => ({
      at: at - count,
      kind: 'refused' as const,
      who: null,
      name: null,
      from: '192.168.1.77',
      what: `Refused number ${count}`,
    }));
    let audit: MockInstance<FakeLive['devices']['audit']> | undefined;
    open({}, (live) => {
      audit = vi
        .spyOn(live.devices, 'audit')
        .mockImplementation(async (before = Number.POSITIVE_INFINITY) =>
          all.filter((entry) => entry.at < before).slice(0, AUDIT_PAGE),
        );
    });
    fireEvent.click(await screen.findByRole('button', { name: 'Show more' }, WAIT));
    expect(await screen.findByText(`Refused number ${AUDIT_PAGE + 19}`, {}, WAIT)).toBeTruthy();
    await waitFor(() => expect(screen.queryByRole('button', { name: 'Show more' })).toBeNull());
    expect(audit?.mock.calls.at(-1)?.[0]).toBe(at - AUDIT_PAGE + 1);
  });

  it('a new authority is made only by somebody who agreed to what follows', async () => {
    const live = open();
    const rotate = vi.spyOn(live.devices, 'rotateAuthority');
    fireEvent.click(await screen.findByText('The authority that vouches for it', {}, WAIT));
    fireEvent.click(screen.getByRole('button', { name: 'Make a new authority' }));
    const sure = await dialog('Make a new authority?');
    fireEvent.click(sure.getByRole('button', { name: 'Make a new one' }));
    expect(rotate).not.toHaveBeenCalled();
    fireEvent.click(sure.getByRole('checkbox'));
    fireEvent.click(sure.getByRole('button', { name: 'Make a new one' }));
    await waitFor(() => expect(rotate).toHaveBeenCalledTimes(1));
  });
});
