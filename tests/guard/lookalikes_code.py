"""Code that gets a secret from elsewhere: from the environment, a file, a function."""

from __future__ import annotations

from guard.lookalike import Look

_LOOKUPS = {
    "python": (
        '@NAME@_PASSWORD = @<os.environ["@NAME@_PASSWORD"]>@',
        'api_key = @<os.getenv("@NAME@_API_KEY", "")>@',
        'SECRET_KEY = @<env.str("SECRET_KEY")>@',
        "token = @<settings.AUTH_TOKEN.get_secret_value()>@",
    ),
    "javascript": (
        "const apiKey = @<process.env.@NAME@_API_KEY>@;",
        "const { password, token } = @<require('./credentials')>@;",
        "const secret = @<config.get('@noun@.secret')>@;",
    ),
    "typescript": (
        "const token: string = @<import.meta.env.VITE_@NAME@_TOKEN>@;",
        "export const apiKey = @<process.env['@NAME@_API_KEY']!>@;",
    ),
    "go": (
        'var apiKey = @<os.Getenv("@NAME@_API_KEY")>@',
        'func secret() string {\n\treturn @<viper.GetString("@noun@.secret")>@\n}',
    ),
    "rust": (
        'fn token() -> String {\n    @<std::env::var("@NAME@_TOKEN").expect("no token")>@\n}',
        'const API_KEY: &str = @<env!("@NAME@_API_KEY")>@;',
    ),
    "ruby": (
        "password = @<ENV.fetch('@NAME@_PASSWORD')>@",
        "config.secret_key_base = @<Rails.application.credentials.secret_key_base>@",
    ),
    "java": (
        '    private final String token = @<System.getenv("@NAME@_TOKEN")>@;',
        '    private char[] password = @<System.console().readPassword("Password: ")>@;',
    ),
    "php": (
        "    public function key()\n    {\n        return @<getenv('@NAME@_SECRET')>@;\n    }",
        "    public array $db = ['password' => @<self::DB_PASSWORD_FROM_ENV>@];",
    ),
    "csharp": (
        '    private readonly string _apiKey = @<Environment.GetEnvironmentVariable("API_KEY")>@;',
        '    string Secret => @<_configuration["@Noun@:ClientSecret"]>@;',
    ),
    "cpp": ('static const char *token = @<std::getenv("@NAME@_TOKEN")>@;',),
    "lua": ("local token = @<vim.env.@NAME@_TOKEN>@", 'local password = @<os.getenv("PASSWORD")>@'),
    "shell": (
        "TOKEN=@<$(cat /run/secrets/@noun@_token)>@",
        "PASSWORD=@<$(vault kv get -field=password secret/@noun@)>@",
        "API_KEY=@<$(op read op://ops/@noun@/api_key)>@",
        'curl -H "Authorization: Bearer @<$TOKEN>@" https://@host@/v1/@noun@',
        'mysql --user=@noun@ --password="@<$MYSQL_PASSWORD>@" @noun@',
        "read -rsp 'Password: ' @<password>@",
    ),
    "yaml": (
        "password: @<!vault_file @noun@/password>@",
        "token: @<${{ secrets.GITHUB_TOKEN }}>@",
        "valueFrom:\n  secretKeyRef:\n    name: @<@noun@-db-credentials>@\n    key: @<password>@",
        "secretName: @<@noun@-tls-cert>@",
        "api_key: @<\"{{ lookup('env', '@NAME@_API_KEY') }}\">@",
    ),
    "terraform": (
        "  password = @<var.db_password>@",
        '  token = @<data.vault_generic_secret.@noun@.data["token"]>@',
        "  secret_key = @<random_password.@noun@.result>@",
        "  api_key_id = @<aws_api_gateway_api_key.@noun@.id>@",
    ),
    "dockerfile": (
        "RUN --mount=type=secret,id=@<npm_token>@ npm ci",
        "ENV DB_PASSWORD_FILE=@</run/secrets/db_password>@",
        "ARG API_TOKEN=@<${BUILD_TOKEN}>@",
    ),
    "ini": (
        "password = @<%(ENV_@NAME@_PASSWORD)s>@",
        "spring.datasource.password=@<${DB_PASSWORD}>@",
    ),
    "dotenv": (
        "DB_PASSWORD=@<${POSTGRES_PASSWORD}>@",
        "API_TOKEN=",
        "TOKEN_FILE=@</run/secrets/token>@",
    ),
    "markdown": (
        "Set `@NAME@_TOKEN` to your own token, @<`export @NAME@_TOKEN=...`>@.",
        "The password is read from @<`$@NAME@_PASSWORD`>@ or the keyring.",
    ),
}
_CALLS = {
    "python": (
        "token = @<next(tokens)>@",
        'password = @<getpass.getpass("Password: ")>@',
        "secret = @<hmac.new(key, body, hashlib.sha256).hexdigest()>@",
        'access_token = @<oauth.fetch_token(code=request.args["code"])>@',
        "csrf_token = @<generate_csrf()>@\nprivate_key = @<rsa.generate_private_key(65537, 2048)>@",
        'cache_key = @<f"@noun@:{@noun@.id}:{page}">@',
    ),
    "javascript": (
        "const token = @<lexer.nextToken()>@;",
        "const password = @<await bcrypt.hash(req.body.password, @num@)>@;",
        "const secret = @<crypto.randomBytes(32).toString('hex')>@;",
        "const accessToken = @<jwt.sign({ sub: user.id }, secret, { expiresIn: '1h' })>@;",
    ),
    "typescript": (
        "const token = @<this.tokens.shift()>@;",
        "const apiKey = @<await this.keyVault.getSecret('@noun@-api-key')>@;",
        "const sessionKey = @<useSelector(selectSessionKey)>@;",
    ),
    "go": (
        "func next(l *Lexer) Token {\n\ttoken := @<l.scan()>@\n\treturn token\n}",
        "var password = @<mustRead(passwordFile)>@",
    ),
    "rust": (
        "fn next(&mut self) -> Token {\n    let token = @<self.lexer.next_token()>@;\n    token\n}",
        "fn key() -> Key {\n    let secret_key = @<SecretKey::generate(rng)>@;\n    secret_key\n}",
    ),
    "ruby": (
        "token = @<SecureRandom.urlsafe_base64(32)>@",
        "user.password = @<params.require(:user)[:password]>@",
    ),
    "java": (
        '    String token = @<request.getHeader("X-Auth-Token")>@;',
        "    private final Key signingKey = @<Keys.hmacShaKeyFor(secretBytes())>@;",
        '    Cipher cipher = Cipher.getInstance(@<"AES/GCM/NoPadding">@);',
    ),
    "php": (
        "    public string $token = @<self::TOKEN_PLACEHOLDER>@;",
        "    public function hash()\n    {\n        return @<password_hash($password)>@;\n    }",
    ),
    "csharp": (
        "    private string Token => @<_tokens.Dequeue()>@;",
        '    private readonly SecureString _password = @<Prompt.ReadPassword("Password")>@;',
    ),
    "cpp": (
        "static Token token = @<lexer.next_token()>@;",
        "auto secret = @<read_file(secret_path)>@;",
    ),
    "lua": (
        "local token = @<lexer:next_token()>@",
        'local password = @<vim.fn.inputsecret("? ")>@',
    ),
    "shell": ("TOKEN=@<$(openssl rand -hex 32)>@", 'password=@<"$1">@; token=@<"${2:-}">@'),
    "terraform": ('  password = @<sensitive(file("${path.module}/password"))>@',),
}

CODE = (
    Look("environment-lookup", lines=_LOOKUPS, count=190),
    Look("call", lines=_CALLS, count=150),
)
