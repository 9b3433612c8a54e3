// Identity of the built-in upscale engine, apart from its code, so that a recipe can name it without loading it.
export const upscaleBuiltin = { id: 'upscale/builtin', version: '1', tier: 'builtin' } as const;
