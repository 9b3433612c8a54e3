// Identity of the built-in finish engine, apart from its code, so that a recipe can name it without loading it.
export const finishBuiltin = { id: 'finish/builtin', version: '2', tier: 'builtin' } as const;
