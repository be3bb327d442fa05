"""JavaScript and TypeScript."""

from __future__ import annotations

from guard.language import Language

_SHARED = (
    """\
export function @verb@@Noun@(items, limit = @num@) {
  return items
    .filter((item) => !item.archived)
    .sort((a, b) => b.createdAt - a.createdAt)
    .slice(0, limit);
}
""",
    """\
router.get('/@noun@/:id', async (req, res, next) => {
  try {
    const found = await store.@verb@(Number(req.params.id));
    if (!found) return res.status(404).json({ error: 'not found' });
    return res.json(found);
  } catch (error) {
    return next(error);
  }
});
""",
    """\
describe('@verb@@Noun@', () => {
  it('keeps the newest first', () => {
    const made = [{ id: 1, createdAt: 5 }, { id: 2, createdAt: 9 }];
    expect(@verb@@Noun@(made).map((one) => one.id)).toEqual([2, 1]);
  });
});
""",
)
_SCRIPT = (
    """\
module.exports = {
  mode: 'production',
  entry: './src/@noun@.js',
  output: { filename: '[name].js', path: `${__dirname}/dist` },
  module: { rules: [{ test: /\\.js$/, use: 'babel-loader' }] },
};
""",
    """\
const cache = new Map();

async function @verb@Once(id) {
  if (!cache.has(id)) cache.set(id, fetchJson(`/api/@noun@/${id}`));
  return cache.get(id);
}
""",
)
_TYPED = (
    """\
export interface @Noun@ {
  readonly id: number;
  title: string;
  createdAt: Date;
  tags?: readonly string[];
}
""",
    """\
export class @Noun@Service {
  private readonly seen = new Set<number>();

  constructor(private readonly http: HttpClient) {}

  async @verb@(id: number): Promise<@Noun@ | undefined> {
    if (this.seen.has(id)) return undefined;
    this.seen.add(id);
    return this.http.get<@Noun@>(`/@noun@/${id}`);
  }
}
""",
    """\
export const use@Noun@ = (id: number) => {
  const [state, setState] = useState<@Noun@ | null>(null);
  useEffect(() => {
    let alive = true;
    load@Noun@(id).then((found) => alive && setState(found));
    return () => { alive = false; };
  }, [id]);
  return state;
};
""",
)
_NAMED = (
    "const @camel@ = '@value@';",
    'const @NAME@ = "@value@";',
    "process.env.@NAME@ = '@value@';",
    "const options = { @camel@: '@value@', retries: @num@ };",
    "export default {\n  @camel@: '@value@',\n  timeout: @num@,\n};",
    "const @camel@ = process.env.@NAME@ || '@value@';",
    "client.configure({ '@kebab@': `@value@` });",
    'this.@camel@ = "@value@";',
)
_BARE = (
    "const client = connect('@value@');",
    "// still works until friday: @value@",
    "await call('/v1/@noun@', `@value@`);",
    "const seeds = ['@value@', 'second'];",
    "login('@noun@@@acme.example', '@value@').then(show);",
)
_SPLIT_LINE = ("const @camel@ = '@a@' + '@b@';", 'const @NAME@ = "@a@" + "@b@" + "@c@";')
_SPLIT_LINES = (
    "const @camel@ =\n  '@a@' +\n  '@b@' +\n  '@c@';",
    "const @camel@ = [\n  '@a@',\n  '@b@',\n].join('');",
)
_KEYS = (
    "const @camel@ = `@first@\n@line@\n@last@\n`;",
    "const @camel@ =\n  '@first@\\n' +\n  '@line@\\n' +\n  '@last@\\n';",
    "const @camel@ = [\n  '@first@',\n  '@line@',\n  '@last@',\n].join('\\n');",
    "const @camel@ = '@key_escaped@';",
)

JAVASCRIPT = Language(
    "javascript",
    "@verb@_@noun@.js",
    blocks=_SHARED + _SCRIPT,
    named=_NAMED,
    bare=_BARE,
    split_line=_SPLIT_LINE,
    split_lines=_SPLIT_LINES,
    keys=_KEYS,
    head="'use strict';\n\nconst express = require('express');\nconst db = require('./store');\n",
    comment="// {}",
)

TYPESCRIPT = Language(
    "typescript",
    "@verb@_@noun@.ts",
    blocks=_SHARED + _TYPED,
    named=(
        *("export const @camel@: string = '@value@';", "const @camel@ = '@value@' as const;"),
        *("  private readonly @camel@ = '@value@';", "@camel@: '@value@',"),
        *("export enum Keys { @Pascal@ = '@value@' }", _NAMED[3], _NAMED[4], _NAMED[5]),
    ),
    bare=_BARE,
    split_line=_SPLIT_LINE,
    split_lines=_SPLIT_LINES,
    keys=_KEYS,
    head="import { HttpClient } from './http';\nimport type { @Noun@Row } from './rows';\n",
    comment="// {}",
)
