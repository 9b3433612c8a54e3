// Identity of the engine that has ComfyUI enlarge a picture, apart from its code.
export const upscaleComfyUi = { id: 'upscale/comfyui', version: '1', tier: 'gpu' } as const;
