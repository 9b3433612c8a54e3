// What every script engine must do, whoever writes it. An engine's own test is one call of scriptContract.
import { Failure } from '@myspinbot/shared/failure/failure.ts';
import { scenes, tones } from '@myspinbot/shared/project/options.ts';
import { describe, expect, test } from 'vitest';
import { silentLogger } from '../../log/logger.ts';
import type { ScriptEngine, ScriptRequest } from './port.ts';

const base: ScriptRequest = {
  topic: 'the history of tea',
  tone: 'casual',
  persona: '',
  seconds: 20,
  lang: 'en',
  seed: 1,
};

export function scriptContract(name: string, make: () => ScriptEngine): void {
  describe(`script engine: ${name}`, () => {
    const context = (signal = new AbortController().signal) => ({
      signal,
      log: silentLogger,
      workDir: '/nonexistent',
      progress() {},
    });
    const write = (request: Partial<ScriptRequest>) => make().write({ ...base, ...request }, context());
    const words = (text: string) => text.split(/\s+/).filter((word) => /[\p{L}\p{N}]/u.test(word)).length;

    test('says of itself what it is and whether it is ready', async () => {
      const engine = make();
      expect(engine.id).toMatch(/^script\//);
      expect(await engine.probe(new AbortController().signal)).toMatchObject({ ready: expect.any(Boolean) });
    });

    test('writes about the topic, in the wanted length, in every tone', async () => {
      for (const tone of tones) {
        for (const seconds of [5, 20, 60]) {
          const script = await write({ tone, seconds });
          expect(script.narration.toLowerCase()).toContain('tea');
          expect(script.title).not.toBe('');
          expect(scenes).toContain(script.scene);
          const wanted = (seconds * 150) / 60;
          expect(Math.abs(words(script.narration) - wanted)).toBeLessThanOrEqual(wanted * 0.2 + 1);
        }
      }
    });

    test('the same seed writes the same words, other seeds write others', async () => {
      const first = await write({ seed: 7 });
      expect(await write({ seed: 7 })).toEqual(first);
      const all = new Set<string>();
      for (let seed = 1; seed <= 12; seed++) all.add((await write({ seed })).narration);
      expect(all.size).toBeGreaterThanOrEqual(6);
    });

    test('a topic without words is refused with the next step', async () => {
      for (const topic of ['', '  \n ', '🎉🎉', '...']) {
        const error = await write({ topic }).catch((thrown: unknown) => thrown);
        expect(error).toBeInstanceOf(Failure);
        expect((error as Failure).code).toBe('text-empty');
        expect((error as Failure).hint).not.toBe('');
      }
    });

    test('markup and braces in topic and persona do not reach the narration', async () => {
      const script = await write({
        topic: '<b>tea</b> {persona} https://example.org/x and **cake** 🎂',
        persona: '<i>a {topic} pirate</i>',
      });
      expect(script.narration).not.toMatch(/[<>{}*]|https?:|🎂/u);
    });

    test('a cancelled request ends with the reason it was given', async () => {
      const reason = new Error('cancelled');
      await expect(make().write(base, context(AbortSignal.abort(reason)))).rejects.toBe(reason);
    });
  });
}
