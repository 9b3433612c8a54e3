// Identity of the built-in timing engine, apart from its code, so that a recipe can name it without loading it.
export const timingBuiltin = { id: 'timing/builtin', version: '1', tier: 'builtin' } as const;
