import { parseNote } from "./notes.js";

const STORE_KEY = "notes";

/** Read the notes that this browser keeps. */
export function readNotes(storage) {
  const text = storage.getItem(STORE_KEY);
  if (text === null) {
    return [];
  }
  try {
    return JSON.parse(text).map(parseNote);
  } catch (problem) {
    throw new Error(`the notes cannot be read: ${problem.message}`);
  }
}
