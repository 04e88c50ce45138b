import type { FastifyReply } from 'fastify';

/**
 * Calls `settle` once when the request is over, also when the client left before its answer. Fastify's `onResponse` knows only
 * of answers that went out: what is counted up for a request and down there would never come down again.
 */
export function whenAnswered(reply: FastifyReply, settle: () => void): void {
  let isSettled = false;
  const once = () => {
    if (isSettled) return;
    isSettled = true;
    settle();
  };
  reply.raw.on('finish', once);
  reply.raw.on('close', once);
}
