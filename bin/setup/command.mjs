// Child processes of set-up: run one, keep the tail of what it says, end it with us. Never through a shell, so
// paths with spaces need no quoting.
import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { root } from './place.mjs';

const tailChars = 6_000;
/** Colours, which some tools print whatever they are told. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: the escape character is what is looked for
const colours = /\u001b\[[0-9;]*m/g;

/**
 * Runs a program to its end and returns how it ended with everything it printed (stdout whole, both as a tail).
 * A program that cannot be started returns code -1; it never throws.
 * @param {string} program
 * @param {readonly string[]} args
 * @param {{ env?: Record<string, string | undefined>, cwd?: string, timeoutMs?: number }} [options]
 * @returns {Promise<{ code: number, stdout: string, tail: string }>}
 */
export function run(program, args, options = {}) {
  return new Promise((resolve) => {
    const child = spawn(program, args, {
      cwd: options.cwd ?? root,
      // What is kept is read later, or by a person in a plain file: no colours.
      env: { ...process.env, NO_COLOR: '1', FORCE_COLOR: undefined, ...options.env },
      stdio: ['ignore', 'pipe', 'pipe'],
      ...(options.timeoutMs === undefined ? {} : { timeout: options.timeoutMs, killSignal: 'SIGKILL' }),
    });
    let stdout = '';
    let tail = '';
    child.stdout.setEncoding('utf8').on('data', (text) => {
      stdout += text;
      tail = (tail + text).slice(-tailChars);
    });
    child.stderr.setEncoding('utf8').on('data', (text) => {
      tail = (tail + text).slice(-tailChars);
    });
    child.on('error', (error) => resolve({ code: -1, stdout, tail: `${plain(tail)}${error.message}\n` }));
    child.on('close', (code, signal) => resolve({ code: exitCode(code, signal), stdout, tail: plain(tail) }));
  });
}

/**
 * Runs a program with our own input and output, hands it the signals we get, and returns its exit code.
 * @param {string} program
 * @param {readonly string[]} args
 * @param {{ env?: Record<string, string | undefined>, cwd?: string, onStdout?: (text: string) => void }} [options]
 * @returns {Promise<number>}
 */
export function hand(program, args, options = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, {
      cwd: options.cwd ?? process.cwd(),
      env: { ...process.env, ...options.env },
      stdio: ['inherit', options.onStdout === undefined ? 'inherit' : 'pipe', 'inherit'],
    });
    const passOn = (signal) => child.kill(signal);
    // A Ctrl-C reaches the child from the terminal as well; it gets the signal once, from whichever comes first.
    const signals = process.stdin.isTTY ? ['SIGTERM', 'SIGHUP'] : ['SIGINT', 'SIGTERM', 'SIGHUP'];
    const wait = () => undefined;
    for (const signal of signals) process.on(signal, passOn);
    if (process.stdin.isTTY) process.on('SIGINT', wait);
    child.stdout?.setEncoding('utf8').on('data', options.onStdout ?? wait);
    child.on('error', reject);
    child.on('close', (code, signal) => {
      for (const name of signals) process.off(name, passOn);
      process.off('SIGINT', wait);
      resolve(exitCode(code, signal));
    });
  });
}

function plain(text) {
  return text.replaceAll(colours, '');
}

/** 128 + number for a program that a signal ended, as shells count. */
function exitCode(code, signal) {
  return code ?? 128 + (constants.signals[signal] ?? 0);
}
