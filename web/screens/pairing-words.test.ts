import { Failure } from '@myspinbot/shared/failure/failure.ts';
import { fingerprintStart } from '@myspinbot/shared/pairing/fingerprint.ts';
import { describe, expect, it } from 'vitest';
import { groupCode, pairingTrouble } from './pairing-words.ts';

describe('a code', () => {
  it.each([
    ['', ''],
    ['1', '1'],
    ['12', '12'],
    ['123', '12-3'],
    ['12345', '12-345'],
    ['123456', '12-345-6'],
    ['12345678', '12-345-678'],
    ['12-345-678', '12-345-678'],
    [' 12 345 678 ', '12-345-678'],
    ['1234567899', '12-345-678'],
    ['ab1c2', '12'],
  ])('typed as %j reads %j', (typed, grouped) => {
    expect(groupCode(typed)).toBe(grouped);
  });
});

it('a key is compared by its first two groups', () => {
  expect(fingerprintStart(`Xk3vQ9pL${'A'.repeat(35)}`)).toBe('Xk3v Q9pL');
});

describe('what went wrong', () => {
  const failure = (code: Failure['code'], retry: Failure['retry'] = 'never') =>
    new Failure({ code, message: 'What happened.', hint: 'What to do.', retry });

  it('a wrong code says what the workstation said, and may be tried again while tries are left', () => {
    const words = pairingTrouble(failure('wrong-code', 'soon'));
    expect(words).toMatchObject({ tone: 'error', title: 'What happened.', next: 'What to do.' });
    expect(words.mayTryAgain).toBe(true);
    expect(pairingTrouble(failure('wrong-code')).mayTryAgain).toBe(false);
  });

  it('somebody in between is said above everything else, and is not tried again', () => {
    const words = pairingTrouble(failure('refused'));
    expect(words.isSerious).toBe(true);
    expect(words.mayTryAgain).toBe(false);
    expect(words.next).toMatch(/Do not go on here/);
  });

  it('a workstation that was not reached has not used the invitation up', () => {
    const words = pairingTrouble(failure('engine-missing', 'soon'));
    expect(words).toMatchObject({ tone: 'waiting', mayTryAgain: true });
    expect(words.kept).toMatch(/has not been used up/);
  });

  it('anything else still gets a sentence', () => {
    expect(pairingTrouble(new TypeError('x is undefined')).title).toBe('That did not work.');
  });
});
