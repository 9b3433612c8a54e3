// How a device comes in, and what it is told when it may not, over a whole live world in memory.
import { Failure } from '@myspinbot/shared/failure/failure.ts';
import { cleanup, fireEvent, render, screen, waitFor, within } from '@solidjs/testing-library';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { OtherKey } from '../identity/other-key.ts';
import { createFakeLive, type FakeLive, type FakeLiveOptions } from '../live/fake-live.ts';
import { fakeAccess, seeded } from '../live/fake-people.ts';
import { LiveContext } from '../live/live.ts';
import { App } from './app.tsx';

const WAIT = { timeout: 20_000 };
vi.setConfig({ testTimeout: 40_000 });

const link = { invitation: '12', secret: `${'a'.repeat(21)}A`, fingerprint: `Xk3vQ9pL${'A'.repeat(35)}` };

function open(options: FakeLiveOptions, path = '/'): FakeLive {
  const live = createFakeLive('people', options);
  history.replaceState(null, '', path);
  render(() => (
    <LiveContext.Provider value={live}>
      <App />
    </LiveContext.Provider>
  ));
  return live;
}
const scene = (name: string) => screen.findByRole('dialog', { name }, WAIT);
const failure = (code: Failure['code'], retry: Failure['retry'] = 'never') =>
  new Failure({ code, message: 'What happened.', hint: 'What to do.', retry });

beforeEach(() => localStorage.clear());
afterEach(cleanup);

describe('an invitation that was opened', () => {
  it('asks one thing, pairs under the name that was given, and opens the curtain on the house', async () => {
    const live = open({ access: fakeAccess.unpaired, invitation: link });
    const pair = vi.spyOn(live, 'pair');
    const curtain = within(await scene('Pair this device'));
    expect(curtain.getByText('Xk3v Q9pL')).toBeTruthy();
    expect(document.querySelector('.house')?.hasAttribute('inert')).toBe(true);
    const name = curtain.getByLabelText<HTMLInputElement>('What this device is called');
    expect(name.value).toBe('Android phone');
    fireEvent.input(name, { target: { value: 'Sofa phone' } });
    fireEvent.click(curtain.getByRole('button', { name: 'Pair this device' }));
    expect(pair).toHaveBeenCalledWith({ kind: 'link', link }, 'Sofa phone');
    expect(await curtain.findByText(/Sofa phone is paired with Study/)).toBeTruthy();
    fireEvent.click(curtain.getByRole('button', { name: 'Raise the curtain' }));
    const cloth = await waitFor(() => {
      const drape = document.querySelector('.foyer-opening .drape-right');
      expect(drape).not.toBeNull();
      return drape!;
    });
    fireEvent.animationEnd(cloth);
    await waitFor(() => expect(document.querySelector('.foyer')).toBeNull());
    expect(location.pathname).toBe('/');
    expect(document.querySelector('.house')?.hasAttribute('inert')).toBe(false);
  });

  it('does not pair without a name', async () => {
    const live = open({ access: fakeAccess.unpaired, invitation: link });
    const pair = vi.spyOn(live, 'pair');
    const curtain = within(await scene('Pair this device'));
    fireEvent.input(curtain.getByLabelText('What this device is called'), { target: { value: '  ' } });
    fireEvent.click(curtain.getByRole('button', { name: 'Pair this device' }));
    expect(pair).not.toHaveBeenCalled();
    expect(curtain.getByText(/Give it a name/)).toBeTruthy();
  });

  it('may be tried again when the workstation was not reached', async () => {
    const live = open({ access: fakeAccess.unpaired, invitation: link });
    live.stage.refuseNextPairing(failure('engine-missing', 'soon'));
    const curtain = within(await scene('Pair this device'));
    fireEvent.click(curtain.getByRole('button', { name: 'Pair this device' }));
    expect(await curtain.findByText('This invitation has not been used up.')).toBeTruthy();
    fireEvent.click(curtain.getByRole('button', { name: 'Pair this device' }));
    expect(await curtain.findByText(/is paired with Study/)).toBeTruthy();
  });

  it('that is over leads to another code', async () => {
    const live = open({ access: fakeAccess.unpaired, invitation: link });
    live.stage.refuseNextPairing(failure('wrong-code'));
    const curtain = within(await scene('Pair this device'));
    fireEvent.click(curtain.getByRole('button', { name: 'Pair this device' }));
    expect((await curtain.findByRole('alert')).textContent).toContain('What happened.');
    expect(curtain.getByRole('heading', { name: 'This invitation is over' })).toBeTruthy();
    fireEvent.click(curtain.getByRole('button', { name: 'Type another code' }));
    expect(await screen.findByLabelText('Code', {}, WAIT)).toBeTruthy();
    expect(live.invitation()).toBeUndefined();
  });

  it('stops where another key answers, and offers no second try', async () => {
    const live = open({ access: fakeAccess.unpaired, invitation: link });
    const cause = new OtherKey(`Zz9x00Aa${'B'.repeat(35)}`);
    live.stage.refuseNextPairing(
      new Failure({ code: 'refused', message: 'What happened.', hint: 'What to do.', cause }),
    );
    const curtain = within(await scene('Pair this device'));
    fireEvent.click(curtain.getByRole('button', { name: 'Pair this device' }));
    expect(await curtain.findByRole('heading', { name: 'Stop here' })).toBeTruthy();
    // Both, told apart: the one to compare is on the workstation.
    expect(curtain.queryByText('Its key begins with')).toBeNull();
    expect(curtain.getByText('Xk3v Q9pL')).toBeTruthy();
    expect(curtain.getByText('Zz9x 00Aa')).toBeTruthy();
    expect(curtain.getByRole('alert').textContent).toMatch(/Do not go on here/);
    expect(curtain.queryByRole('button', { name: 'Pair this device' })).toBeNull();
    fireEvent.click(curtain.getByRole('button', { name: 'Go on without pairing' }));
    await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull());
    expect(live.access().state).toBe('unpaired');
  });

  it('is put aside on a device that is in already', async () => {
    const live = open({ invitation: link });
    expect(await screen.findByText('This device is paired already.', {}, WAIT)).toBeTruthy();
    expect(live.invitation()).toBeUndefined();
    expect(screen.queryByRole('dialog')).toBeNull();
  });

  it('that was tried already says at once that it is over', async () => {
    open({
      access: fakeAccess.unpaired,
      invitation: link,
      invitationTrouble: failure('wrong-code'),
    });
    const curtain = within(await scene('Pair this device'));
    expect(curtain.getByRole('heading', { name: 'This invitation is over' })).toBeTruthy();
    expect(curtain.getByRole('alert').textContent).toContain('What happened.');
    expect(curtain.getByRole('button', { name: 'Type another code' })).toBeTruthy();
  });
});

