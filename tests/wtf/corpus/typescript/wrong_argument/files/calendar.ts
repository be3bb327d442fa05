export interface Entry {
  title: string;
  start: Date;
}

export class Schedule {
  readonly entries: Entry[] = [];

  add(title: string, start: Date): void {
    this.entries.push({ title, start });
  }
}
