import type { Order } from "./model.js";

let nextNumber = 1;

/** An order with one position, for a form that was sent. */
export function orderOf(customer: string, title: string, cents: number): Order {
  const number = nextNumber++;
  const order: Order = { number, customer, positions: [{ title, cents }] };
  return order;
}

export function total(order: Order): number {
  return order.positions.reduce((sum, position) => sum + position.cents, 0);
}
