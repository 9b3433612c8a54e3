// Identity of the template writer, apart from its code, so that a recipe can name it without loading it.
export const scriptBuiltin = { id: 'script/template', version: '1', tier: 'builtin' } as const;
