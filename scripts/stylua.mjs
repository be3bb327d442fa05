// The command line of stylua, as far as `make check` and `make fmt` need it.
//
// The formatter comes as WebAssembly from its npm package: no package registry has it as a
// program. Usage: node stylua.mjs PACKAGE_FOLDER [--check] FILE...
// Options are read from stylua.toml in the working directory, so a stylua program agrees with us.
import { readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";

const [folder, ...rest] = process.argv.slice(2);
const check = rest[0] === "--check";
const files = check ? rest.slice(1) : rest;
const stylua = createRequire(`${folder}/`)("@johnnymorganz/stylua");

const enums = {
  syntax: stylua.LuaVersion,
  line_endings: stylua.LineEndings,
  indent_type: stylua.IndentType,
  quote_style: stylua.QuoteStyle,
  call_parentheses: stylua.CallParenType,
  collapse_simple_statement: stylua.CollapseSimpleStatement,
};

function configFrom(text) {
  const config = stylua.Config.new();
  for (const line of text.split("\n")) {
    const found = line.match(/^(\w+)\s*=\s*(?:"(\w+)"|(\d+))\s*$/);
    if (!found) {
      if (line.trim() && !line.startsWith("#")) throw new Error(`stylua.toml: cannot read: ${line}`);
      continue;
    }
    const [, name, word, number] = found;
    const value = word === undefined ? Number(number) : enums[name]?.[word];
    if (value === undefined || !(name in config)) {
      throw new Error(`stylua.toml: unknown option or value: ${line}`);
    }
    config[name] = value;
  }
  return config;
}

function firstDifference(before, after) {
  const [old, wanted] = [before.split("\n"), after.split("\n")];
  const row = old.findIndex((line, index) => line !== wanted[index]);
  return { row: row + 1, old: old[row] ?? "", wanted: wanted[row] ?? "" };
}

let wrong = 0;
for (const file of files) {
  const before = readFileSync(file, "utf8");
  let after;
  try {
    const config = configFrom(readFileSync("stylua.toml", "utf8"));
    after = stylua.formatCode(before, config, undefined, stylua.OutputVerification.Full);
  } catch (problem) {
    console.log(`${file}: ${problem}`);
    wrong += 1;
    continue;
  }
  if (after === before) continue;
  if (check) {
    const { row, old, wanted } = firstDifference(before, after);
    console.log(`${file}:${row}: not formatted (make fmt)\n  - ${old}\n  + ${wanted}`);
    wrong += 1;
  } else {
    writeFileSync(file, after);
    console.log(`${file}: formatted`);
  }
}
process.exitCode = wrong ? 1 : 0;
