export const PAGE_SIZE = 20;

/** Give the part of the items that a page shows, and what the pager says. */
export function page(items, number) {
  const first = (number - 1) * PAGE_SIZE;
  let last = items.length;
  if (first >= items.length) {
    return { items: [], label: "nothing here" };
  }
  last = Math.min(first + PAGE_SIZE, items.length);
  return { items: items.slice(first, last), label: `${first + 1} to ${last}` };
}