describe('a link that pairs nobody', () => {
  it('is left for another device where this one is in already, with the way to more', async () => {
    const live = open({ access: fakeAccess.member, strayLink: 'paired-already' });
    const curtain = within(await scene('About the link that was opened'));
    expect(curtain.getByRole('heading', { name: 'This device is paired already' })).toBeTruthy();
    expect(curtain.getByText(/knows it as member/)).toBeTruthy();
    expect(curtain.getByText(/an owner changes what it may do/)).toBeTruthy();
    fireEvent.click(curtain.getByRole('button', { name: 'Go on' }));
    await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull());
    expect(live.strayLink()).toBeUndefined();
  });

  it('is damaged, and leads to the code', async () => {
    open({ access: fakeAccess.unpaired, strayLink: 'damaged' });
    const curtain = within(await scene('About the link that was opened'));
    expect(curtain.getByRole('heading', { name: 'This link is damaged' })).toBeTruthy();
    fireEvent.click(curtain.getByRole('button', { name: 'Type the code' }));
    expect(await screen.findByLabelText('Code', {}, WAIT)).toBeTruthy();
  });

  it('is damaged, and needs no code where this device is in already', async () => {
    open({ strayLink: 'damaged' });
    const curtain = within(await scene('About the link that was opened'));
    expect(curtain.getByText(/needs none/)).toBeTruthy();
    expect(curtain.queryByRole('button', { name: 'Type the code' })).toBeNull();
  });
});

describe('a device that comes from the page about trust', () => {
  it('is asked for the code that stands where its journey began, and is in', async () => {
    const live = open({ access: fakeAccess.unpaired }, '/#pair');
    const pair = vi.spyOn(live, 'pair');
    const curtain = within(await scene('Pair this device'));
    expect(curtain.getByRole('heading', { name: 'Trusted. Now the code' })).toBeTruthy();
    expect(curtain.getByText(/a fresh one every two minutes/)).toBeTruthy();
    // Nothing of it stays in the address.
    expect(location.hash).toBe('');
    const code = curtain.getByLabelText<HTMLInputElement>('Code');
    fireEvent.input(code, { target: { value: '12345678' } });
    fireEvent.click(curtain.getByRole('button', { name: 'Pair this device' }));
    expect(pair).toHaveBeenCalledWith({ kind: 'code', code: '12-345-678' }, 'Android phone');
    expect(await curtain.findByRole('heading', { name: 'You are in' }, WAIT)).toBeTruthy();
  });

  it('may look around first', async () => {
    open({ access: fakeAccess.unpaired }, '/#pair');
    const curtain = within(await scene('Pair this device'));
    fireEvent.click(curtain.getByRole('button', { name: 'Not now' }));
    await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull());
    expect(document.querySelector('.house')?.hasAttribute('inert')).toBe(false);
  });

  it('is asked nothing when it is paired already', async () => {
    open({}, '/#pair');
    await screen.findAllByText(/is here$/, {}, WAIT);
    expect(screen.queryByRole('dialog')).toBeNull();
    expect(location.hash).toBe('');
  });
});

