export type ServiceHealth = {
  /** `ok`, `degraded` and so on as the service says, or `down` when it does not answer. */
  readonly status: string;
  /** The parts that are not well, for a person. */
  readonly detail: string;
};

/** What a service says of itself on its internal listener. */
export async function readServiceHealth(internalPort: number): Promise<ServiceHealth> {
  try {
    const response = await fetch(`http://127.0.0.1:${internalPort}/health/ready`, {
      signal: AbortSignal.timeout(3_000),
    });
    return parseHealth(await response.json());
  } catch (error) {
    return { status: 'down', detail: error instanceof Error ? error.message : String(error) };
  }
}

function parseHealth(report: unknown): ServiceHealth {
  if (typeof report !== 'object' || report === null || !('status' in report)) {
    return { status: 'down', detail: 'no health report' };
  }
  const parts = 'parts' in report && typeof report.parts === 'object' && report.parts !== null ? report.parts : {};
  const unwell = Object.entries(parts).filter(([, part]) => part.status !== 'ok');
  const detail = unwell.map(([name, part]) => `${name} ${part.status}${part.detail ? ` (${part.detail})` : ''}`);
  return { status: String(report.status), detail: detail.join(', ') };
}
