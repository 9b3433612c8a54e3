import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { DEFAULT_PORT, defaultDataDir, readConfig } from './config.ts';

const dir = mkdtempSync(join(tmpdir(), 'config-'));
afterAll(() => rmSync(dir, { recursive: true, force: true }));
const linux = (env: Record<string, string> = {}) => ({ env, platform: 'linux' as const, home: '/home/anna' });

describe('the configuration', () => {
  test.each<[NodeJS.Platform, Record<string, string>, string]>([
    ['linux', {}, '/home/anna/.local/share/myspinbot'],
    ['linux', { XDG_DATA_HOME: '/data' }, '/data/myspinbot'],
    ['linux', { XDG_DATA_HOME: 'relative' }, '/home/anna/.local/share/myspinbot'],
    ['darwin', {}, '/home/anna/Library/Application Support/myspinbot'],
    ['win32', { LOCALAPPDATA: '/local' }, '/local/myspinbot'],
    ['win32', {}, '/home/anna/AppData/Local/myspinbot'],
  ])('on %s with %j data lies in %s', (platform, env, expected) => {
    expect(defaultDataDir({ env, platform, home: '/home/anna' })).toBe(expected);
  });

  test('defaults need nothing', () => {
    const config = readConfig({}, linux({ MYSPINBOT_DATA: join(dir, 'nothing-here') }));
    expect(config).toMatchObject({ port: DEFAULT_PORT, listen: 'all', mdns: true, logLevel: 'warn' });
    expect(config.quota).toEqual({ totalBytes: 200 * 1024 ** 3, deviceBytes: 50 * 1024 ** 3 });
    expect(config.name).not.toBe('');
  });

  test('an option goes before a variable, a variable before the file', () => {
    writeFileSync(join(dir, 'config.json'), '{"port":1000,"name":"From the file","logLevel":"info"}');
    expect(readConfig({ dataDir: dir }, linux())).toMatchObject({
      port: 1000,
      name: 'From the file',
      logLevel: 'info',
    });
    const env = {
      MYSPINBOT_DATA: dir,
      MYSPINBOT_PORT: '2000',
      MYSPINBOT_NAME: 'Env',
      MYSPINBOT_LOG: 'debug',
    };
    expect(readConfig({}, linux(env))).toMatchObject({ port: 2000, name: 'Env', logLevel: 'debug' });
    expect(readConfig({ port: 0, logLevel: 'error' }, linux(env))).toMatchObject({
      port: 0,
      logLevel: 'error',
    });
  });

  test('a ComfyUI is of this house; the variable goes before the file', () => {
    expect(readConfig({ dataDir: dir }, linux()).comfyui).toBeUndefined();
    writeFileSync(join(dir, 'config.json'), '{"comfyui":"http://192.168.1.30:8188"}');
    expect(readConfig({ dataDir: dir }, linux()).comfyui).toBe('http://192.168.1.30:8188');
    const env = linux({ MYSPINBOT_COMFYUI: 'http://127.0.0.1:9000' });
    expect(readConfig({ dataDir: dir }, env).comfyui).toBe('http://127.0.0.1:9000');
    writeFileSync(join(dir, 'config.json'), '{"comfyui":"https://comfy.example.com"}');
    expect(() => readConfig({ dataDir: dir }, linux())).toThrow(
      /comfyui: it must be localhost or an address/,
    );
  });

  test('the webhook is in the file, and its address is looked at', () => {
    const webhook = { url: 'http://192.168.1.20:8123/hook', secret: 'a long secret' };
    writeFileSync(join(dir, 'config.json'), JSON.stringify({ webhook }));
    expect(readConfig({ dataDir: dir }, linux()).webhook).toEqual(webhook);
    writeFileSync(join(dir, 'config.json'), '{"webhook":{"url":"ftp://192.168.1.20/"}}');
    expect(() => readConfig({ dataDir: dir }, linux())).toThrow(/webhook\.url: an address is http/);
  });

  test('the language model is in the house: an address of it, in a variable or the file', () => {
    const dataDir = join(dir, 'nothing-here');
    expect(readConfig({ dataDir }, linux()).ollama).toEqual({});
    const places = [
      ['http://192.168.1.20:11434', 'http://192.168.1.20:11434'],
      ['http://localhost:11434/', 'http://localhost:11434'],
      ['127.0.0.1:1234', 'http://127.0.0.1:1234'],
      ['http://[fd00::5]:11434', 'http://[fd00::5]:11434'],
      ['https://10.0.0.2', 'https://10.0.0.2'],
    ];
    for (const [asked, url] of places) {
      const env = { MYSPINBOT_OLLAMA: asked!, MYSPINBOT_OLLAMA_MODEL: 'qwen3:8b' };
      expect(readConfig({ dataDir }, linux(env)).ollama).toEqual({ url, model: 'qwen3:8b' });
    }
    writeFileSync(join(dir, 'config.json'), '{"ollama":{"url":"http://10.1.2.3:11434"}}');
    expect(readConfig({ dataDir: dir }, linux()).ollama).toEqual({ url: 'http://10.1.2.3:11434' });
  });

  test.each([
    'http://8.8.8.8:11434',
    'http://ollama.com',
    'https://workstation.example:11434',
    'http://[2606:4700::1]:11434',
    'http://user:pass@127.0.0.1:11434',
    'http://127.0.0.1:11434/v1',
    'file://127.0.0.1/',
    'http://localhost.example.org',
    'http://0.0.0.0:11434',
    'nonsense nonsense',
  ])('a language model at %s is refused with the reason', (url) => {
    const env = { MYSPINBOT_DATA: dir, MYSPINBOT_OLLAMA: url };
    expect(() => readConfig({}, linux(env))).toThrow(/MYSPINBOT_OLLAMA .*private network/);
    writeFileSync(join(dir, 'config.json'), JSON.stringify({ ollama: { url } }));
    expect(() => readConfig({ dataDir: dir }, linux())).toThrow(/ollama\.url.*private network/);
    writeFileSync(join(dir, 'config.json'), '{}');
  });

  test('where it listens and how much it keeps can be said in each place', () => {
    writeFileSync(
      join(dir, 'config.json'),
      '{"listen":["192.168.1.5"],"mdns":false,"quota":{"totalGiB":1,"deviceGiB":0.5}}',
    );
    expect(readConfig({ dataDir: dir }, linux())).toMatchObject({
      listen: ['192.168.1.5'],
      mdns: false,
      quota: { totalBytes: 1024 ** 3, deviceBytes: 512 * 1024 ** 2 },
    });
    const env = { MYSPINBOT_LISTEN: '10.0.0.1, fd00::1', MYSPINBOT_MDNS: 'on', MYSPINBOT_QUOTA_GIB: '2' };
    expect(readConfig({ dataDir: dir }, linux(env))).toMatchObject({
      listen: ['10.0.0.1', 'fd00::1'],
      mdns: true,
      quota: { totalBytes: 2 * 1024 ** 3 },
    });
    expect(readConfig({ dataDir: dir, listen: ['0::0', '::ffff:0.0.0.0'] }, linux(env)).listen).toEqual([
      '::',
      '0.0.0.0',
    ]);
    expect(readConfig({ dataDir: dir, listen: 'loopback' }, linux(env)).listen).toBe('loopback');
  });

  test.each<[string, Record<string, string>, RegExp]>([
    ['an address that is none', { MYSPINBOT_LISTEN: 'everywhere' }, /MYSPINBOT_LISTEN is "everywhere"/],
    ['a quota of nothing', { MYSPINBOT_QUOTA_GIB: '0' }, /MYSPINBOT_QUOTA_GIB/],
    ['a port that is a word', { MYSPINBOT_PORT: 'http' }, /MYSPINBOT_PORT is "http"/],
    ['a port that is too high', { MYSPINBOT_PORT: '70000' }, /MYSPINBOT_PORT/],
    ['an unknown level', { MYSPINBOT_LOG: 'loud' }, /MYSPINBOT_LOG/],
  ])('%s is refused by name', (_what, env, message) => {
    expect(() => readConfig({}, linux({ MYSPINBOT_DATA: dir, ...env }))).toThrow(message);
  });

  test.each<[string, RegExp]>([
    ['{', /not JSON/],
    ['[]', /expected object/],
    ['{"port":"x"}', /port/],
    ['{"prot":1}', /prot/],
    ['{"listen":"public"}', /listen/],
    ['{"listen":["example.com"]}', /listen/],
  ])('the file %s is refused with what is wrong', (text, message) => {
    writeFileSync(join(dir, 'config.json'), text);
    expect(() => readConfig({ dataDir: dir }, linux())).toThrow(message);
  });
});
