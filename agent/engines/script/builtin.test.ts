import { Failure } from '@myspinbot/shared/failure/failure.ts';
import { languages } from '@myspinbot/shared/project/options.ts';
import { describe, expect, test } from 'vitest';
import { silentLogger } from '../../log/logger.ts';
import { createTemplateScript } from './builtin.ts';
import { scriptContract } from './contract.ts';
import type { ScriptRequest } from './port.ts';

scriptContract('templates', createTemplateScript);

const write = (request: Partial<ScriptRequest>) =>
  createTemplateScript().write(
    { topic: 'the moon landing', tone: 'casual', persona: '', seconds: 20, lang: 'en', seed: 1, ...request },
    { signal: new AbortController().signal, log: silentLogger, workDir: '/nonexistent', progress() {} },
  );

describe('template writer', () => {
  test('the staging follows words of the topic', async () => {
    expect((await write({ topic: 'the moon landing' })).scene).toBe('space');
    expect((await write({ topic: 'my garden in spring' })).scene).toBe('meadow');
    expect((await write({ topic: 'breaking news about cheese' })).scene).toBe('newsroom');
    expect((await write({ topic: 'Meine Katze', lang: 'de' })).scene).toBe('meadow');
  });

  test('a question stays a question, and a request is named as one', async () => {
    expect((await write({ topic: 'Why do cats purr?' })).narration).toMatch(/: Why do cats purr\?/);
    expect((await write({ topic: 'Say happy birthday to Anna!' })).narration).toMatch(
      /: Say happy birthday to Anna\./,
    );
    expect((await write({ topic: 'Please talk about my dog.' })).narration).toMatch(/my dog/);
  });

  test('a persona gets the article that English wants', async () => {
    expect((await write({ persona: 'old sailor' })).narration).toContain('an old sailor');
    expect((await write({ persona: 'a retired pirate' })).narration).toContain('a retired pirate');
    expect((await write({ persona: 'Captain Nemo' })).narration).toMatch(/(?<!a )Captain Nemo/);
  });

  test('four languages have templates; the others say what to do instead', async () => {
    for (const lang of languages) {
      const result = await write({ topic: 'Tango', lang }).catch((error: unknown) => error);
      if (['en', 'de', 'fr', 'es'].includes(lang)) expect(result).toMatchObject({ title: 'Tango' });
      else {
        if (!(result instanceof Failure)) throw new Error(`${lang} was written`);
        expect(result.code).toBe('language-unknown');
        expect(result.hint).toMatch(/write the words yourself/i);
      }
    }
  });

  test('a topic of 300 letters is named by its beginning', async () => {
    const script = await write({ topic: 'tea '.repeat(75), seconds: 30 });
    expect(script.title.length).toBeLessThanOrEqual(61);
    expect(script.narration.split(/\s+/).length).toBeLessThan(100);
  });
});
