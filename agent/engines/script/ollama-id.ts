// Identity of the writer behind Ollama, apart from its code. Version: prompts, form of the answer, context size, choice of
// the model; which model it is, the engine's answer to probe() adds.
export const scriptOllama = { id: 'script/ollama', version: '1', tier: 'gpu' } as const;