describe('a device that is not paired', () => {
  it('says so instead of waiting for a workstation', async () => {
    open({ access: fakeAccess.unpaired });
    expect(await screen.findByText('This device is not paired yet', {}, WAIT)).toBeTruthy();
    expect(screen.getAllByText('This device is not paired').length).toBeGreaterThan(0);
    expect(screen.getByText('Waiting to be paired')).toBeTruthy();
    expect(screen.queryByText(/is asleep|Looking for your workstation/)).toBeNull();
    expect(screen.getAllByRole('button', { name: /New/ }).length).toBeGreaterThan(0);
  });

  it('pairs by a code that is typed, however it was grouped', async () => {
    const live = open({ access: fakeAccess.unpaired });
    const pair = vi.spyOn(live, 'pair');
    fireEvent.click(await screen.findByRole('button', { name: 'Pair this device' }, WAIT));
    const dialog = within(await scene('Pair this device'));
    const code = dialog.getByLabelText<HTMLInputElement>('Code');
    fireEvent.click(dialog.getByRole('button', { name: 'Pair this device' }));
    fireEvent.submit(code.form!);
    expect(dialog.getByText('Type the eight digits of the code.')).toBeTruthy();
    fireEvent.input(code, { target: { value: '12 345 678' } });
    expect(code.value).toBe('12-345-678');
    fireEvent.submit(code.form!);
    expect(pair).toHaveBeenCalledWith({ kind: 'code', code: '12-345-678' }, 'Android phone');
    expect(await screen.findByText(/Paired with Study/)).toBeTruthy();
    expect(screen.queryByText('This device is not paired yet')).toBeNull();
  });

  it('pairs by a whole link that is pasted', async () => {
    const live = open({ access: fakeAccess.unpaired });
    const pair = vi.spyOn(live, 'pair');
    fireEvent.click(await screen.findByRole('button', { name: 'Pair this device' }, WAIT));
    const dialog = within(await scene('Pair this device'));
    fireEvent.input(dialog.getByLabelText('Code'), {
      target: { value: `https://192.168.1.5:7777/#pair=12.${link.secret}.${link.fingerprint}` },
    });
    expect(pair).toHaveBeenCalledWith({ kind: 'link', link }, 'Android phone');
  });

  it('is told what was wrong with the code, and types it anew', async () => {
    const live = open({ access: fakeAccess.unpaired });
    live.stage.refuseNextPairing(failure('wrong-code', 'soon'));
    fireEvent.click(await screen.findByRole('button', { name: 'Pair this device' }, WAIT));
    const dialog = within(await scene('Pair this device'));
    const code = dialog.getByLabelText<HTMLInputElement>('Code');
    fireEvent.input(code, { target: { value: '12345678' } });
    fireEvent.submit(code.form!);
    expect((await dialog.findByRole('alert')).textContent).toContain('What to do.');
    expect(code.value).toBe('');
    expect(live.access().state).toBe('unpaired');
  });
});

describe('a code that another workstation answered', () => {
  it('is not asked for again in the same place', async () => {
    const live = open({ access: fakeAccess.unpaired });
    live.stage.refuseNextPairing(failure('refused'));
    fireEvent.click(await screen.findByRole('button', { name: 'Pair this device' }, WAIT));
    const dialog = within(await scene('Pair this device'));
    const code = dialog.getByLabelText<HTMLInputElement>('Code');
    fireEvent.input(code, { target: { value: '12345678' } });
    fireEvent.submit(code.form!);
    expect((await dialog.findByRole('alert')).textContent).toMatch(/Do not go on here/);
    expect(dialog.queryByRole('textbox')).toBeNull();
    expect(dialog.getByRole('button', { name: 'Go on without pairing' })).toBeTruthy();
  });
});

