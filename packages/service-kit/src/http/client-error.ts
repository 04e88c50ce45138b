import { STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import { PROBLEM_MEDIA_TYPE, type ProblemFields, problemBody } from './problem.ts';
import { requestIdOf } from './request-id.ts';

const ANSWERS: Readonly<Record<string, ProblemFields>> = {
  ERR_HTTP_REQUEST_TIMEOUT: { status: 408, code: 'request_timeout', detail: 'The request took too long to arrive.' },
  HPE_HEADER_OVERFLOW: { status: 431, code: 'headers_too_large', detail: 'The headers are larger than 32 KiB.' },
};

const MALFORMED: ProblemFields = {
  status: 400,
  code: 'malformed_request',
  detail: 'This is not a valid HTTP request.',
};

/** Answers what is not even a request, where there is no reply object yet, and closes the connection. */
export function answerClientError(error: NodeJS.ErrnoException, socket: Socket): void {
  if (error.code === 'ECONNRESET' || socket.destroyed) return;
  if (socket.writable) {
    const problem = ANSWERS[error.code ?? ''] ?? MALFORMED;
    const requestId = requestIdOf({ headers: {} });
    const body = JSON.stringify(problemBody(problem, { requestId }));
    const head = [
      `HTTP/1.1 ${problem.status} ${STATUS_CODES[problem.status]}`,
      `Content-Type: ${PROBLEM_MEDIA_TYPE}`,
      `Content-Length: ${Buffer.byteLength(body)}`,
      `X-Request-Id: ${requestId}`,
      'Connection: close',
    ];
    socket.write(`${head.join('\r\n')}\r\n\r\n${body}`);
  }
  socket.destroy(error);
}
