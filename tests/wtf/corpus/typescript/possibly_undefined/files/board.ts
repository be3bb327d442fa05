interface Cell {
  piece: string;
  owner: "white" | "black";
}

export class Board {
  private readonly cells = new Map<string, Cell>();

  place(square: string, cell: Cell): void {
    this.cells.set(square, cell);
  }

  /** What stands on a square, in words. */
  describe(square: string): string {
    const cell = this.cells.get(square);
    return `${cell.piece} of ${square}`;
  }
}
