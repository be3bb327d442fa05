import { Bus } from "./bus.js";

/** Count what happens to documents. */
export function counted(bus: Bus): { opened: number; closed: number } {
  const counts = { opened: 0, closed: 0 };
  bus.on("opened", (path) => {
    counts.opened += path.length > 0 ? 1 : 0;
  });
  bus.on("closed", () => {
    counts.closed += 1;
  });
  return counts;
}
