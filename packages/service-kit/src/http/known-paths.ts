import type { RouteOptions } from 'fastify';

export type KnownPaths = {
  add(route: RouteOptions): void;
  /** The methods that this path can be called with; empty when there is no such path. */
  methodsOf(path: string): string[];
};

/** Tells a wrong method from a wrong path. The router knows only both together. */
export function createKnownPaths(): KnownPaths {
  const routes: { segments: string[]; methods: string[] }[] = [];
  return {
    add({ url, method }) {
      routes.push({ segments: segmentsOf(url), methods: [method].flat() });
    },
    methodsOf(path) {
      const segments = segmentsOf(path);
      const matching = routes.filter((route) => matches(route.segments, segments));
      return [...new Set(matching.flatMap(({ methods }) => methods))];
    },
  };
}

function segmentsOf(path: string): string[] {
  return path.replace(/\/$/, '').split('/');
}

function matches(pattern: string[], segments: string[]): boolean {
  return (
    pattern.length === segments.length &&
    pattern.every((part, index) => part === segments[index] || (part.startsWith(':') && segments[index] !== ''))
  );
}
