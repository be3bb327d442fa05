export function parseNote({ title, text = "" }) {
  return { title: title.trim(), text };
}
