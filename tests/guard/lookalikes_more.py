"""Other code that looks random or secret: tables of numbers, minified code, markup, queries."""

from __future__ import annotations

from guard.lookalike import Look

_TABLES = {
    "python": (
        "ROUND = (@<0x@hex8@>@, 0x6a09e667, 0xbb67ae85, @<0x3c6ef372>@)",
        'EXPECTED = bytes.fromhex(@<"@hex32@">@)',
        'assert digest == @<"@hex64@">@',
        'KNOWN_IDS = [@<"@hex24@">@, @<"5f0c1e7d2b3a4f0011223344">@]',
    ),
    "cpp": (
        "static const uint32_t table[] = {@<0x@hex8@>@, 0x77073096, @<0xee0e612c>@, 0x990951ba};",
        "static const uint8_t nonce[] = {0x@hex2@, @<0x4e, 0x1f, 0x9a, 0xb2>@, 0x00, 0x7c};",
    ),
    "go": ("var want = []byte{@<0x@hex2@, 0x1c, 0xd3, 0x5e, 0xf8>@, 0x07}",),
    "rust": (
        "const K: [u64; 2] = [@<0x@hex16@>@, @<0x7137449123ef65cd>@];",
        'const VECTOR: &str = @<"@hex64@">@;',
    ),
    "javascript": ("const table = [@<0x@hex8@>@, 0x77073096, @<0xee0e612c>@];",),
    "java": ("    static final long SERIAL = @<0x@hex16@L>@;",),
    "csharp": (
        '    private static readonly Guid Id = new(@<"@hex8@-@hex4@-4a1b-9c2d-@hex12@">@);',
    ),
}
_MINIFIED = {
    "javascript": (
        "@<!function(e,t){var n=e.token=t(e.key||0);n.password=function(r){return n}}>@(this,f);",
        "@<(()=>{var a=@num@,b={key:a,token:null};for(let c in b)d[c]=b[c].t})>@();",
        "//# sourceMappingURL=@<@noun@.@hex8@.min.js.map>@",
        '@<var Aa=_("AQID@alnum24@"),Ba=Aa.map(k=>k<<@num@&0xff)>@;',
    ),
    "json": (
        '"mappings": @<"AAAA,SAASA,EAAMC,GACb,OAAOA,EAAEC,IAAI,CAACC,EAAGC,IAAM,CACrC">@',
        '"names": [@<"token">@, @<"password">@, @<"getAccessToken">@]',
    ),
    "typescript": (
        "export const icon = @<'M12 2L2 7l10 5 10-5-10-5zm0 7.@num@l10 5-10 5L2 17'>@;",
    ),
}
_MARKUP = {
    "xml": (
        '<path d=@<"M3.5 18.49l6-6.01 4 4L22 6.92l-1.41-1.41-7.@num@ 7.97-4-4L2 16.99z">@ />',
        '<div class=@<"password-field__icon token-list px-4 py-2 hover:bg-sky-700">@ />',
        '<i class=@<"icon-key fa-lock text-[#@hex6@]">@ />',
        '<link rel="stylesheet" href=@<"/assets/@noun@-@hex20@.css">@ />',
    ),
    "typescript": (
        "const styles = { root: @<'css-@hex6@-TokenList'>@, icon: @<'key-icon--large'>@ };",
    ),
    "javascript": (
        "const theme = { token: { colorPrimary: @<'#@hex6@'>@, borderRadius: @<6>@ } };",
    ),
    "markdown": (
        "![build](https://@host@/badge/@<@hex8@-@hex4@-4f3e-8a1b-@hex12@>@.svg)",
        "[token docs](@<https://docs.@host@/auth/tokens#access-token>@)",
    ),
}
_QUERIES = {
    "python": (
        'QUERY = @<"SELECT id, password_hash FROM users WHERE token = %s">@',
        'op.add_column("users", sa.Column(@<"api_token">@, sa.String(64)))',
    ),
    "go": ("const query = @<`UPDATE sessions SET refresh_token = $1 WHERE id = $2`>@",),
    "java": (
        '    @@Query(@<"select u from User u where u.key = :token">@)\n    User by(String token);',
    ),
    "ruby": ("add_column :users, @<:encrypted_password>@, :string, null: false",),
    "php": ("    private string $sql = @<'SELECT id FROM users WHERE api_token = ?'>@;",),
    "csharp": ('    private const string Sql = @<"SELECT [PasswordHash] FROM [Users]">@;',),
    "shell": (
        "psql -c @<\"ALTER ROLE @noun@ WITH PASSWORD :'password'\">@",
        "grep -rn @<'api_key='>@ src/",
    ),
    "rust": ('const SQL: &str = @<"DELETE FROM tokens WHERE expires_at < now()">@;',),
}
_PATTERNS = {
    "python": (
        'TOKEN = re.compile(@<r"gl(?:pat|rt|dt)-[0-9A-Za-z_-]{20}">@)',
        'PASSWORD_RE = @<r"^(?=.*[A-Z])(?=.*\\d).{12,}$">@',
        'if line.startswith(@<"-----BEGIN PUBLIC">@): continue',
    ),
    "javascript": ("const SECRET_RE = @</(sk|rk)_live_[0-9a-zA-Z]{24,}/g>@;",),
    "typescript": ("const isKey = (s: string) => @</^AKIA[A-Z2-7]{16}$/.test(s)>@;",),
    "go": ("var tokenRe = regexp.MustCompile(@<`ghp_[0-9A-Za-z]{36}`>@)",),
    "rust": ('const PREFIXES: [&str; 3] = [@<"ghp_">@, @<"glpat-">@, @<"xoxb-">@];',),
    "yaml": ("secret_patterns:\n  - @<'xox[bp]-[0-9-]+'>@\n  - @<'npm_[A-Za-z0-9]{36}'>@",),
    "toml": ("regex = @<'''(?i)api[_-]?key\\s*=\\s*\"[0-9a-f]{32}\"'''>@",),
    "ruby": ("TOKEN = @</\\Adop_v1_[a-f0-9]{64}\\z/>@",),
}
_LEXERS = {
    "python": ('TOKENS = {@<"LPAREN">@: r"\\(", @<"NUMBER">@: r"\\d+", @<"NAME">@: r"\\w+"}',),
    "cpp": ("enum Token { @<TOKEN_LPAREN>@, @<TOKEN_RPAREN>@, @<TOKEN_IDENTIFIER>@ };",),
    "go": ("const (\n\t@<TokenEOF>@ Token = iota\n\t@<TokenIdent>@\n\t@<TokenNumber>@\n)",),
    "rust": (
        "enum Token {\n    @<LeftParen>@,\n    @<Number(f64)>@,\n    @<Identifier(String)>@,\n}",
    ),
    "java": ("    enum Token { @<LEFT_PAREN>@, @<RIGHT_PAREN>@, @<IDENTIFIER>@ }",),
    "csharp": ("    private enum Token { @<LeftParen>@, @<RightParen>@, @<Identifier>@ }",),
    "typescript": ("const tokens = [{ type: @<'keyword'>@, value: @<'return'>@ }];",),
    "lua": ('local tokens = { @<"keyword">@, @<"string">@, @<"comment">@ }',),
}

MORE = (
    Look("table-of-numbers", lines=_TABLES, count=70),
    Look("minified", lines=_MINIFIED, count=60),
    Look("markup", lines=_MARKUP, count=60),
    Look("query", lines=_QUERIES, count=60),
    Look("pattern", lines=_PATTERNS, count=60),
    Look("lexer-token", lines=_LEXERS, count=50),
)
