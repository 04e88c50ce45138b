/** Lets one loop sleep until somebody has work for it, or until a time. A call while it is busy is not lost. */
export class WakeUp {
  #called = false;
  #wake: (() => void) | undefined;

  call(): void {
    this.#called = true;
    this.#wake?.();
  }

  /** True when called, false when the time is up. */
  async wait(ms: number): Promise<boolean> {
    if (!this.#called) {
      const { promise, resolve } = Promise.withResolvers<void>();
      this.#wake = resolve;
      const timer = setTimeout(resolve, ms);
      await promise;
      clearTimeout(timer);
      this.#wake = undefined;
    }
    const called = this.#called;
    this.#called = false;
    return called;
  }
}
