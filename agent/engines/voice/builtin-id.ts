// Identity of the built-in voice engine, apart from its code, so that a recipe can name it without loading it.
export const voiceBuiltin = { id: 'voice/builtin', version: '1', tier: 'builtin' } as const;
