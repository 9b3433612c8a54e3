// Identity of the built-in portrait engine, apart from its code, so that a recipe can name it without loading it.
export const portraitBuiltin = { id: 'portrait/builtin', version: '1', tier: 'builtin' } as const;
