/** Messages of at most 256 KiB both ways: grpc-js accepts 4 MiB by default, and sends without a limit. */
export const MESSAGE_LIMITS = {
  'grpc.max_receive_message_length': 262_144,
  'grpc.max_send_message_length': 262_144,
} as const;
