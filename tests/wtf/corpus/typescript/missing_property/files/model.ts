export interface Position {
  title: string;
  cents: number;
}

export interface Order {
  number: number;
  customer: string;
  positions: Position[];
  placedAt: Date;
}
