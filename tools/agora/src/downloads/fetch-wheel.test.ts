import { describe, expect, it } from 'vitest';
import { findLink } from './fetch-wheel.ts';

const PAGE = `<!DOCTYPE html><html><body>
<a href="../../packages/aa/thing-1.0-py3-none-any.whl#sha256=1" data-requires-python="&gt;=3">thing-1.0-py3-none-any.whl</a><br/>
<a data-dist-info-metadata="x" href="https://files/thing-1.1-py3-none-any.whl?a=1&amp;b=2">
  thing-1.1-py3-none-any.whl</a>
</body></html>`;

describe('findLink', () => {
  it('finds the address of exactly the file that is asked for', () => {
    expect(findLink(PAGE, 'thing-1.1-py3-none-any.whl')).toBe('https://files/thing-1.1-py3-none-any.whl?a=1&b=2');
    expect(findLink(PAGE, 'thing-1.0-py3-none-any.whl')).toMatch(/^\.\.\/\.\.\/packages\/aa/);
  });

  it('finds nothing when the index does not have it', () => {
    expect(findLink(PAGE, 'thing-2.0-py3-none-any.whl')).toBeUndefined();
  });
});
