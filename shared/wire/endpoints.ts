// Paths both sides know. HTTP and sockets of one agent share one origin.
export const endpoints = {
  /** y-websocket base: the room name follows, URL-encoded. */
  sync: '/sync',
  transfer: '/transfer',
  health: '/health',
  metrics: '/metrics',
  capabilities: '/api/capabilities',
  generate: '/api/generate',
  jobs: '/api/jobs',
  status: '/api/status',
  assets: '/api/assets',
  inspectPhoto: '/api/inspect/photo',
} as const;
