"""Code that names secrets and holds none: types, fields, labels, limits."""

from __future__ import annotations

from guard.lookalike import Look

_TYPES = {
    "python": (
        "def login(password: @<str>@, token: @<str | None>@ = @<None>@) -> Session: ...",
        "class Auth(BaseModel):\n    api_key: @<SecretStr>@\n    token: @<Token>@ = @<None>@",
    ),
    "typescript": (
        "interface Login { password: @<string>@; token?: @<AccessToken>@ }",
        "type Secrets = { apiKey: @<Secret<string>>@; clientSecret: @<string | undefined>@ };",
    ),
    "go": (
        'type Login struct {\n\tPassword @<string>@ `json:@<"password">@`\n\tToken @<*Token>@\n}',
    ),
    "rust": (
        "pub struct Login {\n    password: @<SecretString>@,\n    token: @<Option<Token>>@,\n}",
    ),
    "java": ("    public record Login(String @<password>@, Token @<accessToken>@) {}",),
    "csharp": (
        "    public record Login(string @<Password>@, string? @<RefreshToken>@);",
        '    [JsonPropertyName("client_secret")] public string? @<ClientSecret>@ { get; init; }',
    ),
    "php": ("    private ?string @<$apiToken>@ = @<null>@;",),
    "cpp": ("struct Login {\n  std::string @<password>@;\n  std::optional<Token> @<token>@;\n};",),
    "lua": ("---@@field password @<string>@\n---@@field token @<string|nil>@",),
    "json": (
        '"password": { "type": @<"string">@, "minLength": 12 }',
        '"apiKeyAuth": { "type": @<"apiKey">@, "in": "header", "name": @<"X-API-Key">@ }',
        '"required": [@<"password">@, @<"client_secret">@]',
    ),
    "yaml": (
        "securitySchemes:\n  token:\n    type: @<http>@\n    bearerFormat: @<JWT>@",
        "password:\n  type: @<string>@\n  format: @<password>@",
    ),
}
_FIELDS = {
    "python": (
        'fields = {"password_field": @<"Password">@, "token_field": @<"csrfmiddlewaretoken">@}',
        'password = forms.CharField(label=@<"Password">@, widget=@<forms.PasswordInput>@)',
        'primary_key = @<"@noun@_id">@\nsort_key = @<"created_at">@\npartition_key = @<"tenant">@',
        'TOKEN_URL = @<"/oauth/token">@\nKEY_ALGORITHM = @<"RS256">@',
        'key = @<"@noun@.title">@',
    ),
    "javascript": (
        "const TOKEN_KEY = @<'acme.@noun@.token'>@;",
        "const input = { type: @<'password'>@, name: @<'newPassword'>@, autocomplete: @<'off'>@ };",
        "localStorage.getItem(@<'refresh_token'>@);",
        "const columns = [{ key: @<'@noun@Title'>@, dataIndex: @<'title'>@ }];",
    ),
    "typescript": (
        "export enum TokenType { Access = @<'access_token'>@, Refresh = @<'refresh_token'>@ }",
        "const queryKey = [@<'@noun@'>@, id] as const;",
    ),
    "ruby": (
        "validates :password, @<length: { minimum: @num@ }>@\nhas_secure_password",
        "filter_parameters += [@<:password>@, @<:api_key>@, @<:_token>@]",
    ),
    "php": ("    protected $hidden = [@<'password'>@, @<'remember_token'>@];",),
    "java": ('    static final String TOKEN_HEADER = @<"X-Auth-Token">@;',),
    "go": ('const tokenHeader = @<"X-Auth-Token">@\nconst passwordField = @<"password">@',),
    "csharp": ('    private const string TokenKey = @<"access_token">@;',),
    "yaml": ("password_policy: @<strict>@\nkey: @<@noun@-cache-v2>@\ntoken_type: @<bearer>@",),
    "json": (
        '"password": @<"Passwort">@,\n"token": @<"Zugangs-Token">@,\n"secret": @<"Geheimnis">@',
        '"password": @<"Mot de passe">@,\n"apiKey": @<"Clé d\'API">@',
        '"login.password.label": @<"Your password">@,\n"login.token.hint": @<"Six digits">@',
        '"scope": @<"keyword.control.token">@,\n"tokenColors": @<[]>@',
    ),
    "xml": (
        '<string name="password">@<Passwort>@</string>',
        '<label for=@<"password">@>@<Password>@</label>',
        '<input type=@<"password">@ name=@<"new_password">@ autocomplete=@<"new-password">@ />',
        '<property name="passwordEncoder" ref=@<"bcryptEncoder">@ />',
    ),
    "markdown": (
        "| `password` | @<string>@ | the password, @<at least @num@ characters>@ |",
        "1. Open **Settings > API keys** and press @<*New secret key*>@.",
    ),
    "toml": ('password_min_length = @<@num@>@\ntoken_type = @<"bearer">@',),
    "ini": ("password_min_length = @<@num@>@", "auth = @<ldap>@", "private_key_format = @<pkcs8>@"),
    "terraform": ('  key_name = @<"@noun@-deployer">@', '  sort_key = @<"created_at">@'),
}
_LIMITS = {
    "python": (
        "max_tokens = @<4096>@\ntoken_limit: int = @<8192>@",
        "use_token=@<True>@, password=@<False>@, secret=@<None>@",
        "key = @<lambda row: row.title>@",
    ),
    "javascript": (
        "const maxTokens = @<4096>@, tokenTtl = @<3600>@;",
        "const requirePassword = @<true>@;",
    ),
    "typescript": ("export const TOKEN_TTL_SECONDS = @<86_400>@;",),
    "go": ("const tokenTTL = @<15 * time.Minute>@\nconst minPasswordLength = @<12>@",),
    "rust": (
        "const MAX_TOKENS: usize = @<4096>@;",
        "const TOKEN_TTL: Duration = @<Duration::from_secs(900)>@;",
    ),
    "yaml": ("max_tokens: @<4096>@\ntoken_ttl: @<15m>@\npassword_expiry_days: @<90>@",),
    "json": ('"maxTokens": @<4096>@,\n"tokenLifetime": @<3600>@,\n"requirePassword": @<true>@',),
    "toml": ('max_tokens = @<4096>@\ntoken_ttl = @<"15m">@',),
    "dotenv": ("MAX_TOKENS=@<4096>@\nTOKEN_TTL=@<3600>@\nUSE_API_KEY=@<true>@",),
    "ini": ("token_ttl = @<3600>@\npassword_history = @<5>@",),
    "shell": ("MAX_TOKENS=@<4096>@\nTOKEN_TTL=@<3600>@",),
    "terraform": ("  password_length = @<32>@", "  enable_key_rotation = @<true>@"),
}

FIELDS = (
    Look("type", lines=_TYPES, count=100),
    Look("field-name", lines=_FIELDS, count=170),
    Look("limit", lines=_LIMITS, count=100),
)