describe('a device that was removed', () => {
  it('may keep looking, and is not asked again at the next start', async () => {
    open({ access: fakeAccess.removed });
    const first = within(await scene('This device was removed'));
    fireEvent.click(first.getByRole('button', { name: 'Keep looking at what is here' }));
    await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull());
    expect(screen.getByText('Study removed this device')).toBeTruthy();
    cleanup();
    open({ access: fakeAccess.removed });
    expect(await screen.findByText('Study removed this device', {}, WAIT)).toBeTruthy();
    expect(screen.queryByRole('dialog')).toBeNull();
  });

  it('erases only when asked twice, and says when it is done', async () => {
    const live = open({ access: fakeAccess.removed });
    const first = within(await scene('This device was removed'));
    fireEvent.click(first.getByRole('button', { name: 'Erase everything on this device' }));
    expect(live.stage.erased()).toBe(0);
    fireEvent.click(first.getByRole('button', { name: 'Keep it' }));
    fireEvent.click(first.getByRole('button', { name: 'Erase everything on this device' }));
    fireEvent.click(first.getByRole('button', { name: 'Erase everything' }));
    expect(await scene('Everything is erased')).toBeTruthy();
    expect(live.stage.erased()).toBe(1);
  });

  it('is told when its data is gone already', async () => {
    open({ access: fakeAccess.erased });
    const done = within(await scene('This device was removed'));
    expect(done.getByText(/That is done/)).toBeTruthy();
    expect(done.queryByRole('button', { name: /Erase/ })).toBeNull();
  });
});

describe('a device that is not known any more', () => {
  it('may pair again in place', async () => {
    const live = open({ access: fakeAccess.forgotten });
    const known = within(await scene('Pair this device again'));
    expect(known.getByText(/Everything you made is still on this device/)).toBeTruthy();
    fireEvent.click(known.getByRole('button', { name: 'Pair it again' }));
    const code = await screen.findByLabelText<HTMLInputElement>('Code', {}, WAIT);
    fireEvent.input(code, { target: { value: '12345678' } });
    fireEvent.submit(code.form!);
    await waitFor(() => expect(live.access().state).toBe('paired'));
    await waitFor(() => expect(document.querySelector('.foyer')).toBeNull());
  });

  it('is warned where another workstation answers', async () => {
    open({ access: fakeAccess.anotherWorkstation });
    const other = within(await scene('Pair this device again'));
    expect(other.getByRole('heading', { name: 'This is not Study' })).toBeTruthy();
    expect(other.getByText(/may pretend to be it/)).toBeTruthy();
  });
});

describe('a guest', () => {
  it('sees one project and nothing that changes anything', async () => {
    open({ access: fakeAccess.guest });
    expect(await screen.findByRole('heading', { name: 'You are a guest of' }, WAIT)).toBeTruthy();
    expect(screen.queryByRole('button', { name: /New|Cast somebody/ })).toBeNull();
    expect(screen.queryByRole('link', { name: 'Devices' })).toBeNull();
  });

  it('sees the premieres of the project, without script, photos or Spin', async () => {
    open({ access: fakeAccess.guest }, `/project/${seeded.robin}`);
    expect(await screen.findByText('You are a guest of this project.', {}, WAIT)).toBeTruthy();
    expect(screen.getByRole('heading', { name: 'Premieres' })).toBeTruthy();
    expect(screen.queryByRole('button', { name: 'Spin' })).toBeNull();
    expect(screen.queryByRole('textbox')).toBeNull();
  });

  it('plays and downloads a premiere, and does not change it', async () => {
    open({ access: fakeAccess.guest }, `/job/${seeded.succeeded}`);
    expect(await screen.findByText('How it was made', {}, WAIT)).toBeTruthy();
    expect(screen.getByRole('link', { name: 'Download' })).toBeTruthy();
    expect(screen.queryByText(/Same, but change|Another take|Take out of the history/)).toBeNull();
  });

  it('is told in Settings what it is here', async () => {
    open({ access: fakeAccess.guest }, '/settings');
    expect(await screen.findByText('Sees "Robin says hello"', {}, WAIT)).toBeTruthy();
    expect(screen.getByText(/You are a guest/)).toBeTruthy();
    expect(screen.getByText('Android phone')).toBeTruthy();
    expect(screen.queryByText('Speech, built in')).toBeNull();
  });
});

describe('settings of a device', () => {
  it('say its name, its role and whom it is paired with', async () => {
    open({}, '/settings');
    const own = within(await screen.findByRole('region', { name: 'This device' }, WAIT));
    expect(await own.findByText('Android phone')).toBeTruthy();
    expect(own.getByText('Everything')).toBeTruthy();
    expect(own.getByText('Study')).toBeTruthy();
    expect(own.getByRole('link', { name: 'Devices' })).toBeTruthy();
  });

  it('erase everything only when asked', async () => {
    const live = open({}, '/settings');
    fireEvent.click(await screen.findByRole('button', { name: 'Erase everything on this device' }, WAIT));
    const sure = within(await scene('Erase everything on this device?'));
    expect(live.stage.erased()).toBe(0);
    fireEvent.click(sure.getByRole('button', { name: 'Erase everything' }));
    expect(await scene('Everything is erased')).toBeTruthy();
    expect(live.stage.erased()).toBe(1);
  });
});
