import { expect, test } from 'vitest';
import { saysOutOfMemory } from './memory-words.ts';

test.each([
  'FATAL ERROR: Reached heap limit Allocation failed - JavaScript heap out of memory',
  "terminate called after throwing an instance of 'std::bad_alloc'",
  'Error: Cannot allocate memory',
  'MemoryError: Unable to allocate 3.91 GiB for an array with shape (1024, 1024, 1000)',
  'RuntimeError: [enforce fail at alloc_cpu.cpp:114] DefaultCPUAllocator: not enough memory: you tried to allocate 4096 bytes',
  'torch.OutOfMemoryError: CUDA out of memory. Tried to allocate 2.50 GiB. GPU 0 has a total capacity of 15.70 GiB',
  'torch.cuda.OutOfMemoryError: CUDA out of memory.',
  'Warning: out of memory, sleep for 1s',
  'Error CUDA out of memory. Tried to allocate 20.00 MiB',
  'ggml_backend_cuda_buffer_type_alloc_buffer: allocating 4096.00 MiB on device 0: cudaMalloc failed: out of memory',
  'model requires more system memory (8.0 GiB) than is available (3.1 GiB)',
  'Allocation on device 0 would exceed allowed memory.',
  'vkAllocateMemory failed -2',
  'RuntimeError: CUDA error: CUBLAS_STATUS_ALLOC_FAILED when calling `cublasCreate(handle)`',
])('%s: memory ran out', (text) => {
  expect(saysOutOfMemory(text)).toBe(true);
});

test.each([
  '',
  'RuntimeError: CUDA error: device-side assert triggered',
  'FileNotFoundError: [Errno 2] No such file or directory: memory.pt',
  'loaded the model into memory in 3.2 s',
  'peak memory 1.2 GiB',
])('%s: something else', (text) => {
  expect(saysOutOfMemory(text)).toBe(false);
});
