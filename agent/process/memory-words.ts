// How programs say that memory ran out, the graphics card's or the machine's. Closed list, from their own sources and logs.

const words: readonly RegExp[] = [
  // The machine's.
  /Cannot allocate memory/i, // ENOMEM, ffmpeg
  /std::bad_alloc/i, // C++
  /^MemoryError\b|\bMemoryError:/m, // Python
  /DefaultCPUAllocator: (?:can't|not enough)/i, // torch on the processor
  /_ArrayMemoryError|Unable to allocate [\d.]+ [KMGT]iB/i, // numpy
  /Error while opening encoder.*memory|malloc of size \d+ failed/i, // x264
  // The card's.
  /\bout of (?:device )?memory\b/i, // torch, llama.cpp, ComfyUI
  /(?:cuda|hip)Malloc failed|failed to allocate|allocation failed|(?:not enough|insufficient) memory/i, // Ollama's own list
  /erroroutofmemory/i,
  /torch(?:\.cuda)?\.OutOfMemoryError/i,
  /CUDA_ERROR_OUT_OF_MEMORY|cudaErrorMemoryAllocation|CUBLAS_STATUS_ALLOC_FAILED/i,
  /model requires more system memory/i, // Ollama
  /Allocation on device/i, // ComfyUI
  /vkAllocateMemory failed|VK_ERROR_OUT_OF_DEVICE_MEMORY/i, // ncnn
  /NVENC.*out of memory|OutOfVideoMemory/i,
];

/** Whether what a program printed says that memory ran out. */
export function saysOutOfMemory(text: string): boolean {
  return words.some((word) => word.test(text));
}
