export class Bus {
  on(event: "opened", handler: (path: string) => void): void;
  on(event: "saved", handler: (path: string, bytes: number) => void): void;
  on(event: string, handler: (path: string, bytes: number) => void): void {
    this.handlers.push([event, handler]);
  }

  private readonly handlers: [string, (path: string, bytes: number) => void][] = [];
}
