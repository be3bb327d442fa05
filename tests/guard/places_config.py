"""YAML and JSON."""

from __future__ import annotations

from guard.language import Language

_YAML = (
    """\
@noun@_service:
  image: acme/@noun@:1.@num@
  replicas: 3
  ports:
    - "8080:8080"
  depends_on: [@other@]
""",
    """\
@verb@_@noun@:
  stage: test
  needs: ["build"]
  script:
    - make @verb@ LIMIT=@num@
    - cat reports/@noun@.xml
  artifacts:
    when: always
    paths: [reports/]
""",
    """\
@noun@_limits:
  cpu: 500m
  memory: 256Mi
  max_@other@: @num@
  schedule: "*/15 * * * *"
""",
    """\
on_@noun@:
  steps:
    - name: Set up
      uses: actions/setup-node@@v4
      with:
        node-version: 22
    - name: @Verb@
      run: npm run @verb@ -- --limit @num@
""",
    """\
logging_@noun@:
  level: info
  handlers: [console, file]
  path: /var/log/acme/@noun@.log
  rotate: true
""",
)

YAML = Language(
    "yaml",
    "@verb@_@noun@.yaml",
    blocks=_YAML,
    named=(
        "@name@: @value@",
        '@name@: "@value@"',
        "@camel@: '@value@'",
        "@NAME@: @value@",
        "@noun@:\n  @name@: @value@\n  timeout: @num@",
        'env:\n  - name: @NAME@\n    value: "@value@"',
        "variables:\n  @NAME@: '@value@'",
        "environment:\n  - @NAME@=@value@",
        "stringData:\n  @kebab@: @value@",
        "@kebab@: &@noun@ @value@",
    ),
    bare=(
        "script:\n  - @verb@ '@value@' --yes",
        "# still works until friday: @value@",
        "seeds:\n  - @value@\n  - second",
        'command: ["@verb@", "@value@"]',
    ),
    split_lines=('@name@: "@a@\\\n  @b@\\\n  @c@"',),
    keys=(
        "@name@: |\n  @first@\n  @line@\n  @last@",
        "tls:\n  @kebab@: |-\n    @first@\n    @line@\n    @last@",
        '@name@: "@key_escaped@"',
        "stringData:\n  @noun@.pem: |\n    @first@\n    @line@\n    @last@",
    ),
    gap="\n",
    comment="# {}",
)

_JSON = (
    '"name": "@noun@-service",\n"version": "1.@num@.0",\n"private": true',
    (
        '"scripts": {\n  "build": "tsc --build",\n  "test": "vitest run --coverage",\n'
        '  "@verb@": "node scripts/@verb@.js --limit @num@"\n}'
    ),
    (
        '"@noun@": {\n  "enabled": true,\n  "limit": @num@,\n  "formats": ["json", "csv"],\n'
        '  "path": "/srv/@noun@/out"\n}'
    ),
    '"dependencies": {\n  "express": "^4.19.2",\n  "zod": "~3.23.8",\n  "pino": "9.3.2"\n}',
    (
        '"Logging": {\n  "LogLevel": {\n    "Default": "Information",\n'
        '    "Microsoft.AspNetCore": "Warning"\n  }\n}'
    ),
    '"@other@Paths": [\n  "src/@noun@/**/*.ts",\n  "test/@noun@/**/*.ts"\n]',
)

JSON = Language(
    "json",
    "@verb@_@noun@.json",
    blocks=_JSON,
    named=(
        '"@name@": "@value@"',
        '"@camel@": "@value@"',
        '"@NAME@": "@value@"',
        '"@noun@": {\n  "@camel@": "@value@",\n  "timeout": @num@\n}',
        '"env": {\n  "@NAME@": "@value@"\n}',
        '"@kebab@":"@value@"',
        '"parameters": [\n  { "name": "@name@", "value": "@value@" }\n]',
    ),
    bare=('"args": ["@verb@", "@value@"]', '"note": "good until friday: @value@"'),
    keys=('"@camel@": "@key_escaped@"', '"@name@": "@key_escaped@"'),
    head="{\n",
    foot="}\n",
    gap=",\n",
    indent="  ",
)
