import type { Logger, Level } from "./logging.js";

/** Keeps what is logged until it is written to a file at once. */
export class FileLogger implements Logger {
  private readonly lines: string[] = [];

  log(level: Level, text: string): void {
    this.lines.push(`${level}: ${text}`);
  }

  flush(): string {
    return this.lines.splice(0).join("\n");
  }
}
