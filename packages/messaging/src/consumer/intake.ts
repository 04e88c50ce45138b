/** Collects what arrives one by one and hands it out in batches. One taker. */
export class Intake<Item> {
  #items: Item[] = [];
  #isClosed = false;
  #wanted = 1;
  #wake: (() => void) | undefined;

  push(item: Item): void {
    this.#items.push(item);
    if (this.#items.length >= this.#wanted) this.#wake?.();
  }

  /** Waits for a first item, then a moment for company. Nothing after `close`. */
  async take(limit: number, lingerMs: number): Promise<Item[]> {
    if (this.#items.length === 0) await this.#until(1);
    if (this.#items.length < limit && lingerMs > 0) await this.#until(limit, lingerMs);
    return this.#isClosed ? [] : this.#items.splice(0, limit);
  }

  /** Everything not handed out. */
  takeAll(): Item[] {
    return this.#items.splice(0);
  }

  /** Ends the wait of the taker. */
  close(): void {
    this.#isClosed = true;
    this.#wake?.();
  }

  async #until(wanted: number, ms?: number): Promise<void> {
    if (this.#isClosed || this.#items.length >= wanted) return;
    this.#wanted = wanted;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#wake = resolve;
    const timer = ms === undefined ? undefined : setTimeout(resolve, ms);
    await promise;
    clearTimeout(timer);
    this.#wake = undefined;
  }
}
