/** Something that operations have to pass, open until a test closes it. */
export class Gate {
  /** Resolves for whoever comes to it once it is open. */
  passed: Promise<void> = Promise.resolve();
  private resolve: () => void = () => {};

  close(): void {
    this.passed = new Promise((resolve) => {
      this.resolve = resolve;
    });
  }

  /** Lets pass those who wait; whoever comes now waits again. */
  letOneThrough(): void {
    const open = this.resolve;
    this.close();
    open();
  }

  /** Lets pass those who wait and those who come. */
  open(): void {
    this.resolve();
    this.passed = Promise.resolve();
  }
}
