export type Level = "debug" | "warning" | "error";

export interface Logger {
  log(level: Level, text: string): void;
  flush(): Promise<void>;
}
