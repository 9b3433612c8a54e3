import { cleanup, fireEvent, render, screen } from '@solidjs/testing-library';
import { createSignal } from 'solid-js';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { CodeField, CodeShown } from './code-field.tsx';

const group = (typed: string) => typed.replace(/\D/g, '').replace(/^(\d{2})(?=\d)/, '$1-');

function show(onText: (text: string) => boolean = () => false) {
  const [code, setCode] = createSignal('');
  render(() => (
    <CodeField
      label="Code"
      placeholder="00-000"
      value={code()}
      group={group}
      onCode={setCode}
      onText={onText}
    />
  ));
  return { code, entry: screen.getByLabelText<HTMLInputElement>('Code') };
}
function type(entry: HTMLInputElement, text: string, caret = text.length) {
  entry.value = text;
  entry.setSelectionRange(caret, caret);
  fireEvent.input(entry);
}

describe('a code that is typed', () => {
  afterEach(cleanup);

  it('is grouped, and the caret stays behind its digit', () => {
    const { code, entry } = show();
    expect(entry.inputMode).toBe('numeric');
    type(entry, '123');
    expect(code()).toBe('12-3');
    expect(entry.selectionStart).toBe(4);
    type(entry, '192-3', 2);
    expect(entry.value).toBe('19-23');
    expect(entry.selectionStart).toBe(2);
  });

  it('gives way to a text that means something else', () => {
    const taken = vi.fn((text: string) => text.startsWith('https:'));
    const { code, entry } = show(taken);
    type(entry, 'https://here/#pair=1');
    expect(taken).toHaveBeenCalledWith('https://here/#pair=1');
    expect(code()).toBe('');
    expect(entry.value).toBe('');
  });

  it('is read out digit by digit where it is shown', () => {
    render(() => <CodeShown code="12-345-678" />);
    expect(screen.getByText('1 2 3 4 5 6 7 8')).toBeTruthy();
  });
});
