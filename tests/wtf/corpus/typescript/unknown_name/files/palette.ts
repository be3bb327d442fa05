export interface Palette {
  foreground: string;
  background: string;
}

export const dark: Palette = { foreground: "#ddd", background: "#111" };
