// Identity of the built-in speech engine, apart from its code, so that a recipe can name it without loading it.
export const speechBuiltin = { id: 'speech/builtin', version: '1', tier: 'builtin' } as const;
