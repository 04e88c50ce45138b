/** Something others wait for, which may come and go: a connection, a broker that takes messages. */
export class Gate {
  #open = false;
  #waiting: PromiseWithResolvers<void> | undefined;

  get isOpen(): boolean {
    return this.#open;
  }

  open(): void {
    this.#open = true;
    this.#waiting?.resolve();
    this.#waiting = undefined;
  }

  shut(): void {
    this.#open = false;
  }

  /** Resolves when the gate is open, or when `signal` aborts: look at it after. */
  async passed(signal?: AbortSignal): Promise<void> {
    if (this.#open || signal?.aborted === true) return;
    this.#waiting ??= Promise.withResolvers<void>();
    if (signal === undefined) return this.#waiting.promise;
    const aborted = Promise.withResolvers<void>();
    const abort = (): void => aborted.resolve();
    signal.addEventListener('abort', abort, { once: true });
    await Promise.race([this.#waiting.promise, aborted.promise]);
    signal.removeEventListener('abort', abort);
  }
}
