import { type Palette, dark } from "./palette.js";

/** The rules that a page needs for a palette. */
export function rules(palette: Palette = dark): string[] {
  return [
    `body { color: ${palette.foreground}; }`,
    `body { background: ${palette.backgroud}; }`,
  ];
}
