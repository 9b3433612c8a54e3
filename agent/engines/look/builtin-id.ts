// Identity of the built-in look engine, apart from its code, so that a recipe can name it without loading it.
export const lookBuiltin = { id: 'look/builtin', version: '1', tier: 'builtin' } as const;
