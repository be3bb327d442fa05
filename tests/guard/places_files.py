"""INI and property files, .env, XML, Markdown, and the files that hold nothing but logins."""

from __future__ import annotations

from guard.language import Language

INI = Language(
    "ini",
    "@verb@_@noun@.ini",
    blocks=(
        "[@noun@]\nenabled = yes\nlimit = @num@\npath = /srv/@noun@/out\n",
        "[logger_@noun@]\nlevel = INFO\nhandlers = console\nqualname = acme.@noun@\n",
        "; what is kept, and for how long\n[@verb@_@other@]\nkeep_days = @num@\ncompress = true\n",
        "[server:@noun@]\nhost = 0.0.0.0\nport = 8080\nworkers = 4\n",
    ),
    named=(
        "@name@ = @value@",
        "@kebab@=@value@",
        "spring.@noun@.@kebab@=@value@",
        "[@noun@]\n@name@ = @value@\ntimeout = @num@",
        '@name@ = "@value@"',
    ),
    bare=("; still works until friday: @value@", "command = @verb@ @value@"),
    split_lines=("app.@kebab@=@a@\\\n    @b@",),
    keys=("app.@kebab@=@key_escaped@",),
    gap="\n",
    comment="; {}",
)

DOTENV = Language(
    "dotenv",
    "@verb@_@noun@.env",
    blocks=(
        "# @verb@ the @noun@\n@NAME@_LIMIT=@num@\n@NAME@_PATH=/srv/@noun@\n@NAME@_ENABLED=true\n",
        "# what is told, and when\nLOG_LEVEL=info\nLOG_FORMAT=json\nTZ=UTC\n",
        "PORT=8080\nHOST=0.0.0.0\nNODE_ENV=production\nWORKERS=4\n",
        "# where things are\n@NAME@_HOST=@host@\n@NAME@_PORT=5432\n@NAME@_NAME=@noun@\n",
    ),
    named=("@NAME@=@value@", '@NAME@="@value@"', "@NAME@='@value@'", "export @NAME@=@value@"),
    bare=("# still works until friday: @value@",),
    keys=('@NAME@="@first@\n@line@\n@last@"', '@NAME@="@key_escaped@"'),
    gap="\n",
    comment="# {}",
)

XML = Language(
    "xml",
    "@verb@_@noun@.xml",
    blocks=(
        (
            "<dependency>\n  <groupId>example.acme</groupId>\n"
            "  <artifactId>@noun@-core</artifactId>\n  <version>1.@num@.0</version>\n</dependency>"
        ),
        (
            '<bean id="@noun@Service" class="example.acme.@Noun@Service">\n'
            '  <property name="limit" value="@num@" />\n'
            '  <constructor-arg ref="@other@" />\n</bean>'
        ),
        (
            '<appender name="@NAME@" class="ch.qos.logback.core.FileAppender">\n'
            "  <file>/var/log/acme/@noun@.log</file>\n  <append>true</append>\n</appender>"
        ),
        (
            "<plugin>\n  <artifactId>maven-@verb@-plugin</artifactId>\n"
            "  <version>3.@num@.1</version>\n"
            "  <configuration>\n    <skip>false</skip>\n  </configuration>\n</plugin>"
        ),
    ),
    named=(
        "<@kebab@>@value@</@kebab@>",
        "<@camel@>@value@</@camel@>",
        '<property name="@camel@" value="@value@" />',
        '<add key="@Pascal@" value="@value@" />',
        '<@noun@ @camel@="@value@" limit="@num@" />',
        '<string name="@name@">@value@</string>',
    ),
    bare=("<!-- still works until friday: @value@ -->", "<argument>@value@</argument>"),
    keys=("<@kebab@>\n@first@\n@line@\n@last@\n</@kebab@>",),
    head='<?xml version="1.0" encoding="UTF-8"?>\n<configuration>\n',
    foot="</configuration>\n",
    gap="\n",
    indent="  ",
    comment="<!-- {} -->",
)

MARKDOWN = Language(
    "markdown",
    "@verb@_@noun@.md",
    blocks=(
        (
            "## How to @verb@ a @noun@\n\nRun it from the root of the repository. It takes\n"
            "@num@ seconds, and leaves a report in `reports/@noun@.html`.\n"
        ),
        "```sh\ngit clone https://@host@/acme/@noun@.git\nmake -C @noun@ LIMIT=@num@\n```\n",
        (
            "| Option | Default | Meaning |\n| --- | --- | --- |\n| `limit` | @num@ | how many |\n"
            "| `format` | `json` | how they are written |\n"
        ),
        "- [x] @Verb@ the @noun@\n- [ ] Ask about the @other@\n- [ ] Tell the team\n",
        "> **Note** The @noun@ is kept for @num@ days; after that only the @other@ is left.\n",
    ),
    named=(
        "Set `@NAME@` to `@value@`.",
        "| `@name@` | `@value@` | rotated in May |",
        "```sh\nexport @NAME@=@value@\nmake @verb@\n```",
        '```python\n@name@ = "@value@"\nrun(@name@)\n```',
        "```yaml\n@noun@:\n  @name@: @value@\n```",
        "- **@name@**: @value@",
        "    @NAME@=@value@ ./@verb@.sh",
    ),
    bare=("Use `@value@` until friday.", "```console\n$ @verb@ @value@\n```"),
    keys=("```\n@first@\n@line@\n@last@\n```",),
    head="# @Noun@\n\nNotes on how we @verb@ things.\n",
    comment="{}",
)

NETRC = Language(
    "netrc",
    ".netrc",
    blocks=(
        "# @verb@ the @noun@ by hand if this host is down\n",
        "macdef init\ncd /srv/@noun@\nbinary\nhash\n",
        "# @host@ asks for a key instead of a login\n# since the move to the new rack\n",
        "# machine @host@ was switched off after @num@ years\n",
    ),
    named=(),
    gap="\n\n",
    comment="# {}",
)

PGPASS = Language(
    "pgpass",
    ".pgpass",
    blocks=(
        "# @noun@: see the handbook, page @num@\n# read only\n",
        "# host:port:database:user, then what libpq sends\n",
        "# looked after by the @other@ team\n# do not edit on the server\n# the copy here wins\n",
        "# @host@ trusts its own network\n# nothing is needed here\n",
    ),
    named=(),
    gap="\n",
    comment="# {}",
)
